"""Allocate workspaces and keep their status; every change is audited where it is made."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace

LIVE = ("starting", "running")


def allocate(session: Session, person: str, project: str, first_uid: int) -> Workspace:
    """Return the member's workspace for a project, made at the first time."""
    found = session.scalar(
        select(Workspace).where(Workspace.person == person, Workspace.project == project)
    )
    if found is not None:
        return found
    highest = session.scalar(select(func.max(Workspace.uid)))
    workspace = Workspace(
        wid=f"w{secrets.token_hex(5)}",
        person=person,
        project=project,
        uid=first_uid if highest is None else max(highest + 1, first_uid),
        status="new",
    )
    session.add(workspace)
    session.flush()
    return workspace


def order_given(session: Session, order: WorkspaceOrder, now: datetime) -> None:
    """Record that a workspace may start as ordered."""
    workspace = get(session, order.wid)
    workspace.status = "starting"
    workspace.order = order.model_dump_json()
    workspace.valid_until = order.valid_until
    workspace.started_at, workspace.ended_at, workspace.ended_why = now, None, ""
    facts: dict[str, Fact] = {
        "project": order.project,
        "image": order.image,
        "uid": order.uid,
        "cohorts": ",".join(f"{cohort.id}@{cohort.version}" for cohort in order.cohorts),
        "until": order.valid_until.isoformat(),
    }
    record(session, Event("workspace.ordered", order.person, order.wid, facts), now)


def started(session: Session, wid: str, container_id: str, now: datetime) -> None:
    """Record that the container runs; a workspace that was ended meanwhile stays ended."""
    workspace = get(session, wid)
    if workspace.status == "starting":
        workspace.status, workspace.container_id = "running", container_id
        record(
            session,
            Event("workspace.started", workspace.person, wid, {"container": container_id}),
            now,
        )


def ended(session: Session, wid: str, why: str, actor: str, now: datetime) -> bool:
    """Record that the container is gone; False if that was known."""
    workspace = get(session, wid)
    if workspace.status not in LIVE:
        return False
    workspace.status, workspace.ended_at, workspace.ended_why = "ended", now, why
    record(session, Event("workspace.ended", actor, wid, {"why": why}), now)
    return True


def quarantined(session: Session, wid: str, why: str, actor: str, now: datetime) -> None:
    """Record that a work volume was put aside."""
    workspace = get(session, wid)
    if workspace.quarantined_at is None:
        workspace.quarantined_at = now
        record(session, Event("workspace.quarantined", actor, wid, {"why": why}), now)


def is_quarantined(session: Session, person: str, project: str) -> bool:
    """Say whether the work volume of a member and project was put aside."""
    query = select(Workspace.quarantined_at)
    query = query.where(Workspace.person == person, Workspace.project == project)
    return session.scalar(query) is not None


def released(session: Session, wid: str, why: str, actor: str, now: datetime) -> None:
    """Record that a work volume can be mounted again."""
    workspace = get(session, wid)
    if workspace.quarantined_at is None:
        raise NotFound("quarantined workspace", wid)
    workspace.quarantined_at = None
    record(session, Event("workspace.unquarantined", actor, wid, {"why": why}), now)


def get(session: Session, wid: str) -> Workspace:
    """Return one workspace or raise `NotFound`."""
    workspace = session.get(Workspace, wid)
    if workspace is None:
        raise NotFound("workspace", wid)
    return workspace


def live(session: Session) -> Sequence[Workspace]:
    """Return the workspaces that have, or are about to have, a container."""
    return session.scalars(select(Workspace).where(Workspace.status.in_(LIVE))).all()


def current_order(session: Session, wid: str) -> WorkspaceOrder:
    """Return the order of a live workspace; one that has ended has no order."""
    workspace = get(session, wid)
    # TRUST: the gateway and the helper act on orders alone, so an ended workspace must have none.
    if workspace.status not in LIVE:
        raise NotFound("order", wid)
    return WorkspaceOrder.model_validate_json(workspace.order)
