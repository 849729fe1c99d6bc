from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from gdi_spe.boundary.policy import DisclosurePolicy, load_policy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.__main__ import written
from gdi_spe.disclosure.engine import judge, request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process.job import Outcome
from gdi_spe.disclosure.process.sandbox import Checked
from gdi_spe.node.airlock.desk import desk_of
from gdi_spe.node.airlock.requests import Draft
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.hints import Hints
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.projects.tables import Project, ProjectMember
from gdi_spe.node.service import web_api
from gdi_spe.node.service.edge import application as node_application
from gdi_spe.node.settings import Settings
from gdi_spe.node.web.app import application
from gdi_spe.node.web.login import LoginFailed
from gdi_spe.node.web.node_api import NodeApi
from tests.node.service.nodes import FakeGate, FakeHelper

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for a client that the product does not use
    from starlette.testclient import TestClient

for room in ("audit", "identity", "cohorts", "projects", "containers", "airlock", "revocation"):
    importlib.import_module(f"gdi_spe.node.{room}.tables")

REPOSITORY = Path(__file__).parents[3]
ISSUER, MFA = "https://login.example.org/", "https://refeds.org/profile/mfa"
GROUP = "urn:geant:example.org:group:{}#example.org"
WID = "w0123456789"


@contextmanager
def check_here(
    files: Mapping[str, Path], policy: DisclosurePolicy, context: CheckContext, scratch: Path
) -> Iterator[Checked]:
    judged = [judge(path, policy, context, name) for name, path in files.items()]
    with TemporaryDirectory(dir=scratch) as folder:
        (Path(folder) / "out").mkdir()
        canonical = written(judged, Path(folder) / "out")
        report = request_report([each.report for each in judged], policy)
        yield Checked(Outcome(report=report, canonical=tuple(canonical)), Path(folder))


class FakeProvider:
    """A log-in service that says of everybody what the test says; the answer names the person."""

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        return f"{ISSUER}authorize?redirect_uri={redirect_uri}", {"state": "s-1"}

    async def finish(
        self, redirect_uri: str, answer: dict[str, str], remembered: dict[str, str]
    ) -> dict[str, Any]:
        if answer.get("state") != remembered.get("state") or "code" not in answer:
            raise LoginFailed
        sub, _, groups = answer["code"].partition(":")
        entitlements = [GROUP.format(group) for group in groups.split(",") if group]
        return {"sub": sub, "name": sub.title(), "acr": MFA, "eduperson_entitlement": entitlements}


class Browser:
    """One person's browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def log_in(self, sub: str, groups: str = "members") -> Browser:
        self.client.get("/login", follow_redirects=False)
        answer = self.client.get(
            f"/login/callback?state=s-1&code={sub}:{groups}", follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def csrf(self) -> str:
        return re.search(r'name="csrf" value="([^"]+)"', self.get("/").text)[1]

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf(), **fields}, follow_redirects=False)


class Site:
    """The pages and the node process behind them, in one process."""

    def __init__(self, home: Path, overrule: str = "nobody") -> None:
        self.at = datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.settings = Settings.model_validate(
            {
                "node_id": "test-node", "title": "Test node", "mode": "development",
                "home": home, "run_dir": home / "run", "database_url": "sqlite://",
                "identity": {
                    "issuer": ISSUER, "hub_client_id": "hub", "web_client_id": "web",
                    "member_group": GROUP.format("members"),
                    "reviewer_group": GROUP.format("reviewers"),
                    "admin_group": GROUP.format("admins"), "visa_issuers": [],
                    "entitlements": [
                        {
                            "url": "https://rems.test/", "source": "https://rems.test/",
                            "api_key_file": "rems-key", "hint_secret_file": "hint",
                        }
                    ],
                },
                "hub": {
                    "public_url": "http://localhost:1", "bind_url": "http://127.0.0.1:1",
                    "proxy_api_port": 2,
                },
                "web": {"public_url": "http://testserver", "bind_port": 3},
                "workspace": {"image": "sha256:" + "0" * 64},
            }
        )  # fmt: skip
        policy = load_policy(REPOSITORY / "hub_config" / "policy.toml")
        review = policy.review.model_copy(update={"overrule": overrule})
        self.policy = policy.model_copy(update={"review": review})
        self.database = Database(f"sqlite:///{home}/node.db")
        Base.metadata.create_all(self.database.engine)
        self.calls: list[tuple[str, ...]] = []
        self.node = SimpleNamespace(
            database=self.database, settings=self.settings, policy=self.policy, home=home,
            now=self.now, hints=Hints(), gate=FakeGate(self.calls), helper=FakeHelper(self.calls),
        )  # fmt: skip
        self.desk = desk_of(self.database, home, self.policy, self.now)
        # The edge sends its answer to an error before the error is raised on.
        behind = httpx.ASGITransport(
            node_application(web_api.routes(self.node)), raise_app_exceptions=False
        )
        self.app = application(self.settings, NodeApi(behind), FakeProvider(), self.now)
        self.ada = username_of(ISSUER, "ada")
        self._add_project()

    def now(self) -> datetime:
        return self.at

    def passes(self, **much: float) -> None:
        self.at += timedelta(**much)

    def _add_project(self) -> None:
        with self.database.write() as session:
            session.add(
                Project(slug="p1", title="P", purposes="", status="active", created_at=self.at)
            )
            session.flush()
            for sub in ("ada", "bob"):
                person = username_of(ISSUER, sub)
                session.add(
                    ProjectMember(project="p1", person=person, added_at=self.at, added_by="admin")
                )

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, raise_server_exceptions=False))

    def submitted(
        self, *files: tuple[str, bytes, str], title: str = "Table 2", why: str = "Paper"
    ) -> str:
        rid = self.desk.create(Draft(WID, "p1", self.ada, title, why))
        for name, data, kind in files or [GOOD]:
            with self.desk.incoming() as incoming:
                incoming.write(data)
                self.desk.add_file(WID, rid, name, incoming)
            self.desk.declare(WID, rid, name, SideCar(kind=kind, why=why))
        self.desk.submit(WID, rid, CheckContext(n_individuals=1000))
        return rid


GOOD = ("t.csv", b"population,n_individuals\nFIN,400\nEST,25\n", "counts")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", check_here)
    made = Site(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose policy lets reviewers set a block aside."""
    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", check_here)
    made = Site(tmp_path, overrule="reviewers")
    yield made
    made.database.close()


@pytest.fixture
def ada(site: Site) -> Browser:
    return site.browser().log_in("ada")


@pytest.fixture
def rosa(site: Site) -> Browser:
    return site.browser().log_in("rosa", "reviewers")


@pytest.fixture
def sven(site: Site) -> Browser:
    return site.browser().log_in("sven", "reviewers")
