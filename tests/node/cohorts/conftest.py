from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.cohorts import definitions
from gdi_spe.node.cohorts.ingest import IngestReport, IngestRequest, ingest
from gdi_spe.node.cohorts.materialise import materialise
from gdi_spe.node.cohorts.versions import CohortVersion
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade
from gdi_spe.node.projects.register import create_default

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
CONSENT = "subject_id,jurisdiction,model,purpose,status,valid_from,valid_to,source,duo\n"


@dataclass
class Node:
    """A node's home and database, and the files that tests bring in."""

    home: Path
    files: Path
    database: Database

    def vcf(self, records: Sequence[str], samples: Sequence[str], name: str = "in.vcf") -> Path:
        lines = ["\t".join(record.split(" ")) for record in records]
        path = self.files / name
        text = "\n".join(["##fileformat=VCFv4.2", "\t".join([COLUMNS, *samples]), *lines, ""])
        path.write_text(text)
        return path

    def packets(self, *packets: dict[str, Any], name: str = "packets") -> Path:
        folder = self.files / name
        folder.mkdir(exist_ok=True)
        for packet in packets:
            path = folder / f"{packet['subject']['id']}.json"
            path.write_text(json.dumps({"id": "p", **packet}))
        return folder

    def table(self, name: str, text: str) -> Path:
        folder = self.files / "tables"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.tsv").write_text(text.replace(" ", "\t"))
        return folder

    def consent(self, *rows: str, name: str = "consent.csv") -> Path:
        path = self.files / name
        path.write_text(CONSENT + "".join(f"{row}\n" for row in rows))
        return path

    def ingest(self, dataset_id: str = "D1", **options: Any) -> IngestReport:
        if "consent" not in options:
            options.setdefault("consent_waived", "synthetic data")
        return ingest(self.database, self.home, IngestRequest(dataset_id, **options), NOW)

    def define(
        self, cohort_id: str = "C1", datasets: Sequence[str] = ("D1",), **options: Any
    ) -> definitions.Cohort:
        def on_defined(s: Session, cohort: str, title: str, purposes: tuple[str, ...]) -> None:
            create_default(s, cohort, title, purposes, NOW)

        values = {"query": None, "regions": (), "title": "", "purposes": (), **options}
        with self.database.write() as session:
            return definitions.define(
                session, self.home, cohort_id, datasets, **values, now=NOW, on_defined=on_defined
            )

    def materialise(self, cohort_id: str = "C1", now: datetime = NOW) -> CohortVersion:
        return materialise(self.database, self.home, cohort_id, now)

    def events(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.seq)))

    def written(self) -> list[str]:
        """Everything under the home that holds data, by its path."""
        rooms = ("datasets", "cohorts", "pseudonyms")
        paths = (p for room in rooms for p in (self.home / room).rglob("*"))
        return sorted(str(p.relative_to(self.home)) for p in paths)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    home, files = tmp_path / "home", tmp_path / "files"
    home.mkdir()
    files.mkdir()
    database = upgrade(Database(f"sqlite:///{home}/node.db"))
    yield Node(home, files, database)
    database.close()


@pytest.fixture
def other_node(tmp_path: Path) -> Iterator[Callable[[], Node]]:
    """Make a second node beside the first."""
    made: list[Node] = []

    def make() -> Node:
        home, files = tmp_path / "other-home", tmp_path / "other-files"
        home.mkdir()
        files.mkdir()
        made.append(Node(home, files, upgrade(Database(f"sqlite:///{home}/node.db"))))
        return made[-1]

    yield make
    for each in made:
        each.database.close()


@pytest.fixture
def small(node: Node) -> Node:
    """Three people with two variants: A and B carry the first, C the second."""
    records = ["1 100 . A C . . . GT 0/1 1/1 0/0", "X 5000000 . G T . . . GT 0/0 0/0 1"]
    path = node.vcf(records, ("A", "B", "C"))
    folder = node.table("individuals", "individual_id sex\nA female\nB female\nC male\n")
    node.ingest(vcf=(path,), tables=folder)
    return node


@pytest.fixture
def packet() -> Callable[..., dict[str, Any]]:
    def make(name: str, **parts: Any) -> dict[str, Any]:
        return {"subject": {"id": name, **parts.pop("subject", {})}, **parts}

    return make
