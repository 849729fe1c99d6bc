"""Bars: how far each reaches from their common foot, and what that is on the axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Box, Mask

_LEAST_WIDTH = 3
_OTHER_COLOUR, _SAME_SHARE = 30, 0.04
# The line of an axis lies over the foot of a bar.
_LEAST_PART = 4
_SOLID, _ON_FOOT, _IN_BARS = 0.9, 0.93, 0.8
_SAME_END, _SAME_FOOT = 1, 3


@dataclass(frozen=True)
class Bar:
    """A bar of a frame: the pixels where it begins and ends, along its length, and its parts."""

    foot: float
    end: float
    # Where colours change within it: a stack has several parts.
    joints: tuple[float, ...] = ()


@dataclass(frozen=True)
class Bars:
    """The bars of a frame; they stand unless they lie."""

    frame: Box
    bars: tuple[Bar, ...]
    is_lying: bool


def bars_in(seen: NDArray[np.int16], body: Mask, frame: Box) -> Bars | None:
    """Find bars in a frame, if the filled parts of it are all bars."""
    down, across = frame
    inner = (slice(down.start + 1, down.stop + 1), slice(across.start + 1, across.stop))
    mask, pixels = body[inner], seen[inner]
    if mask.sum() < 30:
        return None
    # From the foot: below for bars that stand, to the left for those that lie.
    standing = _bars(mask[::-1], pixels[::-1])
    if standing is not None:
        base = inner[0].start + mask.shape[0] - 1
        return Bars(frame, tuple(_moved(b, base, -1) for b in standing), is_lying=False)
    lying = _bars(mask.T[:, ::1], pixels.transpose(1, 0, 2))
    if lying is not None:
        return Bars(frame, tuple(_moved(b, inner[1].start, 1) for b in lying), is_lying=True)
    return None


def _moved(bar: Bar, base: int, sign: int) -> Bar:
    return Bar(
        base + sign * bar.foot, base + sign * bar.end, tuple(base + sign * j for j in bar.joints)
    )


def _bars(mask: Mask, pixels: NDArray[np.int16]) -> list[Bar] | None:
    """Find bars that rise along the first axis from a common foot."""
    some = mask.any(axis=0)
    columns = np.flatnonzero(some)
    foot = mask.argmax(axis=0)
    end = mask.shape[0] - mask[::-1].argmax(axis=0)
    solid = mask.sum(axis=0) / np.maximum(end - foot, 1)
    usual = int(np.bincount(foot[columns]).argmax())
    good = some & (np.abs(foot - usual) <= _SAME_FOOT) & (solid >= _SOLID)
    if good.sum() < _ON_FOOT * columns.size:
        return None
    found, covered = [], 0
    joined = _joined(pixels, usual, end)
    for start, stop in _runs(good, end, joined):
        if stop - start >= _LEAST_WIDTH:
            covered += stop - start
            top = int(np.median(end[start:stop]))
            middle = pixels[usual:top, (start + stop) // 2]
            found.append(Bar(usual, top, _joints(middle, usual)))
    return found if found and covered >= _IN_BARS * good.sum() else None


def _joined(pixels: NDArray[np.int16], foot: int, end: NDArray[np.intp]) -> Mask:
    """Whether each column has the colours of the one before it, all along."""
    change = np.abs(pixels[:, 1:] - pixels[:, :-1]).max(-1) > _OTHER_COLOUR
    rows = np.arange(pixels.shape[0])[:, None]
    within = (rows >= foot) & (rows < end[None, 1:])
    share = (change & within).sum(axis=0) / np.maximum(within.sum(axis=0), 1)
    return np.asarray(np.r_[True, share <= _SAME_SHARE], dtype=bool)


def _runs(good: Mask, end: NDArray[np.intp], joined: Mask) -> list[tuple[int, int]]:
    """Return runs of columns that end at one height and have the same colours."""
    runs, start = [], None
    for place in range(good.size):
        same = (
            start is not None
            and good[place]
            and joined[place]
            and abs(end[place] - end[start]) <= _SAME_END
        )
        if start is not None and not same:
            runs.append((start, place))
            start = None
        if start is None and good[place]:
            start = place
    if start is not None:
        runs.append((start, good.size))
    return runs


def _joints(middle: NDArray[np.int16], base: int) -> tuple[float, ...]:
    """Return where the colour of a bar changes for good."""
    if middle.shape[0] < 6:
        return ()
    change = np.abs(middle[4:] - middle[:-4]).max(-1) > 30
    groups = np.split(
        np.flatnonzero(change), np.flatnonzero(np.diff(np.flatnonzero(change)) > 2) + 1
    )
    places = [float(g.mean()) + 2 for g in groups if g.size]
    told = [
        p for p in places
        if _LEAST_PART <= p <= len(middle) - _LEAST_PART
        and np.abs(middle[min(int(p) + 4, len(middle) - 1)] - middle[max(int(p) - 4, 0)]).max() > 30
    ]  # fmt: skip
    return tuple(base + p for p in told)
