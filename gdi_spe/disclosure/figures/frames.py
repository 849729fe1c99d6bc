"""Where the axes of a figure are: the frames within which things are drawn."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from gdi_spe.disclosure.figures.ground import Box, Ground, Mask, is_paper, paper_of
from gdi_spe.disclosure.figures.strokes import Strokes, blobs_of

_LEAST = 40
_NEAR = 6
_MOST_LINES = 120
# So much of a panel is seen beside what is drawn on it.
_PANEL_SHARE, _SEEN = 0.03, 0.25
_GRID_GAP, _WIDE = 5, 800
_MOSTLY, _LEAST_CROSSING, _HIDDEN = 0.6, 2, 0.2
# Within axes there is paper along the rim, and outside too, so far from it as lines have shades.
_LEAST_PAPER, _MOST_CROSSED, _INNER, _OUTER = 0.3, 0.3, 5, 4


def frames_of(ground: Ground, strokes: Strokes) -> tuple[Box, ...]:
    """Find the axes: boxes of lines, corners of two lines, panels of their own colour."""
    across = _lines(strokes.across, is_down=False)
    down = _lines(strokes.down, is_down=True)
    panels = _panels(ground)
    found = [*panels, *_boxes(across, down), *_corners(across, down)]
    found += [box for box in _lattices(strokes.grid) if not any(_overlap(box, p) for p in panels)]
    return _outermost(found)


def axes_among(frames: tuple[Box, ...], ground: Ground) -> tuple[Box, ...]:
    """Return the frames that something is drawn within.

    Boxes that are filled to the rim are bars, and those that are crossed by bars are parts of some.
    """
    paper = paper_of(ground)
    blank = paper & ~ground.ink
    panel = _of_panels(ground)
    kept = []
    for frame in frames:
        # A panel of its own colour is one, whatever touches it.
        if float(panel[frame].mean()) >= _SEEN:
            kept.append(frame)
            continue
        inside, outside = _along(blank, frame, -_INNER), _along(~paper, frame, _OUTER)
        is_filled = bool(inside) and float(np.concatenate(inside).mean()) < _LEAST_PAPER
        is_crossed = max((float(side.mean()) for side in outside), default=0.0) > _MOST_CROSSED
        if not (is_filled or is_crossed):
            kept.append(frame)
    return tuple(kept)


def _along(mask: Mask, frame: Box, by: int) -> list[Mask]:
    """Return a mask along the four sides of a frame, so far outside of it."""
    high, wide = mask.shape
    top, left = max(0, frame[0].start - by), max(0, frame[1].start - by)
    end, right = min(high, frame[0].stop + by), min(wide, frame[1].stop + by)
    part = mask[top:end, left:right]
    return [part[0], part[-1], part[:, 0], part[:, -1]] if part.size else []


def size_of(box: Box) -> int:
    """Return how many pixels a box has."""
    return int((box[0].stop - box[0].start) * (box[1].stop - box[1].start))


def _lines(mask: Mask, is_down: bool) -> list[Box]:
    """Return the longest straight lines."""
    found = [blob.box for blob in blobs_of(mask)[1]]
    long = sorted(
        found, key=lambda b: -(b[0 if is_down else 1].stop - b[0 if is_down else 1].start)
    )
    return long[:_MOST_LINES]


def _lattices(grid: Mask) -> list[Box]:
    """Return the hulls of light lines that cross each other: a grid without a frame."""
    return [
        _continued(grid, blob.box) for blob in blobs_of(grid)[1]
        if min(blob.height, blob.width) >= _LEAST and _crosses(grid[blob.box])
    ]  # fmt: skip


def _continued(grid: Mask, box: Box) -> Box:
    """Follow the lines of a grid beyond marks that hide them."""
    down, across = box
    lines = across.start + np.flatnonzero(grid[box].mean(axis=0) >= _MOSTLY)
    rows = np.flatnonzero(grid[:, lines].any(axis=1))
    reach = max(_LEAST, _HIDDEN * (down.stop - down.start))
    start, stop = down.start, down.stop
    for row in rows[rows < start][::-1]:
        start = int(row) if start - row <= reach else start
    for row in rows[rows >= stop]:
        stop = int(row) + 1 if row - stop <= reach else stop
    return slice(start, stop), across


def _crosses(part: Mask) -> bool:
    """Whether at least two lines run from side to side each way."""
    return all(_n_runs(part.mean(axis=axis) >= _MOSTLY) >= _LEAST_CROSSING for axis in (0, 1))


def _n_runs(some: Mask) -> int:
    return int((some[1:] & ~some[:-1]).sum() + some[0])


def _panels(ground: Ground) -> list[Box]:
    """Return the hulls of paper that is not the page's, with what is drawn on it."""
    mask = _of_panels(ground)
    if mask.mean() < _PANEL_SHARE * _SEEN:
        return []
    page = ground.areas[ground.page].colour
    of_page = np.array([not _differs(a.colour, page) for a in ground.areas], dtype=bool)
    whole = _without_ticks(~of_page[np.maximum(ground.nearest, 0)] & ~ground.ink)
    return [
        blob.box for blob in blobs_of(whole)[1]
        if size_of(blob.box) >= _PANEL_SHARE * mask.size and mask[blob.box].mean() >= _SEEN
    ]  # fmt: skip


