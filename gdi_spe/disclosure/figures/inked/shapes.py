"""What a connected shape of ink within axes is: mark, stroke, interval, curve or band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Mask
from gdi_spe.disclosure.figures.inked.bundles import is_bundle, parts_of
from gdi_spe.disclosure.figures.strokes import Blob, blobs_of, run_lengths

DUST = 5
_ROUND = 1.7
_DASH = 2.3
_KNOB_SHARE, _MOST_KNOBS = 0.35, 0.7
_SMALL = 1.2
# An interval is so much longer than its mark is wide, and a cap so thick.
_LEAST_INTERVAL, _CAP, _LEAST_LINE = 1.4, 4, 4
_TURN_SHARE = 0.03
# Holes that hollow marks have; pieces that curves leave of each other.
_LEAST_RINGS, _MOST_PIECES, _MOST_DASHES = 3, 4, 30
_RING_FILL = 0.68


@dataclass
class Tally:
    """Counts of what shapes are, while they are told."""

    marks: float = 0
    on_lines: int = 0
    strokes: int = 0
    curve_pixels: float = 0
    turns: int = 0
    unknown: int = 0

    @property
    def is_of_curves(self) -> bool:
        """Whether what was counted is curves, with few pieces that others hid."""
        few = self.marks <= _MOST_PIECES and self.strokes <= _MOST_DASHES
        return self.curve_pixels > 0 and self.unknown == 0 and few

    def add(self, other: Tally) -> None:
        """Add what was counted of a part."""
        for name in vars(other):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Sizes:
    """How large a mark may be and usually is, and how wide lines may be and are."""

    mark: int
    thin: int
    line: float
    usual: float


@dataclass(frozen=True)
class Shape:
    """A connected shape and its colours; whether it is a part of one, of a single colour."""

    blob: Blob
    own: Mask
    pixels: NDArray[np.int16]
    is_part: bool = False


def thickness_of(ink: Mask) -> NDArray[np.int32]:
    """Return for each pixel how thick what it lies in is, along or across."""
    return np.minimum(run_lengths(ink), run_lengths(ink.T).T)


def is_round(blob: Blob, mark: int) -> bool:
    """Whether a shape is as large, and about as wide as high, as marks are."""
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    return long <= mark and long <= _ROUND * short + 1


def tell(shape: Shape, sizes: Sizes, tally: Tally) -> None:
    """Count one shape as the first kind that it is of."""
    for is_told in (_tell_small, _tell_line, _tell_area):
        if is_told(shape, sizes, tally):
            return
    tally.unknown += shape.blob.n_pixels
    tally.marks += 1


def _tell_small(shape: Shape, sizes: Sizes, tally: Tally) -> bool:
    """Count dust, dashes, marks, and marks with an interval."""
    blob, own, mark = shape.blob, shape.own, sizes.mark
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    if blob.n_pixels <= DUST and not sizes.usual:
        tally.marks += blob.n_pixels >= 3
    elif _is_stroke(own, long, short, sizes):
        tally.strokes += 1
    elif is_round(blob, mark):
        tally.marks += 1
    elif _is_interval(own, mark) or _is_interval(own.T, mark):
        tally.strokes += 1
        tally.on_lines += 1
    elif long <= _SMALL * mark and short > 2:
        # Too short for a curve, and no stroke: a mark of another form.
        tally.marks += 1
    else:
        return False
    return True


def _is_stroke(own: Mask, long: int, short: int, sizes: Sizes) -> bool:
    """Whether a shape is a short line, a dash, or a line between caps."""
    is_line = short <= max(2, sizes.thin // 2) and long >= 2.5 * short
    is_dash = long <= 2 * sizes.mark and _is_dash(own)
    return is_line or is_dash or _is_capped(own, sizes.mark) or _is_capped(own.T, sizes.mark)


def _tell_line(shape: Shape, sizes: Sizes, tally: Tally) -> bool:
    """Count a curve or a line, with the marks on it."""
    blob, own, mark = shape.blob, shape.own, sizes.mark
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    knobs = _knobs(own, sizes.thin)
    largest = max((max(k.height, k.width) for k in knobs), default=0)
    knob_pixels = sum(k.n_pixels for k in knobs)
    is_slim = int(thickness_of(own)[own].max()) <= mark
    is_line = knob_pixels <= (_MOST_KNOBS if is_slim else _KNOB_SHARE) * blob.n_pixels
    if largest > mark + 1 or not is_line or long <= 1.5 * largest:
        return False
    tally.on_lines += len(knobs)
    if short <= mark + 2 and knobs:
        tally.strokes += 1
        return True
    tally.curve_pixels += blob.n_pixels - knob_pixels
    tally.marks += n_rings(own, mark)
    tally.turns += turns_of(own)
    return True


def _tell_area(shape: Shape, sizes: Sizes, tally: Tally) -> bool:
    """Count a band, curves that run together, or marks that lie on each other."""
    blob, own, mark = shape.blob, shape.own, sizes.mark
    if _is_band(own):
        tally.curve_pixels += 3 * blob.width * sizes.line
        tally.turns += turns_of(own)
        return True
    if (of_parts := _told_apart(shape, sizes)) is not None:
        tally.add(of_parts)
        return True
    if is_bundle(own, sizes.line):
        tally.curve_pixels += blob.n_pixels
        tally.turns += turns_of(own)
        return True
    if sizes.usual or max(blob.height, blob.width) <= 4 * mark:
        tally.marks += max(1.0, blob.n_pixels / max(sizes.usual, 9.0))
        return True
    return False


def _told_apart(shape: Shape, sizes: Sizes) -> Tally | None:
    """Return what the parts of single colours are, if they are curves."""
    parts = [] if shape.is_part else parts_of(shape.own, shape.pixels)
    if len(parts) < 2:
        return None
    of_parts = _told(parts, shape.pixels, sizes)
    return of_parts if of_parts.is_of_curves else None


def _told(parts: list[Mask], pixels: NDArray[np.int16], sizes: Sizes) -> Tally:
    """Count the pieces of each colour of a shape; what others hide of it parts them."""
    tally = Tally()
    for part in parts:
        labelled, blobs = blobs_of(part)
        for blob in blobs:
            own = labelled[blob.box] == blob.number
            if blob.n_pixels > DUST:
                tell(Shape(blob, own, pixels[blob.box], is_part=True), sizes, tally)
    return tally


def n_rings(own: Mask, mark: int) -> int:
    """Count the small round holes of a shape: hollow marks on it, or lines that cross densely."""
    from scipy.ndimage import binary_fill_holes

    holes = np.asarray(binary_fill_holes(own), dtype=bool) & ~own
    n = sum(_is_hole_of_ring(b, mark) for b in blobs_of(holes)[1])
    return n if n >= _LEAST_RINGS else 0


def _is_hole_of_ring(blob: Blob, mark: int) -> bool:
    """Whether a hole is a disc or a square; what lines cut out between them has corners."""
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    is_solid = blob.n_pixels >= _RING_FILL * blob.height * blob.width
    return is_round(blob, mark) and blob.n_pixels > DUST and is_solid and long <= 1.3 * short + 1


def _is_interval(own: Mask, mark: int) -> bool:
    """Whether a shape is one mark on a straight line, with or without caps at its ends."""
    wide = own.sum(axis=1)
    if own.shape[1] > mark + 2 or own.shape[0] < _LEAST_INTERVAL * own.shape[1]:
        return False
    thin, _, rest = _along(own, wide)
    one_mark = len(rest) == 1 and rest[0][1] - rest[0][0] <= mark + 1
    return bool(one_mark and _is_straight(own, thin))


def _is_capped(own: Mask, mark: int) -> bool:
    """Whether a shape is a straight line with caps: an interval, or what a bar leaves of one."""
    wide = own.sum(axis=1)
    if own.shape[1] > mark + 2:
        return False
    thin, caps, rest = _along(own, wide)
    return bool(len(caps) in (1, 2) and not rest and _is_straight(own, thin))


def _along(
    own: Mask, wide: NDArray[np.intp]
) -> tuple[Mask, list[tuple[int, int]], list[tuple[int, int]]]:
    """Part a line into its thin rows, the caps at its ends, and what else is wider."""
    slim = wide[wide <= max(2.0, 0.4 * own.shape[1])]
    line = int(np.median(slim)) if slim.size else 1
    thin = wide <= line + 1
    starts = np.flatnonzero(~thin & np.r_[True, thin[:-1]])
    stops = np.flatnonzero(~thin & np.r_[thin[1:], True]) + 1
    runs = [(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]
    caps = [r for r in runs if (r[0] <= 1 or r[1] >= wide.size - 1) and r[1] - r[0] <= _CAP]
    return thin, caps, [r for r in runs if r not in caps]


def _is_straight(own: Mask, thin: Mask) -> bool:
    """Whether the thin rows of a shape are one line in one place."""
    if thin.sum() < _LEAST_LINE:
        return False
    places = np.flatnonzero(own[thin].any(axis=0))
    return bool(0 < places.size <= int(np.median(own[thin].sum(axis=1))) + 2)


def _is_band(own: Mask) -> bool:
    """Whether a shape is one strip with smooth edges: a curve with its band of confidence."""
    columns = own.any(axis=0)
    top, end = own.argmax(axis=0), own.shape[0] - own[::-1].argmax(axis=0)
    solid = own.sum(axis=0) >= 0.93 * (end - top)
    if own.shape[1] < 0.15 * own.shape[0] or columns.mean() < 0.98 or solid.mean() < 0.9:
        return False
    moved = np.abs(np.diff(top)).sum() + np.abs(np.diff(end)).sum()
    jumps = (np.abs(np.diff(top)) > 0.2 * own.shape[0]).sum()
    return bool(moved <= 7 * own.shape[0] + own.shape[1] and jumps <= 2 and own.shape[1] >= 40)


def _is_dash(own: Mask) -> bool:
    """Whether a small shape is a piece of a straight line, along any direction."""
    rows, columns = np.nonzero(own)
    if rows.size < 4:
        return False
    along = np.linalg.eigvalsh(np.cov(np.stack([rows, columns])))
    return bool(along[1] > _DASH**2 * max(along[0], 0.3))


def _knobs(own: Mask, thin: int) -> tuple[Blob, ...]:
    """Return the parts of a shape that are thicker than lines are."""
    from scipy.ndimage import binary_opening

    side = thin + 1
    if min(own.shape) < side:
        return ()
    padded = np.pad(own, side)
    return blobs_of(np.asarray(binary_opening(padded, np.ones((side, side), dtype=bool))))[1]


def turns_of(own: Mask) -> int:
    """Count how often the middle of a curve turns by more than a few pixels."""
    columns = np.flatnonzero(own.any(axis=0))
    part = own[:, columns]
    middle = (part.argmax(axis=0) + own.shape[0] - 1 - part[::-1].argmax(axis=0)) / 2
    least = max(3.0, _TURN_SHARE * own.shape[0])
    turns, direction, last = 0, 0.0, float(middle[0])
    for each in middle[1:]:
        moved = float(each) - last
        if abs(moved) < least:
            continue
        turns += direction != 0 and (moved > 0) != (direction > 0)
        direction, last = moved, float(each)
    return turns
