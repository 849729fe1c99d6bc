"""Results in one region, with linkage to the strongest and the genes below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.along import genes as tracks
from gdi_spe.workspace.plot.along import places
from gdi_spe.workspace.plot.axes import (
    GENOME_WIDE,
    MINUS_LOG_P,
    QUIET,
    SHADES,
    SMALL,
    axes_for,
    finish,
    minus_log_p,
    nothing_to_draw,
    numbers,
    require_columns,
)
from gdi_spe.workspace.plot.drawn import remember

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_MEGABASE = 1_000_000
# Linkage in fifths, from weak to strong; apart for colour-blind eyes, and darker is stronger.
_LINKAGE = ("#C7D3E6", "#8FBBD9", "#5AA469", "#E69F00", "#B3201F")
_LEAD = "#5B2A86"
# What a pair of `cohort.linkage` names of each variant, and what results call the same.
_PAIR = ("position", "reference", "alternate")
_ALLELES = (("other_allele", "effect_allele"), ("reference", "alternate"))


def regional(
    results: pd.DataFrame,
    ax: Axes | None = None,
    p_value: str = "p_value",
    *,
    region: str | None = None,
    lead: str | None = None,
    r2: str | Mapping[str, float] | pd.DataFrame | None = None,
    genes: pd.DataFrame | None = None,
    around: int = 500_000,
    threshold: float = GENOME_WIDE,
    title: str = "",
) -> Axes:
    """Draw the p-values of one region over its genes.

    Parameters
    ----------
    results
        As for `manhattan`.
    ax
        Where to draw; the genes go on axes of their own below. New axes without it.
    p_value
        The column of p-values.
    region
        ``"chr19:38433691-38595273"`` (1-based, both ends included); without it what is
        ``around`` the lead.
    lead
        The ``rsid`` of the variant to stand out; the strongest of the region without it.
    r2
        Linkage with the lead: a column of the results, a number for each ``rsid``, or the pairs
        of `cohort.linkage`. Marks then have one of five colours; what is in no pair is grey.
    genes
        A table of ``gene``, ``chromosome``, ``start`` and ``end`` (1-based, both ends
        included), perhaps with ``strand``; or one of `cohort.burden`. Without it genes reach
        as far as their variants in the results do, which is less than they are.
    around
        Bases on either side of the lead, where no region is given.
    threshold
        The p-value of the dashed line.
    title
        Above the picture.

    Returns
    -------
    The axes of the p-values. A mark is a variant, never a person. Linkage of few people tells
    their haplotypes: of small cohorts its numbers are no export.

    Raises
    ------
    BadInput
        If a column or the lead is not there, the region is none, or linkage is not within 0
        and 1.

    Examples
    --------
    >>> results = cohort.association("Body height", ["sex"])
    >>> pairs = cohort.linkage(gene="RYR1", min_r2=0.0)
    >>> axes = spe.plot.regional(results, region="chr19:38433691-38595273", r2=pairs)
    >>> float(axes.get_xlim()[0])
    38.433691
    """
    positions, up = places.positions_of(results), minus_log_p(results, p_value)
    told = np.flatnonzero(~np.isnan(up) & np.isfinite(positions))
    axes = axes_for(ax, 7.5, 5.0)
    if not len(told):
        return finish(nothing_to_draw(axes, "no p-value"), "position", MINUS_LOG_P, title)
    rows = results.iloc[told].reset_index(drop=True)
    positions, up = positions[told], up[told]
    ranks = places.chromosomes_of(rows)
    named = None if lead is None else _row_of(rows, lead)
    first_lead = int(np.argmax(up)) if named is None else named
    rank, first, last = tracks.window(positions, ranks, region, first_lead, around)
    here = np.flatnonzero((ranks == rank) & (positions >= first) & (positions <= last))
    name = f"position on chromosome {places.short_name(rank)} (Mb)"
    if not len(here):
        return finish(nothing_to_draw(axes, "no variant"), name, MINUS_LOG_P, title)
    rows, positions, up = rows.iloc[here], positions[here], _finite(up[here])
    at_lead = int(np.argmax(up)) if named is None else int(np.searchsorted(here, named))
    linkage = None if r2 is None else _linkage(rows, r2, at_lead)
    _draw(axes, rows, positions, up, at_lead, linkage, threshold)
    axes.set_xlim(first / _MEGABASE, last / _MEGABASE)
    known = (
        tracks.genes_of_variants(rows, positions)
        if genes is None
        else tracks.genes_of(genes, rank, first, last)
    )
    _genes_below(axes, known, first, last, name)
    return finish(axes, "", MINUS_LOG_P, title)


def _row_of(rows: pd.DataFrame, lead: str) -> int:
    require_columns(rows, "rsid")
    found = np.flatnonzero(rows["rsid"].to_numpy(object) == lead)
    if not len(found):
        raise BadInput(
            f"{lead!r} is no rsid with a p-value here", remedy="Leave it out for the least p-value"
        )
    return int(found[0])


def _finite(up: Floats) -> Floats:
    """Bring p-values of 0 to a height just above the others."""
    top = max(float(up[np.isfinite(up)].max(initial=0.0)) * 1.05, 10.0)
    return np.where(np.isinf(up), top, up)


def _linkage(rows: pd.DataFrame, r2: str | Mapping[str, float] | pd.DataFrame, lead: int) -> Floats:
    if isinstance(r2, str):
        values = numbers(rows, r2)
    elif isinstance(r2, Mapping) or not hasattr(r2, "columns"):
        require_columns(rows, "rsid")
        values = np.array([r2.get(name, np.nan) for name in rows["rsid"]], float)
    else:
        values = _of_pairs(rows, r2, lead)
    if ((values < 0) | (values > 1 + 1e-9)).any():
        raise BadInput("linkage is not within 0 and 1", remedy="Give r², not r or D")
    return values


def _of_pairs(rows: pd.DataFrame, pairs: pd.DataFrame, lead: int) -> Floats:
    """Return the linkage of each row with the lead, of a table of pairs."""
    if "chromosome" in pairs.columns:
        mine = places.chromosomes_of(rows.iloc[[lead]])[0]
        pairs = pairs[places.chromosomes_of(pairs) == mine]
    sides = [[f"{name}_{n}" for name in _PAIR] for n in (1, 2)]
    require_columns(pairs, *sides[0], *sides[1], "r2")
    alleles = next((a for a in _ALLELES if set(a) <= set(rows.columns)), ())
    named = [places.positions_of(rows).astype(np.int64).tolist()]
    named += [rows[name].tolist() for name in alleles]
    keys = list(zip(*named, strict=True))
    depth = 1 + len(alleles)
    ends = [list(pairs[side[:depth]].itertuples(index=False, name=None)) for side in sides]
    known = {keys[lead]: 1.0}
    for one, other, value in zip(*ends, numbers(pairs, "r2"), strict=True):
        if keys[lead] in (one, other):
            known[other if one == keys[lead] else one] = float(value)
    return np.array([known.get(key, np.nan) for key in keys])


def _draw(
    axes: Axes, rows: pd.DataFrame, positions: Floats, up: Floats, lead: int,
    linkage: Floats | None, threshold: float,
) -> None:  # fmt: skip
    across, line = positions / _MEGABASE, float(-np.log10(threshold))
    box, scale = axes.get_window_extent(), 72 / axes.figure.dpi
    kept = places.seen(across, up, box.width * scale, box.height * scale, 1.0)
    for name, color, mine in _classes(linkage, len(up)):
        shown = kept[mine[kept] & (kept != lead)]
        axes.scatter(
            across[shown], up[shown], s=16, color=color, linewidths=0.3, edgecolors="white",
            label=name if len(shown) else None,
        )  # fmt: skip
    words = _name_of(rows, lead)
    axes.scatter(
        across[[lead]], up[[lead]], s=55, marker="D", color=_LEAD, edgecolors="white", zorder=4,
        label=words,
    )  # fmt: skip
    drawn = axes.axhline(line, color=QUIET, lw=0.8, ls="--")
    remember(drawn, "regional", _table(rows, positions, up, linkage, kept))
    axes.set_ylim(0, max(float(up.max()), line) * 1.12)
    handles, told = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], told[::-1], frameon=False, fontsize=SMALL, loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        title=None if linkage is None else "r² with the lead", title_fontsize=SMALL,
    )  # fmt: skip


def _classes(linkage: Floats | None, n: int) -> list[tuple[str | None, str, NDArray[np.bool_]]]:
    """Return names, colours and members of the classes of linkage, weak ones first."""
    if linkage is None:
        return [(None, SHADES[1], np.ones(n, bool))]
    fifth = np.clip(np.floor(np.nan_to_num(linkage, nan=-1) * 5), -1, 4)
    found: list[tuple[str | None, str, NDArray[np.bool_]]] = [("not known", "0.75", fifth < 0)]
    for step, color in enumerate(_LINKAGE):
        found.append((f"{step / 5:.1f}–{(step + 1) / 5:.1f}", color, fifth == step))
    return found


def _name_of(rows: pd.DataFrame, lead: int) -> str:
    name = rows["rsid"].iloc[lead] if "rsid" in rows.columns else None
    return name if isinstance(name, str) and name else "lead variant"


def _table(
    rows: pd.DataFrame, positions: Floats, up: Floats, linkage: Floats | None, kept: places.Rows
) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(
        {
            "chromosome": rows["chromosome"].to_numpy()[kept],
            "base_pair_location": positions[kept].astype(np.int64),
            "neg_log_10_p_value": np.round(up[kept], 4),
        }
    )
    return table if linkage is None else table.assign(r2=np.round(linkage[kept], 3))


def _genes_below(
    axes: Axes, genes: list[tracks.Gene], first: float, last: float, name: str
) -> None:
    below = tracks.draw(axes, genes, first, last)
    below.set_xlim(*axes.get_xlim())
    axes.tick_params(axis="x", labelbottom=False)
    below.tick_params(labelsize=SMALL)
    below.set_xlabel(name, fontsize=SMALL + 1)
