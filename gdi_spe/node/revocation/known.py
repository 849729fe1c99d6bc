"""Since when this node could know that a workspace has to end: what latency is counted from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.node.cohorts import versions
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.identity.grants import effective_end
from gdi_spe.node.identity.obligations import last_end
from gdi_spe.node.identity.tables import Grant, GrantSource, Person
from gdi_spe.node.projects.closures import closure
from gdi_spe.node.projects.tables import Project, ProjectMember

Instant = datetime | None


def known_at(session: Session, workspace: Workspace, code: str, now: datetime) -> datetime:
    """Return the instant from which the node could know of this end; now, where none is kept."""
    look = _LOOKS.get(code, _version_ended if code.startswith("cohort-") else _nowhere)
    found = look(session, workspace, now)
    # An instant of the future would be a mistake, and a latency below zero.
    return min(found, now) if found is not None else now


def _grant_ended(session: Session, workspace: Workspace, now: datetime) -> Instant:
    rows = session.scalars(select(Grant).where(Grant.person == workspace.person)).all()
    # Of a row that was ended before its time, that instant; of one that ran out, its very end.
    ends = [min(effective_end(row), row.ended_at or effective_end(row)) for row in rows]
    silent = session.scalars(
        select(GrantSource.closed_at).where(
            GrantSource.closed_at.is_not(None), GrantSource.source.in_({r.source for r in rows})
        )
    )
    return max((end for end in (*ends, *silent) if end is not None and end <= now), default=None)


def _person(session: Session, workspace: Workspace) -> Person | None:
    return session.get(Person, workspace.person)


def _suspended(session: Session, workspace: Workspace, now: datetime) -> Instant:
    row = _person(session, workspace)
    return row.suspended_at if row else None


def _left_the_node(session: Session, workspace: Workspace, now: datetime) -> Instant:
    row = _person(session, workspace)
    return row.last_seen_at if row else None


def _member_removed(session: Session, workspace: Workspace, now: datetime) -> Instant:
    member = session.get(ProjectMember, (workspace.project, workspace.person))
    return member.removed_at if member else None


def _project_moved(session: Session, workspace: Workspace, now: datetime) -> Instant:
    project = session.get(Project, workspace.project)
    return project.status_at if project else None


def _project_over(session: Session, workspace: Workspace, now: datetime) -> Instant:
    project = session.get(Project, workspace.project)
    return project.ends_at if project else None


def _obligation_lapsed(session: Session, workspace: Workspace, now: datetime) -> Instant:
    return last_end(session, workspace.person, now)


def _node_closed(session: Session, workspace: Workspace, now: datetime) -> Instant:
    found = closure(session)
    return found.closed_at if found else None


def _order_over(session: Session, workspace: Workspace, now: datetime) -> Instant:
    return workspace.valid_until


def _version_ended(session: Session, workspace: Workspace, now: datetime) -> Instant:
    if not workspace.order:
        return None
    cohorts = WorkspaceOrder.model_validate_json(workspace.order).cohorts
    found = [versions.ended(session, cohort.id, cohort.version) for cohort in cohorts]
    ends = [one.usable_until for one in found if one is not None and one.usable_until <= now]
    return max(ends, default=None)


def _nowhere(session: Session, workspace: Workspace, now: datetime) -> Instant:
    return None


_LOOKS: dict[str, Callable[[Session, Workspace, datetime], Instant]] = {
    "not-granted": _grant_ended,
    "suspended": _suspended,
    "no-member-of-the-node": _left_the_node,
    "member-removed": _member_removed,
    "project-suspended": _project_moved,
    "project-closed": _project_moved,
    "project-ended": _project_over,
    "terms-lapsed": _obligation_lapsed,
    "training-lapsed": _obligation_lapsed,
    "node-closed": _node_closed,
    "valid-until": _order_over,
}
