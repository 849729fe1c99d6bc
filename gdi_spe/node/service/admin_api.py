"""What the command line and the admin page may ask of a running node."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.node.cohorts.versions import ended
from gdi_spe.node.containers import register
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.projects.closures import reopen
from gdi_spe.node.service.acts import KillBody, StopBody, kill_switch, stop_workspace
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node


def routes(node: Node) -> list[BaseRoute]:
    """Return the admin's routes."""

    def listed() -> list[dict[str, Any]]:
        with node.database.read() as session:
            found = session.scalars(select(Workspace)).all()
            return [{**_row(one), "outdated": _outdated(session, one)} for one in found]

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
        gone = await stop_workspace(node, request.path_params["wid"], why, "admin")
        return JSONResponse({"gone": gone})

    async def post_release(request: Request) -> Response:
        wid, why = request.path_params["wid"], (await body_of(request, StopBody)).why
        await node.helper.release(wid)
        await run_in_threadpool(released, wid, why)
        return JSONResponse({"quarantined": False})

    async def post_kill_switch(request: Request) -> Response:
        body = await body_of(request, KillBody)
        return JSONResponse(await kill_switch(node, body, "admin"))

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
