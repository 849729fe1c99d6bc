from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tornado import web
from tornado.httpclient import HTTPClientError

from gdi_spe.node.hub.authenticator import LOGIN, LsAaiAuthenticator
from gdi_spe.node.hub.id_token import (
    SAID,
    LoginHandler,
    LoginRefused,
    LoginUnavailable,
    nonce_of,
)
from gdi_spe.node.hub.polling import Again
from gdi_spe.node.settings import Settings
from tests.node.hub.stand_ins import PERSON, StandIn

USERINFO = {"sub": "ada@lifescience-ri.eu", "acr": "mfa", "ga4gh_passport_v1": ["a.visa.jwt"]}
TOKENS = {"access_token": "at", "refresh_token": "rt", "token_type": "Bearer"}
YES = {
    "username": PERSON,
    "display_name": "Ada",
    "admitted": True,
    "code": "admitted",
    "message": "",
    "roles": ["researcher"],
    "refusals": [],
}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Provider(LsAaiAuthenticator):  # type: ignore[misc]  # untyped base
    """The authenticator with a provider that says what the test wants."""

    def arrange(self, **says: Any) -> Provider:
        self.says: dict[str, Any] = {"userinfo": USERINFO, "tokens": TOKENS, **says}
        self.clock = NOW
        return self

    async def httpfetch(self, url: str, *args: Any, **named: Any) -> Any:
        names = {self.userdata_url: "userinfo", self.jwks_url: "jwks"}
        answer = self.says[names.get(url, "tokens")]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def now(self) -> datetime:
        return self.clock


@pytest.fixture
def provider(settings: Settings) -> Provider:
    return Provider(
        manage_groups=True,
        issuer="https://aai",
        node_socket=str(settings.run_dir / "api" / "hub.sock"),
        grace_seconds=3600,
        userdata_url="https://aai/userinfo",
        jwks_url="https://aai/jwks",
        token_url="https://aai/token",
        client_id="hub",
        client_secret="secret",
        enable_auth_state=True,
    ).arrange()


def user(state: Any, name: str = PERSON) -> Any:
    async def get_auth_state() -> Any:
        return state

    return SimpleNamespace(name=name, get_auth_state=get_auth_state)


async def logged_in(provider: Provider, node: StandIn) -> dict[str, Any]:
    node.answer("/v1/logins", YES)
    model: dict[str, Any] = await provider._token_to_auth_model(TOKENS)
    return model


async def test_whom_the_node_admits_is_let_in(provider: Provider, node: StandIn) -> None:
    model = await logged_in(provider, node)

    assert model["name"] == PERSON
    assert model["groups"] == ["researcher"]
    assert not model["admin"]
    assert await provider.check_allowed(PERSON, model) is True
    assert node.asked == [("POST", "/v1/logins", {"issuer": "https://aai", "userinfo": USERINFO})]


async def test_tokens_are_kept_and_the_passport_is_not(provider: Provider, node: StandIn) -> None:
    provider.says["tokens"] = TOKENS
    model = await logged_in(provider, node)

    kept = str(model["auth_state"])
    assert "'at'" in kept
    assert "'rt'" in kept
    assert "visa" not in kept
    assert "lifescience" not in kept


async def test_whom_the_node_refuses_reads_why(provider: Provider, node: StandIn) -> None:
    why = "Log in with a second factor: 100% of log-ins need one."
    no = {**YES, "admitted": False, "username": "", "message": why, "code": "mfa-missing"}
    node.answer("/v1/logins", no)

    with pytest.raises(LoginRefused) as caught:
        await provider._token_to_auth_model(TOKENS)

    assert caught.value.status_code == 403
    assert caught.value.jupyterhub_message == f"{why} [mfa-missing]"
    assert (caught.value.log_message or "") % () == f"{why} [mfa-missing]"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {}),
        (200, []),
        (200, None),
        (200, "yes"),
        (200, b"<html>admitted</html>"),
        (200, {**YES, "admitted": "true"}),
        (200, {**YES, "admitted": 1}),
        (200, {**YES, "username": "admin"}),
        (200, {**YES, "username": None}),
        (200, {**YES, "username": ""}),
        (200, {"username": PERSON}),
        (403, {"code": "refused", "message": "no"}),
        (500, YES),
        (503, {}),
    ],
)
async def test_an_odd_answer_lets_nobody_in(
    provider: Provider, node: StandIn, status: int, answer: Any
) -> None:
    node.answer("/v1/logins", answer, status)

    with pytest.raises(LoginRefused):
        await provider._token_to_auth_model(TOKENS)


