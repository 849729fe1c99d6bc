"""Matrices of cells in a picture: how many rows and columns of single colours there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.filled.tiles import is_smooth
from gdi_spe.disclosure.figures.ground import Box, Ground, Mask, paper_of

_EDGE = 12
_LEAST_CELLS = 3
# A line between cells is where so many of the cells on either side differ.
_LEAST_EDGE = 0.025
_REGULAR, _UNIFORM, _COVERED = 0.85, 0.8, 0.8
# Where cells of a pixel or two differ, so many neighbours do.
_TEXTURE, _TEXTURE_ACROSS = 0.3, 0.06
_LEAST_FINE = 20
_MOST_IN_BARS, _TURNS_IN_BARS = 3, 1.3
_MOST_NESTED, _LEAST_HIGH = 5, 8
_REPEATED = 0.985
# Cells of a pixel or two are ink; larger ones are areas with letters on them.
_MOST_INK, _MOST_PLAIN = 0.35, 0.6
_LEAST_SIDE, _DENSE, _FULL_ROW = 0.15, 0.3, 0.15
_SAME_PITCH = 0.04
# How many rows a matrix may have beyond its dense part, and how much of a cell is filled there.
_CELL_GAP, _WEAK = 6, 0.3
_MOST_RIM, _FULL_CELL = 6, 0.3


# Lightness of all channels together within which shades are one.
_SAME_SHADE = 24


@dataclass(frozen=True)
class Matrix:
    """Rows and columns of cells, each of one colour."""

    box: Box
    rows: int
    columns: int
    n_colours: int
    is_symmetric: bool
    # Whether cells are so small that values change from pixel to pixel.
    is_fine: bool
    # Cells of another colour than the commonest, and those of them with none beside them.
    n_filled: int
    n_isolated: int
    # Shades that fall off to an empty rim, as those of a density do.
    is_smooth: bool = False

    @property
    def n_cells(self) -> int:
        """How many values it shows."""
        return self.rows * self.columns


def without_ink(ground: Ground) -> NDArray[np.int16]:
    """Return the picture with the colour of the nearest area where there is ink."""
    if not ground.areas:
        return ground.pixels
    colours = np.array([area.colour for area in ground.areas], dtype=np.int16)
    return np.where(ground.ink[..., None], colours[ground.nearest], ground.pixels)


def matrices_of(
    ground: Ground, frames: tuple[Box, ...]
) -> tuple[tuple[Matrix, ...], tuple[Box, ...]]:
    """Find the matrices of a picture, and dense parts of it that are none."""
    plain = without_ink(ground)
    found: list[Matrix] = []
    other: list[Box] = []
    for box in (*frames, *dense_parts(ground)):
        if any(_lies_in(box, each.box) for each in found):
            continue
        share = float(ground.ink[box].mean())
        inked = share > _MOST_INK
        matrix = matrix_in(plain, box) if share < _MOST_PLAIN else None
        matrix = matrix or (matrix_in(ground.pixels, box) if inked else None)
        matrix = _to_its_rim(matrix, plain, ground) if matrix is not None else None
        if matrix is not None and matrix.n_colours > 1:
            found = [each for each in found if not _is_part(each, matrix)]
            if not any(_lies_in(each.box, box) for each in found):
                found.append(matrix)
        elif inked and is_texture(ground.pixels[box]):
            fine = _fine(ground.pixels, box)
            found += [fine] if fine is not None else []
            other += [box] if fine is None else []
    return tuple(found), tuple(other)


def _to_its_rim(matrix: Matrix, plain: NDArray[np.int16], ground: Ground) -> Matrix:
    """Return a matrix with the rows and columns beside it that hold few cells.

    A density has such a rim, and each of its cells is counted.
    """
    drawn = ~paper_of(ground) & ~ground.ink
    pitch = [(s.stop - s.start) / n for s, n in
             zip(matrix.box, (matrix.rows, matrix.columns), strict=True)]  # fmt: skip
    box = matrix.box
    for _ in range(_MOST_RIM):
        grown = [_grown(drawn, box, axis, pitch[axis]) for axis in (0, 1)]
        if (grown[0], grown[1]) == box:
            break
        box = grown[0], grown[1]
    whole = matrix_in(plain, box) if box != matrix.box else None
    return whole if whole is not None else matrix


def _grown(drawn: Mask, box: Box, axis: int, pitch: float) -> slice:
    """Return a side of a box, longer by a cell at each end where something is filled."""
    across, mask = box[1 - axis], drawn if axis == 0 else drawn.T
    side, step = box[axis], round(pitch)
    least = _FULL_CELL * pitch * pitch
    above = mask[max(0, side.start - step) : side.start, across]
    below = mask[side.stop : side.stop + step, across]
    start = side.start - step if above.sum() >= least and side.start >= step else side.start
    is_below = below.sum() >= least and side.stop + step <= mask.shape[0]
    return slice(start, side.stop + step if is_below else side.stop)


def _is_part(one: Matrix, other: Matrix) -> bool:
    """Whether a matrix is a part of another, with cells of its size: a panel of some cells."""
    alike = [
        abs((a.stop - a.start) / m - (b.stop - b.start) / n) <= _SAME_PITCH * (a.stop - a.start) / m
        for a, b, m, n in zip(one.box, other.box, (one.rows, one.columns),
                              (other.rows, other.columns), strict=True)
    ]  # fmt: skip
    return all(alike) and _lies_in(one.box, other.box)


def _lies_in(box: Box, other: Box) -> bool:
    return all(
        o.start - 8 <= b.start and b.stop <= o.stop + 8 for b, o in zip(box, other, strict=True)
    )


def dense_parts(ground: Ground) -> list[Box]:
    """Return boxes around what is neither paper nor a few lines."""
    from scipy.ndimage import find_objects, label, uniform_filter

    drawn = ~paper_of(ground) | ground.ink
    labelled, _ = label(uniform_filter(drawn.astype(np.float32), 15) > _DENSE)
    boxes = []
    for box in find_objects(labelled):
        tight = _tight(drawn[box], box)
        sides = [(s.stop - s.start) / n for s, n in zip(tight, ground.shape, strict=True)]
        if min(sides) >= _LEAST_SIDE:
            boxes.append(tight)
    return boxes


def _tight(drawn: Mask, box: Box) -> Box:
    """Cut rows and columns off a box that hold little."""
    cut = []
    for axis in (1, 0):
        full = _longest(np.flatnonzero(drawn.mean(axis=axis) > _FULL_ROW))
        side = box[0 if axis == 1 else 1]
        cut.append(
            slice(side.start + int(full[0]), side.start + int(full[-1]) + 1) if full.size else side
        )
    return cut[0], cut[1]


def _longest(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the longest run of places without a gap wider than those between cells."""
    runs = np.split(places, np.flatnonzero(np.diff(places) > _CELL_GAP) + 1)
    return max(runs, key=len)


