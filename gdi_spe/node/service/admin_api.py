"""What the command line and the admin page may ask of a running node."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts.versions import ended
from gdi_spe.node.containers import register
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.identity.people import find_person, suspend
from gdi_spe.node.projects import register as projects
from gdi_spe.node.projects.closures import close, reopen
from gdi_spe.node.projects.register import Status
from gdi_spe.node.revocation.due import Due, due_now, due_of
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node
from gdi_spe.node.service.timers import ender_of


class StopBody(BaseModel):
    """Why the node's operator ends something."""

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


def routes(node: Node) -> list[BaseRoute]:
    """Return the admin's routes."""
    ender = ender_of(node)

    def listed() -> list[dict[str, Any]]:
        with node.database.read() as session:
            found = session.scalars(select(Workspace)).all()
            return [{**_row(one), "outdated": _outdated(session, one)} for one in found]

    def chosen(wid: str, why: str) -> Due:
        with node.database.write() as session:
            workspace = register.get(session, wid)
            record(session, Event("workspace.stop-asked", "admin", wid, {"why": why}), node.now())
            # To stop a workspace is housekeeping; only an end of access freezes what was submitted.
            due = due_of(session, workspace, "admin", why, node.now())
            return replace(due, freezes_exports=False)

    def closed(body: KillBody) -> list[Due]:
        with node.database.write() as session:
            _close(session, node, body)
            return due_now(session, node.now())

    def reopened(why: str) -> None:
        with node.database.write() as session:
            reopen(session, node.settings.node_id, why, "admin", node.now())

    def released(wid: str, why: str) -> None:
        with node.database.write() as session:
            register.released(session, wid, why, "admin", node.now())

    async def get_workspaces(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(listed))

    async def post_stop(request: Request) -> Response:
        why = (await body_of(request, StopBody)).why or "stopped by the node's operator"
        due = await run_in_threadpool(chosen, request.path_params["wid"], why)
        return JSONResponse({"gone": await ender.end(due)})

    async def post_release(request: Request) -> Response:
        wid, why = request.path_params["wid"], (await body_of(request, StopBody)).why
        await node.helper.release(wid)
        await run_in_threadpool(released, wid, why)
        return JSONResponse({"quarantined": False})

    async def post_kill_switch(request: Request) -> Response:
        due = await run_in_threadpool(closed, await body_of(request, KillBody))
        # Together: a part of the node that is silent about one must not hold up the others.
        gone = await asyncio.gather(*(ender.end(one) for one in due))
        return JSONResponse({one.wid: done for one, done in zip(due, gone, strict=True)})

    async def post_reopen(request: Request) -> Response:
        await run_in_threadpool(reopened, (await body_of(request, StopBody)).why)
        return JSONResponse({"closed": False})

    async def post_probe(request: Request) -> Response:
        return JSONResponse(await node.helper.probe(request.path_params["wid"]))

    one = "/v1/workspaces/{wid}"
    return [
        Route("/v1/workspaces", get_workspaces),
        Route(f"{one}/stop", post_stop, methods=["POST"]),
        Route(f"{one}/release", post_release, methods=["POST"]),
        Route(f"{one}/probe", post_probe, methods=["POST"]),
        Route("/v1/kill-switch", post_kill_switch, methods=["POST"]),
        Route("/v1/reopen", post_reopen, methods=["POST"]),
    ]


def _close(session: Session, node: Node, body: KillBody) -> None:
    """Close a person, a project or the node, so that nothing of theirs starts again."""
    now, why = node.now(), body.why or "the kill switch"
    target = body.person or body.project or node.settings.node_id
    facts: dict[str, Fact] = {"why": why, "workspaces": len(register.live(session))}
    record(session, Event("kill-switch", "admin", target, facts), now)
    # TRUST: first what refuses a start, then the ends: nothing comes up behind the switch.
    if body.person:
        suspend(session, find_person(session, body.person).person, why, "admin", now)
    elif body.project:
        if projects.get(session, body.project).status == Status.ACTIVE:
            projects.move(session, body.project, Status.SUSPENDED, why, "admin", now)
    else:
        close(session, node.settings.node_id, why, "admin", now)


def _outdated(session: Session, workspace: Workspace) -> list[str]:
    """Return the cohorts of a live workspace whose version has ended."""
    if workspace.status not in register.LIVE or not workspace.order:
        return []
    cohorts = WorkspaceOrder.model_validate_json(workspace.order).cohorts
    return [f"{c.id}@{c.version}" for c in cohorts if ended(session, c.id, c.version)]


def _row(workspace: Workspace) -> dict[str, Any]:
    instants = {
        name: value.isoformat() if (value := getattr(workspace, name)) else None
        for name in ("valid_until", "started_at", "ended_at", "quarantined_at")
    }
    return {
        "wid": workspace.wid,
        "person": workspace.person,
        "project": workspace.project,
        "status": workspace.status,
        "why": workspace.ended_why,
        **instants,
    }
