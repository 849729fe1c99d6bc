"""Stairs: curves that step, evenly as a grid of time does or at each event."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Mask, widened
from gdi_spe.disclosure.figures.strokes import blobs_of, run_lengths

_LEAST_TREAD, _LEAST_RISE = 4, 2
_LEAST_STEPS = 5
_STEP_OFF = 2.2


def steps_in(ink: Mask, line: int) -> tuple[int, int]:
    """Count the steps of stairs, curve by curve: those evenly apart, and the others."""
    run, rise = run_lengths(ink), run_lengths(ink.T).T
    inside = ink & (run < 0.95 * ink.shape[1]) & (rise < 0.95 * ink.shape[0])
    tread = _flat(inside & (run >= max(_LEAST_TREAD, line + 2)) & (rise <= line + 1), 0, line)
    riser = _flat(inside & (rise >= line + _LEAST_RISE) & (run <= line + 1), 1, line)
    if not tread.any() or not riser.any():
        return 0, 0
    beside = widened(tread, line + 2)
    labelled, blobs = blobs_of(inside)
    even = uneven = 0
    for blob in blobs:
        if blob.width < _LEAST_STEPS * _LEAST_TREAD:
            continue
        own = labelled[blob.box] == blob.number
        places = _places_of(own, tread[blob.box], riser[blob.box], beside[blob.box])
        # Intervals with caps have treads in one row only.
        rows = (tread[blob.box] & own).any(axis=1)
        n_levels = int((rows[1:] & ~rows[:-1]).sum() + rows[0])
        if places.size >= _LEAST_STEPS and n_levels >= _LEAST_STEPS:
            is_even = _are_even(places)
            even, uneven = even + is_even * places.size, uneven + (not is_even) * places.size
    return even, uneven


def _places_of(own: Mask, tread: Mask, riser: Mask, beside: Mask) -> NDArray[np.float64]:
    """Return where one curve steps, if it is made of steps: a riser stands beside a tread."""
    columns = np.flatnonzero((riser & beside & own).any(axis=0))
    if columns.size == 0 or ((tread | riser) & own).sum() < 0.6 * own.sum():
        return np.zeros(0)
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return np.array([float(g.mean()) for g in groups])


def _flat(mask: Mask, axis: int, line: int) -> Mask:
    """Keep the pieces that do not slope."""
    labelled, blobs = blobs_of(mask)
    kept = [b.number for b in blobs if (b.height, b.width)[axis] <= line + 2]
    return np.asarray(np.isin(labelled, kept), dtype=bool)


def _are_even(places: NDArray[np.float64]) -> bool:
    """Whether places are whole steps apart, of a step that is no smaller than can be seen."""
    gaps = np.diff(places)
    for step in (gaps.min(), float(np.median(gaps))):
        if step < 3 * _STEP_OFF:
            continue
        from_first = (places - places[0]) / step
        fitted = (places[-1] - places[0]) / max(1.0, float(np.rint(from_first[-1])))
        off = np.abs((places - places[0]) - np.rint((places - places[0]) / fitted) * fitted)
        if off.max() <= _STEP_OFF:
            return True
    return False
