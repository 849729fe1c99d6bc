"""What may happen to an export request: every move, who makes it, and the event it writes.

The table is the only source: the documents' diagram and the test that every other move is
refused are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gdi_spe.boundary.errors import Refused


class Status(StrEnum):
    """Where an export request stands."""

    DRAFT = "draft"
    BLOCKED = "blocked"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    FROZEN = "frozen"


class Role(StrEnum):
    """In whose name a request is moved."""

    RESEARCHER = "researcher"
    REVIEWERS = "reviewers"
    SYSTEM = "system"


@dataclass(frozen=True)
class Move:
    """Who makes a move, and the audit event that it writes."""

    role: Role
    event: str


_RESEARCHER, _REVIEWERS, _SYSTEM = Role.RESEARCHER, Role.REVIEWERS, Role.SYSTEM

# TRUST: a move that is not listed here is refused, whoever asks for it.
TRANSITIONS: dict[tuple[Status, Status], Move] = {
    (Status.DRAFT, Status.SUBMITTED): Move(_RESEARCHER, "export.submitted"),
    (Status.DRAFT, Status.BLOCKED): Move(_SYSTEM, "export.blocked"),
    (Status.BLOCKED, Status.SUBMITTED): Move(_REVIEWERS, "export.overruled"),
    (Status.BLOCKED, Status.DRAFT): Move(_RESEARCHER, "export.reopened"),
    (Status.RETURNED, Status.DRAFT): Move(_RESEARCHER, "export.reopened"),
    (Status.FROZEN, Status.DRAFT): Move(_RESEARCHER, "export.reopened"),
    (Status.SUBMITTED, Status.APPROVED): Move(_REVIEWERS, "export.approved"),
    (Status.SUBMITTED, Status.RETURNED): Move(_REVIEWERS, "export.returned"),
    (Status.SUBMITTED, Status.REJECTED): Move(_REVIEWERS, "export.rejected"),
    (Status.APPROVED, Status.RELEASED): Move(_SYSTEM, "export.released"),
    (Status.DRAFT, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.BLOCKED, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.SUBMITTED, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.RETURNED, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.APPROVED, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.FROZEN, Status.WITHDRAWN): Move(_RESEARCHER, "export.withdrawn"),
    (Status.DRAFT, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
    (Status.BLOCKED, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
    (Status.SUBMITTED, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
    (Status.RETURNED, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
    (Status.APPROVED, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
    (Status.RELEASED, Status.FROZEN): Move(_SYSTEM, "export.frozen"),
}

# Statuses in which files may be changed; the first change of the others makes a draft again.
EDITABLE = (Status.DRAFT, Status.BLOCKED, Status.RETURNED, Status.FROZEN)
# Statuses that end when a grant ends.
FREEZABLE = tuple(start for start, end in TRANSITIONS if end is Status.FROZEN)


class MoveRefused(Refused):
    """The request is not where this can be done, or not by this role."""

    code = "export-move-refused"
    http_status = 409

    def __init__(self, start: Status, end: Status, role: Role) -> None:
        self.public_message = f"A request that is {start} cannot become {end} by the {role}."
        super().__init__(self.public_message)


def refusal_of_move(start: Status, end: Status, role: Role) -> MoveRefused | None:
    """Say why a request may not move, or None."""
    move = TRANSITIONS.get((start, end))
    return None if move is not None and move.role is role else MoveRefused(start, end, role)


def diagram() -> str:
    """Return the table as a Mermaid state diagram for the documents."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {a} --> {b}: {move.role}" for (a, b), move in TRANSITIONS.items()]
    ends = [status for status in Status if not any(a is status for a, _ in TRANSITIONS)]
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends)]) + "\n"
