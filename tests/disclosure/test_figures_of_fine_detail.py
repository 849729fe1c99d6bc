"""Figures of fine detail in pixels, and their neighbours that show people."""

from __future__ import annotations

from tests.disclosure.figures import fine
from tests.disclosure.figures.styles import drawn
from tests.disclosure.test_figures import judged


def test_soft_rims_of_marks_are_no_series_of_their_own_beside_quantiles() -> None:
    quantiles = judged(drawn(fine.quantiles_with_a_tail, 1, dpi=150), 85_000)
    measures = judged(drawn(fine.values_with_a_tail, 1, dpi=150), 85_000)
    scattered = judged(drawn(fine.values_about_a_line, 1, dpi=150), 85_000)

    assert quantiles.verdict.word == "pass"
    assert measures.verdict.word != "pass"
    assert scattered.verdict.word != "pass"
