"""The control socket: the Hub registers and attaches workspaces, the node process closes them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.node.gateway.door import answers
from gdi_spe.node.gateway.door.bodies_in import read_json
from gdi_spe.node.gateway.firewall.bodies import instant
from gdi_spe.node.gateway.registry import Registration
from gdi_spe.node.gateway.service import Gateway, UnknownWorkspace
from gdi_spe.node.gateway.workspace import Workspace

_log = logging.getLogger(__name__)

_MAX_BYTES = 65_536
_MAX_WHY = 300


@dataclass(frozen=True)
class Control:
    """Answers what comes on ctl.sock; only root can reach it."""

    gateway: Gateway

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            body = await read_json(request, _MAX_BYTES)
            return answers.json_answer(await self._answered(request, body))
        except SpeError as error:
            _log.warning("control: %s %s: %s", request.method, request.path, error)
            return answers.problem(error)

    async def _answered(self, request: web.BaseRequest, body: Any) -> Any:
        what = (request.method, *request.path.strip("/").split("/"))
        match what:
            case ("GET", "workspaces"):
                return {"workspaces": [_told(one) for one in self.gateway.workspaces]}
            case ("POST", "workspaces"):
                return await self._register(body)
            case ("PUT", "workspaces", wid, "attach"):
                await self.gateway.attach(wid)
                return self._places(wid)
            case ("DELETE", "workspaces", wid, "route"):
                await self.gateway.close_route(wid, _why(body))
                return {"wid": wid, "is_closed": True}
            case ("DELETE", "workspaces", wid):
                await self.gateway.forget(wid)
                return {"wid": wid}
        raise UnknownWorkspace(request.path[:80])

    async def _register(self, body: Any) -> dict[str, str]:
        try:
            registration = Registration.model_validate(body)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadInput(f"{first['loc']}: {first['msg']}") from None
        await self.gateway.register(registration)
        return self._places(registration.wid)

    def _places(self, wid: str) -> dict[str, str]:
        return {
            "socket": str(self.gateway.public_socket(wid)),
            "node_folder": str(self.gateway.node_folder(wid)),
        }


def _why(body: Any) -> str:
    why = body.get("why") if isinstance(body, dict) else None
    return why[:_MAX_WHY] if isinstance(why, str) and why else "it was stopped."


def _told(workspace: Workspace) -> dict[str, Any]:
    return {
        "wid": workspace.wid,
        "owner": workspace.registration.owner,
        "valid_until": instant(workspace.order.valid_until),
        "closed_why": workspace.closed_why,
        "used_bytes": workspace.budget.used_bytes,
        "budget_bytes": workspace.budget.limit_bytes,
        "n_sockets": len(workspace.sockets),
    }
