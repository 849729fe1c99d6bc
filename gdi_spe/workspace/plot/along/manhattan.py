"""P-values of variants or genes along the whole genome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.chromosomes import CHROMOSOMES
from gdi_spe.workspace.plot.along import places
from gdi_spe.workspace.plot.axes import (
    GENOME_WIDE,
    MINUS_LOG_P,
    NORMAL,
    QUIET,
    SHADES,
    SMALL,
    STANDING_OUT,
    axes_for,
    finish,
    minus_log_p,
    nothing_to_draw,
)
from gdi_spe.workspace.plot.drawn import remember
from gdi_spe.workspace.plot.labels import name_marks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Below this -log10 p marks lie on each other, and one stands for all in a place.
_BAND = 2.0
# Two hits nearer than this are one place, of which the strongest is named.
_LOCUS = 500_000


@dataclass(frozen=True)
class _Marks:
    """What is drawn: ranks of chromosomes, positions, heights, and names."""

    ranks: NDArray[np.int64]
    positions: NDArray[np.float64]
    up: NDArray[np.float64]
    names: NDArray[np.object_]
    # Whose p-value is 0, that is below what a number holds.
    is_zero: NDArray[np.bool_]


def manhattan(
    results: pd.DataFrame,
    ax: Axes | None = None,
    p_value: str = "p_value",
    *,
    threshold: float = GENOME_WIDE,
    labels: int = 10,
    label: str = "gene",
    title: str = "",
) -> Axes:
    """Draw p-values along the genome.

    Parameters
    ----------
    results
        One row a variant or gene: ``chromosome`` (1 to 25, or ``chr1`` to ``chrM``),
        ``base_pair_location`` or ``position``, and a column of p-values. Rows without a
        p-value are left out. Where ``neg_log_10_p_value`` is there too, it is drawn, so that
        what is too small for a number has its height; a p-value of 0 is drawn as a triangle
        at the top.
    ax
        Where to draw; new axes without it.
    p_value
        The column of p-values.
    threshold
        The p-value of the dashed line; what reaches it stands out. Of genes rather 0.05
        divided by their number.
    labels
        So many places beyond the line are named, the strongest first; 0 for none.
    label
        The column of names, where there is one.
    title
        Above the picture.

    Returns
    -------
    The axes. Of marks that would lie on each other one is drawn, so a picture of millions of
    variants stays small; each above −log₁₀ p = 2 that can be told apart is there. A mark is a
    variant, never a person.

    Raises
    ------
    BadInput
        If a column is not there, a p-value is none, or a chromosome is unknown.

    Examples
    --------
    >>> results = cohort.association("Body height", ["sex"])
    >>> axes = spe.plot.manhattan(results, title="Height")
    >>> axes.get_title(loc="left")
    'Height'
    """
    axes = axes_for(ax, 10.0, 4.0)
    marks = _marks(results, p_value, label)
    across = _draw(axes, marks, threshold, labels, sign=1)
    finish(axes, across, MINUS_LOG_P, title)
    return axes


def miami(
    above: pd.DataFrame,
    below: pd.DataFrame,
    ax: Axes | None = None,
    p_value: str = "p_value",
    *,
    names: tuple[str, str] = ("", ""),
    threshold: float = GENOME_WIDE,
    labels: int = 6,
    label: str = "gene",
    title: str = "",
) -> Axes:
    """Draw two sets of results along one genome, the second upside down.

    Parameters
    ----------
    above, below
        Results as for `manhattan`.
    names
        What each half shows.
    ax, p_value, threshold, labels, label, title
        As for `manhattan`.

    Returns
    -------
    The axes; heights below the middle are −log₁₀ p too.

    Raises
    ------
    BadInput
        As `manhattan` does.

    Examples
    --------
    >>> alone = cohort.association("Body height")
    >>> adjusted = cohort.association("Body height", ["sex"])
    >>> axes = spe.plot.miami(alone, adjusted, names=("height", "adjusted for sex"))
    """
    axes = axes_for(ax, 10.0, 6.0)
    both = [_marks(table, p_value, label) for table in (above, below)]
    ranks = np.concatenate([marks.ranks for marks in both])
    positions = np.concatenate([marks.positions for marks in both])
    layout = places.layout_of(ranks, positions) if len(ranks) else None
    across = "chromosome"
    for sign, marks in zip((1, -1), both, strict=True):
        across = _draw(axes, marks, threshold, labels, sign=sign, layout=layout)
    reach = max(abs(end) for end in axes.get_ylim())
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color="black", lw=0.8)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    for name, high, side in ((names[0], 0.98, "top"), (names[1], 0.02, "bottom")):
        axes.text(
            0.99, high, name, transform=axes.transAxes, ha="right", va=side, fontweight="bold",
            fontsize=NORMAL,
        )  # fmt: skip
    return finish(axes, across, MINUS_LOG_P, title)


def _marks(results: pd.DataFrame, p_value: str, label: str) -> _Marks:
    positions, up = places.positions_of(results), minus_log_p(results, p_value)
    told = np.flatnonzero(~np.isnan(up) & np.isfinite(positions))
    up = up[told]
    is_zero = np.isinf(up)
    up = np.where(is_zero, 0.0, up)
    up = np.where(is_zero, max(float(up.max(initial=0.0)) * 1.1, 10.0), up)
    names = (
        results[label].to_numpy(object)[told]
        if label in results.columns
        else np.full(len(told), None, object)
    )
    ranks = places.chromosomes_of(results.iloc[told])
    return _Marks(ranks, positions[told], up, names, is_zero)


def _draw(
    axes: Axes,
    marks: _Marks,
    threshold: float,
    labels: int,
    sign: int,
    layout: places.Layout | None = None,
) -> str:
    """Draw one set of marks, and return what lies across."""
    if not 0 < threshold < 1:
        raise BadInput(f"threshold={shown(threshold)} is no p-value", remedy="Such as 5e-8")
    if not len(marks.up):
        nothing_to_draw(axes, "no p-value")
        return "chromosome"
    layout = layout or places.layout_of(marks.ranks, marks.positions)
    x, line = layout.across(marks.ranks, marks.positions), float(-np.log10(threshold))
    box = axes.get_window_extent()
    points = 72 / axes.figure.dpi
    kept = places.seen(x, marks.up, box.width * points, box.height * points, _BAND)
    for shade, color in enumerate(SHADES):
        mine = kept[(_order(layout, marks.ranks[kept]) % 2 == shade) & ~marks.is_zero[kept]]
        _dots(axes, x[mine], sign * marks.up[mine], color, 2.3)
    hits = kept[(marks.up[kept] >= line) & ~marks.is_zero[kept]]
    _dots(axes, x[hits], sign * marks.up[hits], STANDING_OUT, 3.0)
    _zeros(axes, x, marks, kept, sign)
    drawn = axes.axhline(sign * line, color=QUIET, lw=0.8, ls="--")
    remember(drawn, "manhattan", _table(marks, kept))
    _across(axes, layout, box.width * points)
    top = max(float(marks.up.max()), line) * 1.06
    axes.set_ylim(*((0, top) if sign > 0 else (-top, axes.get_ylim()[1])))
    axes.locator_params(axis="y", integer=True, nbins=8 if sign > 0 else 10)
    _name_hits(axes, x, marks, line, labels, sign)
    return f"position on chromosome {places.short_name(layout.ranks[0])} (Mb)" if (
        layout.is_one
    ) else "chromosome"  # fmt: skip


def _dots(
    axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], color: str, size: float
) -> None:
    """Draw equal marks; as a line without a line, which is drawn several times faster."""
    axes.plot(x, y, ls="", marker="o", ms=size, mew=0, color=color)


def _order(layout: places.Layout, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each chromosome among those that are drawn."""
    found: NDArray[np.int64] = np.searchsorted(np.array(layout.ranks), ranks)
    return found


