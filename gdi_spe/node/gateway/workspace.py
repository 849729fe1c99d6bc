"""One workspace as the gateway knows it, from its registration to its end."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, web

from gdi_spe.boundary.errors import Refused, SpeError, Unavailable
from gdi_spe.node.gateway.door.golden import Golden
from gdi_spe.node.gateway.door.login import Logins
from gdi_spe.node.gateway.firewall.budget import Budget
from gdi_spe.node.gateway.firewall.conversation import KernelMemory
from gdi_spe.node.gateway.neighbours import Hub, Node
from gdi_spe.node.gateway.registry import Kept, Order, Registration, Registry
from gdi_spe.node.gateway.upstream import Inode, Upstream, wait_for_socket
from gdi_spe.node.settings import GatewaySettings

_MAX_KERNELS = 32
_MAX_ANSWERS = 128
_MAX_SAVED = 50_000
# What export requests may say of themselves in a day: titles, reasons, names, findings.
_WORDS_BYTES = 1 << 20


class RouteClosed(Refused):
    """The workspace was stopped, or its grant has ended."""

    code = "gateway-route-closed"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.public_message = f"This workspace is closed: {why}"


class NotAttached(Unavailable):
    """The workspace is on its way."""

    code = "gateway-not-attached"
    public_message = "The workspace is starting; try again in a moment."


@dataclass(frozen=True)
class Clock:
    """The two clocks: the instant that rules go by, and the seconds that paces go by."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]


@dataclass(frozen=True)
class Shared:
    """What every workspace needs of the gateway."""

    run_dir: Path
    settings: GatewaySettings
    origin: str
    start_timeout_seconds: float
    registry: Registry
    hub: Hub
    node: Node
    logins: Logins
    clock: Clock
    secret: bytes


