# ruff: noqa: N815  # the fields are named as in the Phenopacket schema

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from gdi_spe.demo.synthetic.people import DATASETS
from gdi_spe.terms.curies import require_known


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OntologyClass(Strict):
    id: str
    label: str


class Age(Strict):
    iso8601duration: str


class TimeElement(Strict):
    age: Age


class VitalStatus(Strict):
    status: Literal["ALIVE", "DECEASED"]


class Subject(Strict):
    id: str
    dateOfBirth: str
    timeAtLastEncounter: TimeElement
    vitalStatus: VitalStatus
    sex: Literal["FEMALE", "MALE"]
    karyotypicSex: Literal["XX", "XY"]
    taxonomy: OntologyClass


class Feature(Strict):
    type: OntologyClass
    excluded: bool = False
    onset: TimeElement | None = None


class Disease(Strict):
    term: OntologyClass
    excluded: bool = False
    onset: TimeElement | None = None


class Quantity(Strict):
    unit: OntologyClass
    value: float


class Value(Strict):
    quantity: Quantity


class Measurement(Strict):
    assay: OntologyClass
    value: Value
    timeObserved: TimeElement


class Interval(Strict):
    start: str
    end: str


class DoseInterval(Strict):
    quantity: Quantity
    scheduleFrequency: OntologyClass
    interval: Interval


class Treatment(Strict):
    agent: OntologyClass
    doseIntervals: list[DoseInterval]


class MedicalAction(Strict):
    treatment: Treatment
    responseToTreatment: OntologyClass | None = None


class Gene(Strict):
    valueId: str
    symbol: str


class Expression(Strict):
    syntax: Literal["hgvs.p"]
    value: str


class VariationDescriptor(Strict):
    id: str
    label: str
    geneContext: Gene
    expressions: list[Expression]
    moleculeContext: Literal["protein"]


class VariantInterpretation(Strict):
    variationDescriptor: VariationDescriptor


class GenomicInterpretation(Strict):
    subjectOrBiosampleId: str
    interpretationStatus: Literal["REJECTED", "CANDIDATE", "CONTRIBUTORY", "CAUSATIVE"]
    variantInterpretation: VariantInterpretation


class Diagnosis(Strict):
    disease: OntologyClass
    genomicInterpretations: list[GenomicInterpretation]


class Interpretation(Strict):
    id: str
    progressStatus: Literal["SOLVED"]
    diagnosis: Diagnosis


class Resource(Strict):
    id: str
    name: str
    url: str
    version: str
    namespacePrefix: str
    iriPrefix: str


class Biosample(Strict):
    id: str
    individualId: str
    sampledTissue: OntologyClass
    tumorProgression: OntologyClass
    materialSample: OntologyClass


class MetaData(Strict):
    created: str
    createdBy: str
    resources: list[Resource]
    phenopacketSchemaVersion: Literal["2.0"]


class Phenopacket(Strict):
    """The part of GA4GH Phenopackets 2.0 that the synthetic node writes, to the letter."""

    id: str
    subject: Subject
    phenotypicFeatures: list[Feature] = []
    measurements: list[Measurement] = []
    biosamples: list[Biosample] = []
    diseases: list[Disease] = []
    interpretations: list[Interpretation] = []
    medicalActions: list[MedicalAction] = []
    metaData: MetaData


def terms_of(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["id"]} if value.keys() == {"id", "label"} else set()
        return own.union(*(terms_of(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(terms_of(each) for each in value))
    return set()


@pytest.mark.parametrize("dataset", DATASETS)
def test_phenopackets_have_the_shape_of_version_2(generated: Any, dataset: str) -> None:
    for path in (generated.folder / dataset / "phenopackets").iterdir():
        packet = Phenopacket.model_validate_json(path.read_text())

        assert path.stem == packet.subject.id
        used = terms_of(json.loads(path.read_text()))
        declared = {each.namespacePrefix for each in packet.metaData.resources}
        assert {each.split(":")[0] for each in used} <= declared | {"NCBITaxon"}


def test_every_term_is_of_a_known_code_system(generated: Any) -> None:
    packets = (path.read_text() for path in generated.folder.glob("*/phenopackets/*.json"))
    used = set().union(*(terms_of(json.loads(text)) for text in packets))

    assert {require_known(each) for each in used} == used
