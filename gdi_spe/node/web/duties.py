"""The page of duties: terms, what takes two people, how the node stands, and what ends things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gdi_spe.node.web.node_api import NodeApi


class Site(Protocol):
    """What these pages need of the others."""

    @property
    def api(self) -> NodeApi:
        """The node process."""

    def person(self, request: Request) -> str:
        """Return who is logged in; raise if nobody is."""

    async def form(self, request: Request) -> FormData:
        """Return a form that came from a page of this visit."""

    def page(
        self, request: Request, template: str, values: dict[str, Any], status: int = 200
    ) -> Response:
        """Return a page."""


@dataclass(frozen=True)
class DutyPages:
    """Everything below ``/duties``."""

    site: Site

    async def show(self, request: Request) -> Response:
        """Show what a person owes the node, and the node's state to those who watch over it."""
        told = await self.site.api.duties(self.site.person(request))
        return self.site.page(request, "duties.html", told)

    async def accept(self, request: Request) -> Response:
        """Accept terms."""
        await self.site.form(request)
        await self.site.api.accept(self.site.person(request), request.path_params["name"])
        return RedirectResponse("/duties", 303)

    async def propose(self, request: Request) -> Response:
        """Propose what takes two people."""
        form = await self.site.form(request)
        proposal = {name: str(form.get(name, "")) for name in ("verb", "target", "why")}
        hours = _hours(str(form.get("hours", "")))
        await self.site.api.propose(self.site.person(request), {**proposal, "hours": hours})
        return RedirectResponse("/duties", 303)

    async def approve(self, request: Request) -> Response:
        """Approve what somebody else proposed."""
        await self.site.form(request)
        await self.site.api.approve(self.site.person(request), request.path_params["number"])
        return RedirectResponse("/duties", 303)

    async def kill_switch(self, request: Request) -> Response:
        """Close a person, a project or the node."""
        form = await self.site.form(request)
        what, name = str(form.get("what", "")), str(form.get("name", "")).strip()
        # Nothing is closed by a field that was left empty, least of all the whole node.
        if what not in ("person", "project", "node") or (what == "node") == bool(name):
            return self._problem(request, "Name a person or a project; the node has no name.")
        target = {} if what == "node" else {what: name}
        told = {"why": str(form.get("why", "")), **target}
        gone = await self.site.api.kill_switch(self.site.person(request), told)
        return self.site.page(request, "ended.html", {"gone": gone})

    async def stop(self, request: Request) -> Response:
        """End one workspace."""
        form = await self.site.form(request)
        wid, why = request.path_params["wid"], str(form.get("why", ""))
        answer = await self.site.api.stop(self.site.person(request), wid, why)
        return self.site.page(request, "ended.html", {"gone": {wid: answer["gone"]}})

    async def audit(self, request: Request) -> Response:
        """Show the newest audit events."""
        events = await self.site.api.audit(self.site.person(request))
        return self.site.page(request, "audit.html", {"events": events})

    def _problem(self, request: Request, message: str) -> Response:
        return self.site.page(request, "problem.html", {"message": message, "status": 400}, 400)

    def routes(self) -> list[Route]:
        """Return every route of these pages."""
        return [
            Route("/duties", self.show),
            Route("/duties/audit", self.audit),
            Route("/duties/terms/{name}", self.accept, methods=["POST"]),
            Route("/duties/proposals", self.propose, methods=["POST"]),
            Route("/duties/proposals/{number}", self.approve, methods=["POST"]),
            Route("/duties/kill-switch", self.kill_switch, methods=["POST"]),
            Route("/duties/stop/{wid}", self.stop, methods=["POST"]),
        ]


def _hours(text: str) -> float:
    """Return a number of hours; none and what is none are 0, which the node judges."""
    try:
        hours = float(text or 0)
    except ValueError:
        return 0.0
    return hours if 0 <= hours < 10_000 else 0.0
