"""Say so where what is asked for is told of nobody here: it may be mistyped, or of another map."""

from __future__ import annotations

from collections.abc import Hashable
from difflib import get_close_matches
from weakref import WeakKeyDictionary

import numpy as np

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import conditions as ask
from gdi_spe.query.observations import has_term, marker_rows
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.records import Records
from gdi_spe.query.variants.matching import rows_of

_SHOWN = 3  # alleles at a place that a caution names


# What was found to be somebody's: asked again, it is not looked for again.
_HERE: WeakKeyDictionary[Records, set[Hashable]] = WeakKeyDictionary()


class RecordedOfNobody(Caution):
    """What is asked for is recorded of nobody, neither found nor looked for and not found."""


def _here(records: Records) -> set[Hashable]:
    return _HERE.setdefault(records, set())


def tell_of_markers(markers: ask.HasBiomarker, records: Records) -> None:
    """Say so where nobody was looked at for a marker."""
    for name in markers.markers:
        asked = ask.HasBiomarker((name,))
        if any(marker_rows(records, asked, status).num_rows for status in ("present", "excluded")):
            continue
        known = sorted({*records.table("biomarkers")["name"].to_pylist()} - {None, ""})
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"Near it: {', '.join(near)}" if near else "See cohort.sql('FROM biomarkers')"
        caution(RecordedOfNobody(f"biomarker {shown(name)} is recorded of nobody here. {hint}"))


def tell_of_terms(word: str, condition: ask.HasTerm, records: Records) -> None:
    """Say so where a table has neither a term nor a kind of it, found or excluded."""
    for term in condition.terms:
        if (condition.table, term, condition.with_kinds) in _here(records):
            continue
        try:
            is_known = _is_recorded(condition.table, term, condition.with_kinds, records)
        except BadInput:
            return  # a hierarchy that is missing is told when individuals are counted
        if is_known:
            _here(records).add((condition.table, term, condition.with_kinds))
        else:
            hint = _elsewhere(term, condition, records)
            caution(RecordedOfNobody(f"{word} {term} is recorded of nobody here. {hint}"))


def _is_recorded(table: ask.TermTable, term: str, with_kinds: bool, records: Records) -> bool:
    if records.rows_with(table, "term", records.kinds((term,), with_kinds)).num_rows:
        return True
    return bool(has_term(records, ask.HasTerm(table, (term,), with_kinds)).excluded)


def _elsewhere(term: str, condition: ask.HasTerm, records: Records) -> str:
    for word, table in TERM_TABLES.items():
        if table != condition.table and _is_recorded(table, term, condition.with_kinds, records):
            return f"It is as {word}={term!r}"
    return f"See cohort.sql('FROM {condition.table}')"


# A word, and the table of the terms that it asks for.
TERM_TABLES: dict[str, ask.TermTable] = {
    "diagnosis": "diagnoses",
    "phenotype": "phenotypic_features",
    "treatment": "treatments",
    "exposure": "exposures",
    "procedure": "procedures",
}


def tell_of_places(condition: ask.CarriesVariant, records: Records) -> None:
    """Say so where no variant here is the one, or lies where, it is asked for."""
    assembly = f"Places are those of {records.folder.assembly}, counted from 1"
    for allele in condition.alleles:
        if not _is_here(ask.CarriesVariant(alleles=(allele,)), allele, records):
            name = f"{allele.chromosome}-{allele.position}-{allele.reference}-{allele.alternate}"
            hint = _at_its_place(allele, records) or assembly
            caution(RecordedOfNobody(f"nobody here has {name}. {hint}"))
    for span in condition.spans:
        if not _is_here(ask.CarriesVariant(spans=(span,)), span, records):
            caution(RecordedOfNobody(f"{written(span)} has no variant of anybody here. {assembly}"))


def _is_here(condition: ask.CarriesVariant, where: Allele | Span, records: Records) -> bool:
    if where in _here(records):
        return True
    is_known = where.chromosome in records.chromosomes
    found = is_known and bool(len(rows_of(records, where.chromosome, condition)))
    if found:
        _here(records).add(where)
    return found


def written(span: Span) -> str:
    """Write a region as it is asked for."""
    if span == Span(span.chromosome):
        return span.chromosome
    return f"{span.chromosome}:{span.end_from}-{span.start_to}"


def _at_its_place(allele: Allele, records: Records) -> str:
    if allele.chromosome not in records.chromosomes:
        return ""
    rows = records.variant_rows(allele.chromosome)
    there = rows.source.take(np.asarray(rows.at(allele))[:_SHOWN])
    pairs = zip(there["reference"].to_pylist(), there["alternate"].to_pylist(), strict=True)
    found = [f"{reference}-{alternate}" for reference, alternate in pairs]
    return f"At this place here: {', '.join(found)}" if found else ""
