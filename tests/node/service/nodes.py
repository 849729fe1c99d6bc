"""A node in one process: a real database and real folders; gateway and helper write down calls."""

from __future__ import annotations

import importlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.boundary.policy import load_policy
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.cohorts.seals import seal
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.tables import Grant, Person
from gdi_spe.node.projects import register as projects
from gdi_spe.node.service.edge import application
from gdi_spe.node.service.node import Node
from gdi_spe.node.service.process import ROLES
from gdi_spe.node.settings import Settings

for room in ("audit", "identity", "cohorts", "projects", "containers", "airlock", "revocation"):
    importlib.import_module(f"gdi_spe.node.{room}.tables")

REPOSITORY = Path(__file__).parents[3]
ISSUER = "https://login.example.org/"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA, BOB = username_of(ISSUER, "ada"), username_of(ISSUER, "bob")
COHORTS = {"p1": "cohort-1", "p2": "cohort-2"}


@dataclass
class FakeGate:
    """A gateway that writes down what it is asked, or fails as the test says."""

    calls: list[tuple[str, ...]]
    fails: Exception | None = None

    async def close_route(self, wid: str, why: str) -> None:
        self.calls.append(("route", wid, why))
        if self.fails:
            raise self.fails


@dataclass
class FakeHelper:
    """A root helper that has the orders it was given until it is told to stop them."""

    calls: list[tuple[str, ...]]
    fails: Exception | None = None
    has: set[str] = field(default_factory=set)
    orders: list[WorkspaceOrder] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def prepare(self, order: WorkspaceOrder) -> None:
        self._called("prepare", order.wid)
        self.has.add(order.wid)
        self.orders.append(order)

    async def stop(self, wid: str, why: str) -> None:
        self._called("container", wid, why)
        self.has.discard(wid)

    async def quarantine(self, wid: str) -> None:
        self._called("quarantine", wid)

    async def release(self, wid: str) -> None:
        self._called("release", wid)

    async def present(self) -> set[str]:
        self._called("present")
        if self.meanwhile:
            await self.meanwhile()
        return set(self.has)

    async def probe(self, wid: str) -> object:
        self._called("probe", wid)
        return [{"control": "network", "expected": "refused", "observed": "refused", "ok": True}]

    def _called(self, *call: str) -> None:
        self.calls.append(call)
        if self.fails:
            raise self.fails


