"""What every picture shares: axes, colours, the columns it needs, and how it is finished."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Colours that stay apart for most colour-blind eyes (Okabe and Ito 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Two shades of one colour, for chromosomes that follow each other.
SHADES = ("#2F4B7C", "#8FA8CF")
STANDING_OUT = "#D55E00"
QUIET = "0.45"
GENOME_WIDE = 5e-8
SMALL, NORMAL = 8, 9
MINUS_LOG_P = r"$-\log_{10}\,p$"


def axes_for(ax: Axes | None, width: float = 7.0, height: float = 4.0) -> Axes:
    """Return the axes to draw on: the given ones, or new ones of this size in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def finish(axes: Axes, across: str, up: str, title: str = "") -> Axes:
    """Name the axes and take away the frame that shows nothing."""
    axes.set_xlabel(across, fontsize=NORMAL)
    axes.set_ylabel(up, fontsize=NORMAL)
    if title:
        axes.set_title(title, fontsize=NORMAL + 1, loc="left")
    axes.tick_params(labelsize=SMALL)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def nothing_to_draw(axes: Axes, why: str) -> Axes:
    """Say on the picture that there is nothing on it."""
    axes.text(
        0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=QUIET,
        fontsize=NORMAL,
    )  # fmt: skip
    return axes


def require_columns(table: pd.DataFrame, *columns: str) -> None:
    """Refuse what is no table, or lacks a column, by name."""
    if not hasattr(table, "columns"):
        raise BadInput(
            f"this is no table but of type {type(table).__name__}",
            remedy="Give a pandas table of results",
        )
    for name in columns:
        if name not in table.columns:
            raise BadInput(
                f"the table has no column {name!r}",
                remedy=f"It needs {', '.join(columns)}{_near(name, table)}",
            )


def one_of(table: pd.DataFrame, *columns: str) -> str:
    """Return the first of these columns that a table has; refuse one that has none of them."""
    require_columns(table)
    for name in columns:
        if name in table.columns:
            return name
    raise BadInput(
        f"the table has no column {columns[0]!r}",
        remedy=f"It needs one of {', '.join(columns)}{_near(columns[0], table)}",
    )


def _near(name: str, table: pd.DataFrame) -> str:
    near = get_close_matches(name, list(map(str, table.columns)), n=2, cutoff=0.5)
    return f"; near it has {', '.join(near)}" if near else ""


def numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where there is none.

    Raises
    ------
    BadInput
        If it holds what is no number.
    """
    import pandas as pd

    require_columns(table, column)
    try:
        found: NDArray[np.float64] = pd.to_numeric(table[column]).to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise BadInput(
            f"the column {column!r} holds what is no number",
            remedy="Make it numbers first, by pandas.to_numeric",
        ) from None
    return found


def minus_log_p(table: pd.DataFrame, p_value: str = "p_value") -> NDArray[np.float64]:
    """Return −log₁₀ of p-values; infinite where a p-value is 0, NaN where there is none.

    A column ``neg_log_10_p_value`` beside ``p_value`` tells those that are too small for a
    number.

    Raises
    ------
    BadInput
        If a p-value is below 0 or above 1.
    """
    exact = "neg_log_10_p_value"
    if p_value == "p_value" and exact in table.columns:
        return numbers(table, exact)
    values = numbers(table, p_value)
    if ((values < 0) | (values > 1)).any():
        raise BadInput(
            f"the column {p_value!r} holds numbers below 0 or above 1, which are no p-values",
            remedy=f'Name the column of p-values, or give "{exact}"',
        )
    with np.errstate(divide="ignore"):
        return -np.log10(values)
