"""Order in time is said where the records settle it, and is not recorded where they do not."""

from __future__ import annotations

from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.query import conditions as ask
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.order import times
from gdi_spe.query.order.comparing import any_of, ordered
from gdi_spe.query.order.events import NoTime
from gdi_spe.query.order.times import When
from gdi_spe.query.outcome import Outcome

DRUG = ask.HasTerm("treatments", ("NCIT:C64768",), with_kinds=False)
MARKER = ask.HasBiomarker(("BRAF V600E",))
MELANOMA = ask.HasTerm("diagnoses", ("NCIT:C3224",), with_kinds=False)


def treated(person: str, status: str = "present", **when: Any) -> dict[str, Any]:
    return {"individual_id": person, "term": "NCIT:C64768", "label": "", "status": status, **when}


def marker(person: str, day: date | None, status: str = "present") -> dict[str, Any]:
    return {"individual_id": person, "gene": "BRAF", "name": "BRAF V600E", "status": status,
            "date": day}  # fmt: skip


def melanoma(person: str, **when: Any) -> dict[str, Any]:
    return {"individual_id": person, "term": "NCIT:C3224", "label": "", "status": "present", **when}


BEGAN = date(2020, 1, 10)
BIRTHS = {"P10": "1960", "P11": "1960-05", "P12": "1960-05-17"}