class Office:
    """A node, its clock, and what a test asks of it. Ada and Bob are granted both projects."""

    def __init__(self, home: Path) -> None:
        self.at = NOON
        self.calls: list[tuple[str, ...]] = []
        self.gate, self.helper = FakeGate(self.calls), FakeHelper(self.calls)
        self.database = Database(f"sqlite:///{home}/node.db")
        Base.metadata.create_all(self.database.engine)
        self.node = Node(
            settings=settings_of(home),
            policy=load_policy(REPOSITORY / "hub_config" / "policy.toml"),
            database=self.database,
            keys=FixedKeys({}),
            gate=self.gate,  # type: ignore[arg-type]  # a fake beside the real thing
            helper=self.helper,  # type: ignore[arg-type]  # a fake beside the real thing
            now=lambda: self.at,
        )
        for slug, cohort_id in COHORTS.items():
            self.add_cohort(slug, cohort_id)
        for sub in ("ada", "bob"):
            self.add_person(sub)

    def passes(self, **much: float) -> None:
        self.at += timedelta(**much)

    def add_person(self, sub: str, granted: bool = True) -> str:
        person = username_of(ISSUER, sub)
        with self.database.write() as session:
            session.add(
                Person(
                    person=person, issuer=ISSUER, subject=sub, display_name=sub.title(),
                    roles="[]", is_member=True, first_seen_at=self.at, last_seen_at=self.at,
                )
            )  # fmt: skip
            session.flush()
            for target in COHORTS.values() if granted else ():
                session.add(
                    Grant(
                        person=person, target=target, value=target, source="dac", subject=sub,
                        visa_sha256="0" * 64, made_at=self.at, verified_at=self.at,
                        until=self.at + timedelta(hours=8),
                    )
                )  # fmt: skip
        return person

    def add_cohort(self, slug: str, cohort_id: str) -> None:
        folder = self.folder(cohort_id)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"n_individuals": 7}')
        text, signature = seal(self.node.home, folder, cohort_id, 1, self.at)
        with self.database.write() as session:
            session.add(
                CohortRow(
                    id=cohort_id, title=cohort_id, project=slug, opaque=f"o-{cohort_id}",
                    definition=json.dumps({"datasets": [f"d-{cohort_id}"]}), defined_at=self.at,
                )
            )  # fmt: skip
            session.flush()
            projects.create(session, slug, slug.upper(), [], [cohort_id], "admin", self.at)
            session.add(
                CohortVersionRow(
                    cohort_id=cohort_id, version=1, path=str(folder), n_individuals=7,
                    n_variants=0, materialised_at=self.at, seal=text, signature=signature,
                )
            )  # fmt: skip

    def folder(self, cohort_id: str) -> Path:
        return self.node.home / "cohorts" / f"o-{cohort_id}" / "1"

    async def ask(
        self, role: str, method: str, path: str, json: Any = None, **more: Any
    ) -> httpx.Response:
        """Ask the node on one role's socket."""
        # The edge sends its answer to an error before the error is raised on.
        behind = httpx.ASGITransport(
            application(ROLES[role](self.node)), raise_app_exceptions=False
        )
        async with httpx.AsyncClient(transport=behind, base_url="http://node") as client:
            return await client.request(method, path, json=json, **more)

    async def starts(self, person: str = ADA, project: str = "p1") -> str:
        """Start a workspace as the Hub does; return its id."""
        wid = (await self.asks_to_start(person, project)).json()["wid"]
        body = {"container_id": "c" * 12}
        answer = await self.ask("hub", "POST", f"/v1/workspaces/{wid}/started", body)
        assert answer.status_code == 204
        return str(wid)

    async def asks_to_start(self, person: str = ADA, project: str = "p1") -> httpx.Response:
        body = {"username": person, "project": project}
        return await self.ask("hub", "POST", "/v1/workspaces", body)

    async def stops(self, wid: str) -> None:
        body = {"why": "stopped in the Hub"}
        answer = await self.ask("hub", "POST", f"/v1/workspaces/{wid}/stopped", body)
        assert answer.status_code == 204

    def row(self, wid: str) -> Workspace:
        with self.database.read() as session:
            return session.get_one(Workspace, wid)

    def rows(self) -> list[Workspace]:
        with self.database.read() as session:
            return list(session.scalars(select(Workspace)))

    def events(self, kind: str = "") -> list[tuple[str, str, str, dict[str, Any]]]:
        """Return kind, actor, resource and facts of what was recorded."""
        with self.database.read() as session:
            rows = session.scalars(select(AuditEvent).order_by(AuditEvent.seq))
            return [
                (row.kind, row.actor, row.resource, json.loads(row.facts))
                for row in rows
                if kind in ("", row.kind)
            ]


def settings_of(home: Path) -> Settings:
    """Return the settings of a node that nobody runs."""
    return Settings.model_validate(
        {
            "node_id": "test-node", "title": "Test node", "mode": "development",
            "home": home, "run_dir": home / "run", "database_url": "sqlite://",
            "identity": {
                "issuer": ISSUER, "hub_client_id": "hub", "web_client_id": "web",
                "member_group": "members", "reviewer_group": "reviewers",
                "admin_group": "admins", "visa_issuers": [],
            },
            "hub": {
                "public_url": "http://localhost:1", "bind_url": "http://127.0.0.1:1",
                "proxy_api_port": 2,
            },
            "web": {"public_url": "http://testserver", "bind_port": 3},
            "workspace": {"image": "sha256:" + "0" * 64, "first_uid": 200_000},
        }
    )  # fmt: skip


def silent() -> Unavailable:
    """Return what a process that does not answer is to those who ask it."""
    return Unavailable("it does not answer")
