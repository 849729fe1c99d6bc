"""Figures that tell of groups and variants, as people draw them with matplotlib."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator
_TRAITS = [
    "Height", "BMI", "LDL", "HDL", "Asthma", "Type 2 diabetes", "Stroke", "Depression", "Gout",
    "Migraine", "Eczema", "Insomnia", "Smoking", "Education", "Psoriasis", "COPD",
]  # fmt: skip


def manhattan(rng: Rng) -> Any:
    """Associations along the genome."""
    figure, axes = plt.subplots(figsize=(rng.uniform(8, 12), rng.uniform(3.5, 5)))
    colours = [("#1f77b4", "#aec7e8"), ("navy", "skyblue"), ("black", "grey")][rng.integers(3)]
    start, ticks = 0, []
    size = float(rng.choice([2, 4, 8]))
    for chromosome in range(1, 23):
        n = int(rng.integers(200, 900) * (23 - chromosome) / 12) + 60
        p = rng.random(n)
        if chromosome in (6, 11):
            p[n // 2 : n // 2 + 12] = 10 ** -rng.uniform(6, 14, 12)
        axes.scatter(start + np.arange(n), -np.log10(p), s=size, color=colours[chromosome % 2])
        ticks.append(start + n / 2)
        start += n + 20
    axes.axhline(-np.log10(5e-8), color="red", linestyle="--", linewidth=1)
    axes.set_xticks(ticks, [str(c) for c in range(1, 23)], fontsize=8)
    axes.set_xlabel("Chromosome")
    axes.set_ylabel(r"$-\log_{10}(p)$" if rng.random() < 0.5 else "-log10(P)")
    axes.set_title("Height" if rng.random() < 0.5 else "GWAS of height, n = 12,400")
    figure.tight_layout()
    return figure


def quantiles(rng: Rng) -> Any:
    """Expected and observed p-values."""
    figure, axes = plt.subplots(figsize=(5, 5))
    n = int(rng.integers(5000, 40000))
    expected = -np.log10((np.arange(n) + 0.5) / n)
    observed = np.sort(-np.log10(rng.random(n)))[::-1] * rng.uniform(1, 1.15)
    axes.scatter(expected, observed, s=float(rng.choice([3, 6, 12])), color="#1f77b4")
    axes.plot([0, expected.max()], [0, expected.max()], color="red", linestyle="--")
    axes.set_xlabel("Expected -log10(p)")
    axes.set_ylabel("Observed -log10(p)")
    axes.set_title(f"QQ plot, lambda = {rng.uniform(1, 1.1):.3f}")
    return figure


def bars(rng: Rng) -> Any:
    """Counts of people by group, each large."""
    figure, axes = plt.subplots(figsize=(6, 4))
    names = ["Finland", "Estonia", "Spain", "Italy", "Sweden"][: rng.integers(3, 6)]
    heights = rng.integers(150, 900, len(names))
    drawn = axes.bar(names, heights, color=plt.cm.tab10(rng.integers(10)))
    if rng.random() < 0.5:
        axes.bar_label(drawn)
    axes.set_ylabel("Number of participants")
    axes.set_title("Participants by country")
    return figure


def grouped_bars(rng: Rng) -> Any:
    """Prevalence by sex and age group."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    at = np.arange(4)
    axes.bar(at - 0.2, rng.uniform(0.1, 0.5, 4), 0.4, label="Women")
    axes.bar(at + 0.2, rng.uniform(0.1, 0.5, 4), 0.4, label="Men")
    axes.set_xticks(at, ["30-39", "40-49", "50-59", "60-69"])
    axes.set_ylabel("Prevalence")
    axes.set_xlabel("Age group")
    axes.legend()
    return figure


def lines(rng: Rng) -> Any:
    """Means over time."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    years = np.arange(2010, 2022)
    for name in ("Treated", "Untreated", "Unknown")[: rng.integers(1, 4)]:
        marker = "o" if rng.random() < 0.5 else None
        axes.plot(years, 50 + np.cumsum(rng.normal(0, 1, 12)), label=name, marker=marker)
    axes.set_xlabel("Year")
    axes.set_ylabel("Mean LDL (mg/dL)")
    axes.legend()
    return figure


def ribbon(rng: Rng) -> Any:
    """A fitted curve with its band of confidence."""
    figure, axes = plt.subplots(figsize=(6, 4))
    x = np.linspace(20, 80, 100)
    y = 20 + 0.2 * x + 3 * np.sin(x / 15)
    axes.plot(x, y, linewidth=2)
    axes.fill_between(x, y - 2, y + 2, alpha=0.3)
    axes.set_xlabel("Age (years)")
    axes.set_ylabel("Predicted BMI")
    axes.set_title("Spline fit with 95% CI")
    return figure


def survival(rng: Rng) -> Any:
    """Kaplan-Meier curves on a grid of years."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    years = np.arange(0, 11)
    for name in ("Carriers", "Non-carriers"):
        share = np.concatenate([[1], np.cumprod(1 - rng.uniform(0.01, 0.06, 10))])
        axes.step(years, share, where="post", label=name)
    axes.set_ylim(0, 1.05)
    axes.set_xlabel("Years since diagnosis")
    axes.set_ylabel("Survival probability")
    axes.legend(loc="lower left")
    return figure


