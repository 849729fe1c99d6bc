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


def filled_boxes(rng: Rng) -> Any:
    """Boxes of quartiles in colour, without anybody beyond the whiskers."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    values = [rng.normal(m, 1, 900) for m in (3, 4, 5)]
    axes.boxplot(values, showfliers=False, whis=(5, 95), patch_artist=True, widths=0.6,
                 tick_labels=["Low", "Middle", "High"])  # fmt: skip
    axes.set_ylabel("LDL (mmol/L)")
    return figure


def ridges(rng: Rng) -> Any:
    """Densities of a score in five countries, one behind the other."""
    figure, axes = plt.subplots(figsize=(6, 6))
    x = np.linspace(-4, 6, 200)
    for place in range(5):
        y = 1.5 * np.exp(-((x - place * 0.4) ** 2) / 2)
        axes.fill_between(x, place, place + y, color=plt.cm.viridis(place / 5), zorder=10 - place)
    axes.set_yticks(range(5), ["Finland", "Estonia", "Spain", "Italy", "Sweden"])
    axes.set_xlabel("Score")
    return figure


def curves_that_meet(rng: Rng) -> Any:
    """Decay of linkage in four populations: the curves run together."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x = np.linspace(0, 500, 120)
    for name, far in (("Finnish", 60), ("Estonian", 75), ("Dutch", 90), ("Spanish", 100)):
        axes.plot(x, 0.02 + 0.6 * np.exp(-x / far), label=name, linewidth=2)
    axes.set_xlabel("Distance (kb)")
    axes.set_ylabel("Mean $r^2$")
    axes.legend(title="Population")
    return figure


def waterfall(rng: Rng) -> Any:
    """A bar a patient, up and down, without names."""
    figure, axes = plt.subplots(figsize=(7, 4.8))
    axes.bar(range(18), np.sort(rng.uniform(-90, 60, 18))[::-1], width=0.7, color="#4c72b0")
    axes.set_ylabel("Best change from baseline (%)")
    axes.set_xticks([])
    return figure


def discs(rng: Rng) -> Any:
    """A large disc a person."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    y, x = np.divmod(rng.permutation(30)[:24], 6)
    axes.scatter(x + rng.uniform(-0.1, 0.1, 24), y + rng.uniform(-0.1, 0.1, 24), s=700)
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def solid_cloud(rng: Rng) -> Any:
    """So many people that their marks lie on each other."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x = rng.normal(0, 1, 6000)
    axes.scatter(x, 0.9 * x + rng.normal(0, 0.3, 6000), s=30)
    axes.set_xlabel("Weight (SD)")
    axes.set_ylabel("BMI (SD)")
    return figure


FILLED = (filled_boxes, ridges, curves_that_meet)
OF_PEOPLE = (waterfall, discs, solid_cloud)


def _table_of_cells(values: Any, words: Any) -> Any:
    figure, axes = plt.subplots(figsize=(6.5, 5.5))
    names = ["Height", "BMI", "LDL", "Asthma", "Stroke", "Gout", "Eczema", "Insomnia"]
    image = axes.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(8), names, rotation=90)
    axes.set_yticks(range(8), names)
    for row in range(8):
        for column in range(8):
            axes.text(column, row, words[row][column], ha="center", va="center", fontsize=9)
    figure.colorbar(image)
    figure.tight_layout()
    return figure


def rounded_correlations(rng: Rng) -> Any:
    """Correlations of traits to one digit: the diagonal is written as 1."""
    values = np.round(np.corrcoef(rng.normal(size=(8, 11))), 1)
    return _table_of_cells(values, [[f"{v:g}" for v in row] for row in values])


def counts_in_cells(rng: Rng) -> Any:
    """How many people have two diseases, some of them few."""
    counts = rng.integers(0, 60, (8, 8))
    return _table_of_cells(counts / 60, [[str(v) for v in row] for row in counts])


