"""Verify what the node keeps, and seal it anew after a restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Tampered
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import seals
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow, DatasetVersionRow
from gdi_spe.node.cohorts.versions import (
    CohortVersion,
    DatasetVersionRef,
    dataset_path,
    scrub,
    scrub_dataset,
)
from gdi_spe.node.database.engine import Database
from gdi_spe.store.checking import faults
from gdi_spe.store.folder import CohortFolder, DatasetFolder
from gdi_spe.store.manifests import MANIFEST

Progress = Callable[[str], None]


class StoreBroken(Tampered):
    """A folder holds the bytes that were sealed, and they are not what the format says."""

    code = "store-broken"

    def __init__(self, why: str) -> None:
        self.public_message = f"{why}."
        super().__init__(self.public_message)


@dataclass(frozen=True)
class Resealed:
    """One version with a new seal."""

    version: int
    n_files: int


def verify_cohort(home: Path, version: CohortVersion) -> None:
    """Hash every file of a cohort version, compare it with seal and manifest, and read it through.

    Raises
    ------
    CohortTampered
        If a file is not what was sealed.
    StoreBroken
        If it is, and does not add up.
    """
    scrub(home, version)
    _sound(CohortFolder(version.path), seals.opened(home, version.seal, version.signature))


def verify_dataset(home: Path, version: DatasetVersionRef) -> None:
    """Do the same for a dataset version."""
    scrub_dataset(home, version)
    _sound(DatasetFolder(version.path), seals.opened(home, version.seal, version.signature))


def _sound(folder: CohortFolder | DatasetFolder, seal: seals.Seal) -> None:
    sealed = {name: file.sha256 for name, file in seal.files.items() if name != MANIFEST}
    if sealed != {name: member.sha256 for name, member in folder.members.items()}:
        raise StoreBroken("manifest.json: its hashes are not those of the files")
    try:
        fault = next(faults(folder), None)
    except (BadInput, NotFound, ValueError, OSError) as error:
        fault = str(error)
    if fault is not None:
        raise StoreBroken(fault)


def reseal_cohort(
    database: Database, home: Path, cohort_id: str, why: str, now: datetime, actor: str = "admin"
) -> list[Resealed]:
    """Seal every version of a cohort anew, if each file has the bytes that were sealed before.

    A restored backup has the old bytes under new inodes and times, which a start refuses.

    Raises
    ------
    CohortTampered
        If a signature or a byte differs; nothing is sealed anew then.
    """
    home = home.resolve()
    with database.write() as session:
        cohort = session.get(CohortRow, cohort_id)
        rows = select(CohortVersionRow).where(CohortVersionRow.cohort_id == cohort_id)
        found = list(session.scalars(rows.order_by(CohortVersionRow.version)))
        if cohort is None or not found:
            raise NotFound("materialised cohort", cohort_id)
        made = []
        for row in found:
            folder = home / "cohorts" / cohort.opaque / str(row.version)
            row.seal, row.signature, n_files = _again(home, row, cohort_id, folder)
            row.path = str(folder)
            made.append(Resealed(row.version, n_files))
        _recorded(session, "cohort.resealed", cohort_id, made, why, now, actor)
        return made


def reseal_dataset(
    database: Database, home: Path, dataset_id: str, why: str, now: datetime, actor: str = "admin"
) -> list[Resealed]:
    """Do the same for a dataset."""
    home = home.resolve()
    with database.write() as session:
        rows = select(DatasetVersionRow).where(DatasetVersionRow.dataset_id == dataset_id)
        found = list(session.scalars(rows.order_by(DatasetVersionRow.version)))
        if not found:
            raise NotFound("dataset", dataset_id)
        made = []
        for row in found:
            folder = dataset_path(home, dataset_id, row.version)
            row.seal, row.signature, n_files = _again(home, row, dataset_id, folder)
            made.append(Resealed(row.version, n_files))
        _recorded(session, "dataset.resealed", dataset_id, made, why, now, actor)
        return made


def _again(
    home: Path, row: CohortVersionRow | DatasetVersionRow, resource: str, folder: Path
) -> tuple[str, str, int]:
    found = seals.opened(home, row.seal, row.signature)
    # TRUST: a true seal of another resource or version is no seal of this one.
    if (found.resource, found.version) != (resource, row.version):
        raise seals.CohortTampered(f"the seal of {resource} is that of {found.resource}")
    text, signature = seals.seal_again(home, found, folder)
    return text, signature, len(found.files)


def _recorded(
    session: Session,
    kind: str,
    resource: str,
    made: list[Resealed],
    why: str,
    now: datetime,
    actor: str,
) -> None:
    if not why.strip():
        raise BadInput("no reason is given", remedy="Say in --why which backup was restored")
    told = ",".join(str(each.version) for each in made)
    facts: dict[str, Fact] = {"why": why, "versions": told}
    record(session, Event(kind, actor, resource, facts), now)
