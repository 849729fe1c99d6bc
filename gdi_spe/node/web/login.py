"""Log in by OpenID Connect, as a client of our own: a compromised Hub is no reviewer.

Code flow with PKCE, state and nonce; discovery; the id_token's signature, issuer, audience,
nonce and times are verified by Authlib, and its subject must be that of the userinfo.
"""

from __future__ import annotations

import secrets
import warnings
from typing import Any, Protocol

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Authlib's notices about its own next version
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from authlib.jose import JsonWebKey, JsonWebToken
    from authlib.oidc.core import CodeIDToken

import httpx

from gdi_spe.boundary.errors import Refused, Unavailable

# Who the person is and which groups they are in; visas are not this client's business.
SCOPES = "openid profile eduperson_entitlement"
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]


class LoginFailed(Refused):
    """The log-in service's answer does not hold."""

    code = "login-failed"
    public_message = "The log-in did not work. Please try again."


class Provider(Protocol):
    """What the pages need of a log-in service."""

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Return where to send the browser, and what must be remembered until it is back."""

    async def finish(
        self, redirect_uri: str, answer: dict[str, str], remembered: dict[str, str]
    ) -> dict[str, Any]:
        """Return the claims of who logged in."""


class OpenIdProvider:
    """LS AAI, or another OpenID provider with discovery."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, acr: str) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self._acr = acr

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Make the request with fresh state, nonce and PKCE verifier."""
        metadata = await self._metadata()
        remembered = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
        }
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=remembered["state"],
                nonce=remembered["nonce"],
                code_verifier=remembered["verifier"],
                acr_values=self._acr,
            )
        return url, remembered

    async def finish(
        self, redirect_uri: str, answer: dict[str, str], remembered: dict[str, str]
    ) -> dict[str, Any]:
        """Exchange the code, verify the id_token, and fetch the userinfo."""
        state = remembered.get("state", "")
        # TRUST: an answer that this browser did not ask for logs nobody in.
        if not state or not secrets.compare_digest(answer.get("state", ""), state):
            raise LoginFailed
        if "code" not in answer:
            raise LoginFailed
        metadata = await self._metadata()
        try:
            async with self._client(redirect_uri) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=remembered["verifier"],
                )
                id_token = await self._verified(metadata, token, remembered["nonce"])
                reply = await client.get(metadata["userinfo_endpoint"])
                userinfo: dict[str, Any] = reply.raise_for_status().json()
        except httpx.TransportError:
            raise Unavailable from None
        except (AuthlibBaseError, httpx.HTTPError, ValueError, KeyError) as error:
            raise LoginFailed from error
        # TRUST: OIDC Core 5.3.2: a userinfo of another subject must not be used.
        if not id_token.get("sub") or userinfo.get("sub") != id_token["sub"]:
            raise LoginFailed
        # How the person was authenticated is a fact of this log-in: the id_token's word stands.
        return {**userinfo, **({"acr": id_token["acr"]} if "acr" in id_token else {})}

    def _client(self, redirect_uri: str) -> Any:
        return AsyncOAuth2Client(
            self._client_id, self._secret, scope=SCOPES, redirect_uri=redirect_uri,
            code_challenge_method="S256", timeout=10, trust_env=False,
        )  # fmt: skip

    async def _metadata(self) -> dict[str, Any]:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = await self._fetch(url)
        # TRUST: the document must be about the provider that the settings name.
        if metadata.get("issuer") != self._issuer:
            raise LoginFailed
        return metadata

    async def _verified(
        self, metadata: dict[str, Any], token: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        keys = JsonWebKey.import_key_set(await self._fetch(metadata["jwks_uri"]))
        claims = JsonWebToken(_ALGORITHMS).decode(
            token["id_token"],
            keys,
            claims_cls=CodeIDToken,
            claims_options={
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client_id},
            },
            claims_params={"nonce": nonce, "client_id": self._client_id},
        )
        claims.validate(leeway=30)
        if claims.get("nonce") != nonce:
            raise LoginFailed
        return dict(claims)

    async def _fetch(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                answer: dict[str, Any] = (await client.get(url)).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise Unavailable from None
        return answer
