"""A real JupyterLab in a real container, through the gateway, in a real browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from gdi_spe.node.gateway.__main__ import gateway_of
from gdi_spe.node.gateway.door.routes import ROUTES, route_of
from gdi_spe.node.gateway.listening import Store
from gdi_spe.node.gateway.registry import Registration
from gdi_spe.node.gateway.service import Gateway
from gdi_spe.node.gateway.workspace import Clock
from gdi_spe.node.settings import Settings

pytestmark = [pytest.mark.engine, pytest.mark.browser, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WID, OWNER, PROJECT, UID = "w00000000aa", "u-0123456789abcdef0123", "demo", 231_777
BASE = f"/user/{OWNER}/{PROJECT}/"
TOKEN = "owner-token-0001"
# Routes of the list that a person's ordinary work in this test does not come to.
UNUSED = {
    "absent",
    "api_version",
    "nothing",
    "build",
    "events",
    "checkpoints",
    "translation",
    "server_status",
    "finish_login",
}


def workspace_image() -> str:
    path = ROOT / ".cache/workspace-image"
    if not path.exists():
        pytest.skip("there is no workspace image: make images")
    return path.read_text().strip()


@dataclass
class Front:
    """Stands for the proxy and the Hub: log-in without questions, everything else passed on."""

    gateway_socket: Path
    session: aiohttp.ClientSession | None = None
    origin: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    seen: dict[str, set[int]] = field(default_factory=dict)
    activity: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/hub/api/oauth2/authorize", self.authorize)
        app.router.add_post("/hub/api/oauth2/token", self.token)
        app.router.add_get("/hub/api/user", self.user)
        app.router.add_post("/hub/api/users/{name}/activity", self.active)
        app.router.add_get("/hub/{tail:.*}", self.hub_page)
        app.router.add_route("*", "/{tail:.*}", self.passed_on)
        return app

    async def authorize(self, request: web.Request) -> web.Response:
        code = f"code{len(self.codes)}"
        self.codes[code] = request.query["code_challenge"]
        back = f"{request.query['redirect_uri']}?code={code}&state={request.query['state']}"
        raise web.HTTPFound(back)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert self.codes.pop(str(form["code"]))
        return web.json_response({"access_token": TOKEN})

    async def user(self, request: web.Request) -> web.Response:
        is_known = request.headers["Authorization"] == f"token {TOKEN}"
        return web.json_response(
            {"name": OWNER} if is_known else {}, status=200 if is_known else 403
        )

    async def active(self, request: web.Request) -> web.Response:
        self.activity.append(await request.json())
        return web.json_response({})

    async def hub_page(self, request: web.Request) -> web.Response:
        return web.Response(text="the Hub")

    async def passed_on(self, request: web.Request) -> web.StreamResponse:
        assert self.session is not None
        url = f"http://{request.host}{request.raw_path}"
        headers = {k: v for k, v in request.headers.items() if k.lower() != "connection"}
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request, url, headers)
        body = await request.read()
        async with self.session.request(
            request.method, url, headers=headers, data=body or None, allow_redirects=False
        ) as answer:
            self.seen.setdefault(f"{request.method} {request.path}", set()).add(answer.status)
            kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP}
            passed = web.Response(status=answer.status, body=await answer.read())
            passed.headers.clear()
            passed.headers.extend(kept)
            for cookie in answer.headers.getall("Set-Cookie", []):
                passed.headers.add("Set-Cookie", cookie)
            return passed

    async def _socket(
        self, request: web.Request, url: str, headers: dict[str, str]
    ) -> web.WebSocketResponse:
        assert self.session is not None
        kept = {k: v for k, v in headers.items() if not k.lower().startswith("sec-websocket")}
        kept.pop("Upgrade", None)
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [name.strip() for name in offered.split(",") if name.strip()]
        async with self.session.ws_connect(
            url, headers=kept, protocols=protocols, max_msg_size=0
        ) as gateway:
            self.seen.setdefault(f"GET {request.path}", set()).add(101)
            chosen = [gateway.protocol] if gateway.protocol else []
            browser = web.WebSocketResponse(protocols=chosen, max_msg_size=0)
            await browser.prepare(request)
            await asyncio.wait(
                [
                    asyncio.ensure_future(_pump(browser, gateway)),
                    asyncio.ensure_future(_pump(gateway, browser)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
            await browser.close()
            return browser


_HOP = {"content-length", "transfer-encoding", "connection", "set-cookie", "content-encoding"}


async def _pump(source: Any, target: Any) -> None:
    async for frame in source:
        if frame.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(frame.data)
        elif frame.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(frame.data)


@dataclass
class NodeStub:
    """Stands for the node process."""

    order: dict[str, Any]
    shown: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/v1/orders/{wid}", self._order)
        app.router.add_post("/v1/workspaces/{wid}/display", self._display)
        app.router.add_get("/v1/workspaces/{wid}/self", self._self)
        return app

    async def _order(self, request: web.Request) -> web.Response:
        return web.json_response(self.order)

    async def _display(self, request: web.Request) -> web.Response:
        self.shown.append((await request.json())["kinds"])
        return web.json_response({})

    async def _self(self, request: web.Request) -> web.Response:
        return web.json_response({"workspace": request.match_info["wid"]})


@dataclass
class Running:
    origin: str
    gateway: Gateway
    front: Front
    node: NodeStub
    work: Path
    container: str


async def _serve_unix(app: web.Application, path: Path) -> web.AppRunner:
    path.parent.mkdir(parents=True, exist_ok=True)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    return runner


def _settings(home: Path, run_dir: Path, image: str, origin: str, budget: int) -> Settings:
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
            "hub": {"public_url": origin, "bind_url": origin, "proxy_api_port": 1},
            "web": {"public_url": origin, "bind_port": 1},
            "workspace": {"image": image},
            "gateway": {"daily_budget_bytes": budget},
        }
    )


def _run_container(image: str, run_dir: Path, work: Path) -> str:
    command = ["docker", "run", "-d", "--rm", "--network", "none", "--read-only"]
    command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    command += ["--user", f"{UID}:{UID}", "--hostname", "workspace", "--dns", "127.0.0.1"]
    command += ["--add-host", "workspace:127.0.0.1", "--memory", "3g"]
    command += ["--tmpfs", "/tmp:rw,nosuid,nodev,exec,size=256m,mode=1777"]
    command += ["--tmpfs", f"/home/spe:rw,nosuid,nodev,size=64m,uid={UID},gid={UID},mode=700"]
    command += ["-v", f"{run_dir}/ws/{WID}:/run/workspace", "-v", f"{work}:/home/spe/work"]
    command += ["-v", f"{run_dir}/node/{WID}:/run/node:ro", "-e", "HOME=/home/spe"]
    command += ["-e", "GDI_SPE_NODE_SOCKET=/run/node/node.sock"]
    command += ["--label", "gdi-spe.test=notebook-in-browser", image]
    command += ["/opt/gdi-spe/start-workspace", BASE]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(params=[8 << 20])
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    image = workspace_image()
    run_dir = Path(tempfile.mkdtemp(prefix="gs-", dir="/tmp"))
    home, work = run_dir / "home", run_dir / "work"
    for folder in (home, work, run_dir / "ws" / WID):
        folder.mkdir(parents=True)
    for folder in (work, run_dir / "ws" / WID):
        os.chown(folder, UID, UID)
        folder.chmod(0o700)
    front = Front(run_dir / "pub" / WID / "gw.sock")
    runner = web.AppRunner(front.app(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    front.origin = f"http://127.0.0.1:{port}"
    order = {
        "wid": WID,
        "uid": UID,
        "owner": OWNER,
        "project": PROJECT,
        "image": image,
        "valid_until": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "budget_key": f"{OWNER}:{PROJECT}",
        "budget_bytes": request.param,
        "cohorts": [],
    }
    node = NodeStub(order)
    runners = [
        runner,
        await _serve_unix(front.app(), run_dir / "hub" / "hub.sock"),
        await _serve_unix(node.app(), run_dir / "api" / "gateway.sock"),
    ]
    settings = _settings(home, run_dir, image, front.origin, request.param)
    clock = Clock(lambda: datetime.now(UTC), time.monotonic)
    container = ""
    try:
        async with gateway_of(settings, ROOT / ".cache/golden", Store("", {}), clock) as gateway:
            await gateway.register(
                Registration(
                    wid=WID,
                    owner=OWNER,
                    base_url=BASE,
                    api_token="secret-of-the-server",
                    oauth_client_id="jupyterhub-user-x",
                )
            )
            container = await asyncio.to_thread(_run_container, image, run_dir, work)
            await gateway.attach(WID)
            connector = aiohttp.UnixConnector(str(front.gateway_socket), limit=0)
            jar = aiohttp.DummyCookieJar()
            async with aiohttp.ClientSession(
                connector=connector, cookie_jar=jar, auto_decompress=False
            ) as session:
                front.session = session
                yield Running(front.origin, gateway, front, node, work, container)
    finally:
        if container:
            await asyncio.to_thread(
                subprocess.run, ["docker", "rm", "-f", container], capture_output=True
            )
        for one in runners:
            await one.cleanup()
        shutil.rmtree(run_dir)


@pytest.fixture
async def page(running: Running) -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = await browser.new_page(viewport={"width": 1300, "height": 2400})
        page.set_default_timeout(60_000)
        page.spoken = []
        page.on("console", lambda said: page.spoken.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: page.spoken.append(f"pageerror: {error}"))
        yield page
        await browser.close()


async def open_notebook(running: Running, page: Any) -> None:
    await page.goto(f"{running.origin}{BASE}")
    await page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    await page.wait_for_selector(".jp-Notebook .cm-content")
    await page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


async def run_cell(page: Any, position: int, code: str) -> str:
    """Type a cell, run it, and return what is shown below it."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(position)
    await cell.locator(".cm-content").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(code)
    await page.keyboard.press("Shift+Enter")
    await page.wait_for_function(
        """n => { const p = document.querySelectorAll('.jp-Notebook .jp-Cell')[n]
            .querySelector('.jp-InputPrompt').innerText; return /\\d/.test(p) }""",
        arg=position,
    )
    await page.wait_for_timeout(400)
    return "\n".join(await cell.locator(".jp-OutputArea-child").all_inner_texts())


