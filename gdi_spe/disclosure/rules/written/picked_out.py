"""Rules about single people whom code or an error picks out: a code, a row, a few typed values."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 400_000
# What a variable of people's codes is called: "id", "d$eid", "participant_id", "person.number".
_THINGS = r"gene|snp|variant|term|transcript|protein|pathway|model|gwas|study|trait|pheno\w*|probe|locus|region|job|task|block|node|chr\w*|window|batch|plot|run|parent|child|element|html|div"
_NAME = (
    rf"(?<![\w.$@>-])(?:(?!(?:{_THINGS})\b)\w{{1,30}}(?:\.|\$|->|@)){{0,4}}[`\"'\[(]{{0,3}}"
    r"(?P<name>(?:f|i|s|e|p|u)?id|mrn|(?:participant|person|patient|subject|individual|donor|proband|pseudonym|volunteer|respondent"
    r"|sample|case|record|member|subj|pat|ind|stud\w{0,2}_?person)(?:[_. ]?(?:id|ids|no|nr|num|number|code|key|name|identifier))?"
    r"|usubjid|patno|hetu|isikukood|personnummer|lopnr|henkilotunnus|nhs_?(?:number|no)|cpr_?nr)[`\"'\])]{0,3}"
)
_LITERAL = r"(?P<value>\"[^\"\n]{1,24}\"|'[^'\n]{1,24}'|\d{1,12}\b(?!\.\d))"
_COMPARED = re.compile(
    rf"{_NAME}\s*(?:==|!=|~=|<>|\b(?:eq|ne|EQ|NE)\b|(?P<sign>=(?!=)))\s*{_LITERAL}", re.IGNORECASE
)
# "isin([412, 871])", "%in% c(412, 871)", "in (88, 93)", "inlist(id, 4, 17)".
_LIST = r"[\[(]{0,2}\s*+(?P<values>(?:(?:\"[^\"\n]{1,24}\"|'[^'\n]{1,24}'|\d{1,12}+)\s*+(?:,\s*+)?+){1,400}+)[\])]"
_AMONG = re.compile(
    rf"{_NAME}\s*(?:\.isin\(|\.is_in\(|%(?:not)?n?in%\s*c?\(|\b(?:not\s+)?in\s*(?:c\s*)?[(\[]){_LIST}"
    rf"|\binlist\(\s*{_NAME.replace('?P<name>', '?P<name_>')}\s*,{_LIST.replace('?P<values>', '?P<values_>')}",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(if|where|and|or|when|on|having|filter|subset|keep|drop)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\d+")
# "patient == 1" may be what a mark says; a code has more digits, and so has a number of many.
_MARKS = re.compile(
    r"(case|sample|member|record|individual|proband|participant|donor|subject|person|patient)s?",
    re.IGNORECASE,
)
_THING = re.compile(r"(case|sample|member|record)s?", re.IGNORECASE)
_CODE = re.compile(
    r"(?=[^\d]{0,10}\d{2})[A-Za-z]{0,8}(?:[-_. ]?\d{1,14}){1,3}[A-Za-z]{0,2}|\d{2,14}"
)
_FEWEST_DIGITS = 3
_YEAR = re.compile(r"(19|20)\d{2}")
# A key that was not found, a value that was no number: what an error tells is in the data.
_KEY = re.compile(r"\bKeyError:\s*(?:np\.int64\()?[\"']?(?P<value>[A-Za-z]{0,8}[-_]?\d{3,14})\b")
# Somebody by age and sex, once: "54y, F", "F/54y", "female, 54 years".
_SOMEBODY = re.compile(
    r"(?<![-–\w.≥>=<+])\d{1,3}\s?(?:yo?|yrs?|years?)\s?[,;/|]\s?(?:F|M|female|male|woman|man)\b(?!\s?[/&])"
    r"|(?<![/&\w])(?:F|M|[Ff]emale|[Mm]ale)\s?[,;/|]\s?\d{1,3}\s?(?:yo?|yrs?|years?)\b(?!\s?[-–])"
)
# Values of a trait that are typed into code: "ages <- c(54, 61, 38)", "'ldl': [3.1, 4.2, 2.9]".
_TYPED = re.compile(
    r"[\"'$.]?\b(?P<name>[A-Za-z_]{2,24})[\"']?\s*(?:=|:|<-)\s*(?:np\.array\(|pd\.Series\(|tibble\(|list\()?(?:c\s*\(|\[|\()\s*"
    r"(?P<values>(?:-?\d{1,4}(?:\.\d{1,4})?\s*+,\s*+){3,2000}-?\d{1,4}(?:\.\d{1,4})?)\s*+(?:,\s*+)?[\])]"
)
_BARE = re.compile(
    r"\b[A-Za-z_]\w{0,20}\s*(?:=|<-)\s*(?:np\.array\(|pd\.Series\()?(?:c\s*\(|\[|\()\s*(?P<values>(?:\d{1,3}\s*+,\s*+){5,2000}\d{1,3})\s*+(?:,\s*+)?[\])]"
)
_LEAST_TYPED, _GRID = 4, 0.34
_OLDEST = 110
_OF_A_PLOT = re.compile(
    r"breaks?|bins?|ticks?|labels?|limits?|at|grid|cut\w*|levels?|edges|threshold\w*|quantiles?|probs",
    re.IGNORECASE,
)
# Rows that are taken out one by one.
_ROWS = re.compile(
    r"\.drop\(\s*(?:index\s*=\s*)?\[\s*\d{1,9}(?:\s*,\s*\d{1,9})*\s*\]|\.(?:loc|at)\[\s*\d{2,9}\s*(?:,|\])|\[\s*-\s*(?:c\(\s*\d{1,9}(?:\s*,\s*\d{1,9})*\s*\)|\d{2,9})\s*,\s*\]"
    r"|\bdrop\s+in\s+\d{1,9}\b|\breplace\s+\w+\s*=\s*\S+\s+in\s+\d{1,9}\b|\b_n_?\s*(?:==?|eq)\s*\d{1,9}\b"
)


def picked_out(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find single people whom code compares with, whom an error names, whose values are typed."""
    text = part.text[:_LOOKED_AT]
    if codes := sorted(set(_compared(text))):
        why = f"Code picks out {len(codes):,} people by their codes or numbers."
        yield Hit(why, {"n_codes": len(codes)})
    if any(
        not is_public(m["value"]) and not _YEAR.fullmatch(m["value"]) for m in _KEY.finditer(text)
    ):
        yield Hit("An error names the code of somebody that was looked for.", {})
    if (n := len(_SOMEBODY.findall(text))) and not part.path.endswith("labels"):
        yield Hit(f"An age stands beside a sex {n:,} times, as of one person.", {"n": n})
    if typed := [m for m in _TYPED.finditer(text) if _are_peoples(m)]:
        why = f"Values of “{typed[0]['name']}” are typed in, one a person."
        yield Hit(why, {"n_lists": len(typed)})
    elif any(map(_may_be_ages, _BARE.finditer(text))):
        yield Hit(
            "A list of whole numbers is typed in: each may be a person's.",
            {},
            severity=Verdict.REVIEW,
        )
    if _ROWS.search(text):
        why = "Single rows are picked out by their number: each may be a person's."
        yield Hit(why, {}, severity=Verdict.REVIEW)


