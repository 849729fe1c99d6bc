"""Read a line of letters in pixels: a small network of convolutions, by NumPy alone.

The weights were fitted to lines drawn in free fonts; ``benchmarks/letters`` makes them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]

HEIGHT, PAD = 24, 2
_WEIGHTS = Path(__file__).with_name("letters.npz")
_BLANK, _SPACE, _JUNK = 0, 1, 2
CHARACTERS = "".join(map(chr, range(33, 127))) + "×±≥≤µαβλχ²³°Δρθσπéöüäøåφγκτ→•"
_FIRST = 3
# Lines of one batch are of about one length; a longer one is read in pieces.
_BATCH = 32
_LONGEST = 1600


@dataclass(frozen=True)
class Line:
    """Letters as they were read, how sure each is, and where: in pixels of the line's height."""

    text: str
    sure: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def certainty(self) -> float:
        """How sure the letters are on the whole."""
        told = [s for c, s in zip(self.text, self.sure, strict=True) if c != " "]
        return sum(told) / len(told) if told else 0.0


@cache
def _weights() -> tuple[tuple[Pixels, Pixels], ...]:
    with np.load(_WEIGHTS) as kept:
        return tuple(
            (kept[f"w{i}"].astype(np.float32), kept[f"b{i}"].astype(np.float32)) for i in range(6)
        )


def read_lines(lines: list[Pixels]) -> list[Line]:
    """Read lines of ink, each of ``HEIGHT`` rows, 0 without ink to 1."""
    order = sorted(range(len(lines)), key=lambda i: lines[i].shape[1])
    found: dict[int, Line] = {}
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        wide = min(_LONGEST, max(lines[i].shape[1] for i in batch) + 8)
        wide += wide % 2
        sheet = np.zeros((len(batch), HEIGHT + 2 * PAD, wide), dtype=np.float32)
        for row, i in enumerate(batch):
            line = lines[i][:, : wide - 8]
            sheet[row, PAD : PAD + HEIGHT, 4 : 4 + line.shape[1]] = line
        for row, told in zip(batch, _scores(sheet), strict=True):
            found[row] = _decoded(told)
    return [found[i] for i in range(len(lines))]


def _scores(sheet: Pixels) -> Pixels:
    """Return how likely each character is at each second column."""
    x = (sheet - np.float32(0.3))[..., None]
    first, second, third, fourth, fifth, last = _weights()
    x = _pooled(_folded(x, *first), 2, 2)
    x = _pooled(_folded(x, *second), 2, 1)
    x = _folded(x, *third)
    x = _folded(x, *fourth, is_flattening=True)
    x = _folded(x, *fifth)
    logits = x[:, 0] @ last[0][0, 0] + last[1]
    logits -= logits.max(axis=-1, keepdims=True)
    raised = np.exp(logits)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def _folded(x: Pixels, weights: Pixels, bias: Pixels, is_flattening: bool = False) -> Pixels:
    """Convolve and cut off below 0."""
    high, wide, n_in, n_out = weights.shape
    down, across = (0 if is_flattening else high // 2), wide // 2
    x = np.pad(x, ((0, 0), (down, down), (across, across), (0, 0)))
    n, rows, columns, _ = x.shape
    rows, columns = rows - high + 1, columns - wide + 1
    windows = np.lib.stride_tricks.sliding_window_view(x, (high, wide), axis=(1, 2))
    flat = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * rows * columns, high * wide * n_in)
    made = flat @ weights.reshape(-1, n_out) + bias
    return np.asarray(np.maximum(made, 0).reshape(n, rows, columns, n_out), dtype=np.float32)


def _pooled(x: Pixels, high: int, wide: int) -> Pixels:
    n, rows, columns, depth = x.shape
    cut = x[:, : rows // high * high, : columns // wide * wide]
    shaped = cut.reshape(n, rows // high, high, columns // wide, wide, depth)
    return np.asarray(shaped.max(axis=(2, 4)), dtype=np.float32)


def _decoded(told: Pixels) -> Line:
    """Put columns together: between two characters there is always a column of none."""
    best = told.argmax(axis=-1)
    text, sure, places = [], [], []
    at = 0
    while at < best.size:
        end = at
        while end < best.size and (best[end] == _BLANK) == (best[at] == _BLANK):
            end += 1
        if best[at] != _BLANK:
            summed = told[at:end].sum(axis=0)
            summed[_BLANK] = 0
            likely = int(summed.argmax())
            text.append(_character(likely))
            sure.append(float(told[at:end, likely].max()))
            places.append(float(at + end - 1) - 4)
        at = end
    while text and text[-1] == " ":
        text.pop(), sure.pop(), places.pop()
    while text and text[0] == " ":
        text.pop(0), sure.pop(0), places.pop(0)
    return Line("".join(text), tuple(sure), tuple(places))


def _character(place: int) -> str:
    if place == _SPACE:
        return " "
    return "\ufffd" if place == _JUNK else CHARACTERS[place - _FIRST]
