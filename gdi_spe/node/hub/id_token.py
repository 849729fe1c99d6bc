"""Ask with a nonce and believe an id_token only when it holds; JupyterHub's own does neither.

OpenID Connect Core 1.0, 3.1.2.1 and 3.1.3.7; RFC 7636 for the verifier that the nonce comes from.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthLoginHandler, OAuthLogoutHandler
from tornado import web
from tornado.httpclient import HTTPClientError
from traitlets import Unicode

from gdi_spe.node.identity.id_tokens import IdTokenRefused, read_id_token

# What an id_token said, among the tokens; JupyterHub keeps nothing else of it.
SAID = "gdi_spe_said"
TRY_AGAIN = "The node cannot check your log-in now. Please try again in a few minutes."


class LoginRefused(web.HTTPError):
    """The node said no; the page shows the node's own words."""

    def __init__(self, message: str, status_code: int = 403) -> None:
        super().__init__(status_code, message)
        self.jupyterhub_message = message


class LoginUnavailable(LoginRefused):
    """Nobody could say whether this person may come in, so they may not."""

    def __init__(self) -> None:
        super().__init__(TRY_AGAIN, 503)


def nonce_of(verifier: str) -> str:
    """Return the nonce of a log-in: as secret as its verifier, which this browser alone holds."""
    digest = hashlib.sha256(b"nonce of " + verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class LoginHandler(OAuthLoginHandler):  # type: ignore[misc]  # untyped base
    """Sends the browser to the provider, with a nonce."""

    def _generate_pkce_params(self) -> tuple[str, str]:
        verifier, challenge = super()._generate_pkce_params()
        self._nonce = nonce_of(verifier)
        return verifier, challenge

    def authorize_redirect(self, **named: Any) -> None:
        """Add the nonce to what JupyterHub asks with."""
        named["extra_params"] = {**named.get("extra_params", {}), "nonce": self._nonce}
        super().authorize_redirect(**named)


class LogoutHandler(OAuthLogoutHandler):  # type: ignore[misc]  # untyped base
    """Ends the session here, and says how to end the provider's as well."""

    async def render_logout_page(self) -> None:
        """Show that this session is over; the provider's is another one."""
        html = await self.render_template(
            "logged_out.html",
            end_session_url=self.authenticator.end_session_url,
            login_service=self.authenticator.login_service,
        )
        self.finish(html)


class IdTokenAuthenticator(GenericOAuthenticator):  # type: ignore[misc]  # untyped base
    """A client whose log-ins rest on a verified id_token."""

    issuer = Unicode(help="The provider, as visas and id_tokens name it.").tag(config=True)
    jwks_url = Unicode(help="Where the keys of its id_tokens are.").tag(config=True)
    end_session_url = Unicode(help="Where its own session is ended.").tag(config=True)

    login_handler = LoginHandler
    logout_handler = LogoutHandler

    def build_token_info_request_headers(self) -> dict[str, str]:
        """Send the client's secret in the header alone, as LS AAI asks (client_secret_basic)."""
        headers: dict[str, str] = super().build_token_info_request_headers()
        if self.basic_auth:  # RFC 6749, 2.3.1: both parts are form-encoded before they are joined
            joined = ":".join(quote(part, safe="") for part in (self.client_id, self.client_secret))
            headers["Authorization"] = f"Basic {base64.b64encode(joined.encode()).decode()}"
        return headers

    async def get_token_info(self, handler: Any, params: dict[str, Any]) -> dict[str, Any]:
        """Fetch tokens; those of a log-in or a refresh say who and how by their id_token."""
        tokens: dict[str, Any] = await super().get_token_info(handler, params)
        id_token, kept = tokens.pop("id_token", None), tokens
        # TRUST: only this function writes here, whatever the provider's answer holds.
        kept.pop(SAID, None)
        match params.get("grant_type"):
            case "authorization_code":
                said = await self._read(id_token, nonce_of(str(params["code_verifier"])))
            case "refresh_token" if id_token is not None:
                said = await self._read(id_token, None)
            case _:
                return kept
        return {**kept, SAID: {name: said[name] for name in ("sub", "acr") if name in said}}

    async def _read(self, id_token: object, nonce: str | None) -> dict[str, Any]:
        try:
            # Fetched each time: log-ins are few, and a key that was rotated in is found at once.
            key_set = await self.httpfetch(
                self.jwks_url, "Fetching keys...", validate_cert=self.validate_server_cert
            )
        except (OSError, HTTPClientError, ValueError) as error:
            self.log.error("the provider's keys cannot be had: %s", error)
            raise LoginUnavailable() from None
        try:
            return read_id_token(id_token, key_set, self.issuer, self.client_id, nonce)
        except IdTokenRefused as refusal:
            self.log.warning("an id_token is refused: %s", refusal)
            raise LoginRefused(refusal.public_message) from None


def joined(userinfo: Mapping[str, Any], said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Join a userinfo with what the id_token of the same log-in said."""
    said = said or {}
    # TRUST: OIDC Core 5.3.2: two answers about two people are no answer.
    if "sub" in said and said["sub"] != userinfo.get("sub"):
        raise LoginRefused("The log-in service answered about somebody else.")
    # How somebody was authenticated is a fact of that log-in: the id_token's word stands.
    return dict(userinfo) | ({"acr": said["acr"]} if "acr" in said else {})
