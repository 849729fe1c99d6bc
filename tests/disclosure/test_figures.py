"""Pictures in pixels: figures of groups and variants pass, those that tell of people do not."""

from __future__ import annotations

from collections import Counter

import pytest

from gdi_spe.boundary.findings import FileReport
from gdi_spe.disclosure.context import CheckContext
from gdi_spe.disclosure.engine import judge_bytes
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

    assert total["pass"] >= 0.5 * sum(total.values()), verdicts


@pytest.mark.parametrize("name", sorted(telling.DRAWN))
def test_a_figure_that_tells_of_people_does_not_pass(name: str) -> None:
    for seed, (style, dpi, form, is_clear) in enumerate(LOOKS):
        report = judged(drawn(telling.DRAWN[name], seed, style, dpi, form, is_clear), 2000)

        assert report.verdict.word != "pass", (style, dpi, form)
