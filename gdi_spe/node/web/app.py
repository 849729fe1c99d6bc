"""The pages: export requests, reviews, downloads. Server-rendered; they need no script."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from gdi_spe.boundary.errors import Refused, SpeError
from gdi_spe.node.settings import Settings
from gdi_spe.node.web.duties import DutyPages
from gdi_spe.node.web.headers import SANDBOX_POLICY, HeadersMiddleware
from gdi_spe.node.web.login import LoginFailed, Provider
from gdi_spe.node.web.node_api import NodeApi
from gdi_spe.node.web.preview import preview
from gdi_spe.node.web.sessions import Visit, VisitMiddleware, Visits, visit_of

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_MAX_FORM_BYTES = 64 * 1024
_MAX_HINT_BYTES = 1024 * 1024
_PIECE_BYTES = 256 * 1024
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")


class NotThisForm(Refused):
    """The form did not come from a page of this visit."""

    code = "csrf"
    public_message = "This form is out of date. Go back, load the page again, and try once more."


class LoggedOut(Refused):
    """Nobody is logged in here."""

    code = "logged-out"
    http_status = 401
    public_message = "You are not logged in."


Page = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Pages:
    """The pages of one node."""

    settings: Settings
    api: NodeApi
    provider: Provider
    templates: jinja2.Environment

    # --- who ------------------------------------------------------------------------------------

    async def login(self, request: Request) -> Response:
        """Send the browser to the log-in service."""
        url, remembered = await self.provider.begin(self._callback)
        visit = visit_of(request.scope).ensure()
        visit.data["login"] = remembered
        visit.data["next"] = _own_path(request.query_params.get("next", "/"))
        return RedirectResponse(url, 303)

    async def callback(self, request: Request) -> Response:
        """Take the log-in service's answer."""
        holder = visit_of(request.scope)
        remembered = holder.visit.data.pop("login", None) if holder.visit else None
        if holder.visit is None or remembered is None:
            raise LoginFailed
        then = holder.visit.data.get("next", "/")
        claims = await self.provider.finish(self._callback, dict(request.query_params), remembered)
        who = await self.api.log_in(self.settings.identity.issuer, claims)
        holder.renew({"person": who["person"], "name": who["display_name"], "roles": who["roles"]})
        return RedirectResponse(then, 303)

    @property
    def _callback(self) -> str:
        return f"{self.settings.web.public_url.rstrip('/')}/login/callback"

    async def hint(self, request: Request) -> Response:
        """Take a push of a committee's system; the node process reads the truth back there."""
        # TRUST: REMS can send a header with its events, and with entitlements nothing at all, so
        # that its operator gives it an address that is a secret.
        secret = request.path_params.get("secret") or request.headers.get("x-hook-secret", "")
        if not _SECRET.fullmatch(secret):
            raise HTTPException(404)
        body = await _bounded(request, _MAX_HINT_BYTES)
        try:
            await self.api.hint(secret, body)
        except SpeError as error:
            return Response(status_code=error.http_status)
        return Response(status_code=200)

    async def logout(self, request: Request) -> Response:
        """End the visit."""
        await self.form(request)
        visit_of(request.scope).end()
        return self.page(request, "logged_out.html", {})

    # --- pages ----------------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        """Show a person's own requests and, to reviewers, what waits for them."""
        visit = visit_of(request.scope).visit
        if visit is None or visit.person is None:
            return self.page(request, "welcome.html", {})
        listed = await self.api.home(visit.person)
        return self.page(request, "home.html", listed)

    async def show(self, request: Request) -> Response:
        """Show one request to its author, or send a reviewer to the review."""
        rid = request.path_params["rid"]
        export = await self.api.show(self.person(request), rid)
        if export["as"] == "reviewer":
            return RedirectResponse(f"/requests/{rid}/review", 303)
        return self.page(request, "request.html", {"export": export})

    async def review(self, request: Request) -> Response:
        """Show one request to a reviewer."""
        export = await self.api.review(self.person(request), request.path_params["rid"])
        return self.page(request, "review.html", {"export": export})

    async def file(self, request: Request) -> Response:
        """Show a reviewer what one file holds."""
        rid, name, person = self._place(request)
        export = await self.api.review(person, rid)
        file = next((one for one in export["files"] if one["file"] == name), None)
        content = await self.api.open_file(person, rid, name)
        shown = preview(content, _number(request.query_params.get("page", "1")))
        values = {"export": export, "file": file, "shown": shown, "sha256": content.sha256}
        return self.page(request, "file.html", values)

    async def picture(self, request: Request) -> Response:
        """Hand a picture to the page that shows it."""
        rid, name, person = self._place(request)
        content = await self.api.open_file(person, rid, name)
        # TRUST: only re-encoded PNG is shown; whatever else a file is, no browser gets to guess.
        if content.media_type != "image/png":
            raise HTTPException(404)
        headers = {"content-security-policy": SANDBOX_POLICY}
        return Response(content.data, media_type="image/png", headers=headers)

    def _place(self, request: Request) -> tuple[str, str, str]:
        return (
            request.path_params["rid"], request.path_params["name"], self.person(request),
        )  # fmt: skip

    # --- acts -----------------------------------------------------------------------------------

    async def vote(self, request: Request) -> Response:
        """Cast a vote."""
        form = await self.form(request)
        rid = request.path_params["rid"]
        ballot = {name: str(form.get(name, "")) for name in ("decision", "reason", "seen_sha256")}
        await self.api.vote(self.person(request), rid, ballot)
        return RedirectResponse(f"/requests/{rid}/review", 303)

    async def blocked(self, request: Request) -> Response:
        """Show a blocked request to a reviewer who may set the block aside."""
        export = await self.api.blocked(self.person(request), request.path_params["rid"])
        return self.page(request, "overrule.html", {"export": export})

    async def overrule(self, request: Request) -> Response:
        """Have a blocked request reviewed after all."""
        form = await self.form(request)
        rid = request.path_params["rid"]
        await self.api.overrule(self.person(request), rid, str(form.get("reason", "")))
        return RedirectResponse(f"/requests/{rid}/review", 303)

    async def withdraw(self, request: Request) -> Response:
        """Take a request back."""
        await self.form(request)
        rid = request.path_params["rid"]
        await self.api.withdraw(self.person(request), rid)
        return RedirectResponse(f"/requests/{rid}", 303)

    async def download(self, request: Request) -> Response:
        """Send a released file to its author's computer."""
        await self.form(request)
        rid, name, person = self._place(request)
        content = await self.api.download(person, rid, name)
        headers = {
            # The name has been held to letters, digits, dot, dash and underscore.
            "content-disposition": f'attachment; filename="{content.name}"',
            "content-security-policy": SANDBOX_POLICY,
            "x-spe-sha256": content.sha256,
            "content-length": str(len(content.data)),
        }
        pieces = self._while_released(content.data, person, rid)
        return StreamingResponse(pieces, media_type=content.media_type, headers=headers)

    async def _while_released(self, data: bytes, person: str, rid: str) -> AsyncIterator[bytes]:
        """Hand out a file piece by piece, as long as it is released to this person."""
        yield data[:_PIECE_BYTES]
        for start in range(_PIECE_BYTES, len(data), _PIECE_BYTES):
            # TRUST: an end of access while a file goes out ends that too; a part of it is void.
            await self.api.check_still_released(person, rid)
            yield data[start : start + _PIECE_BYTES]

    async def style(self, request: Request) -> Response:
        """Send the style sheet."""
        return Response((_HERE / "static" / "style.css").read_bytes(), media_type="text/css")

    # --- all ------------------------------------------------------------------------------------

    def person(self, request: Request) -> str:
        """Return who is logged in; raise if nobody is."""
        visit = visit_of(request.scope).visit
        if visit is None or visit.person is None:
            raise LoggedOut
        return visit.person

    async def form(self, request: Request) -> FormData:
        """Return a form that came from a page of this visit."""
        visit = visit_of(request.scope).visit
        if not _from_these_pages(request, self.settings.web.public_url):
            raise NotThisForm
        if int(request.headers.get("content-length") or _MAX_FORM_BYTES + 1) > _MAX_FORM_BYTES:
            raise NotThisForm
        form = await request.form(max_files=0, max_fields=20)
        # TRUST: a cookie alone does nothing; only a page of this visit knows its token.
        if visit is None or not visit.csrf_holds(form.get("csrf")):
            raise NotThisForm
        return form

    def page(
        self, request: Request, template: str, values: dict[str, Any], status: int = 200
    ) -> HTMLResponse:
        """Return a page from its template, with what every page shows."""
        visit: Visit | None = visit_of(request.scope).visit
        known = visit is not None and visit.person is not None
        shared = {
            "node": self.settings.title, "visit": visit if known else None,
            "csrf": visit.csrf if visit is not None and known else "",
        }  # fmt: skip
        return HTMLResponse(self.templates.get_template(template).render(shared | values), status)

    async def problem(self, request: Request, error: Exception) -> Response:
        """Show an error: its public message and nothing else."""
        if isinstance(error, LoggedOut) and request.method == "GET":
            return RedirectResponse(f"/login?next={request.url.path}", 303)
        if isinstance(error, SpeError):
            log.info("%s: %s", error.code, error)
            status, message = error.http_status, error.public_message
        elif isinstance(error, HTTPException):
            status, message = error.status_code, "There is no such page."
        else:
            log.error("%s %s", request.method, request.url.path, exc_info=error)
            status, message = 500, SpeError.public_message
        values = {"message": message, "status": status}
        return self.page(request, "problem.html", values, status)

    def routes(self) -> list[Route]:
        """Return every route; there is no other."""
        one = "/requests/{rid}"
        file = f"{one}/files/{{name}}"
        return [
            Route("/", self.home),
            Route("/login", self.login),
            Route("/login/callback", self.callback),
            Route("/logout", self.logout, methods=["POST"]),
            Route(one, self.show),
            Route(f"{one}/review", self.review),
            Route(f"{one}/votes", self.vote, methods=["POST"]),
            Route(f"{one}/overrule", self.blocked),
            Route(f"{one}/overrule", self.overrule, methods=["POST"]),
            Route(f"{one}/withdraw", self.withdraw, methods=["POST"]),
            Route(file, self.file),
            Route(f"{file}/picture", self.picture),
            Route(f"{file}/download", self.download, methods=["POST"]),
            Route("/hooks/rems", self.hint, methods=["PUT", "POST"]),
            Route("/hooks/rems/{secret}", self.hint, methods=["PUT", "POST"]),
            Route("/static/style.css", self.style),
        ]


