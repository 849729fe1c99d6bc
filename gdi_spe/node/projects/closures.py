"""The whole node closed: nothing opens, whatever anybody is granted, until it is opened again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.projects.tables import NodeClosure


def closure(session: Session) -> NodeClosure | None:
    """Return the closure that holds now, or None."""
    return session.scalar(select(NodeClosure).where(NodeClosure.reopened_at.is_(None)))


def close(session: Session, node_id: str, why: str, actor: str, now: datetime) -> NodeClosure:
    """Close the node; again is harmless."""
    found = closure(session)
    if found is not None:
        return found
    made = NodeClosure(closed_at=now, closed_by=actor, why=why)
    session.add(made)
    record(session, Event("node.closed", actor, node_id, {"why": why}), now)
    session.flush()
    return made


def reopen(session: Session, node_id: str, why: str, actor: str, now: datetime) -> None:
    """Let workspaces open again."""
    found = closure(session)
    if found is None:
        raise NotFound("closure", node_id)
    found.reopened_at = now
    record(session, Event("node.reopened", actor, node_id, {"why": why}), now)
    session.flush()
