"""Steps at which people leave: how many left at each, and how many stayed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.shapes.shape import values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_STEPS = re.compile(r"(step|stage|filter|phase)")
_TWO = 2


def is_left(column: Column, table: Table, judging: Judging) -> bool:
    """Whether numbers are of those left after each step, more of whom were asked than stayed."""
    numbers, n = values(column), judging.context.n_individuals
    steps = any(_STEPS.match(c.plain) for c in table.labels)
    known = steps and column.is_integer and bool(np.isfinite(numbers).all())
    # At a step nobody may leave, and the last row may only say again how many stayed.
    return known and n is not None and bool((np.diff(numbers) <= 0).all()) and numbers[-1] <= n


def is_flow(matrix: NDArray[np.float64], minimum: int) -> bool:
    """Whether one column is those who are left and another those who left between two rows.

    TRUST: nobody leaves alone or in a group that is small.
    """
    return matrix.shape[1] == _TWO and any(
        np.array_equal(-np.diff(matrix[:, i]), matrix[1:, 1 - i]) and bool(matrix.min() >= minimum)
        for i in range(_TWO)
    )


def are_gaps_told(column: Column, table: Table) -> bool:
    """Whether a column of those who leave is empty only before the first step, or after the last.

    TRUST: every other cell is what those left beside it tell, so an empty cell hides nobody: none
    can leave before the first step, and after the last as many are left as before.
    """
    if column.numbers is None:
        return False
    gone, gaps = values(column), np.isnan(values(column))
    if not gaps.any() or (~gaps).sum() < _TWO or gaps[1:-1].any():
        return False
    return any(
        bool((_leaving(values(left))[~gaps] == gone[~gaps]).all())
        and bool((_leaving(values(left))[gaps] == 0).all())
        for left in table.columns
        if left is not column and left.is_integer and not np.isnan(values(left)).any()
    )


def _leaving(left: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many fewer are left than in the row before; nobody in the first."""
    return -np.diff(left, prepend=left[:1])
