"""What is known of the individuals of a dataset, from every source, in the canonical tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.schemas import PERSON_TABLES

Row = dict[str, Any]


@dataclass
class Findings:
    """What was read, what was left out and why, and where sources contradict each other."""

    n_read: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)


@dataclass
class Phenotypes:
    """Rows of the canonical tables about known individuals."""

    known: frozenset[str]
    individuals: dict[str, Row] = field(default_factory=dict)
    observations: dict[str, list[Row]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    def require(self, individual_id: str, source: str, line: int | None = None) -> None:
        """Refuse somebody of whom the dataset has no sample."""
        if individual_id not in self.known:
            raise BadInput(
                f"individual {individual_id!r} has no sample in the dataset",
                source=source,
                line=line,
                remedy="Leave the record out, or map the sample in samples.tsv",
            )

    def add_individual(self, row: Row) -> None:
        """Merge what a source says about an individual with what others said."""
        known = self.individuals.setdefault(row["individual_id"], {})
        for name, value in row.items():
            if value in (None, "") or (name == "sex" and value == "unknown"):
                continue
            if known.get(name) in (None, "") or (name == "sex" and known[name] == "unknown"):
                known[name] = value
            elif known[name] != value:
                self._contradict(row["individual_id"], name, known)

    def _contradict(self, individual_id: str, name: str, known: Row) -> None:
        # TRUST: of two sources that differ neither is believed; the value stays out for good.
        if name == "individual_id" or known[name] is _CONTRADICTED:
            return
        known[name] = _CONTRADICTED
        self.findings.contradictions.append(f"{individual_id}: the sources differ in {name}")

    def add(self, table: str, row: Row) -> None:
        """Add an observation."""
        self.observations.setdefault(table, []).append(row)

    def table(self, name: str, dataset_id: str) -> pa.Table:
        """Return one canonical table, in an order that depends on its content alone."""
        schema = PERSON_TABLES[name]
        if name == "individuals":
            rows = [self._individual(i, dataset_id) for i in sorted(self.known)]
        else:
            rows = sorted(self.observations.get(name, []), key=_content)
        self.findings.n_read[name] = len(rows)
        return pa.Table.from_pylist(rows, schema=schema)

    def _individual(self, individual_id: str, dataset_id: str) -> Row:
        known = {
            name: None if value is _CONTRADICTED else value
            for name, value in self.individuals.get(individual_id, {}).items()
        }
        sex = known.get("sex") or "unknown"
        return {**known, "individual_id": individual_id, "dataset_id": dataset_id, "sex": sex}

    def sex_of(self, individual_id: str) -> str:
        """Return the sex that decides how many alleles are counted."""
        return str(self._individual(individual_id, "")["sex"])


_CONTRADICTED = object()


def _content(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in ("individual_id", "term", "name", *sorted(row)))
