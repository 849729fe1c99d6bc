"""Boxes with words in them, as diagrams have, and the bars that tell what colours mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.filled.enclosures import Enclosure
from gdi_spe.disclosure.figures.ground import Box, Ground, Mask, widened
from gdi_spe.disclosure.figures.letters.lettering import Words, around
from gdi_spe.disclosure.figures.strokes import Blob, blobs_of

_FULL, _FILLED = 0.8, 0.55
_LONG = 4.0
_EDGE = 5
_WHOLE_SIDE, _LETTERED, _SLIM_STRIP = 0.9, 0.4, 0.25
# A ramp of colours turns seldom; a row of values turns often.
_MOST_TURNS = 8
_TURN = 24
_LEAST_RANGE = 60
# The rims of letters are of neither colour.
_OTHER_COLOUR, _MOST_OTHER = 30, 0.06


def boxes_of(
    ground: Ground, body: Mask, words: tuple[Words, ...], letters: Mask,
    enclosed: tuple[Enclosure, ...] = (),
) -> Mask:  # fmt: skip
    """Find filled boxes of one colour around words; their edges are of them."""
    from scipy.ndimage import binary_fill_holes

    found = np.zeros_like(body)
    for blob in blobs_of(np.asarray(binary_fill_holes(body), dtype=bool))[1]:
        held = _is_full(blob) and any(_holds(blob, each) for each in words)
        if held and _is_plain(ground, blob, letters):
            found[blob.box] = True
    # Letters that reach the lines around a box leave holes in it that are open.
    for each in enclosed:
        whole = Blob(0, each.box, int(body[each.box].sum()))
        if whole.n_pixels >= _FILLED * each.inside.size and _is_plain(ground, whole, letters):
            found[each.box] = True
    return np.asarray(widened(found, _EDGE) & (~ground.ink | letters), dtype=bool)


def strips_of(body: Mask, frame: Box, words: tuple[Words, ...]) -> Mask:
    """Find the strips with a name along the upper or right side of a panel, as facets have."""
    found = np.zeros_like(body)
    for axis, at_end in ((0, False), (1, True)):
        share = body[frame].mean(axis=1 - axis)
        end = _end_of_strip(share[::-1] if at_end else share)
        if end == 0:
            continue
        start, stop = frame[axis].start, frame[axis].stop
        side = slice(stop - end, stop + 2) if at_end else slice(max(0, start - 2), start + end)
        box = (side, frame[1]) if axis == 0 else (frame[0], side)
        if any(_holds(Blob(0, box, 0), each) for each in words):
            found[box] = True
    return found


def _end_of_strip(share: NDArray[np.float64]) -> int:
    """Return where a strip that begins at the side itself ends; letters part it, bars do not."""
    full = np.flatnonzero(share >= _WHOLE_SIDE)
    if not full.size or full[0] > _EDGE:
        return 0
    thin = np.flatnonzero(share[full[0] :] < _LETTERED)
    end = full[0] + (thin[0] if thin.size else share.size)
    last = int(full[full < end][-1]) + 2
    return last if last < _SLIM_STRIP * share.size else 0


def colour_bars_of(ground: Ground, body: Mask) -> Mask:
    """Find long bars whose colour changes along them only, and does not go up and down."""
    from scipy.ndimage import binary_opening

    # Ticks stand on its side.
    found = np.zeros_like(body)
    blobs = blobs_of(binary_opening(body, np.ones((_EDGE, _EDGE), dtype=bool)))[1]
    for blob in _joined([b for b in blobs if _is_full(b)]):
        if _is_ramp(ground, blob):
            found[blob.box] = True
    return widened(found, _EDGE)


def _joined(blobs: list[Blob]) -> list[Blob]:
    """Join the pieces of one strip: where a ramp is white in its middle, the paper shows."""
    found = list(blobs)
    for axis in (0, 1):
        strips: list[list[Blob]] = []
        for blob in sorted(blobs, key=lambda b: b.box[axis].start):
            strip = next((s for s in strips if _goes_on(s, blob, axis)), None)
            if strip is None:
                strips.append([blob])
            else:
                strip.append(blob)
        found += [_hull(strip) for strip in strips if len(strip) > 1]
    return found


def _goes_on(strip: list[Blob], blob: Blob, axis: int) -> bool:
    """Whether a piece is as wide as a strip, in line with it, and not far from its end."""
    last = strip[-1].box
    across = 1 - axis
    aligned = all(
        abs(getattr(last[across], end) - getattr(blob.box[across], end)) <= 1
        for end in ("start", "stop")
    )
    long = max(b.box[axis].stop - b.box[axis].start for b in (*strip, blob))
    return aligned and 0 <= blob.box[axis].start - last[axis].stop <= long


def _hull(strip: list[Blob]) -> Blob:
    whole = around(strip)
    size = (whole[0].stop - whole[0].start) * (whole[1].stop - whole[1].start)
    return Blob(strip[0].number, whole, size)


def _is_plain(ground: Ground, blob: Blob, letters: Mask) -> bool:
    """Whether nothing but letters lies on a box."""
    inner = tuple(slice(side.start + _EDGE, side.stop - _EDGE) for side in blob.box)
    pixels, written = ground.pixels[inner[0], inner[1]], letters[inner[0], inner[1]]
    if pixels.size == 0:
        return False
    usual = np.median(pixels[~written], axis=0) if (~written).any() else pixels[0, 0]
    other = (np.abs(pixels - usual).max(-1) > _OTHER_COLOUR) & ~written
    return bool(other.mean() <= _MOST_OTHER)


def _is_full(blob: Blob) -> bool:
    return blob.n_pixels >= _FULL * blob.height * blob.width


def _holds(blob: Blob, words: Words) -> bool:
    down, across = blob.box
    row = (words.box[0].start + words.box[0].stop) / 2
    column = (words.box[1].start + words.box[1].stop) / 2
    letters = sum(c.isalnum() for c in words.text)
    return down.start < row < down.stop and across.start < column < across.stop and letters >= 2


def _is_ramp(ground: Ground, blob: Blob) -> bool:
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    if long < _LONG * short or short < 6:
        return False
    pixels = ground.pixels[blob.box]
    along = pixels if blob.height >= blob.width else pixels.transpose(1, 0, 2)
    inner = along[3:-3, 3:-3]
    if inner.shape[0] < 6 or inner.shape[1] < 1:
        return False
    # A bar of one colour is a bar.
    if int((inner.max(axis=(0, 1)) - inner.min(axis=(0, 1))).max()) < _LEAST_RANGE:
        return False
    if np.abs(inner - inner[:, :1]).max(-1).mean() > _TURN / 4:
        return False
    return max(_turns(inner[:, 0, channel]) for channel in range(3)) <= _MOST_TURNS


def _turns(values: np.ndarray) -> int:
    """Count how often values turn from rising to falling by more than a little."""
    turns, direction, last = 0, 0, int(values[0])
    for each in values[1:]:
        moved = int(each) - last
        if abs(moved) < _TURN:
            continue
        turns += direction != 0 and (moved > 0) != (direction > 0)
        direction, last = moved, int(each)
    return turns
