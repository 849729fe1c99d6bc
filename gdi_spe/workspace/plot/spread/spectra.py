"""Frequency spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.workspace.plot.axes import (
    COLOURS,
    SMALL,
    axes_for,
    finish,
    nothing_to_draw,
    numbers,
    require_columns,
)
from gdi_spe.workspace.plot.drawn import remember

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LINES = ("-", "--", ":", "-.")
_BINS = 12
_WIDE = 30  # highest over lowest


def frequency_spectrum(
    frequencies: pd.DataFrame,
    ax: Axes | None = None,
    *,
    as_shares: bool = False,
    title: str = "",
) -> Axes:
    """Draw how many variants there are of each frequency, a line a group.

    Parameters
    ----------
    frequencies
        A table of `allele_frequencies`, or any with ``allele_frequency`` and perhaps
        ``group``; rows without a called allele, and alleles that nobody or everybody has,
        are left out.
    ax
        Where to draw; new axes without it.
    as_shares
        Draw the share of each group's variants, so that groups of different size compare.
    title
        Above the picture.

    Returns
    -------
    The axes, with a line over twelve classes of frequency: minor allele frequency across on a
    log scale, number of variants up (on a log scale too where numbers differ much). What is
    rare in a small group has few frequencies it can take: its line ends at one copy.

    Raises
    ------
    BadInput
        If a column is not there.

    Examples
    --------
    >>> axes = spe.plot.frequency_spectrum(cohort.allele_frequencies(by="population"))
    """
    require_columns(frequencies, "allele_frequency")
    axes = axes_for(ax, 6.0, 4.0)
    minor = numbers(frequencies, "allele_frequency")
    minor = np.minimum(minor, 1 - minor)
    is_told = minor > 0
    names = ("minor allele frequency", "share of variants" if as_shares else "number of variants")
    if not is_told.any():
        return finish(nothing_to_draw(axes, "no variant"), *names, title)
    edges = np.geomspace(minor[is_told].min() * 0.999, 0.5, _BINS + 1)
    for index, (name, values) in enumerate(_by_group(frequencies, minor, is_told).items()):
        _draw(axes, name, values, edges, index, as_shares)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    _upwards(axes)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(frameon=False, fontsize=SMALL)
    return finish(axes, *names, title)


def _upwards(axes: Axes) -> None:
    """Use a log scale where the highest number is far above the lowest."""
    heights = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.lines])
    told = heights[np.isfinite(heights)]
    if told.max() > _WIDE * told.min():
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, told.max() * 1.05)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")


def _by_group(
    frequencies: pd.DataFrame, minor: NDArray[np.float64], is_told: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    if "group" not in frequencies.columns:
        return {"": minor[is_told]}
    labels = frequencies["group"].astype(str).to_numpy(object)
    return {str(name): minor[is_told & (labels == name)] for name in sorted(set(labels[is_told]))}


def _draw(
    axes: Axes,
    name: str,
    values: NDArray[np.float64],
    edges: NDArray[np.float64],
    index: int,
    as_shares: bool,
) -> None:
    import pandas as pd

    heights, _ = np.histogram(values, edges)
    shown = heights / max(int(heights.sum()), 1) if as_shares else heights
    line = axes.plot(
        np.sqrt(edges[:-1] * edges[1:]), np.where(heights > 0, shown, np.nan), label=name or None,
        color=COLOURS[index % len(COLOURS)], ls=_LINES[index // len(COLOURS) % len(_LINES)], lw=1.5,
    )[0]  # fmt: skip
    table = pd.DataFrame(
        {"group": name, "from_frequency": edges[:-1], "to_frequency": edges[1:],
         "n_variants": heights}
    )  # fmt: skip
    remember(line, "frequency-spectrum", table)
