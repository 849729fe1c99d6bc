"""Short strokes of a drawing: which are ticks of an axis, which end intervals, which are loose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.drawings.pieces.axes import Axis, axes_across, axes_up, number_of
from gdi_spe.disclosure.drawings.pieces.curves import is_even
from gdi_spe.disclosure.drawings.pieces.kinds import MARK, Kinds
from gdi_spe.disclosure.drawings.sheet import Piece, Sheet

_MOST_STROKES, _LEAST_TICKS = 3000, 3
_OFF_POWERS, _OFF_STEP = 0.02, 0.08
# Numbers of an axis stand so near to its ticks.
_BESIDE = 30.0
_MOST_LINES = 400
# Those across the page, and those up.
_Axes = tuple[list[Axis], list[Axis]]


def n_loose(sheet: Sheet, kinds: Kinds) -> int:
    """Count short strokes that are no ticks, no ends of intervals and no keys."""
    short = [s for s in kinds.strokes if max(s.wide, s.high) <= MARK]
    lines: dict[tuple[bool, float, float], list[Piece]] = {}
    for stroke in short:
        lies = stroke.wide >= stroke.high
        across = stroke.box[0 if lies else 1]
        lines.setdefault((lies, round(across), round(max(stroke.wide, stroke.high))), []).append(
            stroke
        )
    if len(short) > _MOST_STROKES:
        return len(short)
    axes = (axes_across(sheet.words), axes_up(sheet.words)) if short else ([], [])
    n = sum(
        len(part) for group in lines.values() if not _are_ticks(group, sheet, kinds, axes)
        for part in _by_axis(group, kinds) if not _are_ticks(part, sheet, kinds, axes)
    )  # fmt: skip
    crosses = [s for s in kinds.slants if max(s.wide, s.high) <= MARK]
    return n + len(crosses) // 2


def _are_ticks(group: list[Piece], sheet: Sheet, kinds: Kinds, axes: _Axes) -> bool:
    group = [s for s in group if not _is_cap(s, kinds) and not _goes_through_a_mark(s, kinds)]
    if not group:
        return True
    lies = group[0].wide >= group[0].high
    at = np.array([s.middle[1 if lies else 0] for s in group])
    if len(at) >= _LEAST_TICKS and (is_even(at) or _is_of_powers(at)):
        return True
    if len(at) >= _LEAST_TICKS and _are_even_values(at, group, axes[lies]):
        return True
    side = 1 if lies else 0
    return all(
        any(abs(w.middle[side] - s.middle[side]) <= max(4.0, w.size) for w in sheet.words)
        for s in group
    ) and len(group) <= len(sheet.words)


def _by_axis(group: list[Piece], kinds: Kinds) -> list[list[Piece]]:
    """Put strokes of one row or column together that stand on the same line, or rim of a box."""
    lies = group[0].wide >= group[0].high
    along, across = (1, 0) if lies else (0, 1)
    long = [s for s in kinds.strokes if max(s.wide, s.high) > MARK and (s.wide >= s.high) != lies]
    holders = [p.box for p in (*long, *kinds.grounds, *kinds.frames)]
    if len(holders) > _MOST_LINES:
        return [group]
    parts: dict[tuple[float, ...], list[Piece]] = {}
    for stroke in group:
        at, ends = stroke.middle[along], (stroke.box[across], stroke.box[across + 2])
        holding = [
            box for box in holders if box[along] - 1 <= at <= box[along + 2] + 1
            and any(abs(rim - end) <= 1 for rim in (box[across], box[across + 2]) for end in ends)
        ]  # fmt: skip
        own = min(holding, key=lambda box: box[along + 2] - box[along], default=())
        parts.setdefault((own[along], own[along + 2]) if own else (), []).append(stroke)
    return list(parts.values())


def _are_even_values(at: NDArray[np.float64], group: list[Piece], axes: list[Axis]) -> bool:
    """Whether ticks stand at even values of the logarithmic axis whose numbers stand beside them.

    Not each of them has a number: numbers that would touch are left out. Each value has one tick.
    """
    if len(np.unique(at.round(1))) < len(at):
        return False
    lies = group[0].wide >= group[0].high
    beside = group[0].middle[0 if lies else 1]
    low, high = float(at.min()), float(at.max())
    for axis in axes:
        if not axis.is_log or abs(axis.across - beside) > _BESIDE or not axis.covers(low, high):
            continue
        values = np.array([axis.value(place) for place in at])
        told = [n for w in axis.words if (n := number_of(w.text)) is not None]
        step = float(np.diff(np.sort(told)).min())
        steps = (values - told[0]) / step if step > 0 else values
        if np.abs(steps - np.rint(steps)).max() <= _OFF_STEP and len(told) * 2 >= len(values):
            return True
    return False


def _is_of_powers(at: NDArray[np.float64]) -> bool:
    """Whether ticks draw together again and again, as those of a logarithmic axis do."""
    gaps = np.diff(np.unique(at.round(2)))
    gaps = gaps[gaps > 0.3]
    if gaps.size < _LEAST_TICKS:
        return False
    share = gaps / gaps.sum()
    # One to nine of each power, or two to nine where the powers have longer ticks.
    for first in (1, 2):
        powers = np.arange(2 + gaps.size // 8)[:, None] + np.log10(np.arange(first, 10))
        known = np.diff(powers.ravel())
        for start in range(min(10, known.size - gaps.size + 1)):
            part = known[start : start + gaps.size]
            off = min(np.abs(turned - part / part.sum()).max() for turned in (share, share[::-1]))
            if off < _OFF_POWERS:
                return True
    return False


def _goes_through_a_mark(stroke: Piece, kinds: Kinds) -> bool:
    x, y = stroke.middle
    return any(abs(m.middle[0] - x) <= 1.5 and abs(m.middle[1] - y) <= 1.5 for m in kinds.marks)


def _is_cap(stroke: Piece, kinds: Kinds) -> bool:
    """Whether a short stroke stands across the end of a longer one, or on the rim of a box."""
    x, y = stroke.middle
    for other in kinds.strokes:
        if other is stroke or (other.wide >= other.high) == (stroke.wide >= stroke.high):
            continue
        if any(abs(px - x) <= 1.2 and abs(py - y) <= 1.2 for px, py in other.places):
            return True
    return False
