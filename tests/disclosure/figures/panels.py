"""Figures of several panels, and axes as R writes them: harmless ones, and those of few people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator
Draw = Callable[[Rng], Any]


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


def _roc(steps: int, label: str) -> Any:
    figure, axes = plt.subplots(figsize=(5, 5))
    places = np.linspace(0, 1, steps)
    axes.plot(places, places**0.4)
    axes.set(xlabel=f"False positive rate ({label})", ylabel="True positive rate")
    return figure


def curve_of_thousands(rng: Rng) -> Any:
    """Draw a curve of sensitivities of many people."""
    return _roc(41, "5,312 controls")


def curve_of_few(rng: Rng) -> Any:
    """Draw a curve of sensitivities of 53 people."""
    return _roc(54, "53 controls")


def ticks_beside_a_panel(rng: Rng) -> Any:
    """Draw bars on a grey panel without lines, whose ticks touch the numbers nearly."""
    figure, axes = plt.subplots(figsize=(7, 5))
    axes.bar(["North", "South", "East", "West"], [1820, 2455, 3011, 1207], color="#595959")
    axes.set_ylabel("Participants")
    axes.set_facecolor("#EBEBEB")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.grid(color="white")
    axes.set_axisbelow(True)
    axes.tick_params(length=3, pad=2, color="#333333")
    return figure


def points_of_people(rng: Rng) -> Any:
    """Draw a point for each of sixty people."""
    figure, axes = plt.subplots()
    axes.scatter(rng.normal(size=60), rng.normal(size=60))
    axes.set(xlabel="PC1", ylabel="PC2")
    return figure


def _along_a_region(heights: Any, places: Any) -> Any:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.scatter(places, heights, s=9)
    axes.set(xlabel="chr1 position (Mb)", ylabel="-log10(P)")
    return figure


def peak_of_a_region(rng: Rng) -> Any:
    """Draw the p-values of a region around one variant that matters."""
    places = np.sort(rng.uniform(109.0, 109.9, 900))
    near = np.exp(-(((places - 109.3) / 0.07) ** 2))
    return _along_a_region(near * rng.uniform(0, 30, 900) + rng.exponential(0.6, 900), places)


def people_in_a_region(rng: Rng) -> Any:
    """Draw a value of each person under the words of p-values."""
    return _along_a_region(rng.normal(14, 4, 900), rng.uniform(109.0, 109.9, 900))


def _two_panels(rng: Rng, lengths: Any, label: str) -> Any:
    figure, (above, below) = plt.subplots(2, 1, figsize=(10, 6), sharex=True)
    ends = np.cumsum(lengths)
    for axes in (above, below):
        for place, (end, wide) in enumerate(zip(ends, lengths, strict=True)):
            n = int(wide * 12)
            at = rng.uniform(end - wide, end, n)
            axes.scatter(at, -np.log10(rng.uniform(size=n)), s=3, c=("navy", "orange")[place % 2])
        at = np.full(20, ends[3])
        axes.scatter(at, rng.uniform(4, 24, 20), s=3, c="navy")
        axes.set_ylabel(label)
        axes.set_ylim(0, 26)
    below.invert_yaxis()
    numbers = range(0, len(lengths), 2)
    below.set_xticks([ends[i] - lengths[i] / 2 for i in numbers], [str(i + 1) for i in numbers])
    return figure


_LONG = np.array([249, 242, 198, 190, 182, 171, 159, 145, 138, 134, 135, 133, 114, 107, 102, 90, 83,
                  80, 59, 64, 47, 51], dtype=float)  # fmt: skip


def two_studies(rng: Rng) -> Any:
    """Draw the p-values of two studies against each other, above the numbers of chromosomes."""
    return _two_panels(rng, _LONG, "-log10 P")


def two_wards(rng: Rng) -> Any:
    """Draw a value of each patient of twenty-two wards, which are of one size."""
    return _two_panels(rng, np.full(22, 120.0), "-log10 CRP")


def _aslant(names: list[str], slope: int) -> Any:
    figure, axes = plt.subplots(figsize=(8, 5))
    axes.bar(names, np.linspace(3100, 400, len(names)))
    axes.set_ylabel("Mean expression (TPM)")
    axes.tick_params(axis="x", rotation=slope)
    for label in axes.get_xticklabels():
        label.set_ha("right")
    figure.tight_layout()
    return figure


def traits_aslant(rng: Rng) -> Any:
    """Draw bars of traits, whose names are aslant."""
    return _aslant(["Asthma", "Migraine", "Insomnia", "Depression", "Psoriasis", "Gout"], 45)


def traits_less_aslant(rng: Rng) -> Any:
    """Draw the same at another slope."""
    return _aslant(["Asthma", "Migraine", "Insomnia", "Depression", "Psoriasis", "Gout"], 30)


def people_aslant(rng: Rng) -> Any:
    """Draw a bar for each patient, whose codes are aslant."""
    return _aslant([f"PAT{n:04d}" for n in (31, 77, 120, 245, 613, 902)], 45)


def _facets(rng: Rng, least: int) -> Any:
    figure, panels = plt.subplots(2, 3, figsize=(7, 5), sharex=True, sharey=True)
    for place, axes in enumerate(panels.flat):
        counts = rng.integers(60, 140, 5)
        if place == 4:
            counts[2] = least
        axes.bar(["Q1", "Q2", "Q3", "Q4", "Q5"], counts, width=0.9, color="steelblue")
        axes.set_facecolor("#EBEBEB")
        axes.grid(color="white")
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        title = ["Height", "Asthma", "Stroke", "Gout", "Eczema", "Migraine"][place]
        axes.text(0.5, 1.06, title, transform=axes.transAxes, ha="center", va="center", fontsize=9)
        strip = plt.Rectangle((0, 1), 1, 0.12, transform=axes.transAxes, color="#D9D9D9",
                              clip_on=False, zorder=0)  # fmt: skip
        axes.add_patch(strip)
    figure.supylabel("Number of participants")
    figure.subplots_adjust(hspace=0.18, wspace=0.05)
    return figure


def facets_of_many(rng: Rng) -> Any:
    """Draw six facets with strips, as ggplot2 does, of many people in each bar."""
    return _facets(rng, 80)


def facets_with_few(rng: Rng) -> Any:
    """Draw the same with six people in a bar of the fifth facet."""
    return _facets(rng, 6)


def _on_a_grid(rng: Rng, n_dots: int) -> Any:
    figure, axes = plt.subplots(figsize=(8, 5))
    axes.barh([f"Trait {c}" for c in "ABCDEFGH"], rng.uniform(0.1, 0.5, 8), height=0.7)
    axes.grid(color="#cccccc")
    axes.set_axisbelow(True)
    axes.set_xlabel("Heritability")
    axes.plot(rng.uniform(0.02, 0.5, n_dots), rng.integers(0, 8, n_dots), "o", ms=5, c="black")
    figure.tight_layout()
    return figure


def bars_before_a_grid(rng: Rng) -> Any:
    """Draw bars that hide most of a grid."""
    return _on_a_grid(rng, 0)


def people_before_a_grid(rng: Rng) -> Any:
    """Draw the same with forty marks on the bars and beside them."""
    return _on_a_grid(rng, 40)


def _dots(names: list[str], each: int, label: str, rng: Rng) -> Any:
    figure, axes = plt.subplots(figsize=(7, 5))
    for place in range(len(names)):
        axes.plot(rng.uniform(0.1, 0.5, each), [place] * each, "o", c="black")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(label)
    figure.tight_layout()
    return figure


_TRAITS = ["Height", "Asthma", "Stroke", "Gout", "Migraine", "Eczema", "Insomnia", "Psoriasis"]


def a_dot_for_each_trait(rng: Rng) -> Any:
    """Draw one mark for each of eight traits."""
    return _dots(_TRAITS, 1, "SNP heritability", rng)


def several_dots_for_each(rng: Rng) -> Any:
    """Draw four marks, which may be people, for each of eight names."""
    return _dots(_TRAITS, 4, "Concentration (mg/L)", rng)


def a_dot_for_each_person(rng: Rng) -> Any:
    """Draw one mark for each participant."""
    return _dots(_TRAITS, 1, "Concentration (mg/L), one row a patient", rng)
