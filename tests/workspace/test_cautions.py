"""A caution points at the line of the researcher who asked, however deep it was thought of."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import gdi_spe
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.asking.nobody import RecordedOfNobody
from gdi_spe.workspace.cohort.opened import Cohort


def mistyped_marker(cohort: Cohort) -> Any:
    return cohort.individuals(biomarker="BRAF V600")


def strangers(cohort: Cohort) -> Any:
    return cohort.sample_qc(individuals=[*cohort.individuals().ids[:2], "left last year"])


def few_at_risk(cohort: Cohort) -> Any:
    return cohort.survival(event={"diagnosis": "any"}, by="sex")


def few_events(cohort: Cohort) -> Any:
    return cohort.cox("sex", {"diagnosis": "any"})


def few_to_compare(cohort: Cohort) -> Any:
    return cohort.hardy_weinberg()


def nothing_kept(cohort: Cohort) -> Any:
    return cohort.to_pgen("made", overwrite=True)


@pytest.mark.parametrize(
    "ask", [mistyped_marker, strangers, few_at_risk, few_events, few_to_compare, nothing_kept]
)
def test_a_caution_is_of_the_line_that_asked(
    cohort: Cohort, ask: Callable[[Cohort], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.warns(Caution) as said:
        ask(cohort)

    lines = {(Path(each.filename).name, each.lineno) for each in said}
    assert lines == {(Path(__file__).name, ask.__code__.co_firstlineno + 1)}


def test_a_caution_in_a_thread_without_a_caller_is_said_all_the_same() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        thread = Thread(target=caution, args=(Caution("said"),))
        thread.start()
        thread.join()

    assert [str(each.message) for each in said] == ["said"]


def test_what_the_library_warns_of_is_said_by_one_function() -> None:
    root = Path(gdi_spe.__file__).parent
    warning = {
        str(path.relative_to(root))
        for room in ("analysis", "workspace", "query", "terms")
        for path in (root / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "warn"
        if isinstance(node.value, ast.Name) and node.value.id == "warnings"
    }

    assert warning == set()


def test_a_marker_that_is_recorded_of_nobody_is_told_with_near_names(cohort: Cohort) -> None:
    with pytest.warns(RecordedOfNobody, match="'BRAF V600' is recorded of nobody here. Near it: "):
        nobody = cohort.individuals(biomarker=["BRAF V600E", "BRAF V600"]) - cohort.individuals(
            biomarker="BRAF V600E"
        )

    assert nobody.count() == 0


def test_a_country_that_nobody_is_of_is_refused_with_those_that_are(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match="'nope' is no country_of_origin"):
        cohort.individuals(country_of_origin="nope")
