"""Legends: patches, lines and marks left of the words that say what they mean."""

from __future__ import annotations

import numpy as np

from gdi_spe.disclosure.figures.frames import size_of
from gdi_spe.disclosure.figures.ground import Box, Ground, Mask
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.strokes import Blob, blobs_of

_MOST_SHARE, _GAP, _PIECES = 0.025, 2.6, 4
_HEIGHT, _TALL, _WIDTH, _FULL_TALL = 1.8, 3.6, 3.5, 0.85
# Patches of a legend are filled boxes that lie.
_PATCH_FULL, _PATCH_WIDE, _PATCH_HIGH = 0.9, 1.5, 6


def legends_among(
    frames: tuple[Box, ...], words: tuple[Words, ...], ground: Ground
) -> tuple[Box, ...]:
    """Return the frames that are boxes of keys: small, few pieces in each, words right of them."""
    small = [f for f in frames if size_of(f) <= _MOST_SHARE * ground.ink.size]
    return tuple(f for f in small if _is_legend(f, words, ground))


def _is_legend(frame: Box, words: tuple[Words, ...], ground: Ground) -> bool:
    down, across = frame
    beside = [
        w for w in words
        if not w.is_upright and 0 <= w.box[1].start - across.stop <= _GAP * w.height
        and down.start <= (w.box[0].start + w.box[0].stop) / 2 <= down.stop
    ]  # fmt: skip
    # Each key is a patch, a line or a mark, with a line around it at most.
    return bool(beside) and len(blobs_of(ground.ink[frame])[1]) <= _PIECES * len(beside)


def keys_beside(drawn: Mask, words: tuple[Words, ...]) -> Mask:
    """Return the patches, lines and marks that stand left of the words of a legend."""
    labelled, blobs = blobs_of(drawn)
    patches = _patches_of_one_size(blobs)
    # Groups may have names of a letter and a number, beside patches of a legend's size.
    found = [
        b.number for b in blobs
        if any(_is_key(b, w, 1 if b.number in patches else 2) for w in words)
        or _is_pile(b, words)
    ]  # fmt: skip
    return np.asarray(np.isin(labelled, found), dtype=bool)


def _is_key(blob: Blob, words: Words, least: int) -> bool:
    """Whether a small shape stands right before a name."""
    level = abs(blob.middle[0] - (words.box[0].start + words.box[0].stop) / 2)
    is_small = blob.height <= _HEIGHT * words.height and blob.width <= _WIDTH * words.height
    is_name = sum(c.isalpha() for c in words.text) >= least and "=" not in words.text[:3]
    return bool(_is_before(blob, words) and level <= 0.5 * words.height and is_small and is_name)


def _is_pile(blob: Blob, words: tuple[Words, ...]) -> bool:
    """Whether a filled box is a key, or several on each other, with a name beside each."""
    names = [
        w for w in words
        if _is_before(blob, w) and sum(c.isalpha() for c in w.text) >= 2
        and blob.box[0].start < (w.box[0].start + w.box[0].stop) / 2 < blob.box[0].stop
    ]  # fmt: skip
    if not names or blob.n_pixels < _FULL_TALL * blob.height * blob.width:
        return False
    letters = max(w.height for w in names)
    return bool(blob.height <= _TALL * letters * len(names) and blob.width <= _WIDTH * letters)


def _is_before(blob: Blob, words: Words) -> bool:
    gap = words.box[1].start - blob.box[1].stop
    return bool(0 <= gap <= _GAP * words.height and not words.is_upright)


def _patches_of_one_size(blobs: tuple[Blob, ...]) -> set[int]:
    """Return filled boxes, wider than high, that have others of their size in one row or column."""
    found: set[int] = set()
    full = [
        b for b in blobs
        if b.n_pixels >= _PATCH_FULL * b.height * b.width
        and b.width >= _PATCH_WIDE * b.height and b.height >= _PATCH_HIGH
    ]  # fmt: skip
    for one in full:
        beside = [
            b for b in full
            if abs(b.height - one.height) <= 2 and abs(b.width - one.width) <= 2
            and (abs(b.middle[0] - one.middle[0]) <= 2 or abs(b.middle[1] - one.middle[1]) <= 2)
        ]  # fmt: skip
        found |= {one.number} if len(beside) > 1 else set()
    return found
