"""Interpretations of phenopackets: which markers a person was found to have, or not."""

from __future__ import annotations

from collections.abc import Iterator

from gdi_spe.node.cohorts.phenotypes.reading.record import Record, Row

_STATUS: dict[str, str | None] = {
    "CAUSATIVE": "present",
    "CONTRIBUTORY": "present",
    "CANDIDATE": "present",
    "REJECTED": "excluded",
    "UNKNOWN_STATUS": None,
}


def biomarkers(record: Record) -> Iterator[Row]:
    """Read the genomic interpretations of an interpretation that name a gene."""
    diagnosis = record.get("diagnosis")
    if diagnosis is None:
        return
    if diagnosis.get("disease") is not None:
        diagnosis.leave_out("disease", "a diagnosis counts when it stands in diseases")
    for found in diagnosis.each("genomicInterpretations"):
        row = _biomarker(found)
        if row is not None:
            yield row


def _biomarker(found: Record) -> Row | None:
    status = found.choice("interpretationStatus", _STATUS)
    variant = found.get("variantInterpretation")
    described = variant.get("variationDescriptor") if variant is not None else None
    gene = described.get("geneContext") if described is not None else None
    gene = gene or found.get("gene")
    symbol = gene.text("symbol") if gene is not None else None
    if status is None or gene is None or symbol is None:
        why = "no gene is named" if status is not None else "neither found nor rejected"
        found.findings.left_out.add(f"{found.place.kind}: {why}", found.place)
        return None
    expressions = dict(_expressions(described)) if described is not None else {}
    label = described.text("label") if described is not None else None
    return {
        "gene": symbol,
        "name": label or next(iter(expressions.values()), symbol),
        "status": status,
        "term": _gene_term(gene),
        "hgvs_p": expressions.get("hgvs.p"),
    }


def _expressions(described: Record) -> Iterator[tuple[str, str]]:
    for each in described.each("expressions"):
        syntax, value = each.text("syntax"), each.text("value")
        if syntax and value:
            yield syntax, value


def _gene_term(gene: Record) -> str | None:
    name = gene.text("valueId")
    if name is None:
        return None
    term = Record({"id": name}, gene.place.under("valueId"), gene.findings).as_term()
    return None if term is None else str(term["term"])
