"""What the command line and the admin page may ask of a running node."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
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
from gdi_spe.node.revocation.due import Due
from gdi_spe.node.revocation.ending import Ender
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node


class StopBody(BaseModel):
    """Why the node's operator ends something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: str = Field("", max_length=500)


def routes(node: Node) -> list[BaseRoute]:
    """Return the admin's routes."""
    ender = Ender(node.database, node.gate, node.helper, node.now)

    def listed() -> list[dict[str, Any]]:
        with node.database.read() as session:
            found = session.scalars(select(Workspace)).all()
            return [{**_row(one), "outdated": _outdated(session, one)} for one in found]

    def chosen(wid: str, why: str) -> Due:
        with node.database.write() as session:
            workspace = register.get(session, wid)
            record(session, Event("workspace.stop-asked", "admin", wid, {"why": why}), node.now())
            return _due(workspace, "admin", why)

    def everything(why: str) -> list[Due]:
        with node.database.write() as session:
            found = [_due(workspace, "kill-switch", why) for workspace in register.live(session)]
            facts: dict[str, Fact] = {"why": why, "workspaces": len(found)}
            record(session, Event("kill-switch", "admin", node.settings.node_id, facts), node.now())
            return found

    async def get_workspaces(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(listed))

    async def post_stop(request: Request) -> Response:
        due = await run_in_threadpool(chosen, request.path_params["wid"], await _why(request))
        return JSONResponse({"gone": await ender.end(due)})

    async def post_kill_switch(request: Request) -> Response:
        due = await run_in_threadpool(everything, await _why(request))
        # Together: a part of the node that is silent about one must not hold up the others.
        gone = await asyncio.gather(*(ender.end(one) for one in due))
        return JSONResponse({one.wid: done for one, done in zip(due, gone, strict=True)})

    async def post_probe(request: Request) -> Response:
        return JSONResponse(await node.helper.probe(request.path_params["wid"]))

    return [
        Route("/v1/workspaces", get_workspaces),
        Route("/v1/workspaces/{wid}/stop", post_stop, methods=["POST"]),
        Route("/v1/workspaces/{wid}/probe", post_probe, methods=["POST"]),
        Route("/v1/kill-switch", post_kill_switch, methods=["POST"]),
    ]


async def _why(request: Request) -> str:
    return (await body_of(request, StopBody)).why or "stopped by the node's operator"


def _due(workspace: Workspace, why: str, public_why: str) -> Due:
    return Due(
        workspace.wid,
        workspace.person,
        workspace.project,
        why,
        public_why,
        # To stop a workspace is housekeeping; only an ended grant freezes what was submitted.
        freezes_exports=why == "kill-switch",
    )


def _outdated(session: Session, workspace: Workspace) -> list[str]:
    """Return the cohorts of a live workspace whose version has ended."""
    if workspace.status not in register.LIVE or not workspace.order:
        return []
    cohorts = WorkspaceOrder.model_validate_json(workspace.order).cohorts
    return [f"{c.id}@{c.version}" for c in cohorts if ended(session, c.id, c.version)]


def _row(workspace: Workspace) -> dict[str, Any]:
    instants = {
        name: value.isoformat() if (value := getattr(workspace, name)) else None
        for name in ("valid_until", "started_at", "ended_at")
    }
    return {
        "wid": workspace.wid,
        "person": workspace.person,
        "project": workspace.project,
        "status": workspace.status,
        "why": workspace.ended_why,
        **instants,
    }
