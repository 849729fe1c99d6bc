"""Ordinary figures of papers in pixels, and their neighbours that show people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.disclosure.figures import harmless, papers
from tests.disclosure.figures.styles import drawn
from tests.disclosure.test_figures import judged

Draw = Callable[[np.random.Generator], Any]


def test_a_compressed_manhattan_plot_is_not_taken_for_data() -> None:
    report = judged(drawn(harmless.manhattan, 5, "grid", 110, "jpeg"), 42_000)

    assert report.verdict.word != "block"


@pytest.mark.parametrize("style", ["default", "seaborn"])
def test_a_rate_per_person_year_is_no_count_of_people(style: str) -> None:
    rates = judged(drawn(papers.rates_in_panels, 1, style), 42_000)
    numbers = judged(drawn(papers.numbers_in_panels, 1, style), 42_000)

    assert rates.verdict.word != "block"
    assert numbers.verdict.word == "block"


@pytest.mark.parametrize("style", ["default", "ggplot"])
@pytest.mark.parametrize("draw", papers.FILLED, ids=lambda each: each.__name__)
def test_filled_areas_and_curves_that_meet_pass(draw: Draw, style: str) -> None:
    assert judged(drawn(draw, 2, style), 42_000).verdict.word == "pass"


@pytest.mark.parametrize("style", ["default", "ggplot", "seaborn"])
@pytest.mark.parametrize("draw", papers.OF_PEOPLE, ids=lambda each: each.__name__)
def test_areas_that_are_people_do_not_pass(draw: Draw, style: str) -> None:
    assert judged(drawn(draw, 2, style), 42_000).verdict.word != "pass"


def test_decimals_in_cells_are_no_counts_and_counts_are() -> None:
    correlations = judged(drawn(papers.rounded_correlations, 3, dpi=130), 42_000)
    counts = judged(drawn(papers.counts_in_cells, 3, dpi=130), 42_000)

    assert correlations.verdict.word == "pass"
    assert counts.verdict.word != "pass"


def test_a_density_of_squares_passes_if_people_suffice_for_them() -> None:
    enough = judged(drawn(papers.squares, 4), 42_000)
    few = judged(drawn(papers.squares_of_few, 4), 3_000)
    claimed = judged(drawn(papers.squares_of_few, 4), 42_000)

    assert enough.verdict.word == "pass"
    assert few.verdict.word != "pass"
    assert claimed.verdict.word != "pass"


@pytest.mark.parametrize("style", ["default", "seaborn"])
def test_marks_at_even_places_pass_unless_they_are_people(style: str) -> None:
    percentiles = judged(drawn(papers.marks_of_percentiles, 1, style), 42_000)
    participants = judged(drawn(papers.marks_of_participants, 1, style), 42_000)
    strips = judged(drawn(papers.strips_of_people, 1, style), 42_000)

    assert percentiles.verdict.word == "pass"
    assert participants.verdict.word != "pass"
    assert strips.verdict.word != "pass"


def test_the_outermost_squares_of_a_density_are_counted_with_the_others() -> None:
    enough = judged(drawn(papers.pointed_squares, 4), 9_000)
    few = judged(drawn(papers.pointed_squares, 4), 1_000)
    claimed = judged(drawn(papers.pointed_squares_of_few, 4), 9_000)

    assert enough.verdict.word == "pass"
    assert few.verdict.word != "pass"
    assert claimed.verdict.word != "pass"


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_a_legend_of_short_names_is_no_chart_and_bars_of_people_are_one(form: str) -> None:
    groups = judged(drawn(papers.shares_of_groups, 2, "default", 200, form), 42_000)
    people = judged(drawn(papers.shares_of_people, 2, "default", 200, form), 42_000)
    marks = judged(drawn(papers.marks_named_by_letters, 2, "default", 200, form), 42_000)

    assert groups.verdict.word == "pass"
    assert people.verdict.word != "pass"
    assert marks.verdict.word != "pass"


def test_quantiles_of_p_values_may_tell_their_inflation_only() -> None:
    quantiles = judged(drawn(papers.quantiles_by_inflation, 1), 42_000)
    ranks = judged(drawn(papers.ranks_of_people, 1), 42_000)

    assert quantiles.verdict.word == "pass"
    assert ranks.verdict.word != "pass"


def test_boxes_close_around_their_words_are_steps_unless_marks_lie_on_them() -> None:
    steps = judged(drawn(papers.steps_in_boxes, 1), 42_000)
    marks = judged(drawn(papers.steps_over_people, 1), 42_000)

    assert steps.verdict.word == "pass"
    assert marks.verdict.word != "pass"


def test_a_tree_passes_with_the_matrix_that_it_orders_and_other_steps_do_not() -> None:
    tree = judged(drawn(papers.tree_of_traits, 3, dpi=130), 42_000)
    steps = judged(drawn(papers.steps_above_traits, 3, dpi=130), 42_000)

    assert tree.verdict.word == "pass"
    assert steps.verdict.word != "pass"


def test_blocks_as_wide_as_chromosomes_tell_that_p_values_are_of_variants() -> None:
    chromosomes = judged(drawn(papers.blocks_of_chromosomes, 3, dpi=130), 112_000)
    centres = judged(drawn(papers.blocks_of_centres, 3, dpi=130), 112_000)
    measures = judged(drawn(papers.blocks_of_measures, 3, dpi=130), 112_000)

    assert chromosomes.verdict.word == "pass"
    assert centres.verdict.word != "pass"
    assert measures.verdict.word != "pass"
