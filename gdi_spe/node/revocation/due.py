"""Which workspaces must end now, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gdi_spe.node.containers import register
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.projects.access import Refusal, may_open


@dataclass(frozen=True)
class Due:
    """A workspace that must end."""

    wid: str
    person: str
    project: str
    why: str
    public_why: str
    freezes_exports: bool = True


def due_now(session: Session, now: datetime) -> list[Due]:
    """Ask again, for each live workspace, whether it could be opened now."""
    return [due for workspace in register.live(session) if (due := _due(session, workspace, now))]


def _due(session: Session, workspace: Workspace, now: datetime) -> Due | None:
    # TRUST: the question is the one asked at the start, so that nothing that would refuse a
    # start today lets a workspace run on.
    answer = may_open(session, workspace.person, workspace.project, now)
    if isinstance(answer, Refusal):
        return _ending(workspace, answer.code, answer.public_message)
    if workspace.valid_until is not None and workspace.valid_until <= now:
        return _ending(workspace, "valid-until", "The time of this workspace is over.")
    return None


def _ending(workspace: Workspace, why: str, public_why: str) -> Due:
    return Due(workspace.wid, workspace.person, workspace.project, why, public_why)
