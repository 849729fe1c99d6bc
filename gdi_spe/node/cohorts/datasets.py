"""Datasets of this node: what is there, and taking one out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts.tables import DatasetRow, DatasetVersionRow


@dataclass(frozen=True)
class MadeVersion:
    """One version of a dataset, as an admin sees it."""

    version: int
    assembly: str
    n_individuals: int
    n_samples: int
    n_variants: int
    consent_waived: str
    made_at: datetime
    made_why: str


@dataclass(frozen=True)
class Dataset:
    """A dataset and its versions, oldest first."""

    id: str
    retired_at: datetime | None
    retired_why: str
    versions: tuple[MadeVersion, ...]


def every(session: Session) -> tuple[Dataset, ...]:
    """Return all datasets, by id."""
    rows = session.scalars(select(DatasetRow).order_by(DatasetRow.id)).all()
    return tuple(_dataset(session, row) for row in rows)


def get(session: Session, dataset_id: str) -> Dataset:
    """Return one dataset.

    Raises
    ------
    NotFound
        If it was never ingested.
    """
    return _dataset(session, _row(session, dataset_id))


def retire(
    session: Session, dataset_id: str, why: str, now: datetime, actor: str = "admin"
) -> None:
    """Take a dataset out of use: no cohort can be made from it any more."""
    row = _row(session, dataset_id)
    row.retired_at, row.retired_why = row.retired_at or now, row.retired_why or why
    record(session, Event("dataset.retired", actor, dataset_id, {"why": why}), now)


def _row(session: Session, dataset_id: str) -> DatasetRow:
    row = session.get(DatasetRow, dataset_id)
    if row is None:
        raise NotFound("dataset", dataset_id)
    return row


def _dataset(session: Session, row: DatasetRow) -> Dataset:
    versions = session.scalars(
        select(DatasetVersionRow)
        .where(DatasetVersionRow.dataset_id == row.id)
        .order_by(DatasetVersionRow.version)
    ).all()
    return Dataset(
        row.id,
        row.retired_at,
        row.retired_why,
        tuple(
            MadeVersion(
                v.version,
                v.assembly,
                v.n_individuals,
                v.n_samples,
                v.n_variants,
                v.consent_waived,
                v.made_at,
                v.made_why,
            )
            for v in versions
        ),
    )
