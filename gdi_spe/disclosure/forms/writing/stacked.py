"""Cross tables whose cells stack a count on its percents, as SAS prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_COUNT = re.compile(r"\d{1,3}(,\d{3})+|\d{1,9}")
_TOTAL = re.compile(r"totals?", re.IGNORECASE)
_LEAST_ROWS = 2
_LEAST_COLUMNS = 3
Rows = Sequence[Sequence[str]]


def counts_alone(names: Sequence[str], rows: Rows) -> list[list[str]] | None:
    """Return the rows of counts if all that stands below each is their percents; None if not.

    TRUST: percents are left out where each is a count beside it over a row, a column or everybody,
    to the last digit: they tell nothing that the counts, which are judged, do not.
    """
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
    by_name = {row[0]: numbers for row, numbers in zip(inner, matrix, strict=True)}
    if len(by_name) != len(inner) or not _adds_up(counts, by_name, matrix):
        return None
    told = all(_are_percents(blocks, at, by_name, matrix) for at in range(1, deepest))
    return [list(row) for row in counts] if told else None


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


def _adds_up(
    counts: Rows, by_name: dict[str, NDArray[np.float64]], matrix: NDArray[np.float64]
) -> bool:
    """Whether the totals are the sums of what they stand beside and below."""
    width = matrix.shape[1]
    for row in counts:
        numbers = by_name.get(row[0], matrix.sum(axis=0))
        wanted = [*numbers, numbers.sum()][: len(row) - 1]
        cells = row[1:]
        if not all(map(_COUNT.fullmatch, cells)) or len(cells) not in (width, width + 1):
            return False
        if [_number(cell) for cell in cells] != wanted:
            return False
    return True


def _are_percents(
    blocks: list[list[Sequence[str]]],
    at: int,
    by_name: dict[str, NDArray[np.float64]],
    matrix: NDArray[np.float64],
) -> bool:
    """Whether the rows so far below each label are percents of one kind, the same in every row."""
    columns, everybody = matrix.sum(axis=0), float(matrix.sum())
    rows = [(block[0][0], block[at]) for block in blocks if len(block) > at]
    for kind in ("row", "column", "all"):
        wholes = {"column": columns, "all": np.full_like(columns, everybody)}
        if all(
            _is_told(cell, 100 * count / max(whole, 1))
            for name, row in rows
            for cell, count, whole in _beside(row, by_name.get(name), columns, wholes.get(kind))
        ):
            return True
    return False


def _beside(
    row: Sequence[str],
    numbers: NDArray[np.float64] | None,
    columns: NDArray[np.float64],
    wholes: NDArray[np.float64] | None,
) -> Iterator[tuple[str, float, float]]:
    """Yield each cell with its count and what it is a share of; margins are of everybody."""
    everybody = float(columns.sum())
    counts = columns if numbers is None else numbers
    if numbers is None:
        wholes = np.full_like(columns, everybody)
    elif wholes is None:
        wholes = np.full_like(columns, counts.sum())
    yield from zip(
        row[1:],
        [*counts.tolist(), float(counts.sum())],
        [*wholes.tolist(), everybody],
        strict=False,
    )


def _is_told(cell: str, percent: float) -> bool:
    """Whether a cell is empty or the percent, to its last digit."""
    if cell in ("", "."):
        return True
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", cell):
        return False
    half = 0.5 * 10.0 ** -len(cell.partition(".")[2])
    return abs(float(cell) - percent) <= half * (1 + 1e-6)