async def test_no_answer_lets_nobody_in(provider: Provider) -> None:
    with pytest.raises(LoginUnavailable) as caught:
        await provider._token_to_auth_model(TOKENS)

    assert caught.value.status_code == 503


@pytest.mark.parametrize(
    "model",
    [
        None,
        {},
        {"auth_state": None},
        {"auth_state": {}},
        {"auth_state": {LOGIN: {"admitted": "yes", "username": PERSON}}},
        {"auth_state": {LOGIN: {"admitted": True, "username": "u-" + "f" * 20}}},
        {"auth_state": {LOGIN: {"admitted": True}}},
        {"admin": True, "auth_state": {}},
    ],
)
async def test_no_model_is_no_admission(provider: Provider, model: Any) -> None:
    assert await provider.check_allowed(PERSON, model) is False


async def test_the_provider_cannot_answer_for_the_node(provider: Provider, node: StandIn) -> None:
    provider.says["userinfo"] = {**USERINFO, LOGIN: {**YES, "username": "u-" + "f" * 20}}

    assert (await logged_in(provider, node))["name"] == PERSON


KEYS = {name: rsa.generate_private_key(65537, 2048) for name in ("k1", "k2", "evil")}
VERIFIER = "v" * 43
CODE = {"grant_type": "authorization_code", "code": "c", "code_verifier": VERIFIER}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "rt"}


def key_set(*names: str) -> dict[str, Any]:
    to_jwk = jwt.algorithms.RSAAlgorithm.to_jwk
    return {"keys": [{**json.loads(to_jwk(KEYS[n].public_key())), "kid": n} for n in names]}


def id_token(kid: str = "k1", signed_with: str = "", **changed: Any) -> str:
    now = datetime.now(UTC).timestamp()
    claims = {
        "iss": "https://aai", "aud": "hub", "sub": USERINFO["sub"], "iat": now, "exp": now + 300,
        "nonce": nonce_of(VERIFIER), "acr": "mfa", **changed,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, KEYS[signed_with or kid], "RS256", headers={"kid": kid})


def says(provider: Provider, token: str | None, *keys: str) -> None:
    tokens = {**TOKENS, "id_token": token} if token is not None else TOKENS
    provider.says.update(tokens=tokens, jwks=key_set(*(keys or ("k1",))))


async def test_an_id_token_that_holds_logs_in(provider: Provider, node: StandIn) -> None:
    node.answer("/v1/logins", YES)
    says(provider, id_token())

    tokens = await provider.get_token_info(None, CODE)
    model = await provider._token_to_auth_model(tokens)

    assert model["name"] == PERSON
    assert "id_token" not in tokens
    assert model["auth_state"]["token_response"][SAID] == {"acr": "mfa"}


@pytest.mark.parametrize(
    "twist",
    [
        {"nonce": nonce_of("another")}, {"nonce": None}, {"nonce": 7}, {"iss": "https://evil"},
        {"iss": "https://aai/"}, {"aud": "web"}, {"aud": ["web"]}, {"aud": ["hub", "web"]},
        {"aud": ["hub", "web"], "azp": "web"}, {"azp": "web"}, {"exp": 1}, {"exp": None},
        {"iat": None}, {"iat": 4_000_000_000}, {"nbf": 4_000_000_000}, {"sub": None},
        {"kid": "k2"}, {"signed_with": "evil"},
    ],
    ids=str,
)  # fmt: skip
async def test_an_id_token_that_does_not_hold_logs_nobody_in(
    provider: Provider, node: StandIn, twist: dict[str, Any]
) -> None:
    says(provider, id_token(**twist))

    with pytest.raises(LoginRefused):
        await provider.get_token_info(None, CODE)

    assert node.asked == []


@pytest.mark.parametrize("token", [None, "", "no.jwt", "a.b.c", 7, "x" * 70_000])
async def test_a_log_in_without_a_readable_id_token_is_none(provider: Provider, token: Any) -> None:
    says(provider, token)

    with pytest.raises(LoginRefused):
        await provider.get_token_info(None, CODE)


async def test_a_key_that_was_rotated_in_is_found_and_one_rotated_out_is_not(
    provider: Provider,
) -> None:
    says(provider, id_token("k2"), "k1", "k2")
    await provider.get_token_info(None, CODE)
    says(provider, id_token("k1"), "k2")

    with pytest.raises(LoginRefused):
        await provider.get_token_info(None, CODE)


