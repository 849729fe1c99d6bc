"""Where variants are along the genome, and which of many marks can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import CHROMOSOMES, canonical, length_of, rank_of
from gdi_spe.workspace.plot.axes import numbers, one_of, require_columns

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
_POSITIONS = ("base_pair_location", "position")
# Between two chromosomes, and what a short one has at least, as shares of the whole.
_GAP, _LEAST = 0.004, 0.004
_MEGABASE = 1_000_000


def chromosomes_of(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return the place of each row's chromosome in karyotypic order.

    ``7``, ``"7"``, ``"chr7"``, ``"X"`` and GWAS-SSF's 23, 24 and 25 for X, Y and the
    mitochondrion are understood.

    Raises
    ------
    BadInput
        If one is no chromosome.
    """
    import pandas as pd

    require_columns(table, "chromosome")
    codes, names = pd.factorize(table["chromosome"], use_na_sentinel=True)
    if len(codes) and codes.min() < 0:
        raise BadInput(
            f"{int((codes < 0).sum()):,} rows have no chromosome",
            remedy="Leave them out: table.dropna(subset=['chromosome'])",
        )
    ranks = np.array([_rank(name) for name in names], np.int64)
    return ranks[codes] if len(names) else np.zeros(0, np.int64)


def _rank(name: object) -> int:
    text = str(int(name)) if isinstance(name, float) and name.is_integer() else str(name)
    if text.isdigit() and 23 <= int(text) <= len(CHROMOSOMES):
        return int(text) - 1
    found = canonical(text)
    if found is None:
        raise BadInput(
            f"{text!r} is no chromosome", remedy="Use 1 to 25, or chr1 to chr22, chrX, chrY, chrM"
        )
    return rank_of(found)


def positions_of(table: pd.DataFrame) -> Floats:
    """Return positions, by GWAS-SSF's name of the column or by ours."""
    return numbers(table, one_of(table, *_POSITIONS))


def short_name(rank: int) -> str:
    """Return a chromosome's name as axes show it."""
    name = CHROMOSOMES[rank].removeprefix("chr")
    return "MT" if name == "M" else name


@dataclass(frozen=True)
class Layout:
    """Chromosomes side by side: where each begins, and how wide it is."""

    ranks: tuple[int, ...]
    starts: dict[int, float]
    widths: dict[int, float]

    @property
    def is_one(self) -> bool:
        """Whether there is one chromosome only: then places are in megabases."""
        return len(self.ranks) == 1

    @property
    def end(self) -> float:
        """Where the last one ends."""
        last = self.ranks[-1]
        return self.starts[last] + self.widths[last]

    def across(self, ranks: NDArray[np.int64], positions: Floats) -> Floats:
        """Return the place of each position."""
        if self.is_one:
            return positions / _MEGABASE
        starts = np.zeros(len(CHROMOSOMES))
        for rank, start in self.starts.items():
            starts[rank] = start
        return starts[ranks] + positions

    def ticks(self, width_points: float, label_points: float = 15.0) -> list[tuple[float, str]]:
        """Return the middle of each chromosome with its name, less what would not fit."""
        found: list[tuple[float, str]] = []
        scale, last = width_points / max(self.end, 1.0), -label_points
        for rank in self.ranks:
            middle = self.starts[rank] + self.widths[rank] / 2
            fits = middle * scale - last >= label_points
            found.append((middle, short_name(rank) if fits else ""))
            last = middle * scale if fits else last
        return found


def layout_of(ranks: NDArray[np.int64], positions: Floats) -> Layout:
    """Lay the chromosomes that are there side by side, in their true lengths."""
    here = tuple(int(rank) for rank in np.unique(ranks))
    if len(here) == 1:
        known = positions[np.isfinite(positions)] / _MEGABASE
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        return Layout(here, {here[0]: low}, {here[0]: high - low})
    lengths = {}
    for rank in here:
        last = positions[ranks == rank].max(initial=0.0)
        lengths[rank] = max(float(last), float(length_of(CHROMOSOMES[rank], "GRCh38")))
    whole = sum(lengths.values())
    starts, at = {}, 0.0
    for rank in here:
        lengths[rank] = max(lengths[rank], _LEAST * whole)
        starts[rank] = at
        at += lengths[rank] + _GAP * whole
    return Layout(here, starts, lengths)


def seen(
    across: Floats, up: Floats, width_points: float, height_points: float, dense_below: float
) -> Rows:
    """Return the rows whose marks can be told apart on a picture of this size.

    Of marks in one square of half a point the first stays; below ``dense_below``, where marks
    form a band, of those in one square of one and a half.
    """
    import pandas as pd

    if not len(across):
        return np.zeros(0, np.intp)
    columns = (across - across.min()) / max(float(np.ptp(across)), 1e-12) * width_points
    rows = (up - min(float(up.min()), 0.0)) / max(float(np.ptp(up)), 1e-12) * height_points
    side = np.where(up < dense_below, 1.5, 0.5)
    squares = np.floor(columns / side).astype(np.int64) * 1_000_000
    squares += np.floor(rows / side).astype(np.int64)
    squares = np.where(up < dense_below, squares, -squares - 1)
    return np.flatnonzero(~pd.Series(squares).duplicated().to_numpy())
