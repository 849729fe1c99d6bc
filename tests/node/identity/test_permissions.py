"""Visas straight from REMS: taken like any other, and a silence has its grace."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.grants import live_grants
from gdi_spe.node.identity.login import LoginOutcome, admit, evaluate
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.permissions import fetch_permissions, read_permissions
from gdi_spe.node.settings import Settings
from tests.fakes.rems import FakeRems
from tests.node.identity.conftest import BROKER, EVIL, MEMBERS, SUB

VISA = Path(__file__).parents[4] / "shared" / "data" / "rems" / "visa_decoded.json"


@pytest.fixture
def reading(settings: Settings) -> Settings:
    (source,) = settings.identity.entitlements
    read = source.model_copy(update={"reads_permissions": True})
    identity = settings.identity.model_copy(update={"entitlements": (read,)})
    return settings.model_copy(update={"identity": identity})


@pytest.fixture
def rems(world: Any) -> FakeRems:
    fake = FakeRems()
    fake.permissions = lambda subject: [world.visa()] if subject == SUB else []
    return fake


class Hub:
    """A Hub that logs one person in again and again."""

    def __init__(self, database: Database, settings: Settings, world: Any, rems: FakeRems) -> None:
        self.database, self.settings, self.world, self.rems = database, settings, world, rems

    def logs_in(self, now: datetime, *visas: str, **claims: Any) -> LoginOutcome:
        userinfo = {
            "sub": SUB, "acr": "https://refeds.org/profile/mfa",
            "eduperson_entitlement": [MEMBERS], "ga4gh_passport_v1": list(visas), **claims,
        }  # fmt: skip
        told = (userinfo, BROKER, self.settings, self.world.keys(), now)
        evaluated = evaluate(*told, http_get=self.rems)
        with self.database.write() as session:
            return admit(session, evaluated, self.settings, now)

    def holds(self, now: datetime) -> list[str]:
        with self.database.read() as session:
            return [one.target for one in live_grants(session, username_of(BROKER, SUB), now)]


@pytest.fixture
def hub(database: Database, reading: Settings, world: Any, rems: FakeRems) -> Hub:
    return Hub(database, reading, world, rems)


def test_a_visa_that_only_rems_has_grants(hub: Hub, now: datetime) -> None:
    outcome = hub.logs_in(now)

    assert outcome.admitted
    assert hub.holds(now) == ["D1"]


def test_nobody_asks_where_the_settings_do_not_say_so(
    hub: Hub, settings: Settings, now: datetime
) -> None:
    hub.settings = settings

    assert hub.logs_in(now).code == "no-grant"
    assert hub.rems.asked == []


def test_what_rems_sends_is_verified_like_anything_else(
    hub: Hub, world: Any, now: datetime
) -> None:
    hub.rems.permissions = lambda _: [world.visa(EVIL), world.visa(claims={"sub": "mallory"}), "x"]

    outcome = hub.logs_in(now)

    assert outcome.code == "no-grant"
    codes = {refusal.code for refusal in outcome.refusals}
    assert codes == {"issuer-untrusted", "subject", "visa-malformed"}


def test_a_visa_that_both_send_counts_once(hub: Hub, world: Any, now: datetime) -> None:
    visa = world.visa()
    hub.rems.permissions = lambda _: [visa]

    outcome = hub.logs_in(now, visa, "broken")

    assert [refusal.visa for refusal in outcome.refusals] == [1]


def test_a_visa_that_rems_signs_no_longer_ends_its_grant(hub: Hub, now: datetime) -> None:
    hub.logs_in(now)
    hub.rems.permissions = lambda _: []

    hub.logs_in(now + timedelta(minutes=5))

    assert hub.holds(now + timedelta(minutes=5)) == []


def test_an_outage_of_rems_makes_nothing_and_ends_nothing_within_the_grace(
    hub: Hub, now: datetime
) -> None:
    hub.rems.is_down = True
    assert hub.logs_in(now).code == "no-grant"
    hub.rems.is_down = False
    hub.logs_in(now)
    hub.rems.is_down = True

    hub.logs_in(now + timedelta(minutes=59))
    held = hub.holds(now + timedelta(minutes=59))
    hub.logs_in(now + timedelta(minutes=60))

    assert held == ["D1"]
    assert hub.holds(now + timedelta(minutes=60)) == []


def test_every_subject_of_the_person_is_asked_about(hub: Hub, world: Any, now: datetime) -> None:
    hub.logs_in(now, elixir_id="ada/x@elixir-europe.org")

    assert [url.partition("/api/")[2] for url in hub.rems.asked] == [
        "permissions/28f7bc3a2d32a4a7%40lifescience-ri.eu?expired=false",
        "permissions/ada%2Fx%40elixir-europe.org?expired=false",
    ]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"ga4gh_passport_v1": "x"}', b'{"ga4gh_passport_v1": [1]}',
             b'{"ga4gh_passport_v1": [null]}', b"\xff"],
)  # fmt: skip
def test_an_odd_answer_is_no_answer(body: bytes) -> None:
    with pytest.raises(Unavailable):
        read_permissions(body)


def test_an_odd_answer_is_a_silence(reading: Settings) -> None:
    found = fetch_permissions(reading, [SUB], lambda url, headers=None: b"{}")

    assert (found.visas, found.silent) == ((), {"https://dac.test/dacs/1"})
    assert found.joined(None) is None


def test_the_fakes_visas_have_the_claims_of_a_recorded_one(world: Any, rems: FakeRems) -> None:
    if not VISA.exists():
        pytest.skip("../shared/data/rems is not here")
    recorded = json.loads(VISA.read_text())
    visa = world.visa()
    rems.permissions = lambda _: [visa]
    headers = {"x-rems-api-key": "secret", "x-rems-user-id": "gdi-spe"}

    (said,) = read_permissions(rems(f"{rems.url}api/permissions/{SUB}", headers))

    assert said == visa
    assert set(recorded["header"]) == {"jku", "typ", "kid", "alg"}
    assert set(recorded["payload"]["ga4gh_visa_v1"]) == {
        "type", "asserted", "value", "source", "by",
    }  # fmt: skip
