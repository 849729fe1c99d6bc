"""Curves that meet: parted by their colours, or known by smooth edges where they run together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Mask
from gdi_spe.disclosure.figures.inked.clouds import by_colour

# Lines that run together are no wider than so many, and cross or meet seldom along their length.
_MOST_TOGETHER, _LEAST_CHANGES, _MOST_CHANGES = 6, 6, 0.08


def parts_of(own: Mask, pixels: NDArray[np.int16]) -> list[Mask]:
    """Part a shape by its colours; where one colour crosses another, a gap is closed."""
    from scipy.ndimage import binary_closing

    return [
        np.asarray(binary_closing(np.pad(part, 3), np.ones((3, 3)))[3:-3, 3:-3], dtype=bool)
        for part in by_colour(own, pixels)
    ]


def is_bundle(own: Mask, line: float) -> bool:
    """Whether a shape is lines, which run together in places: there its edges stay smooth."""
    return _are_lines(own, line) or _are_lines(own.T, line)


def _are_lines(own: Mask, line: float) -> bool:
    """Whether columns have few runs, whose number seldom changes, and edges that seldom turn back.

    Marks that lie on each other begin and end everywhere.
    """
    columns = own[:, own.any(axis=0)]
    starts = columns & ~np.pad(columns, ((1, 0), (0, 0)))[:-1]
    n_runs = starts.sum(axis=0)
    if columns.sum() > _MOST_TOGETHER * line * n_runs.sum() or n_runs.max() > _MOST_TOGETHER:
        return False
    changes = int((np.diff(n_runs) != 0).sum())
    top, end = columns.argmax(axis=0), columns[::-1].argmax(axis=0)
    backs = max(_n_backs(top), _n_backs(end))
    return bool(max(changes, backs) <= max(_LEAST_CHANGES, _MOST_CHANGES * columns.shape[1]))


def _n_backs(edge: NDArray[np.intp]) -> int:
    """Count how often an edge turns back."""
    moved = np.sign(np.diff(edge))
    moved = moved[moved != 0]
    return int((moved[1:] != moved[:-1]).sum())
