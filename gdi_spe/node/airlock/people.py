"""Who may do what with an export request; each function returns the refusal, or None."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.node.airlock.states import Status
from gdi_spe.node.airlock.tables import ExportRequest
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.projects.tables import ProjectMember

REVIEWER = "reviewer"
# What a reviewer sees, and when: not drafts, which are the researcher's own.
REVIEWABLE = (
    Status.SUBMITTED, Status.APPROVED, Status.RELEASED, Status.REJECTED, Status.RETURNED,
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """Who acts, with the roles the identity provider gave and the projects they are in."""

    person: str
    roles: frozenset[str] = field(default_factory=frozenset)
    projects: frozenset[str] = field(default_factory=frozenset)


def actor_of(session: Session, person: str, roles: frozenset[str]) -> Actor:
    """Return who acts, with every project they belong, or ever belonged, to."""
    # TRUST: who has left a project still does not judge it.
    member = select(ProjectMember.project).where(ProjectMember.person == person)
    worked = select(Workspace.project).where(Workspace.person == person)
    return Actor(person, roles, frozenset([*session.scalars(member), *session.scalars(worked)]))


class OwnProject(Refused):
    """A reviewer must stand apart from the project."""

    code = "own-project"
    public_message = (
        "You belong to this project, so you cannot review its exports: two people who stand "
        "apart from the project look at each request."
    )


def refusal_to_review(request: ExportRequest, actor: Actor) -> Refused | NotFound | None:
    """Say why somebody may not review a request, or None."""
    # TRUST: nobody reviews what they, or their project, asked for, whatever roles they hold.
    if request.author == actor.person or request.project in actor.projects:
        return OwnProject()
    if REVIEWER not in actor.roles:
        return NotFound("export request", request.id)
    return None if request.status in REVIEWABLE else NotFound("export request", request.id)


def refusal_of_stranger(request: ExportRequest, actor: Actor) -> Refused | NotFound:
    """Say why somebody who is not the author may not review: reviewers of the project learn it."""
    if REVIEWER in actor.roles and request.status in REVIEWABLE:
        return OwnProject()
    return NotFound("export request", request.id)


def refusal_to_see(request: ExportRequest, actor: Actor) -> NotFound | None:
    """Say why somebody may not see a request at all, or None: its author and reviewers may."""
    # TRUST: to anybody else, other members of the project included, the request does not exist.
    if request.author == actor.person or refusal_to_review(request, actor) is None:
        return None
    return NotFound("export request", request.id)


def refusal_to_own(request: ExportRequest, person: str) -> NotFound | None:
    """Say why somebody may not act as the author, or None."""
    return None if request.author == person else NotFound("export request", request.id)
