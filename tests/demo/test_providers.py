"""The identity provider and the access committee, as processes, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from gdi_spe.demo.stand_ins.access_committee import CommitteeClient
from gdi_spe.demo.stand_ins.cast import ADA, BEN, CLEO, MULTI_FACTOR, REVIEWERS, ROSA
from gdi_spe.demo.stand_ins.providers import SOURCE, Providers, visa_value
from gdi_spe.node.settings import Settings, VisaIssuer, development_only

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def verified(known: Providers, visa: str) -> dict[str, Any]:
    """Verify a visa with the key that it names in the set that it names."""
    header = jwt.get_unverified_header(visa)
    assert header["jku"] == known.jku
    keys = jwt.PyJWKSet.from_dict(httpx.get(header["jku"]).json())
    claims: dict[str, Any] = jwt.decode(visa, keys[header["kid"]], algorithms=[header["alg"]])
    return claims


def passport(browser: Any, sub: str) -> list[str]:
    told = browser.userinfo(browser.log_in(sub)["access_token"])
    assert told.status_code == 200, told.text
    visas: list[str] = told.json()["ga4gh_passport_v1"]
    return visas


def test_discovery_says_that_it_is_for_development_on_this_machine(browser: Any) -> None:
    document = browser.document

    assert document["gdi_spe_development_only"] is True
    assert document["issuer"] == browser.known.issuer
    assert development_only(document["issuer"]) == "is on this machine"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert {"ga4gh_passport_v1", "eduperson_entitlement"} <= set(document["scopes_supported"])


def test_userinfo_has_the_claims_of_ls_aai(browser: Any) -> None:
    tokens = browser.log_in(ADA.sub)

    told = browser.userinfo(tokens["access_token"])

    claims = told.json()
    assert told.headers["Cache-Control"] == "no-cache, no-store"
    assert claims["sub"] == "ada@lifescience-ri.eu"
    assert claims["acr"] == MULTI_FACTOR
    assert claims["eduperson_entitlement"] == list(ADA.groups)
    assert claims["email"].endswith(".example")
    assert len(claims["ga4gh_passport_v1"]) == 1


def test_userinfo_claims_are_spelled_as_in_ls_aais_sample(browser: Any) -> None:
    sample = DATA / "lsaai" / "userinfo-sample-user.yaml"
    if not sample.exists():
        pytest.skip(f"{sample} is not here")
    lines = sample.read_text().splitlines()
    spelled = {line.partition(":")[0].replace("-", "_") for line in lines if ":" in line}

    claims = browser.userinfo(browser.log_in(ADA.sub)["access_token"]).json()

    ours = set(claims) - {"ga4gh_passport_v1", "auth_time"}
    assert ours <= spelled


def test_id_token_verifies_and_says_when_the_person_logged_in(browser: Any) -> None:
    before = datetime.now(UTC).timestamp()

    tokens = browser.log_in(ROSA.sub, nonce="n-1")

    keys = jwt.PyJWKSet.from_dict(browser.http.get(browser.document["jwks_uri"]).json())
    claims = jwt.decode(
        tokens["id_token"],
        keys[jwt.get_unverified_header(tokens["id_token"])["kid"]],
        algorithms=["RS256"],
        audience=browser.client.id,
        issuer=browser.known.issuer,
    )
    assert claims["nonce"] == "n-1"
    assert before - 2 < claims["auth_time"] < before + 10
    assert "ga4gh_passport_v1" not in claims


def test_keys_rotate_by_the_admin_key_alone(browser: Any) -> None:
    def kids() -> set[str]:
        return {key["kid"] for key in browser.http.get(browser.document["jwks_uri"]).json()["keys"]}

    admin = {"Authorization": f"Bearer {browser.known.admin_key}"}
    before = kids()

    assert browser.http.post("/keys/rotate").status_code == 404
    rotated = browser.http.post("/keys/rotate", headers=admin).json()["kid"]

    assert len(before) >= 2
    assert kids() == before | {rotated}
    signed = browser.log_in(ADA.sub)["id_token"]
    assert jwt.get_unverified_header(signed)["kid"] == rotated
    assert browser.http.post("/keys/forget", headers=admin).json() == {"kids": [rotated]}
    assert kids() == {rotated}


@pytest.mark.parametrize(("member", "algorithm"), [(ADA, "RS256"), (CLEO, "ES256")])
def test_visas_verify_with_the_committees_keys_and_grant_one_cohort(
    browser: Any, member: Any, algorithm: str
) -> None:
    (visa,) = passport(browser, member.sub)

    claims = verified(browser.known, visa)
    assert jwt.get_unverified_header(visa)["alg"] == algorithm
    assert claims["iss"] == browser.known.committee
    assert claims["sub"] == member.sub
    assert claims["exp"] > datetime.now(UTC).timestamp() + 3600
    assert claims["ga4gh_visa_v1"] == {
        "type": "ControlledAccessGrants",
        "value": visa_value(member.cohorts[0]),
        "source": SOURCE,
        "by": "dac",
        "asserted": claims["ga4gh_visa_v1"]["asserted"],
    }


def test_visas_have_the_shape_of_rems(browser: Any) -> None:
    sample = DATA / "rems" / "visa_decoded.json"
    if not sample.exists():
        pytest.skip(f"{sample} is not here")
    shape = json.loads(sample.read_text())

    (visa,) = passport(browser, ADA.sub)

    claims = jwt.decode(visa, options={"verify_signature": False})
    assert jwt.get_unverified_header(visa).keys() == shape["header"].keys()
    assert claims.keys() == shape["payload"].keys()
    assert claims["ga4gh_visa_v1"].keys() == shape["payload"]["ga4gh_visa_v1"].keys()


def test_a_researcher_without_grants_has_an_empty_passport(browser: Any) -> None:
    assert passport(browser, BEN.sub) == []


def test_a_reviewer_is_in_the_reviewers_group_and_no_other(browser: Any) -> None:
    claims = browser.userinfo(browser.log_in(ROSA.sub)["access_token"]).json()

    assert claims["eduperson_entitlement"] == [REVIEWERS]


def test_claims_are_told_only_to_who_asked_for_their_scope(browser: Any) -> None:
    tokens = browser.log_in(ADA.sub, scope="openid profile")

    claims = browser.userinfo(tokens["access_token"]).json()

    assert claims["name"] == ADA.name
    assert not {"email", "eduperson_entitlement", "ga4gh_passport_v1"} & claims.keys()


def test_a_withdrawn_grant_is_gone_from_the_next_userinfo_and_the_entitlements(
    browser: Any, home: tuple[Path, Path, Settings]
) -> None:
    committee = CommitteeClient.of(home[1])
    committee.grant(BEN.sub, "GDI-XX-DATASET-001")
    token = browser.log_in(BEN.sub)["access_token"]
    held = browser.userinfo(token).json()["ga4gh_passport_v1"]

    committee.withdraw(BEN.sub, "GDI-XX-DATASET-001")

    assert len(held) == 1
    assert browser.userinfo(token).json()["ga4gh_passport_v1"] == []
    assert committee.entitlements(BEN.sub) == []


def test_a_grant_that_comes_back_is_in_the_next_passport(
    browser: Any, home: tuple[Path, Path, Settings]
) -> None:
    committee = CommitteeClient.of(home[1])
    for _ in range(2):
        committee.grant(BEN.sub, "GDI-XX-DATASET-002")
        committee.withdraw(BEN.sub, "GDI-XX-DATASET-002")

    committee.grant(BEN.sub, "GDI-XX-DATASET-002")

    assert len(passport(browser, BEN.sub)) == 1
    committee.withdraw(BEN.sub, "GDI-XX-DATASET-002")


def test_a_visa_ends_with_the_grant(browser: Any, home: tuple[Path, Path, Settings]) -> None:
    committee = CommitteeClient.of(home[1])
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    committee.grant(BEN.sub, "GDI-XX-COHORT-002", end=end)

    (visa,) = passport(browser, BEN.sub)

    assert verified(browser.known, visa)["exp"] == end.timestamp()
    committee.withdraw(BEN.sub, "GDI-XX-COHORT-002")


def test_refresh_tokens_bring_a_new_access_token(browser: Any) -> None:
    tokens = browser.log_in(ADA.sub)

    answer = browser.exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    assert answer.status_code == 200, answer.text
    fresh = answer.json()["access_token"]
    assert fresh != tokens["access_token"]
    assert browser.userinfo(fresh).json()["sub"] == ADA.sub
    assert browser.userinfo(tokens["access_token"]).status_code != 200


def test_a_code_is_worth_nothing_without_its_verifier(browser: Any) -> None:
    code = browser.code(ADA.sub)
    redirect_uri = browser.client.redirect_uris[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}

    without = browser.exchange(**form)
    wrong = browser.exchange(**form, code_verifier="x" * 43)
    late = browser.exchange(**form, code_verifier=browser.verifier)

    assert [each.status_code for each in (without, wrong, late)] == [400, 400, 400]


def test_a_code_is_taken_once(browser: Any) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": browser.code(ADA.sub),
        "redirect_uri": browser.client.redirect_uris[0],
        "code_verifier": browser.verifier,
    }

    answers = [browser.exchange(**form).status_code for _ in range(2)]

    assert answers == [200, 400]


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"client_id": "somebody"},
        {"redirect_uri": "http://localhost:1/elsewhere"},
    ],
)
def test_an_authorization_without_pkce_or_of_a_stranger_is_refused(
    browser: Any, changed: dict[str, str | None]
) -> None:
    answer = browser.ask(ADA.sub, **changed)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_nobody_outside_the_cast_can_log_in(browser: Any) -> None:
    answer = browser.ask("mallory@lifescience-ri.eu")

    assert answer.status_code == 403
    assert "Nobody of the cast" in answer.text


def test_a_wrong_client_secret_is_refused(browser: Any) -> None:
    code = browser.code(ADA.sub)

    answer = browser.http.post(
        browser.document["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": browser.client.redirect_uris[0],
            "code_verifier": browser.verifier,
        },
        auth=(browser.client.id, "wrong"),
    )

    assert answer.status_code == 401


def test_the_log_in_form_works_without_script_and_names_the_cast(browser: Any) -> None:
    page = browser.http.get(
        browser.document["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": browser.client.id,
            "redirect_uri": browser.client.redirect_uris[0],
            "scope": "openid",
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        },
    )

    assert "<script" not in page.text
    assert "https://cdn" not in page.text
    assert 'name="sub"' in page.text
    assert ADA.name in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/users/ada@lifescience-ri.eu"), ("POST", "/oauth2/clients")],
)
def test_users_and_clients_are_changed_with_the_admin_key_alone(
    browser: Any, method: str, path: str
) -> None:
    answer = browser.http.request(method, path, json={"eduperson_entitlement": ["everything"]})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/permissions/ada@lifescience-ri.eu"),
        ("GET", "api/entitlements"),
        ("POST", "grants"),
        ("DELETE", "grants"),
    ],
)
@pytest.mark.parametrize("key", ["", "guess"])
def test_the_committee_tells_and_grants_nothing_without_its_key(
    running: Providers, method: str, path: str, key: str
) -> None:
    headers = {"x-rems-api-key": key, "x-rems-user-id": "ada@lifescience-ri.eu"}

    answer = httpx.request(method, running.committee + path, headers=headers)

    assert answer.status_code == 401


def test_the_key_that_reads_cannot_grant(running: Providers) -> None:
    headers = {"x-rems-api-key": running.api_key, "x-rems-user-id": "gdi-spe"}
    body = {"user": BEN.sub, "resource": visa_value("GDI-XX-COHORT-001")}

    answer = httpx.post(f"{running.committee}grants", json=body, headers=headers)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"user": "x"}', b'{"user": 1, "resource": "r"}',
     b'{"user": "x", "resource": "r", "end": "2001-01-01T00:00:00+00:00"}',
     b'{"user": "x", "resource": "r", "end": "2999-01-01T00:00:00"}',
     b'{"user": "x", "resource": "r", "algorithm": "none"}'],
)  # fmt: skip
def test_a_grant_that_makes_no_sense_is_refused(running: Providers, body: bytes) -> None:
    headers = {"x-rems-api-key": running.admin_key, "x-rems-user-id": "secretary"}

    answer = httpx.post(f"{running.committee}grants", content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad-input"


def test_entitlements_have_the_shape_of_rems(running: Providers) -> None:
    sample = DATA / "rems" / "entitlements.json"
    if not sample.exists():
        pytest.skip(f"{sample} is not here")
    shape = json.loads(sample.read_text())[0]
    headers = {"x-rems-api-key": running.api_key, "x-rems-user-id": "gdi-spe"}

    found = httpx.get(
        f"{running.committee}api/entitlements", params={"user": CLEO.sub}, headers=headers
    ).json()

    assert [each["resource"] for each in found] == [visa_value("GDI-XX-COHORT-002")]
    assert found[0].keys() == shape.keys()
    assert found[0]["user"].keys() == shape["user"].keys()
    assert len(found[0]["start"]) == len(shape["start"])


def test_settings_trust_the_committee_for_what_it_signs(
    home: tuple[Path, Path, Settings], known: Providers
) -> None:
    identity = home[2].identity

    assert identity.issuer == known.issuer
    assert identity.visa_issuers == (VisaIssuer(iss=known.committee, jku=known.jku),)
    trusted = {each.id: each.visa_value for each in identity.datasets}
    assert trusted["GDI-XX-COHORT-001"] == visa_value("GDI-XX-COHORT-001")
    assert home[2].secret("hub-client-secret") == known.clients[0].secret
    assert home[2].secret("committee-api-key") == known.api_key


def test_secrets_are_readable_by_their_owner_alone(home: tuple[Path, Path, Settings]) -> None:
    node, state, _ = home

    files = [*(node / "keys").iterdir(), *(state / "committee").iterdir(), state / "providers.json"]

    assert {path.stat().st_mode & 0o077 for path in files} == {0}
