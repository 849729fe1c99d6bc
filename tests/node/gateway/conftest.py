"""A gateway with stand-ins for its three neighbours: the Hub, the node process, the container."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import shutil
import struct
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from gdi_spe.node.gateway.__main__ import gateway_of
from gdi_spe.node.gateway.firewall.budget import Budget
from gdi_spe.node.gateway.firewall.conversation import KernelMemory, View
from gdi_spe.node.gateway.firewall.wire import Message
from gdi_spe.node.gateway.listening import Store
from gdi_spe.node.gateway.registry import Registration
from gdi_spe.node.gateway.service import Gateway
from gdi_spe.node.gateway.workspace import Clock
from gdi_spe.node.settings import Settings

WID, OWNER, PROJECT = "w00000000aa", "u-0123456789abcdef0123", "demo"
BASE = f"/user/{OWNER}/{PROJECT}/"
ORIGIN = "http://spe.test"
IMAGE = "sha256:" + "0" * 64
KERNEL = "11111111-2222-3333-4444-555555555555"
SECRET = "SECRET-0123456789"
KERNEL_MODEL = {
    "id": KERNEL,
    "name": "python3",
    "last_activity": "x",
    "execution_state": "idle",
    "connections": 1,
}


class FakeLedger:
    """A ledger that remembers every store, as the table does."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], int] = {}

    def used_bytes(self, key: str, day: str) -> int:
        return self.stored.get((key, day), 0)

    def store_used_bytes(self, key: str, day: str, used_bytes: int) -> None:
        self.stored[(key, day)] = used_bytes


@dataclass
class FakeTime:
    """Both clocks, moved by hand."""

    at: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def budget(ledger: FakeLedger, fake_time: FakeTime) -> Budget:
    return Budget("ada:demo", 1 << 20, ledger, fake_time.now)


@pytest.fixture
def memory(budget: Budget, fake_time: FakeTime) -> KernelMemory:
    return KernelMemory(budget, b"k" * 32, 256 << 10, fake_time.now)


@pytest.fixture
def view(memory: KernelMemory, fake_time: FakeTime) -> View:
    return View(memory, fake_time.monotonic)


def request(msg_id: str = "a1", kind: str = "execute_request", **content: Any) -> Message:
    header = {
        "msg_id": msg_id,
        "msg_type": kind,
        "username": "",
        "session": "browser",
        "date": "2026-11-22T00:00:00Z",
        "version": "5.3",
    }
    return Message("shell", header, {}, content or {"code": "1"})


def answer(kind: str, content: Any, channel: str = "iopub", to: str = "a1") -> Message:
    hostile = dict.fromkeys(("msg_id", "username", "session", "date", "x", "version"), SECRET)
    header = {**hostile, "msg_type": kind}
    return Message(channel, header, {"msg_id": to, "x": SECRET}, content, {"x": SECRET})


@pytest.fixture
def ask() -> Callable[..., Message]:
    return request


@pytest.fixture
def say() -> Callable[..., Message]:
    return answer


# a whole gateway


@dataclass
class FakeHub:
    """JupyterHub's API, as far as a log-in needs it."""

    people: dict[str, str] = field(default_factory=lambda: {"token-of-owner": OWNER})
    next_token: str = "token-of-owner"
    is_down: bool = False
    forms: list[dict[str, str]] = field(default_factory=list)
    n_asked: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/hub/api/user", self._user)
        app.router.add_post("/hub/api/oauth2/token", self._token)
        app.router.add_post("/hub/api/users/{name}/activity", self._user)
        return app

    async def _user(self, request: web.Request) -> web.Response:
        self.n_asked += 1
        if self.is_down:
            return web.Response(status=503)
        name = self.people.get(request.headers.get("Authorization", "")[6:])
        return web.json_response({"name": name}, status=200 if name else 403)

    async def _token(self, request: web.Request) -> web.Response:
        if self.is_down:
            return web.Response(status=503)
        self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        return web.json_response({"access_token": self.next_token})


