"""Make a workspace end: the route first, then the container, then what it had pending.

Hub, gateway and engine are reached through ports, so that the order of things can be tested
without them. A part that does not answer never keeps the next from being ended.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.airlock.requests import freeze
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.containers import register
from gdi_spe.node.database.engine import Database
from gdi_spe.node.revocation.due import Due

log = logging.getLogger(__name__)


class Gate(Protocol):
    """The gateway: the only way to a workspace."""

    async def close_route(self, wid: str, why: str) -> None:
        """Refuse everything from now on and close what is open."""


class Engine(Protocol):
    """The root helper: the only one that can end a container."""

    async def stop(self, wid: str, why: str) -> None:
        """Kill and remove the container, unmount its work volume."""


@dataclass(frozen=True)
class Ender:
    """Ends workspaces through its ports."""

    database: Database
    gate: Gate
    engine: Engine
    now: Callable[[], datetime]

    async def end(self, due: Due) -> bool:
        """End one workspace; True when it is certain that its container is gone."""
        begun_at = self.now()
        route = await _tried(self.gate.close_route(due.wid, due.public_why))
        container = await _tried(self.engine.stop(due.wid, due.public_why))
        await run_in_threadpool(self._recorded, due, begun_at, route, container)
        return container is None

    def _recorded(
        self, due: Due, begun_at: datetime, route: str | None, container: str | None
    ) -> None:
        with self.database.write() as session:
            now = self.now()
            facts: dict[str, Fact] = {
                "why": due.why,
                "person": due.person,
                "project": due.project,
                "route": route or "closed",
                "container": container or "gone",
                "seconds": round((now - begun_at).total_seconds(), 3),
            }
            record(session, Event("revocation.enforced", "node", due.wid, facts), now)
            if due.freezes_exports:
                freeze(session, due.person, due.project, due.why, now)
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
