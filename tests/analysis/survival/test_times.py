"""Times come from days or ages, whichever are recorded, and nobody is counted on a guess."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.instants import instants_of
from gdi_spe.analysis.survival.times import Times, times_of
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder, Folder
from gdi_spe.store.schemas import TABLES


class Tables(Folder):
    """A folder of tables alone, in memory, with the ontologies of the cohort of twelve."""

    def __init__(self, path: Path, **tables: list[dict[str, Any]]) -> None:
        super().__init__(path)
        self._tables = tables

    def table(self, name: str) -> pa.Table:
        return pa.Table.from_pylist(self._tables.get(name, []), TABLES[name])


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"individual_id": name, "dataset_id": "D1", "sex": "female", **more}


def seen(name: str, term: str, status: str = "present", **more: Any) -> dict[str, Any]:
    return {"individual_id": name, "term": term, "label": term, "status": status, **more}


def told(times: Times) -> dict[str, tuple[float, bool]]:
    return {
        name: (round(float(time), 3), bool(met))
        for name, time, met in zip(times.individuals, times.time, times.happened, strict=True)
    }


@pytest.fixture
def path(folder: CohortFolder) -> Path:
    return folder.path


def test_time_runs_from_the_origin_to_the_event_or_the_last_encounter(path: Path) -> None:
    people = [
        person("A", death_years=70.0, age_years=69.0, vital_status="DECEASED"),
        person("B", age_years=50.0, vital_status="ALIVE"),
        person("C", birth_date="1950-01-01", death_date=date(2000, 1, 1)),
        person("D", birth_date="1960-01-01", last_encounter_date=date(2020, 1, 1)),
    ]

    times = times_of(Tables(path, individuals=people))

    assert told(times) == {
        "A": (70.0, True), "B": (50.0, False), "C": (49.999, True), "D": (60.0, False)
    }  # fmt: skip
    assert times.left_out == {}


def test_days_count_where_both_are_known_and_ages_otherwise(path: Path) -> None:
    people = [
        person("A", age_years=60.0, last_encounter_date=date(2021, 1, 1)),
        person("B", age_years=60.0),
    ]
    ill = [
        seen("A", "NCIT:C3510", onset_years=58.0, date=date(2020, 1, 2)),
        seen("B", "NCIT:C3224", onset_years=58.0),
        seen("B", "NCIT:C3510", onset_years=59.0),
    ]
    folder = Tables(path, individuals=people, diagnoses=ill)

    times = times_of(folder, "death", {"diagnosis": "NCIT:C3224"})

    assert told(times) == {"A": (0.999, False), "B": (2.0, False)}


def test_a_day_and_an_age_meet_where_the_day_of_birth_is_known(path: Path) -> None:
    people = [
        person("A", birth_date="1960-01-01", last_encounter_date=date(2020, 1, 1)),
        person("B", birth_date="1960", last_encounter_date=date(2020, 1, 1)),
    ]
    ill = [seen(name, "NCIT:C3510", onset_years=50.0) for name in "AB"]
    folder = Tables(path, individuals=people, diagnoses=ill)

    times = times_of(folder, "death", {"diagnosis": "NCIT:C3510"})

    assert told(times) == {"A": (10.0, False)}
    assert times.left_out == {"nothing says until when they were watched": 1}


def test_who_cannot_be_placed_in_time_is_left_out_and_counted_by_reason(path: Path) -> None:
    people = [
        person("A", age_years=50.0),
        person("B", age_years=50.0, vital_status="DECEASED"),
        person("C"),
        person("D", age_years=30.0),
        person("E", age_years=60.0, death_years=55.0),
        person("F", age_years=60.0),
    ]
    ill = [seen(name, "NCIT:C3510", onset_years=40.0) for name in "ABCD"]
    ill += [seen("E", "NCIT:C3510", onset_years=57.0), seen("F", "NCIT:C3510")]
    folder = Tables(path, individuals=people, diagnoses=ill)

    times = times_of(folder, "death", {"diagnosis": "NCIT:C3510"})

    assert told(times) == {"A": (10.0, False)}
    assert times.left_out == {
        "the origin is at an unknown time": 1,
        "the event is at an unknown time": 1,
        "nothing says until when they were watched": 1,
        "the event was before the origin": 1,
        "they were last seen before the origin": 1,
    }


def test_death_censors_what_it_prevents(path: Path) -> None:
    people = [
        person("A", age_years=50.0, death_years=52.0),
        person("B", age_years=50.0),
        person("C", age_years=50.0),
    ]
    ill = [seen("C", "NCIT:C3510", onset_years=45.0), seen("B", "NCIT:C3510", "excluded")]

    times = times_of(Tables(path, individuals=people, diagnoses=ill), {"diagnosis": "NCIT:C3224"})

    assert told(times) == {"A": (52.0, False), "B": (50.0, False), "C": (45.0, True)}


def test_the_first_of_several_treatments_is_the_origin(path: Path) -> None:
    people = [person("A", last_encounter_date=date(2022, 1, 1))]
    given = [
        seen("A", "NCIT:C64768", start_date=date(2021, 1, 1), end_date=date(2021, 2, 1)),
        seen("A", "NCIT:C64768", start_date=date(2020, 1, 1), end_date=date(2020, 3, 1)),
    ]
    folder = Tables(path, individuals=people, treatments=given)

    from_start = times_of(folder, "death", {"treatment": "NCIT:C64768"})
    from_end = times_of(folder, "death", {"end of treatment": "any"})

    assert told(from_start) == {"A": (2.001, False)}
    assert told(from_end) == {"A": (1.837, False)}


def test_a_tumour_that_progresses_is_an_event(path: Path) -> None:
    people = [person("A", age_years=60.0), person("B", age_years=60.0)]
    samples = [
        {"sample_index": 0, "sample_id": "S0", "individual_id": "A", "dataset_id": "D1",
         "origin": "tumour", "progression": "NCIT:C84509", "age": "P55Y6M"}
    ]  # fmt: skip

    times = times_of(Tables(path, individuals=people, samples=samples), {"progression": "any"})

    assert told(times) == {"A": (55.5, True), "B": (60.0, False)}


def test_a_biomarker_goes_by_its_name_and_a_treatment_by_its_label(path: Path) -> None:
    marker = {"individual_id": "A", "gene": "BRAF", "name": "BRAF V600E", "status": "present",
              "date": date(2020, 1, 1)}  # fmt: skip
    treated = {**seen("A", "NCIT:C64768", start_date=date(2020, 7, 1)), "label": "Vemurafenib"}
    people = [person("A", last_encounter_date=date(2021, 1, 1))]
    folder = Tables(path, individuals=people, biomarkers=[marker], treatments=[treated])

    times = times_of(folder, {"treatment": "vemurafenib"}, {"biomarker": "BRAF V600E"})

    assert told(times) == {"A": (0.498, True)}


def test_watching_may_begin_late(path: Path) -> None:
    people = [person(name, age_years=age) for name, age in (("A", 50.0), ("B", 60.0), ("C", 40.0))]
    folder = Tables(path, individuals=people)

    times = times_of(folder, "death", entry={"A": 45.0, "C": 41.0})

    assert times.individuals == ("A",)
    assert times.entry.tolist() == [45.0]
    assert times.left_out == {
        "nothing says when watching began": 1, "the end was before watching began": 1
    }  # fmt: skip


def test_own_days_and_own_ages_are_taken(path: Path) -> None:
    people = [person("A", age_years=50.0, birth_date="1970-06-01")]
    folder = Tables(path, individuals=people)

    by_age = times_of(folder, {"A": 44.5})
    by_day = times_of(folder, {"A": date(2015, 6, 1)})

    assert told(by_age) == {"A": (44.5, True)}
    assert told(by_day) == {"A": (44.999, True)}


def test_a_day_known_as_a_span_counts_as_its_middle(path: Path) -> None:
    ill = [seen("A", "NCIT:C3510", date=date(2020, 1, 1), date_end=date(2020, 1, 31))]

    found = instants_of(Tables(path, diagnoses=ill), {"diagnosis": "NCIT:C3510"})

    assert found.loc["A", "day"] == (date(2020, 1, 16) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("deaht", "'deaht' is no point in time. Near it: death"),
        ({"diagnosys": "NCIT:C3510"}, "no record is called 'diagnosys'. Near it: diagnosis"),
        ({"diagnosis": "NCIT:C64768"}, "nobody here has the diagnosis NCIT:C64768"),
        ({"diagnosis": "melanom"}, "nobody here has the diagnosis melanom"),
        ({"Z": 40.0}, "1 of the individuals given are not here"),
        ({"A": "young", "B": "old"}, "no day and no age"),
        ({}, "no point in time"),
        (7, "no point in time"),
    ],
)
def test_a_point_in_time_that_is_none_is_refused(path: Path, event: Any, words: str) -> None:
    people = [person("A", age_years=50.0), person("B", age_years=50.0)]
    folder = Tables(path, individuals=people, diagnoses=[seen("A", "NCIT:C3510")])

    with pytest.raises(BadInput, match=words):
        times_of(folder, event)


def test_nobody_with_a_time_is_said_with_the_reasons(path: Path) -> None:
    with pytest.raises(TooFewPeople, match="1: nothing says until when they were watched"):
        times_of(Tables(path, individuals=[person("A")]))
