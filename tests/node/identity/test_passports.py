"""A passport by token exchange: taken where the settings say so, and checked as a whole."""

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.grants import live_grants
from gdi_spe.node.identity.keys import FixedKeys, KeysUnavailable, key_source_for
from gdi_spe.node.identity.login import LoginOutcome, login
from gdi_spe.node.settings import Settings

NOW = 1_800_000_000
BROKER, REMS, EVIL = (f"https://idp.test/{name}/" for name in ("oidc", "rems", "evil"))
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
MEMBERS = "urn:geant:gdi.test:group:spe#gdi.test"
USERINFO = {
    "sub": SUB,
    "acr": "https://refeds.org/profile/mfa",
    "eduperson_entitlement": [MEMBERS],
}


@pytest.fixture
def exchanging(settings: Settings) -> Settings:
    told = {"passport_flow": "exchange", "passport_jku": f"{BROKER}jwk"}
    whole = settings.model_dump()
    return Settings.model_validate({**whole, "identity": {**whole["identity"], **told}})


def passport(world: Any, *visas: str, signer: str = BROKER, **changed: Any) -> str:
    """Sign a passport; `header` and `drop` as told, everything else is a claim."""
    header = {"typ": "vnd.ga4gh.passport+jwt", "alg": "RS256", "kid": "k1"}
    header |= changed.pop("header", {})
    drop = changed.pop("drop", ())
    claims = {"iss": BROKER, "sub": SUB, "iat": NOW - 9, "exp": NOW + 900, "jti": "1"}
    claims |= {"ga4gh_passport_v1": list(visas), **changed}
    signed: str = world.issuers[signer].sign(
        {k: v for k, v in header.items() if k not in drop},
        {k: v for k, v in claims.items() if k not in drop},
    )
    return signed


def log_in(
    database: Database, settings: Settings, keys: Any, exchanged: str | None, now: datetime
) -> LoginOutcome:
    with database.write() as session:
        return login(session, USERINFO, BROKER, settings, keys, now, exchanged)


def test_a_passport_by_exchange_is_taken_where_the_settings_say_so(
    database: Database, exchanging: Settings, settings: Settings, world: Any, now: datetime
) -> None:
    exchanged = passport(world, world.visa(), aud=["x", "hub"])

    outcome = log_in(database, exchanging, world.keys(), exchanged, now)
    otherwise = log_in(database, settings, world.keys(), exchanged, now)

    assert [grant.target for grant in outcome.grants] == ["D1"]
    assert otherwise.code == "no-grant"


def test_the_claim_of_the_userinfo_is_not_looked_at_then(
    database: Database, exchanging: Settings, world: Any, now: datetime
) -> None:
    userinfo = {**USERINFO, "ga4gh_passport_v1": [world.visa()]}

    with database.write() as session:
        outcome = login(session, userinfo, BROKER, exchanging, world.keys(), now, passport(world))

    assert outcome.code == "no-grant"


def test_a_visa_in_a_good_passport_is_still_judged(
    database: Database, exchanging: Settings, world: Any, now: datetime
) -> None:
    exchanged = passport(world, world.visa(EVIL))

    outcome = log_in(database, exchanging, world.keys(), exchanged, now)

    assert [refusal.code for refusal in outcome.refusals] == ["issuer-untrusted"]


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "a visa's type": ("passport-type-of-token", {"header": {"typ": "vnd.ga4gh.visa+jwt"}}),
    "plain JWT": ("passport-type-of-token", {"header": {"typ": "JWT"}}),
    "no type": ("passport-type-of-token", {"drop": ("typ",)}),
    "another issuer": ("passport-untrusted", {"iss": REMS, "signer": REMS}),
    "an issuer's name in capitals": ("passport-untrusted", {"iss": BROKER.upper()}),
    "keys of its own": ("passport-untrusted", {"header": {"jku": f"{EVIL}jwk"}, "signer": EVIL}),
    "a key in its header": ("passport-header-refused", {"header": {"jwk": {}}}),
    "a stranger's signature": ("passport-bad-signature", {"signer": EVIL}),
    "alg none": ("passport-algorithm-refused", {"header": {"alg": "none"}}),
    "no kid": ("passport-claim-missing", {"drop": ("kid",)}),
    "an unknown kid": ("passport-key-unknown", {"header": {"kid": "k9"}}),
    "another person": ("passport-subject", {"sub": "mallory"}),
    "another client": ("passport-audience", {"aud": "other"}),
    "no client at all": ("passport-audience", {"aud": []}),
    "expired": ("passport-expired", {"exp": NOW}),
    "not valid yet": ("passport-not-yet-valid", {"iat": NOW + 31}),
    **{
        f"no {name}": ("passport-claim-missing", {"drop": (name,)})
        for name in ("iss", "sub", "iat", "exp")
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_passport_that_fails_a_check_ends_the_log_in(
    database: Database, exchanging: Settings, world: Any, now: datetime, name: str
) -> None:
    code, changed = WRONG[name]
    keys = world.keys()

    outcome = log_in(database, exchanging, keys, passport(world, world.visa(), **changed), now)

    assert (outcome.admitted, outcome.code, outcome.username) == (False, code, "")
    assert set(keys.asked) <= {f"{BROKER}jwk"}


@pytest.mark.parametrize("exchanged", [None, "", "x", "a.b.c", "e30.e30.e30"])
def test_no_passport_is_no_log_in(
    database: Database, exchanging: Settings, world: Any, now: datetime, exchanged: str | None
) -> None:
    outcome = log_in(database, exchanging, world.keys(), exchanged, now)

    assert not outcome.admitted


def test_a_passport_without_visas_grants_nothing_and_ends_what_was(
    database: Database, exchanging: Settings, world: Any, now: datetime
) -> None:
    first = log_in(database, exchanging, world.keys(), passport(world, world.visa()), now)

    log_in(database, exchanging, world.keys(), passport(world), now)

    with database.read() as session:
        assert live_grants(session, first.username, now) == ()


def test_a_silent_log_in_service_is_no_answer_and_ends_nothing(
    database: Database, exchanging: Settings, world: Any, now: datetime
) -> None:
    exchanged = passport(world, world.visa())
    first = log_in(database, exchanging, world.keys(), exchanged, now)

    with pytest.raises(KeysUnavailable):
        log_in(database, exchanging, FixedKeys({}), exchanged, now)

    with database.read() as session:
        assert len(live_grants(session, first.username, now)) == 1


def test_neither_passport_nor_token_is_recorded(
    database: Database, exchanging: Settings, world: Any, now: datetime
) -> None:
    visa = world.visa()
    log_in(database, exchanging, world.keys(), passport(world, visa), now)

    with database.read() as session:
        kept = json.dumps([vars(row) for row in session.scalars(select(AuditEvent))], default=str)

    assert visa.rpartition(".")[2] not in kept
    assert SUB not in kept


def test_the_keys_of_passports_are_asked_only_where_the_settings_say_so(
    settings: Settings, exchanging: Settings
) -> None:
    assert key_source_for(settings)._trusted == {f"{BROKER}jwk", f"{REMS}jwk"}
    assert f"{BROKER}jwk" in key_source_for(exchanging)._trusted


@pytest.mark.parametrize("told", [{"passport_flow": "exchange"}, {"passport_jku": f"{BROKER}jwk"}])
def test_half_a_configuration_is_none(settings: Settings, told: dict[str, str]) -> None:
    whole = settings.model_dump()

    with pytest.raises(ValueError, match="passport_jku"):
        Settings.model_validate({**whole, "identity": {**whole["identity"], **told}})