def is_texture(pixels: NDArray[np.int16]) -> bool:
    """Whether values change from pixel to pixel, along and across."""
    if min(pixels.shape[:2]) < 2:
        return False
    across = np.abs(pixels[:, 1:] - pixels[:, :-1]).max(-1) > _EDGE
    down = np.abs(pixels[1:] - pixels[:-1]).max(-1) > _EDGE
    shares = float(across.mean()), float(down.mean())
    return max(shares) > _TEXTURE and min(shares) > _TEXTURE_ACROSS


def matrix_in(pixels: NDArray[np.int16], box: Box) -> Matrix | None:
    """Find the matrix that fills a box, if one does."""
    down, across = box
    inner = (slice(down.start + 2, down.stop - 2), slice(across.start + 2, across.stop - 2))
    part = pixels[inner]
    if min(part.shape[:2]) < 4 * _LEAST_CELLS:
        return None
    rows, columns = _edges(part), _edges(part.transpose(1, 0, 2))
    if rows is None or columns is None:
        return None
    cells, uniform = _cells(part, rows, columns)
    if uniform < _UNIFORM or _is_silhouette(cells):
        return None
    return _described(box, _merged(_merged(cells).transpose(1, 0, 2)).transpose(1, 0, 2))


def _fine(pixels: NDArray[np.int16], box: Box) -> Matrix | None:
    """Tell a matrix of cells of few pixels from a photograph: along one side its cells are even."""
    part = pixels[box]
    rows, columns = _edges(part), _edges(part.transpose(1, 0, 2))
    n_rows = part.shape[0] // 2 if rows is None else rows.size - 1
    n_columns = part.shape[1] // 2 if columns is None else columns.size - 1
    if rows is None and columns is None:
        return None
    if max(n_rows, n_columns) < _LEAST_FINE:
        return None
    return Matrix(box, n_rows, n_columns, 0, False, True, n_rows * n_columns, 0)


