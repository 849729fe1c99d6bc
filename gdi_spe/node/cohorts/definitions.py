"""Cohorts as defined: which datasets, which query, which regions, for which purposes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.boundary.identifiers import ResourceId, slug_of
from gdi_spe.boundary.manifest import Frozen, Region
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts.tables import CohortRow
from gdi_spe.node.cohorts.versions import current_dataset
from gdi_spe.query import beacon
from gdi_spe.store.chromosomes import canonical
from gdi_spe.terms.curies import require_known

OnDefined = Callable[[Session, str, str, tuple[str, ...]], None]
_ID = TypeAdapter(ResourceId)
_REGION = re.compile(r"^([^:\s]+):([\d,]+)-([\d,]+)$")


class AlreadyDefined(Refused):
    """The cohort, or its default project, is there already."""

    code = "already-defined"

    def __init__(self, cohort_id: str) -> None:
        self.public_message = f"A cohort {cohort_id!r}, or one with the same project, exists."
        super().__init__(self.public_message)


class Definition(Frozen):
    """What selects the people and variants of a cohort."""

    datasets: tuple[str, ...]
    query: dict[str, Any] | None = None
    regions: tuple[Region, ...] = ()
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """A defined cohort."""

    id: str
    title: str
    project: str
    opaque: str
    definition: Definition
    defined_at: datetime
    retired_at: datetime | None


def define(
    session: Session,
    home: Path,
    cohort_id: str,
    datasets: Sequence[str],
    query: Mapping[str, Any] | None,
    regions: Sequence[str],
    title: str,
    purposes: Sequence[str],
    now: datetime,
    on_defined: OnDefined,
    actor: str = "admin",
) -> Cohort:
    """Define a cohort; ``on_defined`` makes its default project in the same transaction.

    Raises
    ------
    BadInput
        If an id, a purpose (DUO), a region or any part of the query is not understood.
    NotFound
        If a dataset is not here.
    AlreadyDefined
        If the cohort or its project is there.
    """
    definition = _definition(session, home, cohort_id, datasets, query, regions, purposes)
    project = slug_of(cohort_id)
    same = (CohortRow.id == cohort_id) | (CohortRow.project == project)
    if session.scalars(select(CohortRow).where(same)).first() is not None:
        raise AlreadyDefined(cohort_id)
    row = CohortRow(
        id=cohort_id,
        title=title or cohort_id,
        project=project,
        opaque=secrets.token_hex(16),
        definition=definition.model_dump_json(),
        defined_at=now,
    )
    session.add(row)
    session.flush()
    on_defined(session, cohort_id, row.title, definition.purposes)
    facts = {"datasets": ",".join(definition.datasets), "purposes": ",".join(definition.purposes)}
    record(session, Event("cohort.defined", actor, cohort_id, facts), now)
    return _cohort(row)


def _definition(
    session: Session,
    home: Path,
    cohort_id: str,
    datasets: Sequence[str],
    query: Mapping[str, Any] | None,
    regions: Sequence[str],
    purposes: Sequence[str],
) -> Definition:
    try:
        _ID.validate_python(cohort_id)
    except ValidationError:
        raise BadInput(f"{cohort_id!r} is no cohort id") from None
    if not datasets or len(set(datasets)) < len(datasets):
        raise BadInput("a cohort is made of one or more datasets, each named once")
    assemblies = {current_dataset(session, home, name).assembly for name in datasets}
    if len(assemblies) > 1:
        raise BadInput("datasets of GRCh37 and GRCh38 cannot be one cohort")
    if query is not None:
        beacon.parse(query, assemblies.pop())
    for purpose in purposes:
        if not require_known(purpose).startswith("DUO:"):
            raise BadInput(f"the purpose {purpose!r} is no DUO term")
    return Definition(
        datasets=tuple(datasets),
        query=json.loads(json.dumps(query)) if query is not None else None,
        regions=tuple(region_of(text) for text in regions),
        purposes=tuple(purposes),
    )


def region_of(text: str) -> Region:
    """Read ``chr19:38433690-38587564``, 1-based and inclusive as people write it."""
    found = _REGION.match(text)
    name = canonical(found[1]) if found else None
    if found is None or name is None:
        raise BadInput(f"{text!r} is no region", remedy="Write it as in chr19:38433690-38587564")
    first, last = (int(number.replace(",", "") or 0) for number in found.groups()[1:])
    if not 0 < first <= last:
        raise BadInput(f"the region {text!r} does not end after its start")
    return Region(chromosome=name, start=first - 1, end=last)


def get(session: Session, cohort_id: str) -> Cohort:
    """Return a cohort.

    Raises
    ------
    NotFound
        If it was never defined.
    """
    row = session.get(CohortRow, cohort_id)
    if row is None:
        raise NotFound("cohort", cohort_id)
    return _cohort(row)


def every(session: Session) -> tuple[Cohort, ...]:
    """Return all cohorts, by id."""
    return tuple(_cohort(row) for row in session.scalars(select(CohortRow).order_by(CohortRow.id)))


def retire(session: Session, cohort_id: str, now: datetime, actor: str = "admin") -> None:
    """Take a cohort out of use: no version of it can be mounted any more."""
    row = session.get(CohortRow, cohort_id)
    if row is None:
        raise NotFound("cohort", cohort_id)
    row.retired_at = row.retired_at or now
    record(session, Event("cohort.retired", actor, cohort_id, {}), now)


def _cohort(row: CohortRow) -> Cohort:
    return Cohort(
        row.id,
        row.title,
        row.project,
        row.opaque,
        Definition.model_validate_json(row.definition),
        row.defined_at,
        row.retired_at,
    )
