"""The door of one workspace: every request of the browser comes through here, in this order.

On the list? Still open? Asked by the page itself? By the owner? Only then is it answered.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

import aiohttp
from aiohttp import web

from gdi_spe.boundary.errors import NotFound, Refused, SpeError, Unavailable
from gdi_spe.node.gateway.door import answers, channels, container, own
from gdi_spe.node.gateway.door.container import FilesStayInside
from gdi_spe.node.gateway.door.routes import Route, asks_for_a_file, route_of
from gdi_spe.node.gateway.upstream import UpstreamFailed
from gdi_spe.node.gateway.workspace import Workspace

_log = logging.getLogger(__name__)

Handler = Callable[[Workspace, web.BaseRequest, str], Awaitable[web.StreamResponse]]

_HANDLERS: dict[str, Handler] = {
    "absent": own.absent,
    "api_version": own.api_version,
    "banner": own.banner,
    "build": own.build,
    "channels": channels.channels,
    "checkpoints": own.checkpoints,
    "contents": container.contents,
    "events": own.events,
    "finish_login": own.finish_login,
    "kernels": container.kernels,
    "kernelspecs": own.kernelspecs,
    "lab_page": own.lab_page,
    "languages": own.languages,
    "layouts": own.layouts,
    "me": own.me,
    "meter": own.meter,
    "nothing": own.nothing,
    "server_status": own.server_status,
    "sessions": container.sessions,
    "setting": own.setting,
    "settings": own.settings,
    "static_file": own.static_file,
    "to_lab": own.to_lab,
    "translation": own.translation,
}


class NotOnTheList(Refused):
    """A route that a workspace's page does not use."""

    code = "gateway-not-on-the-list"
    public_message = "This is not offered in this workspace."


class NotFromThisPage(Refused):
    """A request that another site's page made the browser send."""

    code = "gateway-not-from-this-page"
    public_message = "This request did not come from the workspace's own page."


class LogInAgain(Refused):
    """Nobody is logged in."""

    code = "gateway-log-in"
    public_message = "Your log-in has ended: reload the page to log in again."


@dataclass(frozen=True)
class Door:
    """Answers everything that comes from the proxy for one workspace."""

    workspace: Workspace

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever goes wrong becomes an answer of the gateway's own."""
        try:
            return await self._answered(request)
        except SpeError as error:
            return self._problem(request, error)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, RecursionError) as error:
            _log.info("%s: %s %s", self.workspace.wid, request.method, type(error).__name__)
            return answers.problem(UpstreamFailed())

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        path = self._below_base(request)
        route = route_of(request.method, path)
        # TRUST: what is not on the list is refused before anything else is looked at.
        if route is None:
            raise FilesStayInside if asks_for_a_file(path) else NotOnTheList
        if refusal := self.workspace.refusal(self.workspace.shared.clock.now()):
            raise refusal
        if refusal := self._foreign(request, route):
            raise refusal
        if route.handler != "finish_login" and not await self._is_owner(request):
            return self._log_in(route, path)
        return await _HANDLERS[route.handler](self.workspace, request, path)

    def _below_base(self, request: web.BaseRequest) -> str:
        """Return the path below the workspace's address, in plain form only."""
        path = unquote(request.rel_url.raw_path)
        base = self.workspace.registration.base_url.rstrip("/")
        below = path.removeprefix(base)
        is_plain = "//" not in below and "\\" not in below and below.isprintable()
        if not path.startswith(base) or below[:1] not in ("", "/"):
            raise NotFound("page", "")
        if not is_plain or {".", ".."} & set(below.split("/")) or "%" in below:
            raise NotOnTheList
        return below or "/"

    def _foreign(self, request: web.BaseRequest, route: Route) -> SpeError | None:
        """Refuse what another site's page asks with this browser's cookies."""
        site = request.headers.get("Sec-Fetch-Site", "")
        origin = request.headers.get("Origin", "")
        if route.is_page:
            return None
        if site not in ("", "same-origin") or origin not in ("", self.workspace.shared.origin):
            return NotFromThisPage()
        # TRUST: to change something, or to listen, one has to say where one comes from.
        is_safe = request.method == "GET" and "Upgrade" not in request.headers
        return None if is_safe or site or origin else NotFromThisPage()

    async def _is_owner(self, request: web.BaseRequest) -> bool:
        shared = self.workspace.shared
        return await shared.logins.is_owner(self.workspace.registration, request)

    def _log_in(self, route: Route, path: str) -> web.Response:
        if not route.is_page:
            raise LogInAgain
        base = self.workspace.registration.base_url.rstrip("/")
        to = path if path.startswith("/lab") else "/lab"
        return self.workspace.shared.logins.begin(self.workspace.registration, quote(base + to))

    def _problem(self, request: web.BaseRequest, error: SpeError) -> web.Response:
        """Answer a person with a page, the page's scripts with JSON."""
        if request.headers.get("Sec-Fetch-Mode", "") != "navigate":
            return answers.problem(error)
        title = "Try again in a moment" if isinstance(error, Unavailable) else "Not possible"
        return answers.page(title, error.public_message, error.http_status)