@pytest.mark.parametrize("outage", [ConnectionRefusedError(), HTTPClientError(404)], ids=str)
async def test_without_the_providers_keys_nobody_is_let_in(
    provider: Provider, outage: Exception
) -> None:
    says(provider, id_token())
    provider.says["jwks"] = outage

    with pytest.raises(LoginUnavailable):
        await provider.get_token_info(None, CODE)


async def test_a_userinfo_about_somebody_else_is_refused(provider: Provider, node: StandIn) -> None:
    says(provider, id_token(sub="mallory@lifescience-ri.eu"))
    tokens = await provider.get_token_info(None, CODE)

    with pytest.raises(LoginRefused):
        await provider._token_to_auth_model(tokens)

    assert node.asked == []


async def test_the_id_token_says_how_somebody_logged_in(provider: Provider, node: StandIn) -> None:
    node.answer("/v1/logins", YES)
    says(provider, id_token(acr="password"))

    state = (await provider._token_to_auth_model(await provider.get_token_info(None, CODE)))[
        "auth_state"
    ]
    says(provider, None)
    provider.says["userinfo"] = [USERINFO, HTTPClientError(401), USERINFO]
    await provider.refresh_user(user(state))
    await provider.refresh_user(user(state))

    assert [body["userinfo"]["acr"] for _, _, body in node.asked] == ["password"] * 3


async def test_the_provider_cannot_write_what_an_id_token_said(
    provider: Provider, node: StandIn
) -> None:
    node.answer("/v1/logins", YES)
    provider.says["tokens"] = {**TOKENS, SAID: {"acr": "mfa"}}
    provider.says["userinfo"] = {**USERINFO, "acr": "password"}

    await provider._token_to_auth_model(await provider.get_token_info(None, REFRESH))

    assert node.asked[0][2]["userinfo"]["acr"] == "password"


async def test_an_id_token_of_a_refresh_must_hold_too(provider: Provider) -> None:
    says(provider, id_token(nonce=None))
    assert (await provider.get_token_info(None, REFRESH))[SAID]["sub"] == USERINFO["sub"]
    says(provider, id_token(nonce=None, iss="https://evil"))

    with pytest.raises(LoginRefused):
        await provider.get_token_info(None, REFRESH)


def test_the_clients_secret_goes_in_the_header_form_encoded(provider: Provider) -> None:
    provider.basic_auth, provider.client_secret = True, "s+e/c"

    headers = provider.build_token_info_request_headers()

    assert base64.b64decode(headers["Authorization"].split()[1]) == b"hub:s%2Be%2Fc"
    assert "client_secret" not in provider.build_refresh_token_request_params("rt")


def test_the_nonce_belongs_to_the_verifier_and_does_not_tell_it() -> None:
    assert nonce_of("a") != nonce_of("b")
    assert "verifier" not in nonce_of("verifier")
    assert LsAaiAuthenticator.login_handler is LoginHandler


async def test_a_refresh_asks_the_node_again(provider: Provider, node: StandIn) -> None:
    state = (await logged_in(provider, node))["auth_state"]

    model = await provider.refresh_user(user(state))

    assert isinstance(model, dict)
    assert model["name"] == PERSON
    assert len(node.asked) == 2


async def test_a_refusal_at_the_refresh_ends_the_log_in(provider: Provider, node: StandIn) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    node.answer("/v1/logins", {**YES, "admitted": False, "message": "suspended"})

    assert await provider.refresh_user(user(state)) is False


async def test_a_spent_access_token_is_renewed(provider: Provider, node: StandIn) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    provider.says["userinfo"] = [HTTPClientError(401), USERINFO]
    provider.says["tokens"] = {"access_token": "at2", "token_type": "Bearer"}

    model = await provider.refresh_user(user(state))

    assert isinstance(model, dict)
    assert model["auth_state"]["access_token"] == "at2"
    assert model["auth_state"]["refresh_token"] == "rt"


@pytest.mark.parametrize(
    "tokens",
    [HTTPClientError(400), HTTPClientError(401), {"error_description": "revoked"}, {}],
    ids=str,
)
async def test_revoked_tokens_end_the_log_in_at_once(
    provider: Provider, node: StandIn, tokens: Any
) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    provider.says.update(userinfo=HTTPClientError(401), tokens=tokens)

    assert await provider.refresh_user(user(state)) is False


