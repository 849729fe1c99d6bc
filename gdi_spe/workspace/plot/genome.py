"""Results along the genome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.store.chromosomes import CHROMOSOMES
from gdi_spe.workspace.plot.axes import COLOURS, GENOME_WIDE, axes_for, require_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


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
    require_columns(results, "chromosome", "position", p_value)
    axes = axes_for(ax, 10.0)
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
