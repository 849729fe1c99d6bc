"""Speak with the node over the workspace's own socket: plain HTTP, no secret, no network."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import SpeError, Unavailable

_TIMEOUT_SECONDS = 120.0


class NodeSilent(Unavailable):
    """There is no node at the other end of the socket."""

    code = "node-silent"

    def __init__(self, path: Path, why: str) -> None:
        self.public_message = (
            f"The node does not answer at {path} ({why}). Outside a workspace there is none."
        )
        super().__init__(self.public_message)


class NodeSaidNo(SpeError):
    """The node refused; its own words are given."""

    code = "node-said-no"

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        self.http_status = status
        self.code = str(told.get("code", self.code))
        self.public_message = str(told.get("message", f"The node refused ({status})."))
        super().__init__(self.public_message)


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("node", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(
    path: Path,
    method: str,
    route: str,
    body: bytes | dict[str, Any] | None = None,
    *,
    seconds: float = _TIMEOUT_SECONDS,
) -> Any:
    """Send one request and return the JSON of the answer.

    Raises
    ------
    NodeSilent
        If nobody answers.
    NodeSaidNo
        If the node refuses.
    """
    connection = _Connection(path, seconds)
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    kind = "application/json" if isinstance(body, dict) else "application/octet-stream"
    try:
        connection.request(method, route, body=data, headers={"Content-Type": kind})
        answer = connection.getresponse()
        status, text = answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NodeSilent(path, str(error) or type(error).__name__) from None
    finally:
        connection.close()
    told = _json(text)
    if status >= 400:
        raise NodeSaidNo(status, told if isinstance(told, dict) else {})
    return told


def _json(text: bytes) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {}
