"""Boxes of lines around words: the steps of a flow chart, and legends, which may lie over bars."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Box, Ground, Mask
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.strokes import Strokes, blobs_of

_LEAST_HEIGHT, _LEAST_WIDTH, _MOST_SHARE = 10, 16, 0.4
# Corners may be round, and arrows may begin anywhere.
_LEAST_INKED, _LEAST_FULL = 0.6, 0.85
_GAP = 3
_LIKE, _MOST_COLOURS = 10, 10


@dataclass(frozen=True)
class Enclosure:
    """A box of one colour that lines go around, and which pixels of it are within them."""

    box: Box
    inside: Mask

    def holds(self, words: Words) -> bool:
        """Whether words stand in it."""
        row = (words.box[0].start + words.box[0].stop) / 2
        column = (words.box[1].start + words.box[1].stop) / 2
        down, across = self.box
        is_within = down.start < row < down.stop and across.start < column < across.stop
        return is_within and any(c.isalpha() for c in words.text)


def enclosures_of(ground: Ground, strokes: Strokes) -> tuple[Enclosure, ...]:
    """Find the boxes of one colour that lines go around."""
    found: list[Enclosure] = []
    for colour in _colours(ground):
        for piece in _pieces(ground, colour):
            if _is_inked(ground.ink, piece.box, strokes.thin):
                found.append(piece)
    return tuple(found)


def _colours(ground: Ground) -> list[tuple[int, int, int]]:
    """Return the commonest colours of areas that are boxes' size."""
    sizes: dict[tuple[int, int, int], int] = {}
    for place, area in enumerate(ground.areas):
        if place != ground.page and not area.is_ramp:
            near = next((c for c in sizes if _far(c, area.colour) <= _LIKE), area.colour)
            sizes[near] = sizes.get(near, 0) + area.n_pixels
    common = sorted(sizes, key=lambda c: -sizes[c])
    return [c for c in common if sizes[c] >= _LEAST_HEIGHT * _LEAST_WIDTH][:_MOST_COLOURS]


def _far(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _pieces(ground: Ground, colour: tuple[int, int, int]) -> list[Enclosure]:
    """Return the connected pixels of a colour that fill boxes."""
    from scipy.ndimage import binary_fill_holes

    alike = np.abs(ground.pixels - np.array(colour, dtype=np.int16)).max(axis=-1) <= _LIKE
    labelled, blobs = blobs_of(np.asarray(alike, dtype=bool))
    found = []
    for blob in blobs:
        is_large = blob.height * blob.width > _MOST_SHARE * ground.ink.size
        if blob.height < _LEAST_HEIGHT or blob.width < _LEAST_WIDTH or is_large:
            continue
        inside = np.asarray(binary_fill_holes(labelled[blob.box] == blob.number), dtype=bool)
        if inside.mean() >= _LEAST_FULL:
            found.append(Enclosure(blob.box, inside))
    return found


def _is_inked(ink: Mask, box: Box, thin: int) -> bool:
    """Whether there is ink along each side of a box, just outside of it."""
    reach = thin + _GAP
    down, across = box
    if min(down.start, across.start) < 1:
        return False
    sides = (
        ink[max(0, down.start - reach) : down.start + _GAP, across].any(axis=0),
        ink[down.stop - _GAP : down.stop + reach, across].any(axis=0),
        ink[down, max(0, across.start - reach) : across.start + _GAP].any(axis=1),
        ink[down, across.stop - _GAP : across.stop + reach].any(axis=1),
    )
    return min(float(side.mean()) for side in sides) >= _LEAST_INKED


def rims_of(enclosures: tuple[Enclosure, ...], ink: Mask, thin: int) -> Mask:
    """Return the ink of the lines around boxes: nothing of what they hold."""
    from scipy.ndimage import binary_dilation

    rims = np.zeros_like(ink)
    reach = thin + _GAP
    for each in enclosures:
        top, left = (max(0, side.start - reach) for side in each.box)
        part = (slice(top, each.box[0].stop + reach), slice(left, each.box[1].stop + reach))
        own = np.zeros(ink[part].shape, dtype=bool)
        at = each.box[0].start - top, each.box[1].start - left
        high, wide = each.inside.shape
        own[at[0] : at[0] + high, at[1] : at[1] + wide] = each.inside
        rims[part] |= binary_dilation(own, np.ones((3, 3)), iterations=reach) & ~own
    return np.asarray(ink & rims, dtype=bool)


def without_rims(strokes: Strokes, rims: Mask) -> Strokes:
    """Return the strokes of a picture without the lines around boxes."""
    if not rims.any():
        return strokes
    rest = strokes.rest & ~rims
    labelled, blobs = blobs_of(rest)
    return replace(strokes, rest=rest, labelled=labelled, blobs=blobs)


def with_words(
    enclosures: tuple[Enclosure, ...], words: tuple[Words, ...]
) -> tuple[Enclosure, ...]:
    """Return the boxes that hold words."""
    return tuple(each for each in enclosures if any(each.holds(told) for told in words))


def uncovered(
    pixels: NDArray[np.int16], body: Mask, enclosures: tuple[Enclosure, ...]
) -> tuple[NDArray[np.int16], Mask]:
    """Return what legends lie over: a bar that is seen above and below one goes on behind it."""
    for each in enclosures:
        down, across = each.box
        top, end = max(0, down.start - 3 * _GAP), down.stop + 3 * _GAP
        columns = slice(max(0, across.start - 2 * _GAP), across.stop + 2 * _GAP)
        above, below = body[top : down.start, columns], body[down.stop : end, columns]
        behind = above.any(axis=0) & below.any(axis=0)
        if behind.any():
            pixels, body = pixels.copy(), body.copy()
            last = min(end, pixels.shape[0] - 1)
            pixels[down.start - _GAP : end, columns][:, behind] = pixels[last, columns][behind]
            body[down.start - _GAP : end, columns] |= behind
    return pixels, body
