"""Rows of the canonical tables as the sources are read, before they are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from gdi_spe.node.cohorts.phenotypes.findings import Findings
from gdi_spe.node.cohorts.phenotypes.reading.places import Place
from gdi_spe.node.cohorts.phenotypes.reading.record import Row
from gdi_spe.store.schemas import PERSON_TABLES

_BATCH = 20_000
CONTRADICTED = object()


@dataclass(frozen=True)
class SampleRow:
    """Whose sample a VCF column is, of which kind, and what is known of it."""

    individual_id: str
    origin: str
    details: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """What one source says of a person's parents and family."""

    father_id: str | None
    mother_id: str | None
    family_id: str | None
    place: Place


@dataclass
class Phenotypes:
    """What was read so far: of individuals, of samples, of families, and observations."""

    findings: Findings = field(default_factory=Findings)
    individuals: dict[str, Row] = field(default_factory=dict)
    # Of samples.tsv and of biosamples; the first decides where both speak.
    listed_samples: dict[str, tuple[SampleRow, Place]] = field(default_factory=dict)
    biosamples: dict[str, tuple[SampleRow, Place]] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    # Parts of relations in which sources differ: nothing is believed of them any more.
    unbelieved: set[tuple[str, str]] = field(default_factory=set)
    sexes_in_pedigrees: dict[str, str] = field(default_factory=dict)
    # Where each person was first spoken of.
    places: dict[str, Place] = field(default_factory=dict)
    # Table and term -> unit -> where it was first used.
    units: dict[tuple[str, str], dict[str | None, Place]] = field(default_factory=dict)
    _buffers: dict[str, list[Row]] = field(default_factory=dict)
    _parts: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add_individual(self, row: Row, place: Place) -> None:
        """Merge what a source says about an individual with what others said."""
        name = row["individual_id"]
        self.places.setdefault(name, place)
        known = self.individuals.setdefault(name, {})
        for column, value in row.items():
            if value in (None, "") or (column == "sex" and value == "unknown"):
                continue
            earlier = known.get(column)
            if earlier is None or (column == "sex" and earlier == "unknown"):
                known[column] = value
            elif earlier is not CONTRADICTED and earlier != value:
                # TRUST: of two sources that differ neither is believed, whatever a third says.
                known[column] = CONTRADICTED
                self.findings.contradictions.add(f"the sources differ in {column}", name)

    def add(self, table: str, rows: Iterable[Row], individual_id: str, place: Place) -> None:
        """Add observations of an individual."""
        self.places.setdefault(individual_id, place)
        buffer = self._buffers.setdefault(table, [])
        for row in rows:
            if row.get("value") is not None:
                units = self.units.setdefault((table, row["term"]), {})
                units.setdefault(row.get("unit"), place)
            buffer.append({**row, "individual_id": individual_id})
        if len(buffer) >= _BATCH:
            self._pack(table)

    def add_relation(self, individual_id: str, told: Relation) -> None:
        """Add what a source says of a person's parents and family."""
        known = self.relations.get(individual_id)
        if known is None:
            self.relations[individual_id] = told
            return
        merged: dict[str, str | None] = {}
        for name in ("father_id", "mother_id", "family_id"):
            old, new = getattr(known, name), getattr(told, name)
            if old is not None and new is not None and old != new:
                self.findings.contradictions.add(f"the sources differ in {name}", individual_id)
                self.unbelieved.add((individual_id, name))
            merged[name] = None if (individual_id, name) in self.unbelieved else old or new
        self.relations[individual_id] = Relation(**merged, place=known.place)

    def _pack(self, table: str) -> None:
        """Turn rows into columns, which take a tenth of the memory."""
        rows = self._buffers.pop(table, [])
        packed = pa.Table.from_pylist(rows, schema=_relaxed(PERSON_TABLES[table]))
        self._parts.setdefault(table, []).append(packed)

    def rows(self, table: str) -> pa.Table:
        """Return every row of a table of observations, in the order of reading."""
        if self._buffers.get(table):
            self._pack(table)
        parts = self._parts.get(table, [])
        return pa.concat_tables([_relaxed(PERSON_TABLES[table]).empty_table(), *parts])


def _relaxed(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])
