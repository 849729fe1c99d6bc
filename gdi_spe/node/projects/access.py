"""Who may open which project, and until when.

One answer for a project that does not exist, one that the person is not granted, and one that
others work on: nobody learns of what is not theirs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.expiry import remaining, warning_of
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow
from gdi_spe.node.identity.grants import LiveGrant, cohort_grant, live_grants
from gdi_spe.node.identity.obligations import duties_of
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.projects.register import Status, cohorts_of
from gdi_spe.node.projects.standing import WITHOUT_END, Refusal, standing
from gdi_spe.node.projects.tables import Project, ProjectMember

_NOT_GRANTED = (
    "You hold no current grant for this project. If you were granted it, log out and in again so "
    "that your visas are read anew; otherwise ask the data access committee of the data."
)
_NO_MEMBER = "You are not a member of this project. Ask the node's operator to add you."
_ENDED = "The time for which this project was approved is over. Apply for a longer one."
_BY_STATUS = {
    Status.SUSPENDED: "This project is suspended. Write to the node's operator.",
    Status.CLOSED: "This project is closed.",
}


@dataclass(frozen=True)
class Access:
    """The person may work on the project now, with these cohorts, until this instant."""

    until: datetime
    cohorts: tuple[str, ...]


@dataclass(frozen=True)
class CohortShown:
    """A cohort as its project's members see it; version None is not materialised yet."""

    id: str
    title: str
    version: int | None


@dataclass(frozen=True)
class ProjectShown:
    """A project as one of its members sees it."""

    slug: str
    title: str
    status: str
    until: datetime
    cohorts: tuple[CohortShown, ...]

    def as_json(self, now: datetime | None = None) -> dict[str, Any]:
        """Return it for the Hub's page, with how long it lasts from now on."""
        left = (
            {"remaining": remaining(self.until, now), "warning": warning_of(self.until, now)}
            if now is not None
            else {}
        )
        return {
            **left,
            "slug": self.slug,
            "title": self.title,
            "status": self.status,
            "until": self.until.isoformat(),
            "cohorts": [
                {"id": one.id, "title": one.title, "version": one.version} for one in self.cohorts
            ],
        }


@dataclass(frozen=True)
class ProjectsOf:
    """What one person can work on, and why visas of theirs do not count."""

    display_name: str
    projects: tuple[ProjectShown, ...]
    refusals: tuple[dict[str, Any], ...]
    # Why nothing opens for them at all, where that is so.
    refusal: Refusal | None = None
    duties: tuple[dict[str, Any], ...] = ()

    def as_json(self, now: datetime | None = None) -> dict[str, Any]:
        """Return it for the Hub's page, with how long each lasts from now on."""
        return {
            "display_name": self.display_name,
            "projects": [project.as_json(now) for project in self.projects],
            "refusals": list(self.refusals),
            "refusal": (
                {"code": self.refusal.code, "message": self.refusal.public_message}
                if self.refusal
                else None
            ),
            "duties": list(self.duties),
        }


def may_open(session: Session, person: str, slug: str, now: datetime) -> Access | Refusal:
    """Decide whether a person may open a project at this instant; nothing is written.

    The same question is asked at the start of a workspace and again and again while it runs.
    """
    until = standing(session, person, now)
    if isinstance(until, Refusal):
        return until
    project = session.get(Project, slug)
    grants = live_grants(session, person, now)
    access = _access(session, slug, grants) if project is not None else None
    # TRUST: not there, not granted, and not wholly granted are one answer.
    if project is None or access is None:
        return Refusal("not-granted", _NOT_GRANTED)
    if code := _no_member(session, project, person):
        return Refusal(code, _NO_MEMBER)
    if (status := Status(project.status)) is not Status.ACTIVE:
        return Refusal(f"project-{status}", _BY_STATUS[status])
    access = _until_its_end(access, project, until) or access
    # TRUST: nobody tells when an application's end has passed; the node's own clock does.
    return access if access.until > now else Refusal("project-ended", _ENDED)


def projects_of(session: Session, person: str, now: datetime) -> ProjectsOf:
    """Return the projects whose every cohort is granted to the person now."""
    row = session.get(Person, person)
    if row is None:
        return ProjectsOf("", (), ())
    found = standing(session, person, now)
    refusal = found if isinstance(found, Refusal) else None
    until = WITHOUT_END if isinstance(found, Refusal) else found
    grants = live_grants(session, person, now)
    shown = [
        _shown(session, project, access)
        for project in session.scalars(select(Project).order_by(Project.slug))
        if (access := _until_its_end(_access(session, project.slug, grants), project, until))
        is not None
        and access.until > now
        and _no_member(session, project, person) is None
        and project.status != Status.CLOSED
    ]
    refusals = tuple(json.loads(row.refusals))
    duties = tuple(duty.as_json() for duty in duties_of(session, person, now))
    return ProjectsOf(row.display_name, tuple(shown), refusals, refusal, duties)


def opened(session: Session, person: str, slug: str, now: datetime) -> None:
    """Note that a person opened a project: from now on they are one of its members."""
    if session.get(ProjectMember, (slug, person)) is None:
        session.add(ProjectMember(project=slug, person=person, added_at=now, added_by=person))
        record(session, Event("project.member-joined", person, slug), now)
        session.flush()


def is_member(session: Session, person: str, slug: str) -> bool:
    """Say whether a person belongs to a project: members never review its requests."""
    member = session.get(ProjectMember, (slug, person))
    return member is not None and member.removed_at is None


def was_ever_member(session: Session, person: str, slug: str) -> bool:
    """Say whether a person belongs, or once belonged, to a project."""
    return session.get(ProjectMember, (slug, person)) is not None


def _access(session: Session, slug: str, grants: Sequence[LiveGrant]) -> Access | None:
    """Return access if every cohort of the project is granted, until the first of them ends."""
    cohorts = cohorts_of(session, slug)
    ends = [cohort_grant(grants, one, _datasets_of(session, one)) for one in cohorts]
    known = [end for end in ends if end is not None]
    # TRUST: all cohorts or nothing; a project without cohorts opens nothing.
    if not known or len(known) < len(ends):
        return None
    return Access(min(known), cohorts)


def _until_its_end(access: Access | None, project: Project, until: datetime) -> Access | None:
    """Bound access by the end of the project itself, and of what its member has agreed to."""
    if access is None:
        return None
    return replace(access, until=min(access.until, until, project.ends_at or until))


def _datasets_of(session: Session, cohort_id: str) -> tuple[str, ...]:
    """Return the datasets that a cohort is made of, for which visas may stand in for its own."""
    row = session.get(CohortRow, cohort_id)
    if row is None or row.retired_at is not None:
        return ()
    datasets = json.loads(row.definition).get("datasets", [])
    return tuple(datasets)


def _no_member(session: Session, project: Project, person: str) -> str | None:
    """Return why somebody is no member, or None; a removed one stays out whatever is granted."""
    member = session.get(ProjectMember, (project.slug, person))
    if member is None:
        return "not-a-member" if project.members_only else None
    return "member-removed" if member.removed_at is not None else None


def _shown(session: Session, project: Project, access: Access) -> ProjectShown:
    cohorts = tuple(_cohort_shown(session, one) for one in access.cohorts)
    return ProjectShown(project.slug, project.title, project.status, access.until, cohorts)


def _cohort_shown(session: Session, cohort_id: str) -> CohortShown:
    row = session.get(CohortRow, cohort_id)
    query = select(func.max(CohortVersionRow.version))
    version = session.scalar(query.where(CohortVersionRow.cohort_id == cohort_id))
    return CohortShown(cohort_id, row.title if row else cohort_id, version)
