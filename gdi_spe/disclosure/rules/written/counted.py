"""Rules about few people whom code counts: typed results, arguments of tests, bars, answers."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.words.fitting import is_setting
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE, counts_things
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 400_000
# Tests of counts, with what they are given.
_TEST = re.compile(
    r"\b(?:binom\.?_?test|binomtest|prop\.test|fisher(?:\.test|_exact)|chisq\.test|chi2_contingency|mcnemar(?:\.test)?|poisson\.test|barnard_exact|boschloo_exact"
    r"|proportion(?:s_ztest|_confint)|binconf|propCI|oddsratio\w*|Table2x2|epitab|cci|csi|tabi|prtesti|bitesti|iri)\b[ (](?P<given>[^\n#]{1,200})"
)
_MATRIX = re.compile(
    r"\b(?:matrix|array)\(\s*(?:c\(|\[{1,2})(?P<given>\s*\d{1,7}L?(?:\s*[\],\[]+\s*\d{1,7}L?){3,8})\s*[\])]"
)
# Lists of whole numbers under a name, or in bars and pies.
_LIST = r"(?:c\(|\[|\()\s*(?P<items>\d{1,9}L?(?:\s*,\s*\d{1,9}L?){1,400})\s*[\])]"
_NAMED = re.compile(
    rf"(?<![\w.])[\"']?(?P<name>\w{{1,30}})[\"']?\s*(?:=|:|<-)\s*(?:np\.array\(|pd\.Series\()?{_LIST}"
)
_DRAWN = re.compile(
    rf"\b(?:bar|barh|pie|barplot|geom_col|Bar|Pie|dotchart|treemap|upset)\w*\([^\n]{{0,120}}?{_LIST}"
)
_TUPLES = re.compile(r"[(\[]\s*[\"'][^\"'\n]{1,40}[\"']\s*,\s*(?P<n>\d{1,9})L?\s*[)\]]")
# "c(Kemi = 412, Salla = 3)", "list(Kemi = 412L)".
_PAIRS = re.compile(
    r"\b(?:c|list|structure|setNames|dict|Dict|Counter)\((?:c\()?(?P<pairs>(?:\s*+[`\"']?[\w. -]{1,30}[`\"']?\s*+(?:=>?|:)\s*+\d{1,9}+L?\s*+,?){2,60}+)"
)
_PAIR = re.compile(r"[`\"']?(?P<name>[\w. -]{1,30}?)[`\"']?\s*(?:=>?|:)\s*(?P<n>\d{1,9})L?")
_SCALAR = re.compile(
    r"^[ \t]*(?P<name>n_\w{1,24}|N_\w{1,24}|\w{1,24}_n|n\.\w{1,20})\s*(?:=|<-)\s*(?P<n>\d{1,9})L?\s*(?:#.*)?$",
    re.MULTILINE,
)
_LABEL = re.compile(
    r"[\"'][^\"'\n]{0,60}\b[nN]\s?=\s?(?P<n>\d{1,2})(?![\d.,])(?!\s*(?:replicates?|studies|snps?|variants?|genes|loci|sites|models|traits|data|cohorts|sets|tissues))[^\"'\n]{0,60}[\"']"
)
_CALLED = re.compile(
    r"\w\(\s*[\"']?\d{1,3}[\"']?\s*,\s*[\"'](?:F|M|female|male)[\"']|\w\(\s*[\"'](?:F|M|female|male)[\"']\s*,\s*\d{1,3}\s*[,)]"
)
# "3 of 412 cases", "3/412 vs 14/3708"; dates, steps and pages are no parts of people.
_PART = re.compile(
    r"(?<![\w.,/:-])(?P<n>[1-9]\d?)\s?(?:/|of|out of)\s?(?P<all>\d{2,9}|\d{1,3}(?:,\d{3})+)(?![\w/.:-]|,\d)(?P<what>(?:\s+[A-Za-z-]+){0,3}(?:\s*+(?:[,;(]\s*+)?\d{1,7}\s?/\s?\d{2,9})?)",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"(?:step|chunk|page|batch|fold|block|file|iter\w*|epoch|chr\w*|round|figure|table|part|chapter|section|week|grade|stage|score|scale|version|job|task|run|\[|\()\s*$",
    re.I,
)
_OTHERS = re.compile(
    r"snps?|snvs?|variants?|genes?|loci|sites|markers|tests?|signals|hits|regions|models?|sets|studies|datasets|traits|chromosomes|samples? size|steps|files|folds|pathways|terms|items|questions|proteins|probes|cpgs|points|years|months|pages|cohorts|blocks|seconds|minutes",
    re.I,
)
_WHO = re.compile(
    r"cases?|controls?|patients?|participants?|people|persons?|individuals?|women|men|carriers?|probands?|children|males?|females?|deaths?|samples|subjects?|relatives|/",
    re.I,
)
_MANY = 50
_OF_SETTINGS = re.compile(
    r"n_?(est\w*|iter\w*|jobs|folds?|splits?|boot\w*|perm\w*|pcs?|comp\w*|clusters?|bins|trees|steps|rep\w*|chains?|cores|threads|workers|neighbou?rs|layers|epochs|rows?|cols?|genes|snps|variants|quantiles|lags?|knots|draws|sim\w*|grid|levels|digits|max|min|top|batch\w*|chr\w*|models?|studies|sets|tests|traits|features|plots|panels?)|size|figsize|breaks|bins",
    re.IGNORECASE,
)


def few_typed_in(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find counts of few people that code is given, draws, or was told."""
    text, minimum = part.text[:_LOOKED_AT], judging.policy.counts.minimum
    given = [m["given"] for m in (*_TEST.finditer(text), *_MATRIX.finditer(text))]
    if any(_has_few(_whole(each), minimum) for each in given):
        yield Hit(f"A test is given a count of fewer than {minimum} people.", {"minimum": minimum})
    listed = [m["items"] for m in _NAMED.finditer(text) if _counts_people(m["name"])]
    listed += [m["items"] for m in _DRAWN.finditer(text)]
    tuples = [int(m["n"]) for m in _TUPLES.finditer(text)]
    if any(_has_few(_whole(each), minimum) for each in listed) or _has_few(tuples, minimum):
        yield Hit(f"A list in code counts fewer than {minimum} people.", {"minimum": minimum})
    if any(0 < int(m["n"]) < minimum for m in _LABEL.finditer(text)):
        yield Hit(f"A label in code says that it is of fewer than {minimum}.", {"minimum": minimum})
    if len(_CALLED.findall(text)) > 1:
        yield Hit("Calls are each given the age and sex of one person.", {})
    yield from _parts_of_people(text, minimum)
    if _is_doubtful(text, minimum):
        yield Hit("Numbers in code may count few people.", {}, severity=Verdict.REVIEW)


