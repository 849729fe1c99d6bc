"""Labels that are written aslant below an axis: the slope that puts their letters in line is found.

Turned by that slope they are read as any words; each is kept if it is sure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdi_spe.disclosure.figures.ground import Box, Ground, widened
from gdi_spe.disclosure.figures.letters.lettering import (
    Words,
    around,
    grouped,
    is_sure,
    read_groups,
)
from gdi_spe.disclosure.figures.strokes import Blob, Strokes, blobs_of

_SLOPES = (*range(20, 75, 5), *range(-70, -15, 5))
_FINER = (-2.5, 0.0, 2.5)
_LEAST_PIECES, _MOST_PIECES, _LEAST_WORDS, _LEAST_LONG = 4, 1500, 3, 3
# Letters of a line touch each other when it is aslant.
_LARGEST, _ASIDE, _RIM = 0.3, 0.12, 3
# So much better than across letters must stand in line.
_BETTER = 1.1


def with_slanted(
    words: tuple[Words, ...], frames: tuple[Box, ...], ground: Ground, strokes: Strokes,
    ticks: set[int],
) -> tuple[Words, ...]:  # fmt: skip
    """Return words, with those written aslant below frames in place of what they looked like."""
    known = {n for w in words if len(w.text.replace(" ", "")) >= _LEAST_LONG for n in w.blobs}
    largest = _LARGEST * min(ground.shape)
    free = [
        b for b in strokes.blobs
        if b.number not in known | ticks and _RIM < max(b.height, b.width) <= largest
    ]  # fmt: skip
    for left in (_below(free, frame, frames) for frame in frames):
        if not _LEAST_PIECES <= len(left) <= _MOST_PIECES:
            continue
        slope = _slope_of(left, strokes)
        found = _read_at(slope, left, ground, strokes) if slope else []
        if len(found) >= _LEAST_WORDS:
            used = {number for each in found for number in each.blobs}
            words = (*(w for w in words if not used & set(w.blobs)), *found)
    return words


def _below(blobs: list[Blob], frame: Box, frames: tuple[Box, ...]) -> list[Blob]:
    """Return the shapes below a frame, as far as the next one."""
    down, across = frame
    end = min((f[0].start for f in frames if f[0].start > down.stop), default=1 << 30)
    wide = across.stop - across.start
    return [
        b for b in blobs
        if down.stop <= b.box[0].start < end
        and across.start - _ASIDE * wide <= b.middle[1] <= across.stop + _ASIDE * wide
    ]  # fmt: skip


def _slope_of(letters: list[Blob], strokes: Strokes) -> float:
    """Return by how many degrees most letters follow each other upwards; 0 if they do not."""
    box = around(letters)
    rows, columns = np.nonzero(np.isin(strokes.labelled[box], [b.number for b in letters]))
    score = {slope: _in_line(rows, columns, slope) for slope in (0, 90, *_SLOPES)}
    best = max(_SLOPES, key=lambda s: score[s])
    if score[best] < _BETTER * max(score[0], score[90]):
        return 0.0
    finer = [float(best + more) for more in _FINER]
    return max(finer, key=lambda s: _in_line(rows, columns, s))


def _in_line(rows: NDArray[np.intp], columns: NDArray[np.intp], slope: float) -> float:
    """Return how crowded the lines of a slope are: between rows of letters there is paper."""
    turn = np.deg2rad(slope)
    off = columns * np.sin(turn) + rows * np.cos(turn)
    counts = np.bincount((off - off.min()).astype(int)).astype(float)
    return float((counts**2).mean() / counts.mean() ** 2)


def _read_at(slope: float, letters: list[Blob], ground: Ground, strokes: Strokes) -> list[Words]:
    """Read what is left when it is turned by a slope."""
    down, across = around(letters)
    box = (slice(max(0, down.start - _RIM), down.stop + _RIM),
           slice(max(0, across.start - _RIM), across.stop + _RIM))  # fmt: skip
    own = np.isin(strokes.labelled[box], [b.number for b in letters])
    numbers = _turned(np.where(own, strokes.labelled[box], 0).astype(np.int32), slope)
    strength = _turned(
        np.where(widened(own), ground.strength[box], 0).astype(np.float32), slope
    ).astype(np.int16)
    labelled, blobs = blobs_of(numbers > 0)
    groups = grouped(list(blobs), (numbers.shape[0], numbers.shape[1]))
    by_number = {b.number: b for b in letters}
    found = []
    for words in read_groups(groups, strength, labelled):
        if not is_sure(words) or sum(c.isalnum() for c in words.text) < _LEAST_LONG:
            continue
        mine = np.isin(labelled[words.box], words.blobs)
        first = [int(n) for n in np.unique(numbers[words.box][mine]) if n in by_number]
        if first:
            whole = around([by_number[n] for n in first])
            found.append(replace(words, box=whole, blobs=tuple(first), is_upright=True))
    return found


def _turned(values: Any, slope: float) -> NDArray[Any]:
    """Turn a part of a picture clockwise by so many degrees."""
    how = Image.Resampling.NEAREST if values.dtype == np.int32 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(values).rotate(-slope, resample=how, expand=True))