def _compared(text: str) -> Iterator[str]:
    """Yield the values that a variable of people's codes is compared with."""
    for found in _COMPARED.finditer(text):
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        # One sign gives a value in most languages, and asks in SQL and SAS after a word.
        if found["sign"] and not _CONDITION.search(line):
            continue
        if _is_code(found["name"], found["value"]):
            yield found["value"]
    for found in _AMONG.finditer(text):
        name, values = found["name"] or found["name_"], found["values"] or found["values_"]
        yield from (value for value in _QUOTED.findall(values) if _is_code(name, value))


def _is_code(name: str, value: str) -> bool:
    """Whether a value is somebody's code: a number below "id", a code with digits elsewhere."""
    bare = value.strip("\"' ")
    if not _CODE.fullmatch(bare) or is_public(bare):
        return (
            bare.isdecimal() and len(bare) == 1 and not _MARKS.fullmatch(name) and bare not in "01"
        )
    is_short = bare.isdecimal() and len(bare) < _FEWEST_DIGITS and _THING.fullmatch(name)
    return not (is_short or (_MARKS.fullmatch(name) and _YEAR.fullmatch(bare)))


def _are_peoples(found: re.Match[str]) -> bool:
    """Whether typed values of a trait are in no order and on no grid, as people's are."""
    name = found["name"].lower().rstrip("s")
    if not (TRAIT.fullmatch(name) or TRAIT.fullmatch(found["name"])) or _OF_A_PLOT.search(name):
        return False
    values = [float(each) for each in found["values"].replace(" ", "").split(",") if each.strip()]
    return len(values) >= _LEAST_TYPED and _turn(values) and len(set(values)) > 2


def _turn(values: Sequence[float]) -> bool:
    """Whether values go up and down, as those of people do and those of a grid do not."""
    steps = [b - a for a, b in pairwise(values)]
    turns = sum(a * b < 0 for a, b in pairwise(steps))
    return turns >= _GRID * (len(values) - 2)


def _may_be_ages(found: re.Match[str]) -> bool:
    """Whether whole numbers up to a hundred or so go up and down, under a name that says nothing."""
    values = [int(each) for each in re.findall(r"\d+", found["values"])]
    return (
        max(values) <= _OLDEST
        and min(values) >= 1
        and len(set(values)) > _LEAST_TYPED
        and _turn(values)
    )


RULES = (
    Rule(
        "PII122", "People picked out in code", Verdict.BLOCK,
        "Say in code what is left out by a rule (a flag, a threshold), not whom by a code; read "
        "values from the cohort instead of typing them.",
        Text, picked_out,
    ),
)  # fmt: skip
