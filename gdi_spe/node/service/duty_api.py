"""What people owe the node and each other: terms, what takes four eyes, and how the node stands.

TRUST: as in ``web_api``: the web process names the person; what they may do is decided here.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.airlock.people import Actor
from gdi_spe.node.containers import register
from gdi_spe.node.identity.obligations import duties_of, fulfil
from gdi_spe.node.identity.outages import asked
from gdi_spe.node.identity.people import person_row
from gdi_spe.node.identity.proposals import approve, pending, propose, refusal_now
from gdi_spe.node.identity.roles import FOUR_EYES, UNBREAKABLE, Verb, refusal
from gdi_spe.node.identity.tables import Person, Proposal
from gdi_spe.node.projects.closures import closure
from gdi_spe.node.revocation.tables import Notice
from gdi_spe.node.service.acts import (
    KillBody,
    StopBody,
    audit_shown,
    hold,
    kill_switch,
    stop_workspace,
)
from gdi_spe.node.service.edge import body_of
from gdi_spe.node.service.named import actor_named
from gdi_spe.node.service.node import Node

_MAX_DIGITS = 12


class ProposalBody(BaseModel):
    """What somebody wants that takes four eyes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Verb
    target: str = Field(max_length=255)
    why: str = Field(max_length=2000)
    hours: float = 0


def routes(node: Node) -> list[BaseRoute]:
    """Return the routes of the page of duties."""

    def duties(who: Actor) -> dict[str, Any]:
        now = node.now()
        with node.database.read() as session:
            return {
                "obligations": [duty.as_json() for duty in duties_of(session, who.person, now)],
                "proposable": [
                    str(v) for v in Verb if v in FOUR_EYES and not refusal(who.roles, v)
                ],
                "breakable": [str(v) for v in Verb if v not in UNBREAKABLE],
                "proposals": _proposals(session, node, who),
                "stands": _standing(session, node, who),
                "may": _may_now(session, node, who),
            }

    def accepted(who: Actor, name: str) -> dict[str, Any]:
        with node.database.write() as session:
            person = person_row(session, who.person).person
            return {"until": fulfil(session, name, person, person, node.now()).isoformat()}

    def proposed(who: Actor, body: ProposalBody) -> dict[str, Any]:
        told = (body.verb, body.target, body.why)
        with node.database.write() as session:
            made = propose(session, who.person, *told, node.now(), body.hours)
            return _proposal(session, made, who)

    def approved(who: Actor, number: int) -> dict[str, Any]:
        with node.database.write() as session:
            return _proposal(session, approve(session, number, who.person, node.now()), who)

    def listed(who: Actor) -> list[dict[str, Any]]:
        with node.database.read() as session:
            return _proposals(session, node, who)

    async def get_duties(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(duties, actor_named(node, request)))

    async def post_acceptance(request: Request) -> Response:
        told = actor_named(node, request), request.path_params["name"]
        return JSONResponse(await run_in_threadpool(accepted, *told))

    async def get_proposals(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(listed, actor_named(node, request)))

    async def post_proposal(request: Request) -> Response:
        body = await body_of(request, ProposalBody)
        return JSONResponse(await run_in_threadpool(proposed, actor_named(node, request), body))

    async def post_approval(request: Request) -> Response:
        number = request.path_params["number"]
        if not number.isascii() or not number.isdecimal() or len(number) > _MAX_DIGITS:
            raise NotFound("proposal", number)
        told = actor_named(node, request), int(number)
        return JSONResponse(await run_in_threadpool(approved, *told))

    async def post_kill_switch(request: Request) -> Response:
        who = actor_named(node, request)
        await run_in_threadpool(hold, node, who.person, Verb.KILL_SWITCH)
        body = await body_of(request, KillBody)
        return JSONResponse(await kill_switch(node, body, who.person))

    async def post_stop(request: Request) -> Response:
        who, wid = actor_named(node, request), request.path_params["wid"]
        await run_in_threadpool(hold, node, who.person, Verb.STOP_WORKSPACE)
        why = (await body_of(request, StopBody)).why or "stopped by the node's operator"
        return JSONResponse({"gone": await stop_workspace(node, wid, why, who.person)})

    async def get_audit(request: Request) -> Response:
        who = actor_named(node, request)
        await run_in_threadpool(hold, node, who.person, Verb.READ_AUDIT)
        return JSONResponse(await run_in_threadpool(audit_shown, node, who.person))

    return [
        Route("/v1/duties", get_duties),
        Route("/v1/acts/kill-switch", post_kill_switch, methods=["POST"]),
        Route("/v1/acts/stop/{wid}", post_stop, methods=["POST"]),
        Route("/v1/audit", get_audit),
        Route("/v1/obligations/{name}/accept", post_acceptance, methods=["POST"]),
        Route("/v1/proposals", get_proposals),
        Route("/v1/proposals", post_proposal, methods=["POST"]),
        Route("/v1/proposals/{number}/approve", post_approval, methods=["POST"]),
    ]


def _proposals(session: Session, node: Node, who: Actor) -> list[dict[str, Any]]:
    """Return what waits, to those who could approve it; who could not learns of none."""
    rows = pending(session, node.now())
    return [_proposal(session, one, who) for one in rows if not refusal(who.roles, Verb(one.verb))]


def _may_now(session: Session, node: Node, who: Actor) -> list[str]:
    """Return which acts of this page somebody may do now, by a role or by a broken glass."""
    acts = (Verb.KILL_SWITCH, Verb.STOP_WORKSPACE, Verb.READ_AUDIT)
    return [str(v) for v in acts if not refusal_now(session, who.person, v, node.now())]


def _standing(session: Session, node: Node, who: Actor) -> dict[str, Any] | None:
    """Return how the node stands, to those who watch over it."""
    if refusal(who.roles, Verb.WATCH_NODE):
        return None
    closed = closure(session)
    notices = select(func.count()).select_from(Notice)
    waiting = notices.where(Notice.told_at.is_(None), Notice.given_up_at.is_(None))
    return {
        "closed_since": closed.closed_at.isoformat() if closed else None,
        "asked": [one.as_json() for one in asked(session, node.settings, node.now())],
        "n_notices_waiting": session.scalar(waiting),
        "workspaces": [
            {
                "wid": one.wid,
                "project": one.project,
                "status": one.status,
                "until": one.valid_until.isoformat() if one.valid_until else None,
            }
            for one in register.live(session)
        ],
    }


def _proposal(session: Session, row: Proposal, who: Actor) -> dict[str, Any]:
    proposer = session.get(Person, row.proposed_by)
    return {
        "id": row.id,
        "verb": row.verb,
        "target": row.target,
        "why": row.why,
        "hours": row.hours,
        "proposed_by": row.proposed_by,
        "proposer": proposer.display_name if proposer else row.proposed_by,
        "is_own": row.proposed_by == who.person,
        "proposed_at": row.proposed_at.isoformat(),
        "approved_by": row.approved_by,
    }
