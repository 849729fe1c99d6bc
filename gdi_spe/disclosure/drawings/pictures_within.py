"""Pictures within a drawing: cells of a matrix and bars of colours, taken for what they show."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MOST_CELLS = 60
# Of pixels.
_OFF = 1.5
_LEAST_STEPS = 12
_LARGEST_STEP, _MEAN_STEP = 48, 20


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of one colour each, and where they end, in shares of the picture."""

    colours: NDArray[np.int16]
    rows: NDArray[np.float64]
    columns: NDArray[np.float64]

    @property
    def is_bar_of_colours(self) -> bool:
        """Whether it is one row or column whose colours go over into each other."""
        if min(self.colours.shape[:2]) != 1:
            return False
        line = self.colours.reshape(-1, 3)
        step = np.abs(np.diff(line, axis=0)).max(axis=1)
        return bool(
            len(line) >= _LEAST_STEPS and step.max() <= _LARGEST_STEP and step.mean() <= _MEAN_STEP
        )


def cells_at(address: str) -> Cells | None:
    """Return the cells of a picture that stands in an address."""
    if not address.startswith("data:image/png;base64,"):
        return None
    return cells_of(base64.b64decode(address.partition(",")[2]))


def _edges(begins: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return where cells end; cells of one size were cut to whole pixels."""
    ends = np.r_[np.flatnonzero(begins), len(begins)].astype(np.float64)
    even = np.linspace(0, len(begins), len(ends))
    return np.asarray((even if np.abs(ends - even).max() <= _OFF else ends) / len(begins))


def cells_of(png: bytes) -> Cells | None:
    """Return the cells that a picture consists of, if they are few or a bar of colours."""
    if not png:
        return None
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        ground = Image.new("RGBA", picture.size, "white")
        pixels = np.asarray(Image.alpha_composite(ground, picture.convert("RGBA")), dtype=np.int16)
    pixels = pixels[:, :, :3]
    rows = np.r_[True, (np.diff(pixels, axis=0) != 0).any(axis=(1, 2))]
    columns = np.r_[True, (np.diff(pixels, axis=1) != 0).any(axis=(0, 2))]
    cells = Cells(
        pixels[rows][:, columns],
        _edges(rows),
        _edges(columns),
    )
    if cells.is_bar_of_colours or max(rows.sum(), columns.sum()) <= _MOST_CELLS:
        return cells
    return None
