"""The log-in against a provider that misbehaves in each way there is."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.web.login import LoginFailed, OpenIdProvider

ISSUER, CLIENT, BACK = (
    "https://op.example.org/",
    "pages",
    "https://exports.example.org/login/callback",
)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Op:
    """An OpenID provider; ``twist`` spoils one thing."""

    def __init__(self, **twist) -> None:
        self.twist = twist
        self.asked: dict[str, str] = {}
        self.form: dict[str, list[str]] = {}
        self.authorization = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if self.twist.get("down") == path:
            raise httpx.ConnectError("down")
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self.metadata())
        if path == "/jwks":
            return httpx.Response(200, json=self.jwks())
        if path == "/token":
            self.form = parse_qs(request.content.decode())
            self.authorization = request.headers["authorization"]
            return httpx.Response(200, json={"access_token": "at", "id_token": self.id_token()})
        assert request.headers["authorization"] == "Bearer at"
        return httpx.Response(
            200, json={"sub": self.twist.get("userinfo_sub", "ada"), "name": "Ada"}
        )

    def metadata(self):
        return {
            "issuer": self.twist.get("issuer", ISSUER),
            "authorization_endpoint": f"{ISSUER}authorize", "token_endpoint": f"{ISSUER}token",
            "jwks_uri": f"{ISSUER}jwks", "userinfo_endpoint": f"{ISSUER}userinfo",
        }  # fmt: skip

    def jwks(self):
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [jwk | {"kid": "k1", "use": "sig", "alg": "RS256"}]}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": CLIENT, "sub": "ada", "iat": now, "exp": now + 300,
            "nonce": self.asked.get("nonce", ""), "acr": "mfa", **self.twist.get("claims", {}),
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.twist.get("alg") == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})
        if self.twist.get("alg") == "HS256":
            return jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "k1"})
        key = self.twist.get("key", KEY)
        return jwt.encode(
            claims, key, algorithm="RS256", headers={"kid": self.twist.get("kid", "k1")}
        )


async def log_in(op: Op, **answer: str):
    provider = OpenIdProvider(ISSUER, CLIENT, "s+e/c", "mfa", httpx.MockTransport(op))
    url, remembered = await provider.begin(BACK)
    op.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    given = {"code": "c1", "state": remembered["state"], **answer}
    claims = await provider.finish(BACK, given, remembered)
    return claims, remembered


async def test_an_answer_that_holds_gives_the_claims():
    op = Op()

    claims, remembered = await log_in(op)

    assert claims == {"sub": "ada", "name": "Ada", "acr": "mfa"}
    challenge = hashlib.sha256(op.form["code_verifier"][0].encode()).digest()
    assert op.asked["code_challenge"] == base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
    assert op.form["code_verifier"] == [remembered["verifier"]]
    assert op.asked["code_challenge_method"] == "S256"
    assert op.asked["redirect_uri"] == BACK
    assert base64.b64decode(op.authorization.split()[1]) == b"pages:s%2Be%2Fc"


@pytest.mark.parametrize(
    "twist",
    [
        {"claims": {"iss": "https://evil.example/"}}, {"claims": {"aud": "hub"}},
        {"claims": {"exp": 1}}, {"claims": {"exp": None}}, {"claims": {"iat": None}},
        {"claims": {"sub": None}}, {"claims": {"nonce": "other"}}, {"claims": {"nonce": None}},
        {"claims": {"azp": "hub"}}, {"claims": {"aud": ["pages", "hub"], "azp": "hub"}},
        {"claims": {"sub": "mallory"}}, {"userinfo_sub": "mallory"}, {"alg": "none"},
        {"alg": "HS256"}, {"key": OTHER}, {"kid": "k2"}, {"issuer": "https://evil.example/"},
    ],
    ids=str,
)  # fmt: skip
async def test_an_answer_that_does_not_hold_logs_nobody_in(twist):
    with pytest.raises(LoginFailed):
        await log_in(Op(**twist))


@pytest.mark.parametrize(
    "answer", [{"state": "other"}, {"state": ""}, {"iss": "https://evil.example/"}, {"state": "é"}]
)
async def test_an_answer_to_another_question_logs_nobody_in(answer):
    with pytest.raises(LoginFailed):
        await log_in(Op(), **answer)


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"]
)
async def test_a_provider_that_does_not_answer_is_said_so(path):
    with pytest.raises(Unavailable):
        await log_in(Op(down=path))


async def test_each_log_in_asks_with_fresh_values():
    first, second = Op(), Op()
    await log_in(first)
    await log_in(second)

    for name in ("state", "nonce", "code_challenge"):
        assert first.asked[name] != second.asked[name]