def squares(rng: Rng) -> Any:
    """Where people lie, in squares that hold enough of them."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    shown = axes.hist2d(rng.normal(0, 1, 42_000), rng.normal(0, 1, 42_000), bins=30, cmin=10)
    figure.colorbar(shown[3], label="Participants per bin")
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def squares_of_few(rng: Rng) -> Any:
    """The same of fewer people, down to one a square."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    shown = axes.hist2d(rng.normal(0, 1, 3000), rng.normal(0, 1, 3000), bins=30, cmin=1)
    figure.colorbar(shown[3], label="Participants per bin")
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def _pointed(rng: Rng, n: int, least: int) -> Any:
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x, y = rng.normal(0, 1, n), rng.normal(0, 1, n)
    shown = axes.hist2d(x, y, bins=24, range=[[-3.6, 3.6], [-3.6, 3.6]], cmin=least)
    figure.colorbar(shown[3], label="Participants per bin")
    axes.set_xlim(-4.5, 4.5)
    axes.set_ylim(-4.5, 4.5)
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def pointed_squares(rng: Rng) -> Any:
    """A density whose outermost rows have few squares each."""
    return _pointed(rng, 9000, 10)


def pointed_squares_of_few(rng: Rng) -> Any:
    """The same, down to one a square."""
    return _pointed(rng, 9000, 1)


def _shares(rng: Rng, n: int, label: str) -> Any:
    figure, axes = plt.subplots(figsize=(7, 4))
    below = np.zeros(n)
    for k, each in enumerate(rng.dirichlet([2, 2, 2, 2], n).T, 1):
        axes.bar(np.arange(n), each, bottom=below, label=f"K{k}", width=0.8 if n < 50 else 1.0)
        below += each
    axes.set_ylabel(label)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=4, frameon=False)
    figure.tight_layout()
    return figure


def shares_of_groups(rng: Rng) -> Any:
    """Mean shares of ancestry, under a legend whose names are a letter and a number."""
    return _shares(rng, 6, "Mean ancestry proportion")


def shares_of_people(rng: Rng) -> Any:
    """The same with a bar a person."""
    return _shares(rng, 130, "Ancestry proportion")


