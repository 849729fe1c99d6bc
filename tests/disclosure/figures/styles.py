"""How a figure is drawn: libraries' looks, resolution, background, file format."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image

mpl.use("agg")

import matplotlib.pyplot as plt

Draw = Callable[[np.random.Generator], Any]

# As the libraries' own defaults look.
_GGPLOT: dict[str, Any] = {
    "axes.facecolor": "#EBEBEB", "axes.grid": True, "grid.color": "white", "axes.axisbelow": True,
    "axes.edgecolor": "#EBEBEB", "grid.linewidth": 1.1,
}  # fmt: skip
_SEABORN: dict[str, Any] = {
    "axes.facecolor": "#EAEAF2", "axes.grid": True, "grid.color": "white", "axes.axisbelow": True,
    "axes.edgecolor": "white", "axes.linewidth": 0.0, "xtick.bottom": False, "ytick.left": False,
}  # fmt: skip
_PLAIN: dict[str, Any] = {"axes.spines.top": False, "axes.spines.right": False}
_GRID: dict[str, Any] = {"axes.grid": True, "grid.alpha": 0.3}
STYLES: dict[str, dict[str, Any]] = {
    "default": {}, "ggplot": _GGPLOT, "seaborn": _SEABORN, "plain": _PLAIN, "grid": _GRID,
}  # fmt: skip


def drawn(
    draw: Draw, seed: int, style: str = "default", dpi: int = 100, form: str = "png",
    transparent: bool = False,
) -> bytes:  # fmt: skip
    """Draw a figure as a file's bytes."""
    with mpl.rc_context({**STYLES[style], "svg.hashsalt": "1"}):
        figure = draw(np.random.default_rng(seed))
        sink = io.BytesIO()
        if form == "jpeg":
            figure.savefig(sink, format="png", dpi=dpi)
            sink = _as_jpeg(sink)
        else:
            figure.savefig(sink, format=form, dpi=dpi, transparent=transparent)
        plt.close(figure)
    return sink.getvalue()


def _as_jpeg(png: io.BytesIO) -> io.BytesIO:
    sink = io.BytesIO()
    Image.open(png).convert("RGB").save(sink, format="JPEG", quality=90)
    return sink
