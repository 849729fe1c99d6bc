"""Straight lines of a figure, and the connected shapes of ink that are left without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Box, Ground, Mask

# Axes, grids and thresholds are so long, as a share of the picture's side.
_LONG, _LONG_COLOURED = 0.12, 0.45
_GREY = 40
_LEAST_LONG = 24
_LIGHT, _PALE = 225, 26
_LEAST_GRID, _THIN_GRID = 10, 4


@dataclass(frozen=True)
class Blob:
    """A connected shape of ink."""

    number: int
    box: Box
    n_pixels: int

    @property
    def height(self) -> int:
        """Rows of its box."""
        return int(self.box[0].stop - self.box[0].start)

    @property
    def width(self) -> int:
        """Columns of its box."""
        return int(self.box[1].stop - self.box[1].start)

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of the middle of its box."""
        down, across = self.box
        return (down.start + down.stop) / 2, (across.start + across.stop) / 2


@dataclass(frozen=True)
class Strokes:
    """What is straight and long, and what is left."""

    # Ink without the light lines of a grid.
    ink: Mask
    grid: Mask
    across: Mask
    down: Mask
    rest: Mask
    labelled: NDArray[np.int32]
    blobs: tuple[Blob, ...]
    thin: int

    @property
    def lines(self) -> Mask:
        """Pixels of long straight lines."""
        return self.across | self.down


def thinness(ground: Ground) -> int:
    """Return how many pixels wide a line may be."""
    return max(4, round(0.008 * max(ground.shape)))


def strokes_of(ground: Ground) -> Strokes:
    """Take the long straight lines out of the ink."""
    thin = thinness(ground)
    grid = _light_grid(ground)
    ink = ground.ink & ~grid
    across = _long(ground, ink, thin)
    down = _long(ground, ink.T, thin, is_turned=True).T
    rest = ink & ~across & ~down
    labelled, blobs = blobs_of(rest)
    return Strokes(ink, grid, across, down, rest, labelled, blobs, thin)


def _light_grid(ground: Ground) -> Mask:
    """Find the light lines of a grid on a panel of another shade."""
    from scipy.ndimage import binary_dilation

    low, high = ground.pixels.min(-1), ground.pixels.max(-1)
    light = ground.ink & (low >= _LIGHT) & (high - low <= _PALE)
    run, rise = run_lengths(light), run_lengths(light.T).T
    across = (run >= _LEAST_GRID) & (rise <= _THIN_GRID)
    down = (rise >= _LEAST_GRID) & (run <= _THIN_GRID)
    crossed = light & (run >= _LEAST_GRID) & (rise >= _LEAST_GRID)
    lines = across | down | crossed
    # Where lines cross or end, a pixel or two of their shade is left.
    beside = binary_dilation(lines, np.ones((3, 3)), iterations=2)
    return np.asarray(lines | (light & beside), dtype=bool)


def blobs_of(mask: Mask) -> tuple[NDArray[np.int32], tuple[Blob, ...]]:
    """Find the connected shapes of a mask."""
    from scipy.ndimage import find_objects, label

    labelled, n = label(mask, structure=np.ones((3, 3)))
    if not n:
        return labelled, ()
    sizes = np.bincount(labelled.ravel(), minlength=n + 1)
    boxes = find_objects(labelled)
    return labelled, tuple(
        Blob(number, box, int(sizes[number])) for number, box in enumerate(boxes, start=1)
    )


def _long(ground: Ground, ink: Mask, thin: int, is_turned: bool = False) -> Mask:
    """Find pixels of thin horizontal lines that are long."""
    wide = ink.shape[1]
    run, thick = run_lengths(ink), run_lengths(ink.T).T
    # Where lines cross, a pixel is in a long run of each: the thin neighbours decide.
    long = run >= max(_LEAST_LONG, _LONG * wide)
    thin_here = long & (thick <= thin)
    rows = _mostly(thin_here, long)
    pixels = ground.pixels.transpose(1, 0, 2) if is_turned else ground.pixels
    grey = (pixels.max(-1) - pixels.min(-1)) <= _GREY
    kept = long & rows & (grey | (run >= _LONG_COLOURED * wide))
    return np.asarray(kept, dtype=bool)


def _mostly(some: Mask, all_of: Mask) -> Mask:
    """Keep the runs of which at least half is also in the first mask."""
    from scipy.ndimage import label

    runs, n = label(all_of, structure=np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]))
    total = np.bincount(runs.ravel(), minlength=n + 1)
    share = np.bincount(runs[some], minlength=n + 1) / np.maximum(total, 1)
    share[0] = 0
    return np.asarray(share[runs] >= 0.5, dtype=bool)


def run_lengths(mask: Mask) -> NDArray[np.int32]:
    """Return for each pixel how long the run of its row is that it lies in."""
    places = np.arange(mask.shape[1], dtype=np.int32)[None, :]
    before = np.maximum.accumulate(np.where(mask, -1, places), axis=1)
    after = np.where(mask, mask.shape[1], places)[:, ::-1]
    after = np.minimum.accumulate(after, axis=1)[:, ::-1]
    return np.where(mask, after - before - 1, 0).astype(np.int32)
