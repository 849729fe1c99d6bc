"""Individuals and biosamples in the Beacon v2 default model (JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gdi_spe.node.cohorts.phenotypes.collected import Phenotypes, Relation
from gdi_spe.node.cohorts.phenotypes.reading import observations
from gdi_spe.node.cohorts.phenotypes.reading.biosamples import read_biosample
from gdi_spe.node.cohorts.phenotypes.reading.json_files import files_of, read_values
from gdi_spe.node.cohorts.phenotypes.reading.people import Claims, genetic_sex
from gdi_spe.node.cohorts.phenotypes.reading.record import Record, Row

_SEX = {
    "NCIT:C16576": "female",
    "NCIT:C20197": "male",
    "NCIT:C17998": "unknown",
    "PATO:0000383": "female",
    "PATO:0000384": "male",
    "SNOMEDCT:248152002": "female",
    "SNOMEDCT:248153007": "male",
}
_SEX_WORDS = ("female", "male", "unknown")
_OF_A_BIOSAMPLE = ("individualId", "biosampleStatus", "sampleOriginType")
_OF_AN_INDIVIDUAL = (
    "sex",
    "karyotypicSex",
    "diseases",
    "phenotypicFeatures",
    "measures",
    "treatments",
    "exposures",
    "interventionsOrProcedures",
    "ethnicity",
    "geographicOrigin",
    "pedigrees",
)
_ABOUT_THE_FILE = ("id", "$schema", "_id", "datasetId")
_WHY = {"info": "free content may name people"}
# A list of rows -> its table and what reads one of them.
_LISTS = {
    "diseases": ("diagnoses", observations.disease),
    "phenotypicFeatures": ("phenotypic_features", observations.feature),
    "treatments": ("treatments", observations.treatment),
    "exposures": ("exposures", observations.exposure),
    "interventionsOrProcedures": ("procedures", observations.procedure),
}
_FATHER = ("NCIT:C96572", "NCIT:C25174")
_MOTHER = ("NCIT:C96580", "NCIT:C25189")
_PROBAND = "NCIT:C64435"


def read_beacon(paths: tuple[Path, ...], into: Phenotypes) -> None:
    """Read individuals and biosamples: arrays, one a line, or the answer of a Beacon.

    Raises
    ------
    BadInput
        Naming the file and the record in it that is not understood.
    """
    claims = Claims()
    for path in paths:
        for file in files_of(path, "Beacon records"):
            for value, place in read_values(file):
                for record in _unwrapped(Record(value, place, into.findings)):
                    _read(record, into, claims)


def _unwrapped(record: Record) -> Iterator[Record]:
    """Return the records that a file's object holds, or the object itself."""
    if "response" in record.value or "responseSummary" in record.value:
        answer = record.get("response")
        sets = list(answer.each("resultSets")) if answer is not None else []
        found = [each for part in sets for each in part.each("results")]
        if not found:
            raise record.refuse("a Beacon's answer without records; ask for granularity record")
        yield from found
    elif "individuals" in record.value or "biosamples" in record.value:
        yield from record.each("individuals")
        yield from record.each("biosamples")
    else:
        yield record


def _read(record: Record, into: Phenotypes, claims: Claims) -> None:
    if any(name in record.value for name in _OF_A_BIOSAMPLE):
        read_biosample(record, into)
        into.findings.n_read["beacon biosamples"] += 1
    elif any(name in record.value for name in _OF_AN_INDIVIDUAL):
        _individual(record, into, claims)
        into.findings.n_read["beacon individuals"] += 1
    else:
        raise record.refuse("neither an individual nor a biosample of a Beacon")


def _individual(record: Record, into: Phenotypes, claims: Claims) -> None:
    record.leave_out_others((*_ABOUT_THE_FILE, *_OF_AN_INDIVIDUAL), _WHY)
    name = record.identifier("id")
    claims.claim(record, name)
    karyotype = record.text("karyotypicSex")
    row = {
        "individual_id": name,
        "sex": genetic_sex(record, _sex(record), karyotype),
        "karyotypic_sex": None if karyotype == "UNKNOWN_KARYOTYPE" else karyotype,
        **_named(record, "ethnicity", "ethnicity"),
        **_named(record, "geographicOrigin", "geographic_origin"),
    }
    into.add_individual(row, record.place)
    for part, (table, read) in _LISTS.items():
        for each in record.each(part):
            found = read(each)
            into.add(table, [found] if found else [], name, each.place)
    for each in record.each("measures"):
        into.add("measurements", observations.measurements(each), name, each.place)
    for each in record.each("pedigrees"):
        _pedigree(each, into)


def _sex(record: Record) -> str:
    """Return the sex; where code and label say different things it is a fault."""
    if isinstance(record.value.get("sex"), str):
        word = (record.text("sex") or "unknown").casefold()
        return _sex_word(record, word)
    found = record.get("sex")
    if found is None:
        return "unknown"
    term = found.as_term()
    label = (found.text("label") or "").casefold()
    by_code = _SEX.get(str(term and term["term"]))
    if by_code is None:
        return _sex_word(record, label)
    if label in _SEX_WORDS and label != by_code:
        record.fault("sex", f"code and label differ ({found.text('id')}, {label})", "sex")
        return "unknown"
    return by_code


def _sex_word(record: Record, word: str) -> str:
    if word in _SEX_WORDS:
        return word
    record.fault("sex", "is no sex known here", "sex", "NCIT:C16576 female, NCIT:C20197 male")
    return "unknown"


def _named(record: Record, part: str, column: str) -> Row:
    found = record.term(part)
    return {column: found["term"], f"{column}_label": found["label"]} if found else {}


def _pedigree(record: Record, into: Phenotypes) -> None:
    """Read a pedigree: who is the proband's father and mother, and who else is of the family.

    The disease that stands in it is the family's; who is affected says so in `diseases`.
    """
    record.leave_out_others(
        ("id", "members", "numSubjects"), {"disease": "said of the family, not of the person"}
    )
    family = record.identifier("id")
    role: dict[str, list[str]] = {"father": [], "mother": [], "proband": []}
    for member in record.each("members"):
        member.leave_out_others(
            ("memberId", "role"), {"affected": "a person's diseases stand in diseases"}
        )
        name = member.identifier("memberId")
        into.add_relation(name, Relation(None, None, family, member.place))
        code = member.code("role")
        if code in _FATHER:
            role["father"].append(name)
        elif code in _MOTHER:
            role["mother"].append(name)
        elif code == _PROBAND:
            role["proband"].append(name)
    for word, names in role.items():
        if len(set(names)) > 1:
            record.fault("pedigrees", f"has more than one {word}: {', '.join(names)[:80]}")
            role[word] = []
    for proband in role["proband"]:
        father, mother = (role[word][0] if role[word] else None for word in ("father", "mother"))
        into.add_relation(proband, Relation(father, mother, family, record.place))
