"""Frequency spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.workspace.plot.axes import COLOURS, axes_for, require_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


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
    require_columns(frequencies, "group", "allele_frequency")
    axes = axes_for(ax)
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