def _of_panels(ground: Ground) -> Mask:
    """Return the pixels of paper that is not the page's."""
    if not ground.areas:
        return np.zeros(ground.shape, dtype=bool)
    page = ground.areas[ground.page]
    light = np.array(
        [is_paper(a, page) and _differs(a.colour, page.colour) for a in ground.areas], dtype=bool
    )
    return np.asarray(light[np.maximum(ground.nearest, 0)] & ~ground.ink, dtype=bool)


def _without_ticks(mask: Mask) -> Mask:
    """Close what the lines of a grid part, but not what lies between panels, and cut ticks off."""
    from scipy.ndimage import binary_closing, binary_opening

    side = _GRID_GAP if max(mask.shape) < _WIDE else _GRID_GAP + 2
    whole = binary_closing(np.pad(mask, 9), np.ones((side, side), dtype=bool))
    return np.asarray(binary_opening(whole, np.ones((9, 9), dtype=bool))[9:-9, 9:-9], dtype=bool)


def _differs(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) > _NEAR


def _boxes(across: list[Box], down: list[Box]) -> list[Box]:
    """Return boxes of a line above and one below that begin and end together."""
    found = []
    for one, other in combinations(across, 2):
        same = (
            abs(one[1].start - other[1].start) <= _NEAR
            and abs(one[1].stop - other[1].stop) <= _NEAR
        )
        box = _hull(one, other)
        if same and box[0].stop - box[0].start >= _LEAST and _has_side(box, down):
            found.append(box)
    return found


def _has_side(box: Box, down: list[Box]) -> bool:
    """Whether a line runs down one side of a box."""
    return any(
        abs(line[0].start - box[0].start) <= _NEAR + 2
        and abs(line[0].stop - box[0].stop) <= _NEAR + 2
        and min(abs(line[1].start - box[1].start), abs(line[1].stop - box[1].stop)) <= _NEAR
        for line in down
    )


def _corners(across: list[Box], down: list[Box]) -> list[Box]:
    """Return boxes of a line to the left and one below that meet, or nearly."""
    found = []
    for low in across:
        for left in down:
            meets = (
                abs(left[0].stop - low[0].stop) <= 3 * _NEAR
                and abs(left[1].start - low[1].start) <= 3 * _NEAR
            )
            box = _hull(low, left)
            if meets and min(box[0].stop - box[0].start, box[1].stop - box[1].start) >= _LEAST:
                found.append(box)
    return found


def _hull(one: Box, other: Box) -> Box:
    return (
        slice(min(one[0].start, other[0].start), max(one[0].stop, other[0].stop)),
        slice(min(one[1].start, other[1].start), max(one[1].stop, other[1].stop)),
    )


def _outermost(boxes: list[Box]) -> tuple[Box, ...]:
    """Drop boxes that lie mostly within another."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda b: -size_of(b)):
        if all(_overlap(box, other) < 0.5 * size_of(box) for other in kept):
            kept.append(box)
    return tuple(kept)


def _overlap(one: Box, other: Box) -> int:
    down = min(one[0].stop, other[0].stop) - max(one[0].start, other[0].start)
    across = min(one[1].stop, other[1].stop) - max(one[1].start, other[1].start)
    return max(0, int(down)) * max(0, int(across))
