"""The few calls of the Docker Engine API that the Hub's spawner makes, answered by the keeper.

Anything else is refused. Nothing is forwarded: each answer and each call to the engine is built
here, so that the Hub can neither ask for nor see more than its own workspaces.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import web

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import API_VERSION

log = logging.getLogger(__name__)

BODY_MAX_BYTES = 256 * 1024
STATE = ("Status", "Running", "ExitCode", "Error", "StartedAt", "FinishedAt", "OOMKilled")


def hub_application(keeper: Keeper) -> web.Application:
    """Return what listens on the Hub's socket."""
    facade = _Facade(keeper)
    application = web.Application(middlewares=[_refusing], client_max_size=BODY_MAX_BYTES)
    version = r"/{version:v1\.\d{1,2}}"
    for method, path, handler in (
        ("GET", "/_ping", facade.ping),
        ("GET", "/version", facade.version),
        ("GET", "/images/{image}/json", facade.image),
        ("POST", "/containers/create", facade.create),
        ("GET", "/containers/{container}/json", facade.inspect),
        ("POST", "/containers/{container}/start", facade.start),
        ("POST", "/containers/{container}/stop", facade.stop),
        ("POST", "/containers/{container}/kill", facade.stop),
        ("DELETE", "/containers/{container}", facade.stop),
    ):
        application.router.add_route(method, path, handler)
        application.router.add_route(method, version + path, handler)
    return application


class _Facade:
    """One handler a call."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def ping(self, _request: web.Request) -> web.Response:
        return web.Response(text="OK", headers={"Api-Version": API_VERSION})

    async def version(self, _request: web.Request) -> web.Response:
        return web.json_response({"ApiVersion": API_VERSION, "Version": "gdi-spe"})

    async def image(self, request: web.Request) -> web.Response:
        image = request.match_info["image"]
        # TRUST: the Hub learns of one image, the one that the settings name.
        if image != self._keeper.settings.workspace.image:
            return _message(404, "no such image")
        return web.json_response({"Id": image, "Config": {"Cmd": []}})

    async def create(self, request: web.Request) -> web.Response:
        body = await _json_object(request)
        name = request.query.get("name", "")
        made = await asyncio.to_thread(self._keeper.create, name, body)
        return web.json_response({"Id": made, "Warnings": []}, status=201)

    async def inspect(self, request: web.Request) -> web.Response:
        found, order = await asyncio.to_thread(self._keeper.found, _reference(request))
        state = {name: found["State"].get(name) for name in STATE}
        return web.json_response(
            {
                "Id": found["Id"],
                "Name": f"/{order.container_name}",
                "State": state,
                "Config": {"Env": [], "Image": order.image},
            }
        )

    async def start(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self._keeper.start, _reference(request))
        return web.Response(status=204)

    async def stop(self, request: web.Request) -> web.Response:
        _, order = await asyncio.to_thread(self._keeper.found, _reference(request))
        await asyncio.to_thread(self._keeper.stop, order.wid)
        return web.Response(status=204)


def _reference(request: web.Request) -> str:
    return request.match_info["container"]


async def _json_object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    return body if isinstance(body, dict) else {}


@web.middleware
async def _refusing(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer our errors in the engine's form, and everything unknown with 403."""
    try:
        answer: web.StreamResponse = await handler(request)
        return answer
    except SpeError as error:
        return _message(error.http_status, error.public_message)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        # TRUST: a call that is not in the table above is refused, whatever it is.
        log.warning("call refused: %s %.200r", request.method, request.path)
        return _message(403, "this call is not among those that the Hub may make")


def _message(status: int, text: str) -> web.Response:
    return web.json_response({"message": text}, status=status)
