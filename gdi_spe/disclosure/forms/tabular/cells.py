"""Rows of cells, from whatever form, as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

from gdi_spe.disclosure.contents.table import NUMBER, Table, column_of

# A number with its share or spread, a bound, thousands: what a row below a header holds.
_VALUE = re.compile(r"[<>≤≥]?\s?[-+−]?\d[\d,.' ]*%?(\s?[(\[±].*)?")
# A level of a variable, as the name of a column.
_LEVEL = re.compile(r"\d")
_MOST_ABOVE = 4
# A header and a row below it.
_LEAST_ROWS = 2
_LEAST_QUANTILES = 3


def table_of_rows(path: str, rows: Sequence[Sequence[str]], digits: int) -> Table | None:
    """Make a table of rows whose first may be a header; nothing if there is no body."""
    width = max((len(row) for row in rows), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    if width == 0 or not filled:
        return None
    n_headers = _n_levels(filled) or _n_headers(filled)
    names = [_joined([row[i] for row in filled[:n_headers]], i) for i in range(width)]
    body = filled[n_headers:]
    if not body:
        return None
    return named_table(path, names, body, digits)


def named_table(
    path: str, names: Sequence[str], body: Sequence[Sequence[str]], digits: int
) -> Table:
    """Make a table of rows whose columns have these names, each made to stand once."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    columns = [
        column_of(name, pa.array([row[i] for row in body]), digits) for i, name in enumerate(unique)
    ]
    return Table(path, tuple(columns))


def _n_levels(rows: list[list[str]]) -> int:
    """Return how many header rows end with one that names rows and nothing else; 0 if none does."""
    for place, row in enumerate(rows[1:4], start=2):
        named = [bool(cell.strip()) for cell in row]
        # Names of rows stand first; the columns above them are left empty here.
        n = named.index(False) if False in named else len(named)
        valued = any(_VALUE.fullmatch(cell.strip()) for cell in row[:n])
        above = [cell.strip() for each in rows[1 : place - 1] for cell in each[n:]]
        # Values above it are of rows: what follows is a heading among them.
        valued = valued or any(_VALUE.fullmatch(c) and not _LEVEL.fullmatch(c) for c in above)
        if 0 < n < len(row) and not any(named[n:]) and not valued:
            # Where more such rows follow, they are headings over rows.
            return 0 if place == _LEAST_ROWS and any(map(_is_heading, rows[place:])) else place
    return 0


def _is_heading(row: list[str]) -> bool:
    return bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])


def _n_headers(rows: list[list[str]]) -> int:
    """Return how many of the first rows hold no number beside empty cells and words."""
    for place, row in enumerate(rows[:4]):
        number = NUMBER if place == 0 else _VALUE
        if any(number.fullmatch(cell.strip()) for cell in row[1:] or row):
            return place + _names_levels(rows, place)
    return 1


def _names_levels(rows: list[list[str]], place: int) -> bool:
    """Whether a row names columns, some after the levels 0, 1, 2 of a variable.

    TRUST: nothing but levels in order may be numbers in it, and words stand over columns of values.
    """
    first, *row = (cell.strip() for cell in rows[place])
    levels = [int(cell) for cell in row if _LEVEL.fullmatch(cell)]
    below = rows[place + 1 :]
    counted = len(levels) > 1 and levels == list(range(levels[0], levels[0] + len(levels)))
    if not counted or levels[0] > 1 or len(below) < _LEAST_ROWS or _VALUE.fullmatch(first):
        return False
    words = [i for i, cell in enumerate(row, start=1) if re.search(r"[A-Za-z]{2}", cell)]
    if any(_VALUE.fullmatch(cell) for cell in row if cell and not _LEVEL.fullmatch(cell)):
        return False
    return any(_are_values([each[i].strip() for each in below]) for i in words)


def are_quantiles(fields: Sequence[str]) -> bool:
    """Whether a first line names columns, some after shares of people: 0.1, 0.25, 0.5, 0.9.

    TRUST: a row of data has a number in its last places too, and its shares stand in no order.
    """
    numbers = [float(each) for each in fields if NUMBER.fullmatch(each.strip())]
    words = [each for each in fields if re.fullmatch(r"[A-Za-z][\w .%-]{0,40}", each.strip())]
    if len(numbers) < _LEAST_QUANTILES or len(numbers) + len(words) < len(fields):
        return False
    ordered = all(a < b for a, b in pairwise(numbers))
    return ordered and numbers[0] > 0 and numbers[-1] < 1 and len(words) > 1


def _are_values(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(map(_VALUE.fullmatch, filled))


def _joined(cells: list[str], place: int) -> str:
    words = [cell.strip() for cell in cells if cell.strip()]
    return " ".join(dict.fromkeys(words)) or ("" if place == 0 else f"column_{place + 1}")


def without_notes(
    rows: Sequence[Sequence[str]],
) -> tuple[list[str], list[Sequence[str]], list[str]]:
    """Take titles above a table and notes below it off: rows of which one cell is filled.

    Words between rows stay: they name the rows below them.
    """
    alone = [bool(row) and bool(row[0].strip()) and not any(row[1:]) for row in rows]
    first = next((i for i, one in enumerate(alone) if not one), len(rows))
    last = next((i for i in range(len(rows), first, -1) if not alone[i - 1]), first)
    # What is all of one column is a list, and no table with notes.
    if first > _MOST_ABOVE or last - first < _LEAST_ROWS:
        return [], list(rows), []
    above = [row[0] for row in rows[:first]]
    return above, list(rows[first:last]), [row[0] for row in rows[last:]]
