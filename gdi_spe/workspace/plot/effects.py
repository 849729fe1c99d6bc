"""Estimates with their limits, and results of many traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.axes import (
    COLOURS,
    MINUS_LOG_P,
    NORMAL,
    QUIET,
    SMALL,
    axes_for,
    finish,
    minus_log_p,
    nothing_to_draw,
    numbers,
    one_of,
    require_columns,
)
from gdi_spe.workspace.plot.curves import shown_p
from gdi_spe.workspace.plot.drawn import remember
from gdi_spe.workspace.plot.labels import name_marks

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_LABELS = ("label", "term", "study", "group", "gene", "rsid", "mask")
_RATIOS = {"hazard_ratio": "hazard ratio", "odds_ratio": "odds ratio"}
_LOWER, _UPPER = ("ci_lower", "lower"), ("ci_upper", "upper")
_Z = 1.959963984540054
_MOST_ROWS = 60
_LETTER = 4.8  # points


@dataclass(frozen=True)
class _Estimates:
    """Estimates with limits on the scale that is drawn."""

    names: list[str]
    middle: Floats
    lower: Floats
    upper: Floats
    what: str
    is_ratio: bool


def forest(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    label: str | None = None,
    as_ratio: bool | None = None,
    title: str = "",
) -> Axes:
    """Draw estimates with their 95 % limits, a row each, and write them beside it.

    Parameters
    ----------
    table
        One row an estimate: ``hazard_ratio`` or ``odds_ratio`` with ``ci_lower`` and
        ``ci_upper``; or ``beta`` and ``standard_error``. A column ``is_summary`` marks rows
        that sum up others: they are drawn as diamonds. At most sixty rows.
    ax
        Where to draw; new axes without it, as high as the rows need.
    label
        The column of names; ``label``, ``term``, ``study``, ``group``, ``gene`` or ``rsid``
        without it, whichever is there.
    as_ratio
        Draw the exponential of ``beta``; done where the table is of a logistic or Cox model.
    title
        Above the picture.

    Returns
    -------
    The axes, first row on top, ratios on a log scale. Rows without a finite estimate say so.

    Raises
    ------
    BadInput
        If a column is not there, or there are too many rows.

    Examples
    --------
    >>> found = cohort.cox(["sex", "population"], event={"diagnosis": "any"})
    >>> axes = spe.plot.forest(found, title="Until the first diagnosis")
    >>> axes.get_xlabel()
    'hazard ratio'
    """
    name = label or one_of(table, *_LABELS)
    require_columns(table, name)
    if len(table) > _MOST_ROWS:
        raise BadInput(f"{len(table):,} rows cannot be read", remedy=f"Give at most {_MOST_ROWS}")
    told = _estimates(table, name, as_ratio)
    axes = axes_for(ax, 7.0, 1.1 + 0.28 * max(len(table), 2))
    if not len(table):
        return finish(nothing_to_draw(axes, "no estimate"), told.what, "", title)
    sums = table["is_summary"].to_numpy(bool) if "is_summary" in table.columns else None
    _draw_rows(axes, told, np.zeros(len(table), bool) if sums is None else sums)
    _write_beside(axes, told, table)
    finish(axes, told.what, "", title)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return axes


def _estimates(table: pd.DataFrame, label: str, as_ratio: bool | None) -> _Estimates:
    names = [str(each) for each in table[label]]
    for column, what in _RATIOS.items():
        if column in table.columns and as_ratio is not False:
            limits = [numbers(table, one_of(table, *each)) for each in (_LOWER, _UPPER)]
            return _Estimates(names, numbers(table, column), limits[0], limits[1], what, True)
    require_columns(table, "beta", "standard_error")
    beta, reach = numbers(table, "beta"), _Z * numbers(table, "standard_error")
    model = table.attrs.get("model")
    is_ratio = model in ("logistic", "cox") if as_ratio is None else as_ratio
    if not is_ratio:
        return _Estimates(names, beta, beta - reach, beta + reach, "effect (β)", False)
    what = {"logistic": "odds ratio", "cox": "hazard ratio"}.get(str(model), "ratio")
    with np.errstate(over="ignore"):
        ends = [np.exp(each) for each in (beta, beta - reach, beta + reach)]
    return _Estimates(names, ends[0], ends[1], ends[2], what, True)


def _draw_rows(axes: Axes, told: _Estimates, sums: NDArray[np.bool_]) -> None:
    import pandas as pd

    at = -np.arange(len(told.names), dtype=float)
    known = np.isfinite(told.middle) & np.isfinite(told.lower) & np.isfinite(told.upper)
    if told.is_ratio:
        known &= told.lower > 0
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    drawn = axes.axvline(1 if told.is_ratio else 0, color=QUIET, lw=0.8, ls="--")
    for is_sum, marker, size in ((False, "s", 22), (True, "D", 60)):
        rows = np.flatnonzero(known & (sums == is_sum))
        color = COLOURS[1] if is_sum else COLOURS[0]
        axes.hlines(at[rows], told.lower[rows], told.upper[rows], color=color, lw=1.4)
        axes.scatter(told.middle[rows], at[rows], marker=marker, s=size, color=color, zorder=3)
    axes.set_yticks(at, told.names)
    axes.set_ylim(at[-1] - 0.6, 0.6)
    _few_ticks(axes, told, known)
    table = pd.DataFrame(
        {"label": told.names, "estimate": told.middle, "ci_lower": told.lower,
         "ci_upper": told.upper}
    )  # fmt: skip
    remember(drawn, "forest", table)


def _few_ticks(axes: Axes, told: _Estimates, known: NDArray[np.bool_]) -> None:
    """On a log scale over less than a few tens, put ticks where people expect them."""
    if not told.is_ratio or not known.any():
        return
    low = min(float(told.lower[known].min()), 1.0)
    high = max(float(told.upper[known].max()), 1.0)
    axes.set_xlim(low / (high / low) ** 0.05, high * (high / low) ** 0.05)
    axes.set_xticks(_ticks(low * 0.95, high * 1.05))


def _ticks(low: float, high: float) -> list[float]:
    """Return at most nine ratios that people read well, within the ends."""
    decades = np.log10(high / low)
    if decades > 3:
        step = int(np.ceil(decades / 6))
        powers = range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1)
        return [10.0**power for power in powers if power % step == 0]
    usual = [1.0, 2.0, 5.0] if high / low > 3 else [1, 1.2, 1.5, 2, 2.5, 5, 6, 7, 8, 9]
    if high / low < 1.1:
        usual = [1.0]
    return [n * 10.0**p for p in range(-6, 7) for n in usual if low <= n * 10.0**p <= high]


def _write_beside(axes: Axes, told: _Estimates, table: pd.DataFrame) -> None:
    """Write the numbers at the right, in columns."""
    columns: list[tuple[float, str, list[str]]] = [(10.0, "95 % limits", _limits(told))]
    if "p_value" in table.columns:
        p_values = numbers(table, "p_value")
        words = [shown_p(float(p)) if np.isfinite(p) else "" for p in p_values]
        columns.append((18.0 + _LETTER * max(map(len, columns[0][2])), "p", words))
    for aside, head, words in columns:
        for row, text in enumerate([head, *words], start=-1):
            axes.annotate(
                text, (1, -row if row >= 0 else 0.75), (aside, 0), va="center", fontsize=SMALL,
                xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                fontweight="bold" if row < 0 else "normal", annotation_clip=False,
            )  # fmt: skip


def _limits(told: _Estimates) -> list[str]:
    found = []
    for middle, low, high in zip(told.middle, told.lower, told.upper, strict=True):
        known = np.isfinite([middle, low, high]).all()
        words = f"{_short(middle)} ({_short(low)} to {_short(high)})"
        found.append(words if known else "no estimate")
    return found


def _short(number: float) -> str:
    if abs(number) >= 1000 or (number and abs(number) < 0.005):
        return f"{number:.1e}"
    return f"{number:.2f}"


def phewas(
    results: pd.DataFrame,
    ax: Axes | None = None,
    p_value: str = "p_value",
    *,
    trait: str = "trait",
    group: str | None = None,
    threshold: float | None = None,
    labels: int = 10,
    title: str = "",
) -> Axes:
    """Draw the p-values of one variant, gene or score over many traits.

    Parameters
    ----------
    results
        One row a trait, with a column of p-values, and perhaps ``beta``.
    ax
        Where to draw; new axes without it.
    p_value, trait
        The columns of p-values and of the traits' names.
    group
        A column by which traits stand together, such as an organ; at most seven.
    threshold
        The p-value of the dashed line; 0.05 divided by the number of traits without it.
    labels
        So many traits beyond the line are named, the strongest first.
    title
        Above the picture.

    Returns
    -------
    The axes. A triangle upwards is a trait that the effect allele raises, downwards one that it
    lowers, where ``beta`` tells. A mark is a trait, never a person.

    Raises
    ------
    BadInput
        If a column is not there, a p-value is none, or there are too many groups.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"trait": ["height", "asthma"], "p_value": [1e-12, 0.4]})
    >>> axes = spe.plot.phewas(found)
    """
    require_columns(results, trait, *([group] if group else []))
    axes = axes_for(ax, 9.0, 4.2)
    up = minus_log_p(results, p_value)
    told = np.flatnonzero(~np.isnan(up))
    if not len(told):
        return finish(nothing_to_draw(axes, "no p-value"), "", MINUS_LOG_P, title)
    rows = results.iloc[told]
    names = np.full(len(rows), "") if group is None else rows[group].astype(str).to_numpy()
    order = np.argsort(names, kind="stable")
    rows, up, names = rows.iloc[order], up[told][order], names[order]
    up = np.where(np.isinf(up), max(float(up[np.isfinite(up)].max(initial=0)) * 1.1, 10), up)
    line = float(-np.log10(0.05 / len(up) if threshold is None else threshold))
    _traits(axes, rows, up, names)
    drawn = axes.axhline(line, color=QUIET, lw=0.8, ls="--")
    table = rows[[trait]].assign(neg_log_10_p_value=np.round(up, 4)).reset_index(drop=True)
    remember(drawn, "phewas", table)
    axes.set_ylim(0, max(float(up.max()), line) * 1.18)
    axes.set_xlim(-1, len(up))
    beyond = [int(row) for row in np.argsort(-up, kind="stable")[:labels] if up[row] >= line]
    if beyond:
        words = [str(rows[trait].iloc[row]) for row in beyond]
        name_marks(axes, [(float(row), float(up[row])) for row in beyond], words)
    return finish(axes, "traits" if group is None else "", MINUS_LOG_P, title)


def _traits(axes: Axes, rows: pd.DataFrame, up: Floats, names: NDArray[np.object_]) -> None:
    """Draw the marks, and name the groups below."""
    groups = list(dict.fromkeys(names))
    if len(groups) > len(COLOURS):
        raise BadInput(
            f"{len(groups)} groups of traits cannot be told apart", remedy="Use at most seven"
        )
    beta = numbers(rows, "beta") if "beta" in rows.columns else np.zeros(len(rows))
    at, middles = np.arange(len(rows)), []
    for index, name in enumerate(groups):
        mine = names == name
        middles.append(float(at[mine].mean()))
        for marker, chosen in (("^", beta > 0), ("v", beta < 0), ("o", ~(np.abs(beta) > 0))):
            shown = mine & chosen
            axes.scatter(
                at[shown], up[shown], s=26, marker=marker, color=COLOURS[index], linewidths=0
            )
    axes.set_xticks(middles if len(groups) > 1 else [], groups if len(groups) > 1 else [])
    axes.tick_params(axis="x", length=0, labelsize=NORMAL)