def _parts_of_people(text: str, minimum: int) -> Iterator[Hit]:
    """Find few of many, in words: "3 of 412 cases"."""
    told = [
        m["what"] for m in _PART.finditer(text)
        if 0 < int(m["n"]) < minimum and int(m["all"].replace(",", "")) >= 2 * minimum
        and not (_STEPS.search(text[max(0, m.start() - 20) : m.start()]) or _OTHERS.search(m["what"]))
        and not ("/" in m.group() and re.fullmatch(r"(19|20)\d{2}", m["all"]))
    ]  # fmt: skip
    if told:
        sure = any(map(_WHO.search, told))
        yield Hit(
            f"It tells of fewer than {minimum} of many.", {"n_parts": len(told)},
            severity=None if sure else Verdict.REVIEW,
        )  # fmt: skip


def _is_doubtful(text: str, minimum: int) -> bool:
    """Whether names that say nothing, or say "n", stand before a few and a large whole number."""
    for found in _PAIRS.finditer(text):
        pairs = [(m["name"].strip(), int(m["n"])) for m in _PAIR.finditer(_short(found["pairs"]))]
        kept = [n for name, n in pairs if not (is_setting(name) or _OF_SETTINGS.fullmatch(name))]
        if _has_few(kept, minimum):
            return True
    scalars = [
        int(m["n"]) for m in _SCALAR.finditer(text) if _counts_people(m["name"], is_sure=False)
    ]
    return _has_few(scalars, minimum)


def _short(text: str) -> str:
    """Write one space for many."""
    return re.sub(r"\s+", " ", text)


def _counts_people(name: str, is_sure: bool = True) -> bool:
    if _OF_SETTINGS.fullmatch(name) or is_setting(name) or counts_things(name):
        return False
    plain = name.lower()
    drawn = plain in ("sizes", "values", "heights", "freqs", "support", "obs", "observed")
    return drawn or bool(PEOPLE.fullmatch(plain)) or not is_sure


def _whole(given: str) -> list[int]:
    return [int(n) for n in re.findall(r"(?<![\w.])\d{1,9}(?![\w.]*\.)(?=L?\b)", given)]


def _has_few(numbers: list[int], minimum: int) -> bool:
    """Whether some number is of few and another of many, as counts of people are."""
    return any(0 < n < minimum for n in numbers) and max(numbers) >= _MANY


RULES = (
    Rule(
        "TAB120", "Few people in code", Verdict.BLOCK,
        "Leave numbers of people out of code; let it read them from the cohort.",
        Text, few_typed_in,
    ),
)  # fmt: skip