@pytest.fixture(scope="module")
def evaluator(any_cohort: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    people = [f"P{number:02d}" for number in range(1, 16)]
    samples = [{"individual_id": person} for person in people]
    # P13: tumours before and after the treatment; P14: the later one has a missing call.
    samples += [
        {"individual_id": "P13", "origin": "tumour", "date": date(2019, 1, 1)},
        {"individual_id": "P13", "origin": "tumour", "date": date(2021, 1, 1),
         "progression": "NCIT:C35571"},
        {"individual_id": "P14", "origin": "tumour", "date": date(2019, 1, 1)},
        {"individual_id": "P14", "origin": "tumour", "date": date(2021, 1, 1)},
        {"individual_id": "P15", "origin": "tumour", "date": date(2019, 1, 1),
         "progression": "NCIT:C35571"},
        {"individual_id": "P15", "origin": "tumour", "date": date(2021, 1, 1)},
    ]  # fmt: skip
    codes = [0] * 15 + [0, 1, 1, 3, 1, 0]
    site = {"chromosome": "chr7", "position": 100, "reference": "A", "alternate": "T",
            "gene": "BRAF", "codes": codes}  # fmt: skip
    folder = any_cohort.write(
        tmp_path_factory.mktemp("order") / "cohort",
        [{"individual_id": person, "birth_date": BIRTHS.get(person)} for person in people],
        samples,
        [site],
        treatments=[
            *(treated(person, start_date=BEGAN) for person in ("P01", "P02", "P03", "P04", "P05")),
            treated("P06"),
            treated("P07", "excluded"),
            treated("P08", start_date=BEGAN),
            treated("P09", start_age="P50Y"),
            *(treated(person, start_date=date(2010, 6, 1)) for person in BIRTHS),
            *(treated(person, start_date=BEGAN) for person in ("P13", "P14", "P15")),
        ],
        biomarkers=[
            marker("P01", BEGAN + timedelta(days=30)),
            marker("P02", BEGAN - timedelta(days=1)),
            marker("P03", BEGAN),
            marker("P04", None),
            marker("P05", BEGAN + timedelta(days=30), "excluded"),
            marker("P06", BEGAN),
            marker("P07", BEGAN),
            marker("P08", BEGAN - timedelta(days=400)),
            marker("P08", BEGAN + timedelta(days=400)),
        ],
        diagnoses=[
            melanoma("P09", onset_age="P50Y"),
            *(melanoma(person, onset_age="P50Y") for person in BIRTHS),
            melanoma("P01", onset_age="P70Y"),
        ],
    )
    return Evaluator(folder)


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(f"P{number:02d}" for number in numbers)


def test_after_before_and_unknown_are_three_answers(evaluator: Evaluator) -> None:
    after = evaluator.outcome(ask.InOrder(MARKER, "after", DRUG))
    before = evaluator.outcome(ask.InOrder(MARKER, "before", DRUG))

    assert after == Outcome(ids(1, 8), ids(2, 3, 5, 7))
    assert before == Outcome(ids(2, 8), ids(1, 3, 5, 7))


def test_an_unknown_day_is_never_a_control(evaluator: Evaluator) -> None:
    asked = ask.InOrder(MARKER, "after", DRUG)

    assert not evaluator.outcome(~asked).present & ids(4, 6)
    assert ids(4, 6) <= evaluator.outcome(ask.NotRecorded(asked)).present


def test_within_bounds_the_time_between(evaluator: Evaluator) -> None:
    soon = evaluator.outcome(ask.InOrder(MARKER, "after", DRUG, 30))
    sooner = evaluator.outcome(ask.InOrder(MARKER, "after", DRUG, 29))
    around = evaluator.outcome(ask.InOrder(MARKER, "around", DRUG, 1))

    assert soon.present == ids(1)
    assert sooner.present == frozenset()
    assert around.present == ids(2, 3)


def test_one_year_of_life_has_no_order_within(evaluator: Evaluator) -> None:
    found = evaluator.outcome(ask.InOrder(MELANOMA, "after", DRUG))

    assert "P09" not in found.present | found.excluded


def test_ages_and_days_are_compared_as_far_as_the_birth_is_known(evaluator: Evaluator) -> None:
    """Fifty years after 1960 is 2010 or 2011; after May of 1960 it begins before June of 2010."""
    found = evaluator.outcome(ask.InOrder(MELANOMA, "around", DRUG, 366))

    assert ids(11, 12) <= found.present
    assert "P10" not in found.present | found.excluded


def test_moments_are_the_same_for_everybody(evaluator: Evaluator) -> None:
    day = evaluator.outcome(ask.InOrder(MARKER, "after", ask.Moment(day=BEGAN)))
    age = evaluator.outcome(ask.InOrder(MELANOMA, "after", ask.Moment(age="P60Y")))
    young = evaluator.outcome(ask.InOrder(MELANOMA, "before", ask.Moment(age="P51Y")))

    assert day == Outcome(ids(1, 8), ids(2, 3, 5, 6, 7))
    assert age == Outcome(ids(1), ids(9, 10, 11, 12))
    assert young == Outcome(ids(9, 10, 11, 12), ids(1))


def test_an_age_at_an_event_is_bounded(evaluator: Evaluator) -> None:
    found = evaluator.outcome(ask.AtAge(MELANOMA, at_least=50, below=51))
    wide = evaluator.outcome(ask.AtAge(DRUG, at_least=49, below=52))

    assert found == Outcome(ids(9, 10, 11, 12), ids(1))
    assert ids(10, 11, 12) <= wide.present


def test_a_mutation_after_a_treatment_is_in_a_later_tumour(evaluator: Evaluator) -> None:
    mutated = ask.CarriesVariant(genes=("BRAF",), origin="tumour")

    found = evaluator.outcome(ask.InOrder(mutated, "after", DRUG))

    assert found.present == ids(13)
    assert "P15" in found.excluded
    assert "P14" not in found.present | found.excluded, "the later call is missing"


def test_a_progression_after_a_treatment_is_that_of_a_later_sample(evaluator: Evaluator) -> None:
    worse = ask.SampleHas("progression", ("NCIT:C35571",), with_kinds=False)

    found = evaluator.outcome(ask.InOrder(worse, "after", DRUG))

    assert found.present == ids(13)
    assert "P15" in found.excluded


@pytest.mark.parametrize(
    "timeless",
    [
        ask.IsOneOf("sex", ("female",)),
        ask.CarriesVariant(genes=("BRAF",)),
        ask.Both(MARKER, DRUG),
        ask.Either(MARKER, DRUG),
        ask.Everyone(),
    ],
)
def test_what_does_not_happen_has_no_order(evaluator: Evaluator, timeless: ask.Condition) -> None:
    with pytest.raises(NoTime):
        evaluator.outcome(ask.InOrder(timeless, "after", DRUG))
    with pytest.raises(NoTime):
        evaluator.outcome(ask.InOrder(DRUG, "after", timeless))


def test_one_of_two_conditions_may_have_the_time(evaluator: Evaluator) -> None:
    """P01 and P08 had the marker after the drug; everybody is of D1, and of unknown sex."""
    everybody, nobody = (ask.IsOneOf("dataset_id", (name,)) for name in ("D1", "D2"))

    found = evaluator.outcome(ask.InOrder(MARKER, "after", everybody & DRUG))
    none = evaluator.outcome(ask.InOrder(nobody & MARKER, "after", DRUG))
    unknown = evaluator.outcome(ask.InOrder(ask.IsOneOf("sex", ("male",)) & MARKER, "after", DRUG))

    assert found == evaluator.outcome(ask.InOrder(MARKER, "after", DRUG))
    assert none.present == frozenset()
    assert ids(1, 8) <= none.excluded
    assert not ids(1, 8) & (unknown.present | unknown.excluded)


def test_orders_can_be_chained(evaluator: Evaluator) -> None:
    """P08 had the marker before the drug and after it, more than a year each."""
    early = ask.InOrder(MARKER, "before", DRUG)

    drug_after_early = evaluator.outcome(ask.InOrder(DRUG, "after", early))
    marker_after_early = evaluator.outcome(ask.InOrder(MARKER, "after", early))

    assert drug_after_early.present == ids(2, 8)
    assert marker_after_early.present == ids(8)
    assert "P02" in marker_after_early.excluded
    assert not ids(4, 6) & (drug_after_early.present | drug_after_early.excluded)


# A life: a day of birth, and days of two events, told as coarsely as it comes.
DAYS = st.integers(0, 36_000)
BIRTH = st.integers(date(1900, 1, 1).toordinal(), date(1930, 1, 1).toordinal())
COARSE = st.sampled_from(["date", "date and age", "years", "months", "span", "nothing"])


def told(birth: int, day: int, how: str) -> When:
    moment = date.fromordinal(birth + day)
    born = date.fromordinal(birth)
    since = (moment.year - born.year) * 12 + moment.month - born.month - (moment.day < born.day)
    completed, months = divmod(since, 12)
    by_date, by_age = times.days(moment), times.ages(f"P{completed}Y")
    return {
        "date": When(by_date),
        "date and age": When(by_date, by_age),
        "years": When(None, by_age),
        "months": When(None, times.ages(f"P{completed}Y{months}M")),
        "span": When(times.days(moment - timedelta(days=40), moment + timedelta(days=3))),
        "nothing": When(),
    }[how]


@given(
    birth=BIRTH,
    known=st.sampled_from(["day", "month", "year", "no"]),
    events=st.tuples(DAYS, COARSE, DAYS, COARSE),
    order=st.sampled_from(["after", "before", "around"]),
    within=st.none() | st.integers(0, 4000),
)
def test_what_is_said_of_the_order_is_true_of_the_life(
    birth: int, known: str, events: tuple[int, str, int, str], order: ask.Order, within: int | None
) -> None:
    day, how, other, other_how = events
    born = date.fromordinal(birth).isoformat()
    birth_told = times.birth_of({"day": born, "month": born[:7], "year": born[:4], "no": ""}[known])
    gap = day - other if order == "after" else other - day
    near = within is None or gap <= within
    truth = abs(gap) <= (within or 0) if order == "around" else gap > 0 and near

    said = ordered(
        told(birth, day, how).dated(birth_told),
        order,
        told(birth, other, other_how).dated(birth_told),
        within,
    )

    assert said is None or said is truth
    if how == other_how == "date":
        assert said is truth


@given(st.lists(st.sampled_from([True, False, None]), max_size=4))
def test_any_of_several_is_kleenes_or(answers: list[bool | None]) -> None:
    value = {True: 1, None: 0, False: -1}

    assert value[any_of(answers)] == max((value[each] for each in answers), default=-1)
