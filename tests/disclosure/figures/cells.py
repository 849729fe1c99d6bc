"""Heat maps whose cells are not a whole number of pixels, or leave a corner empty."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator
TRAITS = (
    "Height", "BMI", "WHR", "LDL", "HDL", "TG", "SBP", "T2D", "CAD", "Asthma", "Gout", "Smoking",
)  # fmt: skip
_TISSUES = ("Liver", "Spleen", "Aorta", "Thyroid", "Ovary", "Heart", "Lung", "Colon", "Skin",
            "Testis", "Muscle", "Nerve", "Kidney")  # fmt: skip


def triangle(rng: Rng) -> Any:
    """Genetic correlations below the diagonal, with their numbers."""
    n = len(TRAITS)
    values = np.tanh(rng.normal(0, 0.3, (n, n)))
    np.fill_diagonal(values, 1)
    figure, axes = plt.subplots(figsize=(8, 7))
    shown = np.ma.masked_where(np.triu(np.ones((n, n), dtype=bool), 1), values)
    picture = axes.pcolormesh(shown, cmap="RdBu_r", vmin=-1, vmax=1, edgecolors="white")
    axes.invert_yaxis()
    for i in range(n):
        for j in range(i + 1):
            colour = "white" if abs(values[i, j]) > 0.6 else "black"
            axes.text(j + 0.5, i + 0.5, f"{values[i, j]:.2f}", ha="center", va="center", size=8,
                      color=colour)  # fmt: skip
    axes.set_xticks(np.arange(n) + 0.5, TRAITS, rotation=90)
    axes.set_yticks(np.arange(n) + 0.5, TRAITS)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.colorbar(picture, label="$r_g$")
    return figure


def expression(rng: Rng, genes: int = 24) -> Any:
    """Medians of genes over tissues; a cell is 24.6 pixels high."""
    figure = plt.figure(figsize=(9.5, 8))
    axes = figure.add_axes((0.12, 0.14, 0.75, 24.6 * genes / 800))
    axes.pcolormesh(rng.gamma(1, 1, (genes, len(_TISSUES))))
    axes.set_xticks(np.arange(len(_TISSUES)) + 0.5, _TISSUES, rotation=90)
    axes.set_yticks(np.arange(genes) + 0.5, [_gene(i) for i in range(genes)])
    return figure


def _gene(place: int) -> str:
    return ("SORT", "LDLR", "APOB", "HMGC", "CETP", "GCKR")[place % 6] + "ABCDEF"[place // 6]
