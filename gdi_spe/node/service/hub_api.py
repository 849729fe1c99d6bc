"""What the Hub may ask: log-ins, projects, starts and ends of workspaces."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.boundary.identifiers import Slug
from gdi_spe.node.containers import register
from gdi_spe.node.identity.grants import end_login
from gdi_spe.node.identity.login import admit, evaluate, refused_outright
from gdi_spe.node.identity.outages import provider_answered, provider_silent
from gdi_spe.node.identity.people import LoginRefused, person_row
from gdi_spe.node.projects.access import projects_of
from gdi_spe.node.projects.applications import name_members
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node
from gdi_spe.node.service.starts import order_workspace


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoginBody(_Body):
    """What the identity provider said of somebody who logged in."""

    issuer: str
    userinfo: dict[str, Any]
    # The Passport JWT of a token exchange, where the settings ask for one.
    passport: str | None = None


class EndedBody(_Body):
    """Why a log-in is no longer confirmed."""

    why: Literal["token-refused", "login-refused", "provider-silent"]


class ProviderBody(_Body):
    """Whether the log-in service answers."""

    answers: bool


class StartBody(_Body):
    """Who wants to work on which project."""

    username: str
    project: Slug


class StartedBody(_Body):
    """Which container runs."""

    container_id: str


class StoppedBody(_Body):
    """Why a workspace stopped."""

    why: str


def routes(node: Node) -> list[BaseRoute]:
    """Return the Hub's routes."""

    def logins(body: LoginBody) -> dict[str, Any]:
        now = node.now()
        said = (body.userinfo, body.issuer, node.settings, node.keys, now, body.passport)
        try:
            judged = evaluate(*said)
        except LoginRefused as refusal:
            with node.database.write() as session:
                return refused_outright(session, refusal, now).as_json()
        with node.database.write() as session:
            outcome = admit(session, judged, node.settings, now)
            provider_answered(session, body.issuer, now)
            # Whom an application names may have been a stranger here until now.
            name_members(session, node.settings, now)
            return outcome.as_json()

    def login_ended(username: str, body: EndedBody) -> None:
        with node.database.write() as session:
            end_login(session, person_row(session, username).person, body.why, node.now())

    def provider(body: ProviderBody) -> None:
        note = provider_answered if body.answers else provider_silent
        with node.database.write() as session:
            note(session, node.settings.identity.issuer, node.now())

    def projects(username: str) -> dict[str, Any]:
        with node.database.write() as session:
            return projects_of(session, username, node.now()).as_json(node.now())

    def started(wid: str, body: StartedBody) -> None:
        with node.database.write() as session:
            register.started(session, wid, body.container_id, node.now())

    def stopped(wid: str, body: StoppedBody) -> None:
        with node.database.write() as session:
            register.ended(session, wid, body.why, "hub", node.now())

    def status(wid: str) -> dict[str, Any]:
        with node.database.read() as session:
            workspace = register.get(session, wid)
            until = workspace.valid_until
            return {
                "wid": wid,
                "status": workspace.status,
                "valid_until": until.isoformat() if until else None,
                "why": workspace.ended_why,
            }

    async def post_login(request: Request) -> Response:
        body = await body_of(request, LoginBody)
        return JSONResponse(await run_in_threadpool(logins, body))

    async def post_login_ended(request: Request) -> Response:
        body = await body_of(request, EndedBody)
        await run_in_threadpool(login_ended, request.path_params["username"], body)
        return Response(status_code=204)

    async def post_provider(request: Request) -> Response:
        await run_in_threadpool(provider, await body_of(request, ProviderBody))
        return Response(status_code=204)

    async def get_projects(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(projects, request.path_params["username"]))

    async def post_workspace(request: Request) -> Response:
        body = await body_of(request, StartBody)
        order = await order_workspace(node, body.username, body.project)
        return JSONResponse(order.model_dump(mode="json"))

    async def post_started(request: Request) -> Response:
        body = await body_of(request, StartedBody)
        await run_in_threadpool(started, request.path_params["wid"], body)
        return Response(status_code=204)

    async def post_stopped(request: Request) -> Response:
        body = await body_of(request, StoppedBody)
        await run_in_threadpool(stopped, request.path_params["wid"], body)
        return Response(status_code=204)

    async def get_workspace(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(status, request.path_params["wid"]))

    return [
        Route("/v1/logins", post_login, methods=["POST"]),
        Route("/v1/provider", post_provider, methods=["POST"]),
        Route("/v1/people/{username}/projects", get_projects),
        Route("/v1/people/{username}/login-ended", post_login_ended, methods=["POST"]),
        Route("/v1/workspaces", post_workspace, methods=["POST"]),
        Route("/v1/workspaces/{wid}", get_workspace),
        Route("/v1/workspaces/{wid}/started", post_started, methods=["POST"]),
        Route("/v1/workspaces/{wid}/stopped", post_stopped, methods=["POST"]),
    ]
