"""An identity provider for development: ``python -m gdi_spe.demo.stand_ins.identity_provider``.

It speaks the shapes of Life Science Login: discovery, the code flow with PKCE, refresh tokens,
and a userinfo with groups, the level of authentication and the GA4GH passport, which it asks of
the access committee at that very moment. Anybody may log in as anybody of the cast: it exists
for people who try the product out, and a node in production refuses its address.

Built on ``oidc-provider-mock``, which leaves out PKCE, clients' secrets, claims by scope, and
names for its one key; they are added here around its endpoints. With the admin key,
``POST /keys/rotate`` makes it sign with a new key, ``POST /keys/forget`` takes the others out, and
``POST /users/{sub}/spend-access-tokens`` lets a person's access tokens run out.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import flask
import httpx
from jinja2 import ChoiceLoader, DictLoader, PackageLoader
from werkzeug.serving import make_server

from gdi_spe.boundary.errors import SpeError
from gdi_spe.demo.stand_ins import providers
from gdi_spe.demo.stand_ins.cast import BY_SUB, CAST
from gdi_spe.demo.stand_ins.providers import Providers
from gdi_spe.demo.stand_ins.signing_keys import SigningKeys

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # authlib's notices to the mock's authors
    from oidc_provider_mock import User, init_app
    from oidc_provider_mock._storage import Client, ClientAllowAny, storage

PASSPORT = "ga4gh_passport_v1"
# Claims that are told only to who asked for their scope.
_BY_SCOPE = {
    "eduperson_entitlement": ("eduperson_entitlement",),
    "eduperson_scoped_affiliation": ("eduperson_scoped_affiliation",),
    "voperson_external_affiliation": ("voperson_external_affiliation",),
    "schac_home_organization": ("schac_home_organization",),
    "authenticating_entity": ("authenticating_entity",),
    "country": ("country",),
}
SCOPES = ("openid", "profile", "email", "offline_access", PASSPORT, *_BY_SCOPE)

_LOGIN_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Development log-in</title>
<style>
 body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
 .warning{border:2px solid #b45309;background:#fffbeb;padding:.75rem 1rem}
 ul{list-style:none;padding:0} li{margin:.5rem 0}
 button{font:inherit;padding:.4rem .8rem;cursor:pointer}
 input{font:inherit;padding:.4rem;width:20rem}
</style></head><body>
<h1>Log in</h1>
<p class="warning" role="note">Development identity provider: it stands for Life Science Login and
asks for no password. No real person, no real data.</p>
<form method="post"><label for="sub">Subject</label>
<input id="sub" name="sub" required autocomplete="off" autofocus>
<button type="submit">Log in</button></form>
<h2 id="cast">Or as one of the cast</h2>
<form method="post" aria-labelledby="cast"><ul>
{% for member in cast %}<li><button type="submit" name="sub" value="{{ member.sub }}">
{{- member.name }}</button> {{ member.about }}</li>
{% endfor %}</ul></form>
<form method="post"><button type="submit" name="action" value="deny">Cancel</button></form>
<p>You go on to {{ redirect_uri }}</p></body></html>"""
_ERROR_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Log-in refused</title></head>
<body><h1>{{ name }}</h1><p>{{ description }}</p></body></html>"""
_HEADERS = {
    "Cache-Control": "no-cache, no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # No form-action: browsers would apply it to the redirect back to the client.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    ),
}

# Asks the access committee for the visas of a subject.
Passport = Callable[[str], list[str]]


@dataclass
class _Challenges:
    """The PKCE challenge that each authorization code was asked with."""

    by_code: dict[str, str] = field(default_factory=dict)

    def remember(self, location: str) -> None:
        code = parse_qs(urlsplit(location).query).get("code", [""])[0]
        if code:
            self.by_code[code] = flask.request.args["code_challenge"]

    def holds(self, code: str, verifier: str) -> bool:
        challenge = self.by_code.pop(code, "")
        digest = hashlib.sha256(verifier.encode()).digest()
        given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return bool(challenge) and hmac.compare_digest(given, challenge)


def application(known: Providers, passport: Passport) -> flask.Flask:
    """Return the provider as a WSGI application."""
    app = flask.Flask("gdi_spe_development_identity_provider")
    app.jinja_env.loader = ChoiceLoader(
        [
            DictLoader({"authorization_form.html": _LOGIN_PAGE, "error.html": _ERROR_PAGE}),
            PackageLoader("oidc_provider_mock"),
        ]
    )
    plain = app.wsgi_app
    init_app(app, require_client_registration=True)
    # The mock turns a debugger on that shows its source to whoever meets an error.
    app.debug, app.wsgi_app = False, plain  # type: ignore[method-assign]
    app.jinja_env.globals["cast"] = CAST
    clients = [_client(each) for each in known.clients]
    challenges, keys = _Challenges(), SigningKeys()

    @app.post("/keys/rotate")
    def _rotate() -> flask.typing.ResponseReturnValue:
        return {"kid": keys.rotate()}

    @app.post("/keys/forget")
    def _forget() -> flask.typing.ResponseReturnValue:
        return {"kids": keys.forget_old()}

    @app.post("/users/<sub>/spend-access-tokens")
    def _spend(sub: str) -> flask.typing.ResponseReturnValue:
        for token in [each for each in storage.access_tokens() if each.user_id == sub]:
            storage.remove_access_token(token.token)
        return "", 204

    @app.before_request
    def _before() -> flask.typing.ResponseReturnValue | None:
        for client in clients:
            storage.store_client(client)
        return _refusal(known, challenges)

    @app.after_request
    def _after(response: flask.Response) -> flask.Response:
        path, method = flask.request.path, flask.request.method
        response.headers.update(_HEADERS)
        if path == "/oauth2/authorize" and method == "POST" and "Location" in response.headers:
            challenges.remember(response.headers["Location"])
        if path == "/.well-known/openid-configuration":
            response.set_data(flask.json.dumps(_discovery(response.get_json()), indent=1))
        if path == "/jwks":
            response.set_data(flask.json.dumps(keys.key_set()))
        if path == "/oauth2/token" and "id_token" in (
            tokens := response.get_json(silent=True) or {}
        ):
            tokens["id_token"] = keys.signed_anew(tokens["id_token"])
            response.set_data(flask.json.dumps(tokens))
        if path == "/userinfo" and response.status_code == 200:
            return _told(response, passport)
        return response

    return app


def _client(client: providers.Client) -> Any:
    return Client(
        id=client.id,
        secret=client.secret,
        redirect_uris=list(client.redirect_uris),
        allowed_scopes=list(SCOPES),
        token_endpoint_auth_method=ClientAllowAny(),
    )


def _refusal(known: Providers, challenges: _Challenges) -> flask.typing.ResponseReturnValue | None:
    """Say why this request goes no further, or None."""
    request = flask.request
    if request.path == "/oauth2/authorize":
        return _refuse_authorization()
    if request.path == "/oauth2/token" and request.form.get("grant_type") == "authorization_code":
        verifier = request.form.get("code_verifier", "")
        if not challenges.holds(request.form.get("code", ""), verifier):
            return {"error": "invalid_grant", "error_description": "PKCE does not hold"}, 400
    if request.path == "/oauth2/clients" or request.path.startswith(("/users/", "/keys/")):
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {known.admin_key}".encode()):
            return {"error": "not_found"}, 404
    return None


def _refuse_authorization() -> flask.typing.ResponseReturnValue | None:
    asked = flask.request.args
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return _page("PKCE is missing", "This provider asks for PKCE with S256."), 400
    sub = flask.request.form.get("sub")
    if sub is None:
        return None
    if sub not in BY_SUB:
        return _page("Unknown subject", f"Nobody of the cast is {sub!r}."), 403
    claims: dict[str, object] = BY_SUB[sub].claims() | {"auth_time": int(time.time())}
    if (changed := storage.get_user(sub)) is not None:
        claims = changed.claims | {"auth_time": claims["auth_time"]}
    storage.store_user(User(sub=sub, claims=claims))
    return None


def _page(name: str, description: str) -> str:
    return flask.render_template("error.html", name=name, description=description)


def _discovery(document: dict[str, Any]) -> dict[str, Any]:
    return document | {
        "scopes_supported": list(SCOPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "name", "email", "acr", "auth_time", PASSPORT, *_BY_SCOPE],
        "acr_values_supported": ["https://refeds.org/profile/mfa"],
        # Whoever reads this can tell that it is no real provider.
        "gdi_spe_development_only": True,
    }


def _told(response: flask.Response, passport: Passport) -> flask.Response:
    """Keep to the claims of the token's scopes, and add the passport as it is now."""
    token = storage.get_access_token(
        flask.request.headers.get("Authorization", "").partition(" ")[2]
    )
    scopes = set(token.scope.split()) if token else set()
    hidden = {
        claim for scope, claims in _BY_SCOPE.items() if scope not in scopes for claim in claims
    }
    claims = {name: value for name, value in response.get_json().items() if name not in hidden}
    if PASSPORT in scopes:
        try:
            claims[PASSPORT] = passport(claims["sub"])
        except (httpx.HTTPError, ValueError, KeyError):
            # A committee that does not answer must not look like one that withdrew.
            response.status_code = 503
            claims = {"error": "temporarily_unavailable"}
    response.set_data(flask.json.dumps(claims))
    return response


def passport_of(known: Providers) -> Passport:
    """Return a function that asks the access committee, each time anew."""
    headers = {"x-rems-api-key": known.api_key, "x-rems-user-id": "broker"}

    def ask(sub: str) -> list[str]:
        url = f"{known.committee}api/permissions/{quote(sub, safe='')}?expired=false"
        answer = httpx.get(url, headers=headers, timeout=5).raise_for_status()
        visas: list[str] = answer.json()[PASSPORT]
        return visas

    return ask


def main(arguments: list[str] | None = None) -> int:
    """Run the provider until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m gdi_spe.demo.stand_ins.identity_provider")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        known = providers.load(chosen.state)
    except SpeError as error:
        print(f"identity provider: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)
    server = make_server(
        "127.0.0.1", chosen.port, application(known, passport_of(known)), threaded=True
    )
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
