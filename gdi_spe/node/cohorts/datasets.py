"""Datasets of this node: what is there, and taking one out of use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import duo
from gdi_spe.node.cohorts.tables import (
    CohortRow,
    CohortVersionRow,
    DatasetRow,
    DatasetVersionRow,
)


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
    conditions: tuple[str, ...]
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
    """Take a dataset out of use, and with it every cohort version that was made from it.

    Its identifier can return with a new ingest; what was made before stays out of use.
    """
    # Here, so that what only lists datasets does not load the store.
    from gdi_spe.node.cohorts import versions

    row = _row(session, dataset_id)
    row.retired_at, row.retired_why = row.retired_at or now, row.retired_why or why
    made = _made_from(session, dataset_id)
    # TRUST: data that are wrong, or may no longer be used, are used by nobody from now on.
    versions.end_versions(session, made, versions.RETIRED, now, now)
    facts: dict[str, Fact] = {
        "why": why,
        "cohorts": ",".join(f"{one.cohort_id}@{one.version}" for one in made),
    }
    record(session, Event("dataset.retired", actor, dataset_id, facts), now)


def _made_from(session: Session, dataset_id: str) -> list[CohortVersionRow]:
    cohorts = session.scalars(select(CohortRow)).all()
    ids = [c.id for c in cohorts if dataset_id in json.loads(c.definition).get("datasets", ())]
    rows = select(CohortVersionRow).where(CohortVersionRow.cohort_id.in_(ids))
    order = (CohortVersionRow.cohort_id, CohortVersionRow.version)
    return list(session.scalars(rows.order_by(*order)))


def set_conditions(
    session: Session,
    dataset_id: str,
    conditions: Sequence[str],
    now: datetime,
    actor: str = "admin",
) -> tuple[str, ...]:
    """Say on which conditions (DUO) the whole dataset may be used, from the next version on.

    Raises
    ------
    BadInput
        If a condition is no code of DUO.
    """
    row = _row(session, dataset_id)
    found = tuple(str(use) for use in duo.read_all(conditions))
    row.conditions = " ".join(found)
    facts: dict[str, Fact] = {"duo": row.conditions}
    record(session, Event("dataset.conditions-set", actor, dataset_id, facts), now)
    return found


def _row(session: Session, dataset_id: str) -> DatasetRow:
    row = session.get(DatasetRow, dataset_id)
    if row is None:
        raise NotFound("dataset", dataset_id)
    return row


def _dataset(session: Session, row: DatasetRow) -> Dataset:
    made = session.scalars(
        select(DatasetVersionRow)
        .where(DatasetVersionRow.dataset_id == row.id)
        .order_by(DatasetVersionRow.version)
    ).all()
    return Dataset(
        row.id,
        row.retired_at,
        row.retired_why,
        tuple(row.conditions.split()),
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
            for v in made
        ),
    )
