"""Whatever is given to a method of a cohort, what goes wrong is told in words."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.asking.arguments import NobodySelected, NotInCohort
from gdi_spe.workspace.cohort.opened import Cohort
from tests.workspace.wrong import said_badly, wrong_values

METHODS = [name for name, _ in inspect.getmembers(Cohort, inspect.isfunction) if name[0] != "_"]
# Programs and engines beside the library: how they start is tested with them.
BESIDE = {"plink2", "bcftools", "to_hail"}


@pytest.fixture(scope="module")
def other(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """A cohort of the same people, which is another cohort all the same."""
    path = small.make(tmp_path_factory.mktemp("elsewhere") / "other").path
    return Cohort(CohortFolder(path).path)


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


@pytest.mark.parametrize("name", [name for name in METHODS if name not in BESIDE])
def test_a_wrong_argument_of_a_cohort_is_told_with_a_remedy(
    cohort: Cohort, other: Cohort, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
        for what, value in wrong_values(other).items()
        if (why := said_badly(method, *call_of(each, given, value)))
    }

    assert broken == {}


def call_of(
    word: inspect.Parameter, given: dict[str, Any], value: object
) -> tuple[tuple[object, ...], dict[str, Any]]:
    """Return the arguments of a call in which one word has this value."""
    if word.kind is word.VAR_POSITIONAL:
        return (value,), given
    return (), {**given, word.name: value}


@pytest.mark.parametrize("word", ["trait", "covariates", "controls", "individuals"])
def test_a_selection_of_another_cohort_is_taken_nowhere(
    cohort: Cohort, other: Cohort, word: str
) -> None:
    own, foreign = cohort.individuals(sex="female"), other.individuals(sex="female")
    given: dict[str, Any] = {"trait": own, "model": "linear"}
    given[word] = {"woman": foreign} if word == "covariates" else foreign

    with pytest.raises(BadInput, match="of another cohort"):
        cohort.association(**given)


@pytest.mark.parametrize("by", [0, {"women": 0}])
def test_groups_of_another_cohort_are_refused(cohort: Cohort, other: Cohort, by: Any) -> None:
    women = other.individuals(sex="female")
    groups = {"women": women} if isinstance(by, dict) else women

    with pytest.raises(BadInput, match="by is of another cohort"):
        cohort.survival(by=groups)


def test_labels_may_be_a_column_of_pandas(cohort: Cohort) -> None:
    sexes = cohort.to_pandas()["sex"].dropna()
    event = {"diagnosis": "any"}

    by_column = cohort.log_rank(sexes, event)

    pd.testing.assert_frame_equal(by_column, cohort.log_rank(sexes.to_dict(), event))


def test_what_has_nothing_to_say_to_a_model_is_refused(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match="relatedness says nothing to model='linear'"):
        cohort.association(needed(cohort)["trait"], relatedness=pd.DataFrame())
    with pytest.raises(BadInput, match="'nope' is no repeated"):
        cohort.association(needed(cohort)["trait"], repeated="nope")


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


def test_a_column_of_pandas_names_individuals(cohort: Cohort) -> None:
    women = cohort.individuals(sex="female")

    by_column = cohort.sample_qc(individuals=women.table()["individual_id"])

    pd.testing.assert_frame_equal(by_column, cohort.sample_qc(individuals=women))


def test_an_argument_that_is_not_taken_is_told_with_near_names(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match=r"takes no 'individual'\. Near it: individuals"):
        cohort.sample_qc(individual=None)  # type: ignore[call-arg]


def test_people_who_are_given_by_place_are_told_to_be_named(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match=r"as in kinship\(individuals=\.\.\.\)"):
        cohort.kinship(cohort.individuals())  # type: ignore[misc]


def test_a_table_of_covariates_goes_by_individuals(cohort: Cohort) -> None:
    people = cohort.individuals().ids
    by_person = pd.DataFrame({"x": np.arange(len(people)) % 3}, index=people)

    table = cohort.association(needed(cohort)["trait"], by_person)

    assert table.attrs["covariates"] == ["x"]
    with pytest.raises(BadInput, match="covariates: 0 names no individual"):
        cohort.association(needed(cohort)["trait"], by_person.reset_index(drop=True))


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


# Who meets every condition of none: these take an empty list for what it says.
MAY_BE_NOBODY = {"prefer", "unaffected"}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        (name, word)
        for name in METHODS
        for word in inspect.signature(getattr(Cohort, name)).parameters
        if word in ("individuals", "controls", "affected", *MAY_BE_NOBODY) and name not in BESIDE
    ],
)
def test_of_nobody_nothing_is_counted_estimated_or_written(
    cohort: Cohort, name: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nobody = cohort.individuals(sex="female") & cohort.individuals(sex="male")
    method = getattr(cohort, name)
    given = {each: needed(cohort)[each] for each in needed(cohort) if takes(method, each)}

    for empty in (nobody, [], pd.Series([], dtype=str)):
        if word in MAY_BE_NOBODY:
            assert said_badly(method, (), {**given, word: empty}) == ""
        else:
            with pytest.raises(NobodySelected, match=f"{word} are nobody"):
                method(**{**given, word: empty})


def takes(method: Any, word: str) -> bool:
    """Whether a method cannot do without an argument."""
    parameter = inspect.signature(method).parameters.get(word)
    return parameter is not None and parameter.default is parameter.empty


def test_a_selection_of_nobody_has_an_empty_table_and_counts(cohort: Cohort) -> None:
    nobody = cohort.individuals(sex="female") & cohort.individuals(sex="male")

    assert (nobody.count(), nobody.ids, len(nobody.table())) == (0, [], 0)
    assert list(nobody.table().columns) == list(cohort.individuals().table().columns)
