"""Pictures in pixels: figures of groups and variants pass, those that tell of people do not."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Ellipse
from numpy.typing import NDArray
from PIL import Image

from gdi_spe.boundary.findings import FileReport
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.figures.scene import scene_of
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.figures import harmless, telling
from tests.disclosure.figures.styles import drawn

# Style, dots an inch, form, transparency.
LOOKS = (
    ("default", 100, "png", False),
    ("ggplot", 120, "png", False),
    ("seaborn", 150, "png", True),
    ("grid", 110, "jpeg", False),
)


def judged(data: bytes, n_individuals: int) -> FileReport:
    name = "figure.png" if data.startswith(b"\x89PNG") else "figure.jpg"
    context = CheckContext(n_individuals=n_individuals, n_variants=100_000)
    return judge_bytes(data, Judging(name, policy_named("gdi-default"), context)).report


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Counter[str]]:
    """Verdicts of harmless figures, by kind, over looks."""
    found: dict[str, Counter[str]] = {}
    for name, draw in harmless.DRAWN.items():
        for seed, (style, dpi, form, is_clear) in enumerate(LOOKS):
            report = judged(drawn(draw, seed, style, dpi, form, is_clear), 40_000)
            found.setdefault(name, Counter())[report.verdict.word] += 1
    return found


def test_no_harmless_figure_is_blocked(verdicts: dict[str, Counter[str]]) -> None:
    assert {name for name, counts in verdicts.items() if counts["block"]} == set()


def test_most_harmless_figures_pass(verdicts: dict[str, Counter[str]]) -> None:
    total = sum(verdicts.values(), Counter())

    assert total["pass"] >= 0.75 * sum(total.values()), verdicts


@pytest.mark.parametrize("name", sorted(telling.DRAWN))
def test_a_figure_that_tells_of_people_does_not_pass(name: str) -> None:
    for seed, (style, dpi, form, is_clear) in enumerate(LOOKS):
        report = judged(drawn(telling.DRAWN[name], seed, style, dpi, form, is_clear), 2000)

        assert report.verdict.word != "pass", (style, dpi, form)


def hollow(rng: np.random.Generator) -> Any:
    """A circle a person, drawn as a line."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for x, y in rng.random((320, 2)):
        axes.add_patch(Ellipse((x, y), 0.015, 0.02, fill=False))
    return figure


@pytest.mark.parametrize("form", ["pdf", "svg"])
def test_hollow_marks_of_a_vector_graphic_are_counted(form: str) -> None:
    name = f"figure.{form}"
    context = CheckContext(n_individuals=320)
    judging = Judging(name, policy_named("gdi-default"), context)

    report = judge_bytes(drawn(hollow, 1, form=form), judging).report

    assert report.verdict.word == "block"


def test_a_heat_map_of_genotypes_in_a_vector_graphic_is_blocked() -> None:
    judging = Judging("map.svg", policy_named("gdi-default"), CheckContext(n_individuals=700))

    report = judge_bytes(drawn(telling.small_genotypes, 1, form="svg"), judging).report

    assert report.verdict.word == "block"


def cells_of(values: NDArray[np.int_], side: int) -> bytes:
    """Draw a square of a few pixels for each value, without axes or words."""
    shades = np.array([[68, 1, 84], [33, 145, 140], [253, 231, 37]], dtype=np.uint8)
    pixels = shades[np.kron(values, np.ones((side, side), dtype=np.int_))]
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, format="png")
    return sink.getvalue()


@pytest.mark.parametrize("side", [2, 3, 5])
def test_a_tiny_map_of_genotypes_is_blocked_and_wide_areas_are_not(side: int) -> None:
    genotypes = np.random.default_rng(side).binomial(2, 0.3, (70, 130))
    areas = np.repeat(np.arange(12) % 3, 11)[:130] * np.ones((70, 1), dtype=np.int_)

    assert judged(cells_of(genotypes, side), 3_000).verdict.word == "block"
    assert judged(cells_of(areas, side), 3_000).verdict.word != "block"


def at_risk(numbers: list[list[int]]) -> Any:
    """Kaplan-Meier curves above a table of those at risk."""

    def draw(rng: np.random.Generator) -> Any:
        figure, axes = plt.subplots(figsize=(7, 5))
        figure.subplots_adjust(bottom=0.35)
        times = np.arange(0, 61, 12)
        axes.step(times, np.exp(-times / 90), where="post")
        axes.set_xticks(times)
        axes.set_ylabel("Survival")
        figure.text(0.05, 0.22, "Number at risk")
        for row, line in enumerate(numbers):
            for time, number in zip(times, line, strict=True):
                axes.text(time, -0.32 - 0.09 * row, str(number), ha="center",
                          transform=axes.get_xaxis_transform())  # fmt: skip
        return figure

    return draw


