"""Whose a specimen is, and whether it is of a tumour."""

from __future__ import annotations

from gdi_spe.node.cohorts.phenotypes.collected import Phenotypes, SampleRow
from gdi_spe.node.cohorts.phenotypes.reading.record import Record

# Terms of the Experimental Factor Ontology for the state of a specimen.
_REFERENCE = "EFO:0009654"
_ABNORMAL = "EFO:0009655"
_TUMOUR = ("EFO:0009656", "EFO:0010941", "EFO:0010942", "EFO:0010943")
_STATES = ("biosampleStatus", "materialSample", "sampleType")
_READ = (
    "id",
    "individualId",
    *_STATES,
    "tumorProgression",
    "tumorGrade",
    "histologicalDiagnosis",
    "sampledTissue",
    "sampleOriginDetail",
    "sampleOriginType",
    "collectionDate",
    "collectionMoment",
    "timeOfCollection",
    "taxonomy",
)
_WHY = {
    "phenotypicFeatures": "said of the sample, not of the person",
    "measurements": "said of the sample, not of the person",
    "notes": "free text may name people",
    "description": "free text may name people",
}
_HUMAN = "NCBITaxon:9606"


def read_biosample(record: Record, into: Phenotypes, owner: str | None = None) -> None:
    """Take down a biosample; its own individual counts, else the one it is recorded under.

    Raises
    ------
    BadInput
        If it belongs to nobody, or another record gives it to somebody else.
    """
    record.leave_out_others((*_READ, "$schema", "_id"), _WHY)
    require_human(record)
    name = record.identifier("id")
    person = record.text("individualId") or owner
    if person is None:
        raise record.refuse("belongs to no individual", "individualId")
    when = record.moment("collectionMoment", "timeOfCollection")
    details = {
        "tissue": record.code("sampledTissue", "sampleOriginDetail", "sampleOriginType"),
        "diagnosis": record.code("histologicalDiagnosis"),
        "progression": record.code("tumorProgression"),
        "date": record.moment("collectionDate").day or when.day,
        "age": when.age,
    }
    known = into.biosamples.get(name)
    if known is not None:
        raise record.refuse(f"biosample {name!r} is recorded already, at {known[1]}")
    into.biosamples[name] = (SampleRow(person, _origin(record), details), record.place)


def require_human(record: Record) -> None:
    """Refuse a record of another species."""
    species = record.code("taxonomy")
    if species not in (None, _HUMAN):
        raise record.refuse(f"{species} is not a human being", "taxonomy")


def _origin(record: Record) -> str:
    states = {code for name in _STATES if (code := record.code(name)) is not None}
    says_tumour = bool(states & set(_TUMOUR)) or any(
        record.value.get(name) is not None for name in ("tumorProgression", "tumorGrade")
    )
    is_reference = _REFERENCE in states
    if says_tumour and not is_reference:
        return "tumour"
    if says_tumour or (not is_reference and _is_doubtful(record, states)):
        # TRUST: what may be a tumour's is never counted as what a person was born with.
        record.fault(
            "samples of unclear origin",
            "does not say whether it is of a tumour",
            remedy="Say germline or tumour in samples.tsv, or give tumorProgression or the "
            f"status {_REFERENCE} (reference sample)",
        )
        return "tumour"
    return "germline"


def _is_doubtful(record: Record, states: set[str]) -> bool:
    return _ABNORMAL in states or record.value.get("histologicalDiagnosis") is not None
