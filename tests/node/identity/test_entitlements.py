import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.entitlements import read_entitlements, reconcile_all
from gdi_spe.node.identity.grants import live_grants
from gdi_spe.node.identity.login import login
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.settings import Settings

BROKER = "https://idp.test/oidc/"
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
VALUE = "https://gdi.test/datasets/D1"
SOURCE = "https://dac.test/dacs/1"
NOW = 1_800_000_000
REMS = Path(__file__).parents[4] / "shared" / "data" / "rems"


class Rems:
    """A committee's system that lists entitlements, or fails."""

    def __init__(self) -> None:
        self.listed: list[dict[str, Any]] = []
        self.body: bytes | None = None
        self.down = False
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def entitle(self, resource: str = VALUE, user: str = SUB, **more: Any) -> None:
        self.listed.append(
            {
                "resource": resource,
                "user": {"userid": user, "email": "x", "name": None},
                "application-id": 12,
                "start": "2020-01-01T00:00:00.000Z",
                "end": None,
                "mail": "x",
                **more,
            }
        )

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        self.asked.append((url, headers or {}))
        if self.down:
            raise Unavailable("down")
        return self.body if self.body is not None else json.dumps(self.listed).encode()


@pytest.fixture
def rems() -> Rems:
    return Rems()


@pytest.fixture
def granted(database: Database, settings: Settings, world: Any, now: datetime) -> None:
    userinfo = {
        "sub": SUB,
        "acr": "https://refeds.org/profile/mfa",
        "eduperson_entitlement": ["urn:geant:gdi.test:group:spe#gdi.test"],
        "ga4gh_passport_v1": [
            world.visa(claims={"exp": NOW + 90_000}),
            world.visa(value="urn:d2", claims={"exp": NOW + 90_000}),
        ],
    }
    with database.write() as session:
        assert login(session, userinfo, BROKER, settings, world.keys(), now).admitted


def live(database: Database, now: datetime) -> dict[str, datetime]:
    with database.read() as session:
        grants = live_grants(session, username_of(BROKER, SUB), now)
        return {one.target: one.until for one in grants}


def events(database: Database, kind: str) -> list[AuditEvent]:
    with database.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.kind == kind)))


@pytest.mark.usefixtures("granted")
def test_a_grant_that_its_source_lists_no_more_ends(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    rems.entitle("urn:d2")

    ended = reconcile_all(database, settings, now, rems)

    assert ended == 1
    assert list(live(database, now)) == ["D2"]
    (event,) = events(database, "grant.ended")
    assert (event.actor, event.resource) == (f"dac:{SOURCE}", "D1")


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    "change",
    [
        {"user": "somebody-else"},
        {"user": SUB.upper()},
        {"resource": VALUE + "/"},
        {"end": "2027-01-15T07:59:59.999Z"},
        {"start": "2027-01-15T08:00:01.000Z"},
    ],
)
def test_only_the_very_entitlement_keeps_a_grant(
    database: Database, settings: Settings, rems: Rems, now: datetime, change: dict[str, Any]
) -> None:
    rems.entitle("urn:d2")
    rems.entitle(**change)

    reconcile_all(database, settings, now, rems)

    assert list(live(database, now)) == ["D2"]


@pytest.mark.usefixtures("granted")
def test_an_end_that_the_source_names_bounds_the_grant(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    end = now + timedelta(minutes=5)
    rems.entitle(end=end.isoformat())
    rems.entitle("urn:d2")

    reconcile_all(database, settings, now, rems)

    assert live(database, now)["D1"] == end
    assert "D1" not in live(database, end)
    assert len(events(database, "grant.bounded")) == 1


@pytest.mark.usefixtures("granted")
def test_an_entitlement_never_lengthens_a_grant(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    rems.entitle(end="2099-01-01T00:00:00.000Z")
    before = live(database, now)["D1"]

    reconcile_all(database, settings, now, rems)

    assert live(database, now)["D1"] == before


def test_an_entitlement_without_a_visa_grants_nothing(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    rems.entitle()

    reconcile_all(database, settings, now, rems)

    assert live(database, now) == {}


@pytest.mark.usefixtures("granted")
def test_silence_closes_grants_after_the_grace_and_an_answer_reopens_them(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    rems.entitle()
    rems.entitle("urn:d2")
    reconcile_all(database, settings, now, rems)
    rems.down = True

    for minutes in (15, 60):
        reconcile_all(database, settings, now + timedelta(minutes=minutes), rems)
    within = live(database, now + timedelta(minutes=60))
    later = now + timedelta(minutes=61)
    for _ in range(2):
        reconcile_all(database, settings, later, rems)
    beyond = live(database, later)
    rems.down = False
    reconcile_all(database, settings, later, rems)

    assert len(within) == 2
    assert beyond == {}
    assert len(live(database, later)) == 2
    assert len(events(database, "grants.source-closed")) == 1
    assert len(events(database, "grants.source-reopened")) == 1


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"null", b"[{}]", b'[{"resource": 1}]',
        b'[{"resource": "r", "user": {}}]',
        b'[{"resource": "r", "user": {"userid": "u"}, "end": "tomorrow"}]',
        b'[{"resource": "r", "user": {"userid": "u"}, "end": "2027-01-01T00:00:00"}]',
        b"<html>",
    ],
)  # fmt: skip
def test_an_answer_that_is_malformed_is_no_answer_and_ends_nothing(
    database: Database, settings: Settings, rems: Rems, now: datetime, body: bytes
) -> None:
    rems.body = body

    assert reconcile_all(database, settings, now, rems) == 0

    assert len(live(database, now)) == 2


@pytest.mark.usefixtures("granted")
def test_without_its_key_a_source_is_silent(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    settings.key_path("rems-key").unlink()

    reconcile_all(database, settings, now, rems)

    assert rems.asked == []
    assert len(live(database, now)) == 2


def test_the_source_is_asked_as_rems_wants_it(
    database: Database, settings: Settings, rems: Rems, now: datetime
) -> None:
    reconcile_all(database, settings, now, rems)

    assert rems.asked == [
        (
            "https://rems.test/api/entitlements?expired=false",
            {"x-rems-api-key": "secret", "x-rems-user-id": "gdi-spe"},
        )
    ]


def test_entitlements_as_rems_sends_them_are_read() -> None:
    path = REMS / "entitlements.json"
    if not path.exists():
        pytest.skip("../shared/data/rems is not here")

    alice, malice = read_entitlements(path.read_bytes())

    assert (alice.resource, alice.user.userid, alice.end) == (
        "urn:nbn:fi:lb-201403262",
        "alice",
        None,
    )
    assert malice.end is not None
