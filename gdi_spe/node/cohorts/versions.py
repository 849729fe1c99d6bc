"""Versions of datasets and cohorts: which is current, and whether it is what was sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.cohorts import seals
from gdi_spe.node.cohorts.tables import (
    CohortRow,
    CohortVersionRow,
    DatasetRow,
    DatasetVersionRow,
)

# Why a cohort version has ended.
PEOPLE_LEFT, RETIRED, UNKNOWN = "people-left", "retired", "unknown"


@dataclass(frozen=True)
class CohortVersion:
    """One materialised version of a cohort, and the seal that says what its folder holds."""

    cohort_id: str
    version: int
    path: Path
    n_individuals: int
    n_variants: int
    materialised_at: datetime
    seal: str
    signature: str


@dataclass(frozen=True)
class DatasetVersionRef:
    """One version of a dataset on this node."""

    dataset_id: str
    version: int
    path: Path
    assembly: str
    seal: str
    signature: str
    n_samples: int
    # Conditions of use (DUO) of the whole dataset.
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """A cohort version that nothing mounts any more, and until when a workspace may keep it."""

    why: str
    usable_until: datetime


class DatasetRetired(NotFound):
    """A dataset that was taken out of use: nothing can be made from it."""

    code = "dataset-retired"

    def __init__(self, dataset_id: str, at: datetime, why: str) -> None:
        super().__init__("dataset", dataset_id)
        self.public_message = (
            f"{dataset_id} was retired on {at:%Y-%m-%d} ({why}). Ingest it again to use it."
        )


def current_version(session: Session, cohort_id: str) -> CohortVersion:
    """Return a cohort's newest version.

    Raises
    ------
    NotFound
        If there is no such cohort, it has no version yet, it is retired, or its newest version
        has ended.
    """
    row = session.get(CohortRow, cohort_id)
    latest = latest_row(session, cohort_id)
    # TRUST: a retired cohort, or one whose data were retired, has nothing that could be mounted.
    if row is None or row.retired_at is not None or latest is None or latest.ended_at is not None:
        raise NotFound("materialised cohort", cohort_id)
    return version_of(latest)


def latest_row(session: Session, cohort_id: str) -> CohortVersionRow | None:
    """Return a cohort's newest version, whether it can be mounted or not."""
    rows = select(CohortVersionRow).where(CohortVersionRow.cohort_id == cohort_id)
    return session.scalars(rows.order_by(CohortVersionRow.version.desc()).limit(1)).first()


def standing_rows(session: Session, cohort_id: str) -> list[CohortVersionRow]:
    """Return the versions that have not ended, or that a workspace may still keep."""
    rows = select(CohortVersionRow).where(CohortVersionRow.cohort_id == cohort_id)
    return list(session.scalars(rows.order_by(CohortVersionRow.version)))


def version_of(row: CohortVersionRow) -> CohortVersion:
    """Return one version as a value."""
    return CohortVersion(
        row.cohort_id,
        row.version,
        Path(row.path),
        row.n_individuals,
        row.n_variants,
        row.materialised_at,
        row.seal,
        row.signature,
    )


def ended(session: Session, cohort_id: str, version: int) -> Ended | None:
    """Say whether a version that a workspace holds has ended; one that is unknown has."""
    cohort = session.get(CohortRow, cohort_id)
    row = session.get(CohortVersionRow, (cohort_id, version))
    if cohort is None or row is None:
        return Ended(UNKNOWN, datetime.min.replace(tzinfo=UTC))
    if cohort.retired_at is not None:
        return Ended(RETIRED, cohort.retired_at)
    if row.ended_at is not None:
        return Ended(row.ended_why, row.usable_until or row.ended_at)
    return None


def end_versions(
    session: Session, rows: Iterable[CohortVersionRow], why: str, now: datetime, until: datetime
) -> None:
    """End versions that still stand; one that had ended before keeps its earlier end."""
    for row in rows:
        if row.ended_at is None or row.usable_until is None or until < row.usable_until:
            row.ended_at, row.usable_until, row.ended_why = row.ended_at or now, until, why


def verify_quick(home: Path, version: CohortVersion) -> None:
    """Compare a cohort's folder with its seal: signature, then each file's size, time and inode.

    Raises
    ------
    CohortTampered
        If anything differs.
    """
    seals.check_quick(_opened(home, version), version.path)


def scrub(home: Path, version: CohortVersion) -> None:
    """Hash every file of a cohort again and compare.

    Raises
    ------
    CohortTampered
        If anything differs.
    """
    seals.check_content(_opened(home, version), version.path)


def _opened(home: Path, version: CohortVersion) -> seals.Seal:
    found = seals.opened(home, version.seal, version.signature)
    # TRUST: a true seal of another cohort or version is no seal of this one.
    if (found.resource, found.version) != (version.cohort_id, version.version):
        raise seals.CohortTampered(f"the seal of {version.cohort_id} is that of {found.resource}")
    return found


def current_dataset(session: Session, home: Path, dataset_id: str) -> DatasetVersionRef:
    """Return a dataset's newest version.

    Raises
    ------
    NotFound
        If there is no such dataset, or it is retired.
    """
    dataset = session.get(DatasetRow, dataset_id)
    version = session.scalar(
        select(func.max(DatasetVersionRow.version)).where(
            DatasetVersionRow.dataset_id == dataset_id
        )
    )
    row = session.get(DatasetVersionRow, (dataset_id, version)) if version else None
    if dataset is not None and dataset.retired_at is not None:
        raise DatasetRetired(dataset_id, dataset.retired_at, dataset.retired_why)
    if dataset is None or row is None:
        raise NotFound("dataset", dataset_id)
    path = dataset_path(home, dataset_id, row.version)
    return DatasetVersionRef(
        dataset_id,
        row.version,
        path,
        row.assembly,
        row.seal,
        row.signature,
        row.n_samples,
        tuple(dataset.conditions.split()),
    )


def scrub_dataset(home: Path, version: DatasetVersionRef) -> None:
    """Hash every file of a dataset version again and compare with its seal."""
    found = seals.opened(home, version.seal, version.signature)
    if (found.resource, found.version) != (version.dataset_id, version.version):
        raise seals.CohortTampered(f"the seal of {version.dataset_id} is that of {found.resource}")
    seals.check_content(found, version.path)


def dataset_path(home: Path, dataset_id: str, version: int) -> Path:
    """Return where a dataset version lies."""
    return home.resolve() / "datasets" / dataset_id / str(version)
