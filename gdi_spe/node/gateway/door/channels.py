"""A kernel's WebSocket: the browser on one side, the container on the other, nothing in common.

Every message is decoded, rebuilt by its rule and encoded again; the two sides never share a
frame, a close code, a ping or a compression context.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.door.own import _MAX_SOCKETS, TooManySockets
from gdi_spe.node.gateway.firewall.budget import ANSWER_BYTES
from gdi_spe.node.gateway.firewall.conversation import KernelMemory, View
from gdi_spe.node.gateway.firewall.wire import Message, Protocol, decode, encode
from gdi_spe.node.gateway.workspace import Workspace

_MAX_FROM_BROWSER_BYTES = 16 << 20
_CONFIRM_SECONDS = 60
# A message's turns grow with its size, as the time does that it takes to rebuild it.
_TURN_BYTES = 65_536
_DATA = (WSMsgType.TEXT, WSMsgType.BINARY)
_SESSION = re.compile(r"[\w-]{1,80}")

_Socket = web.WebSocketResponse[Any]
_Upstream = aiohttp.ClientWebSocketResponse[Any]


async def channels(workspace: Workspace, request: web.BaseRequest, path: str) -> _Socket:
    """Join a browser and a kernel for as long as both, the log-in and the grant last."""
    if len(workspace.sockets) >= _MAX_SOCKETS:
        raise TooManySockets
    kernel_id = path.split("/")[3]
    await workspace.wait_turn()
    workspace.budget.charge("http", ANSWER_BYTES, is_control=True)
    upstream = await workspace.upstream.open_channels(kernel_id, _session_id(workspace, request))
    protocol = _protocol(request)
    socket: _Socket = web.WebSocketResponse(
        protocols=[protocol.value] if protocol is Protocol.V1 else [],
        max_msg_size=_MAX_FROM_BROWSER_BYTES,
        heartbeat=30,
        timeout=1,
    )
    try:
        await socket.prepare(request)
        workspace.sockets.add(socket)
        joined = _Joined(workspace, workspace.memory_of(kernel_id), socket, upstream, protocol)
        await _first_to_end(joined.down(), joined.up(), _while_logged_in(workspace, request))
    finally:
        workspace.sockets.discard(socket)
        # TRUST: never the container's code, reason or delay, always this one at once.
        await socket.close(code=WSCloseCode.OK)
        await upstream.close()
    return socket


def _session_id(workspace: Workspace, request: web.BaseRequest) -> str:
    """Name the browser's session the same after a restart: Jupyter then replays what it kept."""
    given = request.rel_url.query.get("session_id", "")
    return workspace.hashed(given if _SESSION.fullmatch(given) else "no session")


def _protocol(request: web.BaseRequest) -> Protocol:
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    is_offered = Protocol.V1.value in (name.strip() for name in offered)
    return Protocol.V1 if is_offered else Protocol.TEXT


async def _first_to_end(*parts: Coroutine[Any, Any, None]) -> None:
    """Run until one part ends, then end the others."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Refused, aiohttp.ClientError, OSError):
                await task


async def _while_logged_in(workspace: Workspace, request: web.BaseRequest) -> None:
    """End when the log-in does; the grant's end closes the socket from the outside."""
    logins = workspace.shared.logins
    while await logins.is_owner(workspace.registration, request):
        await asyncio.sleep(_CONFIRM_SECONDS)


class _Joined:
    """One browser's socket joined to one kernel."""

    def __init__(
        self,
        workspace: Workspace,
        memory: KernelMemory,
        socket: _Socket,
        upstream: _Upstream,
        protocol: Protocol,
    ) -> None:
        self._workspace, self._memory = workspace, memory
        self._socket, self._upstream, self._protocol = socket, upstream, protocol
        clock, settings = workspace.shared.clock, workspace.shared.settings
        self._view = View(memory, clock.monotonic)
        self._max_message_bytes = settings.message_max_bytes

    async def down(self) -> None:
        """Carry the browser's requests to the kernel."""
        async for frame in self._socket:
            if frame.type not in _DATA:
                return
            try:
                message = decode(frame.data, self._protocol, _MAX_FROM_BROWSER_BYTES)
            except Refused:
                self._memory.drop("browser: not canonical")
                continue
            asked = self._memory.from_browser(message)
            if asked is None:
                continue
            if asked.type == "execute_request":
                self._workspace.touch()
            # TRUST: when the budget is spent, how often a kernel may answer is all it can choose.
            if self._workspace.budget.is_output_spent:
                await self._workspace.slow_pace.take()
            await self._upstream.send_bytes(_binary(asked))

    async def up(self) -> None:
        """Carry what may be seen of the kernel's messages to the browser."""
        async for frame in self._upstream:
            if frame.type is not WSMsgType.BINARY:
                break
            await self._workspace.message_pace.take(1 + len(frame.data) / _TURN_BYTES)
            try:
                message = decode(frame.data, Protocol.V1, self._max_message_bytes)
            except Refused as refusal:
                self._memory.drop(f"kernel: {refusal.code}")
                continue
            await self._show(self._view.to_browser(message))
        if self._upstream.close_code == WSCloseCode.MESSAGE_TOO_BIG:
            await self._show(self._view.withheld())

    async def _show(self, messages: list[Message]) -> None:
        for message in messages:
            if self._workspace.budget.is_output_spent:
                await self._whole_second()
            encoded = encode(message, self._protocol)
            if isinstance(encoded, str):
                await self._socket.send_str(encoded)
            else:
                await self._socket.send_bytes(encoded)
        if messages:
            self._workspace.touch()

    async def _whole_second(self) -> None:
        """Wait for the next second: the moment of an answer says no more than which second."""
        monotonic = self._workspace.shared.clock.monotonic()
        await asyncio.sleep(1 - monotonic % 1)


def _binary(message: Message) -> bytes:
    encoded = encode(message, Protocol.V1)
    return encoded if isinstance(encoded, bytes) else encoded.encode()
