"""What the numbers along an axis make of places in a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.letters.lettering import Words

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?(e-?\d+)?|-?\.\d+")
_LEAST = 3
_MOST = 14
_OFF_PIXELS = 2.5
_REACH = 0.16


@dataclass(frozen=True)
class Scale:
    """A straight relation of pixels and values: value = at zero + step * pixel."""

    start: float
    step: float
    # Numbers along the axis that agree with it.
    n_numbers: int = 0

    def value(self, pixel: float) -> float:
        """Return the value at a pixel."""
        return self.start + self.step * pixel


def number_in(text: str) -> float | None:
    """Return the number that words are, if they are one."""
    told = re.sub(r" -$|^- (?=\d)", "", text).replace(" ", "")
    percent = told.endswith("%")
    told = told.rstrip("%")
    return float(told.replace(",", "")) if _NUMBER.fullmatch(told) and (told or percent) else None


def scale_left(words: Sequence[Words], frame: Box, shape: tuple[int, int]) -> Scale | None:
    """Read the numbers left of a frame as the scale of its height."""
    down, across = frame
    reach = max(30.0, _REACH * shape[1])
    near = [
        w for w in words
        if across.start - reach <= w.box[1].stop <= across.start + 6
        and down.start - 12 <= _middle(w.box[0]) <= down.stop + 12
    ]  # fmt: skip
    return _fitted([(_middle(w.box[0]), n) for w in near if (n := number_in(w.text)) is not None])


def scale_below(words: Sequence[Words], frame: Box, shape: tuple[int, int]) -> Scale | None:
    """Read the numbers below a frame as the scale of its width."""
    down, across = frame
    reach = max(24.0, 0.1 * shape[0])
    near = [
        w for w in words
        if not w.is_upright and down.stop - 6 <= w.box[0].start <= down.stop + reach
        and across.start - 12 <= _middle(w.box[1]) <= across.stop + 12
    ]  # fmt: skip
    return _fitted([(_middle(w.box[1]), n) for w in near if (n := number_in(w.text)) is not None])


def scale_of(column: Sequence[Words]) -> Scale | None:
    """Return the scale that numbers above each other agree on."""
    told = [(_middle(w.box[0]), number_in(w.text)) for w in column]
    return _fitted([(place, n) for place, n in told if n is not None])


def _middle(side: slice) -> float:
    return float(side.start + side.stop - 1) / 2


def _fitted(pairs: list[tuple[float, float]]) -> Scale | None:
    """Fit the line that most numbers lie on: one may have been read wrongly."""
    pairs = pairs[:_MOST]
    best: list[tuple[float, float]] = []
    for (p, a), (q, b) in combinations(pairs, 2):
        if a == b or abs(p - q) < 4:
            continue
        step = (b - a) / (q - p)
        on = [(x, v) for x, v in pairs if abs((v - a) / step - (x - p)) <= _OFF_PIXELS]
        if len(on) > len(best):
            best = on
    if len(best) < max(_LEAST, (len(pairs) + 1) // 2):
        return None
    places, values = np.array(best).T
    step, start = np.polyfit(places, values, 1)
    return Scale(float(start), float(step), len(best))
