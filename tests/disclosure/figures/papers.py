"""Figures of papers, each beside one that has people under the same words."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator


def rates_in_panels(rng: Rng) -> Any:
    """Incidence per person-year in three panels: no counts of people."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.5), sharey=True)
    for axes, name in zip(panels, ("Finland", "Estonia", "Spain"), strict=True):
        axes.bar(["Q1", "Q2", "Q3", "Q4"], rng.uniform(5, 25, 4), yerr=1)
        axes.set_title(name)
    panels[0].set_ylabel("Incidence per 1,000 person-years")
    return figure


def numbers_in_panels(rng: Rng) -> Any:
    """The same as numbers of people, some of them small."""
    figure, axes = plt.subplots(figsize=(5, 3.5))
    axes.bar(["Q1", "Q2", "Q3", "Q4"], [25, 3, 14, 6])
    axes.set_ylabel("Number of persons, Finland")
    return figure
