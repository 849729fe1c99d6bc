"""Marks that are studies, genes, tests or people, by what both axes tell."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator


def _scatter(x: Any, y: Any, along: str, up: str) -> Any:
    figure, axes = plt.subplots(figsize=(5.6, 4.4))
    axes.scatter(x, y, s=26)
    axes.set_xlabel(along)
    axes.set_ylabel(up)
    return figure


def funnel(rng: Rng) -> Any:
    """Fourteen studies of a meta-analysis."""
    error = rng.uniform(0.03, 0.16, 14)
    figure = _scatter(0.2 + rng.normal(0, error), error, "log odds ratio", "standard error")
    figure.axes[0].invert_yaxis()
    return figure


def patients_as_a_funnel(rng: Rng) -> Any:
    """Fourteen patients in the same places."""
    error = rng.uniform(0.03, 0.16, 14)
    return _scatter(0.2 + rng.normal(0, error), error, "BMI of the patient", "creatinine")


def volcano(rng: Rng, n: int = 260) -> Any:
    """Proteins by fold change and p-value."""
    change = rng.normal(0, 0.5, n)
    p = np.abs(change) * rng.uniform(2, 14, n)
    return _scatter(change, p, "log2 fold change", "-log10(P)")


def levels(rng: Rng) -> Any:
    """As many people by two of their values."""
    change = rng.normal(0, 0.5, 260)
    return _scatter(change, np.abs(change) * rng.uniform(2, 14, 260), "LDL (mmol/L)", "Glucose")


def people_as_a_volcano(rng: Rng) -> Any:
    """Two values of people, with the words of a volcano plot."""
    return _scatter(rng.normal(0, 1, 260), rng.normal(8, 2, 260), "log2 fold change", "-log10(P)")


def residuals(rng: Rng) -> Any:
    """Residuals of a model of log odds: a mark a person, under words that effects have as well."""
    return _scatter(
        rng.normal(0, 1, 260), rng.normal(0, 1, 260), "Fitted log OR", "Residual / standard error"
    )


def bars_over_a_grid(rng: Rng) -> Any:
    """Heritability of traits; the bars leave short pieces of the grid between them."""
    names = ["Height", "BMI", "LDL-C", "HDL-C", "Triglycerides", "SBP", "HbA1c", "CAD", "Asthma"]
    figure, axes = plt.subplots(figsize=(6, 4.4))
    axes.grid(axis="x", color="#cccccc")
    axes.set_axisbelow(True)
    values = np.sort(rng.uniform(0.1, 0.46, len(names)))
    axes.barh(names, values, xerr=0.03)
    axes.set_xlabel("SNP heritability (LDSC)")
    return figure


def quantiles_on_broken_lines(rng: Rng) -> Any:
    """Observed and expected p-values on a grid of dashes."""
    p = np.sort(rng.uniform(size=5000))
    expected = -np.log10((np.arange(5000) + 0.5) / 5000)
    figure, axes = plt.subplots(figsize=(5, 4.6))
    axes.grid(linestyle="--", color="#b2b2b2")
    axes.scatter(expected, -np.log10(p) * 1.3, s=9, color="#333333")
    axes.set_xlabel("expected -log10 P")
    axes.set_ylabel("observed -log10 P")
    return figure


def people_as_crosses(rng: Rng) -> Any:
    """Forty people as plus signs on a grid of dashes."""
    figure, axes = plt.subplots(figsize=(5, 4.6))
    axes.grid(linestyle="--", color="#b2b2b2")
    axes.plot(rng.normal(27, 4, 40), rng.normal(3, 1, 40), "k+", markersize=8)
    axes.set_xlabel("BMI")
    axes.set_ylabel("LDL")
    return figure


def people_on_a_line(rng: Rng, form: str = "o", size: float = 26) -> Any:
    """Fourteen people about a line: discs of these sizes look like the letters 4 and 9."""
    body = rng.normal(27, 4, 14)
    figure, axes = plt.subplots(figsize=(5.6, 4.4))
    axes.scatter(body, body * 0.1 + rng.normal(0, 0.4, 14), s=size, marker=form)
    axes.plot([18, 38], [1.8, 3.8], "r-")
    axes.set_xlabel("BMI (kg/m2)")
    axes.set_ylabel("LDL (mmol/L)")
    return figure


OF_THINGS = (funnel, volcano, bars_over_a_grid, quantiles_on_broken_lines)
OF_PEOPLE = (
    patients_as_a_funnel, people_as_a_volcano, levels, residuals, people_as_crosses,
)  # fmt: skip