OUTAGES = [
    ConnectionRefusedError(),
    OSError("no route"),
    HTTPClientError(599),
    HTTPClientError(502),
]


@pytest.mark.parametrize("outage", OUTAGES, ids=str)
@pytest.mark.parametrize(("minutes", "stays"), [(64, True), (66, False)])
async def test_an_outage_has_a_grace_and_then_fails_closed(
    provider: Provider, node: StandIn, outage: Exception, minutes: int, stays: bool
) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    provider.says["userinfo"] = outage
    provider.clock = NOW + timedelta(minutes=minutes)

    assert await provider.refresh_user(user(state)) is stays


async def test_an_outage_while_renewing_has_the_same_grace(
    provider: Provider, node: StandIn
) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    provider.says.update(userinfo=HTTPClientError(401), tokens=ConnectionRefusedError())

    assert await provider.refresh_user(user(state)) is True


async def test_an_outage_of_the_node_process_has_the_same_grace(
    provider: Provider, node: StandIn
) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    node.answer("/v1/logins", {}, 503)

    assert await provider.refresh_user(user(state)) is True
    provider.clock = NOW + timedelta(hours=2)
    assert await provider.refresh_user(user(state)) is False


@pytest.mark.parametrize("state", [None, {}])
async def test_without_a_kept_log_in_there_is_none(provider: Provider, state: Any) -> None:
    assert await provider.refresh_user(user(state)) is False


@pytest.mark.parametrize("last", [None, "yesterday", 5, "2026-03-01"])
async def test_a_damaged_time_has_no_grace(provider: Provider, node: StandIn, last: Any) -> None:
    state = (await logged_in(provider, node))["auth_state"]
    provider.says["userinfo"] = ConnectionRefusedError()

    assert await provider.refresh_user(user({**state, "refreshed_at": last})) is False


async def test_another_persons_answer_does_not_refresh(provider: Provider, node: StandIn) -> None:
    state = (await logged_in(provider, node))["auth_state"]

    assert await provider.refresh_user(user(state, "u-" + "f" * 20)) is False


def test_a_refusal_is_an_http_error() -> None:
    assert issubclass(LoginRefused, web.HTTPError)


PASSPORT = {
    "access_token": "a.passport.jwt",
    "issued_token_type": "urn:ga4gh:params:oauth:token-type:passport",
}


async def test_a_passport_by_exchange_is_handed_to_the_node(
    provider: Provider, node: StandIn
) -> None:
    provider.exchanges_passport = True
    provider.says["tokens"] = PASSPORT

    model = await logged_in(provider, node)

    assert node.asked[0][2]["passport"] == "a.passport.jwt"
    assert "passport" not in str(model["auth_state"])


async def test_an_exchange_that_gives_something_else_is_no_log_in(
    provider: Provider, node: StandIn
) -> None:
    provider.exchanges_passport = True
    provider.says["tokens"] = {**PASSPORT, "issued_token_type": "urn:x"}

    with pytest.raises(LoginRefused):
        await logged_in(provider, node)

    assert node.asked == []


async def test_a_token_that_ran_out_and_cannot_be_renewed_is_not_tried(
    provider: Provider, node: StandIn
) -> None:
    node.answer("/v1/logins", YES)
    tokens = {"access_token": "at", "token_type": "Bearer", "expires_in": 600}
    state = (await provider._token_to_auth_model(tokens))["auth_state"]
    provider.says["userinfo"] = HTTPClientError(401)

    before = await provider.ask_again(PERSON, state)
    provider.clock = NOW + timedelta(seconds=600)
    after = await provider.ask_again(PERSON, state)

    assert (before.kind, after.kind) == (Again.TOKEN_REFUSED, Again.SPENT)
    assert await provider.refresh_user(user(state)) is False


async def test_when_a_token_runs_out_is_known_over_refreshes(
    provider: Provider, node: StandIn
) -> None:
    node.answer("/v1/logins", YES)
    tokens = {"access_token": "at", "token_type": "Bearer", "expires_in": 600}
    state = (await provider._token_to_auth_model(tokens))["auth_state"]
    provider.clock = NOW + timedelta(seconds=500)

    again = await provider.refresh_user(user(state))

    assert isinstance(again, dict)
    assert again["auth_state"]["token_response"] == state["token_response"]
