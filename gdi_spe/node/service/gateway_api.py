"""What the gateway may ask: orders of live workspaces, and what workspaces say on their sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.boundary.expiry import warning_of
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.airlock.desk import cohorts_context, desk_of
from gdi_spe.node.airlock.requests import Draft
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import references
from gdi_spe.node.cohorts.definitions import are_sensitive
from gdi_spe.node.cohorts.versions import Ended, ended
from gdi_spe.node.containers import register
from gdi_spe.node.containers.order import COHORTS, WorkspaceOrder
from gdi_spe.node.ledger.watch import Watch
from gdi_spe.node.projects import register as projects
from gdi_spe.node.projects.access import Access, may_open
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node

# A check may take minutes and gigabytes; what one waits for here must not hold up an end there.
_CHECKS_AT_ONCE = 2


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(_Body):
    """How much of one kind of output was shown."""

    n: int = Field(ge=0)
    bytes: int = Field(ge=0)


class DisplayBody(_Body):
    """What was shown of a workspace since the last report."""

    kinds: dict[str, Shown] = Field(max_length=64)


class DraftBody(_Body):
    """A new export request."""

    title: str = Field(min_length=1, max_length=200)
    justification: str = Field(min_length=1, max_length=5000)


def _until(until: str, end: Ended | None) -> dict[str, str]:
    """Say until when a cohort can be used here, and that another version takes its place."""
    if end is None:
        return {"until": until}
    last = min(until, end.usable_until.isoformat())
    # Neither who nor how many left: only that this version ends.
    notice = f"A new version is ready; this one ends on {last[:16]}. Open the project again for it."
    return {"until": last, "notice": notice}


def routes(node: Node) -> list[BaseRoute]:
    """Return the gateway's routes."""
    desk = desk_of(node.database, node.home, node.policy, node.now)
    checking = asyncio.Semaphore(_CHECKS_AT_ONCE)

    def order(wid: str) -> WorkspaceOrder:
        with node.database.read() as session:
            return register.current_order(session, wid)

    def own(wid: str) -> dict[str, Any]:
        current = order(wid)
        with node.database.read() as session:
            title = projects.get(session, current.project).title
            ends = {c.id: ended(session, c.id, c.version) for c in current.cohorts}
            access = may_open(session, current.person, current.project, node.now())
        # A grant can have become shorter since the start; a longer one needs a new start.
        end = min(current.valid_until, access.until if isinstance(access, Access) else node.now())
        until = end.isoformat()
        return {
            "workspace": wid,
            "project": {"slug": current.project, "title": title},
            "valid_until": until,
            "warning": warning_of(end, node.now()),
            "cohorts": [
                {"id": cohort.id, "version": cohort.version, **_until(until, ends[cohort.id])}
                for cohort in current.cohorts
            ],
        }

    def shown(wid: str, body: DisplayBody) -> None:
        facts: dict[str, Fact] = {f"{kind[:32]}.{name}": value for kind, one in body.kinds.items()
                 for name, value in (("n", one.n), ("bytes", one.bytes))}  # fmt: skip
        with node.database.write() as session:
            person = register.get(session, wid).person
            record(session, Event("display.shown", person, wid, facts), node.now())

    def create(wid: str, body: DraftBody) -> dict[str, Any]:
        current = order(wid)
        draft = Draft(wid, current.project, current.person, body.title, body.justification)
        return {"id": desk.create(draft)}

    def submit(wid: str, rid: str) -> dict[str, Any]:
        # TRUST: the cohort's size and pseudonyms are the node's own, never what was declared.
        current = order(wid)
        folders = _cohort_folders(current)
        watches = [Watch(desk.ledger, folder) for folder in folders]
        context = cohorts_context(folders)
        with node.database.read() as session:
            # What the data holder decided since counts as well.
            marked = are_sensitive(session, [cohort.id for cohort in current.cohorts])
            public = references.scores(session, node.home)
        context = context.model_copy(
            update={"is_sensitive": context.is_sensitive or marked, "public_scores": public}
        )
        return desk.submit(wid, rid, context, watches)

    async def get_order(request: Request) -> Response:
        found = await run_in_threadpool(order, request.path_params["wid"])
        return JSONResponse(found.model_dump(mode="json"))

    async def get_self(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(own, request.path_params["wid"]))

    async def post_display(request: Request) -> Response:
        body = await body_of(request, DisplayBody)
        await run_in_threadpool(shown, request.path_params["wid"], body)
        return Response(status_code=204)

    async def get_exports(request: Request) -> Response:
        wid = request.path_params["wid"]
        return JSONResponse(await run_in_threadpool(desk.list_to_workspace, wid))

    async def post_export(request: Request) -> Response:
        body = await body_of(request, DraftBody)
        return JSONResponse(
            await run_in_threadpool(create, request.path_params["wid"], body), status_code=201
        )

    async def get_export(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(desk.show_to_workspace, *_ids(request)))

    async def put_file(request: Request) -> Response:
        wid, rid = _ids(request)
        await run_in_threadpool(order, wid)
        with desk.incoming() as incoming:
            async for chunk in request.stream():
                await run_in_threadpool(incoming.write, chunk)
            # TRUST: asked again, because a workspace can end while its bytes are on their way.
            await run_in_threadpool(order, wid)
            name = request.path_params["name"]
            async with checking:
                added = await run_in_threadpool(desk.add_file, wid, rid, name, incoming)
            return JSONResponse(added)

    async def put_side_car(request: Request) -> Response:
        wid, rid = _ids(request)
        side_car = await body_of(request, SideCar)
        await run_in_threadpool(order, wid)
        await run_in_threadpool(desk.declare, wid, rid, request.path_params["name"], side_car)
        return Response(status_code=204)

    async def post_submit(request: Request) -> Response:
        async with checking:
            return JSONResponse(await run_in_threadpool(submit, *_ids(request)))

    workspace = "/v1/workspaces/{wid}"
    export = f"{workspace}/exports/{{rid}}"
    return [
        Route("/v1/orders/{wid}", get_order),
        Route(f"{workspace}/self", get_self),
        Route(f"{workspace}/display", post_display, methods=["POST"]),
        Route(f"{workspace}/exports", get_exports),
        Route(f"{workspace}/exports", post_export, methods=["POST"]),
        Route(export, get_export),
        Route(f"{export}/files/{{name}}", put_file, methods=["PUT"]),
        Route(f"{export}/files/{{name}}/side-car", put_side_car, methods=["PUT"]),
        Route(f"{export}/submit", post_submit, methods=["POST"]),
    ]


def _ids(request: Request) -> tuple[str, str]:
    return request.path_params["wid"], request.path_params["rid"]


def _cohort_folders(order: WorkspaceOrder) -> list[Path]:
    """Return the folders of the cohorts that a workspace has mounted."""
    return [Path(m.source) for m in order.mounts if m.target.startswith(f"{COHORTS}/")]
