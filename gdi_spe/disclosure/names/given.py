"""Given names that are common in Europe, to tell people's names in plain words.

Names that are first of all places, months, words or programs are left out: a name is only
evidence with a family name behind it, or where a column has little else.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

# One a line, in small letters without marks.
GIVEN = frozenset(Path(__file__).with_name("given.txt").read_text("ascii").split())
_FOLDED = str.maketrans({"ł": "l", "ø": "o", "æ": "a", "đ": "d", "ı": "i"})
_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀČĎĒĖĘĢĪĶŁĻŃŅŘŚŠŤŪŲŻŽŐŰÄÖÜÅ", "a-zß-öø-ÿā-ž"
_WORD = rf"[{_UPPER}][{_LOWER}]+(?:[-'’][{_UPPER}]?[{_LOWER}]+)?"
_FAMILY = rf"(?:(?:von|van|de|der|den|da|di|del|della|af|la|le|dos|ten)\s)*[{_UPPER}][{_LOWER}'’-]+[{_LOWER}](?:-{_WORD})?"
_FULL = re.compile(
    rf"(?<![\w.@/-])(?P<given>{_WORD})\s(?:(?:[{_UPPER}]\.\s?)|(?P<second>{_WORD})\s)?(?P<family>{_FAMILY})(?![\w@-])"
)
_CELL = re.compile(rf"(?P<a>{_FAMILY}),?\s+(?P<b>{_WORD})(?:\s{_WORD})?")
# What is called after somebody is nobody.
_CALLED_AFTER = re.compile(
    r"\s*(?:[A-Z]\w+\s)?(?:universit\w*|institut\w*|hospital\w*|clinic\w*|centre|center|foundation|society|college|school|memorial"
    r"|test|plot|syndrome|disease|method|distribution|index|score|criteria|street|road|cohort|study|biobank|laborator\w+|prize|fund)\b",
    re.IGNORECASE,
)
_NO_FAMILY = re.compile(
    r"(?:university|institute|hospital|county|region|street|plot|test|model|study|cohort|biobank|data|table|figure|section|january|february"
    r"|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|curie|nightingale|school|college|clinic|science|research|foundation|score|syndrome|disease)s?",
    re.IGNORECASE,
)


def is_given(word: str) -> bool:
    """Whether a word is a given name that is common in Europe, one of two with a hyphen too."""
    parts = re.split(r"[-\s]", word.lower())
    return bool(parts) and all(_folded(part) in GIVEN for part in parts)


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.translate(_FOLDED))
    return "".join(each for each in plain if not unicodedata.combining(each))


def people_named(text: str) -> Iterator[re.Match[str]]:
    """Yield where a text has a given name with a family name behind it."""
    for found in _FULL.finditer(text):
        if not is_given(found["given"]) or _NO_FAMILY.fullmatch(found["family"]):
            continue
        if not _CALLED_AFTER.match(text, found.end()):
            yield found


def is_name(cell: str) -> bool:
    """Whether a cell is somebody's name and no more, in either order, or a given name alone."""
    cell = cell.strip()
    if re.fullmatch(_WORD, cell):
        return is_given(cell)
    found = _CELL.fullmatch(cell)
    if found is not None and is_given(found["b"]) and not _NO_FAMILY.fullmatch(found["a"]):
        return True
    full = _FULL.fullmatch(cell)
    return full is not None and is_given(full["given"]) and not _NO_FAMILY.fullmatch(full["family"])
