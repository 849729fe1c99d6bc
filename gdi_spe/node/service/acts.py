"""What people with a duty do to a running node, on the command line or by role on the pages.

TRUST: on the pages the role is asked for at every act, or a glass that two people broke; each act
and each refusal is recorded with who it was.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.containers import register
from gdi_spe.node.identity.people import find_person, suspend
from gdi_spe.node.identity.proposals import refusal_now
from gdi_spe.node.identity.roles import Verb
from gdi_spe.node.projects import register as projects
from gdi_spe.node.projects.closures import close
from gdi_spe.node.projects.register import Status
from gdi_spe.node.revocation.due import Due, due_now, due_of
from gdi_spe.node.service.node import Node
from gdi_spe.node.service.timers import ender_of

_SHOWN_EVENTS = 100


class StopBody(BaseModel):
    """Why somebody ends something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: str = Field("", max_length=500)


class KillBody(StopBody):
    """What the kill switch closes: one person, one project, or the whole node."""

    person: str = Field("", max_length=255)
    project: str = Field("", max_length=30)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.person and self.project:
            raise ValueError("name a person or a project, not both")
        return self


async def kill_switch(node: Node, body: KillBody, actor: str) -> dict[str, bool]:
    """Close something and end what runs of it; return for each workspace whether it is gone."""
    ender = ender_of(node)
    due = await run_in_threadpool(_closed, node, body, actor)
    # Together: a part of the node that is silent about one must not hold up the others.
    gone = await asyncio.gather(*(ender.end(one) for one in due))
    return {one.wid: done for one, done in zip(due, gone, strict=True)}


async def stop_workspace(node: Node, wid: str, why: str, actor: str) -> bool:
    """End one workspace; True when it is certain that it is gone."""
    return await ender_of(node).end(await run_in_threadpool(_chosen, node, wid, why, actor))


def hold(node: Node, person: str, verb: Verb) -> None:
    """Raise unless a person may do this now; a refusal is recorded."""
    with node.database.read() as session:
        refused = refusal_now(session, person, verb, node.now())
    if refused is None:
        return
    with node.database.write() as session:
        facts: dict[str, Fact] = {"code": refused.code}
        record(session, Event("act.refused", person, str(verb), facts), node.now())
    raise refused


def audit_shown(node: Node, person: str) -> list[dict[str, Any]]:
    """Return the newest audit events; that they were read is one itself."""
    with node.database.write() as session:
        query = select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(_SHOWN_EVENTS)
        rows = [
            {"seq": r.seq, "at": r.at, "kind": r.kind, "actor": r.actor,
             "resource": r.resource, "facts": r.facts}
            for r in session.scalars(query)
        ]  # fmt: skip
        record(session, Event("audit.read", person, "pages"), node.now())
        return rows


def _closed(node: Node, body: KillBody, actor: str) -> list[Due]:
    with node.database.write() as session:
        _close(session, node, body, actor)
        return due_now(session, node.now())


def _close(session: Session, node: Node, body: KillBody, actor: str) -> None:
    """Close a person, a project or the node, so that nothing of theirs starts again."""
    now, why = node.now(), body.why or "the kill switch"
    target = body.person or body.project or node.settings.node_id
    facts: dict[str, Fact] = {"why": why, "workspaces": len(register.live(session))}
    record(session, Event("kill-switch", actor, target, facts), now)
    # TRUST: first what refuses a start, then the ends: nothing comes up behind the switch.
    if body.person:
        suspend(session, find_person(session, body.person).person, why, actor, now)
    elif body.project:
        if projects.get(session, body.project).status == Status.ACTIVE:
            projects.move(session, body.project, Status.SUSPENDED, why, actor, now)
    else:
        close(session, node.settings.node_id, why, actor, now)


def _chosen(node: Node, wid: str, why: str, actor: str) -> Due:
    with node.database.write() as session:
        workspace = register.get(session, wid)
        record(session, Event("workspace.stop-asked", actor, wid, {"why": why}), node.now())
        # To stop a workspace is housekeeping; only an end of access freezes what was submitted.
        due = due_of(session, workspace, "admin", why, node.now())
        return replace(due, freezes_exports=False)
