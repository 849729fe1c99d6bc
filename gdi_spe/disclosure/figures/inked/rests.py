"""What is left of lines and edges when bars are taken away: pieces of a grid, and soft edges."""

from __future__ import annotations

import numpy as np

from gdi_spe.disclosure.figures.ground import Box, Mask
from gdi_spe.disclosure.figures.strokes import Strokes, blobs_of, run_lengths

_LEAST_SEEN, _SLIM, _LONG = 0.12, 4, 4


def behind(strokes: Strokes, frame: Box) -> Mask:
    """Return the pieces of straight lines between bars that hide the rest of each.

    A piece is no wider than its line and lies in the very same columns, or rows.
    """
    found = np.zeros_like(strokes.ink)
    for mask, ink, side in ((strokes.down, strokes.ink, 0), (strokes.across.T, strokes.ink.T, 1)):
        own = (frame[side], frame[1 - side])
        least = _LEAST_SEEN * (own[0].stop - own[0].start)
        lines = [b for b in blobs_of(mask[own])[1] if b.height >= least]
        wide = run_lengths(ink[own])
        pieces = np.zeros_like(mask[own])
        for line in lines:
            columns = slice(max(0, line.box[1].start - 1), line.box[1].stop + 1)
            part = ink[own][:, columns] & (wide[:, columns] <= line.width + 1)
            pieces[:, columns] |= part
        here = found[frame] if side == 0 else found[frame].T
        here |= pieces
    return found


def without_edges(ink: Mask) -> Mask:
    """Drop what compression leaves beside edges: dust, and slim straight pieces along them."""
    from scipy.ndimage import binary_opening

    solid = np.asarray(binary_opening(ink, np.ones((3, 3))), dtype=bool)
    labelled, blobs = blobs_of(solid)
    slim = [
        b.number for b in blobs
        if min(b.height, b.width) <= _SLIM
        and max(b.height, b.width) >= _LONG * min(b.height, b.width)
    ]  # fmt: skip
    return np.asarray(solid & ~np.isin(labelled, slim), dtype=bool)
