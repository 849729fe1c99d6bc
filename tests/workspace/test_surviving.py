"""Survival as a researcher asks for it: groups in words, small ones never shown."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest

from gdi_spe.boundary.cautions import Caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.policy import CountPolicy
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace import recipes
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.cohort.survival.following import FewAtRisk, NobodyHadTheEvent
from gdi_spe.workspace.cohort.survival.hazards import FewEvents, HazardsNotProportional

ILL = {"diagnosis": "any"}


@pytest.fixture
def open_two(folder: CohortFolder) -> Cohort:
    """The cohort of twelve, where groups of two may be shown."""
    return Cohort(folder.path, CountPolicy(minimum=2, zero="pass", round_to=0))


def test_everybody_is_one_group_from_birth(open_two: Cohort) -> None:
    table = open_two.survival(ILL)

    assert set(table["group"]) == {"everybody"}
    assert table["time_years"].tolist()[0] == 0
    assert table["n_at_risk"].tolist()[0] == table.attrs["groups"]["everybody"]["n_individuals"]
    # P01, P05, P07, P08, P09 fell ill at a known age; of P03 and P06 the age is not known.
    assert table.attrs["groups"]["everybody"]["n_events"] == 5
    assert table.attrs["left_out"]["the event is at an unknown time"] == 2
    assert "log_rank" not in table.attrs


def test_an_event_that_nobody_had_is_said(open_two: Cohort) -> None:
    with pytest.warns(NobodyHadTheEvent, match="none of"):
        table = open_two.survival("death")

    assert set(table["survival"]) == {1.0}


def test_groups_come_from_columns_selections_names_and_labels(open_two: Cohort) -> None:
    men, women = (open_two.individuals(sex=sex) for sex in ("male", "female"))
    labels = dict.fromkeys(women.ids, "one") | dict.fromkeys(men.ids, "two")

    by_column = open_two.survival(ILL, by="sex")
    by_names = open_two.survival(ILL, by={"female": women, "male": men})
    by_selection = open_two.survival(ILL, by=women)
    by_labels = open_two.survival(ILL, by=labels)

    rows = by_column.drop(columns="group")
    for other in (by_names, by_selection, by_labels):
        assert other.drop(columns="group").equals(rows)
        assert other.attrs["log_rank"] == by_column.attrs["log_rank"]
    assert set(by_column["group"]) == {"female", "male"}
    assert set(by_selection["group"]) == {"present", "excluded"}
    assert set(by_labels["group"]) == {"one", "two"}


def test_the_smallest_count_of_the_policy_ends_each_curve(cohort: Cohort) -> None:
    least = cohort.count_policy.minimum

    with pytest.warns(FewAtRisk) as told:
        table = cohort.survival(ILL, by="sex")

    assert [str(each.message) for each in told] == [
        f"{sex}: fewer than {least} individuals" for sex in ("female", "male")
    ]
    assert table.empty
    assert list(table.columns) == [
        "group", "time_days", "n_at_risk", "survival", "lower", "upper"
    ]  # fmt: skip
    with pytest.warns(NobodyHadTheEvent):
        assert cohort.survival("death")["n_at_risk"].min() >= least


def test_a_row_an_event_is_given_only_where_it_is_asked_for(open_two: Cohort) -> None:
    exact = open_two.survival(ILL, grid="exact")

    assert exact["time_years"].tolist() == [1, 12, 30, 45, 50]
    assert not exact.attrs["exportable"]


def test_the_comparison_of_groups_is_a_table(open_two: Cohort) -> None:
    table = open_two.log_rank("sex", ILL)
    stratified = open_two.log_rank("sex", ILL, strata="dataset_id")

    assert list(table.columns) == ["group", "n_individuals", "n_events", "n_expected"]
    assert table["n_events"].sum() == pytest.approx(table["n_expected"].sum())
    assert table.attrs["p_value"] == open_two.survival(ILL, by="sex").attrs["log_rank"]["p_value"]
    assert stratified.attrs["chi_squared"] != table.attrs["chi_squared"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"by": "sexx"}, "nothing here is called 'sexx'"),
        ({"by": 3}, "by 3 names no groups"),
        ({"grid": 0.1}, "more than 100 steps"),
        ({"grid": "weekly"}, "grid='weekly'"),
        ({"event": {"diagnosis": "any", "treatment": "any"}}, "One kind of record"),
        ({"event": {"diagnosis": 5}}, "One kind of record"),
        ({"event": "deaths"}, "'deaths' is no point in time"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(
    open_two: Cohort, words: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        open_two.survival(**{"event": ILL, **words})


def made_times(cohort: Cohort) -> dict[str, float]:
    """An age of an event of each individual: carriers of RYR1 meet it earlier, mostly."""
    return {name: 20.0 + 7 * (i % 5) + i for i, name in enumerate(cohort.individuals().ids[:10])}


def test_a_model_takes_columns_selections_and_values(open_two: Cohort) -> None:
    event, carriers = made_times(open_two), open_two.individuals(gene="PTEN")
    by_hand = dict.fromkeys(carriers.ids, 1.0) | dict.fromkeys(carriers.controls().ids, 0.0)

    with pytest.warns(FewEvents, match="each of 2 terms"):
        one = open_two.cox({"sex": "sex", "PTEN": carriers}, event, proportional=None)
    with pytest.warns(FewEvents):
        two = open_two.cox({"sex": "sex", "PTEN": by_hand}, event, proportional=None)

    alone = open_two.cox(pd.DataFrame({"PTEN": by_hand}), event, proportional=None)

    assert alone["term"].tolist() == ["PTEN"]
    assert one["term"].tolist() == ["sex=male", "PTEN"]
    assert one.equals(two)
    assert one.attrs["n_events"] == 10


def test_hazards_that_change_with_time_are_warned_of(open_two: Cohort) -> None:
    event = {name: 30.0 + i for i, name in enumerate(open_two.individuals().ids[:11])}
    first_and_last = dict(zip(event, [1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1], strict=True))
    steady = dict(zip(event, [1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0], strict=True))

    with pytest.warns(HazardsNotProportional, match="change with time: first_and_last"):
        open_two.cox({"first_and_last": first_and_last}, event, proportional="identity")
    table = open_two.cox({"steady": steady}, event, proportional="identity")

    assert table["p_value_proportional"][0] > 0.05


def test_what_is_no_covariate_and_no_group_is_refused(open_two: Cohort) -> None:
    carriers, event = open_two.individuals(gene="PTEN"), made_times(open_two)
    people = [open_two.individuals().ids[0], *map(str, range(30))]
    many = {name: f"group {i}" for i, name in enumerate(people)}

    with pytest.raises(BadInput, match="a covariate needs a name"):
        open_two.cox(carriers, event)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"3\.0 tells nothing of individuals"):
        open_two.cox({"x": 3.0}, event)  # type: ignore[dict-item]
    with pytest.raises(BadInput, match="mixes selections and labels"):
        open_two.survival(event, by={"a": carriers, "b": "x"})  # type: ignore[dict-item]
    with pytest.raises(BadInput, match="there are 31 groups"):
        open_two.survival(event, by=many)  # type: ignore[arg-type]


def test_the_share_that_meets_one_event_before_another(open_two: Cohort) -> None:
    ids = open_two.individuals().ids
    event, rival = dict.fromkeys(ids[:6], 15.0), dict.fromkeys(ids[3:9], 10.0)

    table = open_two.incidence(event, competing=rival)

    # P04, P05 and P06 meet the other event first; P12 has no age.
    told = table.set_index("time_years")["cumulative_incidence"]
    assert told[10.0] == 0
    assert told.max() == pytest.approx(3 / 11)
    assert table.attrs["groups"]["everybody"] == {"n_individuals": 11, "n_events": 9}


def test_incidence_is_less_than_one_less_survival(open_two: Cohort) -> None:
    ids = open_two.individuals().ids
    event, rival = dict.fromkeys(ids[:6], 15.0), dict.fromkeys(ids[6:9], 10.0)

    incidence = open_two.incidence(event, competing=rival, by="dataset_id", grid=1)
    alone = open_two.survival({**event}, by="dataset_id", grid=1)

    assert set(incidence["group"]) == {"D1", "D2"}
    both = incidence.merge(alone, on=["group", "time_years"])
    assert (both["cumulative_incidence"] <= 1 - both["survival"] + 1e-12).all()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("survival", {"event": {"diagnosis": "any"}, "by": "sex", "grid": 5}),
        ("incidence", {"event": {"diagnosis": ["any"]}, "by": "sex", "grid": 5}),
        ("log_rank", {"by": "sex", "event": {"diagnosis": "any"}, "rho": 1}),
        ("cox", {"covariates": ["sex"], "event": {"diagnosis": "any"}, "firth": True}),
    ],
)
def test_words_that_say_everything_are_a_recipe_that_makes_the_table_again(
    open_two: Cohort, name: str, words: dict[str, Any]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Caution)
        table = getattr(open_two, name)(**words)

        recipe = recipes.recipe_of(table)

        assert recipe is not None
        assert recipe.function == name
        again = getattr(open_two, recipe.function)(**recipe.arguments)
    pd.testing.assert_frame_equal(again, table)


def test_what_is_of_people_makes_no_recipe(open_two: Cohort) -> None:
    event = made_times(open_two)
    women = open_two.individuals(sex="female")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Caution)
        tables = [
            open_two.survival(event),
            open_two.survival({"diagnosis": "any"}, by=women),
            open_two.survival({"diagnosis": "any"}, individuals=women),
            open_two.cox({"sex": "sex"}, {"diagnosis": "any"}),
        ]

    assert [recipes.recipe_of(table) for table in tables] == [None] * 4
