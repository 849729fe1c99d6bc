"""Every setting of JupyterHub, from the node's settings; ``jupyterhub_config.py`` only calls this.

What is set here decides little: who comes in and what starts is the node process's word. It
takes away what JupyterHub would offer beyond that: tokens made by hand, administrators who see
everybody's server, options, the default server, scripts in pages.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.containers.lockdown import API_VERSION
from gdi_spe.node.hub.authenticator import LsAaiAuthenticator
from gdi_spe.node.hub.pages import CONTENT_SECURITY_POLICY
from gdi_spe.node.hub.spawner import WorkspaceSpawner
from gdi_spe.node.identity.own_keys import made_keys
from gdi_spe.node.settings import Settings, development_only

SCOPES = ["openid", "profile", "email", "offline_access"]
CLAIM_SCOPES = ["eduperson_entitlement", "ga4gh_passport_v1"]
# GA4GH allows one look at a passport an hour; a start always looks again.
REFRESH_SECONDS = 3600
POLL_SECONDS = 5
# All that a researcher may do in the Hub: use, start and stop their own servers.
USER_SCOPES = [
    "access:servers!user",
    "servers!user",
    "read:users:name!user",
    "read:users:groups!user",
    "users:activity!user",
]
SERVER_SCOPES = ["users:activity!user", "access:servers!server", "read:users:name!user"]


class ProviderUnknown(Unavailable):
    """The provider's own description is not there, or is not its own."""

    code = "provider-unknown"
    public_message = "The log-in service does not say where its parts are; log-ins are closed."


@dataclass(frozen=True)
class Endpoints:
    """Where a provider's parts are."""

    authorize: str
    token: str
    userinfo: str
    jwks: str
    # Where the provider's own session is ended (OpenID Connect RP-Initiated Logout 1.0), or "".
    end_session: str = ""


def discover(settings: Settings) -> Endpoints:
    """Read the provider's own description of itself (OpenID Connect Discovery 1.0)."""
    issuer = settings.identity.issuer
    try:
        reply = httpx.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=10)
        return endpoints(settings, reply.raise_for_status().json())
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderUnknown(f"{issuer}: {error}") from None


def endpoints(settings: Settings, described: Mapping[str, Any]) -> Endpoints:
    """Take the endpoints from a provider's description after checking whose it is."""
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    urls = [described.get(name) for name in names]
    if isinstance(end_session := described.get("end_session_endpoint"), str):
        urls.append(end_session)
    # TRUST: section 4.3: the issuer must be the one asked, or anybody could answer for it.
    if described.get("issuer", "").rstrip("/") != settings.identity.issuer.rstrip("/"):
        raise ProviderUnknown(f"this is {described.get('issuer')!r}")
    for url in urls:
        if not isinstance(url, str):
            raise ProviderUnknown("an endpoint is missing")
        # TRUST: a production node sends codes and tokens over https to another machine only.
        if settings.mode == "production" and (why := development_only(url)):
            raise ProviderUnknown(f"{url} {why}")
    return Endpoints(*urls)  # type: ignore[arg-type]  # each was seen to be a string


def configure(c: Any, settings: Settings, provider: Endpoints, templates: Path) -> None:
    """Set every trait."""
    _hub(c, settings, templates)
    _proxy(c, settings)
    _authenticator(c, settings, provider)
    _spawner(c, settings)


