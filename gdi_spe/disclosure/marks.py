"""What a picture shows, as far as its pixels tell: letters, lines, bars, marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Marks and letters that a figure of a few estimates has.
_LARGEST_MARK = 0.08
_THIN = 4
# A figure is mostly plain: neighbouring pixels are alike.
_FEW_COLOURS, _FEW_CHANGE = 8, 0.25
_MOST_CHANGE = 0.6
_BANDS, _LEAST_IN_BAND = 40, 1000
# A matrix drawn with several pixels a cell has at least so many cells a side.
_LEAST_CELLS = 20
# Estimates of a figure, and letters beside them; a frame is at least a fifth of the picture.
_MOST_INSIDE = 40
_LEAST_FRAME = 0.2


@dataclass(frozen=True)
class Seen:
    """Connected shapes of ink, by sort."""

    n_small: int
    n_straight: int
    n_areas: int
    n_curves: int
    n_colours: int
    ink_share: float
    # Of the pixels in flat areas, how many differ in bits that nobody sees.
    noise_share: float
    # Of neighbouring pixels, how many differ at all; and how many colours cover the most of it.
    change_share: float = 0.0
    n_main_colours: int = 0
    # Small shapes inside the frame of the axes, where letters are few and marks are.
    n_inside: int = 0

    @property
    def is_matrix(self) -> bool:
        """Whether pixels change as values do, and not as lines and areas."""
        few = self.n_main_colours <= _FEW_COLOURS and self.change_share > _FEW_CHANGE
        return few or self.change_share > _MOST_CHANGE

    @property
    def is_simple(self) -> bool:
        """Whether these are a few letters, marks and straight lines and nothing more."""
        return (
            self.n_small <= 150
            and self.n_inside <= _MOST_INSIDE
            and self.n_straight <= 60
            and not self.n_areas
            and not self.n_curves
            and self.ink_share <= 0.2
        )


def look(pixels: NDArray[np.uint8]) -> Seen:
    """Tell what sorts of shape a picture is made of."""
    from scipy.ndimage import find_objects, label

    background = _commonest(pixels)
    ink = (np.abs(pixels.astype(np.int16) - background) > 24).any(axis=-1)
    colour = pixels.max(axis=-1).astype(np.int16) - pixels.min(axis=-1) > 40
    small = straight = areas = curves = 0
    places: list[tuple[float, float]] = []
    frame: tuple[slice, slice] | None = None
    for layer in (ink & colour, ink & ~colour):
        labelled, _ = label(layer, structure=np.ones((3, 3)))
        sizes = np.bincount(labelled.ravel())
        for number, box in enumerate(find_objects(labelled), start=1):
            sort = _sort((labelled[box] == number), int(sizes[number]), pixels.shape)
            small += sort == "small"
            if sort == "small" and _is_round(box):
                places.append(((box[0].start + box[0].stop) / 2, (box[1].start + box[1].stop) / 2))
            elif sort == "straight" and _size(box) > max(_least_frame(pixels), _size(frame)):
                frame = box
            straight += sort == "straight"
            areas += sort == "area"
            curves += sort == "curve"
    colours = np.unique(pixels.reshape(-1, pixels.shape[-1]) >> 4, axis=0).shape[0]
    return Seen(
        small, straight, areas, curves, colours, float(ink.mean()), _hidden_noise(pixels),
        *_changes(pixels), n_inside=_inside(places, frame),
    )  # fmt: skip


def _commonest(pixels: NDArray[np.uint8]) -> NDArray[np.int16]:
    packed = pixels.astype(np.int64) @ np.array([65536, 256, 1])
    found, counts = np.unique(packed, return_counts=True)
    top = int(found[counts.argmax()])
    return np.array([top >> 16, (top >> 8) & 255, top & 255], dtype=np.int16)


def _sort(shape: NDArray[np.bool_], size: int, picture: tuple[int, ...]) -> str:
    """Name a connected shape by its box and how it fills it."""
    height, width = shape.shape
    if min(height, width) <= _THIN:
        return "straight" if max(height, width) > 12 else "small"
    if max(height / picture[0], width / picture[1]) <= _LARGEST_MARK:
        return "small"
    if _is_straight_lines(shape, size):
        return "straight"
    return "area" if size > 0.4 * height * width else "curve"


def _is_straight_lines(shape: NDArray[np.bool_], size: int) -> bool:
    """Whether a shape is axes, frames and error bars: a few full rows and columns, and ticks."""
    height, width = shape.shape
    rows, columns = shape.sum(axis=1) > 0.6 * width, shape.sum(axis=0) > 0.6 * height
    if rows.sum() + columns.sum() == 0 or rows.sum() > 24 or columns.sum() > 24:
        return False
    rest = shape & ~rows[:, None] & ~columns[None, :]
    # What is left are ticks and small marks on the lines.
    return int(rest.sum()) <= max(24.0, 0.35 * size)


def _hidden_noise(pixels: NDArray[np.uint8]) -> float:
    """Return how often, where a picture is of one colour to the eye, its low bits differ."""
    # A bar of colours changes along one side only, and by steps that are no payload.
    if (pixels == pixels[:1]).all() or (pixels == pixels[:, :1]).all():
        return 0.0
    seen = pixels >> 2
    inside = seen[1:-1, 1:-1]
    flat = np.ones(inside.shape[:2], dtype=bool)
    for other in (seen[:-2, 1:-1], seen[2:, 1:-1], seen[1:-1, :-2], seen[1:-1, 2:]):
        flat &= (inside == other).all(axis=-1)
    if flat.sum() < 100:
        return 0.0
    # Within an area that looks plain, every pixel should be the very same.
    low = pixels & 3
    here = low[1:-1, 1:-1]
    differs = [(here != other) for other in (low[:-2, 1:-1], low[1:-1, :-2])]
    noisy = differs[0] | differs[1]
    shares = noisy[flat].mean(axis=0)
    return max(float(shares.max()), _noise_in_bands(noisy.any(axis=-1), flat))


def _noise_in_bands(noisy: NDArray[np.bool_], flat: NDArray[np.bool_]) -> float:
    """Return the share of the noisiest band where a quarter or more is noise.

    A short payload fills the first rows only. Less in a band is what shades of colour have.
    """
    bands = zip(np.array_split(noisy, _BANDS), np.array_split(flat, _BANDS), strict=True)
    shares = [float(n[f].mean()) for n, f in bands if f.sum() >= _LEAST_IN_BAND]
    return max((share for share in shares if share >= 0.25), default=0.0)


def _is_round(box: tuple[slice, slice]) -> bool:
    """Whether a small shape may be a mark; dashes of a line are longer than wide."""
    high, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
    return bool(max(high, wide) <= 1.6 * min(high, wide))


def _size(box: tuple[slice, slice] | None) -> int:
    if box is None:
        return 0
    return int((box[0].stop - box[0].start) * (box[1].stop - box[1].start))


def _least_frame(pixels: NDArray[np.uint8]) -> float:
    return float(_LEAST_FRAME * pixels.shape[0] * pixels.shape[1])


def _inside(places: list[tuple[float, float]], frame: tuple[slice, slice] | None) -> int:
    """Count the small shapes within a frame."""
    if frame is None:
        return 0
    down, across = frame
    return sum(down.start < y < down.stop and across.start < x < across.stop for y, x in places)


def _changes(pixels: NDArray[np.uint8]) -> tuple[float, int]:
    """Return how often neighbours differ, and how many colours cover nine tenths of a picture."""
    packed = _one_a_cell(pixels.astype(np.int32) @ np.array([65536, 256, 1], dtype=np.int32))
    across = (packed[:, 1:] != packed[:, :-1]).mean() if packed.shape[1] > 1 else 0.0
    down = (packed[1:] != packed[:-1]).mean() if packed.shape[0] > 1 else 0.0
    counts = np.sort(np.unique(packed, return_counts=True)[1])[::-1]
    main = int(np.searchsorted(np.cumsum(counts), 0.9 * packed.size)) + 1
    return float(min(across, down)), main


def _one_a_cell(packed: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return one pixel a cell, where colours change at multiples of a step only."""
    down, across = (
        int(np.gcd.reduce(np.flatnonzero(changes) + 1, initial=0))
        for changes in (
            (packed[1:] != packed[:-1]).any(axis=1),
            (packed[:, 1:] != packed[:, :-1]).any(axis=0),
        )
    )
    cells = packed[:: max(down, 1), :: max(across, 1)]
    return cells if min(cells.shape) >= _LEAST_CELLS else packed
