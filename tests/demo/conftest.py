from __future__ import annotations

import base64
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gdi_spe.demo.stack import Ports
from gdi_spe.demo.stand_ins import node_toml, providers
from gdi_spe.demo.stand_ins.providers import Providers
from gdi_spe.demo.synthetic.generate import generate
from gdi_spe.demo.synthetic.truth import Truth
from gdi_spe.node.settings import Settings

IMAGE = f"sha256:{'0' * 64}"
SCOPES = "openid profile email offline_access eduperson_entitlement ga4gh_passport_v1"


@dataclass(frozen=True)
class Generated:
    """A synthetic node on disk, and what the generator says of it."""

    folder: Path
    truth: Truth


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("synthetic") / "node"
    return Generated(folder, generate(folder, seed=1))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Settings]:
    """A node's home, the providers' state, and the settings."""
    folder = tmp_path_factory.mktemp("home")
    ports = Ports(*(free_port() for _ in range(5)))
    now = datetime.now(UTC)
    settings = node_toml.write(folder / "node", folder / "state", ports, IMAGE, now=now)
    return folder / "node", folder / "state", settings


@pytest.fixture(scope="session")
def known(home: tuple[Path, Path, Settings]) -> Providers:
    return providers.load(home[1])


@pytest.fixture(scope="session")
def running(home: tuple[Path, Path, Settings], known: Providers) -> Iterator[Providers]:
    """Both providers, as processes of their own."""
    with ExitStack() as stack:
        for name, port in (
            ("access_committee", known.access_committee_port),
            ("identity_provider", known.identity_provider_port),
        ):
            command = [sys.executable, "-m", f"gdi_spe.demo.stand_ins.{name}"]
            command += ["--port", str(port), "--state", str(home[1])]
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"]},
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            wait_for(port)
        yield known


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(port)


@dataclass
class Browser:
    """A client of the identity provider and the person in front of it."""

    known: Providers
    client: providers.Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.known.issuer, timeout=10)
        self.document = self.http.get("/.well-known/openid-configuration").json()

    @property
    def secret(self) -> tuple[str, str]:
        return (self.client.id, self.client.secret)

    def ask(self, sub: str, **changed: str | None) -> httpx.Response:
        """Fill in the log-in form."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.client.redirect_uris[0],
            "scope": SCOPES,
            "state": "s1",
            "nonce": secrets.token_urlsafe(8),
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | changed
        asked = {name: value for name, value in asked.items() if value is not None}
        url = self.document["authorization_endpoint"]
        return self.http.post(url, params=asked, data={"sub": sub})

    def code(self, sub: str, **changed: str | None) -> str:
        answer = self.ask(sub, **changed)
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def exchange(self, **form: str) -> httpx.Response:
        return self.http.post(self.document["token_endpoint"], data=form, auth=self.secret)

    def log_in(self, sub: str, **changed: str | None) -> dict[str, Any]:
        answer = self.exchange(
            grant_type="authorization_code",
            code=self.code(sub, **changed),
            redirect_uri=self.client.redirect_uris[0],
            code_verifier=self.verifier,
        )
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def userinfo(self, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get(self.document["userinfo_endpoint"], headers=headers)


@pytest.fixture
def browser(running: Providers) -> Iterator[Browser]:
    found = Browser(running, running.clients[0])
    yield found
    found.http.close()
