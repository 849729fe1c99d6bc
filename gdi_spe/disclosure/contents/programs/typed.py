"""What is typed into code as values: whether it may be data of people, or a payload."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from gdi_spe.disclosure.contents.programs.statements import Code
from gdi_spe.disclosure.contents.records.pairs import lists_numbers
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN, TRAIT

_MOST_CHARACTERS = 60_000
# Numbers in code set something; data have more of them, and in lists.
_MOST_NUMBERS, _SHARE_OF_WORDS = 60, 0.5
_MOST_LISTED, _MOST_QUOTED, _LEAST_UNORDERED = 30, 60, 12
_MOST_DAYS = 4
_LONGEST_WORD = 48
_WORD = re.compile(r"[A-Za-z]{2,}")
_NUMBER = re.compile(r"(?<![\w.#])-?\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?")
_LIST = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}")
_LITERAL = r"(?:-?\d[\d.]*|\"[\w .-]{0,30}\"|'[\w .-]{0,30}')"
_TOLD = re.compile(
    rf"[\"']?\b(?P<name>[A-Za-z_]\w{{1,19}})[\"']?[ \t]*(?:=|:|<-)[ \t]*(?P<value>{_LITERAL})[ \t]*(?=[,;)\]}}\n]|$)"
)
# Rows of literals alone, or statements that differ in nothing but several literals.
_ROW = re.compile(r"[\s#\"(){}\[\],;:-]*+(?:NA|None|null)?[\s#\"(){}\[\],;:-]*")
_EDGES = " \t()[]{},;"
_LEAST_ROWS, _LEAST_ALIKE, _LEAST_LITERALS = 3, 6, 3
_NEAR = 4
_LEAST_TOLD = 2
_PARTED = re.compile(r"[\s/\\()\[\]{},;:=|&<>.\"'$#]+")


def doubts_of_code(text: str, code: Code) -> Iterator[str]:
    """Yield why a person must read code; nothing means that it can pass."""
    if len(text) > _MOST_CHARACTERS:
        yield f"it has {len(text):,} characters of code"
    words, numbers = _WORD.findall(code.bare), _NUMBER.findall(code.bare)
    if len(numbers) > max(_MOST_NUMBERS, _SHARE_OF_WORDS * len(words)):
        yield f"{len(numbers):,} numbers are typed into code"
    longest = max((len(_NUMBER.findall(m[1])) for m in _LIST.finditer(code.bare)), default=0)
    quoted = max((m[1].count('""') for m in _LIST.finditer(code.bare)), default=0)
    if any(_is_unordered(_NUMBER.findall(m[1])) for m in _LIST.finditer(code.bare)):
        yield "values in no order are typed into code"
    if longest > _MOST_LISTED or quoted > _MOST_QUOTED:
        yield f"a list of {max(longest, quoted):,} values is typed into code"
    if n := _rows_of_values(code.bare):
        yield f"{n:,} rows of values are typed into code"
    if any(len(word) > _LONGEST_WORD for word in _PARTED.split(text)):
        yield "it has stretches without a space"
    if len({day for each in code.strings for day in _DAY.findall(each)}) > _MOST_DAYS:
        yield "it names days"
    if tells_of_one(text):
        yield "what is known of a person is typed into code"


def _is_unordered(numbers: list[str]) -> bool:
    """Whether numbers are many, with decimals, and in no order: limits and places of ticks rise."""
    if len(numbers) < _LEAST_UNORDERED or sum("." in each for each in numbers) < len(numbers) / 2:
        return False
    steps = [float(b) - float(a) for a, b in pairwise(n.replace("_", "") for n in numbers)]
    return min(steps) < 0 < max(steps)


def _rows_of_values(bare: str) -> int:
    """Return how many statements are rows of literals, or differ in their literals alone."""
    alike = Counter(_NUMBER.sub("#", line).strip(_EDGES) for line in bare.split("\n"))
    found = 0
    for form, n in alike.items():
        n_numbers, n_literals = form.count("#"), form.count("#") + form.count('""')
        least = _LEAST_ROWS if _ROW.fullmatch(form) else _LEAST_ALIKE
        if n >= least and n_numbers >= 2 and n_literals >= _LEAST_LITERALS:
            found += n
    return found


def tells_of_one(text: str) -> bool:
    """Whether traits are given values beside each other, one of them a number, or others are."""
    if lists_numbers(text):
        return True
    for line in _statements(text):
        found = {m["name"]: m["value"] for m in _TOLD.finditer(line)}
        told = {name: value for name, value in found.items() if _is_of_somebody(name)}
        if len(told) >= _LEAST_TOLD and any(value[0] not in "\"'" for value in told.values()):
            return True
    return False


def _is_of_somebody(name: str) -> bool:
    return bool(TRAIT.fullmatch(name) or PERSON_COLUMN.fullmatch(name))


def _statements(text: str) -> Iterator[str]:
    """Yield a few neighbouring lines at a time."""
    lines = text.split("\n")
    for at in range(len(lines)):
        yield "\n".join(lines[at : at + _NEAR])
