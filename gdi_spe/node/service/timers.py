"""What the node does by itself, again and again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool

from gdi_spe.node.airlock.desk import desk_of
from gdi_spe.node.audit.anchor import anchor_head
from gdi_spe.node.containers import register
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.identity.entitlements import reconcile_source
from gdi_spe.node.identity.grants import end_expired, has_run_out
from gdi_spe.node.projects.applications import read_back as read_applications
from gdi_spe.node.revocation.due import Due, due_now
from gdi_spe.node.revocation.ending import Ender
from gdi_spe.node.revocation.peers import tell_peers
from gdi_spe.node.service.node import Node
from gdi_spe.node.settings import EntitlementSource

log = logging.getLogger(__name__)

HINT_SECONDS = 1.0
PEERS_SECONDS = 2.0


def timers(node: Node) -> list[Awaitable[None]]:
    """Return every timer of the node, to be run together."""
    settings = node.settings
    polls = [source.poll_seconds for source in settings.identity.entitlements]
    return [
        _every(settings.timers.revocation_seconds, lambda: enforce(node)),
        _every(settings.timers.presence_seconds, lambda: notice_gone(node)),
        _every(settings.timers.anchor_seconds, lambda: _anchor(node)),
        _every(settings.timers.anchor_seconds, lambda: release_left(node)),
        _every(settings.timers.renewal_seconds, lambda: _renew(node)),
        *([_every(min(polls), lambda: _reconcile(node))] if polls else []),
        *([_every(HINT_SECONDS, lambda: read_hinted(node))] if polls else []),
        _every(settings.timers.revocation_seconds, lambda: end_run_out(node)),
        *([_every(PEERS_SECONDS, lambda: inform_peers(node))] if settings.revocation.peers else []),
    ]


async def enforce(node: Node) -> list[Due]:
    """End every workspace that could not be opened now; return those that were due."""
    due = await run_in_threadpool(_due, node)
    ender = ender_of(node)
    await asyncio.gather(*(ender.end(one) for one in due))
    return due


def ender_of(node: Node) -> Ender:
    """Return what ends workspaces of this node."""
    rules, node_id = node.settings.revocation, node.settings.node_id
    return Ender(node.database, node.gate, node.helper, node.now, rules, node_id)


async def inform_peers(node: Node) -> int:
    """Tell peers what they have not heard yet; return how many notices were heard."""
    return await run_in_threadpool(tell_peers, node.database, node.settings, node.now())


def _due(node: Node) -> list[Due]:
    with node.database.read() as session:
        return due_now(session, node.now())


async def end_run_out(node: Node) -> int:
    """Write down which grants have run out; they were not live from that instant anyway."""
    return await run_in_threadpool(_end_run_out, node)


def _end_run_out(node: Node) -> int:
    with node.database.read() as session:
        if not has_run_out(session, node.now()):
            return 0
    with node.database.write() as session:
        return end_expired(session, node.now())


async def notice_gone(node: Node) -> None:
    """Bring register and helper together: record what is gone, stop what was said to be."""
    # Read before the helper is asked: what starts meanwhile is never taken for gone.
    known = await run_in_threadpool(_live, node)
    present = await node.helper.present()
    await run_in_threadpool(_record_gone, node, sorted(known - present))
    strays = await run_in_threadpool(_strays, node, present)
    if strays:
        log.warning("ended, but the helper still has them: %s are stopped", ", ".join(strays))
    await asyncio.gather(*(node.helper.stop(wid, "this workspace has ended") for wid in strays))


def _live(node: Node) -> set[str]:
    with node.database.read() as session:
        return {workspace.wid for workspace in register.live(session)}


def _strays(node: Node, present: set[str]) -> list[str]:
    """Return what the helper still has of workspaces that are not live, and not just ended."""
    # TRUST: the Hub's word that a workspace has stopped must not let its container run unwatched.
    before = node.now() - timedelta(seconds=node.settings.workspace.start_timeout_seconds)
    with node.database.read() as session:
        rows = {wid: session.get(Workspace, wid) for wid in sorted(present)}
        return [wid for wid, row in rows.items() if row is None or _ended_before(row, before)]


def _ended_before(row: Workspace, instant: datetime) -> bool:
    if row.status in register.LIVE:
        return False
    return row.ended_at is None or row.ended_at < instant


def _record_gone(node: Node, gone: list[str]) -> None:
    now = node.now()
    young = timedelta(seconds=node.settings.workspace.start_timeout_seconds)
    for wid in gone:
        with node.database.write() as session:
            started_at = register.get(session, wid).started_at
            if started_at is not None and now - started_at > young:
                register.ended(session, wid, "its container is gone", "node", now)


async def release_left(node: Node) -> int:
    """Release what was approved when the process ended before it could; return how many."""
    return await run_in_threadpool(_release_left, node)


def _release_left(node: Node) -> int:
    # TRUST: what ended while the process was down is frozen first; until then nothing leaves.
    if _due(node):
        return 0
    return desk_of(node.database, node.home, node.policy, node.now).release_approved()


async def _anchor(node: Node) -> None:
    await run_in_threadpool(anchor_head, node.database, node.home, node.now())


async def _renew(node: Node) -> None:
    """Make the cohort versions that are due, because a consent ended or a date has come."""
    # Imported here: the store's libraries are for writing cohorts alone.
    from gdi_spe.node.cohorts.renewal import renew

    for each in await run_in_threadpool(renew, node.database, node.home, node.now()):
        log.info("cohort %s: %s %s", each.cohort_id, each.outcome, each.why)


async def _reconcile(node: Node) -> None:
    for source in node.settings.identity.entitlements:
        await read_source_back(node, source)


async def read_hinted(node: Node) -> list[str]:
    """Read back the sources that have pushed something; return which."""
    hinted = node.hints.take(node.now())
    for source in node.settings.identity.entitlements:
        if source.source in hinted:
            await read_source_back(node, source)
    return hinted


async def read_source_back(node: Node, source: EntitlementSource) -> None:
    """Read what one committee's system says now, entitlements first, then applications."""
    await run_in_threadpool(_read_back, node, source)


def _read_back(node: Node, source: EntitlementSource) -> None:
    said = (node.database, node.settings, source)
    _, entitled = reconcile_source(*said, node.now())
    if entitled is not None:
        read_applications(*said, entitled, node.now())


async def _every(seconds: float, step: Callable[[], Awaitable[object]]) -> None:
    """Run a step for ever; one that fails is logged and tried again, never given up."""
    while True:
        try:
            await step()
        except Exception:  # a timer that dies would leave grants alive
            log.exception("a timer of the node failed; it runs again in %s s", seconds)
        await asyncio.sleep(seconds)