@dataclass
class FakeNode:
    """The node process, as far as the gateway asks it."""

    order: dict[str, Any]
    is_down: bool = False
    shown: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_get("/v1/orders/{wid}", self._order)
        app.router.add_post("/v1/workspaces/{wid}/display", self._display)
        app.router.add_route("*", "/{tail:.*}", self._other)
        return app

    async def _order(self, request: web.Request) -> web.Response:
        if self.is_down:
            return web.Response(status=503)
        is_known = request.match_info["wid"] == self.order["wid"]
        return web.json_response(self.order if is_known else {}, status=200 if is_known else 404)

    async def _display(self, request: web.Request) -> web.Response:
        if self.is_down:
            return web.Response(status=503)
        self.shown.append((await request.json())["kinds"])
        return web.json_response({})

    async def _other(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs, await request.read()))
        return web.json_response({"asked": request.path})


Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Evil:
    """A container that says exactly what a test wants it to say."""

    path: Path
    body: Answer = b""
    frames: tuple[bytes, ...] = ()
    asked: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    server: asyncio.Server | None = None
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self.server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
        for writer in self.writers:
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            if b"upgrade: websocket" in head.lower():
                await self._socket(head, reader, writer)
            elif callable(self.body):
                await self.body(writer)
            else:
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.received.append(await reader.readexactly(int(length or b"0")))
                writer.write(self.body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _socket(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        key = head.lower().partition(b"sec-websocket-key: ")[2]
        at = head.lower().index(key)
        key = head[at:].partition(b"\r\n")[0]
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        writer.write(
            b"HTTP/1.1 101 " + SECRET.encode() + b"\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n"
            b"Sec-WebSocket-Protocol: v1.kernel.websocket.jupyter.org\r\n"
            b"X-S: " + SECRET.encode() + b"\r\n\r\n"
        )
        for frame in self.frames:
            writer.write(frame)
            await writer.drain()
        with_more = await reader.read(1 << 20)
        self.received.append(with_more)
        await asyncio.sleep(5)


def http(
    body: bytes | Any, *, status: str = "200 OK", headers: bytes = b"", close: bool = True
) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (
        f"HTTP/1.1 {status}\r\n".encode()
        + headers
        + b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(data)
        + (b"Connection: close\r\n" if close else b"")
        + b"\r\n"
        + data
    )


def frame(opcode: int, data: bytes, *, first_byte: int | None = None) -> bytes:
    size = len(data)
    head = bytes([0x80 | opcode if first_byte is None else first_byte])
    if size < 126:
        return head + bytes([size]) + data
    if size < 65_536:
        return head + b"\x7e" + struct.pack(">H", size) + data
    return head + b"\x7f" + struct.pack(">Q", size) + data


def v1(
    channel: str, kind: str, content: Any, *, gap: bytes = b"", tail: bytes = b"", to: str = ""
) -> bytes:
    """Encode a frame as a container would, with everything hostile in it."""
    parent = {"msg_id": to, "x": SECRET} if to else {}
    header = {"msg_id": "m", "msg_type": kind, "username": SECRET, "session": SECRET}
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    parts = [
        channel.encode(),
        json.dumps(header).encode(),
        json.dumps(parent).encode(),
        json.dumps({"x": SECRET}).encode(),
        raw,
    ]
    offsets = [8 * 7 + len(gap)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    words = b"".join(word.to_bytes(8, "little") for word in (len(offsets), *offsets))
    return words + gap + b"".join(parts) + tail


@dataclass
class House:
    """One gateway with one attached workspace, and a browser in front of it."""

    run_dir: Path
    settings: Settings
    golden: Path
    clock: Clock
    time: FakeTime
    hub: FakeHub
    node: FakeNode
    evil: Evil
    gateway: Gateway
    browser: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Any:
        return self.gateway.workspace(WID)

    def url(self, path: str) -> str:
        return f"http://spe.test{BASE.rstrip('/')}{path}"

    def headers(self, **more: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Cookie": cookies}
        return {**own, **{name.replace("_", "-"): value for name, value in more.items()}}

    async def ask(
        self, method: str, path: str, *, body: Any = None, **headers: str
    ) -> tuple[int, Any, bytes]:
        async with self.browser.request(
            method,
            self.url(path),
            data=None if body is None else io.BytesIO(json.dumps(body).encode()),
            headers=self.headers(**headers),
            allow_redirects=False,
        ) as answered:
            for name, cookie in answered.cookies.items():
                self.cookies[name] = cookie.value
            return answered.status, answered.headers, await answered.read()

    async def begin_log_in(self, path: str = "/lab") -> dict[str, str]:
        status, headers, _ = await self.ask("GET", path, Sec_Fetch_Mode="navigate")
        assert status == 302
        parts = parse_qs(urlsplit(headers["Location"]).query)
        return {name: values[0] for name, values in parts.items()}

    async def log_in(self) -> None:
        asked = await self.begin_log_in()
        path = f"/oauth_callback?code=abc&state={asked['state']}"
        status, _, _ = await self.ask("GET", path, Sec_Fetch_Mode="navigate")
        assert status == 200

    @asynccontextmanager
    async def channels(self, *, is_v1: bool = True) -> AsyncIterator[Any]:
        protocols = ["v1.kernel.websocket.jupyter.org"] if is_v1 else []
        async with self.browser.ws_connect(
            self.url(f"/api/kernels/{KERNEL}/channels?session_id=s1").replace("http", "ws"),
            protocols=protocols,
            headers=self.headers(),
            max_msg_size=0,
        ) as socket:
            yield socket

    def control(self) -> aiohttp.ClientSession:
        path = self.run_dir / "gateway" / "ctl.sock"
        return aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)))


async def serve_unix(app: web.Application, path: Path) -> web.AppRunner:
    path.parent.mkdir(parents=True, exist_ok=True)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    return runner


def settings_of(home: Path, run_dir: Path) -> Settings:
    return Settings.model_validate(
        {
            "node_id": "TEST",
            "title": "Test node",
            "mode": "development",
            "home": home,
            "run_dir": run_dir,
            "database_url": "sqlite://",
            "identity": {
                "issuer": "http://127.0.0.1:1",
                "hub_client_id": "hub",
                "web_client_id": "web",
                "member_group": "m",
                "reviewer_group": "r",
                "admin_group": "a",
                "visa_issuers": [],
            },
            "hub": {"public_url": ORIGIN, "bind_url": ORIGIN, "proxy_api_port": 1},
            "web": {"public_url": ORIGIN, "bind_port": 1},
            "workspace": {"image": IMAGE, "start_timeout_seconds": 1},
            "gateway": {"messages_per_second": 2000, "requests_per_second": 1000},
        }
    )


def golden_copy(root: Path) -> Path:
    """Make a small golden copy of an image."""
    lab = root / IMAGE / "lab" / "lab"
    for folder in (lab / "static", lab / "schemas/@jupyterlab/demo", lab / "themes"):
        folder.mkdir(parents=True)
    (lab / "static/index.html").write_text('<script src="x/static/lab/main.0123456789abcdef.js">')
    (lab / "static/package.json").write_text('{"jupyterlab": {"version": "4.6.6"}}')
    (lab / "static/main.0123456789abcdef.js").write_text("1")
    (lab / "schemas/@jupyterlab/demo/plugin.json").write_text('{"title": "Demo"}')
    (root / "outside.txt").write_text(SECRET)
    return root


def order_of(now: datetime, *, budget_bytes: int = 1 << 20) -> dict[str, Any]:
    return {
        "wid": WID,
        "uid": os.getuid() or 64_123,
        "owner": OWNER,
        "project": PROJECT,
        "image": IMAGE,
        "valid_until": (now + timedelta(hours=1)).isoformat(),
        "budget_key": f"{OWNER}:{PROJECT}",
        "budget_bytes": budget_bytes,
        "cohorts": [],
    }


REGISTRATION = Registration(
    wid=WID,
    owner=OWNER,
    base_url=BASE,
    api_token="token-of-the-server",
    oauth_client_id="jupyterhub-user-x",
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    run_dir = Path(tempfile.mkdtemp(prefix="gs-", dir="/tmp"))
    home, place = run_dir / "home", run_dir / "ws" / WID
    home.mkdir()
    place.mkdir(parents=True)
    fake_time = FakeTime(at=datetime.now(UTC))
    order = order_of(fake_time.at)
    hub, node, evil = FakeHub(), FakeNode(order), Evil(place / "jupyter.sock")
    runners = [
        await serve_unix(hub.app(), run_dir / "hub" / "hub.sock"),
        await serve_unix(node.app(), run_dir / "api" / "gateway.sock"),
    ]
    await evil.start()
    os.chown(evil.path, order["uid"], -1)
    settings, golden = settings_of(home, run_dir), golden_copy(run_dir / "golden")
    # Rules go by the hand-moved clock; paces by the real one, so that nothing waits for ever.
    clock = Clock(fake_time.now, time.monotonic)
    try:
        async with gateway_of(settings, golden, Store("", {}), clock) as gateway:
            await gateway.register(REGISTRATION)
            await gateway.attach(WID)
            path = gateway.public_socket(WID)
            connector = aiohttp.UnixConnector(str(path), limit=0)
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as browser:
                yield House(
                    run_dir,
                    settings,
                    golden,
                    clock,
                    fake_time,
                    hub,
                    node,
                    evil,
                    gateway,
                    browser,
                )
    finally:
        await evil.stop()
        for runner in runners:
            await runner.cleanup()
        shutil.rmtree(run_dir)


class Wire:
    """How to write what a container says."""

    http = staticmethod(http)
    frame = staticmethod(frame)
    v1 = staticmethod(v1)
    secret = SECRET
    kernel = KERNEL
    kernel_model = KERNEL_MODEL


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def house_path() -> Iterator[Path]:
    """Give a folder with a short name: a socket's path may have 108 bytes."""
    path = Path(tempfile.mkdtemp(prefix="gs-", dir="/tmp"))
    yield path
    shutil.rmtree(path)
