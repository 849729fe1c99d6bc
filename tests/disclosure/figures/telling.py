"""Figures that tell of single people or carry data, whatever they look like."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

Rng = np.random.Generator
N_PEOPLE = 2000


def genotypes(rng: Rng) -> Any:
    """A heat map of people by variants."""
    rows, columns = int(rng.choice([60, 120, 200])), int(rng.choice([40, 50, 150]))
    figure, axes = plt.subplots(figsize=(8, 6))
    axes.imshow(rng.binomial(2, 0.3, (rows, columns)), aspect="auto",
                cmap=str(rng.choice(["viridis", "Greys", "Blues"])))  # fmt: skip
    axes.set_xlabel("Variant")
    axes.set_ylabel("Individual")
    return figure


def disguised_genotypes(rng: Rng) -> Any:
    """The same, called a matrix of correlations."""
    figure, axes = plt.subplots(figsize=(6.5, 5.5))
    image = axes.imshow(rng.binomial(2, 0.4, (200, 50)) / 2, aspect="auto", cmap="RdBu_r")
    figure.colorbar(image, label="Genetic correlation")
    axes.set_title("Genetic correlations")
    return figure


def small_genotypes(rng: Rng) -> Any:
    """A heat map of few people by few variants, with edges."""
    figure, axes = plt.subplots(figsize=(6, 5))
    axes.pcolormesh(rng.binomial(2, 0.4, (24, 20)), edgecolors="white", cmap="Blues")
    axes.set_xlabel("Variant")
    axes.set_ylabel("Sample")
    return figure


def kinship(rng: Rng) -> Any:
    """People by people."""
    n = int(rng.integers(60, 150))
    matrix = rng.normal(0, 0.02, (n, n))
    matrix = np.clip((matrix + matrix.T) / 2 + np.eye(n), 0, 1)
    figure, axes = plt.subplots(figsize=(6, 5))
    figure.colorbar(axes.imshow(matrix, cmap="magma"), label="Kinship")
    return figure


def components(rng: Rng) -> Any:
    """One mark a person on two axes."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    n = int(rng.choice([30, 200, N_PEOPLE]))
    for name in ("EUR", "AFR", "EAS"):
        at = rng.normal(0, 3, 2)
        axes.scatter(rng.normal(at[0], 0.6, n // 3), rng.normal(at[1], 0.6, n // 3),
                     s=float(rng.choice([4, 12, 36])), label=name)  # fmt: skip
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    axes.legend()
    return figure


def apart(rng: Rng, n: int = 30) -> Any:
    """So many marks, none on another."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    side = int(np.ceil(np.sqrt(n)))
    y, x = np.divmod(rng.permutation(side * side)[:n], side)
    axes.scatter(x + rng.uniform(-0.2, 0.2, n), y + rng.uniform(-0.2, 0.2, n), s=9)
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def traits(rng: Rng) -> Any:
    """Two traits of each of a few people."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x = rng.uniform(20, 80, 30)
    axes.scatter(x, 20 + 0.1 * x + rng.normal(0, 2, 30))
    axes.set_xlabel("Age")
    axes.set_ylabel("BMI")
    return figure


def courses(rng: Rng) -> Any:
    """One line a person."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    for _ in range(40):
        axes.plot(range(8), np.cumsum(rng.normal(0, 1, 8)), linewidth=0.8, color="tab:blue")
    axes.set_xlabel("Visit")
    axes.set_ylabel("Weight change (kg)")
    return figure


def strips(rng: Rng) -> Any:
    """Values of people, side by side."""
    figure, axes = plt.subplots(figsize=(5, 4))
    for place in range(3):
        axes.scatter(place + rng.uniform(-0.1, 0.1, 40), rng.normal(5, 1, 40), s=12)
    axes.set_xticks(range(3), ["AA", "AG", "GG"])
    axes.set_ylabel("Expression")
    return figure


def named_marks(rng: Rng) -> Any:
    """Marks with the pseudonyms of people."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x, y = rng.random(12), rng.random(12)
    axes.scatter(x, y)
    for i in range(12):
        axes.annotate(f"SUBJ-{1000 + 37 * i}", (x[i], y[i]), fontsize=8)
    return figure


def small_cells(rng: Rng) -> Any:
    """Numbers of people above bars, some small."""
    figure, axes = plt.subplots(figsize=(6, 4))
    drawn = axes.bar(["Site A", "Site B", "Site C", "Site D"], [120, 3, 45, 7])
    axes.bar_label(drawn, labels=["n=120", "n=3", "n=45", "n=7"])
    axes.set_ylabel("Carriers")
    return figure


def small_bars(rng: Rng) -> Any:
    """Bars of few people without numbers."""
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.bar(["North", "South", "East", "West"], [14, 3, 6, 11])
    axes.set_ylabel("Number of patients")
    return figure


def table_of_people(rng: Rng) -> Any:
    """A table of people as a picture."""
    figure, axes = plt.subplots(figsize=(7, 6))
    axes.set_axis_off()
    rows = [[f"P{1000 + i}", str(rng.integers(20, 80)), str(rng.choice(["F", "M"])),
             f"{rng.normal(26, 4):.1f}", str(rng.choice(["0/0", "0/1", "1/1"]))]
            for i in range(16)]  # fmt: skip
    axes.table(rows, colLabels=["id", "age", "sex", "bmi", "rs429358"], loc="center")
    return figure


def prose(rng: Rng) -> Any:
    """A report on one person."""
    figure, axes = plt.subplots(figsize=(7, 5))
    axes.set_axis_off()
    words = ("Patient EE-004217, a 34 year old woman from Tartu, carries\nthe variant "
             "chr19:38455472 G>A in RYR1 and was treated with\ndantrolene on 2021-03-14. Her "
             "brother was unaffected.\nThe family declined further testing.\nSeen again in 2022 "
             "by Dr Saar at the clinic for muscle\ndiseases, without new symptoms.")  # fmt: skip
    axes.text(0.02, 0.9, words, va="top", fontsize=11)
    return figure


def exact_survival(rng: Rng) -> Any:
    """A Kaplan-Meier curve that steps at each death."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    times = np.sort(rng.exponential(5, 25))
    axes.step(np.r_[0, times], 1 - np.arange(26) / 26, where="post")
    axes.set_ylim(0, 1.05)
    axes.set_xlabel("Years")
    axes.set_ylabel("Survival")
    return figure


def rugged(rng: Rng) -> Any:
    """A density with a stroke a person below it."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    x = np.linspace(0, 10, 200)
    axes.plot(x, np.exp(-((x - 5) ** 2) / 4))
    axes.vlines(rng.normal(5, 1.4, 60), -0.06, -0.02, color="black", linewidth=0.8)
    return figure


def dithered(rng: Rng) -> Any:
    """Bits as small squares within an honest frame."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.imshow(rng.integers(0, 2, (90, 120)), cmap="gray", aspect="auto", interpolation="nearest")
    axes.set_title("Texture")
    return figure


def dotted_bits(rng: Rng) -> Any:
    """Bits as places of dots beside an honest bar chart."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.bar(["A", "B", "C"], [300, 400, 500])
    y, x = np.nonzero(rng.integers(0, 2, (25, 40)))
    axes.scatter(x / 18, 420 + 3 * y, s=2, color="black")
    return figure


def photograph(rng: Rng) -> Any:
    """Something with the texture of a photograph."""
    figure = plt.figure(figsize=(5, 5))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    base = rng.normal(0, 1, (16, 16, 3))
    smooth = np.kron(base, np.ones((24, 24, 1)))
    for _ in range(3):
        for shift in (1, 3, 7, 11):
            smooth = (smooth + np.roll(smooth, shift, 0) + np.roll(smooth, shift, 1)) / 3
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    axes.imshow(np.clip(smooth + rng.normal(0, 0.03, smooth.shape), 0, 1))
    return figure


def boxes_with_people(rng: Rng) -> Any:
    """Boxes of values, with the people beyond the whiskers as marks."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.boxplot([rng.standard_t(2, 300) for _ in range(3)])
    axes.set_ylabel("Residual")
    return figure


def fine_hexagons(rng: Rng) -> Any:
    """A density so fine that most cells are one person."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.hexbin(rng.normal(0, 1, N_PEOPLE), rng.normal(0, 1, N_PEOPLE), gridsize=60, mincnt=1)
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")
    return figure


def tailed_histogram(rng: Rng) -> Any:
    """A distribution whose tails are few people."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    axes.hist(rng.normal(26, 4, 400), bins=20)
    axes.set_xlabel("BMI")
    axes.set_ylabel("Number of participants")
    return figure


def false_manhattan(rng: Rng) -> Any:
    """Two components of people, with the words of a Manhattan plot."""
    figure, axes = plt.subplots(figsize=(10, 4))
    for place in range(6):
        axes.scatter(rng.normal(place * 4, 1, 300), rng.normal(5, 1.5, 300), s=4)
    axes.set_xlabel("Chromosome")
    axes.set_ylabel("-log10(p)")
    axes.set_title("Manhattan plot")
    return figure


DRAWN = {
    each.__name__: each
    for each in (genotypes, disguised_genotypes, small_genotypes, kinship, components, apart,
                 traits, courses, strips, named_marks, small_cells, small_bars,
                 table_of_people, prose, exact_survival, rugged, dithered, dotted_bits,
                 photograph, boxes_with_people, fine_hexagons, tailed_histogram, false_manhattan)
}  # fmt: skip
