"""What every picture shares: axes, colours and the columns it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Colours that stay apart for most colour-blind eyes (Okabe and Ito 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GENOME_WIDE = 5e-8


def axes_for(ax: Axes | None, width: float = 7.0, height: float = 4.0) -> Axes:
    """Return the axes to draw on: the given ones, or new ones of this size in inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def require_columns(table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks a column, by name."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise BadInput(
            f"the table has no column {missing[0]!r}", remedy=f"It needs {', '.join(columns)}"
        )
