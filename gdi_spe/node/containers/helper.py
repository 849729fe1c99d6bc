"""The root helper: owns containers, mounts and loop devices, and accepts a fixed set of requests.

``python -m gdi_spe.node.containers.helper --home DIR`` listens on two sockets of the run folder:
``helper/node.sock`` for the node process, ``helper/hub.sock`` for the Hub. It can be restarted
at any time: workspaces go on running. ``--stop-all`` (or
``--remove-all``) ends the workspaces of this node instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from aiohttp import web
from pydantic import ValidationError

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.node.containers.engine import DockerEngine
from gdi_spe.node.containers.facade import hub_application
from gdi_spe.node.containers.keeper import Keeper, checked
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.probe import probe
from gdi_spe.node.containers.volumes import HostVolumes
from gdi_spe.node.settings import load_settings

log = logging.getLogger(__name__)

TIDY_SECONDS = 2.0


def node_application(keeper: Keeper) -> web.Application:
    """Return what listens on the node process's socket."""
    routes = _Routes(keeper)
    application = web.Application(middlewares=[_translating])
    application.add_routes(
        [
            web.put("/orders/{wid}", routes.put_order),
            web.delete("/orders/{wid}", routes.stop),
            web.get("/workspaces", routes.workspaces),
            web.post("/workspaces/{wid}/stop", routes.stop),
            web.post("/workspaces/{wid}/quarantine", routes.quarantine),
            web.post("/workspaces/{wid}/release", routes.release),
            web.post("/workspaces/{wid}/probe", routes.probe),
            web.post("/stop-all", routes.stop_all),
        ]
    )
    return application


class _Routes:
    """One handler a request."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def put_order(self, request: web.Request) -> web.Response:
        order = WorkspaceOrder.model_validate(await request.json())
        # TRUST: the address names what is prepared; an order for another is a mistake or a trick.
        if checked(request.match_info["wid"]) != order.wid:
            raise BadInput("the order is another workspace's")
        await asyncio.to_thread(self._keeper.put, order)
        return web.json_response({"wid": order.wid})

    async def stop(self, request: web.Request) -> web.Response:
        stopped = await asyncio.to_thread(self._keeper.stop, request.match_info["wid"])
        return web.json_response({"stopped": stopped})

    async def quarantine(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self._keeper.quarantine, request.match_info["wid"])
        return web.json_response({"quarantined": True})

    async def release(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self._keeper.release, request.match_info["wid"])
        return web.json_response({"quarantined": False})

    async def stop_all(self, _request: web.Request) -> web.Response:
        return web.json_response({"stopped": await asyncio.to_thread(self._keeper.stop_all)})

    async def workspaces(self, _request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(self._keeper.workspaces))

    async def probe(self, request: web.Request) -> web.Response:
        order = self._keeper.order(checked(request.match_info["wid"]))
        lines = await asyncio.to_thread(probe, self._keeper.engine, order)
        table = [line.as_json() for line in lines]
        return web.json_response({"ok": all(line.ok for line in lines), "controls": table})


@web.middleware
async def _translating(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
        return answer
    except SpeError as error:
        return _problem(error.http_status, error.code, error.public_message)
    except (ValidationError, ValueError) as error:
        log.warning("%s %s: %s", request.method, request.path, error)
        return _problem(400, "bad-input", "The request is not one that the helper knows.")


def _problem(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)


@contextlib.asynccontextmanager
async def listening(application: web.Application, socket: Path) -> AsyncIterator[None]:
    """Serve an application on a socket that its owner alone may open."""
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.unlink(missing_ok=True)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(socket)).start()
        socket.chmod(0o600)
        yield
    finally:
        await runner.cleanup()
        socket.unlink(missing_ok=True)


async def run(keeper: Keeper) -> None:
    """Answer both sockets until told to stop; workspaces outlive this process."""
    folder = keeper.settings.run_dir / "helper"
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await asyncio.to_thread(keeper.adopt)
    async with (
        listening(node_application(keeper), folder / "node.sock"),
        listening(hub_application(keeper), folder / "hub.sock"),
    ):
        log.info("helper of %s answers", keeper.node)
        while not stop.is_set():
            await _tidy(keeper)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TIDY_SECONDS)


async def _tidy(keeper: Keeper) -> None:
    try:
        await asyncio.to_thread(keeper.tidy)
    except SpeError as error:
        log.error("a workspace could not be ended and is tried again: %s", error)


@click.command()
@click.option("--home", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--stop-all", "--remove-all", is_flag=True, help="End this node's workspaces and leave."
)
def main(home: Path, stop_all: bool) -> None:
    """Own the containers of the node in HOME."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.umask(0o077)
    settings = load_settings(home)
    settings.run_dir.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    settings.run_dir.mkdir(exist_ok=True, mode=0o711)
    engine = DockerEngine()
    try:
        keeper = Keeper(settings, engine, HostVolumes(), lambda: datetime.now(UTC))
        if stop_all:
            click.echo("\n".join(keeper.stop_all()))
        else:
            asyncio.run(run(keeper))
    finally:
        engine.close()


if __name__ == "__main__":
    main()
