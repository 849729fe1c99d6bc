"""The first cohort of the synthetic node, made without starting a node: for tests and docs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gdi_spe.boundary.identifiers import slug_of
from gdi_spe.demo.synthetic import generate
from gdi_spe.demo.synthetic.truth import COHORTS, Truth
from gdi_spe.node.audit import log as _audit_tables  # noqa: F401  # declares its tables
from gdi_spe.node.cohorts import definitions, ingest, materialise, references
from gdi_spe.node.cohorts import tables as _cohort_tables  # noqa: F401  # likewise
from gdi_spe.node.cohorts.pseudonyms import KEY_NAME, individual_pseudonyms
from gdi_spe.node.database.engine import Base, Database

# The people do not exist: one known key, so that they have the same names on every machine.
_KEY = b"the people behind it are made up"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DemoCohort:
    """A cohort as a workspace mounts it, and what was planted in it.

    ``mounted`` is the folder that holds the cohort's folder; ``answers`` are the pseudonyms that
    answer each question, ``children`` those of each kind of family, and ``with_v600e`` whose
    tumours have the mutation; sorted.
    """

    id: str
    mounted: Path
    home: Path
    truth: Truth
    answers: dict[str, list[str]]
    children: dict[str, list[str]]
    with_v600e: list[str]

    @property
    def path(self) -> Path:
        """The cohort's folder."""
        return self.mounted / self.id


def make(root: Path, n_individuals: int = generate.INDIVIDUALS) -> DemoCohort:
    """Make the synthetic cohort in an empty folder, as an admin makes one.

    Its contents, the pseudonyms too, depend on the number of individuals alone.
    """
    synthetic, home, mounted = root / "synthetic", root / "home", root / "mounted"
    truth = generate.generate(synthetic, n_individuals=n_individuals)
    mounted.mkdir()
    cohort = COHORTS[0]
    (mounted / cohort.id).symlink_to(_materialised(synthetic, home))
    project = slug_of(cohort.id)

    def named(individuals: Iterable[str]) -> list[str]:
        return sorted(individual_pseudonyms(home, project, individuals))

    patterns = dict.fromkeys(family.pattern for family in truth.families)
    return DemoCohort(
        cohort.id,
        mounted,
        home,
        truth,
        {question: named(by[cohort.id]) for question, by in truth.answers.items()},
        {p: named(each.child for each in truth.families if each.pattern == p) for p in patterns},
        named(each.individual for each in truth.tumours if each.has_v600e),
    )


def _materialised(synthetic: Path, home: Path) -> Path:
    _write_key(home)
    database = Database(f"sqlite:///{home}/node.db")
    Base.metadata.create_all(database.engine)
    for path in sorted((synthetic / "references").glob("*.obo")):
        references.add(database, home, references.ONTOLOGY, path, _NOW)
    cohort = COHORTS[0]
    for dataset in cohort.datasets:
        ingest.ingest(database, home, _request(synthetic / dataset), _NOW)
    with database.write() as session:
        definitions.define(
            session, home, cohort.id, cohort.datasets, cohort.beacon_query(), [], cohort.title,
            [], _NOW, lambda *_: None,
        )  # fmt: skip
    version = materialise.materialise(database, home, cohort.id, _NOW)
    database.engine.dispose()
    return Path(version.path)


def _request(folder: Path) -> ingest.IngestRequest:
    files, tables = (folder / "variants.vcf.gz",), folder / "tables"
    packets, consent = folder / "phenopackets", folder / "consent.csv"
    return ingest.IngestRequest(folder.name, files, packets, tables, consent)


def _write_key(home: Path) -> None:
    keys = home / "keys"
    keys.mkdir(parents=True, mode=0o700)
    descriptor = os.open(keys / KEY_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_KEY)
