"""Drawings: boxes, lines and numbers that are people's, and their nearest harmless neighbours."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gdi_spe.boundary.findings import FileReport
from gdi_spe.disclosure.contents.parts import Marks, Text
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.rules.matter import list_in_words
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.test_pdf import POLICY, made

Report = Callable[..., FileReport]
COLOURS = ("#e5e5e5", "#e41a1c", "#377eb8", "#4daf4a")


def oncoprint(n_down: int, n_across: int, words: str, form: str, shades: int = 4) -> bytes:
    """A box for each row and column, in a colour each."""
    pick = random.Random(1)
    drawn = []
    for row in range(n_down):
        for column in range(n_across):
            shade = pick.randrange(shades)
            grey = f"{(shade + 1) / (shades + 1):.3f}"
            x, y = 60 + 5 * column, 60 + 18 * row
            drawn.append(
                f"{grey} g {x} {y} 4.8 17.5 re f" if form == "pdf" else
                f'<rect x="{x}" y="{y}" width="4.8" height="17.5" '
                f'fill="#{255 * (shade + 1) // (shades + 1):02x}0000"/>'
            )  # fmt: skip
    if form == "pdf":
        told = f"BT /F1 12 Tf 72 20 Td ({words}) Tj ET"
        return made("\n".join([*drawn, told]).replace("(n =", r"\(n =").replace("))", r"\))"))
    size = 'viewBox="0 0 900 400" width="900" height="400"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}'
        f'<text x="60" y="20">{words}</text></svg>'
    ).encode()


@pytest.mark.parametrize("form", ["pdf", "svg"])
@pytest.mark.parametrize("shades", [4, 12])
def test_a_box_a_person_and_gene_is_blocked(report: Report, form: str, shades: int) -> None:
    told = report(oncoprint(12, 112, "Patient (n = 112)", form, shades), f"tiles.{form}", n=640)

    assert told.verdict.word == "block"


@pytest.mark.parametrize("form", ["pdf", "svg"])
def test_a_box_a_trait_and_gene_is_not_blocked(report: Report, form: str) -> None:
    told = report(oncoprint(9, 11, "Trait by gene, 640 patients", form, 12), f"tiles.{form}", n=640)

    assert told.verdict.word != "block"


def smooth(n_down: int, n_across: int, is_noise: bool) -> bytes:
    """Boxes whose shades rise to a middle, in an oval; or the same boxes in any order."""
    places, shades = [], []
    for row in range(n_down):
        for column in range(n_across):
            off = (2 * row / (n_down - 1) - 1) ** 2 + (2 * column / (n_across - 1) - 1) ** 2
            if off <= 1:
                places.append((column, row))
                shades.append(80 * min(2, int(3 * off)))
    if is_noise:
        random.Random(2).shuffle(shades)
    drawn = "".join(
        f'<path d="M {15 * x} {15 * y} L {15 * x + 15} {15 * y} L {15 * x + 15} {15 * y + 15} '
        f'L {15 * x} {15 * y + 15} z" fill="#{s:02x}{s:02x}ff"/>'
        for (x, y), s in zip(places, shades, strict=True)
    )
    words = '<text x="60" y="20">Component 1</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}{words}</svg>'.encode()


def test_a_declaration_makes_no_density_of_a_matrix(report: Report) -> None:
    few = oncoprint(10, 30, "Component 1", "svg", 3)

    assert report(few, "pca.svg", "pca", n=40_000).verdict.word != "pass"
    assert report(smooth(15, 15, is_noise=True), "p.svg", "pca", n=40_000).verdict.word != "pass"


def lines(n: int, words: str = "Mean of each group") -> bytes:
    """Lines of ten values each."""
    pick = random.Random(3)
    drawn = "".join(
        f'<polyline fill="none" stroke="#{i:02x}4466" points="'
        + " ".join(f"{40 * k},{pick.randrange(80, 220)}" for k in range(10))
        + '"/>'
        for i in range(n)
    )
    told = f'<text x="9" y="9">{words}</text>' if words else ""
    return f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}{told}</svg>'.encode()


def test_many_courses_are_reviewed_and_a_few_named_ones_pass(report: Report) -> None:
    assert report(lines(24), "lines.svg", n=2400).verdict.word == "review"
    assert report(lines(4), "lines.svg", n=2400).verdict.word == "pass"
    assert report(lines(4, words=""), "lines.svg", n=2400).verdict.word == "review"


def labelled(numbers: list[int], axis: str, names: tuple[str, ...]) -> bytes:
    """Ticks of an axis, names of groups, and a number at each bar."""
    words = [*names, *(str(n) for n in range(0, 45, 5)), axis, *map(str, numbers)]
    drawn = "".join(f'<text x="9" y="{9 * k}">{w}</text>' for k, w in enumerate(words))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'.encode()


VARIANTS = ("p.R176W", "p.G2019S", "p.N1437H", "other")


@pytest.mark.parametrize(
    ("numbers", "axis", "word"),
    [
        ([3, 41, 12, 17], "Carriers with Parkinson disease", "block"),
        ([13, 41, 12, 17], "Carriers with Parkinson disease", "pass"),
        ([3, 41, 12, 17], "Exons", "pass"),
    ],
)
def test_numbers_of_few_carriers_at_bars_are_blocked(
    report: Report, numbers: list[int], axis: str, word: str
) -> None:
    assert report(labelled(numbers, axis, VARIANTS), "bars.svg", n=2700).verdict.word == word


def test_smooth_shades_within_an_empty_rim_are_a_density(report: Report) -> None:
    assert report(smooth(15, 15, is_noise=False), "p.svg", "pca", n=40_000).verdict.word == "pass"


def test_many_courses_of_a_pdf_are_reviewed() -> None:
    pick = random.Random(4)
    drawn = "\n".join(
        " ".join(
            f"{60 + 40 * k} {pick.randrange(80, 220)} {'l' if k else 'm'}" for k in range(10)
        ) + " S"
        for _ in range(24)
    )  # fmt: skip
    (marks,) = [
        part for part in canonicalise_bytes(made(drawn), "f.pdf", POLICY).parts
        if isinstance(part, Marks)
    ]  # fmt: skip

    assert marks.n_lines == 24


def test_rows_of_people_at_risk_are_no_list_of_values() -> None:
    judging = Judging("km.png", POLICY, CheckContext(n_individuals=18_000))
    values = " , ".join(str(n) for n in range(900, 400, -10))
    at_risk, bare = (
        Text("picture labels", f"{values} ,\n{words}", is_alone=False)
        for words in ("Numbers at risk", "Height in cm")
    )

    assert not list(list_in_words(at_risk, judging))
    assert list(list_in_words(bare, judging))


def dots(n: int, at: Callable[[random.Random, int], tuple[float, float]]) -> bytes:
    """Round dots of one size in two colours, as base R draws them: each is a path of its own."""
    pick, drawn = random.Random(3), []
    for i in range(n):
        x, y = at(pick, i)
        curve = f"{x:.2f} {y + 3:.2f} {x + 3:.2f} {y + 3:.2f} {x + 3:.2f} {y:.2f} c"
        back = f"{x + 3:.2f} {y - 1:.2f} {x:.2f} {y - 1:.2f} {x:.2f} {y:.2f} c"
        drawn.append(f"{0.2 if i % 2 else 0.6} g {x:.2f} {y:.2f} m {curve} {back} f")
    told = "BT /F1 12 Tf 72 20 Td (Chromosome, -log10 p) Tj ET"
    return made("\n".join([*drawn, told]).replace("(n =", r"\(n ="))


def test_dots_that_crowd_at_the_foot_are_no_matrix_of_genotypes(report: Report) -> None:
    drawn = dots(3000, lambda pick, i: (60 + 400 * i / 3000, 60 + 30 * pick.expovariate(2.3)))

    told = report(drawn, "manhattan.pdf", n=46_000, variants=3000)

    assert told.verdict.word == "pass"


@pytest.mark.parametrize("jitter", [0, 2.0])
def test_dots_in_rows_and_columns_are_genotypes_even_when_they_shake(
    report: Report, jitter: float
) -> None:
    def at(pick: random.Random, i: int) -> tuple[float, float]:
        return 60 + 4 * (i % 100) + jitter * pick.random(), 60 + 5 * (i // 100)

    told = report(dots(3000, at), "map.pdf", n=46_000, variants=3000)

    assert told.verdict.word == "block"
