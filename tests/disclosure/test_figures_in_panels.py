"""Figures of several panels and in the looks of other programs, and their neighbours of people."""

from __future__ import annotations

import pytest

from tests.disclosure.figures import panels
from tests.disclosure.figures.styles import drawn
from tests.disclosure.test_figures import judged


@pytest.mark.parametrize("style", ["default", "ggplot", "seaborn"])
def test_panels_that_share_an_axis_are_read_by_it(style: str) -> None:
    many = judged(drawn(panels.counts_that_share_an_axis, 1, style), 42_000)
    few = judged(drawn(panels.few_that_share_an_axis, 1, style), 42_000)

    assert many.verdict.word == "pass"
    assert few.verdict.word == "block"


@pytest.mark.parametrize("dpi", [72, 100, 150])
def test_numbers_on_their_side_are_read_as_an_axis(dpi: int) -> None:
    many = judged(drawn(panels.upright_numbers, 1, dpi=dpi), 42_000)
    few = judged(drawn(panels.upright_numbers_of_few, 1, dpi=dpi), 42_000)

    assert many.verdict.word == "pass"
    assert few.verdict.word != "pass"
