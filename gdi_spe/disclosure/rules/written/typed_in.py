"""Rules about what is typed into code of people: lists of whom to leave out, genotypes, counts."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 400_000
# Whom a list is of, by the name that code gives it: left out, kept, furthest out.
_WHOM = (
    r"(?=\w*(?:outlier|exclu|remov|withdr|dropp?(?:ed)?_?(?:ids?|rows)|bad_?(?:ids?|samples|rows)|duplicat|relatives|consent|individual|participant|patient|proband|subject|donor|people|person)"
    r"|(?:drop|keep|\w*(?:sample|iid|eid|fid)s?|\w*_ids|ids?)\b)\w++"
)
_OF_OTHERS = re.compile(
    r"chr|col|year|region|gene|snp|variant|pos|trait|pheno|stud|term|site|covar|var|age|thr|size|cutoff|n_|max|min|folds?|seed|min_|number|feature|panel|model|field|pathway|plot|fig",
    re.IGNORECASE,
)
# A comma, or a space; written so that blanks are taken in one way only.
_GAP = r"(?:\s*+,\s*+|[^\S ]*+ \s*+)"
_ITEM = r"(?:\"[\w.-]{1,24}\"|'[\w.-]{1,24}'|\d{2,12})"
_LISTED = re.compile(
    rf"(?<![\w.])(?P<name>{_WHOM})[\"']?\s*+(?:=|:|<-|\bin\b)\s*+(?:(?:set\(|np\.array\(|c\s*+\(|frozenset\()\s*+)?[\[({{]*+\s*+(?P<items>{_ITEM}(?:{_GAP}{_ITEM}){{1,400}})\s*[\])}};\n]",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){1,3}")
_QUOTED = re.compile(r"[\w.-]+")
_CODE = re.compile(r"[A-Za-z]{0,8}[-_.]?\d{2,14}[A-Za-z]{0,2}")
# "54,61,38,22,47" between quotation marks is a list.
_IN_QUOTES = re.compile(
    r"[\"'](?P<values>\d{1,3}(?:(?:\s*+[,;]\s*+|[^\S ]*+ \s*+)\d{1,3}){5,2000})[\"']"
)
_GENOTYPE = re.compile(
    r"rs\d{3,12}[\"']?\s*(?:[:=]|<-)\s*[\"'][ACGTDI][/|;]?[ACGTDI][\"']|\brs\d{3,12}\s?\([ACGTDI];[ACGTDI]\)"
)
_HLA = re.compile(
    r"\b(?:HLA[-_]?)?(?:A|B|C|D[RPQ][AB]?\d?)[\"']?\s*(?:[:=]|<-)\s*(?:c\(|\[|\()\s*[\"'](?:\w{1,5}\*)?\d{2,3}:\d{2,3}[\"']\s*,\s*[\"'](?:\w{1,5}\*)?\d{2,3}:\d{2,3}[\"']"
)
_LEAST_GENOTYPES = 2
# "assert (df.als == 1).sum() == 3", "expect_equal(nrow(filter(d, als == 1)), 3)".
_ASSERTS = re.compile(r"\b(?:assert\w*|stopifnot|expect_\w+|assertEqual|check|confirm|verify)\b")
_COUNTS = re.compile(r"\b(?:sum|nrow|len|count|n_distinct)\(|\.sum\(|\.shape")
_IS_SO_MANY = re.compile(r"(?:==|,)\s*+(?P<n>\d{1,3})(?:\s*+\)+)?[^\S\n]*+$", re.MULTILINE)
_ASKS = re.compile(r"(?:==|[<>]=?|%in%|filter|subset|query|\$|\.sum\().*(?:==|,)")
_THINGS = re.compile(
    r"\b(snps?|variants?|genes?|loci|hits|files?|chunks?|cols?|columns|names|pcs?|folds?|res\w*|tables?|sets?|models?|args|missing|isna|na|null|duplicated?|shape\[1\])\b|is\.na",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"[\"']\s*(?:(?P<a>\d{1,3})\s?[,/ ]\s?(?:F\b|female|woman|(?:M|male|man)\b(?=[ ,/]+[A-Za-z]))|(?:F|female|woman|male|man|M)[,/ ]\s?(?P<b>\d{1,3})\b(?![-–]))(?!\s*(?:reads|bp|pairs))[^\"'\n]{0,40}[\"']"
)
_EQUALS = re.compile(
    r"\b(?P<name>[A-Za-z_]{2,24})[\"'\]]{0,3}\s*==\s*(?P<value>[\"'][^\"'\n]{1,40}[\"']|\d{1,6})"
)
_LEAST_FACTS = 3
_REPEATED = re.compile(r"[\"'](?P<code>[A-Za-z]{0,6}\d{2,12})[ \t]+(?P=code)[\"']")
_DELETED = re.compile(r"/(?P<code>[A-Z]{1,5}[-_]?\d{3,12})/[dp]\b")
_OLDEST = 110


def people_typed_in(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find people whom code lists, describes, or counts, and genotypes that are typed into it."""
    text = part.text[:_LOOKED_AT]
    if names := [m["name"] for m in _LISTED.finditer(text) if _lists_people(m)]:
        yield Hit(f"“{names[0][:40]}” lists single people.", {"n_lists": len(names)})
    if any(True for _ in _REPEATED.finditer(text)) or _DELETED.search(text):
        yield Hit("A command names single people.", {})
    n = len(_GENOTYPE.findall(text))
    if n >= _LEAST_GENOTYPES or len(_HLA.findall(text)) >= _LEAST_GENOTYPES:
        yield Hit("Genotypes of one person are typed in.", {"n_genotypes": n})
    minimum = judging.policy.counts.minimum
    if any(_asserts_few(m, minimum) for m in _IS_SO_MANY.finditer(text)):
        yield Hit("A check says how many people there are, and they are few.", {})
    if any(0 < int(m["a"] or m["b"]) <= _OLDEST for m in _SOMEBODY.finditer(text)):
        yield Hit("Words in quotation marks are somebody's age and sex.", {})
    if any(_picks_one(line) for line in text.split("\n")):
        yield Hit("A condition holds for one person: an age, a sex and more.", {})
    if any(_go_up_and_down(m["values"]) for m in _IN_QUOTES.finditer(text)):
        yield Hit("A list of numbers stands in quotation marks.", {}, severity=Verdict.REVIEW)


