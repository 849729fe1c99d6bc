"""What the pages may ask: log-ins, export requests, votes, downloads.

TRUST: the socket is the role. The web process names the person who logged in there; what that
person may do is decided here, from the node's own rows, at every call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.node.airlock.desk import desk_of
from gdi_spe.node.airlock.people import Actor
from gdi_spe.node.airlock.releases import Handed
from gdi_spe.node.airlock.reviews import Ballot, Decision
from gdi_spe.node.identity.hints import check_shape, source_of
from gdi_spe.node.identity.people import recognise_recorded
from gdi_spe.node.service import duty_api
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.named import actor_named
from gdi_spe.node.service.node import Node


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonBody(_Body):
    """What the identity provider said of somebody who logged in to the pages."""

    issuer: str
    claims: dict[str, Any]


class VoteBody(_Body):
    """A reviewer's decision."""

    decision: Decision
    reason: str
    seen_sha256: str


class OverruleBody(_Body):
    """Why a block is set aside."""

    reason: str


Answer = Callable[[Request, Actor], Any]


def routes(node: Node) -> list[BaseRoute]:
    """Return the routes of the pages."""
    desk = desk_of(node.database, node.home, node.policy, node.now)

    def actor(request: Request) -> Actor:
        return actor_named(node, request)

    def log_in(body: PersonBody) -> dict[str, Any]:
        said = body.claims, body.issuer
        claims = recognise_recorded(node.database, *said, node.settings, node.now())
        return {
            "person": claims.person,
            "display_name": claims.display_name,
            "roles": list(claims.roles),
        }

    async def post_person(request: Request) -> Response:
        body = await body_of(request, PersonBody)
        return JSONResponse(await run_in_threadpool(log_in, body))

    async def post_hint(request: Request) -> Response:
        # TRUST: a push tells only that there is something to read; whose secret it carries tells
        # where. Nothing in it is stored, and it is answered before anything is read back.
        secret = request.headers.get("x-spe-hint", "")
        source = await run_in_threadpool(source_of, node.settings, secret)
        kind = check_shape(await request.body())
        node.hints.note(source.source)
        return JSONResponse({"kind": kind})

    def answering(answer: Answer) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            def work() -> Any:
                return answer(request, actor(request))

            return _response(await run_in_threadpool(work))

        return endpoint

    async def post_vote(request: Request) -> Response:
        body = await body_of(request, VoteBody)
        rid = request.path_params["rid"]
        ballot = Ballot(body.decision, body.reason, body.seen_sha256)

        def work() -> Any:
            return {"status": desk.vote(rid, actor(request), ballot)}

        return _response(await run_in_threadpool(work))

    async def post_overrule(request: Request) -> Response:
        body = await body_of(request, OverruleBody)
        rid = request.path_params["rid"]

        def work() -> Any:
            return {"status": desk.overrule(rid, actor(request), body.reason)}

        return _response(await run_in_threadpool(work))

    def blocked(request: Request, who: Actor) -> Any:
        return desk.show_blocked(request.path_params["rid"], who)

    def home(request: Request, who: Actor) -> Any:
        return {**desk.home(who), "roles": sorted(who.roles)}

    def show(request: Request, who: Actor) -> Any:
        return desk.show(request.path_params["rid"], who)

    def review(request: Request, who: Actor) -> Any:
        return desk.show_for_review(request.path_params["rid"], who)

    def content(request: Request, who: Actor) -> Any:
        return desk.open_file(request.path_params["rid"], request.path_params["name"], who)

    def still(request: Request, who: Actor) -> Any:
        desk.check_still_released(request.path_params["rid"], who.person)
        return {}

    def download(request: Request, who: Actor) -> Any:
        return desk.download(request.path_params["rid"], request.path_params["name"], who.person)

    def withdraw(request: Request, who: Actor) -> Any:
        desk.withdraw(request.path_params["rid"], who.person)
        return {}

    one = "/v1/exports/{rid}"
    return [
        Route("/v1/people", post_person, methods=["POST"]),
        Route("/v1/hints", post_hint, methods=["POST"]),
        *duty_api.routes(node),
        Route("/v1/exports", answering(home)),
        Route(one, answering(show)),
        Route(f"{one}/review", answering(review)),
        Route(f"{one}/votes", post_vote, methods=["POST"]),
        Route(f"{one}/overrule", answering(blocked)),
        Route(f"{one}/overrule", post_overrule, methods=["POST"]),
        Route(f"{one}/withdraw", answering(withdraw), methods=["POST"]),
        Route(f"{one}/files/{{name}}/open", answering(content), methods=["POST"]),
        Route(f"{one}/files/{{name}}/download", answering(download), methods=["POST"]),
        Route(f"{one}/still-released", answering(still)),
    ]


def _response(value: Any) -> Response:
    """Answer with JSON, or with a file's bytes and what they are."""
    if isinstance(value, Handed):
        headers = {
            "x-spe-name": value.name, "x-spe-sha256": value.sha256,
            "x-spe-media-type": value.media_type,
        }  # fmt: skip
        return Response(value.data, media_type="application/octet-stream", headers=headers)
    return JSONResponse(value)
