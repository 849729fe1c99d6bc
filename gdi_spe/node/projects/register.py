"""Make and change projects; every change is an audit event in the same transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.boundary.identifiers import slug_of
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts import duo
from gdi_spe.node.cohorts.tables import CohortRow
from gdi_spe.node.projects.tables import Project, ProjectCohort, ProjectMember

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,29}\Z")


class Status(StrEnum):
    """Where a project stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


# Every allowed move and the event it writes; a move that is not here is refused.
MOVES: dict[tuple[Status, Status], str] = {
    (Status.ACTIVE, Status.SUSPENDED): "project.suspended",
    (Status.SUSPENDED, Status.ACTIVE): "project.resumed",
    (Status.ACTIVE, Status.CLOSED): "project.closed",
    (Status.SUSPENDED, Status.CLOSED): "project.closed",
}


class MoveRefused(Refused):
    """A project cannot go from one status to that other."""

    code = "project-move-refused"

    def __init__(self, slug: str, status: Status, to: Status) -> None:
        self.public_message = f"Project {slug} is {status}; it cannot become {to}."
        super().__init__(self.public_message)


def create_default(
    session: Session, cohort_id: str, title: str, purposes: Sequence[str], now: datetime
) -> Project:
    """Make the project of one cohort, when the cohort is defined; it is there once."""
    slug = slug_of(cohort_id)
    found = session.get(Project, slug)
    if found is not None:
        # TRUST: two cohorts whose names shorten to one slug must not share a project.
        if cohorts_of(session, slug) != (cohort_id,):
            raise BadInput(f"the project {slug} exists and has other cohorts than {cohort_id}")
        return found
    _check(session, slug, purposes)
    return _insert(session, slug, title, purposes, [cohort_id], "node", now, False)


def create(
    session: Session,
    slug: str,
    title: str,
    purposes: Sequence[str],
    cohort_ids: Sequence[str],
    actor: str,
    now: datetime,
    *,
    members_only: bool = False,
) -> Project:
    """Make a project.

    Raises
    ------
    BadInput
        If the slug is taken or malformed, a purpose is no DUO code, or a cohort is not defined.
    """
    _check(session, slug, purposes)
    if not cohort_ids:
        raise BadInput("a project needs a cohort")
    for cohort_id in cohort_ids:
        row = session.get(CohortRow, cohort_id)
        if row is None:
            raise BadInput(f"there is no cohort {cohort_id}", remedy="Define it first")
        if refusal := _other_purposes(row, purposes):
            raise refusal
    return _insert(session, slug, title, purposes, cohort_ids, actor, now, members_only)


def _other_purposes(cohort: CohortRow, purposes: Sequence[str]) -> BadInput | None:
    """Say whether a project is for more than what a cohort's people were asked for."""
    made_for = json.loads(cohort.definition).get("purposes", ())
    # TRUST: conditions of use were met for the cohort's purposes; others were never looked at.
    if duo.covers(duo.purposes_of(made_for), duo.purposes_of(purposes)):
        return None
    told = " ".join(made_for) or "general research use"
    return BadInput(
        f"{cohort.id} was made for {told}, and the project is for more",
        remedy="Define a cohort for the project's purposes",
    )


def _insert(
    session: Session,
    slug: str,
    title: str,
    purposes: Sequence[str],
    cohort_ids: Sequence[str],
    actor: str,
    now: datetime,
    members_only: bool,
) -> Project:
    project = Project(
        slug=slug,
        title=title or slug,
        purposes=" ".join(purposes),
        status=Status.ACTIVE.value,
        members_only=members_only,
        created_at=now,
    )
    session.add(project)
    session.flush()
    session.add_all(ProjectCohort(project=slug, cohort_id=one) for one in sorted(cohort_ids))
    session.flush()
    facts = {"cohorts": " ".join(sorted(cohort_ids)), "purposes": project.purposes}
    record(session, Event("project.created", actor, slug, facts), now)
    return project


def move(session: Session, slug: str, to: Status, why: str, actor: str, now: datetime) -> Project:
    """Suspend, resume or close a project; its workspaces end with the node's next look."""
    project = get(session, slug)
    kind = MOVES.get((Status(project.status), to))
    if kind is None:
        raise MoveRefused(slug, Status(project.status), to)
    project.status, project.status_why, project.status_at = to.value, why, now
    record(session, Event(kind, actor, slug, {"why": why}), now)
    return project


def add_member(session: Session, slug: str, person: str, actor: str, now: datetime) -> None:
    """Name a person as a member; what they may open still depends on their grants."""
    get(session, slug)
    member = session.get(ProjectMember, (slug, person))
    if member is None:
        session.add(ProjectMember(project=slug, person=person, added_at=now, added_by=actor))
    elif member.removed_at is None:
        return
    else:
        member.removed_at, member.removed_why = None, ""
        member.added_at, member.added_by = now, actor
    record(session, Event("project.member-added", actor, slug, {"person": person}), now)
    session.flush()


def remove_member(
    session: Session, slug: str, person: str, why: str, actor: str, now: datetime
) -> None:
    """Take a person out of a project, whatever they are granted."""
    get(session, slug)
    member = session.get(ProjectMember, (slug, person))
    if member is None:  # remembered, so that a grant alone does not let them in
        member = ProjectMember(project=slug, person=person, added_at=now, added_by=actor)
        session.add(member)
    member.removed_at, member.removed_why = now, why
    facts = {"person": person, "why": why}
    record(session, Event("project.member-removed", actor, slug, facts), now)
    session.flush()


def get(session: Session, slug: str) -> Project:
    """Return one project, for those who may know of all."""
    project = session.get(Project, slug)
    if project is None:
        raise NotFound("project", slug)
    return project


def every(session: Session) -> list[Project]:
    """Return all projects, for those who may know of all."""
    return list(session.scalars(select(Project).order_by(Project.slug)))


def cohorts_of(session: Session, slug: str) -> tuple[str, ...]:
    """Return the cohorts of a project."""
    query = select(ProjectCohort.cohort_id).where(ProjectCohort.project == slug)
    return tuple(session.scalars(query.order_by(ProjectCohort.cohort_id)))


def members_of(session: Session, slug: str) -> list[ProjectMember]:
    """Return the members of a project, those removed among them."""
    query = select(ProjectMember).where(ProjectMember.project == slug)
    return list(session.scalars(query.order_by(ProjectMember.added_at, ProjectMember.person)))


def _check(session: Session, slug: str, purposes: Sequence[str]) -> None:
    if not _SLUG.match(slug):
        remedy = "Use at most 30 of a-z, 0-9 and dashes, a letter first"
        raise BadInput(f"not a project's name: {slug!r}", remedy=remedy)
    if session.get(Project, slug) is not None:
        raise BadInput(f"there is a project {slug} already")
    duo.purposes_of(purposes)
