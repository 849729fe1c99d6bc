"""How often colours change along the rows and columns of a picture's parts.

Charts leave most rows and columns alone: a line, a bar and a box change the colour of a row twice.
Where each row and each column changes again and again, each shows values of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Box

_LEAST_SIDE = 40
# So much in a channel is another colour, and not the edge of a letter.
_ANOTHER = 40


def most_changes(pixels: NDArray[np.uint8], boxes: Iterable[Box]) -> int:
    """Return how often half of the rows, and half of the columns, change colour at least.

    Of several boxes it is that of the busiest; boxes under 40 pixels a side are left out.
    """
    large = [b for b in boxes if min(b[0].stop - b[0].start, b[1].stop - b[1].start) >= _LEAST_SIDE]
    return max((min(_changes(pixels[b], 0), _changes(pixels[b], 1)) for b in large), default=0)


def _changes(pixels: NDArray[np.uint8], axis: int) -> int:
    """Return the median number of changes along an axis; soft edges are one change."""
    steps = np.abs(np.diff(pixels.astype(np.int16), axis=axis)).max(axis=-1) > _ANOTHER
    before = np.zeros_like(steps)
    if axis == 0:
        before[1:] = steps[:-1]
    else:
        before[:, 1:] = steps[:, :-1]
    return int(np.median((steps & ~before).sum(axis=axis)))