def _hub(c: Any, settings: Settings, templates: Path) -> None:
    hub = c.JupyterHub
    folder = settings.run_dir / "hub"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hub.bind_url = settings.hub.bind_url
    hub.public_url = settings.hub.public_url
    # JupyterHub lower-cases this path; the run folder has no capitals.
    hub.hub_bind_url = hub.hub_connect_url = _over_socket(folder / "hub.sock")
    hub.hub_socket_mode = 0o600
    hub.db_url = f"sqlite:///{settings.home}/hub.sqlite"
    hub.cookie_secret = bytes.fromhex(_key(settings, "hub-cookie-secret"))
    hub.allow_named_servers = True
    hub.cleanup_servers = False
    hub.default_url = "/hub/projects"
    hub.redirect_to_server = False
    hub.template_paths = [str(templates)]
    hub.concurrent_spawn_limit = 2 * (os.cpu_count() or 1)
    hub.oauth_require_pkce = True
    hub.authenticate_prometheus = True
    hub.init_spawners_timeout = 10
    hub.tornado_settings = {
        "headers": {
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
        "cookie_options": {"samesite": "Lax"},
    }
    # TRUST: nobody is an administrator, tokens cannot be made by hand, nothing is shared.
    hub.load_roles = [{"name": "user", "scopes": USER_SCOPES}]


def _proxy(c: Any, settings: Settings) -> None:
    proxy = c.ConfigurableHTTPProxy
    proxy.command = list(settings.hub.proxy_command)
    proxy.api_url = f"http://127.0.0.1:{settings.hub.proxy_api_port}"
    proxy.auth_token = _key(settings, "proxy-token")
    proxy.pid_file = str(settings.run_dir / "hub" / "proxy.pid")


def _authenticator(c: Any, settings: Settings, provider: Endpoints) -> None:
    c.JupyterHub.authenticator_class = LsAaiAuthenticator
    ours = c.LsAaiAuthenticator
    # First: other traits refuse to be set before it.
    ours.manage_groups = True
    ours.issuer = settings.identity.issuer
    ours.node_socket = str(settings.run_dir / "api" / "hub.sock")
    ours.exports_url = settings.web.public_url
    ours.grace_seconds = settings.timers.identity_grace_seconds
    ours.exchanges_passport = settings.identity.passport_flow == "exchange"
    ours.login_service = "Life Science Login"
    ours.client_id = settings.identity.hub_client_id
    ours.client_secret = settings.secret(settings.identity.hub_client_secret_file)
    # LS AAI takes a client's secret in the header alone (client_secret_basic).
    ours.basic_auth = True
    ours.authorize_url, ours.token_url = provider.authorize, provider.token
    ours.userdata_url, ours.jwks_url = provider.userinfo, provider.jwks
    ours.end_session_url = provider.end_session
    ours.oauth_callback_url = f"{settings.hub.public_url.rstrip('/')}/hub/oauth_callback"
    ours.scope = SCOPES + CLAIM_SCOPES
    # TRUST: the provider is asked for the second factor; the node checks that there was one.
    ours.extra_authorize_params = {"acr_values": settings.identity.required_acr}
    ours.enable_pkce = True
    ours.enable_auth_state = True
    # The first encrypts what is kept of log-ins; those before it still open what they encrypted.
    c.CryptKeeper.keys = [bytes.fromhex(key) for key in made_keys(settings, "hub-crypt-key")]
    ours.any_allow_config = True  # the node process is who allows
    ours.allow_all = ours.allow_existing_users = False
    ours.admin_users, ours.admin_groups = set(), set()
    # TRUST: never 0, which would also switch off the refresh before a start.
    ours.auth_refresh_age = REFRESH_SECONDS
    ours.auth_refresh_strict = True
    ours.refresh_pre_spawn = True
    ours.refresh_pre_stop = False


def _spawner(c: Any, settings: Settings) -> None:
    c.JupyterHub.spawner_class = WorkspaceSpawner
    ours = c.WorkspaceSpawner
    ours.run_dir = str(settings.run_dir)
    helper = settings.run_dir / "helper" / "hub.sock"
    # TRUST: the helper's door for the Hub, never the engine's own socket.
    ours.client_kwargs = {"base_url": f"unix://{helper}", "version": API_VERSION}
    ours.pull_policy = "skip"
    ours.image = settings.workspace.image
    ours.allowed_images = []
    ours.network_name = "none"
    ours.remove = True
    ours.use_internal_ip = True
    ours.disable_user_config = True
    ours.options_form = ""
    ours.options_from_form = _no_options
    ours.server_token_scopes = SERVER_SCOPES
    ours.oauth_client_allowed_scopes = ["read:users:name!user"]
    ours.poll_interval = POLL_SECONDS
    ours.start_timeout = int(settings.workspace.start_timeout_seconds)
    ours.http_timeout = int(settings.workspace.start_timeout_seconds)


def _no_options(_form: Mapping[str, Any]) -> dict[str, Any]:
    """Take nothing from a form; what comes by other ways is refused at the start."""
    return {}


def _over_socket(path: Path) -> str:
    return "http+unix://" + quote(str(path), safe="")


def _key(settings: Settings, name: str) -> str:
    """Return a key of the node's keys folder, made at the first time."""
    return made_keys(settings, name)[0]