def test_few_at_risk_below_curves_are_blocked_and_the_ticks_of_time_are_not() -> None:
    enough = [[812, 611, 420, 288, 161, 74], [790, 580, 377, 240, 129, 58]]
    few = [[812, 611, 420, 288, 161, 74], [790, 580, 377, 97, 41, 6]]

    assert judged(drawn(at_risk(enough), 1, dpi=120), 1_602).verdict.word != "block"
    assert judged(drawn(at_risk(few), 1, dpi=120), 1_602).verdict.word == "block"


def named(rng: np.random.Generator) -> Any:
    """Two words on a page."""
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.text(0.2, 0.3, "SUBJ-1000")
    axes.text(0.5, 0.6, "SUBJ-1037")
    return figure


def test_words_of_a_picture_are_judged_as_any_words() -> None:
    data = drawn(named, 1)
    known = frozenset({"SUBJ-1000", "SUBJ-1037"})
    context = CheckContext(n_individuals=2000, identifiers=known)

    report = judge_bytes(data, Judging("a.png", policy_named("gdi-default"), context)).report

    assert report.verdict.word == "block"
    assert {"PII101", "PII102"} & {finding.rule for finding in report.findings}


def test_a_number_of_the_policy_decides_how_many_marks_pass() -> None:
    data, policy = drawn(telling.apart, 1), policy_named("gdi-default")
    more = policy.model_copy(
        update={"pictures": policy.pictures.model_copy(update={"most_marks": 60})}
    )
    context = CheckContext(n_individuals=2000)

    found = {
        each.pictures.most_marks: judge_bytes(data, Judging("a.png", each, context)).report
        for each in (policy, more)
    }

    assert found[policy.pictures.most_marks].verdict.word == "review"
    assert found[60].verdict.word == "pass"


def correlations(size: int) -> Any:
    """A matrix that is the same both ways, with its numbers, as seaborn draws it."""

    def draw(rng: np.random.Generator) -> Any:
        drawn_values = rng.uniform(-0.4, 0.7, (size, size)).round(3)
        values = np.triu(drawn_values, 1) + np.triu(drawn_values, 1).T + np.eye(size)
        figure, axes = plt.subplots(figsize=(6.4, 4.8))
        axes.imshow(values, cmap="coolwarm", vmin=-1, vmax=1, aspect="auto")
        names = ["ldl", "bmi", "t2d", "sbp", "hdl"][:size]
        axes.set_xticks(range(size), names)
        axes.set_yticks(range(size), names)
        for (row, column), value in np.ndenumerate(values):
            axes.text(column, row, f"{value:.2g}", ha="center", va="center")
        return figure

    return draw


def shares(rng: np.random.Generator) -> Any:
    """People of one group and another in the cells of a matrix, few in one of them."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    values = np.array([[312, 41, 3], [55, 208, 77], [61, 90, 148]])
    axes.imshow(values, cmap="Blues", aspect="auto")
    axes.set_xticks(range(3), ["none", "one", "two"])
    axes.set_yticks(range(3), ["never", "former", "daily"])
    for (row, column), value in np.ndenumerate(values):
        axes.text(column, row, str(value), ha="center", va="center")
    return figure


@pytest.mark.parametrize("size", [3, 5])
def test_what_has_all_in_common_with_itself_is_no_single_person(size: int) -> None:
    assert judged(drawn(correlations(size), 1), 9_412).verdict.word == "pass"
    assert judged(drawn(shares, 1), 9_412).verdict.word != "pass"


def grouped(rng: np.random.Generator) -> Any:
    """Boxes by group under two lines of words that reach between each other, as pandas writes."""
    figure, axes = plt.subplots()
    figure.subplots_adjust(bottom=0.15, top=0.9, left=0.1, right=0.9)
    axes.boxplot([rng.normal(3, 1, 900) for _ in range(3)], showfliers=False)
    axes.set_xticks([1, 2, 3], ["Oslo", "Porto", "Tartu"])
    axes.set_title("ldl")
    figure.suptitle("Boxplot grouped by centre")
    return figure


def test_two_lines_of_words_are_read_where_they_reach_between_each_other() -> None:
    pixels = np.array(Image.open(io.BytesIO(drawn(grouped, 1))).convert("RGB"))

    words = {each.text for each in scene_of(pixels).words}

    assert {"Boxplot grouped by centre", "ldl"} <= words
