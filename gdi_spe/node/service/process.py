"""``gdi-spe serve``: one process, one socket for each role."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from pathlib import Path

import uvicorn

from gdi_spe.node.audit.anchor import anchor_head
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.service import admin_api, gateway_api, hub_api, web_api
from gdi_spe.node.service.edge import application
from gdi_spe.node.service.node import Node, open_node
from gdi_spe.node.service.timers import timers

log = logging.getLogger(__name__)

# TRUST: the socket is the role. Who can open hub.sock can ask what the Hub may ask, and no more.
ROLES = {
    "hub": hub_api.routes,
    "gateway": gateway_api.routes,
    "web": web_api.routes,
    "admin": admin_api.routes,
}


class _Server(uvicorn.Server):
    """A server on one socket, which leaves signals to the process."""

    def __init__(self, config: uvicorn.Config, path: Path) -> None:
        super().__init__(config)
        self.path = path

    def install_signal_handlers(self) -> None:
        """Leave them alone: this process has four servers and one handler."""


def serve(home: Path) -> None:
    """Run the node process until it is told to stop."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for chatty in ("httpx", "uvicorn.error"):
        logging.getLogger(chatty).setLevel("WARNING")
    os.umask(0o077)
    node = open_node(home)
    _note(node, "node.started")
    try:
        asyncio.run(_run(node))
    finally:
        _note(node, "node.stopped")
        anchor_head(node.database, node.home, node.now())
        node.database.close()


def _note(node: Node, kind: str) -> None:
    facts = {"mode": node.settings.mode, "policy": node.policy.sha256}
    with node.database.write() as session:
        record(session, Event(kind, "node", node.settings.node_id, facts), node.now())


async def _run(node: Node) -> None:
    servers = [_server(node, role) for role in ROLES]
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    running = [asyncio.create_task(_serve(server)) for server in servers]
    ticking = [asyncio.ensure_future(timer) for timer in timers(node)]
    await asyncio.wait([asyncio.create_task(stop.wait()), *running], return_when="FIRST_COMPLETED")
    for server in servers:
        server.should_exit = True
    for timer in ticking:
        timer.cancel()
    await asyncio.gather(*running, *ticking, return_exceptions=True)


async def _serve(server: _Server) -> None:
    await server.serve(sockets=[_listening(server.path)])


def _server(node: Node, role: str) -> _Server:
    config = uvicorn.Config(
        application(ROLES[role](node)),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    return _Server(config, node.socket(role))


def _listening(path: Path) -> socket.socket:
    """Listen where its owner alone may connect; uvicorn itself would let everybody."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    # TRUST: the mode is who may ask; it is set before anybody can connect.
    listener.bind(str(path))
    path.chmod(0o600)
    return listener
