"""Pictures: matplotlib axes in, axes out, and never one mark a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import CHROMOSOMES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Colours that stay apart for most colour-blind eyes (Okabe and Ito 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GENOME_WIDE = 5e-8


def _axes(ax: Axes | None, width: float = 7.0, height: float = 4.0) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def _require(table: pd.DataFrame, *columns: str) -> None:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise BadInput(
            f"the table has no column {missing[0]!r}", remedy=f"It needs {', '.join(columns)}"
        )


def frequency_spectrum(frequencies: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many variants there are of each frequency, a line a group.

    Parameters
    ----------
    frequencies
        A table of `allele_frequencies`; rows without a called allele are left out.
    ax
        Where to draw; new axes without it.

    Returns
    -------
    The axes: minor allele frequency on a log scale across, number of variants up.
    """
    _require(frequencies, "group", "allele_frequency")
    axes = _axes(ax)
    bins = np.geomspace(1e-4, 0.5, 16)
    for index, (name, rows) in enumerate(frequencies.groupby("group", sort=True)):
        frequency = rows["allele_frequency"].dropna().to_numpy(float)
        minor = np.minimum(frequency, 1 - frequency)
        heights, _ = np.histogram(minor[minor > 0], bins)
        axes.stairs(heights, bins, label=str(name), color=COLOURS[index % len(COLOURS)], lw=1.5)
    axes.set(xscale="log", xlabel="minor allele frequency", ylabel="variants")
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def manhattan(results: pd.DataFrame, ax: Axes | None = None, p_value: str = "p_value") -> Axes:
    """Draw p-values along the genome.

    Parameters
    ----------
    results
        One row a variant with ``chromosome``, ``position`` and a column of p-values; rows
        without a p-value are left out, and a p-value of 0 is drawn at the smallest number.
    ax
        Where to draw; new axes without it.
    p_value
        The column of p-values.

    Returns
    -------
    The axes, with a line at 5e-8.
    """
    _require(results, "chromosome", "position", p_value)
    axes = _axes(ax, 10.0)
    told = results.dropna(subset=[p_value])
    start, ticks = 0, []
    for index, name in enumerate(
        each for each in CHROMOSOMES if (told["chromosome"] == each).any()
    ):
        rows = told[told["chromosome"] == name]
        across = start + rows["position"].to_numpy(float)
        up = -np.log10(np.maximum(rows[p_value].to_numpy(float), np.finfo(float).tiny))
        axes.scatter(across, up, s=6, color=COLOURS[index % 2], linewidths=0, rasterized=True)
        ticks.append((float((across.min() + across.max()) / 2), name.removeprefix("chr")))
        start = int(across.max()) + 5_000_000
    axes.axhline(-np.log10(GENOME_WIDE), color="0.5", lw=0.8, ls="--")
    axes.set_xticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=8)
    axes.set(xlabel="chromosome", ylabel="−log₁₀ p")
    axes.spines[["top", "right"]].set_visible(False)
    return axes