async def meter(page: Any) -> dict[str, Any]:
    answer = await page.evaluate(f"async () => (await fetch('{BASE}api/spe/meter')).text()")
    return dict(json.loads(answer))


async def test_a_notebook_works_as_in_a_plain_lab(running: Running, page: Any) -> None:
    await open_notebook(running, page)

    assert "hello hello" in await run_cell(page, 0, "print('hello ' * 2)")
    table = "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', '<script>1</script>']})"
    assert "<script>1</script>" in await run_cell(page, 1, table)
    assert await page.locator(".jp-Notebook .jp-Cell").nth(1).locator("table.dataframe").count()
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()"
    await run_cell(page, 2, figure)
    await page.wait_for_selector(".jp-OutputArea img")
    drawn = "els => els.map(i => i.complete && i.naturalWidth > 50)"
    assert await page.locator(".jp-OutputArea img").evaluate_all(drawn) == [True]
    assert "ZeroDivisionError" in await run_cell(page, 3, "1/0")
    hostile = (
        "from IPython.display import HTML, Javascript, SVG, display\n"
        "display(HTML('<b>bold</b><script>document.title=1</script>"
        "<img src=x onerror=document.title=2>'), Javascript('document.title=3'))\n"
        "print('done')"
    )
    shown = await run_cell(page, 4, hostile)
    assert "bold" in shown
    assert "done" in shown
    assert await page.locator(".jp-OutputArea-output b").count() == 1
    big = await run_cell(page, 5, "print('A' * 3_000_000)")
    assert "Output withheld: it is 2.9 MiB" in big
    assert "v2" in await run_cell(page, 6, "h = display('v1', display_id=True); h.update('v2')")

    # completion
    cell = page.locator(".jp-Notebook .jp-Cell .cm-content").nth(7)
    await cell.click()
    await page.keyboard.type("pd.DataFr")
    await page.keyboard.press("Tab")
    await page.wait_for_function(
        """() => document.querySelector('.jp-Completer') || document
            .querySelectorAll('.jp-Cell .cm-content')[7].innerText.includes('DataFrame')"""
    )
    await page.keyboard.press("Escape")

    # save; a name is asked for the first time
    await page.keyboard.press("Control+s")
    await page.locator(".jp-Dialog .jp-mod-accept").click()
    await page.wait_for_timeout(1500)
    saved = json.loads((running.work / "Untitled.ipynb").read_text())
    assert saved["cells"][0]["outputs"][0]["text"] == ["hello hello \n"]

    # reload: what was shown is shown again, though nothing ran
    used = (await meter(page))["used_bytes"]
    await page.reload()
    await page.wait_for_selector(".jp-Notebook table.dataframe")
    await page.wait_for_selector(".jp-OutputArea img")
    assert await page.locator(".jp-OutputArea img").evaluate_all(drawn) == [True]
    assert "hello hello" in await page.locator(".jp-Notebook").inner_text()
    assert (await meter(page))["used_bytes"] - used < 2_000

    # restart the kernel: its variables are gone
    await page.wait_for_timeout(1500)
    await page.get_by_text("Kernel", exact=True).first.click()
    await page.get_by_text("Restart Kernel…", exact=True).first.click()
    await page.locator(".jp-Dialog .jp-mod-accept").click()
    await page.wait_for_timeout(3000)
    last = await page.locator(".jp-Notebook .jp-Cell").count() - 1
    assert "NameError" in await run_cell(page, last, "pd")

    measured = await meter(page)
    assert 20_000 < measured["used_bytes"] < 200_000
    violations = [said for said in page.spoken if "Content Security Policy" in said]
    assert not violations
    assert "Untitled" in await page.title()
    _compare_routes(running.front.seen)
    assert (running.work / "Untitled.ipynb").stat().st_uid == UID


