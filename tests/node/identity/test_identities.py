"""The identities of one person are one set: the subject, other claims of it, and links."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.grants import end_login, live_grants
from gdi_spe.node.identity.identities import people_of, subjects_of
from gdi_spe.node.identity.login import LoginOutcome, login
from gdi_spe.node.identity.people import find_person, username_of
from gdi_spe.node.settings import Settings

NOW = 1_800_000_000
BROKER, REMS = "https://idp.test/oidc/", "https://idp.test/rems/"
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
ELIXIR = "28f7bc3a@elixir-europe.org"


def log_in(
    database: Database, settings: Settings, world: Any, now: datetime, *visas: str, **claims: Any
) -> LoginOutcome:
    userinfo = {
        "sub": SUB,
        "acr": "https://refeds.org/profile/mfa",
        "eduperson_entitlement": ["urn:geant:gdi.test:group:spe#gdi.test"],
        "ga4gh_passport_v1": list(visas),
        **claims,
    }
    with database.write() as session:
        return login(session, userinfo, BROKER, settings, world.keys(), now)


@pytest.mark.parametrize("name", ["elixir_id", "elixir-id", "voperson_id", "voperson-id"])
def test_a_visa_about_another_subject_of_the_same_person_counts(
    database: Database, settings: Settings, world: Any, now: datetime, name: str
) -> None:
    visa = world.visa(claims={"sub": ELIXIR})

    outcome = log_in(database, settings, world, now, visa, **{name: ELIXIR})

    assert [grant.target for grant in outcome.grants] == ["D1"]
    with database.read() as session:
        assert subjects_of(session, outcome.username, now) == {SUB, ELIXIR}
        assert find_person(session, ELIXIR).person == outcome.username
        assert people_of(session, ELIXIR, REMS, now) == outcome.username


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": ELIXIR},
        {"elixir_id": [ELIXIR]},
        {"elixir_id": ELIXIR.upper()},
        {"elixir_id": ELIXIR + "\n"},
        {"elixir_id": None},
        {"email": ELIXIR},
    ],
)
def test_what_is_no_claim_of_a_subject_does_not(
    database: Database, settings: Settings, world: Any, now: datetime, claims: dict[str, Any]
) -> None:
    outcome = log_in(database, settings, world, now, world.visa(claims={"sub": ELIXIR}), **claims)

    assert [refusal.code for refusal in outcome.refusals] == ["subject"]


def test_a_linked_identity_belongs_to_the_set_for_as_long_as_its_link(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    link = world.link(f"local-7,{quote(REMS, safe='')}", claims={"exp": NOW + 60})

    outcome = log_in(database, settings, world, now, world.visa(claims={"sub": "local-7"}), link)

    with database.read() as session:
        assert people_of(session, "local-7", REMS, now) == outcome.username
        assert people_of(session, "local-7", REMS, now + timedelta(seconds=60)) is None
        assert people_of(session, "local-7", BROKER, now) is None


def test_an_identity_that_is_no_longer_named_is_forgotten(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    log_in(database, settings, world, now, world.visa(), elixir_id=ELIXIR)

    outcome = log_in(database, settings, world, now, world.visa())

    with database.read() as session:
        assert subjects_of(session, outcome.username, now) == {SUB}


def test_an_identity_of_somebody_else_is_not_taken_over(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    first = log_in(database, settings, world, now, world.visa(), elixir_id=ELIXIR)

    log_in(database, settings, world, now, sub="mallory", elixir_id=ELIXIR)
    log_in(database, settings, world, now, sub="mallory", elixir_id=SUB)

    with database.read() as session:
        assert people_of(session, ELIXIR, REMS, now) == first.username
        assert people_of(session, SUB, BROKER, now) == first.username
        assert people_of(session, "mallory", BROKER, now) == username_of(BROKER, "mallory")
        kinds = list(session.scalars(select(AuditEvent.kind)))
    assert "identity.conflict" in kinds


def test_who_logs_in_as_an_identity_has_it_whatever_links_said(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    log_in(database, settings, world, now, world.visa(), elixir_id="ada")

    ada = log_in(database, settings, world, now, sub="ada")

    with database.read() as session:
        assert people_of(session, "ada", BROKER, now) == username_of(BROKER, "ada")
    assert not ada.admitted


def test_a_log_in_that_is_no_longer_confirmed_ends_what_it_brought_until_the_next(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    visa = world.visa()
    person = log_in(database, settings, world, now, visa).username

    with database.write() as session:
        assert end_login(session, person, "token-refused", now) == 1
        assert live_grants(session, person, now) == ()

    assert len(log_in(database, settings, world, now, visa).grants) == 1
