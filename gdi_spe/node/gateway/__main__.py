"""``python -m gdi_spe.node.gateway --home DIR``: serve the doors of all workspaces."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.gateway.control import Control
from gdi_spe.node.gateway.door.login import Logins
from gdi_spe.node.gateway.listening import Store, listen_at
from gdi_spe.node.gateway.neighbours import HubOverSocket, NodeOverSocket
from gdi_spe.node.gateway.registry import Registry
from gdi_spe.node.gateway.service import Gateway
from gdi_spe.node.gateway.workspace import Clock, Shared
from gdi_spe.node.settings import Settings, load_settings


def main() -> int:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="gdi_spe.node.gateway", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--golden", type=Path, help="default: HOME/golden")
    options = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.umask(0o077)
    try:
        settings = load_settings(options.home)
        asyncio.run(_serve(settings, options.golden or settings.home / "golden"))
    except SpeError as error:
        print(f"gateway: {error.code}: {error}", file=sys.stderr)
        return int(error.exit_code)
    return 0


async def _serve(settings: Settings, golden_root: Path) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    store = Store.from_environment(os.environ, os.getpid())
    clock = Clock(lambda: datetime.now(UTC), time.monotonic)
    async with gateway_of(settings, golden_root, store, clock):
        store.ready()
        logging.getLogger(__name__).info("serving")
        await stopped.wait()


@asynccontextmanager
async def gateway_of(
    settings: Settings, golden_root: Path, store: Store, clock: Clock
) -> AsyncIterator[Gateway]:
    """Put the gateway together from the settings, and serve its control socket."""
    run_dir = settings.run_dir
    registry = Registry(settings.home / "gateway.db")
    hub = HubOverSocket.at(run_dir / "hub" / "hub.sock")
    node = NodeOverSocket.at(run_dir / "api" / "gateway.sock")
    public = urlsplit(settings.hub.public_url)
    grace = timedelta(seconds=settings.timers.identity_grace_seconds)
    logins = Logins(hub, registry, clock.now, grace, public.scheme == "https")
    shared = Shared(
        run_dir=run_dir,
        settings=settings.gateway,
        origin=f"{public.scheme}://{public.netloc}",
        start_timeout_seconds=settings.workspace.start_timeout_seconds,
        registry=registry,
        hub=hub,
        node=node,
        logins=logins,
        clock=clock,
        secret=_secret(settings.key_path("gateway-secret")),
    )
    gateway = Gateway(shared, store, golden_root, _relay_session(run_dir))
    control = None
    try:
        await gateway.start()
        control = await _listen_for_control(gateway, run_dir)
        yield gateway
    finally:
        if control is not None:
            control.close()
        await gateway.stop()
        await asyncio.gather(hub.close(), node.close(), gateway.close())
        registry.close()


async def _listen_for_control(gateway: Gateway, run_dir: Path) -> asyncio.Server:
    folder = run_dir / "gateway"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    listening = listen_at(folder / "ctl.sock", 0o600)
    server = web.Server(Control(gateway).handle, access_log=None)
    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(server, sock=listening)


def _relay_session(run_dir: Path) -> aiohttp.ClientSession:
    connector = aiohttp.UnixConnector(str(run_dir / "api" / "gateway.sock"), limit=64)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=600, sock_connect=5),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


def _secret(path: Path) -> bytes:
    """Read the key of the gateway's hashes, made at the first start."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, secrets.token_bytes(32))
        os.close(descriptor)
    return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
