"""Which workspaces must end now, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.node.airlock.states import FREEZABLE
from gdi_spe.node.airlock.tables import ExportRequest
from gdi_spe.node.cohorts import versions
from gdi_spe.node.containers import register
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.projects.access import may_open
from gdi_spe.node.projects.standing import Refusal
from gdi_spe.node.revocation.known import known_at

_REPLACED = "A cohort of this workspace has a new version. Open the project again to use it."
_RETIRED = "Data of this workspace were taken out of use. Write to the node's operator."


@dataclass(frozen=True)
class Due:
    """A workspace that must end."""

    wid: str
    person: str
    project: str
    why: str
    public_why: str
    # Since when the node could know: what latency is counted from.
    known_at: datetime
    freezes_exports: bool = True


def due_now(session: Session, now: datetime) -> list[Due]:
    """Ask again, for each workspace that is live or has exports pending, if it could open now."""
    live = register.live(session)
    due = [one for workspace in live if (one := _due(session, workspace, now))]
    return due + [one for one in _pending(session, now) if one.wid not in {w.wid for w in live}]


def _pending(session: Session, now: datetime) -> list[Due]:
    """Return the workspaces whose exports must be frozen, whether they run or not."""
    # TRUST: a grant that ends after its workspace was stopped still ends what waits to leave.
    pending = select(ExportRequest.wid).where(ExportRequest.status.in_(FREEZABLE))
    found = session.scalars(select(Workspace).where(Workspace.wid.in_(pending)))
    return [
        due
        for workspace in found
        if (due := _refused(session, workspace, now) or _retired(session, workspace, now))
    ]


def _retired(session: Session, workspace: Workspace, now: datetime) -> Due | None:
    due = _holds_ended(session, workspace, now)
    return due if due is not None and due.freezes_exports else None


def _due(session: Session, workspace: Workspace, now: datetime) -> Due | None:
    if due := _refused(session, workspace, now):
        return due
    if workspace.valid_until is not None and workspace.valid_until <= now:
        public_why = "The time of this workspace is over."
        return due_of(session, workspace, "valid-until", public_why, now)
    return _holds_ended(session, workspace, now)


def _holds_ended(session: Session, workspace: Workspace, now: datetime) -> Due | None:
    """Say whether a workspace holds a cohort version that may no longer be used."""
    if not workspace.order:
        return None
    for cohort in WorkspaceOrder.model_validate_json(workspace.order).cohorts:
        ended = versions.ended(session, cohort.id, cohort.version)
        # TRUST: who left a cohort, and data that were retired, are analysed no longer than policy
        # allows, whoever is at work on them.
        if ended is not None and ended.usable_until <= now:
            is_replaced = ended.why == versions.PEOPLE_LEFT
            why = _REPLACED if is_replaced else _RETIRED
            # What was found while everybody's consent stood may still leave.
            found = due_of(session, workspace, f"cohort-{ended.why}", why, now)
            return replace(found, freezes_exports=not is_replaced)
    return None


def _refused(session: Session, workspace: Workspace, now: datetime) -> Due | None:
    # TRUST: the question is the one asked at the start, so that nothing that would refuse a
    # start today lets a workspace run on.
    answer = may_open(session, workspace.person, workspace.project, now)
    if isinstance(answer, Refusal):
        return due_of(session, workspace, answer.code, answer.public_message, now)
    return None


def due_of(session: Session, workspace: Workspace, why: str, public_why: str, now: datetime) -> Due:
    """Return one workspace as due, since the node could know."""
    since = known_at(session, workspace, why, now)
    return Due(workspace.wid, workspace.person, workspace.project, why, public_why, since)
