"""Curves of a drawing: how often they turn, and whether they step evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.drawings.sheet import Piece, Places

_MOST_STEPS = 101
_ALONG = 0.8
_LEAST_CORNERS = 8
# A bend of so many degrees is a corner; of a smooth curve there are few.
_CORNER = np.radians(14)
_SLIGHT = 0.01
_OFF_GRID, _ONE_STEP = 0.08, 1.3
_LEAST_STEPS = 5
_OCCUPIED = 0.8


def n_turns(places: Places, whole: float) -> int:
    """Count the ups and downs of a course that are seen at all."""
    return max(0, _reversals(places[:, 1], _SLIGHT * whole))


def _reversals(values: NDArray[np.float64], least: float) -> int:
    """Count how often values turn back by more than the least."""
    n, direction, extreme = 0, 0, float(values[0])
    for value in values[1:]:
        value = float(value)
        if (direction >= 0 and value > extreme) or (direction <= 0 and value < extreme):
            if direction == 0 and abs(value - extreme) > least:
                direction = 1 if value > extreme else -1
                extreme = value
            elif direction != 0:
                extreme = value
        elif abs(value - extreme) > least:
            n += 1
            direction = -direction
            extreme = value
    return n


def is_stairs(piece: Piece) -> bool:
    """Whether a line goes across and down in turn."""
    step = np.abs(np.diff(piece.places, axis=0))
    step = step[step.max(axis=1) > 0.01]
    along = step.min(axis=1) < 0.02 + 0.002 * step.max(axis=1)
    return len(step) >= _LEAST_STEPS and float(along.mean()) >= _ALONG


def steps_evenly(piece: Piece) -> bool:
    """Whether the steps of stairs stand on a grid that was chosen, not where people are."""
    places = piece.places
    move = np.diff(places, axis=0)
    upright = (np.abs(move[:, 1]) > 0.02) & (np.abs(move[:, 0]) < 0.02 + 0.002 * np.abs(move[:, 1]))
    at = np.unique(places[:-1][upright][:, 0].round(1))
    return is_even(at)


def is_even(at: NDArray[np.float64]) -> bool:
    """Whether places are whole steps of one length apart."""
    at = np.unique(at)
    if at.size < 3:
        return True
    gaps = np.diff(at)
    least = float(gaps[gaps > 0.3].min()) if (gaps > 0.3).any() else 0.0
    if least < 1.5:
        return False
    # Places are written with few digits: one gap is less exact than many.
    step = float(gaps[(gaps > 0.3) & (gaps <= _ONE_STEP * least)].mean())
    lines = (at - at[0]) / step
    if lines[-1] > _MOST_STEPS:
        return False
    whole = np.rint(lines)
    fitted = float((at - at[0]) @ whole) / float(whole @ whole)
    # Most lines of a grid that was chosen have a step; people stand on some of them.
    if at.size < _OCCUPIED * (lines[-1] + 1):
        return False
    off = np.abs((at - at[0]) / fitted - np.rint((at - at[0]) / fitted))
    return bool(off.max() <= max(_OFF_GRID, 0.35 / step))


def n_corners(piece: Piece) -> int:
    """Count the places where a course bends visibly."""
    return int((_bends(piece) > _CORNER).sum())


def _bends(piece: Piece) -> NDArray[np.float64]:
    """Return by how much a course turns at each corner."""
    move = np.diff(piece.places, axis=0)
    move = move[np.hypot(move[:, 0], move[:, 1]) > 0.05]
    if len(move) < 2:
        return np.zeros(1)
    angle = np.arctan2(move[:, 1], move[:, 0])
    return np.asarray(np.abs(np.angle(np.exp(1j * np.diff(angle)))))


def is_chosen(piece: Piece) -> bool:
    """Whether a course is smooth, or goes through places that were chosen evenly."""
    if len(piece.places) < _LEAST_CORNERS or piece.is_bent:
        return True
    if is_stairs(piece):
        return steps_evenly(piece)
    corners = n_corners(piece)
    if corners <= max(4, 0.12 * len(piece.places)) or (piece.is_closed and _is_round(piece)):
        return True
    at = piece.places[:, 0].round(1)
    # Where a line stands on one place twice, it goes up there: it steps.
    goes_up = (np.diff(at) == 0).sum() > 2
    return not (goes_up and not piece.is_closed) and is_even(at)


def _is_round(piece: Piece) -> bool:
    """Whether a closed line goes around once without bays, as a contour does."""
    return float(_bends(piece).sum()) < 3 * np.pi
