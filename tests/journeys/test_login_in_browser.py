"""Log-in, refresh, revocation, key rotation and logout: a real Hub, a real browser, a provider."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select

from gdi_spe.demo.browser import CHROMIUM, Browsers, at_provider, browser
from gdi_spe.demo.making import PROXY
from gdi_spe.demo.processes import answers_tcp, answers_unix, free_ports
from gdi_spe.demo.stack import REPOSITORY, Ports, Stack
from gdi_spe.demo.stand_ins import node_toml, providers
from gdi_spe.demo.stand_ins.access_committee import CommitteeClient
from gdi_spe.demo.stand_ins.cast import ADA, BEN, BY_SUB
from gdi_spe.demo.stand_ins.providers import Providers
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.database.engine import Database
from gdi_spe.node.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# What the node's own file says, but a log-in is asked about again after two seconds, not an hour,
# and an outage is forgiven for five.
CONFIG = """
load_subconfig({config!r})
c.LsAaiAuthenticator.auth_refresh_age = 2
c.LsAaiAuthenticator.grace_seconds = 5
"""
AGE_SECONDS = 2.5
OBLIGATION = '\n[[identity.obligations]]\nid = "terms-1"\nkind = "terms"\ntitle = "Terms of use"\n'


@dataclass
class Node:
    """A Hub and a node process without any container, and what stands for LS AAI."""

    stack: Stack
    known: Providers
    settings: Settings

    @property
    def projects(self) -> str:
        return f"{self.settings.hub.public_url}/hub/projects"

    def provider(self, method: str, path: str, body: Any = None) -> httpx.Response:
        admin = {"Authorization": f"Bearer {self.known.admin_key}"}
        answer = httpx.request(method, f"{self.known.issuer}{path}", headers=admin, json=body)
        assert answer.is_success, answer.text
        return answer

    def of(self, sub: str, act: str) -> None:
        self.provider("POST", f"/users/{quote(sub)}/{act}")

    def says(self, sub: str, **claims: Any) -> None:
        """Let the provider tell something else of a person."""
        self.provider("PUT", f"/users/{quote(sub)}", {**BY_SUB[sub].claims(), **claims})

    def events(self, kind: str) -> list[dict[str, Any]]:
        database = Database(self.settings.database_url)
        with database.read() as session:
            query = select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.seq)
            found = [json.loads(row.facts) for row in session.scalars(query)]
        database.close()
        return found


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    if not PROXY.exists() or not Path(CHROMIUM).exists():
        pytest.skip("the proxy or Chromium is missing: make test installs both")
    folder = Path(tempfile.mkdtemp(prefix="gdi-spe-login-"))
    home, state, ports = folder / "node", folder / "state", Ports(*free_ports(5))
    image = f"sha256:{'0' * 64}"
    settings = node_toml.write(
        home, state, ports, image, now=datetime.now(UTC), proxy_command=[str(PROXY)]
    )
    with (home / "node.toml").open("a") as file:
        file.write(OBLIGATION)
    stack = Stack.of(home, state, ports)
    config = folder / "config.py"
    config.write_text(CONFIG.format(config=str(REPOSITORY / "hub_config/jupyterhub_config.py")))
    try:
        stack.start_providers()
        stack.start("serve")
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        hub = answers_unix(settings.run_dir / "hub" / "hub.sock")
        stack.processes.begin("hub", command, lambda: answers_tcp(ports.hub)() and hub())
        stack.processes.wait("hub")
        yield Node(stack, providers.load(state), settings)
    finally:
        stack.processes.stop_all()
        shutil.rmtree(stack.run_dir, ignore_errors=True)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def browsers() -> Iterator[Browsers]:
    with browser() as found:
        yield found


@pytest.fixture
def person(browsers: Browsers) -> Iterator[BrowserContext]:
    context = browsers.person()
    yield context
    context.close()


def log_in(node: Node, context: BrowserContext, sub: str) -> Page:
    page = context.new_page()
    page.goto(node.projects)
    page.get_by_role("link", name="Log in with").click()
    at_provider(page, sub)
    page.wait_for_load_state()
    return page


def is_in(node: Node, page: Page) -> bool:
    page.goto(node.projects)
    return page.get_by_role("heading", name="Your projects").count() == 1


def test_a_granted_person_logs_in_and_the_nonce_is_asked_with(
    node: Node, person: BrowserContext
) -> None:
    asked: list[str] = []
    person.on("request", lambda request: asked.append(request.url))

    page = log_in(node, person, ADA.sub)

    assert is_in(node, page)
    assert page.get_by_text(ADA.name).count() == 1
    (authorize,) = {url for url in asked if "/oauth2/authorize?" in url}
    assert all(f"{name}=" in authorize for name in ("nonce", "code_challenge", "state"))
    assert ADA.email not in page.content()


def test_what_is_due_and_what_does_not_count_is_on_the_page(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)

    alert = page.get_by_role("alert")
    assert "Terms of use must be accepted again" in alert.inner_text()
    assert "terms-lapsed" in alert.inner_text()
    assert page.get_by_text("Terms of use: due now").count() == 1

    home = ["--home", str(node.settings.home)]
    fulfil = [sys.executable, "-m", "gdi_spe.node.cli.main", *home, "grants", "fulfil"]
    node.stack.processes.run("fulfil", [*fulfil, ADA.sub, "terms-1"])
    page.reload()

    assert page.get_by_role("alert").count() == 0
    assert page.get_by_text("Terms of use: counts until").count() == 1


def test_a_person_without_a_grant_reads_whom_to_ask(node: Node, person: BrowserContext) -> None:
    page = log_in(node, person, BEN.sub)

    assert page.get_by_role("alert").get_by_text("https://dac.gdi-xx.example").count() == 1
    assert not is_in(node, page)


def test_without_a_second_factor_nobody_comes_in_and_reads_what_to_do(
    node: Node, person: BrowserContext
) -> None:
    node.says(ADA.sub, acr="https://refeds.org/profile/sfa")

    page = log_in(node, person, ADA.sub)

    assert page.get_by_role("alert").get_by_text("set up multi-factor").count() == 1
    assert not is_in(node, page)
    assert node.events("login.refused")[-1]["code"] == "mfa-missing"
    node.says(ADA.sub)


def test_log_ins_go_on_while_the_provider_rotates_its_keys(node: Node, browsers: Browsers) -> None:
    for act in ("rotate", "forget"):
        node.provider("POST", f"/keys/{act}")
        context = browsers.person()

        page = log_in(node, context, ADA.sub)

        assert is_in(node, page), act
        context.close()


def test_a_spent_token_is_refreshed_and_revoked_ones_end_the_log_in(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)
    node.of(ADA.sub, "spend-access-tokens")
    before = len(node.events("login.admitted"))
    time.sleep(AGE_SECONDS)

    assert is_in(node, page)
    assert len(node.events("login.admitted")) == before + 1

    node.of(ADA.sub, "revoke-tokens")
    time.sleep(AGE_SECONDS)

    assert not is_in(node, page)
    assert page.get_by_role("link", name="Log in with").count() == 1


def test_a_grant_that_was_withdrawn_ends_the_log_in_at_the_next_refresh(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)
    committee = CommitteeClient(node.known)
    committee.withdraw(ADA.sub, ADA.cohorts[0])
    time.sleep(AGE_SECONDS)

    assert not is_in(node, page)
    assert node.events("login.refused")[-1]["code"] == "no-grant"
    committee.grant(ADA.sub, ADA.cohorts[0])


def test_after_a_log_out_the_page_is_closed_and_tells_of_the_other_session(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)
    page.get_by_role("link", name="Log out").click()

    assert page.get_by_role("heading", name="You are logged out here").count() == 1
    assert page.get_by_role("link", name="End it as well").get_attribute("href") == (
        f"{node.known.issuer}/oauth2/end_session"
    )
    assert not is_in(node, page)


def test_an_outage_of_the_provider_is_forgiven_for_the_grace_and_then_closes(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)
    node.stack.processes.kill("identity_provider")
    time.sleep(AGE_SECONDS)

    forgiven = is_in(node, page)
    time.sleep(AGE_SECONDS + 5)
    closed = not is_in(node, page)

    node.stack.begin_provider("identity_provider")
    node.stack.processes.wait("identity_provider")
    assert (forgiven, closed) == (True, True)
    assert is_in(node, log_in(node, person, ADA.sub))


def test_log_ins_are_kept_over_a_restart_with_a_rotated_key(
    node: Node, person: BrowserContext
) -> None:
    page = log_in(node, person, ADA.sub)
    home = ["--home", str(node.settings.home)]
    rotate = [sys.executable, "-m", "gdi_spe.node.cli.main", *home, "keys", "rotate-hub"]
    node.stack.processes.run("rotate", rotate)
    node.stack.processes.stop("hub")
    node.stack.start("hub")

    assert is_in(node, page)
    assert node.events("keys.rotated")[-1] == {"keys": 2}
