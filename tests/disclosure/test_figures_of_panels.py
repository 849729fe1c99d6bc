"""Panels, slopes, tracks and arrows of drawings pass; what may be people beside them does not."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

POLICY = policy_named("gdi-default")
DISEASES = ["Hypertension", "Asthma", "Gout", "Migraine", "Depression", "Epilepsy"]


def verdict(figure: Figure, form: str = "svg", n: int | None = 18_000) -> str:
    out = BytesIO()
    figure.savefig(out, format=form)
    judging = Judging(f"f.{form}", POLICY, CheckContext(n_individuals=n))
    return judge_bytes(out.getvalue(), judging).report.verdict.word


def two_panels(second: list[int]) -> Figure:
    figure = Figure(figsize=(9, 3.5))
    left, right = figure.subplots(1, 2)
    left.bar(["Oslo", "Turku", "Tartu", "Lund"], [2100, 1800, 1500, 3100])
    left.set_ylabel("Participants")
    right.bar(["BRCA1", "BRCA2", "PALB2", "ATM"], second)
    right.set_ylabel("Carriers")
    figure.tight_layout(w_pad=4)
    return figure


@pytest.mark.parametrize("form", ["svg", "pdf"])
@pytest.mark.parametrize(
    ("second", "expected"), [([31, 44, 22, 37], "pass"), ([31, 4, 22, 37], "block")]
)
def test_bars_of_each_panel_are_worth_what_its_own_axis_says(form, second, expected):
    assert verdict(two_panels(second), form) == expected


def histograms(bins: int) -> Figure:
    figure = Figure(figsize=(9, 6))
    for i, axes in enumerate(figure.subplots(2, 3).flat):
        counts = np.exp(-((np.arange(bins) - bins / 2) ** 2) / bins) * 800 + 40
        axes.bar(50 + 2 * np.arange(bins), counts.round() + 10 * i, width=2)
        axes.set_ylabel("Frequency")
        axes.set_title(["SBP", "DBP", "LDL", "HDL", "BMI", "WHR"][i])
    figure.tight_layout()
    return figure


def test_numbers_along_the_axes_of_six_panels_are_no_table():
    assert verdict(histograms(14), "pdf", 6_900) == "pass"


def test_a_list_of_people_beside_panels_does_not_pass():
    figure = histograms(14)
    for i in range(12):
        figure.text(0.02, 0.02 + 0.08 * i, f"S{i:03d} F {1940 + i} E11.{i % 9}", fontsize=6)

    assert verdict(figure, "pdf", 6_900) != "pass"


def slopes(names: list[str]) -> Figure:
    pick = np.random.default_rng(1)
    figure = Figure(figsize=(3.5, 4.5))
    axes = figure.subplots()
    for i in range(len(names) or 12):
        before = 3 + 2.5 * i
        after = before + pick.normal(0, 0.6)
        axes.plot([0, 1], [before, after], marker="o", color="grey")
        for name in names[i : i + 1]:
            axes.text(-0.05, before, name, ha="right", va="center", fontsize=8)
    axes.set_xlim(-1, 1.5)
    axes.set_xticks([0, 1], ["Cohort A", "Cohort B"])
    axes.set_yticks([])
    axes.set_title("Prevalence, %")
    return figure


@pytest.mark.parametrize(
    ("names", "passes"),
    [(DISEASES, True), ([], False), ([f"P{i:02d}" for i in range(12)], False)],
)
def test_straight_lines_pass_where_each_has_the_name_of_a_disease(names, passes):
    assert (verdict(slopes(names)) == "pass") == passes


def track(words: str, rows: int) -> Figure:
    pick = np.random.default_rng(2)
    figure = Figure(figsize=(8, 2.5 + 0.3 * rows))
    axes = figure.subplots()
    for row in range(rows):
        starts = np.sort(pick.uniform(0, 80, 14))
        axes.barh([row] * 14, pick.uniform(0.3, 3, 14), left=starts, height=0.5)
        axes.plot([0, 84], [row, row], color="black", lw=0.8)
    axes.set_yticks([])
    axes.set_xlabel(words)
    return figure


@pytest.mark.parametrize(
    ("words", "rows", "passes"),
    [
        ("kb from the start of the transcript", 1, True),
        ("Months since enrolment", 1, False),
        ("Exons of patients, kb", 1, False),
        ("kb from the start of the transcript", 14, False),
    ],
)
def test_a_gene_is_known_by_its_words_and_its_one_row(words, rows, passes):
    assert (verdict(track(words, rows)) == "pass") == passes


def flow(n_arrows: int, with_lines: bool) -> Figure:
    figure = Figure(figsize=(5, 6))
    axes = figure.subplots()
    axes.axis("off")
    for i in range(n_arrows):
        box = {"boxstyle": "round", "fc": "white"}
        axes.text(0.5, 1 - i / n_arrows, f"Step {'ABCDEFGH'[i]} (n = {20_000 - 1_100 * i:,})",
                  ha="center", bbox=box)  # fmt: skip
        style = "->" if with_lines else "-"
        axes.annotate("", (0.5, 0.93 - i / n_arrows), (0.5, 0.99 - i / n_arrows),
                      arrowprops={"arrowstyle": style})  # fmt: skip
    return figure


def test_arrows_of_a_flow_chart_are_no_courses():
    assert verdict(flow(6, with_lines=True)) == "pass"


def test_small_corners_without_lines_are_marks():
    pick = np.random.default_rng(3)
    figure = Figure(figsize=(5, 4))
    axes = figure.subplots()
    for x, y in pick.normal(size=(40, 2)):
        axes.plot([x - 0.05, x, x + 0.05], [y + 0.05, y, y + 0.05], color="black")
    axes.set_xlabel("PC1")
    axes.set_ylabel("PC2")

    assert verdict(figure, n=18_000) != "pass"


def marks_at(label: str, n: int) -> Figure:
    figure = Figure(figsize=(5, 4))
    axes = figure.subplots()
    axes.plot(np.arange(1, n + 1), 9 / np.arange(1, n + 1) + 1, "o", color="black")
    axes.set_xlabel(label)
    axes.set_ylabel("Eigenvalue" if label == "Component" else "Value")
    return figure


@pytest.mark.parametrize(
    ("label", "n", "people", "passes"),
    [
        ("Component", 15, 18_000, True),
        ("Component", 15, None, True),
        ("Component", 15, 15, False),
        ("Patient rank", 15, 18_000, False),
        ("Participants by age", 15, 18_000, False),
    ],
)
def test_marks_at_even_places_are_of_what_the_axis_says(label, n, people, passes):
    assert (verdict(marks_at(label, n), n=people) == "pass") == passes


def roc(places: np.ndarray, is_stepped: bool) -> Figure:
    figure = Figure(figsize=(4.5, 4.5))
    axes = figure.subplots()
    axes.plot(places, places**0.4, drawstyle="steps-post" if is_stepped else "default")
    axes.set_xlabel("1 - specificity")
    axes.set_ylabel("Sensitivity")
    return figure


def test_a_curve_on_a_grid_that_was_chosen_passes_and_one_at_peoples_places_does_not():
    pick = np.random.default_rng(4)
    bumpy = np.sort(pick.uniform(0, 1, 51))

    assert verdict(roc(np.linspace(0, 1, 51), is_stepped=False)) == "pass"
    assert verdict(roc(bumpy, is_stepped=True)) != "pass"


def weighed(n: int, names: bool, with_intervals: bool) -> Figure:
    pick = np.random.default_rng(5)
    figure = Figure(figsize=(6, 5))
    axes = figure.subplots()
    for row in range(n):
        middle, size = pick.normal(1.2, 0.1), pick.uniform(5, 11)
        axes.plot([middle], [row], "s", color="black", ms=size)
        if with_intervals:
            axes.plot([middle - 0.25, middle + 0.25], [row, row], color="black", lw=0.8)
    told = [f"Cohort {'ABCDEFGHIJKL'[i]}" for i in range(n)] if names else [""] * n
    axes.set_yticks(range(n), told)
    axes.set_xlabel("Odds ratio (95% CI)")
    return figure


def test_squares_of_studies_with_an_interval_through_each_pass():
    assert verdict(weighed(9, names=True, with_intervals=True)) == "pass"


def test_squares_without_names_and_intervals_do_not_pass():
    assert verdict(weighed(12, names=False, with_intervals=False)) != "pass"
