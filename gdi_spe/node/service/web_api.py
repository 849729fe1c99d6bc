"""What the pages may ask: log-ins, export requests, votes, downloads.

TRUST: the socket is the role. The web process names the person who logged in there; what that
person may do is decided here, from the node's own rows, at every call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.node.airlock.desk import desk_of
from gdi_spe.node.airlock.people import Actor, actor_of
from gdi_spe.node.airlock.releases import Handed
from gdi_spe.node.airlock.reviews import Ballot, Decision
from gdi_spe.node.identity.hints import check_shape, source_of
from gdi_spe.node.identity.people import recognise_recorded, roles_of
from gdi_spe.node.identity.proposals import approve, pending, propose
from gdi_spe.node.identity.roles import Verb, refusal
from gdi_spe.node.identity.tables import Proposal
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.node import Node

_MAX_DIGITS = 12


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


class ProposalBody(_Body):
    """What somebody wants that takes four eyes."""

    verb: Verb
    target: str = Field(max_length=255)
    why: str = Field(max_length=2000)
    hours: float = 0


class NobodyNamed(Refused):
    """The web process did not say who asks."""

    code = "nobody-named"
    http_status = 401
    public_message = "Log in first."


Answer = Callable[[Request, Actor], Any]


def routes(node: Node) -> list[BaseRoute]:
    """Return the routes of the pages."""
    desk = desk_of(node.database, node.home, node.policy, node.now)

    def actor(request: Request) -> Actor:
        person = request.headers.get("x-spe-person", "")
        if not person:
            raise NobodyNamed
        with node.database.read() as session:
            return actor_of(session, person, roles_of(session, person))

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

    def proposed(person: str, body: ProposalBody) -> dict[str, Any]:
        told = (body.verb, body.target, body.why)
        with node.database.write() as session:
            return _proposal(propose(session, person, *told, node.now(), body.hours))

    def approve_one(person: str, number: int) -> dict[str, Any]:
        with node.database.write() as session:
            return _proposal(approve(session, number, person, node.now()))

    def proposals(_request: Request, who: Actor) -> Any:
        # Who could not approve any of them learns of none.
        with node.database.read() as session:
            rows = pending(session, node.now())
            return [_proposal(one) for one in rows if not refusal(who.roles, Verb(one.verb))]

    async def post_proposal(request: Request) -> Response:
        body = await body_of(request, ProposalBody)
        person = actor(request).person
        return JSONResponse(await run_in_threadpool(proposed, person, body))

    async def post_approval(request: Request) -> Response:
        number = request.path_params["number"]
        if not number.isascii() or not number.isdecimal() or len(number) > _MAX_DIGITS:
            raise NotFound("proposal", number)
        said = actor(request).person, int(number)
        return JSONResponse(await run_in_threadpool(approve_one, *said))

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

    def home(request: Request, who: Actor) -> Any:
        return {**desk.home(who), "roles": sorted(who.roles)}

    def show(request: Request, who: Actor) -> Any:
        return desk.show(request.path_params["rid"], who)

    def review(request: Request, who: Actor) -> Any:
        return desk.show_for_review(request.path_params["rid"], who)

    def content(request: Request, who: Actor) -> Any:
        return desk.open_file(request.path_params["rid"], request.path_params["name"], who)

    def download(request: Request, who: Actor) -> Any:
        return desk.download(request.path_params["rid"], request.path_params["name"], who.person)

    def withdraw(request: Request, who: Actor) -> Any:
        desk.withdraw(request.path_params["rid"], who.person)
        return {}

    one = "/v1/exports/{rid}"
    return [
        Route("/v1/people", post_person, methods=["POST"]),
        Route("/v1/hints", post_hint, methods=["POST"]),
        Route("/v1/proposals", answering(proposals)),
        Route("/v1/proposals", post_proposal, methods=["POST"]),
        Route("/v1/proposals/{number}/approve", post_approval, methods=["POST"]),
        Route("/v1/exports", answering(home)),
        Route(one, answering(show)),
        Route(f"{one}/review", answering(review)),
        Route(f"{one}/votes", post_vote, methods=["POST"]),
        Route(f"{one}/withdraw", answering(withdraw), methods=["POST"]),
        Route(f"{one}/files/{{name}}/open", answering(content), methods=["POST"]),
        Route(f"{one}/files/{{name}}/download", answering(download), methods=["POST"]),
    ]


def _proposal(row: Proposal) -> dict[str, Any]:
    return {
        "id": row.id,
        "verb": row.verb,
        "target": row.target,
        "why": row.why,
        "hours": row.hours,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat(),
        "approved_by": row.approved_by,
    }


def _response(value: Any) -> Response:
    """Answer with JSON, or with a file's bytes and what they are."""
    if isinstance(value, Handed):
        headers = {
            "x-spe-name": value.name, "x-spe-sha256": value.sha256,
            "x-spe-media-type": value.media_type,
        }  # fmt: skip
        return Response(value.data, media_type="application/octet-stream", headers=headers)
    return JSONResponse(value)
