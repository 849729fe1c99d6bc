"""Phenopackets and tables become the canonical tables, or are refused naming the record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.canonical import read_tables
from gdi_spe.node.cohorts.phenopackets import read_phenopackets
from gdi_spe.node.cohorts.phenotypes import Phenotypes

Packet = Callable[..., dict[str, Any]]
REAL = Path(__file__).parents[4] / "shared" / "data" / "phenopackets"


def test_the_published_phenopackets_are_read() -> None:
    if not REAL.is_dir():
        pytest.skip("the folder of real files is not there")
    found = Phenotypes(frozenset({"P123542", "proband A"}))

    read_phenopackets(REAL, found)

    people = {r["individual_id"]: r for r in found.table("individuals", "D").to_pylist()}
    assert people["P123542"]["sex"] == "male"
    assert (people["P123542"]["age"], people["P123542"]["age_years"]) == ("P70Y", 70.0)
    assert people["P123542"]["vital_status"] == "deceased"
    features = found.table("phenotypic_features", "D").to_pylist()
    assert sum(r["individual_id"] == "P123542" for r in features) == 11
    diagnoses = {r["term"]: r["status"] for r in found.table("diagnoses", "D").to_pylist()}
    assert diagnoses["MONDO:0005015"] == "excluded"
    assert diagnoses["MONDO:0100096"] == "present"
    treatments = [r for r in found.table("treatments", "D").to_pylist() if r["term"] == "NCIT:C722"]
    assert treatments[0]["start_date"].isoformat() == "2020-03-20"
    assert treatments[0]["end_date"].isoformat() == "2020-03-23"
    values = sorted(r["value"] for r in found.table("measurements", "D").to_pylist())
    assert values == [0.7, 1.4]
    assert found.findings.left_out["medicalActions procedure: no canonical table"] == 2
    assert found.findings.left_out["genomicInterpretations without a gene"] == 1


def test_a_marker_becomes_a_biomarker(node: Any, packet: Packet) -> None:
    descriptor = {
        "label": "BRAF V600E",
        "geneContext": {"valueId": "HGNC:1097", "symbol": "BRAF"},
        "expressions": [{"syntax": "hgvs.p", "value": "NP_004324.2:p.Val600Glu"}],
    }
    found_in = [
        {
            "subjectOrBiosampleId": "A",
            "interpretationStatus": status,
            "variantInterpretation": {"variationDescriptor": descriptor},
        }
        for status in ("CAUSATIVE", "REJECTED")
    ]
    record = packet("A", interpretations=[{"diagnosis": {"genomicInterpretations": found_in}}])
    found = Phenotypes(frozenset("A"))

    read_phenopackets(node.packets(record), found)

    rows = found.table("biomarkers", "D").to_pylist()
    assert {r["status"] for r in rows} == {"present", "excluded"}
    assert rows[0]["gene"] == "BRAF"
    assert rows[0]["term"] == "HGNC:1097"
    assert rows[0]["hgvs_p"] == "NP_004324.2:p.Val600Glu"


BROKEN = {
    "an unknown individual": ({"subject": {"id": "Z"}}, "individual 'Z' has no sample"),
    "an unknown code system": (
        {"phenotypicFeatures": [{"type": {"id": "XYZ:1", "label": "x"}}]},
        r"A.json, phenotypicFeatures\[0\].type: .*unknown code system 'XYZ'",
    ),
    "no code": ({"diseases": [{"term": {"label": "x"}}]}, r"diseases\[0\].term.id"),
    "a negative age": (
        {
            "phenotypicFeatures": [
                {
                    "type": {"id": "HP:0000508", "label": "x"},
                    "onset": {"age": {"iso8601duration": "P-3Y"}},
                }
            ]
        },
        r"phenotypicFeatures\[0\].onset: 'P-3Y'",
    ),
    "a date that is none": (
        {
            "diseases": [
                {"term": {"id": "MONDO:0100096"}, "onset": {"timestamp": "2020-13-45T00:00:00Z"}}
            ]
        },
        r"diseases\[0\].onset: '2020-13-45",
    ),
    "a list that is none": ({"diseases": {"term": 1}}, "diseases: not a list"),
    "an unknown sex": ({"subject": {"id": "A", "sex": "M"}}, "subject.sex: 'M'"),
    "excluded as text": (
        {"diseases": [{"term": {"id": "MONDO:0100096"}, "excluded": "false"}]},
        r"diseases\[0\].excluded",
    ),
    "a quantity without a number": (
        {"measurements": [{"assay": {"id": "LOINC:8302-2"}, "value": {"quantity": {}}}]},
        r"measurements\[0\].value",
    ),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_broken_phenopacket_is_refused_naming_file_and_record(
    why: str, node: Any, packet: Packet
) -> None:
    parts, text = BROKEN[why]
    folder = node.packets({**packet("A"), **parts})

    with pytest.raises(BadInput, match=text) as refused:
        read_phenopackets(folder, Phenotypes(frozenset("A")))

    assert ".json" in refused.value.public_message


def test_text_that_is_no_json_is_refused_with_its_line(node: Any) -> None:
    folder = node.files / "packets"
    folder.mkdir()
    (folder / "a.json").write_text('{"subject":\n {"id": }}')

    with pytest.raises(BadInput, match=r"a.json, line 2: not JSON"):
        read_phenopackets(folder, Phenotypes(frozenset("A")))


def test_sources_that_differ_in_sex_leave_it_unknown_and_are_told(
    node: Any, packet: Packet
) -> None:
    found = Phenotypes(frozenset("AB"))
    read_phenopackets(
        node.packets(packet("A", subject={"sex": "MALE"}), packet("B", subject={"sex": "FEMALE"})),
        found,
    )

    read_tables(
        node.table("individuals", "individual_id sex population\nA female FIN\nB unknown FIN\n"),
        found,
    )

    rows = found.table("individuals", "D").to_pylist()
    assert [(r["sex"], r["population"]) for r in rows] == [("unknown", "FIN"), ("female", "FIN")]
    assert found.findings.contradictions == ["A: the sources differ in sex"]


def test_the_genetic_sex_counts_never_the_administrative_gender(node: Any, packet: Packet) -> None:
    subject = {
        "sex": "FEMALE",
        "karyotypicSex": "XY",
        "gender": {"id": "GSSO:000123", "label": "woman"},
    }
    found = Phenotypes(frozenset("A"))

    read_phenopackets(node.packets(packet("A", subject=subject)), found)

    row = found.table("individuals", "D").to_pylist()[0]
    assert (row["sex"], row["administrative_gender"]) == ("male", "woman")
    assert "karyotype" in found.findings.contradictions[0]


@pytest.mark.parametrize(
    ("table", "text", "why"),
    [
        ("individuals", "individual_id sex\nA woman\n", "line 2: sex 'woman'"),
        ("individuals", "individual_id age_years\nA -1\n", "line 2: age_years '-1'"),
        ("individuals", "individual_id age\nA 40\n", "line 2: age '40' is no age"),
        ("individuals", "individual_id colour\nA red\n", "line 1: unknown column 'colour'"),
        ("individuals", "individual_id sex\nZ male\n", "line 2: individual 'Z' has no sample"),
        ("individuals", "individual_id sex\nA\n", "line 2: not as many columns"),
        ("diagnoses", "individual_id label\nA x\n", "line 1: the column 'term' is missing"),
        ("diagnoses", "individual_id term\nA FOO:1\n", "line 2: 'FOO:1' is of an unknown code"),
        ("diagnoses", "individual_id term status\nA HP:0000508 no\n", "line 2: status 'no'"),
        ("measurements", "individual_id term value\nA LOINC:8302-2 nan\n", "line 2: value 'nan'"),
        ("exposures", "individual_id term date\nA NCIT:C154329 today\n", "line 2: date 'today'"),
    ],
)
def test_a_row_that_is_not_understood_is_refused_with_its_line(
    table: str, text: str, why: str, node: Any
) -> None:
    folder = node.table(table, text)

    with pytest.raises(BadInput, match=f"{table}.tsv, {why}"):
        read_tables(folder, Phenotypes(frozenset("A")))


def test_periods_are_kept_and_given_in_years(node: Any) -> None:
    folder = node.table("diagnoses", "individual_id term onset_age\nA HP:0000508 P3Y6M\n")
    found = Phenotypes(frozenset("A"))

    read_tables(folder, found)

    row = found.table("diagnoses", "D").to_pylist()[0]
    assert (row["onset_age"], row["onset_years"], row["label"]) == ("P3Y6M", 3.5, "HP:0000508")