def _compare_routes(seen: dict[str, set[int]]) -> None:
    """Every route that the page used is on the list; every entry of the list was used."""
    used, refused = set(), {}
    for asked, statuses in seen.items():
        method, path = asked.split(" ", 1)
        route = route_of(method, path.removeprefix(BASE.rstrip("/")))
        if route is None or 403 in statuses:
            refused[asked] = statuses
        else:
            used.add(route.handler)
    assert not refused
    assert {route.handler for route in ROUTES} - used <= UNUSED


@pytest.mark.parametrize("running", [400_000], indirect=True)
async def test_a_spent_budget_is_said_in_the_cell_and_work_goes_on(
    running: Running, page: Any
) -> None:
    await open_notebook(running, page)
    await run_cell(page, 0, "x = 41")

    shown = ""
    for position in range(1, 6):
        noise = "import os, base64\nprint(base64.b64encode(os.urandom(80_000)).decode())"
        shown = await run_cell(page, position, noise)

    assert "Output withheld: the budget" in shown
    assert "42" in await run_cell(page, 6, "print(x + 1)")
    budget = running.gateway.workspace(WID).budget
    budget.used_bytes = budget.limit_bytes
    assert "Output withheld" in await run_cell(page, 7, "print(x + 1)")
    # a second passes for every answer now
    await run_cell(page, 8, "open('/home/spe/work/answer.txt', 'w').write(str(x + 1))")
    await page.wait_for_timeout(3000)
    assert (running.work / "answer.txt").read_text() == "42"
    await page.keyboard.press("Control+s")
    await page.locator(".jp-Dialog .jp-mod-accept").click()
    await page.wait_for_timeout(3000)
    assert "answer.txt" in (running.work / "Untitled.ipynb").read_text()
    measured = await meter(page)
    assert measured["is_spent"]
    assert measured["used_bytes"] == measured["budget_bytes"] == 400_000


async def test_a_closed_route_ends_the_page_at_once(running: Running, page: Any) -> None:
    await open_notebook(running, page)
    workspace = running.gateway.workspace(WID)
    assert workspace.sockets

    begun = time.monotonic()
    await running.gateway.close_route(WID, "the grant was withdrawn.")

    assert time.monotonic() - begun < 2
    assert not workspace.sockets
    answer = await page.goto(f"{running.origin}{BASE}lab")
    assert answer.status == 403
    assert re.search(r"the grant was withdrawn", await page.inner_text("body"))
