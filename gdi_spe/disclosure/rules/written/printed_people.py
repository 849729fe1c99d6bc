"""Rules about people whom programs print: a row, a record, a list of codes, whoever is furthest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 200_000
_MOST_COLUMNS = 40
_SAYS_SERIES = re.compile(r"^Name: [^,\n]{0,60}, dtype: object", re.MULTILINE)
_DESCRIBES = re.compile(r"^(unique|top|freq)\s", re.MULTILINE)
_LEAST_TRAITS = 2
_STRONG = re.compile(r"age|sex|gender|bmi|ldl|hdl|height|weight|sbp|dbp|hba1c|dob|birth\w*", re.I)
_CODE = re.compile(r"(?<![\w./:-])(?P<stem>[A-Z]{1,8}[-_]?)(?P<digits>\d{4,14})(?![\w./:-])")
_OF_PEOPLE = re.compile(
    r"\b(exclud\w*|remov\w*|samples?|participants?|individuals?|patients?|persons?|people|subjects?|donors?|carriers?"
    r"|i?ids?|iid|eid|mismatch\w*|withdr\w*|outliers?|withdrawn|duplicates?|keep|drop\w*|relat(ed|ives))\b",
    re.IGNORECASE,
)
_LEAST_CODES = 3
_FURTHEST = re.compile(
    r"\b(oldest|youngest|tallest|shortest|heaviest|lightest|sickest)\s+(\w+\s+)?(carrier|participant|patient|person|man|woman|girl|boy"
    r"|case|individual|proband|subject|donor|homozygote|heterozygote)\b[^.\n]{0,80}\d",
    re.IGNORECASE,
)


def people_printed(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find a row or record that a program printed, codes in one series, and whoever is furthest."""
    text = part.text[:_LOOKED_AT]
    if n := _rows_below_traits(text):
        yield Hit(f"{n:,} printed rows have the traits of one person each.", {"n_rows": n})
    if _SAYS_SERIES.search(text) and not _DESCRIBES.search(text):
        # What stands above may be a table of its own by now.
        told = _traits_in_lines(text) >= _LEAST_TRAITS
        why = "A row is printed as pandas prints one of a table: it may be a person's."
        yield Hit(why, {}, severity=Verdict.BLOCK if told else Verdict.REVIEW)
    if n := _codes_in_series(text):
        yield Hit(f"{n:,} codes of one series stand in words about people.", {"n_codes": n})
    if _FURTHEST.search(text):
        why = "It tells a number of the person furthest out."
        yield Hit(why, {}, severity=Verdict.REVIEW)


def _rows_below_traits(text: str) -> int:
    """Return how many rows with a number in front stand below a line of names of traits."""
    n, width = 0, 0
    for above, line in pairwise(["", *text.split("\n")]):
        names, cells = above.split(), line.split()
        if 3 <= len(names) <= _MOST_COLUMNS and _are_traits(names):
            width = len(names)
        numbered = len(cells) == width + 1 and cells[0].isdecimal()
        # A count of groups is no row: some cell is a word or has a point.
        if width and numbered and any(not cell.isdecimal() for cell in cells[1:]):
            n += 1
        else:
            width = 0
    return n


def _are_traits(names: list[str]) -> bool:
    told = [name for name in names if TRAIT.fullmatch(name)]
    strong = {name.lower() for name in told if _STRONG.fullmatch(name)}
    return len(told) == len(names) and len(strong) >= _LEAST_TRAITS


def _traits_in_lines(text: str) -> int:
    firsts = {line.split()[0] for line in text.split("\n") if len(line.split()) == 2}
    return sum(bool(_STRONG.fullmatch(name)) for name in firsts)


def _codes_in_series(text: str) -> int:
    """Return how many codes have one stem and length and no order, where words are of people."""
    if not _OF_PEOPLE.search(text):
        return 0
    series: dict[tuple[str, int], set[str]] = {}
    for found in _CODE.finditer(text):
        year = len(found["digits"]) == 4 and found["digits"][:2] in ("19", "20")
        if not is_public(found.group()) and not year:
            series.setdefault((found["stem"], len(found["digits"])), set()).add(found["digits"])
    n = max(map(len, series.values()), default=0)
    return n if n >= _LEAST_CODES else 0


RULES = (
    Rule(
        "PII121", "People printed", Verdict.BLOCK,
        "Print summaries of groups instead of rows, and say how many were left out, not whom.",
        Text, people_printed,
    ),
)  # fmt: skip