def _lists_people(found: re.Match[str]) -> bool:
    """Whether a list named for people has numbers or codes of theirs, and not of other things."""
    if _OF_OTHERS.search(found["name"]):
        return False
    # "No. of subjects = 48,112" is one number.
    before = found.string[found.start() : found.start("items")]
    if _THOUSANDS.fullmatch(found["items"]) and not re.search(r"[\[({]", before):
        return False
    items = _QUOTED.findall(found["items"])
    codes = [each for each in items if _CODE.fullmatch(each) and not is_public(each)]
    years = all(re.fullmatch(r"(19|20)\d{2}", each) for each in codes)
    return len(codes) == len(items) > 1 and not years


def _asserts_few(found: re.Match[str], minimum: int) -> bool:
    """Whether a check that ends with a number counts something, and finds few."""
    if not 0 < int(found["n"]) < minimum:
        return False
    before = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    checks = _ASSERTS.search(before)
    if checks is None or not _COUNTS.search(before, checks.end()):
        return False
    line = before[checks.start() :] + found.group()
    return bool(_ASKS.search(line) and not _THINGS.search(line))


def _picks_one(line: str) -> bool:
    """Whether a line asks for an exact age, and for two things more."""
    found = {m["name"].lower(): m["value"] for m in _EQUALS.finditer(line)}
    traits = [name for name in found if TRAIT.fullmatch(name)]
    age = any(
        re.fullmatch(r"(\w+_)?age(_\w+)?", name) and found[name].isdecimal() for name in traits
    )
    return age and len(traits) >= _LEAST_FACTS


def _go_up_and_down(values: str) -> bool:
    numbers = [int(each) for each in re.findall(r"\d+", values)]
    steps = [b - a for a, b in pairwise(numbers)]
    turns = sum(a * b < 0 for a, b in pairwise(steps))
    return max(numbers) <= _OLDEST and turns >= 0.34 * (len(numbers) - 2)


RULES = (
    Rule(
        "PII128", "People typed into code", Verdict.BLOCK,
        "Keep lists of whom to leave out, and what is known of single people, inside the workspace.",
        Text, people_typed_in,
    ),
)  # fmt: skip
