"""Boxes of one size in a vector graphic: the cells of a matrix or of a density."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_FILL = re.compile(r"(?<![-\w])fill\s*:\s*([^;]+)")
# Shades of a density fall off to an empty rim, and neighbours are more alike than boxes anywhere.
_LEAST_SIDE, _MOST, _EMPTY_RIM, _ALIKE = 5, 1600, 0.8, 0.65
_WHITE = 3 * 255.0


@dataclass(frozen=True)
class Tile:
    """One box: its place and its colour."""

    x: float
    y: float
    colour: str


@dataclass(frozen=True)
class Tiling:
    """The boxes of the commonest size."""

    n_cells: int = 0
    n_colours: int = 0
    n_across: int = 0
    n_down: int = 0
    is_smooth: bool = False


@dataclass
class Tiles:
    """Boxes by their size."""

    found: dict[tuple[int, int], list[Tile]] = field(default_factory=dict)

    def add(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """Keep one box."""
        if wide > 0 and high > 0:
            self.found.setdefault((round(wide), round(high)), []).append(Tile(x, y, colour))

    def commonest(self) -> Tiling:
        """Describe the boxes of the size that most have."""
        tiles = max(self.found.values(), key=len, default=[])
        if not tiles:
            return Tiling()
        size = max(self.found, key=lambda each: len(self.found[each]))
        columns = _places([t.x for t in tiles], size[0])
        rows = _places([t.y for t in tiles], size[1])
        n_across, n_down = int(columns.max()) + 1, int(rows.max()) + 1
        at = {(int(c), int(r)): t for c, r, t in zip(columns, rows, tiles, strict=True)}
        # A box that is not painted shows nothing, but it tells where the others stand.
        painted = [t.colour for t in tiles if t.colour.strip() != "none"]
        smooth = _is_smooth(at, n_down, n_across)
        return Tiling(len(painted), len(set(painted)), n_across, n_down, smooth)


def fill_of(style: str, fill: str) -> str:
    """Return the colour that a shape of SVG is filled with, if it is told."""
    told = _FILL.search(style)
    return told.group(1).strip() if told else fill


def _places(starts: list[float], size: int) -> NDArray[np.intp]:
    """Return for each start which row or column it is in."""
    order = np.sort(np.asarray(starts))
    steps = order[np.r_[True, np.diff(order) > max(0.4 * size, 0.5)]]
    return np.clip(np.searchsorted(steps, np.asarray(starts), side="right") - 1, 0, None)


def _is_smooth(at: dict[tuple[int, int], Tile], n_down: int, n_across: int) -> bool:
    light = {place: _lightness(tile.colour) for place, tile in at.items()}
    known = [v for v in light.values() if v is not None]
    if len(known) < len(at) or min(n_down, n_across) < _LEAST_SIDE or n_down * n_across > _MOST:
        return False
    blank = max(_WHITE, *known) if len(at) < n_down * n_across else max(known)
    grid = np.full((n_down, n_across), blank)
    for (column, row), value in light.items():
        grid[row, column] = value
    return is_smooth(grid, blank)


def is_smooth(grid: NDArray[np.floating], blank: float) -> bool:
    """Whether shades fall off to an empty rim, and neighbours along and across are alike.

    ``grid`` has a lightness for each cell, and ``blank`` is that of cells with nothing in them.
    """
    inner = np.zeros(grid.shape, dtype=bool)
    inner[1:-1, 1:-1] = True
    if (grid[~inner] == blank).mean() < _EMPTY_RIM or (grid == blank).all():
        return False
    anywhere = float(np.abs(grid.ravel()[:, None] - grid.ravel()[None, :]).mean())
    beside = [float(np.abs(np.diff(grid, axis=axis)).mean()) for axis in (0, 1)]
    return max(beside) <= _ALIKE * anywhere


def _lightness(colour: str) -> float | None:
    if colour.strip() == "none":
        return _WHITE
    found = re.fullmatch(r"#([0-9A-Fa-f]{6})", colour.strip())
    if found is None:
        numbers = re.findall(r"[\d.]+", colour)
        return float(sum(map(float, numbers[:3]))) if len(numbers) == 3 else None
    return float(sum(bytes.fromhex(found.group(1))))
