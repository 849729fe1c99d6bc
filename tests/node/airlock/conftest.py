from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from gdi_spe.boundary.policy import DisclosurePolicy, load_policy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.__main__ import written
from gdi_spe.disclosure.engine import judge, request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process.job import Outcome
from gdi_spe.disclosure.process.sandbox import Checked
from gdi_spe.node.airlock.content import ContentStore
from gdi_spe.node.airlock.desk import Desk
from gdi_spe.node.airlock.people import Actor
from gdi_spe.node.airlock.requests import Draft
from gdi_spe.node.airlock.reviews import Ballot, Decision
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.ledger.memory import Ledger

for room in ("audit", "identity", "cohorts", "projects", "containers", "airlock", "revocation"):
    importlib.import_module(f"gdi_spe.node.{room}.tables")

REPOSITORY = Path(__file__).parents[3]
WID, OTHER_WID = "w0123456789", "w9876543210"
GOOD = b"population,n_individuals\nFIN,400\nEST,25\n"
SMALL = b"population,n_individuals\nFIN,400\nEST,3\n"


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **much: float) -> None:
        self.at += timedelta(**much)


class World:
    """A desk with a researcher, reviewers, and shortcuts for what a test is not about."""

    def __init__(self, home: Path, policy: DisclosurePolicy) -> None:
        self.clock = Clock()
        self.database = Database(f"sqlite:///{home}/node.db")
        Base.metadata.create_all(self.database.engine)
        self.store = ContentStore(home)
        self.desk = Desk(self.database, self.store, policy, self.clock, Ledger(home))
        self.policy = policy
        self.ada = Actor("u-ada", frozenset({"researcher"}), frozenset({"p1"}))
        self.bob = Actor("u-bob", frozenset({"researcher", "reviewer"}), frozenset({"p1"}))
        self.rosa = Actor("u-rosa", frozenset({"reviewer"}))
        self.sven = Actor("u-sven", frozenset({"reviewer"}))
        self.tove = Actor("u-tove", frozenset({"reviewer"}))
        with self.database.write() as session:
            for actor in (self.ada, self.bob, self.rosa, self.sven, self.tove):
                session.add(self._person(actor))

    def _person(self, actor: Actor) -> Person:
        return Person(
            person=actor.person, issuer="i", subject=actor.person, display_name=actor.person,
            roles=json.dumps(sorted(actor.roles)), is_member=True, first_seen_at=self.clock(),
            last_seen_at=self.clock(),
        )  # fmt: skip

    def draft(self, title: str = "Table 2", wid: str = WID) -> str:
        return self.desk.create(Draft(wid, "p1", "u-ada", title, "For the paper."))

    def put(self, rid: str, name: str = "t.csv", data: bytes = GOOD, kind: str = "counts") -> dict:
        with self.desk.incoming() as incoming:
            incoming.write(data)
            answer = self.desk.add_file(WID, rid, name, incoming)
        if kind:
            self.desk.declare(WID, rid, name, SideCar(kind=kind))
        return answer

    def submit(self, rid: str) -> dict:
        return self.desk.submit(WID, rid, CheckContext(n_individuals=1000))

    def submitted(self, data: bytes = GOOD, name: str = "t.csv") -> str:
        rid = self.draft()
        self.put(rid, name, data)
        self.submit(rid)
        return rid

    def look(self, rid: str, actor: Actor) -> str:
        shown = self.desk.show_for_review(rid, actor)
        for file in shown["files"]:
            self.desk.open_file(rid, file["file"], actor)
        return shown["content_sha256"]

    def vote(self, rid: str, actor: Actor, decision: Decision = Decision.APPROVE) -> str:
        seen = self.look(rid, actor)
        return self.desk.vote(rid, actor, Ballot(decision, "Looks safe.", seen))

    def released(self, data: bytes = GOOD) -> str:
        rid = self.submitted(data)
        self.vote(rid, self.rosa)
        assert self.vote(rid, self.sven) == "released"
        return rid

    def status(self, rid: str) -> str:
        with self.database.read() as session:
            from gdi_spe.node.airlock.requests import get

            return get(session, rid).status

    def events(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.seq)))

    def sha256(self, rid: str, name: str = "t.csv") -> str:
        with self.database.read() as session:
            from gdi_spe.node.airlock.requests import file_of

            return file_of(session, rid, name).sha256


@contextmanager
def check_here(
    files: Mapping[str, Path], policy: DisclosurePolicy, context: CheckContext, scratch: Path
) -> Iterator[Checked]:
    """The check in this process: the same answers, without the walls, in a tenth of the time."""
    judged = [judge(path, policy, context, name) for name, path in files.items()]
    with TemporaryDirectory(dir=scratch) as folder:
        (Path(folder) / "out").mkdir()
        canonical = written(judged, Path(folder) / "out")
        report = request_report([each.report for each in judged], policy)
        yield Checked(Outcome(report=report, canonical=tuple(canonical)), Path(folder))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", check_here)
    policy = load_policy(REPOSITORY / "hub_config" / "policy.toml")
    made = World(tmp_path, policy)
    yield made
    made.database.close()


@pytest.fixture
def confined_world(tmp_path: Path) -> Iterator[World]:
    """A world whose checks run behind their walls."""
    policy = load_policy(REPOSITORY / "hub_config" / "policy.toml")
    made = World(tmp_path, policy)
    yield made
    made.database.close()


@pytest.fixture
def small_cells() -> bytes:
    return SMALL


@pytest.fixture
def good() -> bytes:
    return GOOD
