"""The proxy, as installed from its lock file on the Node.js that is here."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from urllib.parse import quote

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PROXY = ROOT / "deploy/proxy/node_modules/.bin/configurable-http-proxy"
TOKEN = "of-this-test"


class Echo(BaseHTTPRequestHandler):
    """Answers with the path it was asked for."""

    def do_GET(self) -> None:
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "gw.sock"
    with ThreadingUnixStreamServer(str(path), Echo) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield path
        server.shutdown()
        thread.join()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def proxy() -> Iterator[tuple[str, str]]:
    if not PROXY.exists():
        pytest.skip("the proxy is not installed: deploy/prepare proxy")
    public, api = free_port(), free_port()
    command = [PROXY, "--ip", "127.0.0.1", "--port", str(public)]
    command += ["--api-ip", "127.0.0.1", "--api-port", str(api), "--log-level", "error"]
    environment = {"PATH": os.environ["PATH"], "CONFIGPROXY_AUTH_TOKEN": TOKEN}
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL) as process:
        wait_for(api)
        yield f"http://127.0.0.1:{public}", f"http://127.0.0.1:{api}/api/routes"
        process.terminate()


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the proxy does not answer")


def test_a_route_leads_to_a_unix_socket(proxy: tuple[str, str], echo: Path) -> None:
    public, routes = proxy
    target = f"http+unix://{quote(str(echo), safe='')}"
    headers = {"Authorization": f"token {TOKEN}"}

    added = httpx.post(f"{routes}/user/u-1/p", headers=headers, json={"target": target})
    answer = httpx.get(f"{public}/user/u-1/p/lab?reset=%20")

    assert added.status_code == 201
    assert answer.text == "/user/u-1/p/lab?reset=%20"


def test_routes_are_not_changed_without_the_token(proxy: tuple[str, str], echo: Path) -> None:
    _, routes = proxy
    target = {"target": f"http+unix://{quote(str(echo), safe='')}"}

    assert httpx.post(f"{routes}/user/u-1/p", json=target).status_code == 403
