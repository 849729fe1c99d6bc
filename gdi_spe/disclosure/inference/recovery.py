"""What totals give back of hidden cells: exact algebra first, then bounds by linear programming."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from gdi_spe.disclosure.contents.table import Column, Table

_HIDDEN = re.compile(
    r"(<|≤|&lt;|less than )\s?(\d{1,3})|\*+|x|c|s|supp\w*|\.\.|redacted|\[c\]|\[?z\]?"
)
_TOTAL = re.compile(r"all|totals?|sum|overall|any|margins?|both", re.IGNORECASE)
_MOST = 1500
_CLOSE = 1e-6


class MostCells(Exception):
    """More hidden cells than are worked out."""


@dataclass(frozen=True)
class Recovered:
    """What the totals leave of one hidden cell."""

    place: str
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart the bounds are."""
        return self.high - self.low

    @property
    def is_exact(self) -> bool:
        """Whether only one value is left."""
        return self.width < 0.5


def determined(equations: csr_matrix | NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which unknowns the equations determine exactly, whatever the right-hand side.

    Notes
    -----
    An unknown is determined if its unit vector lies in the row space: its leverage, the squared
    length of its row in an orthonormal basis of that space, is then 1.
    """
    dense = equations.toarray() if isinstance(equations, csr_matrix) else np.asarray(equations)
    n_unknowns = dense.shape[1]
    if n_unknowns == 0 or dense.shape[0] == 0:
        return np.zeros(n_unknowns, dtype=bool)
    _, sizes, basis = np.linalg.svd(dense, full_matrices=False)
    basis = (
        basis[sizes > max(dense.shape) * np.finfo(float).eps * sizes[0]] if sizes[0] else basis[:0]
    )
    leverage = (basis**2).sum(axis=0)
    return np.asarray(leverage > 1 - _CLOSE)


def bounds(
    equations: csr_matrix, totals: NDArray[np.float64],
    low: NDArray[np.float64], high: NDArray[np.float64], wanted: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:  # fmt: skip
    """Return the smallest and largest value of each unknown that the totals allow."""
    from scipy.optimize import linprog

    places = np.arange(low.size) if wanted is None else wanted
    found = np.column_stack([low, high]).astype(float)
    limits = np.column_stack([low, high])
    for place in places:
        goal = np.zeros(low.size)
        goal[place] = 1
        for side, sign in ((0, 1), (1, -1)):
            solved = linprog(
                sign * goal, A_eq=equations, b_eq=totals, bounds=limits, method="highs"
            )
            if solved.status == 0:
                found[place, side] = sign * solved.fun
    return found


def recover_table(table: Table, minimum: int) -> list[Recovered]:
    """Work out what the totals in a cross table give back of its hidden cells.

    Raises
    ------
    MostCells
        If there are more hidden cells than can be worked out.
    """
    grid = _grid(table)
    if grid is None:
        return []
    numbers, hidden, rows, columns = grid
    places = np.argwhere(hidden)
    if not places.size:
        return []
    if len(places) > _MOST:
        raise MostCells(f"It has {len(places):,} hidden cells")
    index = {(int(r), int(c)): i for i, (r, c) in enumerate(places)}
    lines, totals = _equations(numbers, index, rows, columns)
    if not lines:
        return []
    matrix = csr_matrix(np.array(lines))
    high = np.full(
        len(places), float(np.nanmax(numbers)) if np.isfinite(numbers).any() else minimum
    )
    for i, (r, c) in enumerate(places):
        high[i] = min(high[i], _ceiling(table, int(r), int(c), minimum))
    found = bounds(matrix, np.array(totals), np.zeros(len(places)), high)
    exact = determined(matrix)
    out = []
    for i, (r, c) in enumerate(places):
        low, top = found[i]
        named = f"{table.label_of(int(r))} / {table.columns[int(c)].name}"
        out.append(Recovered(named, low, low if exact[i] else top))
    return out


def missing_people(table: Table, n_individuals: int | None) -> float | None:
    """Return how many of the cohort a table with hidden cells leaves out, if its total tells."""
    grid = _grid(table)
    if grid is None or n_individuals is None:
        return None
    numbers, hidden, rows, columns = grid
    if rows and columns and np.isfinite(numbers[rows[0], columns[0]]):
        return float(n_individuals - numbers[rows[0], columns[0]])
    if rows or columns or not hidden.any():
        return None
    total = float(np.nansum(numbers))
    return n_individuals - total if total <= n_individuals else None


def _ceiling(table: Table, row: int, column: int, minimum: int) -> float:
    """Return the most that a hidden cell can be by its own mark; a hidden total can be anything."""
    cell = table.columns[column].text(row)
    found = _HIDDEN.fullmatch(cell)
    if found and found.group(2):
        return float(found.group(2)) - (0 if cell.startswith("≤") else 1)
    return np.inf


def _grid(
    table: Table,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[int], list[int]] | None:
    """Return numbers, hidden cells, and the places of total rows and columns."""
    if table.n_rows > 2000:
        return None
    labels = [i for i, c in enumerate(table.columns) if _is_label(c)]
    body = [i for i in range(len(table.columns)) if i not in labels]
    if not labels or not body:
        return None
    numbers = np.full((table.n_rows, len(table.columns)), np.nan)
    hidden = np.zeros_like(numbers, dtype=bool)
    counted = any(_is_whole(table.columns[i]) for i in body)
    for i in body:
        # Beside counts, a share or mean that is left out is no cell that was hidden.
        gaps = _is_whole(table.columns[i]) or not counted
        for row, cell in enumerate(table.columns[i].texts()):
            if re.fullmatch(r"-?\d+(\.\d+)?", cell):
                numbers[row, i] = float(cell)
            else:
                hidden[row, i] = bool(cell) or gaps
    if not hidden.any():
        return None
    rows = [
        r for r in range(table.n_rows)
        if any(_TOTAL.fullmatch(table.columns[i].text(r)) for i in labels)
    ]  # fmt: skip
    columns = [i for i in body if _TOTAL.fullmatch(table.columns[i].plain)]
    return numbers, hidden, rows, columns


def _is_label(column: Column) -> bool:
    """Whether a column names groups; hidden cells do not make a column of numbers one."""
    cells = [c for c in column.cells if c and not _HIDDEN.fullmatch(c)]
    return not cells or not all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in cells)


def _is_whole(column: Column) -> bool:
    """Whether every number in a column is whole, as counts are."""
    cells = [cell for cell in column.cells if re.fullmatch(r"-?\d+(\.\d+)?", cell)]
    return all("." not in cell for cell in cells)


def _equations(
    numbers: NDArray[np.float64], index: dict[tuple[int, int], int],
    total_rows: list[int], total_columns: list[int],
) -> tuple[list[NDArray[np.float64]], list[float]]:  # fmt: skip
    """Write each total as a sum of its cells: known parts on the right, hidden ones on the left."""
    n_rows, n_columns = numbers.shape
    body = [c for c in range(n_columns) if np.isfinite(numbers[:, c]).any() or _any(index, c)]
    inner_rows = [r for r in range(n_rows) if r not in total_rows]
    inner_columns = [c for c in body if c not in total_columns]
    lines: list[NDArray[np.float64]] = []
    totals: list[float] = []
    for total in total_columns[:1]:
        for row in range(n_rows):
            _add(lines, totals, numbers, index, ([(row, c) for c in inner_columns], (row, total)))
    for total in total_rows[:1]:
        for column in body:
            _add(
                lines, totals, numbers, index, ([(r, column) for r in inner_rows], (total, column))
            )
    return lines, totals


def _any(index: dict[tuple[int, int], int], column: int) -> bool:
    return any(c == column for _, c in index)


def _add(
    lines: list[NDArray[np.float64]], totals: list[float], numbers: NDArray[np.float64],
    index: dict[tuple[int, int], int], equation: tuple[list[tuple[int, int]], tuple[int, int]],
) -> None:  # fmt: skip
    cells, total = equation
    line, right = np.zeros(len(index)), 0.0
    for place, sign in [*((cell, 1.0) for cell in cells), (total, -1.0)]:
        if place in index:
            line[index[place]] += sign
        elif np.isfinite(numbers[place]):
            right -= sign * numbers[place]
        else:
            return
    if line.any():
        lines.append(line)
        totals.append(right)
