"""Beacon v2 individuals and biosamples become the canonical tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from tests.node.cohorts.people_from import read, rows, written

REAL = Path(__file__).parents[4] / "shared" / "data" / "beacon"
FEMALE = {"id": "NCIT:C16576", "label": "female"}


def person(name: str = "A", **parts: Any) -> dict[str, Any]:
    return {"id": name, "sex": FEMALE, **parts}


def test_the_published_individuals_of_a_biobank_are_read() -> None:
    path = REAL / "cineca" / "individuals_first100_with_disease.json"
    if not path.is_file():
        pytest.skip("the folder of real files is not there")
    names = [each["id"] for each in json.loads(path.read_text())]

    people = read(names, beacon=(path,))

    assert {r["unit"] for r in rows(people, "measurements")} == {"cm", "kg", "kg/m2"}
    assert len(rows(people, "measurements")) == 300
    assert len(rows(people, "procedures")) == 100
    assert {r["sex"] for r in rows(people, "individuals")} == {"female", "male"}
    assert people.findings.told()["faults"] == []


def test_the_published_toy_data_has_an_age_that_is_none_and_is_read_when_asked() -> None:
    path = REAL / "ega-test" / "individuals.json"
    if not path.is_file():
        pytest.skip("the folder of real files is not there")
    names = [each["id"] for each in json.loads(path.read_text())]

    with pytest.raises(BadInput, match=r"/0/treatments/0/ageAtOnset: 'P1Y1'.*19 more"):
        read(names, beacon=(path,))
    people = read(names, beacon=(path,), skip_faulty=True)

    assert {r["onset_term"] for r in rows(people, "diagnoses")} == {"NCIT:C16731"}
    assert {r["status"] for r in rows(people, "phenotypic_features")} == {"excluded"}
    assert {r["start_age"] for r in rows(people, "treatments")} == {None}
    assert {(r["value"], r["unit"], r["reference_high"]) for r in rows(people, "measurements")} == {
        (50.0, "mg", 50.0)
    }
    left_out = people.findings.left_out.counts
    assert left_out["diseases/familyHistory: said of the family, not of the person"] == 20
    assert left_out["pedigrees/disease: said of the family, not of the person"] == 20


WRAPPERS = {
    "one object": lambda a, b: json.dumps(a),
    "an array": lambda a, b: json.dumps([a, b]),
    "lines": lambda a, b: f"{json.dumps(a)}\n{json.dumps(b)}\n",
    "an answer": lambda a, b: json.dumps(
        {"meta": {}, "response": {"resultSets": [{"results": [a]}, {"results": [b]}]}}
    ),
    "both kinds": lambda a, b: json.dumps({"individuals": [a, b], "biosamples": []}),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_records_are_found_however_they_are_wrapped(wrapper: str, tmp_path: Path) -> None:
    path = tmp_path / "individuals.json"
    path.write_text(WRAPPERS[wrapper](person("A"), person("B")))

    people = read("AB", beacon=(path,))

    told = {r["individual_id"]: r["sex"] for r in rows(people, "individuals")}
    assert told == {"A": "female", "B": "unknown" if wrapper == "one object" else "female"}


TIMES = {
    "an age": ({"age": {"iso8601duration": "P3Y6M"}}, {"onset_age": "P3Y6M", "onset_years": 3.5}),
    "a bare age": ({"iso8601duration": "P3Y"}, {"onset_age": "P3Y", "onset_years": 3.0}),
    "an age range": (
        {"ageRange": {"start": {"iso8601duration": "P3Y"}, "end": {"iso8601duration": "P5Y"}}},
        {"onset_age": "P3Y", "onset_age_end": "P5Y", "onset_years": None},
    ),
    "a group": (
        {"ageGroup": {"id": "NCIT:C49685", "label": "Adult"}},
        {"onset_term": "NCIT:C49685", "onset_age": None},
    ),
    "a term": ({"id": "NCIT:C16731", "label": "Neonate"}, {"onset_term": "NCIT:C16731"}),
    "before birth": ({"gestationalAge": {"weeks": 20, "days": 3}}, {"gestational_days": 143}),
}


@pytest.mark.parametrize("form", TIMES)
def test_every_form_of_a_time_is_kept_and_none_is_worked_out(form: str, tmp_path: Path) -> None:
    value, expected = TIMES[form]
    disease = {"diseaseCode": {"id": "MONDO:0004975"}, "ageOfOnset": value}

    people = read("A", beacon=(written(tmp_path, person(diseases=[disease])),))

    row = rows(people, "diagnoses")[0]
    assert {name: row[name] for name in expected} == expected


def test_several_quantities_are_a_row_each(tmp_path: Path) -> None:
    def part(code: str, value: int) -> dict[str, Any]:
        unit = {"id": "NCIT:C49670", "label": "mmHg"}
        return {"quantityType": {"id": code}, "quantity": {"unit": unit, "value": value}}

    quantities = [part("NCIT:C25298", 120), part("NCIT:C25299", 80)]
    measure = {
        "assayCode": {"id": "LOINC:35094-2"},
        "measurementValue": {"typedQuantities": quantities},
    }

    people = read("A", beacon=(written(tmp_path, person(measures=[measure])),))

    found = [(r["term"], r["value"], r["unit"], r["panel"]) for r in rows(people, "measurements")]
    assert found == [
        ("NCIT:C25298", 120.0, "mm[Hg]", "LOINC:35094-2"),
        ("NCIT:C25299", 80.0, "mm[Hg]", "LOINC:35094-2"),
    ]


def test_one_term_in_two_units_is_refused_naming_both_records(tmp_path: Path) -> None:
    def height(value: float, unit: str) -> dict[str, Any]:
        quantity = {"unit": {"id": unit}, "value": value}
        return {"assayCode": {"id": "LOINC:8302-2"}, "measurementValue": quantity}

    people = [
        person("A", measures=[height(180, "UCUM:cm")]),
        person("B", measures=[height(1.8, "UCUM:m")]),
    ]

    with pytest.raises(BadInput, match=r"cm at .*/0/measures/0; m at .*/1/measures/0.*one unit"):
        read("AB", beacon=(written(tmp_path, people),), skip_faulty=True)


def test_a_sex_whose_code_and_label_differ_is_a_fault_and_stays_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, person(sex={"id": "NCIT:C16576", "label": "Male"}))

    with pytest.raises(BadInput, match="/sex: code and label differ"):
        read("A", beacon=(path,))
    people = read("A", beacon=(path,), skip_faulty=True)

    assert rows(people, "individuals")[0]["sex"] == "unknown"


def sample(name: str = "S", owner: str = "A", **parts: Any) -> dict[str, Any]:
    origin = {"id": "OBI:0001479", "label": "specimen from organism"}
    return {"id": name, "individualId": owner, "sampleOriginType": origin, **parts}


def status(code: str) -> dict[str, Any]:
    return {"biosampleStatus": {"id": code}}


ORIGINS = {
    "reference": (status("EFO:0009654"), "germline"),
    "neoplastic": (status("EFO:0009656"), "tumour"),
    "metastasis": (status("EFO:0010941"), "tumour"),
    "progression": (
        {**status("EFO:0009655"), "tumorProgression": {"id": "NCIT:C84509"}},
        "tumour",
    ),
    "nothing said": ({}, "germline"),
}


@pytest.mark.parametrize("state", ORIGINS)
def test_a_biosample_says_whose_it_is_and_whether_it_is_of_a_tumour(
    state: str, tmp_path: Path
) -> None:
    parts, origin = ORIGINS[state]

    people = read("S", beacon=(written(tmp_path, [person(), sample(**parts)]),))

    row = rows(people, "samples")[0]
    assert (row["individual_id"], row["origin"]) == ("A", origin)
    assert [r["sex"] for r in rows(people, "individuals")] == ["female"]


def test_a_sample_that_may_be_of_a_tumour_is_refused_or_never_counted_as_germline(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, sample(**status("EFO:0009655")))

    with pytest.raises(BadInput, match="does not say whether it is of a tumour"):
        read("S", beacon=(path,))
    people = read("S", beacon=(path,), skip_faulty=True)

    assert rows(people, "samples")[0]["origin"] == "tumour"


def test_the_table_of_samples_decides_where_a_biosample_speaks_too(
    node: Any, tmp_path: Path
) -> None:
    path = written(tmp_path, sample("S", "A", **status("EFO:0009656")))
    folder = node.table("samples", "sample_id individual_id origin\nS B germline\n")

    people = read("S", beacon=(path,), tables=folder)

    row = rows(people, "samples")[0]
    assert (row["individual_id"], row["origin"]) == ("B", "germline")


def test_a_pedigree_of_a_beacon_names_parents_and_the_family(tmp_path: Path) -> None:
    roles = {"A": "NCIT:C64435", "B": "NCIT:C96572", "C": "NCIT:C96580", "X": "NCIT:C111201"}
    members = [
        {"memberId": name, "role": {"id": code}, "affected": True} for name, code in roles.items()
    ]
    disease = {"diseaseCode": {"id": "HP:0001645"}}
    record = person(pedigrees=[{"id": "F", "disease": disease, "members": members}])

    people = read("ABC", beacon=(written(tmp_path, record),))

    found = [(r["individual_id"], r["father_id"], r["mother_id"]) for r in rows(people, "pedigree")]
    assert found == [("A", "B", "C"), ("B", None, None), ("C", None, None)]
    assert rows(people, "diagnoses") == []


BROKEN = {
    "a count": ({"responseSummary": {"exists": True}}, "answer without records"),
    "another thing": ({"id": "A"}, "neither an individual nor a biosample"),
    "no id": ({"sex": FEMALE}, "/0/id: is empty or missing"),
    "a person twice": ([person("A"), person("A")], "/1: individual 'A' is recorded already, at"),
    "a sample of nobody": ({"id": "S", **status("EFO:0009654")}, "belongs to no individual"),
    "a stranger": (person("Z"), "individual 'Z' has no sample"),
    "a list that is none": (person(diseases={}), "/0/diseases: not a list"),
    "a karyotype that is none": (person(karyotypicSex="XQ"), "/0/karyotypicSex: 'XQ'"),
    "half a character": (person(karyotypicSex="\ud800"), "Unicode"),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_broken_record_is_refused_naming_file_and_record(why: str, tmp_path: Path) -> None:
    value, text = BROKEN[why]
    path = written(tmp_path, value if isinstance(value, list) else [value])

    with pytest.raises(BadInput, match=text) as refused:
        read("A", beacon=(path,))

    assert "in.json" in refused.value.public_message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("[1]", "/0: not a JSON object"),
        ('[{"id": "A", "sex": "male"},]', "line 1: not JSON"),
        ('[{"id": "A", "sex": "male"} {"id": "B"}]', "neither a comma nor the end"),
        ('{"id": "A", "id": "B"}', "has 'id' twice"),
        ('{"id": NaN}', "NaN is no number"),
        ('{"id":\n\n "A"', "line 3: not JSON"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ('{"sex": ' * 100_000, "nested too deeply"),
        ('{"id": ' + "9" * 5_000 + "}", "not JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(text)

    with pytest.raises(BadInput, match=why):
        read("A", beacon=(path,))
