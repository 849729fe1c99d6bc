"""Rules about pictures: what is drawn is counted and compared with people, before it passes."""

from __future__ import annotations

from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Picture
from gdi_spe.disclosure.rules.drawn.counted import small_bars
from gdi_spe.disclosure.rules.drawn.explained import doubts
from gdi_spe.disclosure.rules.drawn.single import marks_of_people, steps_of_people
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_MATRIX_CELLS, _FEW_COLOURS = 400, 4


def matrix_of_people(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find matrices whose rows or columns are people, or whose cells have few values."""
    if part.scene is None:
        return
    for matrix in part.scene.matrices:
        sides = f"{matrix.rows:,} by {matrix.columns:,} cells"
        evidence = {"rows": matrix.rows, "columns": matrix.columns, "n_colours": matrix.n_colours}
        if matrix.is_fine:
            yield Hit(f"Its pixels are a matrix of about {sides}.", evidence)
            continue
        # A density of few shades goes to a person for its names.
        few = matrix.n_colours <= _FEW_COLOURS and not (matrix.is_symmetric or matrix.is_smooth)
        if few and matrix.n_cells >= _MATRIX_CELLS:
            why = f"A matrix of {sides} has {matrix.n_colours} colours only, as genotypes have."
            yield Hit(why, evidence)
        elif _is_number_of_people(matrix.rows, judging) or _is_number_of_people(
            matrix.columns, judging
        ):
            yield Hit(f"A matrix of {sides} has one row or column for each individual.", evidence)
    if part.scene.n_changes >= judging.policy.pictures.changes_blocked:
        why = (
            f"Half of its rows and columns change colour {part.scene.n_changes:,} times or more: "
            "each shows values of its own."
        )
        yield Hit(why, {"n_changes": part.scene.n_changes})


def _is_number_of_people(n: int, judging: Judging) -> bool:
    people = judging.context.n_individuals
    return (
        people is not None
        and n >= judging.policy.counts.minimum
        and abs(n - people) <= max(1, people // 50)
    )


def one_mark_a_person(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find as many marks as the cohort has people."""
    if part.scene is None:
        return
    for traces in part.scene.traces:
        n = traces.n_marks
        if traces.cloud and _is_number_of_people(n, judging):
            why = f"It has about {n:,} marks, and the cohort as many individuals."
            yield Hit(why, {"n_marks": n, "n_individuals": judging.context.n_individuals})


def unexplained_picture(part: Picture, judging: Judging) -> Iterator[Hit]:
    """A picture passes if all that is drawn is explained, and nothing of it can be people."""
    if part.scene is None:
        yield Hit("A picture was not taken apart; a person looks at it.", {})
        return
    found = list(dict.fromkeys(doubts(part.scene, judging)))
    if found:
        yield Hit(f"A person looks at it: {'; '.join(found)}.", {"n_doubts": len(found)})


RULES = (
    Rule(
        "IMG101", "A matrix of people", Verdict.BLOCK,
        "Draw groups instead: means by population, frequencies by variant.",
        Picture, matrix_of_people,
    ),
    Rule(
        "IMG102", "As many marks as people", Verdict.BLOCK,
        "Draw a density whose cells hold enough people, or the groups.",
        Picture, one_mark_a_person,
    ),
    Rule(
        "IMG103", "Bars and numbers of few people", Verdict.BLOCK,
        "Merge groups, or leave bars of few people out, and draw it again.",
        Picture, small_bars,
    ),
    Rule(
        "IMG105", "Marks that are people", Verdict.BLOCK,
        "Draw a density whose cells hold enough people, or the groups.",
        (Picture, Marks), marks_of_people,
    ),
    Rule(
        "VEC103", "Steps of single people", Verdict.BLOCK,
        "Read the curve on a grid of times or thresholds with enough people between any two.",
        Marks, steps_of_people,
    ),
    Rule(
        "IMG901", "Picture", Verdict.REVIEW,
        "Draw groups with axes, labels and few marks; export the numbers behind it beside it.",
        Picture, unexplained_picture,
    ),
)  # fmt: skip
