"""Curves of survival on a time grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.axes import (
    COLOURS,
    SMALL,
    axes_for,
    finish,
    nothing_to_draw,
    one_of,
    require_columns,
)
from gdi_spe.workspace.plot.drawn import label_as_people, remember

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_HEIGHTS = ("survival", "cumulative_incidence")
_TIMES = ("time_years", "time_months", "time_days")
_STYLES = ("-", "--", "-.", ":")
# The table below the axes, in points: where it begins, its lines, and its names' distance.
_FIRST, _LINE, _ASIDE = 38.0, 12.0, 22.0
_MOST_GROUPS = len(COLOURS)


def survival(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    at_risk: bool = True,
    limits: bool = True,
    title: str = "",
) -> Axes:
    """Draw Kaplan and Meier's curves over their time grid, with the numbers at risk.

    Parameters
    ----------
    table
        Of `cohort.survival` or `cohort.incidence`: ``group``, ``time_years`` (or
        ``time_months``, ``time_days``), ``survival`` or ``cumulative_incidence``, and perhaps
        ``n_at_risk``, ``lower`` and ``upper``; at most seven groups.
    ax
        Where to draw; new axes without it.
    at_risk
        Whether the numbers at risk stand below.
    limits
        Whether the 95 % limits are drawn.
    title
        Above the picture.

    Returns
    -------
    The axes. Straight lines join the times of the grid, so no corner is a person's event; each
    curve ends where too few are at risk, and there are no marks for the censored. A table of
    ``grid="exact"`` is drawn with a step a person, and labelled as no export.

    Raises
    ------
    BadInput
        If a column is not there, or there are too many groups.

    Examples
    --------
    >>> table = cohort.survival(event={"diagnosis": "any"}, by="sex")
    >>> axes = spe.plot.survival(table, title="Until the first diagnosis")
    """
    time = one_of(table, *_TIMES)
    height = one_of(table, *_HEIGHTS)
    require_columns(table, "group", time)
    groups = {str(name): rows for name, rows in table.groupby("group", sort=False)}
    if len(groups) > _MOST_GROUPS:
        raise BadInput(f"{len(groups)} groups cannot be told apart", remedy="Draw at most seven")
    axes = axes_for(ax, 6.5, 4.6)
    names = (f"time ({time.removeprefix('time_')})", height.replace("_", " "))
    if not groups:
        return finish(nothing_to_draw(axes, "too few individuals at risk"), *names, title)
    is_exact = "n_events" in table.columns or table.attrs.get("exportable") is False
    for index, (name, rows) in enumerate(groups.items()):
        _curve(axes, name, rows.sort_values(time), (time, height), index, limits, is_exact)
    remember(axes.lines[-1], "survival", table, is_of_people=is_exact)
    if is_exact:
        label_as_people(axes)
    axes.set_ylim(0, 1.02 if height == "survival" else None)
    axes.set_xlim(0, None)
    finish(axes, *names, title)
    _legend(axes, table, len(groups))
    if at_risk and "n_at_risk" in table.columns:
        _numbers_at_risk(axes, groups, time)
    return axes


def _curve(
    axes: Axes, name: str, rows: pd.DataFrame, columns: tuple[str, str], index: int,
    limits: bool, is_exact: bool,
) -> None:  # fmt: skip
    color: Any = COLOURS[index]
    at, up = (rows[column].to_numpy(float) for column in columns)
    style = _STYLES[index % len(_STYLES)]
    how: Any = {"drawstyle": "steps-post"} if is_exact else {}
    axes.plot(at, up, color=color, ls=style, lw=1.6, label=name, **how)
    if limits and {"lower", "upper"} <= set(rows.columns):
        low, high = rows["lower"].to_numpy(float), rows["upper"].to_numpy(float)
        step: Any = "post" if is_exact else None
        axes.fill_between(at, low, high, step=step, color=color, alpha=0.15, lw=0)


def _legend(axes: Axes, table: pd.DataFrame, n_groups: int) -> None:
    words = ""
    if found := table.attrs.get("log_rank"):
        words = f"log-rank p = {shown_p(found['p_value'])}"
    if n_groups > 1 or words:
        axes.legend(
            frameon=False, fontsize=SMALL, loc="best", title=words, title_fontsize=SMALL,
            alignment="left",
        )  # fmt: skip


def shown_p(p_value: float) -> str:
    """Return a p-value as it is read: three decimals, or a power of ten."""
    if p_value >= 0.001:
        return f"{p_value:.3f}"
    if p_value == 0:
        return "0"
    digits, power = f"{p_value:.1e}".split("e")
    return rf"{digits}$\times 10^{{{int(power)}}}$"


def _numbers_at_risk(axes: Axes, groups: dict[str, pd.DataFrame], time: str) -> None:
    """Write below each tick how many of each group are at risk."""
    ends = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if ends[0] <= tick <= ends[1] + 1e-9]
    axes.set_xticks(ticks)
    axes.set_xlim(*ends)
    _below(axes, (0, 0), "at risk", 0, aside=-_ASIDE, fontweight="bold", ha="right")
    for row, (name, rows) in enumerate(groups.items(), start=1):
        _below(axes, (0, 0), name, row, aside=-_ASIDE, color=COLOURS[row - 1], ha="right")
        at, n = rows[time].to_numpy(float), rows["n_at_risk"].to_numpy(float)
        for tick in ticks:
            near = np.flatnonzero(np.isclose(at, tick))
            if len(near):
                _below(axes, (tick, 0), f"{n[near[0]]:,.0f}", row, ha="center")


def _below(
    axes: Axes, place: tuple[float, float], words: str, row: int, aside: float = 0.0, **look: Any
) -> None:
    """Write a word in a row of the table below the axes, at a place across."""
    axes.annotate(
        words, place, (aside, -_FIRST - _LINE * row), xycoords=axes.get_xaxis_transform(),
        textcoords="offset points", fontsize=SMALL, va="center", annotation_clip=False, **look,
    )  # fmt: skip
