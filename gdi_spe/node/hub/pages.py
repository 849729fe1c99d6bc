"""The researcher's first page: their projects, a button for each, and why others are missing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import url_path_join
from tornado import web

from gdi_spe.boundary.errors import SpeError, Unavailable
from gdi_spe.node.service.client import NodeClient

# No script at all on the Hub's pages: they show what others wrote, and need none.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
FIRST_LOOK_SECONDS = 4.0


# JupyterHub 6.1 reads this mark when a log-in is stale but sets it only where a token was the
# proof; without it somebody whose grant ended would get an error instead of the log-in page.
BaseHandler._token_authenticated = False


@dataclass(frozen=True)
class Project:
    """One line of the page."""

    slug: str
    title: str
    cohorts: tuple[str, ...]
    until: str
    remaining: str
    warning: str
    is_open: bool
    is_starting: bool
    address: str


def handlers(node_socket: str, exports_url: str) -> list[tuple[str, type, dict[str, str]]]:
    """Return the Hub's extra pages."""
    told = {"node_socket": node_socket, "exports_url": exports_url}
    slug = r"([a-z][a-z0-9-]{0,29})"
    return [
        (r"/projects", ProjectsHandler, told),
        (rf"/projects/{slug}/start", StartHandler, told),
        (rf"/projects/{slug}/stop", StopHandler, told),
    ]


class ProjectsHandler(BaseHandler):  # type: ignore[misc]  # untyped base
    """The list of projects."""

    def initialize(self, node_socket: str, exports_url: str) -> None:
        """Take what the configuration knows."""
        self.node_socket, self.exports_url = node_socket, exports_url

    @web.authenticated
    async def get(self) -> None:
        """Show the projects of whoever is logged in, and of nobody else."""
        user = self._person()
        found, problem = await self._ask(user.name)
        html = await self.render_template(
            "projects.html",
            user=user,
            display_name=found.get("display_name", ""),
            projects=[_line(one, user) for one in found.get("projects", ())],
            refusals=found.get("refusals", ()),
            refusal=found.get("refusal"),
            duties=[_duty(one) for one in found.get("duties", ())],
            exports_url=self.exports_url,
            problem=problem,
        )
        self.finish(html)

    async def _ask(self, username: str) -> tuple[Mapping[str, Any], str]:
        try:
            found = await NodeClient(Path(self.node_socket)).get(f"/v1/people/{username}/projects")
            return (found, "") if isinstance(found, Mapping) else ({}, Unavailable.public_message)
        except SpeError as error:
            self.log.error("the projects of %s are not known: %s", username, error)
            return {}, error.public_message

    def _person(self) -> Any:
        # TRUST: these pages are for people in a browser; a server's token opens none of them.
        person = self.current_user
        if self._token_authenticated or person.kind != "user":
            raise web.HTTPError(403)
        return person


class StartHandler(ProjectsHandler):
    """The button that starts a workspace."""

    @web.authenticated
    async def post(self, slug: str) -> None:
        """Ask for the workspace and show how it comes up."""
        user = self._person()
        await self._check_named_server_request(user, slug, slug)
        spawner = user.get_or_create_spawner(slug, slug, replace_failed=True)
        if not spawner.active:
            await self._start(user, slug, spawner)
        pending = url_path_join(self.hub.base_url, "spawn-pending", user.escaped_name, slug)
        self.redirect(user.server_url(slug) if spawner.ready else pending)

    async def _start(self, user: Any, slug: str, spawner: Any) -> None:
        """Begin, and wait a moment, so that a refusal is answered at once."""
        if spawner._spawn_future and spawner._spawn_future.done():
            spawner._spawn_future = None
        starting = asyncio.ensure_future(self.spawn_single_user(user, slug, slug, options={}))
        await asyncio.wait([starting], timeout=FIRST_LOOK_SECONDS)
        if starting.done():
            starting.result()


class StopHandler(ProjectsHandler):
    """The button that stops a workspace."""

    @web.authenticated
    async def post(self, slug: str) -> None:
        """Stop it; its files stay."""
        user = self._person()
        spawner = user.spawners.get(slug)
        if spawner is not None and spawner.ready:
            await self.stop_single_user(user, slug)
        self.redirect(url_path_join(self.hub.base_url, "projects"))


def _line(project: Mapping[str, Any], user: Any) -> Project:
    slug = str(project["slug"])
    spawner = user.spawners.get(slug)
    return Project(
        slug=slug,
        title=str(project.get("title") or slug),
        cohorts=tuple(str(one["id"]) for one in project.get("cohorts", ())),
        until=_day(project.get("until")),
        remaining=str(project.get("remaining") or ""),
        warning=str((project.get("warning") or {}).get("text") or ""),
        is_open=bool(spawner and spawner.ready),
        is_starting=bool(spawner and spawner.active and not spawner.ready),
        address=user.server_url(slug),
    )


def _duty(duty: Mapping[str, Any]) -> dict[str, str]:
    return {"title": str(duty.get("title") or duty.get("id")), "until": _day(duty.get("until"))}


def _day(instant: Any) -> str:
    try:
        return datetime.fromisoformat(str(instant)).strftime("%-d %B %Y, %H:%M UTC")
    except ValueError:
        return ""
