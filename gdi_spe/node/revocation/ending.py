"""Make a workspace end: route first, then container, then its files and what it had pending.

Hub, gateway and engine are reached through ports, so that the order of things can be tested
without them. A part that does not answer never keeps the next from being ended.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.airlock.requests import freeze
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.containers import register
from gdi_spe.node.database.engine import Database
from gdi_spe.node.revocation.due import Due
from gdi_spe.node.revocation.peers import write_down
from gdi_spe.node.settings import RevocationSettings

log = logging.getLogger(__name__)


class Gate(Protocol):
    """The gateway: the only way to a workspace."""

    async def close_route(self, wid: str, why: str) -> None:
        """Refuse everything from now on and close what is open."""


class Engine(Protocol):
    """The root helper: the only one that can end a container."""

    async def stop(self, wid: str, why: str) -> None:
        """Kill and remove the container, unmount its work volume."""

    async def quarantine(self, wid: str) -> None:
        """Put the work volume aside, so that nothing mounts it."""


@dataclass(frozen=True)
class _Took:
    """When the steps of one end were done."""

    begun_at: datetime
    route_at: datetime
    container_at: datetime

    def facts(self, known_at: datetime) -> dict[str, Fact]:
        """Return how long each step took, and the whole from the instant the node could know."""
        return {
            "known_at": known_at.isoformat(),
            "route_seconds": _seconds(self.begun_at, self.route_at),
            "seconds": _seconds(self.begun_at, self.container_at),
            "latency_seconds": _seconds(known_at, self.container_at),
        }


def _seconds(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds(), 3)


@dataclass(frozen=True)
class Ender:
    """Ends workspaces through its ports."""

    database: Database
    gate: Gate
    engine: Engine
    now: Callable[[], datetime]
    rules: RevocationSettings = field(default_factory=RevocationSettings)
    node_id: str = ""

    async def end(self, due: Due) -> bool:
        """End one workspace; True when it is certain that its container is gone."""
        begun_at = self.now()
        route = await _tried(self.gate.close_route(due.wid, due.public_why))
        route_at = self.now()
        container = await _tried(self.engine.stop(due.wid, due.public_why))
        took = _Took(begun_at, route_at, self.now())
        work = None
        if self._is_put_aside(due):
            work = await _tried(self.engine.quarantine(due.wid)) or "quarantined"
        await run_in_threadpool(self._recorded, due, took, route, container, work)
        return container is None

    def _is_put_aside(self, due: Due) -> bool:
        return due.why in self.rules.quarantine

    def _recorded(
        self,
        due: Due,
        took: _Took,
        route: str | None,
        container: str | None,
        work: str | None = None,
    ) -> None:
        with self.database.write() as session:
            now = self.now()
            facts: dict[str, Fact] = {
                "why": due.why,
                "person": due.person,
                "project": due.project,
                "route": route or "closed",
                "container": container or "gone",
                **({"work": work} if work else {}),
                **took.facts(due.known_at),
            }
            record(session, Event("revocation.enforced", "node", due.wid, facts), now)
            if due.freezes_exports:
                freeze(session, due.person, due.project, due.why, now)
            # TRUST: noted even where the helper did not answer, so that no start mounts it.
            if self._is_put_aside(due):
                register.quarantined(session, due.wid, due.why, "node", now)
            write_down(
                session, self.rules, self.node_id, person=due.person, project=due.project,
                why=due.why, known_at=due.known_at, now=now,
            )  # fmt: skip
            # TRUST: only the helper's word that the container is gone ends the watch over it.
            if container is None:
                register.ended(session, due.wid, due.why, "node", now)


async def _tried(step: Awaitable[None]) -> str | None:
    """Run one step; return what went wrong, for the log, or None."""
    try:
        await step
    except SpeError as error:
        log.error("ending a workspace: %s", error)
        return error.code
    except Exception:
        # TRUST: whatever goes wrong with one step, the next is tried; an unknown end is no end.
        log.exception("ending a workspace")
        return SpeError.code
    return None