async def _bounded(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            raise HTTPException(413)
    return bytes(body)


def _own_path(path: str) -> str:
    """Return a path of these pages: a link from elsewhere must not send anybody elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if plain and "\\" not in path else "/"


def _from_these_pages(request: Request, public_url: str) -> bool:
    """Say whether a form may come from these pages, as far as the browser tells.

    Under ``no-referrer`` a browser gives its own pages' origin as "null", and so does a page in
    a sandbox; the token, which no other page can read, is what decides.
    """
    parts = urlsplit(public_url)
    origins = (f"{parts.scheme}://{parts.netloc}", "null", None)
    sites = ("same-origin", None)
    headers = request.headers
    return headers.get("origin") in origins and headers.get("sec-fetch-site") in sites


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 1


def templates() -> jinja2.Environment:
    """Return the templates: everything is escaped, and an unknown name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def application(
    settings: Settings, api: NodeApi, provider: Provider, now: Callable[[], datetime]
) -> ASGIApp:
    """Make the application of one node's pages."""
    pages = Pages(settings, api, provider, templates())
    secure = settings.web.public_url.startswith("https://")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        yield
        await api.close()

    handlers: Any = dict.fromkeys((SpeError, HTTPException, Exception), pages.problem)
    routes = [*pages.routes(), *DutyPages(pages).routes()]
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    # Around everything, so that the answer to an error no handler foresaw has the headers too.
    return HeadersMiddleware(VisitMiddleware(app, Visits(now), secure=secure), secure=secure)
