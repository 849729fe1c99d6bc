"""Applications at a committee's system: members, purposes and ends become a project's."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.entitlements import (
    ask,
    read_entitlements,
    reconcile_person,
    reconcile_source,
)
from gdi_spe.node.identity.grants import live_grants
from gdi_spe.node.identity.tables import (
    Fulfilment,
    Grant,
    GrantSource,
    Obligation,
    Person,
    PersonIdentity,
)
from gdi_spe.node.projects import register
from gdi_spe.node.projects.access import Access, Refusal, may_open
from gdi_spe.node.projects.applications import name_members, read_application, read_back
from gdi_spe.node.projects.register import Status
from gdi_spe.node.projects.tables import (
    Application,
    NodeClosure,
    Project,
    ProjectCohort,
    ProjectMember,
)
from gdi_spe.node.settings import EntitlementSource, Settings
from tests.fakes.rems import FakeRems

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ISSUER, SOURCE = "https://idp.test/", "https://rems.test/"
ADA, BOB = "u-ada", "u-bob"
PURPOSES = {"C1": "DUO:0000042", "C2": "DUO:0000006"}
REMS = Path(__file__).parents[4] / "shared" / "data" / "rems"
TABLES = (
    AuditEvent, AuditHead, Person, PersonIdentity, Grant, GrantSource, CohortRow,
    CohortVersionRow, Project, ProjectCohort, ProjectMember, Application,
    NodeClosure, Obligation, Fulfilment,
)  # fmt: skip


class Desk:
    """A node that reads one REMS."""

    def __init__(self, home: Path) -> None:
        self.database = Database(f"sqlite:///{home}/node.db")
        tables: Any = [one.__table__ for one in TABLES]
        Base.metadata.create_all(self.database.engine, tables=tables)
        (home / "keys").mkdir()
        (home / "keys" / "rems-key").write_text("secret\n")
        self.settings, self.rems, self.at = settings_of(home), FakeRems(), NOW
        self.source: EntitlementSource = self.settings.identity.entitlements[0]
        with self.database.write() as session:
            for name in ("C1", "C2"):
                definition = json.dumps({"datasets": [], "purposes": [PURPOSES[name]]})
                session.add(
                    CohortRow(
                        id=name, title=name, project=name.lower(), opaque=name,
                        definition=definition, defined_at=NOW,
                    )
                )  # fmt: skip
        for person in (ADA, BOB):
            self.knows(person)

    def knows(self, person: str, subject: str = "", granted: str = "C1") -> None:
        subject = subject or person.removeprefix("u-")
        with self.database.write() as session:
            session.add(
                Person(
                    person=person, issuer=ISSUER, subject=subject, display_name=person,
                    roles="[]", is_member=True, first_seen_at=NOW, last_seen_at=NOW,
                )
            )  # fmt: skip
            session.flush()
            session.add(PersonIdentity(issuer=ISSUER, subject=subject, person=person, seen_at=NOW))
            session.add(
                Grant(
                    person=person, target=granted, value=f"urn:{granted.lower()}", source=SOURCE,
                    subject=subject, visa_sha256="0" * 64, made_at=NOW, verified_at=NOW,
                    until=NOW + timedelta(days=99),
                )
            )  # fmt: skip

    def reads(self) -> None:
        _, entitled = reconcile_source(
            self.database, self.settings, self.source, self.at, self.rems
        )
        if entitled is not None:
            read_back(self.database, self.settings, self.source, entitled, self.at, self.rems)

    def application(self, number: int = 12) -> Application:
        with self.database.read() as session:
            return session.get_one(Application, (SOURCE, number))

    def opens(self, person: str, slug: str = "a12-rems-test") -> str:
        with self.database.read() as session:
            answer = may_open(session, person, slug, self.at)
            return answer.code if isinstance(answer, Refusal) else "open"

    def kinds(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.seq)))


def settings_of(home: Path) -> Settings:
    return Settings.model_validate(
        {
            "node_id": "GDI-XX", "title": "x", "mode": "development", "home": home,
            "run_dir": home / "run", "database_url": "sqlite://",
            "identity": {
                "issuer": ISSUER, "hub_client_id": "hub", "web_client_id": "web",
                "member_group": "m", "reviewer_group": "r", "admin_group": "a",
                "visa_issuers": [],
                "datasets": [
                    {"id": one, "visa_value": f"urn:{one.lower()}", "sources": [SOURCE]}
                    for one in ("C1", "C2")
                ],
                "entitlements": [
                    {
                        "url": SOURCE, "source": SOURCE, "api_key_file": "rems-key",
                        "reads_applications": True,
                    }
                ],
            },
            "hub": {"public_url": "http://h", "bind_url": "http://h", "proxy_api_port": 1},
            "web": {"public_url": "http://w", "bind_port": 1},
            "workspace": {"image": "sha256:" + "0" * 64},
        }
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.database.close()


def test_an_approved_application_becomes_a_project_of_its_members(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])

    desk.reads()

    assert desk.application().project == "a12-rems-test"
    with desk.database.read() as session:
        project = register.get(session, "a12-rems-test")
        assert (project.purposes, project.members_only) == ("DUO:0000042", True)
        assert register.cohorts_of(session, project.slug) == ("C1",)
    assert (desk.opens(ADA), desk.opens(BOB)) == ("open", "not-granted")


def test_an_application_grants_nothing(desk: Desk) -> None:
    desk.knows("u-eve", granted="C2")
    desk.rems.approve(12, ["urn:c1"], ["ada", "eve"])

    desk.reads()

    assert desk.opens("u-eve") == "not-granted"


def test_a_member_who_is_granted_but_not_named_stays_out(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.rems.approve(13, ["urn:c1"], ["bob"])

    desk.reads()

    assert (desk.opens(BOB), desk.opens(BOB, "a13-rems-test")) == ("not-a-member", "open")


def test_a_member_removed_there_is_out_here_and_one_taken_back_is_in_again(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada", "bob"])
    desk.rems.approve(13, ["urn:c1"], ["bob"])
    desk.reads()
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.reads()
    assert desk.opens(BOB) == "member-removed"

    desk.rems.approve(12, ["urn:c1"], ["ada", "bob"])
    desk.reads()

    assert desk.opens(BOB) == "open"


def test_whom_the_node_took_out_stays_out(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.reads()
    with desk.database.write() as session:
        register.remove_member(session, "a12-rems-test", ADA, "misuse", "admin", NOW)

    desk.reads()

    assert desk.opens(ADA) == "member-removed"


def test_who_logs_in_after_the_approval_is_named_then(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada", "zoe"])
    desk.reads()
    desk.knows("u-zoe")

    with desk.database.write() as session:
        name_members(session, desk.settings, NOW)

    assert desk.opens("u-zoe") == "open"


@pytest.mark.parametrize("state", ["closed", "revoked", "rejected", "returned", "draft", "x"])
def test_an_application_that_is_approved_no_longer_closes_its_project(
    desk: Desk, state: str
) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.rems.approve(13, ["urn:c1"], ["ada"])
    desk.reads()
    desk.rems.state(12, state)

    desk.reads()

    assert desk.opens(ADA) == "project-closed"
    assert desk.opens(ADA, "a13-rems-test") == "open"


def test_an_end_that_passes_closes_the_door_although_nobody_tells(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"], **{"entitlement/end": "2026-11-22T11:00:00.000Z"})
    desk.rems.approve(13, ["urn:c1"], ["ada"])
    desk.reads()
    with desk.database.read() as session:
        answer = may_open(session, ADA, "a12-rems-test", NOW)
    assert isinstance(answer, Access)
    assert answer.until == NOW + timedelta(hours=1)

    desk.at = NOW + timedelta(hours=1)

    assert desk.opens(ADA) == "project-ended"


@pytest.mark.parametrize(
    ("resources", "more"),
    [
        (["urn:unknown"], {}),
        (["urn:c1", "urn:unknown"], {}),
        ([], {}),
        (["urn:c1"], {"application/duo": {"duo/codes": [{"id": "DUO:9999999"}]}}),
        (["urn:c2"], {}),
    ],
)
def test_an_application_for_what_is_not_here_makes_no_project_and_says_why(
    desk: Desk, resources: list[str], more: dict[str, Any]
) -> None:
    desk.rems.approve(11, ["urn:c1"], ["bob"])
    desk.rems.approve(12, resources, ["ada"], **more)

    desk.reads()

    with desk.database.read() as session:
        rows = {row.number: row for row in session.scalars(select(Application))}
    if resources:
        assert rows[12].project is None
        assert rows[12].problem


@pytest.mark.parametrize(
    "change",
    [
        {"application/resources": [{"resource/ext-id": "urn:c2"}]},
        {"application/duo": {"duo/codes": [{"id": "DUO:0000043"}]}},
    ],
)
def test_an_application_that_changes_what_it_is_for_suspends_its_project(
    desk: Desk, change: dict[str, Any]
) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.rems.approve(13, ["urn:c1"], ["ada"])
    desk.reads()
    desk.rems.approve(12, ["urn:c1"], ["ada"], **change)

    desk.reads()
    desk.reads()

    assert desk.opens(ADA) == "project-suspended"
    assert desk.kinds().count("application.problem") == 1


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"application/id": 12}', b"\xff"])
def test_an_odd_answer_changes_nothing(
    desk: Desk, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.reads()
    truly = FakeRems.__call__

    def odd(rems: FakeRems, url: str, headers: Any = None) -> bytes:
        return answer if "/applications/" in url else truly(rems, url, headers)

    monkeypatch.setattr(FakeRems, "__call__", odd)
    desk.reads()

    assert desk.opens(ADA) == "open"


def test_the_same_reading_twice_is_one(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada", "bob"])
    desk.reads()
    before = desk.kinds()

    desk.reads()

    assert desk.kinds() == before


def test_a_person_is_read_back_alone_before_a_start(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["bob"])

    ended = reconcile_person(desk.database, desk.settings, ADA, NOW, desk.rems)

    assert ended == 1
    assert desk.rems.asked == [f"{SOURCE}api/entitlements?expired=false&user=ada"]
    with desk.database.read() as session:
        assert live_grants(session, ADA, NOW) == ()
        assert len(live_grants(session, BOB, NOW)) == 1


def test_a_silence_before_a_start_has_the_usual_grace(desk: Desk) -> None:
    desk.rems.is_down = True

    assert reconcile_person(desk.database, desk.settings, ADA, NOW, desk.rems) == 0

    with desk.database.read() as session:
        assert len(live_grants(session, ADA, NOW)) == 1


# The same contract for the fake and for what was recorded of a real REMS.


def recorded(name: str) -> bytes:
    path = REMS / name
    if not path.exists():
        pytest.skip("../shared/data/rems is not here")
    return path.read_bytes()


@pytest.mark.parametrize("origin", ["fake", "recorded"])
def test_entitlements_have_the_recorded_shape(desk: Desk, origin: str) -> None:
    desk.rems.approve(12, ["urn:nbn:fi:lb-201403262"], ["alice"])
    found = (
        ask(desk.source, desk.settings, desk.rems)
        if origin == "fake"
        else read_entitlements(recorded("entitlements.json"))
    )

    first = found[0]

    assert (first.resource, first.user.userid) == ("urn:nbn:fi:lb-201403262", "alice")
    assert (first.application, first.end, first.is_active(NOW)) == (12, None, True)


def test_the_fakes_pushes_have_the_fields_of_the_recorded_ones(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])

    pushed = json.loads(desk.rems.entitlement_push(12))[0]
    event = json.loads(desk.rems.event_push(12, "revoked"))

    assert set(pushed) == set(json.loads(recorded("entitlement_push_add_remove.json"))[0])
    missing = set(json.loads(recorded("event_revoked.json"))) - set(event)
    assert missing <= {"application/comment"}


def test_diseases_of_an_application_are_part_of_its_purposes() -> None:
    body = {
        "application/id": 1,
        "application/state": "application.state/approved",
        "application/applicant": {"userid": "ada"},
        "application/duo": {
            "duo/codes": [
                {
                    "id": "DUO:0000007",
                    "restrictions": [{"type": "mondo", "values": [{"id": "MONDO:0018940"}]}],
                }
            ]
        },
    }

    assert read_application(json.dumps(body).encode()).purposes == ("DUO:0000007=MONDO:0018940",)


def test_a_closed_project_is_closed_once(desk: Desk) -> None:
    desk.rems.approve(12, ["urn:c1"], ["ada"])
    desk.reads()
    desk.rems.state(12, "closed")
    desk.rems.approve(13, ["urn:c1"], ["ada"])

    desk.reads()
    desk.reads()

    with desk.database.read() as session:
        assert Status(register.get(session, "a12-rems-test").status) is Status.CLOSED
