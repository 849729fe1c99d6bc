"""Phenopackets and tables become the canonical tables, or are refused naming the record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from tests.node.cohorts.people_from import read, rows

Packet = Callable[..., dict[str, Any]]
LENIENT = {"skip_faulty": True}
REAL = Path(__file__).parents[4] / "shared" / "data" / "phenopackets"


def test_the_published_phenopackets_are_read() -> None:
    if not REAL.is_dir():
        pytest.skip("the folder of real files is not there")

    people = read(("P123542", "proband A"), phenopackets=REAL)

    man = {r["individual_id"]: r for r in rows(people, "individuals")}["P123542"]
    assert (man["sex"], man["vital_status"], man["cause_of_death"]) == (
        "male",
        "deceased",
        "MONDO:0100096",
    )
    assert (man["age"], man["age_years"]) == ("P70Y", 70.0)
    assert man["death_date"].isoformat() == "2020-03-28"
    features = rows(people, "phenotypic_features")
    assert sum(r["individual_id"] == "P123542" for r in features) == 11
    myalgia = next(r for r in features if r["term"] == "HP:0003326")
    assert (myalgia["date"].day, myalgia["date_end"].day) == (18, 20)
    assert next(r for r in features if r["term"] == "HP:0001561")["onset_term"] == "HP:0011461"
    diagnoses = {r["term"]: r["status"] for r in rows(people, "diagnoses")}
    assert diagnoses["MONDO:0005015"] == "excluded"
    assert diagnoses["MONDO:0100096"] == "present"
    oxygen = [r for r in rows(people, "treatments") if r["term"] == "NCIT:C722"]
    assert [r["start_date"].day for r in oxygen] == [20, 22]
    assert {r["term"] for r in rows(people, "procedures")} == {"NCIT:C80473", "NCIT:C116648"}
    values = sorted((r["value"], r["unit"]) for r in rows(people, "measurements"))
    assert values == [(0.7, "NCIT:C67245"), (1.4, "NCIT:C67245")]
    told = people.findings.left_out.counts
    assert told["interpretations/diagnosis/genomicInterpretations: no gene is named"] == 1


def test_a_marker_becomes_a_biomarker(node: Any, packet: Packet) -> None:
    def found(label: str, status: str) -> dict[str, Any]:
        descriptor = {
            "label": label,
            "geneContext": {"valueId": "HGNC:1097", "symbol": "BRAF"},
            "expressions": [{"syntax": "hgvs.p", "value": f"NP_004324.2:{label}"}],
        }
        return {
            "subjectOrBiosampleId": "A",
            "interpretationStatus": status,
            "variantInterpretation": {"variationDescriptor": descriptor},
        }

    both = [found("p.Val600Glu", "CAUSATIVE"), found("p.Val600Lys", "REJECTED")]
    record = packet("A", interpretations=[{"diagnosis": {"genomicInterpretations": both}}])

    people = read("A", phenopackets=node.packets(record))

    first, second = rows(people, "biomarkers")
    assert (first["status"], second["status"]) == ("present", "excluded")
    assert (first["gene"], first["term"]) == ("BRAF", "HGNC:1097")
    assert first["hgvs_p"] == "NP_004324.2:p.Val600Glu"


BROKEN = {
    "an unknown individual": ({"subject": {"id": "Z"}}, "individual 'Z' has no sample"),
    "an unknown code system": (
        {"phenotypicFeatures": [{"type": {"id": "XYZ:1", "label": "x"}}]},
        r"A.json: /phenotypicFeatures/0/type: .*unknown code system 'XYZ'",
    ),
    "no code": (
        {"diseases": [{"term": {"label": "x"}}]},
        "/diseases/0/term/id: is empty",
    ),
    "a negative age": (
        {
            "phenotypicFeatures": [
                {
                    "type": {"id": "HP:0000508", "label": "x"},
                    "onset": {"age": {"iso8601duration": "P-3Y"}},
                }
            ]
        },
        "/phenotypicFeatures/0/onset: 'P-3Y'",
    ),
    "a date that is none": (
        {
            "diseases": [
                {"term": {"id": "MONDO:0100096"}, "onset": {"timestamp": "2020-13-45T00:00:00Z"}}
            ]
        },
        "/diseases/0/onset: '2020-13-45",
    ),
    "a list that is none": ({"diseases": {"term": 1}}, "/diseases: not a list"),
    "an unknown sex": ({"subject": {"id": "A", "sex": "M"}}, "/subject/sex: 'M'"),
    "excluded as text": (
        {"diseases": [{"term": {"id": "MONDO:0100096"}, "excluded": "false"}]},
        "/diseases/0/excluded",
    ),
    "a quantity without a number": (
        {"measurements": [{"assay": {"id": "LOINC:8302-2"}, "value": {"quantity": {}}}]},
        "/measurements/0/value",
    ),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_broken_phenopacket_is_refused_naming_file_and_record(
    why: str, node: Any, packet: Packet
) -> None:
    parts, text = BROKEN[why]
    folder = node.packets({**packet("A"), **parts})

    with pytest.raises(BadInput, match=text) as refused:
        read("A", phenopackets=folder)

    assert ".json" in refused.value.public_message


def test_text_that_is_no_json_is_refused_with_its_line(node: Any) -> None:
    folder = node.files / "packets"
    folder.mkdir()
    (folder / "a.json").write_text('{"subject":\n {"id": }}')

    with pytest.raises(BadInput, match=r"a.json, line 2: not JSON"):
        read("A", phenopackets=folder)


def test_sources_that_differ_in_sex_leave_it_unknown_and_are_told(
    node: Any, packet: Packet
) -> None:
    folder = node.packets(
        packet("A", subject={"sex": "MALE"}), packet("B", subject={"sex": "FEMALE"})
    )
    table = node.table("individuals", "individual_id sex population\nA female FIN\nB unknown FIN\n")

    people = read("AB", phenopackets=folder, tables=table)

    found = [(r["sex"], r["population"]) for r in rows(people, "individuals")]
    assert found == [("unknown", "FIN"), ("female", "FIN")]
    assert people.findings.contradictions.examples == {"the sources differ in sex": ["A"]}


def test_the_genetic_sex_counts_never_the_administrative_gender(node: Any, packet: Packet) -> None:
    subject = {
        "sex": "FEMALE",
        "karyotypicSex": "XY",
        "gender": {"id": "GSSO:000123", "label": "woman"},
    }

    people = read("A", phenopackets=node.packets(packet("A", subject=subject)))

    row = rows(people, "individuals")[0]
    assert (row["sex"], row["administrative_gender"]) == ("male", "woman")
    assert "karyotype counts" in next(iter(people.findings.contradictions.counts))


@pytest.mark.parametrize(
    ("table", "text", "why"),
    [
        ("individuals", "individual_id sex\nA woman\n", "line 2: sex 'woman'"),
        ("individuals", "individual_id age_years\nA -1\n", "line 2: age_years '-1'"),
        ("individuals", "individual_id age_years\nA 131\n", "line 2: age_years '131'"),
        ("individuals", "individual_id age\nA 40\n", "line 2: age '40' is no ISO 8601 period"),
        ("individuals", "individual_id age age_years\nA P40Y 50\n", "line 2: age_years 50 is not"),
        ("individuals", "individual_id birth_date\nA 1960-13\n", "line 2: birth_date '1960-13"),
        (
            "individuals",
            "individual_id etnicity\nA x\n",
            "line 1: unknown column 'etnicity'. Did you mean ethnicity",
        ),
        (
            "individuals",
            "individual_id sex sex\nA male male\n",
            "line 1: .* twice",
        ),
        ("individuals", "individual_id sex\nZ male\n", "line 2: individual 'Z' has no sample"),
        ("individuals", "individual_id sex\nA\n", "line 2: not as many columns"),
        ("individuals", "individual_id sex\nA male\nA male\n", "line 3: .*recorded already"),
        ("samples", "sample_id individual_id\nZ A\n", "line 2: sample 'Z' is in no VCF"),
        ("samples", "sample_id individual_id\nA A\nA A\n", "line 3: .*recorded already"),
        ("diagnoses", "individual_id label\nA x\n", "line 1: the column 'term' is missing"),
        (
            "diagnoses",
            "individual_id term\nA FOO:1\n",
            "line 2: term 'FOO:1' is of",
        ),
        ("diagnoses", "individual_id term status\nA HP:0000508 no\n", "line 2: status 'no'"),
        ("measurements", "individual_id term value\nA LOINC:8302-2 nan\n", "line 2: value 'nan'"),
        (
            "measurements",
            "individual_id term value unit\nA LOINC:8480-6 120 mmHg\n",
            r"line 2: unit 'mmHg' is no UCUM unit, mm\[Hg\] may be meant",
        ),
        ("exposures", "individual_id term date\nA NCIT:C154329 today\n", "line 2: date 'today'"),
    ],
)
def test_a_row_that_is_not_understood_is_refused_with_its_line(
    table: str, text: str, why: str, node: Any
) -> None:
    folder = node.table(table, text)

    with pytest.raises(BadInput, match=f"{table}.tsv, {why}"):
        read("A", tables=folder)


def test_periods_are_kept_and_given_in_years(node: Any) -> None:
    folder = node.table("diagnoses", "individual_id term onset_age\nA HP:0000508 P3Y6M\n")

    row = rows(read("A", tables=folder), "diagnoses")[0]

    assert (row["onset_age"], row["onset_years"], row["label"]) == ("P3Y6M", 3.5, "HP:0000508")


def test_every_wrong_value_is_counted_in_the_refusal_or_left_out_on_request(node: Any) -> None:
    text = "individual_id term\nA FOO:1\nA HP:0000508\nB HP:1\nB BAR:2\n"
    folder = node.table("diagnoses", text)

    with pytest.raises(BadInput, match=r"FOO:1.*2 more: diagnoses term 3.*--skip-faulty"):
        read("AB", tables=folder)
    people = read("AB", tables=folder, **LENIENT)

    assert [(r["individual_id"], r["term"]) for r in rows(people, "diagnoses")] == [
        ("A", "HP:0000508")
    ]
    told = people.findings.told()["faults"][0]
    assert told["n"] == 3
    assert "line 4" in told["examples"][1]
