"""Decide whether a workspace may start, and what exactly."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from gdi_spe.boundary.errors import NotFound, Refused, Tampered
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts.versions import CohortVersion, current_version, verify_quick
from gdi_spe.node.containers import register
from gdi_spe.node.containers.order import CohortFolder, WorkspaceOrder, workspace_order
from gdi_spe.node.containers.volumes import VolumeQuarantined
from gdi_spe.node.identity.entitlements import reconcile_person
from gdi_spe.node.projects.access import Access, may_open, opened
from gdi_spe.node.projects.standing import Refusal
from gdi_spe.node.service.node import Node


class WorkspaceRefused(Refused):
    """The person may not open this project's workspace now; the message says what to do."""

    code = "workspace-refused"

    def __init__(self, refusal: Refusal) -> None:
        self.code, self.public_message = refusal.code, refusal.public_message
        super().__init__(refusal.public_message)


class CohortNotReady(Refused):
    """A cohort of the project has no version that can be mounted."""

    code = "cohort-not-ready"
    public_message = "A cohort of this project is not ready; the node's operator has been told."

    def __init__(self, cohort_id: str) -> None:
        super().__init__(f"{cohort_id} has no version that can be mounted")
        self.cohort_id = cohort_id


async def order_workspace(node: Node, person: str, project: str) -> WorkspaceOrder:
    """Decide, record, and have the helper prepare what was decided."""
    # TRUST: what a committee has withdrawn since the last reading opens nothing.
    await run_in_threadpool(reconcile_person, node.database, node.settings, person, node.now())
    order = await run_in_threadpool(_decide_recorded, node, person, project)
    await node.helper.prepare(order)
    try:
        # TRUST: a grant that ended while the folders were made leaves no order behind.
        await run_in_threadpool(_still_ordered, node, order.wid)
    except NotFound:
        await node.helper.stop(order.wid, "ended while it was being prepared")
        raise
    return order


def _still_ordered(node: Node, wid: str) -> None:
    with node.database.read() as session:
        register.current_order(session, wid)


def _decide_recorded(node: Node, person: str, project: str) -> WorkspaceOrder:
    """Decide in one transaction; a refusal is recorded as well, in one of its own."""
    now = node.now()
    try:
        with node.database.write() as session:
            order = _decide(session, node, person, project, now)
            opened(session, person, project, now)
            register.order_given(session, order, now)
            return order
    except (Refused, Tampered) as refusal:
        with node.database.write() as session:
            facts = {"code": refusal.code, "why": str(refusal)}
            record(session, Event("workspace.refused", person, project, facts), now)
        raise


def _decide(
    session: Session, node: Node, person: str, project: str, now: datetime
) -> WorkspaceOrder:
    # TRUST: who may open what is decided here, whatever page or form the wish came through.
    access = may_open(session, person, project, now)
    if isinstance(access, Refusal):
        raise WorkspaceRefused(access)
    # TRUST: what was put aside when access ended for a cause is looked at before it opens again.
    if register.is_quarantined(session, person, project):
        raise WorkspaceRefused(Refusal(VolumeQuarantined.code, VolumeQuarantined.public_message))
    versions = [_mountable(session, node, cohort_id) for cohort_id in access.cohorts]
    return _order(session, node, person, project, access, versions, now)


def _mountable(session: Session, node: Node, cohort_id: str) -> CohortVersion:
    try:
        version = current_version(session, cohort_id)
    except NotFound:
        raise CohortNotReady(cohort_id) from None
    # TRUST: what does not fit its signed manifest is never mounted.
    verify_quick(node.home, version)
    return version


def _order(
    session: Session,
    node: Node,
    person: str,
    project: str,
    access: Access,
    versions: list[CohortVersion],
    now: datetime,
) -> WorkspaceOrder:
    settings = node.settings
    workspace = register.allocate(session, person, project, settings.workspace.first_uid)
    return workspace_order(
        settings,
        wid=workspace.wid,
        person=person,
        project=project,
        uid=workspace.uid,
        base_url=f"/user/{person}/{project}/",
        cohorts=[CohortFolder(v.cohort_id, v.version, v.path) for v in versions],
        valid_until=access.until,
        # TRUST: the workspace's alone: a day in it would give one day two budgets by a restart.
        budget_key=workspace.wid,
    )
