"""Ask a process of the node over its unix socket: JSON in, JSON out, errors as our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from gdi_spe.boundary.errors import ExitCode, NotFound, Refused, SpeError, Unavailable


class Problem(SpeError):
    """An error of another process of the node, with its code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.http_status, self.code, self.public_message = status, code, message
        Exception.__init__(self, f"{code}: {message}")


class NodeRefused(Problem, Refused):
    """The node process says no."""

    exit_code = ExitCode.REFUSED


class NodeNotFound(Problem, NotFound):
    """The node process knows no such thing, or will not say."""

    exit_code = ExitCode.NOT_FOUND


class NodeUnavailable(Problem, Unavailable):
    """The other process does not answer."""

    exit_code = ExitCode.UNAVAILABLE


_PROBLEMS: dict[int, type[Problem]] = {403: NodeRefused, 404: NodeNotFound, 503: NodeUnavailable}


class NodeClient:
    """One socket of one process; a short-lived connection for each question."""

    def __init__(self, socket: Path, timeout_seconds: float = 60) -> None:
        self.socket = socket
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def get(self, path: str) -> Any:
        """Ask."""
        return await self._call("GET", path, None)

    async def post(self, path: str, json: Any = None) -> Any:
        """Ask for something to happen."""
        return await self._call("POST", path, json)

    async def put(self, path: str, json: Any = None) -> Any:
        """Set something."""
        return await self._call("PUT", path, json)

    async def delete(self, path: str, json: Any = None) -> Any:
        """End something."""
        return await self._call("DELETE", path, json)

    async def _call(self, method: str, path: str, json: Any) -> Any:
        connector = aiohttp.UnixConnector(str(self.socket))
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=self._timeout) as session,
                session.request(method, f"http://node{path}", json=json) as reply,
            ):
                body = await reply.json(content_type=None) if reply.status != 204 else None
                if reply.status >= 400:
                    raise _problem(reply.status, body)
                return body
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            # TRUST: no answer, or one that is not JSON, is never a yes.
            why = f"{self.socket.name} does not answer ({type(error).__name__})"
            raise NodeUnavailable(503, "unavailable", why) from None


def _problem(status: int, body: Any) -> Problem:
    code, message = "refused", "The node refused this."
    if isinstance(body, dict):
        code, message = str(body.get("code", code)), str(body.get("message", message))
    return _PROBLEMS.get(status, Problem)(status, code, message)
