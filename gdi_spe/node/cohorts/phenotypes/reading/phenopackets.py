"""Phenopackets (GA4GH, version 2, JSON): single ones, families and cohorts."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.node.cohorts.phenotypes.collected import Phenotypes, Relation
from gdi_spe.node.cohorts.phenotypes.reading import observations
from gdi_spe.node.cohorts.phenotypes.reading.biosamples import read_biosample, require_human
from gdi_spe.node.cohorts.phenotypes.reading.interpretations import biomarkers
from gdi_spe.node.cohorts.phenotypes.reading.json_files import files_of, read_values
from gdi_spe.node.cohorts.phenotypes.reading.moments import NoMoment, birth_of
from gdi_spe.node.cohorts.phenotypes.reading.people import Claims, genetic_sex
from gdi_spe.node.cohorts.phenotypes.reading.record import Record, Row

_SEX: dict[str, str | None] = {
    "FEMALE": "female",
    "MALE": "male",
    "OTHER_SEX": "unknown",
    "UNKNOWN_SEX": "unknown",
}
_VITAL: dict[str, str | None] = {"ALIVE": "alive", "DECEASED": "deceased", "UNKNOWN_STATUS": None}
_READ = (
    "id",
    "subject",
    "phenotypicFeatures",
    "measurements",
    "biosamples",
    "interpretations",
    "diseases",
    "medicalActions",
)
_WHY = {"metaData": "about the file", "files": "read from --vcf alone", "$schema": "about the file"}
_SUBJECT = (
    "id",
    "dateOfBirth",
    "timeAtLastEncounter",
    "vitalStatus",
    "sex",
    "karyotypicSex",
    "gender",
    "taxonomy",
)
_NOT_IN_A_PEDIGREE = (None, "", "0", "MISSING")


def read_phenopackets(path: Path, into: Phenotypes) -> None:
    """Read a file, or every JSON file of a folder.

    A file holds one phenopacket, an array of them or one a line; families and cohorts of the
    same standard are understood wherever a phenopacket may stand.

    Raises
    ------
    BadInput
        Naming the file and the record in it that is not understood.
    """
    claims = Claims()
    for file in files_of(path, "phenopackets"):
        for value, place in read_values(file):
            _read(Record(value, place, into.findings), into, claims)


def _read(record: Record, into: Phenotypes, claims: Claims) -> None:
    if "subject" in record.value:
        _packet(record, into, claims)
    elif "proband" in record.value:
        _family(record, into, claims)
    elif "members" in record.value:
        record.leave_out_others(("id", "members"), _WHY)
        for member in record.each("members"):
            _packet(member, into, claims)
    else:
        raise record.refuse("not a phenopacket: it has no subject")


def _family(record: Record, into: Phenotypes, claims: Claims) -> None:
    record.leave_out_others(("id", "proband", "relatives", "pedigree"), _WHY)
    for packet in (record.need("proband"), *record.each("relatives")):
        _packet(packet, into, claims)
    pedigree = record.get("pedigree")
    for person in pedigree.each("persons") if pedigree is not None else ():
        person.leave_out_others(("familyId", "individualId", "paternalId", "maternalId", "sex"), {})
        told = [person.text(name) for name in ("paternalId", "maternalId", "familyId")]
        father, mother, family = (None if t in _NOT_IN_A_PEDIGREE else t for t in told)
        into.add_relation(
            person.identifier("individualId"), Relation(father, mother, family, person.place)
        )


def _packet(record: Record, into: Phenotypes, claims: Claims) -> None:
    record.leave_out_others(_READ, _WHY)
    subject = record.need("subject")
    name = subject.identifier("id")
    claims.claim(subject, name)
    into.add_individual(_subject(subject, name), subject.place)
    for each in record.each("phenotypicFeatures"):
        into.add("phenotypic_features", _rows(observations.feature(each)), name, each.place)
    for each in record.each("diseases"):
        into.add("diagnoses", _rows(observations.disease(each)), name, each.place)
    for each in record.each("medicalActions"):
        table, row = observations.action(each)
        into.add(table, _rows(row), name, each.place)
    for each in record.each("measurements"):
        into.add("measurements", observations.measurements(each), name, each.place)
    for each in record.each("interpretations"):
        into.add("biomarkers", biomarkers(each), name, each.place)
    for each in record.each("biosamples"):
        read_biosample(each, into, name)
    into.findings.n_read["phenopackets"] += 1


def _rows(row: Row | None) -> list[Row]:
    return [] if row is None else [row]


def _subject(subject: Record, name: str) -> Row:
    subject.leave_out_others(_SUBJECT, {"alternateIds": "names a person elsewhere"})
    require_human(subject)
    last = subject.moment("timeAtLastEncounter")
    gender = subject.get("gender")
    karyotype = subject.text("karyotypicSex")
    sex = subject.choice("sex", _SEX) or "unknown"
    return {
        "individual_id": name,
        "sex": genetic_sex(subject, sex, karyotype),
        "karyotypic_sex": None if karyotype == "UNKNOWN_KARYOTYPE" else karyotype,
        "administrative_gender": gender.text("label") if gender is not None else None,
        "age": last.age,
        "age_years": last.years,
        "last_encounter_date": last.day_end or last.day,
        "birth_date": _birth(subject),
        **_vital(subject.get("vitalStatus")),
    }


def _birth(subject: Record) -> str | None:
    text = subject.text("dateOfBirth")
    try:
        return birth_of(text) if text else None
    except NoMoment as error:
        subject.fault("ages and dates", str(error), "dateOfBirth")
        return None


def _vital(vital: Record | None) -> Row:
    if vital is None:
        return {}
    vital.leave_out_others(("status", "timeOfDeath", "causeOfDeath"), {})
    death = vital.moment("timeOfDeath")
    return {
        "vital_status": vital.choice("status", _VITAL),
        "death_date": death.day,
        "death_age": death.age,
        "death_years": death.years,
        "cause_of_death": vital.code("causeOfDeath"),
    }
