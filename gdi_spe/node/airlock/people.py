"""Who may do what with an export request; each function returns the refusal, or None."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.node.airlock.states import Status
from gdi_spe.node.airlock.tables import ExportRequest

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


class OwnProject(Refused):
    """A reviewer must stand apart from the project."""

    code = "own-project"
    public_message = (
        "You belong to this project, so you cannot review its exports: two people who stand "
        "apart from the project look at each request."
    )


class NotReviewer(Refused):
    """Only reviewers review."""

    code = "not-reviewer"
    public_message = "Only reviewers of this node can see and decide this request."


def refusal_to_review(request: ExportRequest, actor: Actor) -> Refused | NotFound | None:
    """Say why somebody may not review a request, or None."""
    # TRUST: nobody reviews what they, or their project, asked for, whatever roles they hold.
    if request.author == actor.person or request.project in actor.projects:
        return OwnProject()
    if REVIEWER not in actor.roles:
        return NotFound("export request", request.id)
    return None if request.status in REVIEWABLE else NotFound("export request", request.id)


def refusal_to_see(request: ExportRequest, actor: Actor) -> NotFound | None:
    """Say why somebody may not see a request at all, or None: its author and reviewers may."""
    # TRUST: to anybody else, other members of the project included, the request does not exist.
    if request.author == actor.person or refusal_to_review(request, actor) is None:
        return None
    return NotFound("export request", request.id)


def refusal_to_own(request: ExportRequest, person: str) -> NotFound | None:
    """Say why somebody may not act as the author, or None."""
    return None if request.author == person else NotFound("export request", request.id)