def marks_named_by_letters(rng: Rng) -> Any:
    """Square marks of people with a letter and a number beside each."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x, y = rng.uniform(0, 10, 24), rng.uniform(0, 10, 24)
    axes.scatter(x, y, s=40, marker="s")
    for k, (a, b) in enumerate(zip(x, y, strict=True), 1):
        axes.annotate(f"P{k}", (a, b), xytext=(6, -4), textcoords="offset points")
    axes.set_xlabel("PC1")
    return figure


def _beside_a_tree(rng: Rng, draw: Any) -> Any:
    figure = plt.figure(figsize=(7, 7))
    axes = figure.add_axes((0.28, 0.1, 0.6, 0.6))
    half = rng.uniform(-0.8, 0.8, (10, 10))
    shown = np.triu(half, 1) + np.triu(half, 1).T + np.eye(10)
    axes.pcolormesh(shown[::-1], cmap="vlag" if "vlag" in plt.colormaps() else "coolwarm")
    names = ["SCZ", "BMI", "Height", "MDD", "SBP", "CRP", "WHR", "CAD", "LDL", "eGFR"]
    axes.set_xticks(np.arange(10) + 0.5, names, rotation=90)
    axes.set_yticks(np.arange(10) + 0.5, names[::-1])
    axes.yaxis.tick_right()
    for side in axes.spines.values():
        side.set_visible(False)
    above = figure.add_axes((0.28, 0.7, 0.6, 0.2))
    above.axis("off")
    above.set_xlim(0, 10)
    draw(above, rng)
    return figure


def _tree(axes: Any, rng: Rng) -> None:
    at, high = list(np.arange(10) + 0.5), [0.0] * 10
    level = 0.0
    while len(at) > 1:
        k = int(rng.integers(len(at) - 1))
        level += rng.uniform(0.5, 1.5)
        axes.plot([at[k], at[k], at[k + 1], at[k + 1]], [high[k], level, level, high[k + 1]],
                  color="#404040", linewidth=1)  # fmt: skip
        at[k : k + 2], high[k : k + 2] = [(at[k] + at[k + 1]) / 2], [level]
    axes.set_ylim(0, level * 1.05)


def _steps_of_people(axes: Any, rng: Rng) -> None:
    places = np.sort(rng.uniform(0, 10, 40))
    axes.step(places, np.linspace(1, 0.3, 40), color="#404040", linewidth=1)
    axes.set_ylim(0, 1.05)


def tree_of_traits(rng: Rng) -> Any:
    """Correlations of traits under the tree that orders them."""
    return _beside_a_tree(rng, _tree)


def steps_above_traits(rng: Rng) -> Any:
    """The same under a curve that steps where people have events."""
    return _beside_a_tree(rng, _steps_of_people)


def steps_in_boxes(rng: Rng) -> Any:
    """A flow chart whose filled boxes stand close around their words."""
    figure, axes = plt.subplots(figsize=(7.2, 7.2))
    axes.axis("off")
    told = ("Genotyped, n = 63,412", "Passed sample QC, n = 61,870", "Unrelated, n = 55,203",
            "With outcome, n = 54,118\n(cases 3,940; controls 50,178)")  # fmt: skip
    for k, each in enumerate(told):
        y = 0.93 - 0.28 * k
        box = {"boxstyle": "round,pad=0.3", "facecolor": "#dfefff", "edgecolor": "black"}
        axes.text(0.3, y, each, ha="center", va="center", fontsize=12, bbox=box)
        if k < 3:
            arrow = {"arrowstyle": "->"}
            axes.annotate("", xy=(0.3, y - 0.21), xytext=(0.3, y - 0.05), arrowprops=arrow)
    return figure


def steps_over_people(rng: Rng) -> Any:
    """The same, with a mark for each of some people in a box."""
    figure = steps_in_boxes(rng)
    x, y = rng.uniform(0.16, 0.44, 40), rng.uniform(0.905, 0.955, 40)
    figure.axes[0].scatter(x, y, s=9, color="crimson", zorder=9)
    return figure


_CHROMOSOMES = (249, 242, 198, 190, 182, 171, 159, 145, 138, 134, 135, 133, 114, 107, 102, 90, 83,
                80, 59, 64, 47, 51)  # fmt: skip


def _in_blocks(rng: Rng, wide: Any, label: str) -> Any:
    figure, axes = plt.subplots(figsize=(13, 4))
    start = 0.0
    for k, each in enumerate(wide):
        n = round(each * 12)
        x, y = start + rng.uniform(0, each, n), -np.log10(rng.random(n))
        axes.scatter(x, y, s=3, color=("#8c8cc4", "#2a3f8f")[k % 2])
        start += each
    axes.scatter(rng.uniform(0, start, 12), rng.uniform(8, 30, 12), s=3, color="#2a3f8f")
    axes.set_xticks([])
    axes.set_title("LDL cholesterol")
    axes.set_ylabel(label)
    return figure


def blocks_of_chromosomes(rng: Rng) -> Any:
    """P-values along chromosomes that only their colours part."""
    return _in_blocks(rng, _CHROMOSOMES, "-log10 P")


def blocks_of_centres(rng: Rng) -> Any:
    """Values of people, centre by centre."""
    return _in_blocks(rng, [130] * 22, "-log10 P")


def blocks_of_measures(rng: Rng) -> Any:
    """Values of people in blocks of such widths, under words of a measure."""
    return _in_blocks(rng, _CHROMOSOMES, "Ferritin, mmol/l")


def _risen(title: str, label: str) -> Any:
    figure, axes = plt.subplots(figsize=(5, 5))
    expected = -np.log10((np.arange(20_000) + 0.5) / 20_000)
    axes.scatter(expected, expected * 1.05, s=6, color="black")
    axes.plot([0, 5], [0, 5], color="red", linewidth=1)
    axes.set_title(title)
    axes.set_xlabel(label)
    axes.set_ylabel("-log10 P")
    return figure


def quantiles_by_inflation(rng: Rng) -> Any:
    """Quantiles of p-values whose title tells how far they are inflated."""
    return _risen("LDL, lambda = 1.08", "expected")


def ranks_of_people(rng: Rng) -> Any:
    """Values of people by rank, without such words."""
    return _risen("LDL", "rank of participant")


def _even_marks(rng: Rng, label: str) -> Any:
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.plot(np.arange(1, 21), 2 + np.exp(np.arange(1, 21) / 8), "o", color="navy")
    axes.set_xlabel(label)
    axes.set_ylabel("Value (%)")
    return figure


def marks_of_percentiles(rng: Rng) -> Any:
    """A mark for each twentieth of a score."""
    return _even_marks(rng, "Percentile of polygenic score")


def marks_of_participants(rng: Rng) -> Any:
    """The same marks, one a participant."""
    return _even_marks(rng, "Participant number, by age")


def strips_of_people(rng: Rng) -> Any:
    """Values of people above each decile."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    for place in range(1, 6):
        axes.plot(np.full(9, place), rng.normal(5, 1, 9), "o", color="navy")
    axes.set_xlabel("Quintile of polygenic score")
    axes.set_ylabel("LDL")
    return figure
