"""Numbers of an axis that stand upright beside it, as R writes them: a column that one scale fits.

A digit on its side looks like another letter, so it is the scale that tells how they are read.
"""

from __future__ import annotations

import numpy as np

from gdi_spe.disclosure.figures.ground import Box, Ground
from gdi_spe.disclosure.figures.letters.lettering import (
    Words,
    may_be_letter,
    read_upright,
)
from gdi_spe.disclosure.figures.letters.scale import number_in, scale_left, scale_of
from gdi_spe.disclosure.figures.strokes import Strokes, blobs_of

_REACH, _LEAST_REACH = 0.12, 40
_LEAST_NUMBERS, _LEAST_AGREEING = 3, 0.7
_OFF_COLUMN, _MOST = 2, 12


def with_standing_numbers(
    words: tuple[Words, ...],
    frames: tuple[Box, ...],
    ground: Ground,
    strokes: Strokes,
    ticks: set[int],
) -> tuple[Words, ...]:
    """Return words with the upright numbers beside axes in place of what they looked like."""
    for frame in (*frames, *_lone_axes(frames, strokes)):
        # What is read across and makes a scale is no column of numbers on their side.
        if scale_left(words, frame, ground.shape) is not None:
            continue
        numbers = _standing(words, frame, ground, strokes, ticks)
        used = {number for each in numbers for number in each.blobs}
        words = (*(w for w in words if not used & set(w.blobs)), *numbers)
    return words


def _lone_axes(frames: tuple[Box, ...], strokes: Strokes) -> list[Box]:
    """Return the lines that run down without a frame, as boxes whose left side they are."""
    lines = [b.box for b in blobs_of(strokes.down)[1] if b.height >= _LEAST_REACH]
    return [
        (down, slice(across.start, across.stop + _LEAST_REACH)) for down, across in lines[:_MOST]
        if not any(f[1].start - 6 <= across.start <= f[1].stop + 6 and f[0].start - 6 <= down.start
                   and down.stop <= f[0].stop + 6 for f in frames)
    ]  # fmt: skip


def _standing(
    words: tuple[Words, ...], frame: Box, ground: Ground, strokes: Strokes, ticks: set[int]
) -> list[Words]:
    """Return the numbers that stand upright left of a frame, if they agree on a scale."""
    down, across = frame
    reach = max(_LEAST_REACH, round(_REACH * ground.shape[1]))
    titles = {n for w in words if w.is_upright and number_in(w.text) is None for n in w.blobs}
    near = [
        b for b in strokes.blobs
        if b.number not in titles | ticks and may_be_letter(b, ground)
        and across.start - reach <= b.box[1].start and b.box[1].stop <= across.start + 6
        and down.start - 20 <= b.middle[0] <= down.stop + 20
    ]  # fmt: skip
    read = read_upright(near, ground, strokes) if len(near) >= _LEAST_NUMBERS else []
    numbers = [w for w in read if number_in(w.text) is not None]
    if len(numbers) < max(_LEAST_NUMBERS, _LEAST_AGREEING * len(read)):
        return []
    # They stand on one line, with nothing else in their column.
    foot = float(np.median([w.box[1].stop for w in numbers]))
    column = [w for w in numbers if abs(w.box[1].stop - foot) <= _OFF_COLUMN]
    scale = scale_of(column)
    return column if scale is not None and scale.n_numbers >= _LEAST_NUMBERS else []
