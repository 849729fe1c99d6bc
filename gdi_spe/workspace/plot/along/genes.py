"""Genes under a region: where they are, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.along import places
from gdi_spe.workspace.plot.axes import QUIET, SMALL, numbers, one_of, require_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MEGABASE = 1_000_000
_LETTER_POINTS, _LINE_POINTS = 5.0, 20.0
_MOST_ROWS = 6
_STARTS = ("start", "base_pair_location", "position")
_ENDS = ("end", "base_pair_end")
_COLOUR = "#2F4B7C"


@dataclass(frozen=True)
class Gene:
    """One gene, 1-based with both ends included; strand 1, -1, or 0 where it is not known."""

    name: str
    first: float
    last: float
    strand: int = 0


def genes_of(table: pd.DataFrame, rank: int, first: float, last: float) -> list[Gene]:
    """Read the genes of a table that touch a region.

    Parameters
    ----------
    table
        ``gene``, ``chromosome``, ``start`` and ``end`` (or a table of `cohort.burden`), and
        perhaps ``strand`` (``+`` or ``-``).
    rank
        Of the chromosome.
    first, last
        Of the region.

    Raises
    ------
    BadInput
        If a column is not there.
    """
    require_columns(table, "gene", "chromosome")
    start, end = numbers(table, one_of(table, *_STARTS)), numbers(table, one_of(table, *_ENDS))
    strands = table["strand"].astype(str) if "strand" in table.columns else [""] * len(table)
    found = {
        str(name): Gene(str(name), low, high, {"+": 1, "1": 1, "-": -1, "-1": -1}.get(strand, 0))
        for name, at, low, high, strand in zip(
            table["gene"], places.chromosomes_of(table), start, end, strands, strict=True
        )
        if at == rank and low <= last and high >= first
    }
    return sorted(found.values(), key=lambda gene: gene.first)


def genes_of_variants(results: pd.DataFrame, positions: places.Floats) -> list[Gene]:
    """Return how far the variants of each gene reach: less than the gene itself."""
    if "gene" not in results.columns:
        return []
    found = []
    for name, rows in results.assign(_at=positions).groupby("gene")["_at"]:
        if str(name):
            found.append(Gene(str(name), float(rows.min()), float(rows.max())))
    return sorted(found, key=lambda gene: gene.first)


def rows_of(genes: Sequence[Gene], width_points: float, span: float) -> list[int]:
    """Return the row of each gene, so that neither genes nor their names touch in a row."""
    ends: list[float] = []
    found = []
    for gene in genes:
        scale = span / width_points
        letters = (len(gene.name) + 2) * _LETTER_POINTS * scale
        middle = (gene.first + gene.last) / 2
        left = min(gene.first, middle - letters / 2)
        right = max(gene.last, middle + letters / 2) + 8 * scale
        row = next((i for i, end in enumerate(ends) if end <= left), len(ends))
        ends[row:] = [right] if row == len(ends) else [right, *ends[row + 1 :]]
        found.append(row)
    return found


def draw(axes: Axes, genes: Sequence[Gene], first: float, last: float) -> Axes:
    """Draw genes below axes whose places are in megabases, and return the axes they are on."""
    inside = [Gene(g.name, max(g.first, first), min(g.last, last), g.strand) for g in genes]
    box = axes.get_window_extent()
    scale = 72 / axes.figure.dpi
    rows = rows_of(inside, box.width * scale, last - first)
    n_rows = min(max(rows, default=0) + 1, _MOST_ROWS)
    height = max(n_rows * _LINE_POINTS / (box.height * scale), 0.05)
    below = axes.inset_axes((0.0, -height - 0.06, 1.0, height))
    left_out = 0
    for gene, row in zip(inside, rows, strict=True):
        if row >= _MOST_ROWS:
            left_out += 1
            continue
        _draw_gene(below, gene, -row, (first, last), box.width * scale)
    below.set_ylim(-n_rows + 0.35, 0.85)
    below.set_yticks([])
    below.spines[["left", "top", "right"]].set_visible(False)
    if left_out:
        below.set_title(f"and {left_out} genes more", fontsize=SMALL, loc="right", color=QUIET)
    if not genes:
        below.text(0.5, 0.5, "no gene", transform=below.transAxes, ha="center", va="center",
                   fontsize=SMALL, color=QUIET)  # fmt: skip
    return below


def _draw_gene(
    axes: Axes, gene: Gene, level: float, ends: tuple[float, float], width_points: float
) -> None:
    """Draw a gene as a bar with its name above, moved inside where it would be cut off."""
    span = ends[1] - ends[0]
    at, to = gene.first / _MEGABASE, gene.last / _MEGABASE
    least = 0.002 * span / _MEGABASE
    axes.plot([at, max(to, at + least)], [level, level], color=_COLOUR, lw=4, solid_capstyle="butt")
    name = gene.name + {1: " →", -1: " ←", 0: ""}[gene.strand]
    half = len(name) * _LETTER_POINTS / 2 * span / width_points
    middle = min(max((gene.first + gene.last) / 2, ends[0] + half), ends[1] - half)
    axes.text(
        middle / _MEGABASE, level + 0.22, name, fontsize=SMALL - 0.5, style="italic",
        ha="center", va="bottom", clip_on=True,
    )  # fmt: skip


def window(
    positions: places.Floats, ranks: np.ndarray, region: str | None, lead: int, around: int
) -> tuple[int, float, float]:
    """Return the chromosome's rank, the first and the last position of what is drawn."""
    from gdi_spe.query.places import region_of
    from gdi_spe.store.chromosomes import rank_of

    if region is None:
        at = float(positions[lead])
        return int(ranks[lead]), max(at - around, 1.0), at + around
    span = region_of(region)
    rank = rank_of(span.chromosome)
    first, last = float(span.end_from), float(span.start_to)
    here = positions[(ranks == rank) & np.isfinite(positions)]
    if not len(here):
        raise BadInput(
            f"there is no result on {span.chromosome}", remedy="Ask for a region of the results"
        )
    return rank, max(first, 1.0), min(last, float(here.max()))