def forest(rng: Rng) -> Any:
    """Estimates with intervals."""
    n = int(rng.integers(3, 15))
    figure, axes = plt.subplots(figsize=(6, 1.5 + 0.35 * n))
    centre = rng.normal(0, 0.3, n)
    axes.errorbar(centre, np.arange(n), xerr=rng.uniform(0.1, 0.3, n), fmt="s",
                  color="black", capsize=float(rng.choice([0, 3])))  # fmt: skip
    axes.axvline(0, color="grey", linestyle="--")
    axes.set_yticks(np.arange(n), _TRAITS[:n])
    axes.set_xlabel("Effect (95% CI)")
    figure.tight_layout()
    return figure


def correlations(rng: Rng) -> Any:
    """Genetic correlations of traits."""
    n = int(rng.integers(5, 13))
    mixed = rng.normal(0, 1, (n, n + 3))
    matrix = np.corrcoef(mixed)
    figure, axes = plt.subplots(figsize=(6.5, 5.5))
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(n), _TRAITS[:n], rotation=90)
    axes.set_yticks(range(n), _TRAITS[:n])
    if rng.random() < 0.5:
        for i in range(n):
            for j in range(n):
                dark = abs(matrix[i, j]) > 0.6
                axes.text(j, i, f"{matrix[i, j]:.2f}", ha="center", va="center", fontsize=7,
                          color="white" if dark else "black")  # fmt: skip
    figure.colorbar(image, label="Genetic correlation")
    axes.set_title("Genetic correlations")
    figure.tight_layout()
    return figure


def hexagons(rng: Rng) -> Any:
    """Where people lie, as a density whose cells hold enough of them."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    n = 40000
    x, y = rng.normal(0, 1, n), rng.normal(0, 1, n)
    image = axes.hexbin(x, y, gridsize=20, mincnt=10, cmap="viridis")
    figure.colorbar(image, label="Individuals per bin")
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def histogram(rng: Rng) -> Any:
    """A distribution whose bins hold many people each."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.hist(rng.uniform(20, 80, 9000), bins=12, color="#4c72b0", edgecolor="white")
    axes.set_xlabel("Age at recruitment (years)")
    axes.set_ylabel("Number of participants")
    return figure


def curve(rng: Rng) -> Any:
    """An ROC curve on a grid."""
    figure, axes = plt.subplots(figsize=(5, 5))
    x = np.linspace(0, 1, 41)
    axes.plot(x, x ** rng.uniform(0.2, 0.6), label="AUC = 0.78")
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey")
    axes.set_xlabel("False positive rate")
    axes.set_ylabel("True positive rate")
    axes.legend(loc="lower right")
    return figure


def workflow(rng: Rng) -> Any:
    """Boxes and arrows: what was done."""
    figure, axes = plt.subplots(figsize=(6, 6))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    steps = ["Genotyping array\nn = 12,450", "Quality control\nn = 12,101",
             "Imputation to reference", "Association testing", "Meta-analysis"]  # fmt: skip
    places = np.linspace(0.92, 0.08, len(steps))
    for y, words in zip(places, steps, strict=True):
        box = {"boxstyle": "round", "facecolor": "#dbe9f6", "edgecolor": "#1f4e79"}
        axes.text(0.5, y, words, ha="center", va="center", bbox=box, fontsize=11)
    for high, low in pairwise(places):
        axes.annotate("", (0.5, low + 0.05), (0.5, high - 0.05), arrowprops={"arrowstyle": "->"})
    return figure


def two_panels(rng: Rng) -> Any:
    """Bars beside a curve."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    left.bar(["A", "B", "C"], rng.uniform(0.2, 0.9, 3))
    left.set_ylabel("Heritability")
    left.set_title("A. Heritability")
    right.plot(np.linspace(0, 10, 50), np.exp(-np.linspace(0, 10, 50) / 4))
    right.set_xlabel("Distance (kb)")
    right.set_ylabel("Mean r2")
    right.set_title("B. LD decay")
    figure.tight_layout()
    return figure


def stacked(rng: Rng) -> Any:
    """Shares of ancestry by population."""
    figure, axes = plt.subplots(figsize=(6.4, 4))
    shares = rng.dirichlet([2, 2, 2], 5)
    below = np.zeros(5)
    for each, name in zip(shares.T, ("K1", "K2", "K3"), strict=True):
        axes.bar(["EUR", "AFR", "EAS", "SAS", "AMR"], each, bottom=below, label=name)
        below += each
    axes.set_ylabel("Mean proportion")
    axes.legend()
    return figure


DRAWN = {
    each.__name__: each
    for each in (manhattan, quantiles, bars, grouped_bars, lines, ribbon, survival, forest,
                 correlations, hexagons, histogram, curve, workflow, two_panels, stacked)
}  # fmt: skip
