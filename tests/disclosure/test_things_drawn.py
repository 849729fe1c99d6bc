"""Marks of drawings whose axes tell two things that tests and places have, and people have not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gdi_spe.boundary.findings import FileReport
from tests.disclosure.figures import marks, panels, telling
from tests.disclosure.figures.styles import Draw, drawn

Report = Callable[..., FileReport]


def _word(text: str, x: float, y: float, turn: bool = False) -> str:
    turned = f' transform="rotate(-90 {x} {y})"' if turn else ""
    return f'<text x="{x}" y="{y}" font-size="9" text-anchor="middle"{turned}>{text}</text>'


def _panel(top: float, n: int, label: str, seed: int, spread: float) -> str:
    """A panel with a peak in its middle, numbers along its left side and its label."""
    pick = random.Random(seed)
    drawn = f'<rect x="60" y="{top}" width="360" height="120" fill="#fff" stroke="#ccc"/>'
    drawn += "".join(_word(f"{2 * k}", 50, top + 118 - 24 * k) for k in range(5))
    drawn += _word(label, 20, top + 60, turn=True)
    for _ in range(n):
        x = 65 + 350 * pick.random()
        y = top + 115 - 100 * pick.random() * max(0.1, 1 - abs(x - 240) / spread)
        drawn += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="#246"/>'
    return drawn


def regional(
    up: str = "-log10 P",
    across: str = "chr7 (Mb)",
    n: int = 90,
    more: str = "",
    spread: float = 150,
) -> bytes:
    """Two panels above each other that share the axis across, and its numbers, of a third."""
    drawn = _panel(20, n, up, 1, spread) + _panel(170, n, up, 2, spread)
    drawn += '<rect x="60" y="310" width="410" height="40" fill="#fff" stroke="#ccc"/>'
    for i, gene in enumerate(("GSTK1", "NOS3", "ABCB8")):
        drawn += f'<path d="M{90 + 110 * i} 335H{150 + 110 * i}" stroke="#008" stroke-width="4"/>'
        drawn += _word(gene, 120 + 110 * i, 328)
    drawn += "".join(_word(f"{150 + k / 10:.1f}", 60 + 60 * k, 360) for k in range(7))
    drawn += _word(across, 260, 376) + more
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 390">'
    return f"{head}{drawn}</svg>".encode()


@pytest.mark.parametrize(
    ("up", "across"),
    [
        ("-log10 P", "chr7 (Mb)"),
        ("\u2212log10(p-value)", "Position (Mb)"),
        ("log10(p)", "Chromosome 7"),
    ],
)
def test_panels_whose_axes_tell_tests_and_places_pass(report: Report, up: str, across: str) -> None:
    assert report(regional(up, across), "r.svg", n=61_480).verdict.word == "pass"


def test_estimates_with_their_errors_pass_if_they_are_few(report: Report) -> None:
    few = report(regional("log(OR)", "Standard error", n=40), "r.svg", n=61_480)
    many = report(regional("log(OR)", "Standard error", n=140), "r.svg", n=61_480)

    assert few.verdict.word == "pass"
    assert many.verdict.word != "pass"


@pytest.mark.parametrize("form", ["svg", "pdf"])
@pytest.mark.parametrize(
    "draw",
    [telling.false_manhattan, panels.people_in_a_region, marks.people_as_a_volcano],
    ids=lambda each: each.__name__,
)
@pytest.mark.parametrize("people", [2_000, 42_000])
def test_people_under_the_words_of_tests_do_not_pass(
    report: Report, draw: Draw, form: str, people: int
) -> None:
    drawing = drawn(draw, 1, form=form)

    assert report(drawing, f"figure.{form}", n=people).verdict.word != "pass"


@pytest.mark.parametrize(
    "drawn",
    [
        regional("log10 CRP (mg/L)", "chr7 (Mb)"),
        regional("-log10 P", "BMI (kg/m2)"),
        regional("BMI", "chr7 (Mb)"),
        regional("-log10 P, chr7", "BMI (kg/m2)"),
        regional("HOMA beta-cell function", "Position (Mb)"),
        regional(more=_word("Carriers of the risk haplotype", 240, 14)),
        regional(more='<circle cx="450" cy="100" r="2" fill="#246"/>'),
    ],
)
def test_marks_with_one_axis_of_people_are_looked_at(report: Report, drawn: bytes) -> None:
    assert report(drawn, "r.svg", n=61_480).verdict.word != "pass"


@pytest.mark.parametrize(("n", "people"), [(1100, 1100), (550, 1100), (90, 180), (90, None)])
def test_as_many_marks_as_people_or_few_people_are_looked_at(
    report: Report, n: int, people: int | None
) -> None:
    drawn = regional(n=n, spread=1e9)

    assert report(drawn, "r.svg", n=people).verdict.word != "pass"
