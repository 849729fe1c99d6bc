"""Cohorts as defined: which datasets, which query, which regions, for which purposes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import duo, references, selecting
from gdi_spe.node.cohorts.tables import CohortApprovalRow, CohortRow
from gdi_spe.node.cohorts.versions import DatasetVersionRef, current_dataset
from gdi_spe.store.chromosomes import LENGTHS, canonical

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
    # Whether the data holder holds it sensitive: exports are then held to stricter bars.
    is_sensitive: bool = False


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
    is_sensitive: bool = False,
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
    HierarchyMissing, UnknownTerm, UnknownGene
        If a part of the query cannot be answered here.
    """
    definition = _definition(session, home, cohort_id, datasets, query, regions, purposes)
    definition = definition.model_copy(update={"is_sensitive": is_sensitive})
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
    refs = [current_dataset(session, home, name) for name in datasets]
    assembly = _assembly(refs)
    if query is not None:
        _check_query(session, home, refs, query)
    return Definition(
        datasets=tuple(datasets),
        query=json.loads(json.dumps(query)) if query is not None else None,
        regions=tuple(region_of(text, assembly) for text in regions),
        purposes=tuple(str(purpose) for purpose in duo.purposes_of(purposes)),
    )


def _assembly(refs: Sequence[DatasetVersionRef]) -> str:
    """Return the assembly of all datasets, each of which must have people."""
    for ref in refs:
        if not ref.n_samples:
            raise BadInput(
                f"{ref.dataset_id} has sites and no samples, so there is nobody for a cohort"
            )
    assemblies = sorted({ref.assembly for ref in refs})
    if len(assemblies) > 1:
        told = ", ".join(f"{ref.dataset_id} is {ref.assembly}" for ref in refs)
        raise BadInput(f"datasets of two assemblies cannot be one cohort: {told}")
    return assemblies[0]


def _check_query(
    session: Session, home: Path, refs: Sequence[DatasetVersionRef], query: Mapping[str, Any]
) -> None:
    """Ask the query now, so that what cannot be answered is known before anybody waits."""
    asked = _dataset_ids(query) - {ref.dataset_id for ref in refs}
    if asked:
        raise BadInput(f"the query asks {min(asked)!r}, which is no dataset of the cohort")
    known = references.ontologies(session, home)
    with selecting.hierarchies_of(known) as hierarchies:
        selecting.fitting(selecting.sealed(home.resolve(), refs), query, hierarchies)


def _dataset_ids(query: Mapping[str, Any]) -> set[str]:
    """Return the datasets that a request names; whether it is one is seen when it is asked."""
    found: Any = query.get("query", query)
    for name in ("requestParameters", "datasets", "datasetIds"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return {each for each in found if isinstance(each, str)} if isinstance(found, list) else set()


def region_of(text: str, assembly: str | None = None) -> Region:
    """Read ``chr19:38433690-38587564``, 1-based and inclusive as people write it."""
    found = _REGION.match(text)
    name = canonical(found[1]) if found else None
    if found is None or name is None:
        raise BadInput(f"{text!r} is no region", remedy="Write it as in chr19:38433690-38587564")
    first, last = (int(number.replace(",", "") or 0) for number in found.groups()[1:])
    if not 0 < first <= last:
        raise BadInput(f"the region {text!r} does not end after its start")
    length = LENGTHS[assembly].get(name) if assembly else None
    if length is not None and last > length:
        raise BadInput(f"the region {text!r} ends after {name} of {assembly} does ({length:,})")
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


def mark(
    session: Session, cohort_id: str, is_sensitive: bool, why: str, now: datetime,
    actor: str = "admin",
) -> None:  # fmt: skip
    """Record that the data holder holds a cohort sensitive, or no longer; it counts at once.

    Raises
    ------
    NotFound
        If it was never defined.
    BadInput
        If no reason is given.
    """
    cohort = get(session, cohort_id)
    if not why.strip():
        raise BadInput("no reason is given", remedy="Name the data holder's decision in --why")
    row = session.get_one(CohortRow, cohort_id)
    definition = cohort.definition.model_copy(update={"is_sensitive": is_sensitive})
    row.definition = definition.model_dump_json()
    facts: dict[str, Fact] = {"is_sensitive": is_sensitive, "why": why}
    record(session, Event("cohort.marked", actor, cohort_id, facts), now)


def are_sensitive(session: Session, cohort_ids: Iterable[str]) -> bool:
    """Whether one of these cohorts is held sensitive by its definition."""
    rows = (session.get(CohortRow, cohort_id) for cohort_id in cohort_ids)
    # TRUST: a cohort that is not known here is none that could be called harmless.
    return any(row is None or _cohort(row).definition.is_sensitive for row in rows)


def retire(session: Session, cohort_id: str, now: datetime, actor: str = "admin") -> None:
    """Take a cohort out of use: no version of it can be mounted any more."""
    row = session.get(CohortRow, cohort_id)
    if row is None:
        raise NotFound("cohort", cohort_id)
    row.retired_at = row.retired_at or now
    record(session, Event("cohort.retired", actor, cohort_id, {}), now)


def approve(
    session: Session, cohort_id: str, condition: str, why: str, now: datetime, actor: str = "admin"
) -> None:
    """Record that the data access committee finds a condition of use met by a cohort.

    Raises
    ------
    BadInput
        If it is no code of DUO, or one that no committee need decide on.
    """
    get(session, cohort_id)
    use = duo.read(condition)
    if not why.strip():
        raise BadInput("no reason is given", remedy="Name the committee's decision in --why")
    row = session.get(CohortApprovalRow, (cohort_id, str(use)))
    if row is None:
        row = CohortApprovalRow(cohort_id=cohort_id, condition=str(use))
        session.add(row)
    row.why, row.approved_at = why, now
    facts: dict[str, Fact] = {"condition": str(use), "why": why}
    record(session, Event("cohort.condition-approved", actor, cohort_id, facts), now)


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
