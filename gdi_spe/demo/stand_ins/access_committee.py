"""A data access committee for development: ``python -m gdi_spe.demo.stand_ins.access_committee``.

It speaks REMS' shapes and keeps its decisions in a folder. It exists for people who try the
product out: a node in production refuses its address.

============================================ ==================================================
``GET /api/jwk``                             the keys that its visas are signed with
``GET /api/permissions/{user}``              ``{"ga4gh_passport_v1": [visa, ...]}``
``GET /api/entitlements?user=&resource=``    current grants; ``expired=true`` adds the others
``POST /grants`` ``{user, resource, end?}``  grant (admin key)
``DELETE /grants`` ``{user, resource}``      withdraw (admin key)
============================================ ==================================================

All but the first ask for ``x-rems-api-key`` and ``x-rems-user-id``, as REMS does.
"""

from __future__ import annotations

import argparse
import hmac
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gdi_spe.boundary.errors import BadInput, NotFound, Refused, SpeError
from gdi_spe.demo.stand_ins import providers
from gdi_spe.demo.stand_ins.committee import Committee
from gdi_spe.demo.stand_ins.providers import Providers

Clock = Callable[[], datetime]


class WrongKey(Refused):
    """The caller has no key of the committee."""

    code = "api-key-refused"
    http_status = 401
    public_message = "This needs x-rems-api-key and x-rems-user-id."


def application(committee: Committee, known: Providers, clock: Clock) -> Starlette:
    """Return the committee as an ASGI application."""

    def check(request: Request, *keys: str) -> None:
        given = request.headers.get("x-rems-api-key", "").encode()
        fits = [hmac.compare_digest(given, key.encode()) for key in keys]
        if not any(fits) or not request.headers.get("x-rems-user-id"):
            raise WrongKey

    async def key_set(request: Request) -> Response:
        return JSONResponse(committee.key_set())

    async def permissions(request: Request) -> Response:
        check(request, known.api_key, known.admin_key)
        user = request.path_params["user"]
        visas = await run_in_threadpool(committee.visas, user, clock())
        return JSONResponse({"ga4gh_passport_v1": visas}, headers=_UNCACHED)

    async def entitlements(request: Request) -> Response:
        check(request, known.api_key, known.admin_key)
        query = request.query_params
        found = committee.entitlements(
            clock(),
            query.get("user"),
            query.get("resource"),
            expired=query.get("expired", "false") == "true",
        )
        return JSONResponse([each.as_json() for each in found], headers=_UNCACHED)

    async def grant(request: Request) -> Response:
        check(request, known.admin_key)
        body = await _body(request)
        granted = await run_in_threadpool(
            lambda: committee.grant(
                body["user"],
                body["resource"],
                clock(),
                end=_instant(body.get("end")),
                algorithm=body.get("algorithm") or "RS256",
            )
        )
        return JSONResponse(granted.as_json(), 201)

    async def withdraw(request: Request) -> Response:
        check(request, known.admin_key)
        body = await _body(request)
        if not await run_in_threadpool(committee.withdraw, body["user"], body["resource"], clock()):
            raise NotFound("current grant", body["resource"])
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/api/jwk", key_set),
            Route("/api/permissions/{user}", permissions),
            Route("/api/entitlements", entitlements),
            Route("/grants", grant, methods=["POST"]),
            Route("/grants", withdraw, methods=["DELETE"]),
        ],
        exception_handlers={SpeError: _problem},
    )


_UNCACHED = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, SpeError):
        raise error
    problem = {"code": error.code, "message": error.public_message}
    return JSONResponse(problem, error.http_status)


async def _body(request: Request) -> dict[str, str]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    allowed = {"user", "resource", "end", "algorithm"}
    if (
        not isinstance(body, dict)
        or not {"user", "resource"} <= body.keys() <= allowed
        or not all(isinstance(value, str) for value in body.values())
    ):
        raise BadInput("the body is not {user, resource, end?, algorithm?}")
    return body


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not an instant", remedy="Write ISO 8601") from None
    if instant.tzinfo is None:
        raise BadInput(f"{text!r} has no time zone")
    return instant


class CommitteeClient:
    """The committee's admin API, for the story and its tests."""

    def __init__(self, known: Providers) -> None:
        self._url = known.committee
        self._headers = {"x-rems-api-key": known.admin_key, "x-rems-user-id": "secretary"}

    @classmethod
    def of(cls, state: Path) -> CommitteeClient:
        """Return a client of the committee whose state is in a folder."""
        return cls(providers.load(state))

    def grant(self, user: str, resource_id: str, *, end: datetime | None = None) -> None:
        """Grant a dataset or cohort of the demo to a subject."""
        body = {"user": user, "resource": providers.visa_value(resource_id)}
        self._ask("POST", body | ({"end": end.isoformat()} if end else {}))

    def withdraw(self, user: str, resource_id: str) -> None:
        """Withdraw a grant: visa and entitlement are gone with the answer."""
        body = {"user": user, "resource": providers.visa_value(resource_id)}
        self._ask("DELETE", body)

    def entitlements(self, user: str) -> list[dict[str, Any]]:
        """Return a subject's current grants."""
        url = f"{self._url}api/entitlements?user={quote(user)}"
        answer = httpx.get(url, headers=self._headers, timeout=10)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def _ask(self, method: str, body: dict[str, str]) -> None:
        url = f"{self._url}grants"
        answer = httpx.request(method, url, json=body, headers=self._headers, timeout=10)
        answer.raise_for_status()


def main(arguments: list[str] | None = None) -> int:
    """Run the committee until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m gdi_spe.demo.stand_ins.access_committee")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        known = providers.load(chosen.state)
        committee = Committee(chosen.state, f"http://localhost:{chosen.port}/")
    except SpeError as error:
        print(f"access committee: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)
    serving = application(committee, known, lambda: datetime.now(UTC))
    uvicorn.run(serving, host="127.0.0.1", port=chosen.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
