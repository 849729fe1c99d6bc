"""The gateway: all workspaces, their listening sockets, and what happens by itself."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import WSCloseCode, web

from gdi_spe.boundary.errors import Refused, SpeError, Unavailable
from gdi_spe.node.gateway.door.door import Door
from gdi_spe.node.gateway.door.golden import Golden
from gdi_spe.node.gateway.firewall.budget import Budget
from gdi_spe.node.gateway.listening import Store
from gdi_spe.node.gateway.neighbours import NoSuchWorkspace
from gdi_spe.node.gateway.node_socket import NodeSocket
from gdi_spe.node.gateway.registry import Kept, Order, Registration
from gdi_spe.node.gateway.workspace import Shared, Workspace

_log = logging.getLogger(__name__)

_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_WATCH_SECONDS = 0.5
_REPORT_SECONDS = 10.0
_ORDER_SECONDS = 30.0
_ACTIVITY = timedelta(seconds=60)
_REATTACH_SECONDS = 2.0
_MAX_HEADER_BYTES = 8190


class OtherOwner(Refused):
    """The Hub names another owner than the node process does."""

    code = "gateway-other-owner"


class UnknownWorkspace(Refused):
    """No such workspace is registered."""

    code = "gateway-unknown-workspace"
    http_status = 404


@dataclass
class _Open:
    """A workspace with its two listening sockets."""

    workspace: Workspace
    servers: dict[str, tuple[web.Server, asyncio.Server]] = field(default_factory=dict)


class Gateway:
    """Everything that this process serves."""

    def __init__(
        self, shared: Shared, store: Store, golden_root: Path, node: aiohttp.ClientSession
    ) -> None:
        self.shared = shared
        self._store, self._golden_root, self._node = store, golden_root, node
        self._opened: dict[str, _Open] = {}
        self._golden: dict[str, Golden] = {}
        self._budgets: dict[str, Budget] = {}
        self._timers: list[asyncio.Task[None]] = []
        self._reported_at: dict[str, datetime] = {}

    # life of the process

    async def start(self) -> None:
        """Take up what was there before a restart, and begin the timers."""
        self.shared.logins.load()
        for kept in self.shared.registry.kept():
            await self._take_up(kept)
        self._store.close_unclaimed()
        for every, what in (
            (_WATCH_SECONDS, self._close_what_ended),
            (_REPORT_SECONDS, self._report),
            (_ORDER_SECONDS, self._ask_orders),
        ):
            self._timers.append(asyncio.create_task(_repeat(every, what)))

    async def stop(self) -> None:
        """End connections, keep sockets for the next start, and settle the budgets."""
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)
        for opened in list(self._opened.values()):
            await opened.workspace.disconnect(WSCloseCode.SERVICE_RESTART)
            await self._stop_listening(opened)
            opened.workspace.words.settle()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._report(), 1)
        for budget in self._budgets.values():
            budget.settle()

    async def close(self) -> None:
        """End the connections to the node process."""
        await self._node.close()

    # what the control socket asks

    async def register(self, registration: Registration) -> Workspace:
        """Listen for a workspace that the Hub is about to start.

        Raises
        ------
        OtherOwner
            If the Hub and the node process do not mean the same person and project.
        """
        order = await self.shared.node.order(registration.wid)
        if refusal := disagreement(registration, order):
            raise refusal
        if registration.wid in self._opened:
            await self.forget(registration.wid, is_stopping=False)
        kept = Kept(registration, order, None, "")
        workspace = await self._open(kept)
        workspace.keep()
        return workspace

    async def attach(self, wid: str) -> None:
        """Wait for the container of a workspace and connect to it."""
        await self.workspace(wid).attach(self.shared.start_timeout_seconds)

    async def close_route(self, wid: str, why: str) -> None:
        """Let nobody pass any more, at once, in either direction.

        The proxy's socket still answers, with why; the workspace's own is closed for good.
        """
        await self.workspace(wid).close_route(why)
        if opened := self._opened.get(wid):
            await self._stop_listening(opened, "node")
            self._store.release(f"{wid}.node")

    async def forget(self, wid: str, *, is_stopping: bool = True) -> None:
        """Stop listening for a workspace; its folder stays, for it is mounted."""
        opened = self._opened.pop(wid, None)
        if opened is None:
            return
        await opened.workspace.disconnect(WSCloseCode.GOING_AWAY)
        await self._stop_listening(opened)
        for name in (f"{wid}.pub", f"{wid}.node"):
            self._store.release(name)
        opened.workspace.budget.settle()
        opened.workspace.words.settle()
        if is_stopping:
            await self._report_one(opened.workspace)
            self.shared.logins.forget(wid)
            self.shared.registry.forget(wid)

    def workspace(self, wid: str) -> Workspace:
        """Return a workspace that is registered."""
        opened = self._opened.get(wid)
        if opened is None:
            raise UnknownWorkspace(wid)
        return opened.workspace

    @property
    def workspaces(self) -> list[Workspace]:
        """All workspaces."""
        return [opened.workspace for opened in self._opened.values()]

    # places

    def public_socket(self, wid: str) -> Path:
        """Where the proxy connects."""
        return self.shared.run_dir / "pub" / wid / "gw.sock"

    def node_folder(self, wid: str) -> Path:
        """The folder that is mounted read-only in the container."""
        return self.shared.run_dir / "node" / wid

    # within

    async def _take_up(self, kept: Kept) -> None:
        try:
            workspace = await self._open(kept)
            if kept.inode is not None and not kept.closed_why:
                await workspace.attach(_REATTACH_SECONDS)
        except (SpeError, OSError) as error:
            _log.warning("%s is not taken up: %s", kept.registration.wid, error)
            if kept.registration.wid in self._opened:
                await self.close_route(kept.registration.wid, "it was not found after a restart.")

    async def _open(self, kept: Kept) -> Workspace:
        golden = self._golden_of(kept.order.image)
        workspace = Workspace(self.shared, kept, self._budget_of(kept.order), golden)
        opened = _Open(workspace)
        self._opened[workspace.wid] = opened
        await self._listen_for_proxy(opened)
        if not kept.closed_why:
            await self._listen_for_workspace(opened)
        return workspace

    def _golden_of(self, image: str) -> Golden:
        if image not in self._golden:
            self._golden[image] = Golden.of(self._golden_root, image)
        return self._golden[image]

    def _budget_of(self, order: Order) -> Budget:
        """Return the one budget of a key, whichever workspaces share it."""
        budget = self._budgets.get(order.budget_key)
        if budget is None:
            registry, now = self.shared.registry, self.shared.clock.now
            budget = Budget(order.budget_key, order.budget_bytes, registry, now)
            self._budgets[order.budget_key] = budget
        budget.limit_bytes = order.budget_bytes
        return budget

    async def _listen_for_proxy(self, opened: _Open) -> None:
        path = self.public_socket(opened.workspace.wid)
        _folder(path.parent, 0o700)
        listening = self._store.listen(f"{opened.workspace.wid}.pub", path, 0o600)
        # The proxy takes a unix socket for a host and adds the default port to its name.
        twin = path.with_name("gw.sock:80")
        twin.unlink(missing_ok=True)
        os.link(path, twin)
        await self._serve(opened, "pub", listening, Door(opened.workspace).handle)

    async def _listen_for_workspace(self, opened: _Open) -> None:
        folder = self.node_folder(opened.workspace.wid)
        # The folder is mounted in the container: never made anew, passable, not listable.
        _folder(folder, 0o711)
        name = f"{opened.workspace.wid}.node"
        listening = self._store.listen(name, folder / "node.sock", 0o666)
        handler = NodeSocket(opened.workspace, self._node).handle
        await self._serve(opened, "node", listening, handler)

    async def _serve(
        self, opened: _Open, name: str, listening_on: socket.socket, handler: _Handler
    ) -> None:
        server = web.Server(
            handler,
            access_log=None,
            keepalive_timeout=75,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
        )
        loop = asyncio.get_running_loop()
        listening = await loop.create_unix_server(server, sock=listening_on)
        opened.servers[name] = (server, listening)

    async def _stop_listening(self, opened: _Open, *names: str) -> None:
        """Close listening sockets, by name or all, and end what came by them."""
        for name in names or tuple(opened.servers):
            if found := opened.servers.pop(name, None):
                server, listening = found
                listening.close()
                await server.shutdown(0.2)

    # by itself

    async def _close_what_ended(self) -> None:
        """Close the connections of what may not go on."""
        now = self.shared.clock.now()
        for workspace in self.workspaces:
            if not workspace.closed_why and workspace.refusal(now):
                await self.close_route(workspace.wid, "the grant for its cohort has ended.")

    async def _ask_orders(self) -> None:
        """Hear from the node process whether a workspace ends sooner or later."""
        for workspace in self.workspaces:
            if workspace.closed_why:
                continue
            try:
                order = await self.shared.node.order(workspace.wid)
                if refusal := disagreement(workspace.registration, order):
                    raise refusal
                workspace.update(order)
            except (NoSuchWorkspace, OtherOwner):
                await self.close_route(workspace.wid, "it was stopped.")
            except Unavailable as error:
                _log.info("%s: %s", workspace.wid, error)

    async def _report(self) -> None:
        for workspace in self.workspaces:
            await self._report_one(workspace)
            await self._report_activity(workspace)

    async def _report_one(self, workspace: Workspace) -> None:
        """Tell the node process what was shown; what it does not hear is told again."""
        report = workspace.budget.take_report()
        if not report:
            return
        try:
            await self.shared.node.report_display(workspace.wid, report)
        except Unavailable as error:
            workspace.budget.give_back_report(report)
            _log.info("%s: %s", workspace.wid, error)

    async def _report_activity(self, workspace: Workspace) -> None:
        now, wid = self.shared.clock.now(), workspace.wid
        last = self._reported_at.get(wid)
        is_new = workspace.active_at is not None and (last is None or workspace.active_at > last)
        if not is_new or workspace.closed_why or (last is not None and now - last < _ACTIVITY):
            return
        self._reported_at[wid] = now
        asked, at = workspace.registration, workspace.active_at or now
        try:
            await self.shared.hub.report_activity(
                asked.owner, workspace.order.project, asked.api_token, at
            )
        except Unavailable as error:
            _log.info("%s: %s", wid, error)


def disagreement(registration: Registration, order: Order) -> Refused | None:
    """Say where the Hub's word and the order differ, or None."""
    # TRUST: the Hub may only name the owner that the node process has decided on, and the address
    # that belongs to that person and project.
    if registration.owner != order.owner:
        return OtherOwner(f"{registration.wid}: the Hub names another owner")
    if not registration.base_url.endswith(f"/user/{order.owner}/{order.project}/"):
        return OtherOwner(f"{registration.wid}: the Hub names another address")
    return None


def _folder(path: Path, mode: int) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)


async def _repeat(seconds: float, what: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; one failure does not end it."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await what()
        except Exception:
            _log.exception("timer")
