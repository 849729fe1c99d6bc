"""Numbers that states give to their people: by form, day of birth and check digit."""

from __future__ import annotations

import re
from collections.abc import Callable

_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_BALTIC = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3))
_POLISH = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
_NORWEGIAN = ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))


def _is_day(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12


def _finnish(found: re.Match[str]) -> bool:
    number = int(found[1] + found[2])
    return _is_day(int(found[1][:2]), int(found[1][2:4])) and _FINNISH[number % 31] == found[3]


def _six_and_four(found: re.Match[str]) -> bool:
    """Whether six digits are a day, in the order of Denmark or of Sweden."""
    a, b, c = (int(found[1][i : i + 2]) for i in (0, 2, 4))
    return _is_day(a, b) or _is_day(c, b)


def _sums_to(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(d) * w for d, w in zip(digits, weights, strict=False))


def _eleven(found: re.Match[str]) -> bool:
    """Whether eleven digits have the day and the check digits of a state that uses as many."""
    digits = found[1]
    return _is_baltic(digits) or _is_polish(digits) or _is_norwegian(digits)


def _is_baltic(digits: str) -> bool:
    if digits[0] not in "123456" or not _is_day(int(digits[5:7]), int(digits[3:5])):
        return False
    rest = _sums_to(digits, _BALTIC[0]) % 11
    if rest == 10:
        rest = _sums_to(digits, _BALTIC[1]) % 11 % 10
    return rest == int(digits[10])


def _is_polish(digits: str) -> bool:
    month = int(digits[2:4]) % 20
    check = -_sums_to(digits, _POLISH) % 10
    return _is_day(int(digits[4:6]), month) and check == int(digits[10])


def _is_norwegian(digits: str) -> bool:
    first, second = (-_sums_to(digits, weights) % 11 for weights in _NORWEGIAN)
    right = first == int(digits[9]) and second == int(digits[10])
    return _is_day(int(digits[:2]), int(digits[2:4])) and right


def _spanish(found: re.Match[str]) -> bool:
    return _SPANISH[int(found[1]) % 23] == found[2]


# Places on a chromosome, versions and ranges are none.
_EDGE, _END = r"(?<![\w.,:+-])", r"(?![\w.,:+-]*\d|[\w>:])"
# Form, and what tells it from another number of that form.
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (re.compile(rf"{_EDGE}(\d{{6}})[-+A-F](\d{{3}})([0-9A-Y]){_END}"), _finnish),
    (re.compile(rf"{_EDGE}(?:19|20)?(\d{{6}})[-+](\d{{4}}){_END}"), _six_and_four),
    (re.compile(rf"{_EDGE}(\d{{11}}){_END}"), _eleven),
    (re.compile(rf"{_EDGE}(\d{{8}})-?([A-HJ-NP-TV-Z]){_END}"), _spanish),
    (
        re.compile(rf"{_EDGE}([A-Z]{{6}}\d{{2}}[A-EHLMPRST]\d{{2}}[A-Z]\d{{3}}[A-Z]){_END}"),
        lambda found: _is_day(int(found[1][9:11]) % 40, 1),
    ),
)
# Of these, one is enough.
_SURE = {0, 4}


def national_numbers(text: str) -> set[str]:
    """Return the words that are numbers of people in the form of a state of Europe.

    One alone counts if its form and check leave little to chance; two of the others do.
    """
    sure: set[str] = set()
    likely: set[str] = set()
    for at, (pattern, is_one) in enumerate(_NUMBERS):
        found = {each.group() for each in pattern.finditer(text) if is_one(each)}
        (sure if at in _SURE else likely).update(found)
    return sure | (likely if len(sure | likely) > 1 else set())
