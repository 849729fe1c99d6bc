"""Whatever JSON stands where a record should, it is read or refused; nothing else happens."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from tests.node.cohorts.people_from import read

NAMES = st.sampled_from(
    ("id", "label", "sex", "age", "unit", "value", "start", "end", "term", "type", "timestamp",
     "iso8601duration", "ontologyClass", "quantity", "interval", "weeks", "days", "members")
)  # fmt: skip
TEXTS = st.text(max_size=12) | st.sampled_from(
    ("HP:0000508", "UCUM:mg", "P3Y", "P99999999999999999999Y", "2020-02-30", "MALE", "\ud800", "A")
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**320), 10**320)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=4),
    max_leaves=12,
)

CODE = {"id": "HP:0000508", "label": "Ptosis"}
QUANTITY = {"unit": {"id": "UCUM:mg"}, "value": 2, "referenceRange": {"low": 1, "high": 3}}
DOSE = {"interval": {"start": "2020-01-01", "end": "2020-01-02"}, "quantity": QUANTITY}
AGE = {"age": {"iso8601duration": "P3Y"}}
SPECIMEN = {"id": "S", "individualId": "A", "biosampleStatus": {"id": "EFO:0009654"}}
INTERPRETED = {
    "interpretationStatus": "CAUSATIVE",
    "variantInterpretation": {
        "variationDescriptor": {
            "geneContext": {"symbol": "BRAF", "valueId": "HGNC:1097"},
            "expressions": [{"syntax": "hgvs.p", "value": "p.V600E"}],
        }
    },
}
PACKET = {
    "subject": {
        "id": "A",
        "sex": "MALE",
        "timeAtLastEncounter": AGE,
        "vitalStatus": {"status": "ALIVE", "timeOfDeath": AGE},
    },
    "phenotypicFeatures": [{"type": CODE, "onset": AGE, "modifiers": [CODE], "severity": CODE}],
    "diseases": [{"term": CODE, "diseaseStage": [CODE], "onset": AGE}],
    "measurements": [{"assay": CODE, "value": {"quantity": QUANTITY}, "timeObserved": AGE}],
    "medicalActions": [
        {"treatment": {"agent": CODE, "doseIntervals": [DOSE], "cumulativeDose": QUANTITY}},
        {"procedure": {"code": CODE, "performed": AGE}},
        {"radiationTherapy": {"modality": CODE}},
        {"therapeuticRegimen": {"ontologyClass": CODE, "startTime": AGE}},
    ],
    "interpretations": [{"diagnosis": {"genomicInterpretations": [INTERPRETED]}}],
    "biosamples": [SPECIMEN],
}
INDIVIDUAL = {
    "id": "A",
    "sex": {"id": "NCIT:C16576"},
    "karyotypicSex": "XX",
    "ethnicity": CODE,
    "diseases": [{"diseaseCode": CODE, "ageOfOnset": AGE, "stage": CODE}],
    "phenotypicFeatures": [{"featureType": CODE, "onset": AGE}],
    "measures": [
        {"assayCode": CODE, "measurementValue": QUANTITY, "date": "2020-01-01"},
        {
            "assayCode": CODE,
            "measurementValue": {"typedQuantities": [{"quantityType": CODE, "quantity": QUANTITY}]},
        },
    ],
    "treatments": [{"treatmentCode": CODE, "ageAtOnset": AGE}],
    "exposures": [{"exposureCode": CODE, "value": 1, "unit": {"id": "UCUM:mg"}, "duration": "x"}],
    "interventionsOrProcedures": [{"procedureCode": CODE, "ageAtProcedure": "P3Y"}],
    "pedigrees": [{"id": "F", "members": [{"memberId": "A", "role": {"id": "NCIT:C64435"}}]}],
}
KINDS = {"phenopackets": PACKET, "beacon": INDIVIDUAL}


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts: Any = value.items() if isinstance(value, dict) else ()
    parts = enumerate(value) if isinstance(value, list) else parts
    return [path, *(place for key, part in parts for place in _places(part, (*path, key)))]


def _replaced(record: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(record)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def _survives(kind: str, record: Any, is_lenient: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.json"
        path.write_text(json.dumps(record))
        source: Any = (path,) if kind == "beacon" else path
        try:
            people = read("A", **{kind: source}, skip_faulty=is_lenient)
        except BadInput as refused:
            told = refused.public_message
        else:
            told = "in.json" if people.tables["individuals"].num_rows == 1 else ""
        assert "in.json" in told


@pytest.mark.parametrize("kind", KINDS)
def test_the_record_that_is_changed_below_is_read(kind: str) -> None:
    _survives(kind, KINDS[kind], is_lenient=False)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(data=st.data(), is_lenient=st.booleans())
def test_a_record_with_anything_anywhere_is_read_or_refused(
    kind: str, data: st.DataObject, is_lenient: bool
) -> None:
    record = KINDS[kind]
    place = data.draw(st.sampled_from(_places(record)))

    _survives(kind, _replaced(record, place, data.draw(JSON)), is_lenient)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, True, 0, "", "x", [], {}, [None], [[]], {"id": None}])
def test_every_part_may_be_of_any_type(kind: str, value: Any) -> None:
    for place in _places(KINDS[kind]):
        _survives(kind, _replaced(KINDS[kind], place, value), is_lenient=True)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(("in.tsv", "in.csv", "in.parquet", "in.json")))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name.replace("in", "diagnoses")
        path.write_bytes(content)
        sources: dict[str, Any] = {"tables": Path(folder)}
        sources = {"beacon": (path,)} if name == "in.json" else sources
        told = path.name
        try:
            read("A", **sources, skip_faulty=True)
        except BadInput as refused:
            told = refused.public_message
        assert path.name in told
