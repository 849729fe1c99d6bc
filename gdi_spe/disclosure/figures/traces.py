"""What is drawn within axes besides bars and words: marks, strokes, curves, steps, clouds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.clouds import kind_of_cloud
from gdi_spe.disclosure.figures.ground import Box, Mask
from gdi_spe.disclosure.figures.strokes import Blob, blobs_of, run_lengths

# The largest mark, as a share of the shorter side of the picture.
_LARGEST_MARK, _LEAST_LARGEST = 0.036, 12
_DUST = 5
_ROUND = 1.7
_DASH = 2.3
_LEAST_TREAD, _LEAST_RISE = 4, 2
_LEAST_STEPS = 5
_STEP_OFF = 2.2
_KNOB_SHARE, _MOST_KNOBS = 0.35, 0.7
_RIM = 4
_LEAST_DASHES, _EVEN = 7, 0.75
_MOST_DASHES, _MOST_SLANTED, _NEXT, _OFF_LINE = 300, 4, 6, 2.0
_LEAST_RUG = 8
_SMALL = 1.2
# An interval is so much longer than its mark is wide, and a cap so thick.
_LEAST_INTERVAL, _CAP, _LEAST_LINE = 1.4, 4, 4
_TURN_SHARE = 0.03


@dataclass(frozen=True)
class Traces:
    """Counts of what ink within one frame is."""

    frame: Box
    # Marks that no line goes through, and those that stand for more than one where they overlap.
    n_marks: int
    n_on_lines: int
    n_strokes: int
    # How many times the curves cross the frame from side to side, and how often they turn.
    layers: float
    n_turns: int
    # Places where a curve steps: those evenly apart, and the others.
    n_even_steps: int
    n_uneven_steps: int
    cloud: str
    # Share of the frame that is none of these.
    unknown_share: float


@dataclass
class _Tally:
    marks: float = 0
    on_lines: int = 0
    strokes: int = 0
    curve_pixels: float = 0
    turns: int = 0
    unknown: int = 0


def largest_mark(shape: tuple[int, int]) -> int:
    """Return how large a mark may be in a picture of a size."""
    return max(_LEAST_LARGEST, round(_LARGEST_MARK * min(shape)))


def traces_in(mass: Mask, frame: Box, pixels: NDArray[np.int16], thin: int) -> Traces:
    """Tell what is drawn within a frame, without its grid, bars and words."""
    inner = tuple(slice(side.start + _RIM, side.stop - _RIM) for side in frame)
    ink, shape = mass[inner[0], inner[1]], mass.shape
    labelled, blobs = blobs_of(ink)
    mark = largest_mark((shape[0], shape[1]))
    thick = _thickness(ink)
    tally, clouds = _Tally(), np.zeros_like(ink)
    line = min(float(thin), max(1.0, float(np.median(thick[ink])))) if ink.any() else 1.0
    blobs = tuple(b for b in blobs if not _is_at_rim(b, ink.shape))
    dashes = dashes_of(blobs, mark)
    tally.marks += n_in_rugs(blobs, dashes, mark)
    blobs = tuple(b for b in blobs if b.number not in dashes)
    usual = _usual_mark(blobs, mark)
    for blob in blobs:
        own = labelled[blob.box] == blob.number
        before = tally.strokes
        _tell(blob, own, int(thick[blob.box][own].max()), mark, thin, line, usual, tally)
        if tally.strokes == before:
            clouds[blob.box] |= own
    wide = ink.shape[1]
    cloud = kind_of_cloud(clouds, mark, pixels[inner]) if tally.marks > _LEAST_STEPS else ""
    return Traces(
        frame, round(tally.marks), tally.on_lines, tally.strokes,
        tally.curve_pixels / (line * max(1, wide)), tally.turns, *_steps(ink, round(line)),
        cloud, tally.unknown / max(1, ink.size),
    )  # fmt: skip


def _thickness(ink: Mask) -> NDArray[np.int32]:
    """Return for each pixel how thick what it lies in is, along or across."""
    return np.minimum(run_lengths(ink), run_lengths(ink.T).T)


def _is_at_rim(blob: Blob, shape: tuple[int, ...]) -> bool:
    """Whether this is a bit of a tick or of the frame itself."""
    down, across = blob.box
    edges = (down.start, across.start, shape[0] - down.stop, shape[1] - across.stop)
    return min(edges) <= 1 and min(blob.height, blob.width) <= _RIM + 1


def dashes_of(blobs: tuple[Blob, ...], mark: int) -> set[int]:
    """Find pieces of a broken line: many of one size in one row or column, evenly apart."""
    found: set[int] = set()
    for axis in (0, 1):
        rows: dict[tuple[int, int], list[Blob]] = {}
        for blob in blobs:
            if max(blob.height, blob.width) <= 3 * mark:
                thick = blob.height if axis == 0 else blob.width
                rows.setdefault((round(blob.middle[axis] / 2), thick), []).append(blob)
        for row in rows.values():
            places = np.sort([b.middle[1 - axis] for b in row])
            gaps = np.diff(places)
            if len(row) >= _LEAST_DASHES and (
                (np.abs(gaps - np.median(gaps)) <= 1.6).mean() >= _EVEN
            ):
                found |= {b.number for b in row}
    return found | _slanted(blobs, mark)


def _slanted(blobs: tuple[Blob, ...], mark: int) -> set[int]:
    """Find the pieces of one broken line that slopes."""
    small = [b for b in blobs if max(b.height, b.width) <= mark]
    found: set[int] = set()
    for _ in range(_MOST_SLANTED):
        left = [b for b in small if b.number not in found]
        line = _even_line(left) if _LEAST_DASHES <= len(left) <= _MOST_DASHES else []
        if not line:
            break
        found |= {b.number for b in line}
    return found


def _even_line(blobs: list[Blob]) -> list[Blob]:
    """Return the most pieces that lie on one line, evenly apart and of about one size."""
    places = np.array([b.middle for b in blobs])
    sizes = np.array([b.n_pixels for b in blobs])
    away = np.linalg.norm(places[:, None] - places[None, :], axis=-1)
    np.fill_diagonal(away, np.inf)
    best = np.zeros(0, dtype=np.intp)
    # Two pieces that follow each other tell the line; the next but one tell it better.
    for one in range(len(blobs)):
        for other in np.argsort(away[one])[:_NEXT]:
            along = (places[other] - places[one]) / away[one, other]
            off = np.abs((places - places[one]) @ np.array([-along[1], along[0]]))
            like = (sizes <= 2 * sizes[one]) & (2 * sizes >= sizes[one])
            on = np.flatnonzero((off <= _OFF_LINE) & like)
            if on.size >= _LEAST_DASHES and on.size > best.size:
                gaps = np.diff(np.sort(places[on] @ along))
                even = np.abs(gaps - np.median(gaps)) <= 1.6
                if even.mean() >= _EVEN:
                    best = on
    return [blobs[place] for place in best]


def n_in_rugs(blobs: tuple[Blob, ...], dashes: set[int], mark: int) -> int:
    """Count equal strokes beside each other that are not evenly apart: one for each value."""
    n = 0
    for axis in (0, 1):
        rows: dict[tuple[int, int], int] = {}
        for blob in blobs:
            sides = (blob.height, blob.width) if axis == 0 else (blob.width, blob.height)
            is_stroke = sides[0] >= 2.5 * sides[1] and sides[0] <= 4 * mark
            if is_stroke and blob.number not in dashes:
                key = (round(blob.middle[axis] / 3), round(sides[0] / 3))
                rows[key] = rows.get(key, 0) + 1
        n += sum(count for count in rows.values() if count >= _LEAST_RUG)
    return n


def _usual_mark(blobs: tuple[Blob, ...], mark: int) -> float:
    """Return how many pixels a single mark usually has."""
    sizes = [b.n_pixels for b in blobs if _is_round(b, mark) and b.n_pixels > _DUST]
    return float(np.median(sizes)) if len(sizes) >= 3 else 0.0


def _is_round(blob: Blob, mark: int) -> bool:
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    return long <= mark and long <= _ROUND * short + 1


def _tell(
    blob: Blob,
    own: Mask,
    thick: int,
    mark: int,
    thin: int,
    line: float,
    usual: float,
    tally: _Tally,
) -> None:
    """Count one shape."""
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    if blob.n_pixels <= _DUST and not usual:
        tally.marks += 1 if blob.n_pixels >= 3 else 0
        return
    if short <= max(2, thin // 2) and long >= 2.5 * short:
        tally.strokes += 1
        return
    if long <= 2 * mark and _is_dash(own):
        tally.strokes += 1
        return
    if _is_round(blob, mark):
        tally.marks += 1
        return
    if _is_interval(own, mark) or _is_interval(own.T, mark):
        tally.strokes += 1
        tally.on_lines += 1
        return
    if long <= _SMALL * mark and short > 2:
        # Too short for a curve, and no stroke: a mark of another form.
        tally.marks += 1
        return
    knobs = _knobs(own, thin)
    largest = max((max(k.height, k.width) for k in knobs), default=0)
    knob_pixels = sum(k.n_pixels for k in knobs)
    is_line = knob_pixels <= (_KNOB_SHARE if thick > mark else _MOST_KNOBS) * blob.n_pixels
    if largest <= mark + 1 and is_line and long > 1.5 * largest:
        if short <= mark + 2 and knobs:
            tally.strokes += 1
            tally.on_lines += len(knobs)
            return
        tally.curve_pixels += blob.n_pixels - knob_pixels
        tally.on_lines += len(knobs)
        tally.turns += _turns(own)
        return
    if _is_band(own):
        tally.curve_pixels += 3 * blob.width * line
        tally.turns += _turns(own)
        return
    if usual or long <= 4 * mark:
        tally.marks += max(1.0, blob.n_pixels / max(usual, 9.0))
        return
    tally.unknown += blob.n_pixels
    tally.marks += 1


def _is_interval(own: Mask, mark: int) -> bool:
    """Whether a shape is one mark on a straight line, with or without caps at its ends."""
    wide = own.sum(axis=1)
    if own.shape[1] > mark + 2 or own.shape[0] < _LEAST_INTERVAL * own.shape[1]:
        return False
    slim = wide[wide <= max(2.0, 0.4 * own.shape[1])]
    line = int(np.median(slim)) if slim.size else 1
    thin = wide <= line + 1
    middle = np.flatnonzero(own[thin].any(axis=0)) if thin.any() else np.zeros(0)
    # The line runs in one place, and what is wider is one mark, or a cap at an end.
    starts = np.flatnonzero(~thin & np.r_[True, thin[:-1]])
    stops = np.flatnonzero(~thin & np.r_[thin[1:], True]) + 1
    runs = list(zip(starts, stops, strict=True))
    caps = [r for r in runs if (r[0] <= 1 or r[1] >= wide.size - 1) and r[1] - r[0] <= _CAP]
    rest = [r for r in runs if r not in caps]
    one_mark = len(rest) == 1 and rest[0][1] - rest[0][0] <= mark + 1
    return bool(one_mark and 0 < middle.size <= line + 2 and thin.sum() >= _LEAST_LINE)


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


def _turns(own: Mask) -> int:
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


def _steps(ink: Mask, line: int) -> tuple[int, int]:
    """Count the steps of stairs, curve by curve: those evenly apart, and the others."""
    run, rise = run_lengths(ink), run_lengths(ink.T).T
    inside = ink & (run < 0.95 * ink.shape[1]) & (rise < 0.95 * ink.shape[0])
    tread = _flat(inside & (run >= max(_LEAST_TREAD, line + 2)) & (rise <= line + 1), 0, line)
    riser = _flat(inside & (rise >= line + _LEAST_RISE) & (run <= line + 1), 1, line)
    if not tread.any() or not riser.any():
        return 0, 0
    beside = _near(tread, line + 2)
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


def _near(mask: Mask, by: int) -> Mask:
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(mask, iterations=by), dtype=bool)


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
