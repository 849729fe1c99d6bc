"""Write people as GA4GH phenopackets v2, one JSON file each, and as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdi_spe.demo.synthetic.people import Biomarker, Finding, Person, Treatment
from gdi_spe.demo.synthetic.planted.families import Family
from gdi_spe.demo.synthetic.terms import CENTIMETRE, HEIGHT, RELEASE, SLICES, Term

# One instant for all: the files depend on the seed alone.
WRITTEN = "2025-01-15T00:00:00Z"
_PROTEIN = {"V600E": "p.Val600Glu", "V600K": "p.Val600Lys"}
COLUMNS = (
    "individual_id",
    "sex",
    "population",
    "country_of_origin",
    "administrative_gender",
    "birth_date",
)


def write_all(folder: Path, people: Sequence[Person]) -> None:
    """Write a file for each person who has a phenopacket."""
    folder.mkdir(parents=True)
    for person in people:
        if person.has_phenopacket:
            text = json.dumps(phenopacket(person), indent=1)
            (folder / f"{person.id}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def write_table(path: Path, people: Sequence[Person]) -> None:
    """Write ``individuals.tsv``: what the national register knows of each person."""
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for person in people:
            sex = (person.sex_in_table or person.sex).lower()
            born = person.born.isoformat()
            row = (person.id, sex, person.population, person.country, sex, born)
            writer.writerow(row)


def write_pedigree(path: Path, families: Sequence[Family]) -> None:
    """Write ``pedigree.tsv``: whose child somebody is said to be."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("individual_id", "father_id", "mother_id"))
        writer.writerows((each.child, each.father, each.mother) for each in families)


def phenopacket(person: Person) -> dict[str, Any]:
    """Return one person as a phenopacket."""
    found: dict[str, Any] = {"id": f"phenopacket-{person.id}", "subject": _subject(person)}
    if person.features:
        found["phenotypicFeatures"] = [_finding(each, "type") for each in person.features]
    if person.height_cm is not None:
        found["measurements"] = [_height(person)]
    if person.tumour:
        found["biosamples"] = [_biosample(person)]
    if person.diseases:
        found["diseases"] = [_finding(each, "term") for each in person.diseases]
    if person.biomarkers:
        found["interpretations"] = [_interpretation(person, each) for each in person.biomarkers]
    if person.treatments:
        found["medicalActions"] = [_action(each) for each in person.treatments]
    return found | {"metaData": _meta_data()}


def _term(term: Term) -> dict[str, str]:
    return {"id": term.id, "label": term.label}


def _age(years: int) -> dict[str, Any]:
    return {"age": {"iso8601duration": f"P{years}Y"}}


def _subject(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "dateOfBirth": f"{person.born.isoformat()}T00:00:00Z",
        "timeAtLastEncounter": _age(person.age_years),
        "vitalStatus": {"status": "ALIVE" if person.is_alive else "DECEASED"},
        "sex": person.sex,
        "karyotypicSex": "XX" if person.sex == "FEMALE" else "XY",
        "taxonomy": {"id": "NCBITaxon:9606", "label": "Homo sapiens"},
    }


def _finding(finding: Finding, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: _term(finding.term)}
    if finding.is_excluded:
        found["excluded"] = True
    elif finding.onset_years is not None:
        found["onset"] = _age(finding.onset_years)
    return found


def _height(person: Person) -> dict[str, Any]:
    return {
        "assay": _term(HEIGHT),
        "value": {"quantity": {"unit": _term(CENTIMETRE), "value": person.height_cm}},
        "timeObserved": _age(person.age_years),
    }


def _biosample(person: Person) -> dict[str, Any]:
    return {
        "id": person.tumour,
        "individualId": person.id,
        "sampledTissue": {"id": "UBERON:0002097", "label": "skin of body"},
        "tumorProgression": {"id": "NCIT:C84509", "label": "Primary Malignant Neoplasm"},
        "materialSample": {"id": "EFO:0009656", "label": "neoplastic sample"},
    }


def _interpretation(person: Person, marker: Biomarker) -> dict[str, Any]:
    descriptor = {
        "id": f"{marker.gene}-{marker.protein_change}",
        "label": f"{marker.gene} {marker.protein_change}",
        "geneContext": {"valueId": "HGNC:1097", "symbol": marker.gene},
        "expressions": [
            {"syntax": "hgvs.p", "value": f"NP_004324.2:{_PROTEIN[marker.protein_change]}"}
        ],
        "moleculeContext": "protein",
    }
    return {
        "id": f"interpretation-{person.id}",
        "progressStatus": "SOLVED",
        "diagnosis": {
            "disease": _term(person.diseases[-1].term),
            "genomicInterpretations": [
                {
                    "subjectOrBiosampleId": person.id,
                    "interpretationStatus": marker.status,
                    "variantInterpretation": {"variationDescriptor": descriptor},
                }
            ],
        },
    }


def _action(treatment: Treatment) -> dict[str, Any]:
    interval = {
        "start": f"{treatment.start.isoformat()}T00:00:00Z",
        "end": f"{treatment.end.isoformat()}T00:00:00Z",
    }
    dose = {
        "quantity": {"unit": {"id": "UCUM:mg", "label": "milligram"}, "value": 960},
        "scheduleFrequency": {"id": "NCIT:C64496", "label": "Twice Daily"},
        "interval": interval,
    }
    found: dict[str, Any] = {
        "treatment": {"agent": _term(treatment.agent), "doseIntervals": [dose]},
    }
    if treatment.response:
        found["responseToTreatment"] = _term(treatment.response)
    return found


def _meta_data() -> dict[str, Any]:
    urls = {
        "HP": "http://purl.obolibrary.org/obo/HP_",
        "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
        "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
        "ORPHA": "http://www.orpha.net/ORDO/Orphanet_",
        "LOINC": "https://loinc.org/",
        "UCUM": "https://ucum.org/",
        "UBERON": "http://purl.obolibrary.org/obo/UBERON_",
        "EFO": "http://www.ebi.ac.uk/efo/EFO_",
        "HGNC": "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/",
    }
    resources = [
        {
            "id": prefix.lower(),
            "name": prefix,
            "url": url,
            "version": RELEASE if prefix in SLICES else "unspecified",
            "namespacePrefix": prefix,
            "iriPrefix": url,
        }
        for prefix, url in urls.items()
    ]
    return {
        "created": WRITTEN,
        "createdBy": "gdi-spe synthetic node; no real person's data",
        "resources": resources,
        "phenopacketSchemaVersion": "2.0",
    }
