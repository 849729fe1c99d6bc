"""Figures of several panels, and axes as R writes them: harmless ones, and those of few people."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator


def _in_panels(rng: Rng, least: int, label: str) -> Any:
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.5), sharey=True)
    for place, axes in enumerate(panels):
        counts = rng.integers(60, 140, 4)
        if place == 2:
            counts[1] = least
        axes.bar(["Q1", "Q2", "Q3", "Q4"], counts)
        axes.set_title(["Finland", "Estonia", "Spain"][place])
    panels[0].set_ylabel(label)
    panels[0].set_ylim(0, 150)
    return figure


def counts_that_share_an_axis(rng: Rng) -> Any:
    """Draw panels of many people in each bar, with numbers beside the first alone."""
    return _in_panels(rng, 80, "Number of participants")


def few_that_share_an_axis(rng: Rng) -> Any:
    """Draw the same with a bar of six people in the last panel."""
    return _in_panels(rng, 6, "Number of participants")


def _upright(counts: list[int]) -> Any:
    figure, axes = plt.subplots(figsize=(6, 5))
    axes.bar(["North", "South", "East", "West"], counts, color="grey")
    axes.set_ylabel("Participants")
    axes.tick_params(axis="y", labelrotation=90)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="x", length=0)
    return figure


def upright_numbers(rng: Rng) -> Any:
    """Draw bars whose axis has its numbers on their side."""
    return _upright([1820, 2455, 3011, 1207])


def upright_numbers_of_few(rng: Rng) -> Any:
    """Draw the same with a bar of seven people."""
    return _upright([182, 245, 301, 7])
