"""Log in by OpenID Connect, as a client of our own: a compromised Hub is no reviewer.

Code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636), from the provider's
discovery document. The id_token's signature, issuer, audience, times and nonce are verified, and
its subject must be that of the userinfo.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx

from gdi_spe.boundary.errors import Refused, Unavailable
from gdi_spe.node.identity.id_tokens import IdTokenRefused, read_id_token

# Who the person is and which groups they are in; visas are not this client's business.
SCOPES = "openid profile eduperson_entitlement"


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

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        acr: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self._acr, self._transport = acr, transport

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Make the request with fresh state, nonce and PKCE verifier."""
        async with self._http() as http:
            metadata = await self._metadata(http)
        remembered = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
        digest = hashlib.sha256(remembered["verifier"].encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": remembered["state"],
            "nonce": remembered["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "acr_values": self._acr,
        }
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", remembered

    async def finish(
        self, redirect_uri: str, answer: dict[str, str], remembered: dict[str, str]
    ) -> dict[str, Any]:
        """Exchange the code, verify the id_token, and fetch the userinfo."""
        state = remembered.get("state", "")
        # TRUST: an answer that this browser did not ask for logs nobody in.
        if not state or not secrets.compare_digest(
            answer.get("state", "").encode(), state.encode()
        ):
            raise LoginFailed
        # TRUST: RFC 9207: a provider that names itself in the answer must be the right one.
        if "code" not in answer or answer.get("iss", self._issuer) != self._issuer:
            raise LoginFailed
        try:
            async with self._http() as http:
                return await self._claims(http, redirect_uri, answer["code"], remembered)
        except httpx.TransportError:
            raise Unavailable from None
        except (httpx.HTTPError, IdTokenRefused, ValueError, KeyError, TypeError) as error:
            raise LoginFailed from error

    async def _claims(
        self, http: httpx.AsyncClient, redirect_uri: str, code: str, remembered: dict[str, str]
    ) -> dict[str, Any]:
        metadata = await self._metadata(http)
        token = await self._exchange(http, metadata, redirect_uri, code, remembered["verifier"])
        keys = await _json(http, metadata["jwks_uri"])
        id_token = read_id_token(
            token["id_token"], keys, self._issuer, self._client_id, remembered["nonce"]
        )
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        userinfo = await _json(http, metadata["userinfo_endpoint"], bearer)
        # TRUST: OIDC Core 5.3.2: a userinfo of another subject must not be used.
        if userinfo.get("sub") != id_token["sub"]:
            raise LoginFailed
        # How somebody was authenticated is a fact of this log-in: the id_token's word stands.
        return userinfo | {name: id_token[name] for name in ("acr",) if name in id_token}

    async def _exchange(
        self,
        http: httpx.AsyncClient,
        metadata: dict[str, Any],
        redirect_uri: str,
        code: str,
        verifier: str,
    ) -> dict[str, Any]:
        # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        basic = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._secret, safe=""))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        reply = await http.post(metadata["token_endpoint"], data=form, auth=basic)
        token: dict[str, Any] = reply.raise_for_status().json()
        return token

    async def _metadata(self, http: httpx.AsyncClient) -> dict[str, Any]:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = await _json(http, url)
        except (httpx.HTTPError, ValueError):
            raise Unavailable from None
        # TRUST: the document must be about the provider that the settings name.
        if metadata.get("issuer") != self._issuer:
            raise LoginFailed
        return metadata

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=10, trust_env=False, transport=self._transport)


async def _json(
    http: httpx.AsyncClient, url: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = (await http.get(url, headers=headers)).raise_for_status().json()
    if not isinstance(answer, dict):
        raise ValueError("not a JSON object")
    return answer
