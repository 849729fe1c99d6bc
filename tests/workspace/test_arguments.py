"""Whatever is given to a method of a cohort, what goes wrong is told in words."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.asking.arguments import NotInCohort
from gdi_spe.workspace.cohort.opened import Cohort

WRONG = {
    "None": None,
    "a word": "nonsense",
    "no text": "",
    "an empty list": [],
    "a negative number": -5,
    "a large number": 10**9,
    "no number": float("nan"),
    "a flag": True,
    "an object": object(),
    "a list of numbers": [1, 2],
    "objects by name": {"a": object()},
    "an empty table": pd.DataFrame(),
}
METHODS = [name for name, _ in inspect.getmembers(Cohort, inspect.isfunction) if name[0] != "_"]
# Programs and engines beside the library: how they start is tested with them.
BESIDE = {"plink2", "bcftools", "to_hail"}


def needed(cohort: Cohort) -> dict[str, Any]:
    """Return something for each argument that has no default."""
    heights = {person: 150.0 + n * n % 17 for n, person in enumerate(cohort.individuals())}
    return {
        "trait": heights,
        "covariates": ["sex"],
        "results": pd.DataFrame(),
        "event": "death",
        "by": "sex",
        "path": "made",
        "prefix": "made",
        "target": "made",
        "panel": "made",
        "similar_to": ["HP:0000508"],
        "text": "SELECT 1",
        "condition": cohort.individuals().condition,
    }


def told(method: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """Return what a call raised that is no error of this library; nothing where all is well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            method(**arguments)
        except SpeError:
            return ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("name", [name for name in METHODS if name not in BESIDE])
def test_no_wrong_kind_of_argument_breaks_something_deep_inside(
    cohort: Cohort, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    method = getattr(cohort, name)
    words = inspect.signature(method).parameters.values()
    given = {
        each.name: needed(cohort)[each.name]
        for each in words
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }

    broken = {
        f"{each.name} is {what}": why
        for each in words
        for what, value in WRONG.items()
        if each.kind is not each.VAR_POSITIONAL
        if (why := told(method, {**given, each.name: value}))
    }

    assert broken == {}


@pytest.mark.parametrize("name", ["allele_frequencies", "sample_qc", "kinship", "survival"])
@pytest.mark.parametrize("value", ["P1", 5, object(), [1, 2], ["nobody of them"]])
def test_what_names_no_individuals_is_refused(cohort: Cohort, name: str, value: object) -> None:
    with pytest.raises(BadInput, match="individuals"):
        getattr(cohort, name)(individuals=value)


def test_individuals_who_have_left_the_cohort_are_left_out_and_told_of(cohort: Cohort) -> None:
    here = cohort.individuals().ids[:2]

    with pytest.warns(NotInCohort, match="1 of 3 individuals"):
        table = cohort.sample_qc(individuals=[*here, "left last year"])

    assert sorted(table.index) == here


def test_individuals_of_another_cohort_are_refused(
    cohort: Cohort, small: Any, tmp_path: Path
) -> None:
    other = Cohort(CohortFolder(small.make(tmp_path / "other").path).path)

    with pytest.raises(BadInput, match="another cohort"):
        cohort.sample_qc(individuals=other.individuals())


def test_a_column_of_pandas_names_individuals(cohort: Cohort) -> None:
    women = cohort.individuals(sex="female")

    by_column = cohort.sample_qc(individuals=women.table()["individual_id"])

    pd.testing.assert_frame_equal(by_column, cohort.sample_qc(individuals=women))


def test_an_argument_that_is_not_taken_is_told_with_near_names(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match=r"takes no 'individual'\. Near it: individuals"):
        cohort.sample_qc(individual=None)  # type: ignore[call-arg]


def test_controls_of_a_trait_that_is_no_selection_are_refused(cohort: Cohort) -> None:
    heights = {person: float(n) for n, person in enumerate(cohort.individuals())}

    with pytest.raises(BadInput, match="controls are of a selection of cases"):
        cohort.association(heights, controls=cohort.individuals(sex="male"))


def test_a_list_of_identifiers_can_be_the_controls(cohort: Cohort) -> None:
    men, women = cohort.individuals(sex="male"), cohort.individuals(sex="female")

    by_list = cohort.association(men, model="linear", controls=women.ids)

    by_selection = cohort.association(men, model="linear", controls=women)
    pd.testing.assert_frame_equal(by_list, by_selection)


def test_a_default_that_is_no_answer_is_named_where_none_is_given(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match=r"is None\. Leave it out for 0\.01"):
        cohort.kinship(min_frequency=None)  # type: ignore[arg-type]


def test_a_selection_is_a_covariate_where_it_has_a_name(cohort: Cohort) -> None:
    women = cohort.individuals(sex="female")
    height = {person: 150.0 + n * n % 17 for n, person in enumerate(cohort.individuals())}
    told = dict.fromkeys(women.controls(), 0.0) | dict.fromkeys(women, 1.0)

    by_selection = cohort.association(height, {"woman": women})

    pd.testing.assert_frame_equal(by_selection, cohort.association(height, {"woman": told}))
    with pytest.raises(BadInput, match="a covariate needs a name"):
        cohort.association(height, women)
    with pytest.raises(BadInput, match="tells nothing of individuals"):
        cohort.association(height, {"woman": 5})


def test_of_nobody_there_is_a_table_with_the_same_columns(cohort: Cohort) -> None:
    nobody = cohort.individuals(sex="female") & cohort.individuals(sex="male")

    for method in (cohort.heterozygosity, cohort.sample_qc, cohort.sex_check):
        table = method(individuals=nobody)

        assert len(table) == 0
        assert list(table.columns) == list(method().columns)


def test_relatives_among_nobody_are_refused_for_what_it_is(cohort: Cohort) -> None:
    nobody = cohort.individuals(sex="female") & cohort.individuals(sex="male")

    with pytest.raises(BadInput, match="nobody is left to compare"):
        cohort.kinship(nobody)
