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
# Statistics of variants crowd at one end of their axis: nine of ten have a p value above 0.1.
_LEAST_CLOUD, _DISTINCT, _AT_ONE_END = 500, 0.5, 0.6


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
    # Painted boxes in the shade of a density's empty rim: they say that nobody is there.
    n_blank: int = 0
    # Marks that stand in no rows or columns and crowd at one end, as p values of variants do.
    is_crowd: bool = False

    @property
    def n_shown(self) -> int:
        """How many boxes show somebody."""
        return self.n_cells - self.n_blank


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
        blank = _blank(at, n_down * n_across)
        smooth = blank is not None and _is_smooth(at, n_down, n_across, blank)
        n_blank = sum(_lightness(colour) == blank for colour in painted) if smooth else 0
        n_colours, crowd = len(set(painted)), _is_crowd(tiles)
        return Tiling(len(painted), n_colours, n_across, n_down, smooth, n_blank, crowd)


def _is_crowd(tiles: list[Tile]) -> bool:
    """Whether boxes are dots of a Manhattan or QQ plot: no two in line, most of them at one end.

    Cells of a matrix share their columns and fill its height evenly.
    """
    if len(tiles) < _LEAST_CLOUD:
        return False
    x, y = np.array([(t.x, t.y) for t in tiles]).T
    low, high = y.min(), y.max()
    quarter = (high - low) / 4
    at_end = max((y <= low + quarter).mean(), (y >= high - quarter).mean())
    in_no_line = len(np.unique(x.round(2))) >= _DISTINCT * len(x)
    return bool(quarter > 0 and in_no_line and at_end >= _AT_ONE_END)


def fill_of(style: str, fill: str) -> str:
    """Return the colour that a shape of SVG is filled with, if it is told."""
    told = _FILL.search(style)
    return told.group(1).strip() if told else fill


def _places(starts: list[float], size: int) -> NDArray[np.intp]:
    """Return for each start which row or column it is in."""
    order = np.sort(np.asarray(starts))
    steps = order[np.r_[True, np.diff(order) > max(0.4 * size, 0.5)]]
    return np.clip(np.searchsorted(steps, np.asarray(starts), side="right") - 1, 0, None)


def _blank(at: dict[tuple[int, int], Tile], n_places: int) -> float | None:
    """Return the lightness of a place with nobody: of none of the boxes, or of the lightest."""
    known = [v for tile in at.values() if (v := _lightness(tile.colour)) is not None]
    if len(known) < len(at) or not known:
        return None
    return max(_WHITE, *known) if len(at) < n_places else max(known)


def _is_smooth(at: dict[tuple[int, int], Tile], n_down: int, n_across: int, blank: float) -> bool:
    if min(n_down, n_across) < _LEAST_SIDE or n_down * n_across > _MOST:
        return False
    grid = np.full((n_down, n_across), blank)
    for (column, row), tile in at.items():
        grid[row, column] = _lightness(tile.colour)
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
