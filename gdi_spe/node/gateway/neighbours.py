"""The two processes that the gateway talks to: the Hub, and the node process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from pydantic import ValidationError

from gdi_spe.boundary.errors import Refused, Unavailable
from gdi_spe.node.gateway.registry import Order

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError, ValueError)


class NoSuchWorkspace(Refused):
    """The node process knows no such workspace, or it has ended."""

    code = "gateway-no-such-workspace"
    http_status = 404


class Hub(Protocol):
    """What the gateway asks of JupyterHub."""

    async def owner_of(self, token: str) -> str | None:
        """Return whose token it is, None for nobody's; Unavailable when the Hub is down."""

    async def exchange(self, form: Mapping[str, str]) -> str | None:
        """Exchange an authorisation code for a token, None if the Hub refuses."""

    async def report_activity(self, owner: str, server: str, api_token: str, at: datetime) -> None:
        """Say that a server is in use."""


class Node(Protocol):
    """What the gateway asks of the node process."""

    async def order(self, wid: str) -> Order:
        """Return what is ordered for a workspace; NoSuchWorkspace or Unavailable otherwise."""

    async def report_display(self, wid: str, kinds: Mapping[str, Mapping[str, int]]) -> None:
        """Say what was shown; Unavailable if nobody took note."""


@dataclass
class HubOverSocket:
    """JupyterHub's API on its unix socket."""

    session: aiohttp.ClientSession

    @classmethod
    def at(cls, path: Path) -> HubOverSocket:
        """Reach the Hub at a socket, which need not be there yet."""
        return cls(_session(path))

    async def owner_of(self, token: str) -> str | None:
        """Ask the Hub who a token's user is."""
        headers = {"Authorization": f"token {token}"}
        try:
            async with self.session.get("http://hub/hub/api/user", headers=headers) as answer:
                if answer.status in (401, 403, 404):
                    return None
                answer.raise_for_status()
                name = (await answer.json()).get("name")
        except _UNREACHABLE as error:
            raise Unavailable(f"hub: {type(error).__name__}") from None
        return name if isinstance(name, str) else None

    async def exchange(self, form: Mapping[str, str]) -> str | None:
        """Finish a log-in."""
        url = "http://hub/hub/api/oauth2/token"
        try:
            async with self.session.post(url, data=dict(form)) as answer:
                if answer.status >= 500:
                    raise Unavailable(f"hub: {answer.status}")
                token = (await answer.json()).get("access_token") if answer.status == 200 else None
        except _UNREACHABLE as error:
            raise Unavailable(f"hub: {type(error).__name__}") from None
        return token if isinstance(token, str) else None

    async def report_activity(self, owner: str, server: str, api_token: str, at: datetime) -> None:
        """Say that a named server is in use, with that server's own token."""
        when = at.isoformat()
        body = {"servers": {server: {"last_activity": when}}, "last_activity": when}
        headers = {"Authorization": f"token {api_token}"}
        url = f"http://hub/hub/api/users/{owner}/activity"
        try:
            async with self.session.post(url, json=body, headers=headers) as answer:
                answer.raise_for_status()
        except _UNREACHABLE as error:
            raise Unavailable(f"hub: {type(error).__name__}") from None

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()


@dataclass
class NodeOverSocket:
    """The node process, on the socket that is the gateway's role."""

    session: aiohttp.ClientSession

    @classmethod
    def at(cls, path: Path) -> NodeOverSocket:
        """Reach the node process at a socket, which need not be there yet."""
        return cls(_session(path))

    async def order(self, wid: str) -> Order:
        """Ask what is ordered for a workspace."""
        status, body = await self._ask("GET", f"/v1/orders/{wid}")
        if status in (403, 404, 410):
            raise NoSuchWorkspace(wid)
        if status != 200:
            raise Unavailable(f"node: {status}")
        try:
            return Order.model_validate(body)
        except ValidationError as error:
            raise Unavailable(f"node: order not understood: {error.error_count()} errors") from None

    async def report_display(self, wid: str, kinds: Mapping[str, Mapping[str, int]]) -> None:
        """Hand over what was shown."""
        status, _ = await self._ask("POST", f"/v1/workspaces/{wid}/display", {"kinds": kinds})
        if status >= 300:
            raise Unavailable(f"node: {status}")

    async def close(self) -> None:
        """End the connections."""
        await self.session.close()

    async def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        try:
            async with self.session.request(method, f"http://node{path}", json=body) as answer:
                content = await answer.read()
                is_json = answer.content_type == "application/json" and content
                return answer.status, await answer.json() if is_json else None
        except _UNREACHABLE as error:
            raise Unavailable(f"node: {type(error).__name__}") from None


def _session(path: Path) -> aiohttp.ClientSession:
    connector = aiohttp.UnixConnector(str(path))
    return aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT)
