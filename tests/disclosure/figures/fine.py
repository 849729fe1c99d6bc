"""Figures of fine detail: soft rims of marks, lines under steep tails, small cells."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator


def _beside_a_line(x: Any, y: Any, across: str, up: str) -> Any:
    figure, axes = plt.subplots(figsize=(4.2, 4), layout="tight")
    axes.plot([0, x.max()], [0, x.max()], color="#808080", linewidth=1.5, zorder=0)
    axes.scatter(x, y, s=5, color="#264653")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_title("lambda = 1.04")
    return figure


def _tail(rng: Rng) -> tuple[Any, Any]:
    p = np.sort(np.r_[rng.random(18_000), 10 ** -rng.uniform(3.2, 17, 22)])
    return -np.log10((np.arange(p.size) + 0.5) / p.size), -np.log10(p)


def quantiles_with_a_tail(rng: Rng) -> Any:
    """Quantiles whose tail leaves the line of what is expected, which goes on below it."""
    return _beside_a_line(*_tail(rng), "Expected", "Observed")


def values_with_a_tail(rng: Rng) -> Any:
    """Values of people in this form, under words of a measure."""
    return _beside_a_line(*_tail(rng), "Rank of participant", "Ferritin, mmol/l")


def values_about_a_line(rng: Rng) -> Any:
    """Values of people about a line, under words of quantiles."""
    x = rng.uniform(0, 4, 900)
    return _beside_a_line(x, x + rng.normal(0, 1.2, 900), "Expected", "Observed")
