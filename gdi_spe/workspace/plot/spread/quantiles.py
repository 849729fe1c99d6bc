"""Quantiles of p-values beside those that chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.axes import (
    COLOURS,
    MINUS_LOG_P,
    QUIET,
    SMALL,
    axes_for,
    finish,
    minus_log_p,
    nothing_to_draw,
    require_columns,
)
from gdi_spe.workspace.plot.drawn import remember

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
# The median of chi-squared with one degree of freedom.
_MEDIAN = 0.4549364231195724
# Each of the smallest p-values has its mark; of the others so many, evenly on the log scale.
_EACH, _MARKS = 400, 400
_MOST_GROUPS = len(COLOURS)


def qq(
    results: pd.DataFrame,
    ax: Axes | None = None,
    p_value: str = "p_value",
    *,
    by: str | None = None,
    title: str = "",
) -> Axes:
    """Draw p-values against those that chance would give, with a 95 % band and lambda GC.

    Parameters
    ----------
    results
        One row a variant or gene, with a column of p-values; rows without one are left out.
        Where ``neg_log_10_p_value`` is there too, it is drawn.
    ax
        Where to draw; new axes without it.
    p_value
        The column of p-values.
    by
        A column by which they are drawn apart, such as ``"test"``; at most seven values.
    title
        Above the picture.

    Returns
    -------
    The axes: expected −log₁₀ p across, observed up. The band is where each ordered p-value
    lies with 95 % of chance if all are uniform and independent; variants in linkage are not,
    so a little outside of it means nothing. Lambda GC (Devlin and Roeder 1999) is the median
    of the statistics over that of chance. A mark is a variant, never a person.

    Raises
    ------
    BadInput
        If a column is not there, a p-value is none, or ``by`` has too many values.

    Examples
    --------
    >>> axes = spe.plot.qq(cohort.association("Body height", ["sex"]))
    """
    require_columns(results, *([by] if by else []))
    axes = axes_for(ax, 4.6, 4.6)
    up = minus_log_p(results, p_value)
    told = ~np.isnan(up)
    if not told.any():
        return finish(nothing_to_draw(axes, "no p-value"), *_NAMES, title)
    groups = _groups(results, by, up, told)
    largest = max(groups.values(), key=len)
    _band(axes, len(largest))
    for index, (name, values) in enumerate(groups.items()):
        _draw(axes, name, values, COLOURS[index])
    end = _expected(np.array([1.0]), len(largest))[0]
    axes.plot([0, end], [0, end], color=QUIET, lw=0.8)
    axes.set_xlim(0, end * 1.03)
    axes.set_ylim(0, None)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", handletextpad=0.2)
    return finish(axes, *_NAMES, title)


_NAMES = (f"expected {MINUS_LOG_P}", f"observed {MINUS_LOG_P}")


def _groups(
    results: pd.DataFrame, by: str | None, up: Floats, told: NDArray[np.bool_]
) -> dict[str, Floats]:
    if by is None:
        return {"": up[told]}
    labels = results[by].astype(str).to_numpy(object)[told]
    names = sorted(set(labels))
    if len(names) > _MOST_GROUPS:
        raise BadInput(
            f"the column {by!r} has {len(names):,} values", remedy=f"At most {_MOST_GROUPS}"
        )
    return {str(name): up[told][labels == name] for name in names}


def _expected(ranks: Floats, n: int) -> Floats:
    """Return −log₁₀ of the p-value that chance gives in the middle to a rank."""
    return -np.log10((ranks - 0.5) / n)


def _ranks(n: int) -> Floats:
    """Return the ranks that have a mark: the smallest p-values, and some of the others."""
    first = np.arange(1, min(n, _EACH) + 1)
    others = np.geomspace(_EACH, n, _MARKS) if n > _EACH else np.zeros(0)
    return np.unique(np.concatenate([first, np.round(others)])).astype(float)


def _band(axes: Axes, n: int) -> None:
    from scipy.special import betaincinv

    ranks = _ranks(n)
    low, high = (-np.log10(betaincinv(ranks, n - ranks + 1, q)) for q in (0.975, 0.025))
    axes.fill_between(_expected(ranks, n), low, high, color="0.88", lw=0, label="95 % of chance")


def _draw(axes: Axes, name: str, up: Floats, color: str) -> None:
    import pandas as pd

    ordered, ranks = np.sort(up)[::-1], _ranks(len(up))
    expected, observed = _expected(ranks, len(up)), ordered[ranks.astype(int) - 1]
    is_zero = np.isinf(observed)
    top = max(float(observed[~is_zero].max(initial=0.0)) * 1.1, 10.0)
    words = f"{name}, " if name else ""
    words += f"n = {len(up):,}, λ = {lambda_gc(up):.3f}"
    marks: Any = axes.scatter(
        expected[~is_zero], observed[~is_zero], s=7, color=color, linewidths=0, label=words,
        zorder=3,
    )  # fmt: skip
    if is_zero.any():
        axes.scatter(
            expected[is_zero], np.full(int(is_zero.sum()), top), s=22, marker="^", color=color,
            linewidths=0, label="p below the smallest number", zorder=3,
        )  # fmt: skip
    table = pd.DataFrame({"expected": np.round(expected, 4), "observed": np.round(observed, 4)})
    remember(marks, "qq", table if not name else table.assign(group=name))


def lambda_gc(up: Floats) -> float:
    """Return the median chi-squared statistic of p-values, given as −log₁₀, over that of chance."""
    from scipy.special import chdtri

    middle = float(np.median(up))
    return float(chdtri(1, 10.0**-middle) / _MEDIAN) if np.isfinite(middle) else float("inf")