def _edges(pixels: NDArray[np.int16]) -> NDArray[np.float64] | None:
    """Return where rows of cells begin and end, if they do so at even steps."""
    change = np.abs(pixels[1:] - pixels[:-1]).max(-1) > _EDGE
    share = change.mean(axis=1)
    limit = max(_LEAST_EDGE, 0.25 * float(np.sort(share)[-max(1, share.size // 25)]))
    high = np.flatnonzero(share > limit)
    if high.size < _LEAST_CELLS - 1:
        return None
    groups = np.split(high, np.flatnonzero(np.diff(high) > 2) + 1)
    # Letters in cells change some pixels too: what is weak beside the others is no line.
    strength = np.array([share[each].max() for each in groups])
    groups = [g for g, s in zip(groups, strength, strict=True) if s >= _WEAK * np.median(strength)]
    places = np.array([np.average(each, weights=share[each]) + 1 for each in groups])
    places = np.unique(np.r_[0.0, places[(places > 2) & (places < pixels.shape[0] - 2)],
                             float(pixels.shape[0])])  # fmt: skip
    steps = np.diff(places)
    # Where neighbouring rows of cells are alike a line is missing, so steps are multiples of one.
    step = float(np.median(steps[steps <= 1.3 * np.quantile(steps, 0.25)]))
    times = np.rint(steps / step)
    near = (np.abs(steps - times * step) <= np.maximum(1.6, 0.12 * step)) & (times >= 1)
    # Steps of a part of a pixel too many add up over many cells.
    step = float(steps[near].sum() / times[near].sum()) if near.any() else step
    n = round(pixels.shape[0] / step)
    missing = 1 - (places.size - 1) / n
    if near.mean() < _REGULAR or n < _LEAST_CELLS or missing > 0.6:
        return None
    return np.linspace(0, pixels.shape[0], n + 1)


def _cells(
    pixels: NDArray[np.int16], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> tuple[NDArray[np.int16], float]:
    """Return the colour in the middle of each cell, and how many cells are of one colour."""
    middle = [np.minimum(((e[:-1] + e[1:]) / 2).astype(int), n - 1)
              for e, n in ((rows, pixels.shape[0]), (columns, pixels.shape[1]))]  # fmt: skip
    colours = pixels[np.ix_(middle[0], middle[1])]
    off = [np.maximum(1, np.diff(e) * 0.28).astype(int) for e in (rows, columns)]
    same = np.zeros(colours.shape[:2])
    corners = ((-1, -1), (-1, 1), (1, -1), (1, 1))
    for y, x in corners:
        at = np.ix_(middle[0] + y * off[0], middle[1] + x * off[1])
        same += np.abs(pixels[at] - colours).max(-1) <= 2 * _EDGE
    # Letters may stand in the middle; then the corners agree with each other.
    first = pixels[np.ix_(middle[0] - off[0], middle[1] - off[1])]
    agree = np.ones(colours.shape[:2], dtype=bool)
    for y, x in corners[1:]:
        at = np.ix_(middle[0] + y * off[0], middle[1] + x * off[1])
        agree &= np.abs(pixels[at] - first).max(-1) <= 2 * _EDGE
    lettered = agree & (same < 3)
    colours = np.where(lettered[..., None], first, colours)
    return colours.astype(np.int16), float(((same >= 3) | agree).mean())


def _merged(cells: NDArray[np.int16]) -> NDArray[np.int16]:
    """Take rows that repeat, two by two or three by three, for one: a step was found too small."""
    n = cells.shape[0]
    for times in (4, 3, 2):
        if n % times or n // times < _LEAST_CELLS:
            continue
        groups = cells.reshape(n // times, times, *cells.shape[1:])
        off = np.abs(groups - groups[:, :1]).max(axis=-1)
        if (off <= 2 * _EDGE).mean() >= _REPEATED:
            return np.ascontiguousarray(groups[:, 0])
    return cells


def _is_silhouette(cells: NDArray[np.int16]) -> bool:
    """Whether columns are of one colour below a height and of another above: bars side by side."""
    packed = (cells.astype(np.int32) >> 4) @ np.array([256, 16, 1], dtype=np.int32)
    if _is_nested(packed):
        return True
    if np.unique(packed).size > _MOST_IN_BARS:
        return False
    down = (packed[1:] != packed[:-1]).sum(axis=0).mean()
    across = (packed[:, 1:] != packed[:, :-1]).sum(axis=1).mean()
    return bool(min(down, across) <= _TURNS_IN_BARS)


def _is_nested(packed: NDArray[np.int32]) -> bool:
    """Whether bars of two groups lie over each other: no column has paper below what is filled."""
    found, counts = np.unique(packed, return_counts=True)
    if found.size > _MOST_NESTED or packed.shape[0] < _LEAST_HIGH:
        return False
    filled = packed != found[counts.argmax()]
    stands = (filled[1:] | ~filled[:-1]).all(axis=0) | (filled[:-1] | ~filled[1:]).all(axis=0)
    turns = (packed[1:] != packed[:-1]).sum(axis=0)
    return bool(stands.all() and turns.max() <= 2)


def _described(box: Box, cells: NDArray[np.int16]) -> Matrix:
    rows, columns = cells.shape[:2]
    packed = (cells.astype(np.int32) >> 3) @ np.array([1024, 32, 1], dtype=np.int32)
    found, counts = np.unique(packed, return_counts=True)
    filled = packed != found[counts.argmax()]
    order = np.sort(counts)[::-1]
    n_colours = int(np.searchsorted(np.cumsum(order), 0.95 * packed.size)) + 1
    padded = np.pad(filled, 1)
    beside = sum(
        padded[1 + y : 1 + y + rows, 1 + x : 1 + x + columns].astype(int)
        for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)
    )  # fmt: skip
    return Matrix(
        box, rows, columns, n_colours, rows == columns and _is_symmetric(cells), False,
        int(filled.sum()), int((filled & (np.asarray(beside) <= 1)).sum()), _is_smooth(cells),
    )  # fmt: skip


def _is_smooth(cells: NDArray[np.int16]) -> bool:
    light = cells.astype(float).sum(axis=-1) // _SAME_SHADE
    return is_smooth(light, float(light.max()))


def _is_symmetric(cells: NDArray[np.int16]) -> bool:
    """Whether cells above and below the diagonal have the same colours."""
    off = np.abs(cells - cells.transpose(1, 0, 2)).max(-1)
    return bool((off <= 2 * _EDGE).mean() > 0.9)
