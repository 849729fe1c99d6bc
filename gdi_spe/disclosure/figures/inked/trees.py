"""Trees beside a matrix, as clustering draws them: one leaf at the middle of each row or column."""

from __future__ import annotations

import numpy as np

from gdi_spe.disclosure.figures.filled.cells import Matrix
from gdi_spe.disclosure.figures.ground import Mask
from gdi_spe.disclosure.figures.strokes import blobs_of, run_lengths

# Leaves are looked for so far from the matrix.
_NEAREST, _FARTHEST = 3, 7
_OFF, _WIDEST = 0.2, 0.3
_LEAST_RUN, _STRAIGHT = 4, 0.97


def trees_beside(ink: Mask, matrices: tuple[Matrix, ...]) -> Mask:
    """Find the trees above and to the left of matrices: they tell no more rows than those have."""
    found = np.zeros_like(ink)
    for matrix in matrices:
        down, across = matrix.box
        above = _tree(ink[: down.start, across], matrix.columns)
        left = _tree(ink[down, : across.start].T, matrix.rows).T
        found[: down.start, across] |= above
        found[down, : across.start] |= left
    return found


def _tree(part: Mask, n_cells: int) -> Mask:
    """Return what stands with a leaf on each cell below, if it is one tree of straight lines."""
    none = np.zeros_like(part)
    if part.shape[0] <= _FARTHEST:
        return none
    leaves = np.asarray(part[-_FARTHEST:-_NEAREST].all(axis=0), dtype=bool)
    if not _are_in_the_middle(leaves, n_cells):
        return none
    labelled, blobs = blobs_of(part)
    roots = np.unique(labelled[-_NEAREST - 1][leaves])
    if len(blobs) == 0 or roots.size != 1:
        return none
    tree = np.asarray(labelled == roots[0], dtype=bool)
    straight = np.maximum(run_lengths(tree), run_lengths(tree.T).T) >= _LEAST_RUN
    return tree if straight[tree].mean() >= _STRAIGHT else none


def _are_in_the_middle(leaves: Mask, n_cells: int) -> bool:
    """Whether one line comes down at the middle of each cell."""
    columns = np.flatnonzero(leaves)
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    if columns.size == 0 or len(runs) != n_cells:
        return False
    pitch = leaves.size / n_cells
    middles = np.array([float(run.mean()) for run in runs]) + 0.5
    off = np.abs(middles / pitch - np.arange(n_cells) - 0.5)
    return bool(off.max() <= _OFF and max(run.size for run in runs) <= _WIDEST * pitch)
