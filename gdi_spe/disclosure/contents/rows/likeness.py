"""Matrices of how alike things are, by their numbers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.table import Column, Table

_LEAST_SIDE, _MOST_SIDE = 4, 3000


def square_of(table: Table) -> NDArray[np.float64] | None:
    """Return the symmetric matrix that a table is, beside its names."""
    found = [c for c in table.columns if c.numbers is not None]
    if (
        not _LEAST_SIDE <= len(found) == table.n_rows <= _MOST_SIDE
        or len(table.columns) > len(found) + 2
    ):
        return None
    matrix = np.column_stack([_values(c) for c in found])
    lower = np.tril(matrix, -1)
    upper = np.triu(matrix, 1)
    if np.nansum(np.abs(upper)) == 0 or np.isnan(matrix).any():
        whole = np.where(np.isnan(matrix), np.where(np.isnan(matrix.T), 0, matrix.T), matrix)
        return whole if np.isnan(upper[np.triu_indices(len(found), 1)]).all() else None
    return matrix if np.allclose(lower, upper.T, atol=1e-3) else None


def _values(column: Column) -> NDArray[np.float64]:
    return np.zeros(0) if column.numbers is None else column.numbers
