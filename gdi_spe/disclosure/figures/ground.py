"""What a picture is painted on: areas of one colour, and the ink that is none of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Box = tuple[slice, slice]

# More pixels are averaged: a picture at 300 dots an inch shows no more than one at 100.
_MOST_PIXELS = 1_200_000
# Values of neighbouring pixels of one area, and how far ink is from what is under it.
_SAME = 6
_FAR = 10
_SAME_NOISY, _FAR_NOISY = 18, 32
_LEAST_CORE = 30
_RAMP = 24
_WIDE = 900
_SPREAD = 14


@dataclass(frozen=True)
class Area:
    """Pixels of one colour, or of colours that change slowly."""

    box: Box
    n_pixels: int
    colour: tuple[int, int, int]
    is_ramp: bool

    @property
    def height(self) -> int:
        """Rows of its box."""
        return int(self.box[0].stop - self.box[0].start)

    @property
    def width(self) -> int:
        """Columns of its box."""
        return int(self.box[1].stop - self.box[1].start)

    @property
    def fill(self) -> float:
        """Share of its box."""
        return self.n_pixels / max(1, self.height * self.width)


@dataclass(frozen=True)
class Ground:
    """A picture apart: its areas, and where ink lies over them."""

    pixels: NDArray[np.int16]
    areas: tuple[Area, ...]
    # The area that each pixel is of or nearest to, by its place in ``areas``.
    nearest: NDArray[np.int32]
    ink: Mask
    # How far each pixel is from the colour under it, 0 to 255.
    strength: NDArray[np.int16]
    page: int
    # Pixels of the picture that one of these stands for, along a side.
    step: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.ink.shape[0], self.ink.shape[1]


def widened(mask: Mask, by: int = 1) -> Mask:
    """Return a mask with so many pixels more around it."""
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(mask, iterations=by), dtype=bool)


def reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Average squares of pixels until there are not too many."""
    step = int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / _MOST_PIXELS)))
    if step <= 1:
        return pixels, 1
    high, wide = pixels.shape[0] // step, pixels.shape[1] // step
    cut = pixels[: high * step, : wide * step].astype(np.uint16)
    summed = cut.reshape(high, step, wide, step, 3).sum(axis=(1, 3))
    return (summed // (step * step)).astype(np.uint8), step


def ground_of(pixels: NDArray[np.uint8], is_noisy: bool = False) -> Ground:
    """Find the areas of a picture and the ink on them; compression makes areas uneven."""
    from scipy.ndimage import distance_transform_edt, label

    small, step = reduced(pixels)
    window = 5 if max(small.shape[:2]) < _WIDE else 7
    same, far = (_SAME_NOISY, _FAR_NOISY) if is_noisy else (_SAME, _FAR)
    labelled, n = label(_is_flat(small, window, same))
    sizes = np.bincount(labelled.ravel(), minlength=n + 1)
    keep = np.flatnonzero(sizes >= _LEAST_CORE)
    keep = keep[keep > 0]
    place = np.full(n + 1, -1, dtype=np.int32)
    place[keep] = np.arange(keep.size)
    cores = place[labelled]
    if keep.size == 0:
        return _all_ink(small, step)
    away, where = distance_transform_edt(cores < 0, return_indices=True)
    nearest = cores[tuple(where)]
    colours = _core_colours(small, cores)
    strength = np.abs(small - colours[nearest]).max(axis=-1).astype(np.int16)
    ink = (strength > far) & ~_is_edge(small, cores, window, far)
    _spread(small, cores, nearest, ink, strength, far)
    body = np.where((away <= window // 2 + 1) & ~ink, nearest, -1)
    areas = _areas(small, cores, body, keep.size)
    return Ground(small.astype(np.int16), areas, nearest, ink, strength, _page(nearest), step)


def _spread(
    pixels: NDArray[np.uint8],
    cores: NDArray[np.int32],
    nearest: NDArray[np.int32],
    ink: Mask,
    strength: NDArray[np.int16],
    far: int,
) -> None:
    """Give narrow places to the area beside them that has their colour, step by step."""
    colours = _core_colours(pixels, cores)
    high, wide = ink.shape
    rows, columns = np.nonzero(ink)
    for _ in range(_SPREAD):
        n_left = rows.size
        for y, x in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            at = np.clip(rows + y, 0, high - 1), np.clip(columns + x, 0, wide - 1)
            beside = nearest[at]
            off = np.abs(pixels[rows, columns] - colours[beside]).max(-1)
            taken = ~ink[at] & (off <= far)
            here = rows[taken], columns[taken]
            nearest[here], ink[here], strength[here] = beside[taken], False, off[taken]
            rows, columns = rows[~taken], columns[~taken]
        if rows.size == n_left:
            return


def _is_flat(pixels: NDArray[np.uint8], window: int, same: int) -> Mask:
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    spread = np.zeros(pixels.shape[:2], dtype=np.uint8)
    for channel in range(3):
        each = np.ascontiguousarray(pixels[..., channel])
        high = maximum_filter1d(maximum_filter1d(each, window, axis=0), window, axis=1)
        low = minimum_filter1d(minimum_filter1d(each, window, axis=0), window, axis=1)
        spread = np.maximum(spread, high - low)
    return np.asarray(spread <= same, dtype=bool)


def _is_edge(
    pixels: NDArray[np.uint8],
    cores: NDArray[np.int32],
    window: int,
    far: int,
) -> Mask:
    """Find pixels between two areas whose colour is a mixture of theirs."""
    from scipy.ndimage import maximum_filter, minimum_filter

    reach = window + 2
    high = maximum_filter(cores, reach)
    low = minimum_filter(np.where(cores < 0, np.int32(2**31 - 1), cores), reach)
    between = (high >= 0) & (high != low) & (cores < 0)
    if not between.any():
        return np.asarray(between, dtype=bool)
    colours = _core_colours(pixels, cores)
    rows, columns = np.nonzero(between)
    here = pixels[rows, columns].astype(np.float32)
    one, two = colours[high[rows, columns]], colours[low[rows, columns]]
    along = two - one
    share = ((here - one) * along).sum(-1) / np.maximum((along * along).sum(-1), 1)
    off = np.abs(here - (one + np.clip(share, 0, 1)[:, None] * along)).max(-1)
    between[rows, columns] = off <= far
    return np.asarray(between, dtype=bool)


def _core_colours(pixels: NDArray[np.uint8], cores: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the mean colour of each core."""
    inside = cores >= 0
    n = int(cores.max()) + 1
    counts = np.maximum(np.bincount(cores[inside], minlength=n), 1)
    means = [np.bincount(cores[inside], pixels[..., c][inside], n) / counts for c in range(3)]
    return np.stack(means, axis=-1).astype(np.float32)


def _areas(
    pixels: NDArray[np.uint8], cores: NDArray[np.int32], body: NDArray[np.int32], n: int
) -> tuple[Area, ...]:
    from scipy.ndimage import find_objects

    sizes = np.bincount(body[body >= 0], minlength=n)
    colours = _core_colours(pixels, cores)
    found = []
    for place, box in enumerate(find_objects(body + 1, n)):
        if box is None:
            box = (slice(0, 0), slice(0, 0))
        inside = pixels[box][cores[box] == place]
        spread = int((inside.max(0).astype(int) - inside.min(0)).max()) if inside.size else 0
        r, g, b = (int(c) for c in np.rint(colours[place]))
        found.append(Area(box, int(sizes[place]), (r, g, b), spread > _RAMP))
    return tuple(found)


def _page(nearest: NDArray[np.int32]) -> int:
    """Return the area that most of the border is of."""
    border = np.concatenate([nearest[0], nearest[-1], nearest[:, 0], nearest[:, -1]])
    return int(np.bincount(border).argmax())


def _all_ink(pixels: NDArray[np.uint8], step: int) -> Ground:
    """Return a picture that has no area of one colour: all of it is ink."""
    shape = pixels.shape[:2]
    return Ground(
        pixels.astype(np.int16), (), np.full(shape, -1, dtype=np.int32),
        np.ones(shape, dtype=bool), np.full(shape, 255, dtype=np.int16), -1, step,
    )  # fmt: skip


# Paper, panels and grids are light and grey; nothing is told by them.
_LIGHT, _PALE, _LIKE_PAGE = 225, 26, 12


def is_paper(area: Area, page: Area | None) -> bool:
    """Whether an area is what others are drawn on."""
    low, high = min(area.colour), max(area.colour)
    if area.is_ramp:
        return False
    if low >= _LIGHT and high - low <= _PALE:
        return True
    if page is None:
        return False
    far = max(abs(a - b) for a, b in zip(area.colour, page.colour, strict=True))
    return far <= _LIKE_PAGE


def paper_of(ground: Ground) -> Mask:
    """Return the pixels that are of paper or nearest to it, whatever ink lies there."""
    page = ground.areas[ground.page] if ground.areas else None
    paper = np.array([is_paper(area, page) for area in ground.areas] or [False])
    return np.asarray(paper[np.maximum(ground.nearest, 0)] & (ground.nearest >= 0), dtype=bool)
