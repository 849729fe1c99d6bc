"""Who has what in the tables about individuals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query.outcome import NOBODY, Ids, Outcome
from gdi_spe.query.records import Records, among, people
from gdi_spe.query.variants.proteins import short_change
from gdi_spe.store import compute as pc
from gdi_spe.store.columns import column_of, measures, text
from gdi_spe.terms.curies import looks_like_curie
from gdi_spe.terms.likeness import meaning_of

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "!=": operator.ne,
}
# When something in a table happened, and since what age.
_DATES = {"diagnoses": "date", "phenotypic_features": "date", "treatments": "start_date",
          "exposures": "date", "procedures": "date"}  # fmt: skip
_YEARS = {"diagnoses": "onset_years", "phenotypic_features": "onset_years",
          "treatments": "start_years", "exposures": "age_years",
          "procedures": "age_years"}  # fmt: skip
# Tables that an ontology filter looks into, and the columns that hold terms there.
_TERM_COLUMNS = (
    ("diagnoses", "term"),
    ("phenotypic_features", "term"),
    ("treatments", "term"),
    ("exposures", "term"),
    ("procedures", "term"),
    ("biomarkers", "term"),
    ("measurements", "term"),
    ("measurements", "value_term"),
)


def has_term(records: Records, condition: ask.HasTerm) -> Outcome:
    """Answer a condition about one table of observations."""
    rows = _rows_of_terms(records, condition)
    present = people(rows.filter(_in_time(rows, condition)))
    excluded = _all_excluded(records, condition.table, condition.terms, condition.with_kinds)
    return Outcome(present, excluded - people(rows))


def term_rows(records: Records, condition: ask.HasTerm) -> pa.Table:
    """Return the rows that say that somebody has one of the terms, in the asked times."""
    rows = _rows_of_terms(records, condition)
    return rows.filter(_in_time(rows, condition))


def _rows_of_terms(records: Records, condition: ask.HasTerm) -> pa.Table:
    wanted = records.kinds(condition.terms, condition.with_kinds)
    return _with_status(records.rows_with(condition.table, "term", wanted), "present")


def _with_status(table: pa.Table, status: str) -> pa.Table:
    return table.filter(pc.equal(table["status"], text(status)))


def _in_time(rows: pa.Table, condition: ask.HasTerm) -> pa.ChunkedArray | pa.Array:
    """Say which rows are within the asked dates and ages; an unknown time is not."""
    keep = np.ones(rows.num_rows, bool)
    if condition.onset is not None:
        sign, years = condition.onset
        keep &= COMPARE[sign](measures(rows[_years_column(condition.table)]), years)
    if condition.from_date or condition.to_date:
        days: list[date | None] = rows[_DATES[condition.table]].to_pylist()
        first, last = condition.from_date or date.min, condition.to_date or date.max
        keep &= np.array([day is not None and first <= day <= last for day in days], bool)
    return column_of(keep)


def _years_column(table: str) -> str:
    if table not in _YEARS:
        raise BadInput(
            f"{table} have no age of onset", remedy=f"These have one: {', '.join(_YEARS)}"
        )
    return _YEARS[table]


def _all_excluded(records: Records, table: str, terms: tuple[str, ...], with_kinds: bool) -> Ids:
    """Who has every one of the terms recorded as absent, by itself or by a wider one."""
    found = []
    for term in terms:
        wider = records.wider(term) if with_kinds else {term}
        found.append(people(_with_status(records.rows_with(table, "term", wider), "excluded")))
    return frozenset.intersection(*found) if found else NOBODY


def has_any_term(records: Records, condition: ask.HasAnyTerm) -> Outcome:
    """Answer an ontology filter: the term in any table, as Beacon has no word for which."""
    wanted = records.kinds(condition.terms, condition.with_kinds)
    if condition.at_least is not None:
        wanted |= _similar(records, condition.terms, condition.at_least)
    present: set[str] = set()
    excluded: set[str] = set()
    for name, column in _TERM_COLUMNS:
        rows = records.rows_with(name, column, wanted)
        has_status = "status" in rows.column_names
        present |= people(_with_status(rows, "present") if has_status else rows)
        if column == "term" and has_status:
            excluded |= _all_excluded(records, name, condition.terms, condition.with_kinds)
    return Outcome(frozenset(present), frozenset(excluded - present))


def _similar(records: Records, terms: tuple[str, ...], at_least: float) -> Ids:
    """Return the recorded terms that say at least this share of what an asked one says."""
    found: set[str] = set()
    for term in terms:
        prefix = term.partition(":")[0]
        meaning = meaning_of(prefix, records.hierarchies)
        whole = meaning.information.get(meaning.hierarchy.current(term), 0.0)
        for name, column in _TERM_COLUMNS:
            for other in pc.unique(records.table(name)[column]).to_pylist():
                known = other is not None and other in meaning.hierarchy
                if known and meaning.shared(term, other)[0] >= at_least * whole > 0:
                    found.add(other)
    return frozenset(found)


def has_onset(records: Records, condition: ask.HasOnset) -> Outcome:
    """Answer a condition about the age at which a diagnosis began."""
    rows = _with_status(records.table("diagnoses"), "present")
    if condition.among:
        wanted = records.kinds(condition.among, condition.with_kinds)
        here = wanted & set(pc.unique(rows["term"]).to_pylist())
        rows = rows.filter(among(rows["term"], here)) if here else rows
    years = measures(rows["onset_years"])
    meets = COMPARE[condition.operator](years, condition.years) & ~np.isnan(years)
    present = people(rows.filter(column_of(meets)))
    unknown = people(rows.filter(column_of(np.isnan(years))))
    return Outcome(present, people(rows) - present - unknown)


def has_biomarker(records: Records, condition: ask.HasBiomarker) -> Outcome:
    """Answer a condition about markers."""
    present = people(marker_rows(records, condition, "present"))
    return Outcome(present, people(marker_rows(records, condition, "excluded")) - present)


def marker_rows(records: Records, condition: ask.HasBiomarker, status: str) -> pa.Table:
    """Return the rows about one of the markers, found or looked for and not found."""
    table = _with_status(records.table("biomarkers"), status)
    keep = np.array([_is_marker(row, condition) for row in table.to_pylist()], bool)
    return table.filter(column_of(keep))


def _is_marker(row: dict[str, Any], condition: ask.HasBiomarker) -> bool:
    changes = {short_change(text) for text in (row["hgvs_p"], *row["name"].split()[1:]) if text}
    asked = {short_change(change) for change in condition.protein_changes}
    if changes & asked:
        return True
    return any(_has_name(row, changes, marker) for marker in condition.markers)


def _has_name(row: dict[str, Any], changes: set[str], marker: str) -> bool:
    if looks_like_curie(marker):
        return bool(row["term"] == marker)
    names = {row["name"].casefold(), row["gene"].casefold()}
    gene, _, change = marker.partition(" ")
    by_change = gene.casefold() == row["gene"].casefold() and short_change(change) in changes
    return marker.casefold() in names or bool(change and by_change)


def measured(records: Records, condition: ask.Measured) -> Outcome:
    """Answer a condition about a measured value; values of different units are never mixed."""
    rows, meeting = measured_rows(records, condition)
    present = people(meeting)
    return Outcome(present, people(rows) - present)


def measured_rows(records: Records, condition: ask.Measured) -> tuple[pa.Table, pa.Table]:
    """Return the rows of a measurement, and those of them with a value like the asked one."""
    wanted = records.kinds((condition.term,), condition.with_kinds)
    rows = records.rows_with("measurements", "term", wanted)
    rows = rows.filter(pc.is_valid(rows["value"]))
    units = set(pc.unique(rows["unit"]).to_pylist())
    if condition.unit is not None:
        rows = rows.filter(among(rows["unit"], {condition.unit}))
    elif len(units) > 1:
        told = ", ".join(sorted(unit or "no unit" for unit in units))
        raise BadInput(
            f"{condition.term} was measured in several units ({told})", remedy="Say which"
        )
    values = measures(rows["value"])
    meets = COMPARE[condition.operator](values, condition.value)
    return rows, rows.filter(column_of(meets))


def sample_has(records: Records, condition: ask.SampleHas) -> Outcome:
    """Answer a condition about a term of a sample."""
    present = people(sample_rows(records, condition))
    told = records.folder.samples
    wider = frozenset().union(*(records.wider(term) for term in condition.terms))
    is_open = pc.or_(pc.is_null(told[condition.column]), among(told[condition.column], wider))
    return Outcome(present, people(told) - present - people(told.filter(is_open)))


def sample_rows(records: Records, condition: ask.SampleHas) -> pa.Table:
    """Return the rows of the samples that have one of the terms."""
    wanted = records.kinds(condition.terms, condition.with_kinds)
    samples = records.folder.samples
    return samples.filter(among(samples[condition.column], wanted))


def is_one_of(records: Records, condition: ask.IsOneOf) -> Outcome:
    """Answer a condition about a column of the individuals."""
    rows = records.table("individuals")
    column = rows[condition.column]
    known = pc.is_valid(column)
    if condition.column == "sex":
        known = among(column, ("female", "male"))
    told = rows.filter(known)
    present = people(told.filter(among(told[condition.column], condition.values)))
    return Outcome(present, people(told) - present)


def age_between(records: Records, condition: ask.AgeBetween) -> Outcome:
    """Answer a condition about the age at the last encounter, or at death."""
    rows = records.table("individuals")
    rows = rows.filter(pc.is_valid(rows[condition.column]))
    years = measures(rows[condition.column])
    meets = np.ones(len(years), bool)
    if condition.at_least is not None:
        meets &= years >= condition.at_least
    if condition.below is not None:
        meets &= years < condition.below
    present = people(rows.filter(column_of(meets)))
    return Outcome(present, people(rows) - present)


def resembles(records: Records, condition: ask.Resembles) -> Outcome:
    """Answer a condition about likeness."""
    found = records.likeness(condition.terms)
    return Outcome(
        frozenset(each.individual_id for each in found if each.score >= condition.at_least),
        frozenset(each.individual_id for each in found if each.largest < condition.at_least),
    )
