"""What is drawn within axes besides bars and words: marks, strokes, curves, steps, clouds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Box, Mask
from gdi_spe.disclosure.figures.inked.clouds import kind_of_cloud
from gdi_spe.disclosure.figures.inked.grids import n_on_grid
from gdi_spe.disclosure.figures.inked.shapes import (
    DUST,
    Shape,
    Sizes,
    Tally,
    is_round,
    tell,
    thickness_of,
)
from gdi_spe.disclosure.figures.inked.stairs import steps_in
from gdi_spe.disclosure.figures.strokes import Blob, blobs_of

# The largest mark, as a share of the shorter side of the picture.
_LARGEST_MARK, _LEAST_LARGEST = 0.036, 12
_RIM = 4
_LEAST_MARKS, _FEW_OTHERS = 5, 5
_LEAST_DASHES, _EVEN = 7, 0.75
_MOST_DASHES, _MOST_SLANTED, _NEXT, _OFF_LINE = 300, 4, 6, 2.0
_LEAST_RUG = 8
# Pieces of broken lines are so much longer than wide, and a cross of two fills so little.
_PIECE, _CROSS = 1.5, 0.6


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
    # Filled areas with smooth outlines, and those of them that are bars on one line.
    n_areas: int = 0
    n_area_bars: int = 0
    # Marks that stand at even places, as many at each.
    n_on_grid: int = 0


def largest_mark(shape: tuple[int, int]) -> int:
    """Return how large a mark may be in a picture of a size."""
    return max(_LEAST_LARGEST, round(_LARGEST_MARK * min(shape)))


def traces_in(mass: Mask, frame: Box, pixels: NDArray[np.int16], thin: int) -> Traces:
    """Tell what is drawn within a frame, without its grid, bars and words."""
    inner = tuple(slice(side.start + _RIM, side.stop - _RIM) for side in frame)
    ink, shape = mass[inner[0], inner[1]], mass.shape
    labelled, blobs = blobs_of(ink)
    mark = largest_mark((shape[0], shape[1]))
    thick = thickness_of(ink)
    tally, clouds = Tally(), np.zeros_like(ink)
    middles: list[tuple[float, float]] = []
    line = min(float(thin), max(1.0, float(np.median(thick[ink])))) if ink.any() else 1.0
    blobs = tuple(b for b in blobs if not _is_at_rim(b, ink.shape))
    dashes = dashes_of(blobs, mark)
    tally.marks += n_in_rugs(blobs, dashes, mark)
    blobs = tuple(b for b in blobs if b.number not in dashes | _crossings(blobs, dashes, mark))
    sizes = Sizes(mark, thin, line, _usual_mark(blobs, mark))
    for blob in blobs:
        own = labelled[blob.box] == blob.number
        before = tally.strokes, tally.marks, tally.curve_pixels
        tell(Shape(blob, own, pixels[inner][blob.box]), sizes, tally)
        if is_round(blob, mark) and tally.marks == before[1] + 1:
            middles.append(blob.middle)
        if tally.strokes == before[0] or (tally.marks, tally.curve_pixels) != before[1:]:
            clouds[blob.box] |= own
    wide = ink.shape[1]
    cloud = kind_of_cloud(clouds, mark, pixels[inner]) if tally.marks > _LEAST_MARKS else ""
    return Traces(
        frame, round(tally.marks), tally.on_lines, tally.strokes,
        tally.curve_pixels / (line * max(1, wide)), tally.turns, *steps_in(ink, round(line)),
        cloud, tally.unknown / max(1, ink.size),
        n_on_grid=n_on_grid(middles) if tally.marks <= len(middles) + _FEW_OTHERS else 0,
    )  # fmt: skip


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


def _crossings(blobs: tuple[Blob, ...], dashes: set[int], mark: int) -> set[int]:
    """Find where broken lines of a grid cross: on pieces that lie and on pieces that stand."""
    pieces = [b for b in blobs if b.number in dashes]
    rows = np.array([b.middle[0] for b in pieces if b.width >= _PIECE * b.height])
    columns = np.array([b.middle[1] for b in pieces if b.height >= _PIECE * b.width])
    if not (rows.size and columns.size):
        return set()
    return {
        b.number for b in blobs
        if max(b.height, b.width) <= mark and b.n_pixels <= _CROSS * b.height * b.width
        and np.abs(rows - b.middle[0]).min() <= 1 and np.abs(columns - b.middle[1]).min() <= 1
    }  # fmt: skip


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
    sizes = [b.n_pixels for b in blobs if is_round(b, mark) and b.n_pixels > DUST]
    return float(np.median(sizes)) if len(sizes) >= 3 else 0.0