def _zeros(axes: Axes, x: NDArray[np.float64], marks: _Marks, kept: places.Rows, sign: int) -> None:
    zeros = kept[marks.is_zero[kept]]
    if not len(zeros):
        return
    axes.scatter(
        x[zeros], sign * marks.up[zeros], s=22, marker="^" if sign > 0 else "v",
        color=STANDING_OUT, linewidths=0, label="p below the smallest number",
    )  # fmt: skip
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")


def _across(axes: Axes, layout: places.Layout, width_points: float) -> None:
    if layout.is_one:
        axes.margins(x=0.02)
        return
    ticks = layout.ticks(width_points)
    axes.set_xticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=SMALL)
    axes.tick_params(axis="x", length=0)
    edge = 0.01 * layout.end
    axes.set_xlim(-edge, layout.end + edge)


def _table(marks: _Marks, kept: places.Rows) -> pd.DataFrame:
    import pandas as pd

    up = np.where(marks.is_zero[kept], np.inf, marks.up[kept])
    return pd.DataFrame(
        {
            "chromosome": [CHROMOSOMES[rank] for rank in marks.ranks[kept]],
            "base_pair_location": marks.positions[kept].astype(np.int64),
            "neg_log_10_p_value": np.round(up, 4),
        }
    )


def _is_near(marks: _Marks, one: int, other: int) -> bool:
    """Whether two marks are of one place in the genome."""
    apart = abs(marks.positions[one] - marks.positions[other])
    return bool(marks.ranks[one] == marks.ranks[other] and apart < _LOCUS)


def _leads(marks: _Marks, line: float, labels: int) -> list[int]:
    """Return the strongest named mark of each place beyond the line, strongest first."""
    beyond = np.flatnonzero(marks.up >= line)
    found: list[int] = []
    for row in beyond[np.argsort(-marks.up[beyond], kind="stable")]:
        if len(found) >= labels:
            break
        name = marks.names[row]
        near = any(_is_near(marks, row, other) or marks.names[other] == name for other in found)
        if not near and isinstance(name, str) and name:
            found.append(int(row))
    return found


def _name_hits(
    axes: Axes, x: NDArray[np.float64], marks: _Marks, line: float, labels: int, sign: int
) -> None:
    """Make room beyond the strongest marks, and write their names there."""
    rows = _leads(marks, line, labels)
    if not rows:
        return
    low, high = axes.get_ylim()
    axes.set_ylim(*((low, high * 1.16) if sign > 0 else (low * 1.16, high)))
    at = [(float(x[row]), sign * float(marks.up[row])) for row in rows]
    name_marks(axes, at, [str(marks.names[row]) for row in rows], sign=sign)
