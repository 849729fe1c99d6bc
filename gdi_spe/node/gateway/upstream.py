"""The hop to the container: everything that comes back is hostile bytes.

The socket is opened once, checked, and pinned: the gateway connects to that inode, whatever the
workspace puts in its place.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from gdi_spe.boundary.errors import Refused, Unavailable
from gdi_spe.node.gateway.firewall.wire import Protocol

Inode = tuple[int, int]

MAX_FRAME_BYTES = 32 << 20
_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
# How long the container may take to say goodbye.
_CLOSING = aiohttp.ClientWSTimeout(ws_close=0.5)
_MAX_LINE_BYTES = 4096
_SUCCESSES = frozenset({200, 201, 204})


class NotTheSocket(Refused):
    """What stands at the socket's place is not the workspace's socket."""

    code = "gateway-not-the-socket"
    public_message = "This workspace cannot be reached; stop it and start it again."


class UpstreamFailed(Refused):
    """The container did not answer, or answered something that no Jupyter server answers."""

    code = "gateway-upstream-failed"
    http_status = 502
    public_message = "The workspace did not answer as expected."


class UpstreamSaidNo(Refused):
    """The container refused; of its answer only the kind is taken."""

    code = "gateway-upstream-said-no"

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.http_status = status if status in (400, 404, 409) else 502
        self.public_message = _SAID_NO.get(status, UpstreamFailed.public_message)


_SAID_NO = {
    400: "The workspace could not do this.",
    404: "There is no such thing in the workspace.",
    409: "There is already something of that name.",
}


class Pinned:
    """A descriptor of the workspace's socket, checked when it was opened."""

    def __init__(self, path: Path, uid: int, expected: Inode | None) -> None:
        # TRUST: the last part of the path may be a link to another socket; it is not followed.
        self._descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        found = os.fstat(self._descriptor)
        self.inode: Inode = (found.st_dev, found.st_ino)
        is_ours = stat.S_ISSOCK(found.st_mode) and found.st_uid == uid
        # TRUST: after a restart only the very socket that was there before counts.
        if not is_ours or (expected is not None and expected != self.inode):
            self.close()
            raise NotTheSocket(path.name)

    @property
    def address(self) -> str:
        """A name of the inode that the workspace cannot turn to another."""
        return f"/proc/self/fd/{self._descriptor}"

    def close(self) -> None:
        """Let the descriptor go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Upstream:
    """One workspace's Jupyter server."""

    def __init__(self, pinned: Pinned, base_url: str) -> None:
        self._pinned = pinned
        self._base = "http://localhost" + quote(base_url.rstrip("/"), safe="/~%")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(pinned.address, limit=64),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
            timeout=_TIMEOUT,
            headers={"Accept-Encoding": "identity", "User-Agent": "gdi-spe"},
        )

    @property
    def inode(self) -> Inode:
        """The socket that this talks to."""
        return self._pinned.inode

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int,
    ) -> bytes:
        """Ask the container; return the body of a success, of bounded size.

        Raises
        ------
        UpstreamSaidNo
            If it answered with another status.
        UpstreamFailed
            If it did not answer in time, in bounds, or in HTTP.
        """
        url = self._base + quote(path, safe="/")
        url += f"?{urlencode(query)}" if query else ""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            async with self._session.request(
                method,
                _verbatim(url),
                data=None if body is None else BytesIO(body),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                return await _read(answer, max_bytes)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise UpstreamFailed(type(error).__name__) from None

    async def open_channels(
        self, kernel_id: str, session_id: str
    ) -> aiohttp.ClientWebSocketResponse[Any]:
        """Open a kernel's WebSocket, in the binary protocol and no other."""
        url = f"{self._base}/api/kernels/{kernel_id}/channels?session_id={session_id}"
        try:
            channels = await self._session.ws_connect(
                _verbatim(url),
                protocols=[Protocol.V1.value],
                max_msg_size=MAX_FRAME_BYTES,
                compress=0,
                heartbeat=30,
                timeout=_CLOSING,
            )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise UpstreamFailed(type(error).__name__) from None
        if channels.protocol != Protocol.V1.value:
            await channels.close()
            raise UpstreamFailed("subprotocol")
        return channels

    async def close(self) -> None:
        """End all connections to the container."""
        await self._session.close()
        self._pinned.close()


async def wait_for_socket(
    path: Path, uid: int, expected: Inode | None, timeout_seconds: float
) -> Pinned:
    """Pin the workspace's socket as soon as it is there and somebody listens behind it.

    Raises
    ------
    Unavailable
        If it does not come in time.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_seconds):
            while True:
                try:
                    pinned = Pinned(path, uid, expected)
                except FileNotFoundError:
                    await asyncio.sleep(0.05)
                    continue
                if await _answers(pinned):
                    return pinned
                pinned.close()
                await asyncio.sleep(0.05)
    raise Unavailable(f"{path} did not come within {timeout_seconds} s")


async def _answers(pinned: Pinned) -> bool:
    try:
        _reader, writer = await asyncio.open_unix_connection(pinned.address)
    except OSError:
        return False
    writer.close()
    return True


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if answer.status not in _SUCCESSES:
        raise UpstreamSaidNo(answer.status)
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise UpstreamFailed("content encoding")
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) > max_bytes:
            raise UpstreamFailed("body too large")
    return bytes(body)


def _verbatim(url: str) -> URL:
    """Take a URL as it was quoted here."""
    return URL(url, encoded=True)
