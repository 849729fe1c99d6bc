"""Vectors as R prints them: after the place of the first value, or each below its name."""

from __future__ import annotations

import re

from gdi_spe.disclosure.forms.writing.columns.aligned import NUMBER, WORD
from gdi_spe.disclosure.forms.writing.programs.prompts import COUNTS

_PLACED = re.compile(r"\s*\[\d+\](\s+\S+)+\s*")
_NAMED = re.compile(r"\$[`\w.$]+`?\s*")
_LEVEL = re.compile(r"\d{1,2}(\.\d)?%")
_LEAST_VALUES = 10
_LEAST_NAMED = 2

# Levels of a variable that was counted: 0, 1, 2, or intervals as cut() names them.
_INTERVAL = re.compile(r"[(\[][-+\d.eE]+,[-+\d.eE]+[)\]]")
_COUNT = re.compile(r"\d{1,9}")
# So many in all are people that were counted, not the values of a few.
_LEAST_COUNTED = 1000

# Its name, or nothing; its values with their names, if they have some; where it ends.
Vector = tuple[str, list[list[str]], int]


def read_vector(lines: list[str], at: int) -> Vector | None:
    """Return the vector of numbers that begins at a line, if one does."""
    name = ""
    start = at
    if _NAMED.fullmatch(lines[at]) and at + 1 < len(lines):
        name, start = lines[at].strip().strip("$`"), at + 1
    return _counted(lines, start) or _placed(lines, start, name) or _named(lines, start, name)


def _counted(lines: list[str], at: int) -> Vector | None:
    """Read a line of levels and below it how many there are of each, as R prints one table.

    TRUST: what is read as counts is held to the fewest people; values of a few are less in all.
    """
    if at + 1 >= len(lines) or (at + 2 < len(lines) and _is_of_numbers(lines[at + 2])):
        return None
    levels, counts = list(WORD.finditer(lines[at])), list(WORD.finditer(lines[at + 1]))
    if len(levels) < _LEAST_NAMED or len(levels) != len(counts):
        return None
    ends = all(a.end() == b.end() for a, b in zip(levels, counts, strict=True))
    told, values = [a.group() for a in levels], [b.group() for b in counts]
    if not ends or not all(map(_COUNT.fullmatch, values)):
        return None
    asked = COUNTS in lines[max(0, at - 2) : at]
    if not asked and (not _are_levels(told) or sum(map(int, values)) < _LEAST_COUNTED):
        return None
    return "n", [[a, b] for a, b in zip(told, values, strict=True)], at + 2


def _is_of_numbers(line: str) -> bool:
    words = line.split()
    return bool(words) and all(map(NUMBER.fullmatch, words))


def _are_levels(words: list[str]) -> bool:
    """Whether words are intervals, or count up from 0 or 1."""
    if all(map(_INTERVAL.fullmatch, words)):
        return True
    numbers = [int(word) for word in words if re.fullmatch(r"\d{1,2}", word)]
    first = numbers[0] if numbers else -1
    return first in (0, 1) and numbers == list(range(first, first + len(words)))


def _placed(lines: list[str], at: int, name: str) -> Vector | None:
    """Read lines that begin with the place of their first value: " [1] 0.2 0.4"."""
    end = at
    while end < len(lines) and _PLACED.fullmatch(lines[end]):
        end += 1
    words = [word for line in lines[at:end] for word in line.split("]", 1)[1].split()]
    least = 1 if name else _LEAST_VALUES
    if len(words) < least or not all(map(NUMBER.fullmatch, words)):
        return None
    return name.rpartition("$")[2], [[word] for word in words], end


def _named(lines: list[str], at: int, name: str) -> Vector | None:
    """Read pairs of lines: names, and below each its value, both ending at one place."""
    rows: list[list[str]] = []
    end = at
    while end + 1 < len(lines) and (pairs := _pairs(lines[end], lines[end + 1])):
        rows += pairs
        end += 2
    if rows and len(rows) >= _LEAST_NAMED + 1 and all(_LEVEL.fullmatch(row[0]) for row in rows):
        # Quantiles, as R prints them below their levels.
        told = [[f"{float(level.rstrip('%')) / 100:g}", value] for level, value in rows]
        return "quantile", told, end
    numbered = all(re.fullmatch(r"\d+", row[0]) for row in rows)
    long = end - at > _LEAST_NAMED
    if not rows or not (numbered or long) or (numbered and not long and len(rows) < _LEAST_NAMED):
        return None
    return name.rpartition("$")[2], rows, end


def _pairs(above: str, below: str) -> list[list[str]]:
    """Return names with their values, if each value stands right below its name."""
    names, values = list(WORD.finditer(above)), list(WORD.finditer(below))
    if len(names) != len(values) or not names:
        return []
    ends = all(a.end() == b.end() for a, b in zip(names, values, strict=True))
    if not ends or not all(NUMBER.fullmatch(value.group()) for value in values):
        return []
    # Rows of numbers below each other are a table, unless the first count on.
    told = [name.group() for name in names]
    levels = all(map(_LEVEL.fullmatch, told)) and len(told) > _LEAST_NAMED
    named = any(NUMBER.fullmatch(word) for word in told)
    if named and not levels and not _count_people(told, values):
        return []
    return [[a, b.group()] for a, b in zip(told, values, strict=True)]


def _count_people(names: list[str], values: list[re.Match[str]]) -> bool:
    """Whether names are different whole numbers, and the values below them are not."""
    whole = all(re.fullmatch(r"\d+", name) for name in names) and len(set(names)) == len(names)
    return whole and any("." in value.group() for value in values)
