"""Cross tables whose cells stack a count on its percents, as SAS prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_COUNT = re.compile(r"\d{1,3}(,\d{3})+|\d{1,9}")
_STATISTICS = re.compile(r"^\s*Summary statistics: (\w[\w, ]{1,200})$", re.MULTILINE)
_COUNTS = re.compile(r"counts?|n|frequency|anzahl|recuento|effectif|conteggio", re.IGNORECASE)
_PERCENTS = re.compile(r"%|percent|prozent|pourcentage|porcentaje", re.IGNORECASE)
_TOTAL = re.compile(r"totals?", re.IGNORECASE)
_LEAST_ROWS = 2
_LEAST_COLUMNS = 3
Rows = Sequence[Sequence[str]]


def counts_alone(names: Sequence[str], rows: Rows) -> tuple[list[str], list[list[str]]] | None:
    """Return names and rows of counts if all that stands below each is its percents; else None.

    TRUST: percents are left out where each is a count beside it over a row, a column or everybody,
    to the last digit: they tell nothing that the counts, which are judged, do not.
    """
    names, rows = _by_kind(names, rows)
    blocks = _blocks(rows)
    counts = [block[0] for block in blocks]
    if len(blocks) < _LEAST_ROWS or len(names) < _LEAST_COLUMNS or len(blocks) == len(rows):
        return None
    inner = [row for row in counts if not _TOTAL.fullmatch(row[0])]
    width = len(names) - 1 - bool(_TOTAL.fullmatch(names[-1]))
    if not inner or not all(_COUNT.fullmatch(cell) for row in inner for cell in row[1 : width + 1]):
        return None
    matrix = np.array([[_number(cell) for cell in row[1 : width + 1]] for row in inner])
    deepest = max(map(len, blocks))
    by_name = {row[0]: place for place, row in enumerate(inner)}
    if len(by_name) != len(inner) or not _adds_up(counts, by_name, matrix):
        return None
    grid = _with_margins(matrix)
    told = all(_are_percents(blocks, at, by_name, grid) for at in range(1, deepest))
    return (list(names), [list(row) for row in counts]) if told else None


def named_statistics(
    told: str, names: Sequence[str], rows: Rows
) -> tuple[list[str], list[list[str]]] | None:
    """Return one row a group and variable, if each group has a row for each statistic told above.

    Stata's tabstat says which once: "Summary statistics: N, mean, SD".
    """
    found = _STATISTICS.findall(told)
    statistics = re.split(r",\s*", found[-1].strip()) if found else []
    blocks = _blocks(rows)
    if len(statistics) < _LEAST_ROWS or any(len(block) != len(statistics) for block in blocks):
        return None
    made = [
        [block[0][0], names[i], *(row[i] for row in block)]
        for block in blocks for i in range(1, len(names))
    ]  # fmt: skip
    return [names[0], "variable", *statistics], made


def _blocks(rows: Rows) -> list[list[Sequence[str]]]:
    """Divide rows into those with a label and the rows without one below each."""
    blocks: list[list[Sequence[str]]] = []
    for row in rows:
        if row[0]:
            blocks.append([row])
        elif not blocks:
            return []
        else:
            blocks[-1].append(row)
    return blocks


def _number(cell: str) -> float:
    return float(cell.replace(",", ""))


def _by_kind(names: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
    """Return rows named by their groups where they count, and by nothing where they do not.

    SPSS names each row by what it holds: "Count", "% within smoking".
    """
    at = next((i for i in range(3) if _are_kinds([row[i] for row in rows if len(row) > i])), None)
    if at is None:
        return names, rows
    made, label = [], ""
    for row in rows:
        label = ", ".join(filter(None, row[:at])) or label
        made.append([label if _COUNTS.fullmatch(row[at]) else "", *row[at + 1 :]])
    return ["", *names[at + 1 :]], made


def _are_kinds(cells: list[str]) -> bool:
    counted = sum(bool(_COUNTS.fullmatch(cell)) for cell in cells)
    return 1 < counted < len(cells) and all(
        _COUNTS.fullmatch(cell) or _PERCENTS.match(cell) for cell in cells
    )


def _with_margins(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts with the totals of rows to the right and those of columns below."""
    wide = np.column_stack([matrix, matrix.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def _adds_up(counts: Rows, by_name: dict[str, int], matrix: NDArray[np.float64]) -> bool:
    """Whether the totals are the sums of what they stand beside and below."""
    grid = _with_margins(matrix)
    for row in counts:
        wanted = grid[by_name.get(row[0], -1)].tolist()
        cells = row[1:]
        if not all(map(_COUNT.fullmatch, cells)) or len(wanted) - len(cells) not in (0, 1):
            return False
        if [_number(cell) for cell in cells] != wanted[: len(cells)]:
            return False
    return True


def _are_percents(
    blocks: list[list[Sequence[str]]], at: int, by_name: dict[str, int], grid: NDArray[np.float64]
) -> bool:
    """Whether the rows so far below each label are percents of one kind, the same in every row."""
    of_rows, of_columns = grid[:, -1:], grid[-1:]
    rows = [(by_name.get(block[0][0], -1), block[at]) for block in blocks if len(block) > at]
    for whole in (of_rows, of_columns, of_columns[:, -1:]):
        percents = 100 * grid / np.maximum(whole, 1)
        # SAS writes margins as shares of everybody, Stata as shares of what the others are of.
        if all(
            _is_told(cell, percent) or (_is_margin(place, i, grid) and _is_told(cell, of_all))
            for place, row in rows
            for i, (cell, percent, of_all) in enumerate(
                zip(row[1:], percents[place], 100 * grid[place] / grid[-1, -1], strict=False)
            )
        ):
            return True
    return False


def _is_margin(row: int, column: int, grid: NDArray[np.float64]) -> bool:
    return row == -1 or column == grid.shape[1] - 1


def _is_told(cell: str, percent: float) -> bool:
    """Whether a cell is empty or the percent, to its last digit."""
    cell = cell.removesuffix("%")
    if cell in ("", "."):
        return True
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", cell):
        return False
    half = 0.5 * 10.0 ** -len(cell.partition(".")[2])
    return abs(float(cell) - percent) <= half * (1 + 1e-6)