class Pace:
    """So many turns a second, evenly; who took many turns makes the next one wait."""

    def __init__(self, per_second: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._seconds, self._burst, self._monotonic = 1 / per_second, burst, monotonic
        self._next = float("-inf")

    async def take(self, turns: float = 1) -> None:
        """Wait for what was taken before, then take."""
        now = self._monotonic()
        begins = max(self._next, now - self._burst * self._seconds)
        self._next = begins + turns * self._seconds
        if begins > now:
            await asyncio.sleep(begins - now)


@dataclass
class SavedHashes:
    """The hashes of what a workspace's browser has saved, in memory and in the registry."""

    wid: str
    registry: Registry
    known: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def has_seen(self, digest: bytes) -> bool:
        """Say whether the browser has saved it."""
        return digest in self.known

    def remember(self, digests: Iterable[bytes]) -> None:
        """Keep those that are new."""
        new = [digest for digest in dict.fromkeys(digests) if digest not in self.known]
        if new:
            self.known.update(dict.fromkeys(new))
            self.registry.keep_saved(self.wid, new)
        while len(self.known) > _MAX_SAVED:
            self.known.popitem(last=False)


class Workspace:
    """State of one workspace; its rules are in the door and in the firewall."""

    def __init__(self, shared: Shared, kept: Kept, budget: Budget, golden: Golden) -> None:
        self.shared = shared
        self.registration: Registration = kept.registration
        self.order: Order = kept.order
        self.inode: Inode | None = kept.inode
        self.closed_why = kept.closed_why
        self.budget = budget
        # Apart from the display's, so that exports go on when nothing more is shown.
        now = shared.clock.now
        self.words = Budget(f"{self.wid}:words", _WORDS_BYTES, shared.registry, now)
        self.golden = golden
        self.attached_at = shared.clock.now()
        self.active_at: datetime | None = None
        self.kernels: OrderedDict[str, KernelMemory] = OrderedDict()
        self.sockets: set[web.WebSocketResponse[Any]] = set()
        # The last answer of each question: repeated for two bytes, and replayed when all is spent.
        self.answers: OrderedDict[str, bytes] = OrderedDict()
        known = OrderedDict.fromkeys(shared.registry.saved(self.wid))
        self.saved = SavedHashes(self.wid, shared.registry, known)
        self.preferences = shared.registry.preferences(self.wid)
        per_second = shared.settings.requests_per_second
        self.pace = Pace(per_second, per_second, shared.clock.monotonic)
        # Of all the kernels and tabs together: they share one event loop with everybody else.
        per_second = shared.settings.messages_per_second
        self.message_pace = Pace(per_second, per_second, shared.clock.monotonic)
        # TRUST: what remains when the budget is spent is a bit an answer; two a second at most.
        self.slow_pace = Pace(2, 2, shared.clock.monotonic)
        self._upstream: Upstream | None = None
        self._key = blake2b(self.wid.encode(), digest_size=32, key=shared.secret).digest()

    @property
    def wid(self) -> str:
        """The workspace's name."""
        return self.registration.wid

    @property
    def upstream(self) -> Upstream:
        """The container; NotAttached while it is not there."""
        if self._upstream is None:
            raise NotAttached(self.wid)
        return self._upstream

    def refusal(self, now: datetime) -> SpeError | None:
        """Say why nobody may pass any more, or None."""
        if self.closed_why:
            return RouteClosed(self.closed_why)
        # TRUST: the gateway's own clock ends a workspace, whoever else is down.
        if now >= self.order.valid_until:
            return RouteClosed("the grant for its cohort has ended.")
        return None

    async def attach(self, timeout_seconds: float) -> None:
        """Wait for the container's socket and pin it."""
        path = self.shared.run_dir / "ws" / self.wid / "jupyter.sock"
        if self._upstream is not None:
            return
        pinned = await wait_for_socket(path, self.order.uid, self.inode, timeout_seconds)
        self._upstream = Upstream(pinned, self.registration.base_url)
        self.inode, self.attached_at = pinned.inode, self.shared.clock.now()
        self.keep()

    def keep(self) -> None:
        """Store what a restart needs."""
        self.shared.registry.keep(Kept(self.registration, self.order, self.inode, self.closed_why))

    def update(self, order: Order) -> None:
        """Take a newer word of the node process: the end may have moved."""
        if order != self.order:
            self.order = order
            self.budget.limit_bytes = order.budget_bytes
            self.keep()

    async def close_route(self, why: str) -> None:
        """Refuse everything from now on, and end every connection there is."""
        self.closed_why = self.closed_why or why
        self.keep()
        self.shared.logins.forget(self.wid)
        await self.disconnect(WSCloseCode.POLICY_VIOLATION)

    async def disconnect(self, code: int) -> None:
        """End the connections to the browser and to the container."""
        sockets, self.sockets = list(self.sockets), set()
        upstream, self._upstream = self._upstream, None
        closing = [asyncio.ensure_future(socket.close(code=code)) for socket in sockets]
        if upstream is not None:
            await upstream.close()
        if closing:
            await asyncio.wait(closing, timeout=0.5)
            for task in closing:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*closing, return_exceptions=True)

    def memory_of(self, kernel_id: str) -> KernelMemory:
        """Return the memory of a kernel, of a bounded number of kernels."""
        memory = self.kernels.get(kernel_id)
        if memory is None:
            limit = self.shared.settings.message_max_bytes
            memory = KernelMemory(self.budget, self._key, limit, self.shared.clock.now)
            self.kernels[kernel_id] = memory
            if len(self.kernels) > _MAX_KERNELS:
                self.kernels.popitem(last=False)
        return memory

    def hashed(self, text: str) -> str:
        """Name something of the browser's for the container: the same again, and no more."""
        data = text.encode("utf-8", "replace")
        return blake2b(data, digest_size=16, key=self._key).hexdigest()

    def remember_answer(self, question: str, body: bytes) -> None:
        """Keep an answer for the next time the same is asked."""
        self.answers[question] = body
        self.answers.move_to_end(question)
        if len(self.answers) > _MAX_ANSWERS:
            self.answers.popitem(last=False)

    async def wait_turn(self) -> None:
        """Keep the pace of requests that reach the container."""
        await (self.slow_pace if self.budget.is_output_spent else self.pace).take()

    def touch(self) -> None:
        """Note that the workspace is in use."""
        self.active_at = self.shared.clock.now()
