"""The workspace's own door to the node: whoever speaks on this socket is that workspace.

A short list of requests is passed on to the node process, with the workspace's name put in by
the gateway; bodies are streamed up to a bound, and nothing else goes through.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from gdi_spe.boundary.errors import Refused, SpeError, Unavailable
from gdi_spe.node.gateway.door import answers
from gdi_spe.node.gateway.door.bodies_in import TooLarge, read
from gdi_spe.node.gateway.firewall.wire import Json, parse_json, to_json
from gdi_spe.node.gateway.listening import peer_uid
from gdi_spe.node.gateway.workspace import Pace, Workspace

_log = logging.getLogger(__name__)

_MAX_ANSWER_BYTES = 8 << 20
_MAX_FILE_BYTES = 256 << 20
_MAX_WORDS_BYTES = 262_144
_PER_SECOND = 20
_AT_ONCE = 4
_EXPORT = r"/v1/exports/e[0-9a-f]{12}"
_FILE = _EXPORT + r"/files/[A-Za-z0-9][A-Za-z0-9._-]{0,79}"

# TRUST: the whole list: method, path, and how many bytes may come with it. The node decides the
# rest, and knows from the gateway alone which workspace is asking.
RELAYED = (
    ("GET", re.compile(r"/v1/self"), 0),
    ("GET", re.compile(r"/v1/exports"), 0),
    ("POST", re.compile(r"/v1/exports"), _MAX_WORDS_BYTES),
    ("GET", re.compile(_EXPORT), 0),
    ("PUT", re.compile(_FILE), _MAX_FILE_BYTES),
    ("PUT", re.compile(_FILE + r"/side-car"), _MAX_WORDS_BYTES),
    ("POST", re.compile(_EXPORT + r"/submit"), _MAX_WORDS_BYTES),
)


class NotTheWorkspace(Refused):
    """A process that is not the workspace's has reached its socket."""

    code = "gateway-not-the-workspace"


class NoSuchRequest(Refused):
    """A request that the node does not take from a workspace."""

    code = "gateway-no-such-request"
    http_status = 404
    public_message = "The node does not offer this."


class WordsSpent(Refused):
    """Titles, reasons, names and findings are read outside as well, and the day's are used up."""

    code = "gateway-words-spent"
    http_status = 429
    public_message = (
        "Titles, reasons, file names and findings of export requests have used up what they may "
        "say in a day. They can go on with the next day (UTC)."
    )


@dataclass
class NodeSocket:
    """Answers what comes on one workspace's node.sock."""

    workspace: Workspace
    node: aiohttp.ClientSession
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(_PER_SECOND, _PER_SECOND, self.workspace.shared.clock.monotonic)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request of the workspace."""
        try:
            max_bytes = self._allowed(request)
            await self.pace.take()
            async with self.turns:
                return await self._relayed(request, max_bytes)
        except SpeError as error:
            return answers.problem(error)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            _log.info("%s: node: %s", self.workspace.wid, type(error).__name__)
            return answers.problem(Unavailable())

    def _allowed(self, request: web.BaseRequest) -> int:
        transport = request.transport
        connected = transport.get_extra_info("socket") if transport else None
        # TRUST: the kernel says who is at the other end; the socket's place says which workspace.
        if connected is None or peer_uid(connected) != self.workspace.order.uid:
            raise NotTheWorkspace
        if refusal := self.workspace.refusal(self.workspace.shared.clock.now()):
            raise refusal
        for method, pattern, max_bytes in RELAYED:
            if request.method == method and pattern.fullmatch(request.rel_url.raw_path):
                return max_bytes
        raise NoSuchRequest

    async def _relayed(self, request: web.BaseRequest, max_bytes: int) -> web.Response:
        path = request.rel_url.raw_path
        below = path.removeprefix("/v1")
        url = f"http://node/v1/workspaces/{self.workspace.wid}{below}"
        kind = "application/octet-stream" if "/files/" in path else "application/json"
        kind = "application/json" if path.endswith("/side-car") else kind
        headers = {"Content-Type": kind} if request.method != "GET" else {}
        content = await self._content(request, kind, max_bytes)
        async with self.node.request(
            request.method, url, data=content, headers=headers, allow_redirects=False
        ) as answer:
            body = await answer.content.read(_MAX_ANSWER_BYTES + 1)
            while not answer.content.at_eof() and len(body) <= _MAX_ANSWER_BYTES:
                body += await answer.content.read(65_536)
            if len(body) > _MAX_ANSWER_BYTES:
                raise Unavailable("answer too large")
            if path.endswith("/submit"):
                # TRUST: findings quote the file, and the author reads them outside the door.
                self.workspace.words.charge_shown("export", len(body))
            if path == "/v1/self" and answer.status == 200:
                body = to_json(self._with_meter(parse_json(body)))
            return answers.raw_json(body, answer.status)

    async def _content(
        self, request: web.BaseRequest, kind: str, max_bytes: int
    ) -> bytes | AsyncIterator[bytes] | None:
        """Return what is passed on, charged for the words in it; a file's bytes are reviewed."""
        if request.method == "GET":
            return None
        is_file = kind == "application/octet-stream"
        words = b"" if is_file or not request.can_read_body else await read(request, max_bytes)
        budget = self.workspace.words
        # TRUST: what a request says of itself is read on pages that are not behind this door.
        n_bytes = len(request.rel_url.raw_path) + len(words)
        if budget.is_output_spent or not budget.charge("export", n_bytes):
            raise WordsSpent
        return _bounded(request, max_bytes) if is_file else words

    def _with_meter(self, said: Any) -> Json:
        """Put in what only the gateway knows: how much was shown today."""
        budget = self.workspace.budget
        meter = {"used_bytes": budget.used_bytes, "budget_bytes": budget.limit_bytes}
        return {**said, "display": meter} if isinstance(said, dict) else {"display": meter}


async def _bounded(request: web.BaseRequest, max_bytes: int) -> AsyncIterator[bytes]:
    n_bytes = 0
    async for chunk in request.content.iter_chunked(262_144):
        n_bytes += len(chunk)
        if n_bytes > max_bytes:
            raise TooLarge
        yield chunk
