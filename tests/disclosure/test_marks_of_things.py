"""Marks pass as tests, studies or genes by both axes, and as people never."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.disclosure.figures import cells, marks
from tests.disclosure.figures.styles import drawn
from tests.disclosure.test_figures import judged

Draw = Callable[[np.random.Generator], Any]


@pytest.mark.parametrize("draw", marks.OF_THINGS, ids=lambda each: each.__name__)
def test_marks_with_axes_of_tests_and_effects_pass(draw: Draw) -> None:
    assert judged(drawn(draw, 4), 48_000).verdict.word == "pass"


@pytest.mark.parametrize("draw", marks.OF_PEOPLE, ids=lambda each: each.__name__)
def test_marks_with_axes_of_people_do_not_pass(draw: Draw) -> None:
    assert judged(drawn(draw, 4), 48_000).verdict.word != "pass"


def test_as_many_marks_as_people_do_not_pass_under_any_words() -> None:
    many = drawn(partial(marks.volcano, n=1100), 4, dpi=160)

    report = judged(many, 1200)

    assert report.verdict.word != "pass"


@pytest.mark.parametrize(("form", "size"), [("o", 26), ("o", 50), ("^", 30), ("D", 20), ("+", 45)])
def test_marks_that_look_like_letters_are_people_nevertheless(form: str, size: int) -> None:
    people = partial(marks.people_on_a_line, form=form, size=size)

    assert judged(drawn(people, 4), 48_000).verdict.word != "pass"


@pytest.mark.parametrize("draw", [cells.triangle, cells.expression])
def test_cells_are_counted_whatever_their_height_in_pixels(draw: Draw) -> None:
    picture = drawn(draw, 4, dpi=100)

    assert judged(picture, 48_000).verdict.word == "pass"


def test_a_matrix_with_as_many_rows_as_people_does_not_pass() -> None:
    rows = drawn(partial(cells.expression, genes=23), 4)

    assert judged(rows, 48_000).verdict.word == "pass"
    assert judged(rows, 23).verdict.word != "pass"
