"""Figures of several panels and in the looks of other programs, and their neighbours of people."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageCms

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
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


def test_a_curve_of_few_people_goes_to_a_person() -> None:
    of_many = judged(drawn(panels.curve_of_thousands, 1), 42_000)
    of_few = judged(drawn(panels.curve_of_few, 1), 42_000)
    of_a_small_cohort = judged(drawn(panels.curve_of_thousands, 1), 84)

    assert of_many.verdict.word == "pass"
    assert of_few.verdict.word == "review"
    assert of_a_small_cohort.verdict.word == "review"


def test_ticks_beside_a_panel_without_lines_are_no_letters() -> None:
    report = judged(drawn(panels.ticks_beside_a_panel, 1, dpi=96), 42_000)

    assert report.verdict.word == "pass"


def _verdict(data: bytes, name: str) -> str:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=42_000))
    return judge_bytes(data, judging).report.verdict.word


def test_a_profile_of_colours_is_no_hidden_text() -> None:
    picture = Image.open(io.BytesIO(drawn(panels.ticks_beside_a_panel, 1, dpi=96))).convert("RGB")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    known, stuffed = io.BytesIO(), io.BytesIO()
    picture.save(known, format="PNG", icc_profile=profile)
    picture.save(stuffed, format="PNG", icc_profile=b"1,2,0,1,1,0,2" * 60)

    assert _verdict(known.getvalue(), "bars.png") == "pass"
    assert _verdict(stuffed.getvalue(), "bars.png") == "block"


def test_a_drawing_in_a_page_is_judged_as_a_drawing() -> None:
    def page(draw: panels.Draw) -> bytes:
        told = base64.b64encode(drawn(draw, 1, form="svg")).decode()
        return f'<html><body><img src="data:image/svg+xml;base64,{told}"></body></html>'.encode()

    assert _verdict(page(panels.upright_numbers), "report.html") != "block"
    assert _verdict(page(panels.points_of_people), "report.html") != "pass"


def test_a_regional_plot_passes_and_people_under_its_words_do_not() -> None:
    region = judged(drawn(panels.peak_of_a_region, 1), 42_000)
    people = judged(drawn(panels.people_in_a_region, 1), 42_000)

    assert region.verdict.word == "pass"
    assert people.verdict.word != "pass"


def test_panels_above_the_numbers_of_chromosomes_are_of_tests() -> None:
    studies = judged(drawn(panels.two_studies, 1), 42_000)
    wards = judged(drawn(panels.two_wards, 1), 42_000)

    assert studies.verdict.word == "pass"
    assert wards.verdict.word != "pass"


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_names_aslant_are_read_and_judged_as_names(form: str) -> None:
    steep = judged(drawn(panels.traits_aslant, 1, dpi=120, form=form), 42_000)
    flat = judged(drawn(panels.traits_less_aslant, 1, dpi=120, form=form), 42_000)
    people = judged(drawn(panels.people_aslant, 1, dpi=120, form=form), 42_000)

    assert steep.verdict.word == "pass"
    assert flat.verdict.word == "pass"
    assert people.verdict.word != "pass"


def test_facets_on_panels_of_their_own_colour_are_read_one_by_one() -> None:
    many = judged(drawn(panels.facets_of_many, 1), 42_000)
    few = judged(drawn(panels.facets_with_few, 1), 42_000)

    assert many.verdict.word == "pass"
    assert few.verdict.word == "block"


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_pieces_of_a_grid_between_bars_are_no_marks_and_marks_are(form: str) -> None:
    bars = judged(drawn(panels.bars_before_a_grid, 1, dpi=120, form=form), 42_000)
    people = judged(drawn(panels.people_before_a_grid, 1, dpi=120, form=form), 42_000)

    assert bars.verdict.word == "pass"
    assert people.verdict.word != "pass"


def test_one_mark_for_each_name_passes_and_several_do_not() -> None:
    traits = judged(drawn(panels.a_dot_for_each_trait, 1), 42_000)
    several = judged(drawn(panels.several_dots_for_each, 1), 42_000)
    people = judged(drawn(panels.a_dot_for_each_person, 1), 42_000)

    assert traits.verdict.word == "pass"
    assert several.verdict.word != "pass"
    assert people.verdict.word != "pass"
