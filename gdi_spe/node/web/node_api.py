"""Ask the node process over its socket for the pages; errors come back as pages can show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gdi_spe.boundary.errors import NotFound, SpeError, Unavailable

_REQUEST = re.compile(r"e[0-9a-f]{12}")
_SLUG, _NUMBER = re.compile(r"[a-z][a-z0-9-]{0,29}"), re.compile(r"[0-9]{1,12}")
_WID = re.compile(r"w[0-9a-f]{10}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Problem(SpeError):
    """The node process said no; its message is meant for the person."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.http_status, self.code, self.public_message = status, code, message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True)
class Content:
    """A file's bytes as the node handed them out."""

    name: str
    media_type: str
    sha256: str
    data: bytes


class NodeApi:
    """The routes of ``web.sock``."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._client = httpx.AsyncClient(
            transport=transport, base_url="http://node", timeout=60, trust_env=False
        )

    @classmethod
    def at(cls, socket: Path) -> NodeApi:
        """Return the API behind a unix socket."""
        return cls(httpx.AsyncHTTPTransport(uds=str(socket)))

    async def log_in(self, issuer: str, claims: dict[str, Any]) -> dict[str, Any]:
        """Tell the node who logged in; it says who that is here."""
        return await self._json("POST", "/v1/people", None, {"issuer": issuer, "claims": claims})

    async def hint(self, secret: str, body: bytes) -> None:
        """Hand on what a committee's system pushed."""
        headers = {"x-spe-hint": secret}
        try:
            reply = await self._client.post("/v1/hints", headers=headers, content=body)
        except (httpx.HTTPError, UnicodeError):
            raise Unavailable from None
        if not reply.is_success:
            raise _problem(reply)

    async def home(self, person: str) -> dict[str, Any]:
        """Return a person's requests and what waits for them."""
        return await self._json("GET", "/v1/exports", person)

    async def duties(self, person: str) -> dict[str, Any]:
        """Return what a person has accepted, may propose and approve, and how the node stands."""
        return await self._json("GET", "/v1/duties", person)

    async def accept(self, person: str, name: str) -> None:
        """Accept terms."""
        if not _SLUG.fullmatch(name):
            raise NotFound("obligation", name)
        await self._json("POST", f"/v1/obligations/{name}/accept", person)

    async def propose(self, person: str, proposal: dict[str, Any]) -> None:
        """Propose what takes two people."""
        await self._json("POST", "/v1/proposals", person, proposal)

    async def approve(self, person: str, number: str) -> None:
        """Approve what somebody else proposed."""
        if not _NUMBER.fullmatch(number):
            raise NotFound("proposal", number)
        await self._json("POST", f"/v1/proposals/{number}/approve", person)

    async def kill_switch(self, person: str, what: dict[str, str]) -> dict[str, Any]:
        """Close a person, a project or the node."""
        return await self._json("POST", "/v1/acts/kill-switch", person, what)

    async def stop(self, person: str, wid: str, why: str) -> dict[str, Any]:
        """End one workspace."""
        if not _WID.fullmatch(wid):
            raise NotFound("workspace", wid)
        return await self._json("POST", f"/v1/acts/stop/{wid}", person, {"why": why})

    async def audit(self, person: str) -> list[dict[str, Any]]:
        """Return the newest audit events."""
        reply = await self._ask("GET", "/v1/audit", person, None)
        events: list[dict[str, Any]] = reply.json()
        return events

    async def check_still_released(self, person: str, rid: str) -> None:
        """Raise unless what is being fetched is released to them still."""
        await self._json("GET", f"{_path(rid)}/still-released", person)

    async def show(self, person: str, rid: str) -> dict[str, Any]:
        """Return a request as a person sees it."""
        return await self._json("GET", _path(rid), person)

    async def review(self, person: str, rid: str) -> dict[str, Any]:
        """Return a request for review, or the refusal."""
        return await self._json("GET", f"{_path(rid)}/review", person)

    async def vote(self, person: str, rid: str, ballot: dict[str, str]) -> dict[str, Any]:
        """Cast a vote."""
        return await self._json("POST", f"{_path(rid)}/votes", person, ballot)

    async def blocked(self, person: str, rid: str) -> dict[str, Any]:
        """Return a blocked request to somebody who may set the block aside, or the refusal."""
        return await self._json("GET", f"{_path(rid)}/overrule", person)

    async def overrule(self, person: str, rid: str, reason: str) -> None:
        """Have a blocked request reviewed after all."""
        await self._json("POST", f"{_path(rid)}/overrule", person, {"reason": reason})

    async def withdraw(self, person: str, rid: str) -> None:
        """Take a request back."""
        await self._json("POST", f"{_path(rid)}/withdraw", person)

    async def open_file(self, person: str, rid: str, name: str) -> Content:
        """Return what a reviewer looks at; the node records that they did."""
        return await self._content(f"{_file(rid, name)}/open", person)

    async def download(self, person: str, rid: str, name: str) -> Content:
        """Return a released file."""
        return await self._content(f"{_file(rid, name)}/download", person)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _json(
        self, method: str, path: str, person: str | None, body: Any = None
    ) -> dict[str, Any]:
        reply = await self._ask(method, path, person, body)
        answer: dict[str, Any] = reply.json()
        return answer

    async def _content(self, path: str, person: str) -> Content:
        reply = await self._ask("POST", path, person, None)
        told = reply.headers
        return Content(
            told["x-spe-name"], told["x-spe-media-type"], told["x-spe-sha256"], reply.content
        )

    async def _ask(self, method: str, path: str, person: str | None, body: Any) -> httpx.Response:
        headers = {"x-spe-person": person} if person else {}
        try:
            reply = await self._client.request(method, path, headers=headers, json=body)
        except httpx.HTTPError:
            raise Unavailable from None
        if reply.is_success:
            return reply
        raise _problem(reply)


def _path(rid: str) -> str:
    # TRUST: what a browser wrote becomes part of a path here, so it must be an id or a name.
    if not _REQUEST.fullmatch(rid):
        raise NotFound("export request", rid)
    return f"/v1/exports/{rid}"


def _file(rid: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise NotFound("file", name)
    return f"{_path(rid)}/files/{name}"


def _problem(reply: httpx.Response) -> SpeError:
    try:
        body = reply.json()
        return Problem(reply.status_code, str(body["code"]), str(body["message"]))
    except (ValueError, KeyError, TypeError):
        return Unavailable()
