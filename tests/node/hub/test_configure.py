from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.hub.authenticator import LsAaiAuthenticator
from gdi_spe.node.hub.configure import Endpoints, ProviderUnknown, configure, endpoints
from gdi_spe.node.hub.pages import CONTENT_SECURITY_POLICY
from gdi_spe.node.hub.spawner import WorkspaceSpawner
from gdi_spe.node.identity.own_keys import made_keys, rotate_keys
from gdi_spe.node.settings import Settings
from tests.node.containers.nodes import ROOT

PROVIDER = Endpoints(
    "http://op/authorize",
    "http://op/token",
    "http://op/userinfo",
    "http://op/jwks",
    "http://op/end",
)
DESCRIBED = {
    "issuer": "http://localhost:9400",
    "authorization_endpoint": "http://localhost:9400/a",
    "token_endpoint": "http://localhost:9400/t",
    "userinfo_endpoint": "http://localhost:9400/u",
    "jwks_uri": "http://localhost:9400/j",
}


@pytest.fixture
def config(settings: Settings, tmp_path: Path) -> Any:
    c = Config()
    configure(c, settings, PROVIDER, tmp_path / "templates")
    return c


def test_nobody_is_let_in_by_the_hub_itself(config: Any) -> None:
    ours = config.LsAaiAuthenticator

    assert ours.manage_groups is True
    assert ours.allow_all is False
    assert ours.allow_existing_users is False
    assert ours.admin_users == ours.admin_groups == set()
    assert "allowed_users" not in ours
    assert "allowed_groups" not in ours


def test_a_log_in_is_checked_again(config: Any) -> None:
    ours = config.LsAaiAuthenticator

    assert ours.auth_refresh_age > 0
    assert ours.auth_refresh_strict is True
    assert ours.refresh_pre_spawn is True
    assert ours.enable_auth_state is True
    assert ours.enable_pkce is True
    assert ours.basic_auth is True
    assert config.JupyterHub.oauth_require_pkce is True


def test_the_passport_and_a_second_factor_are_asked_for(config: Any, settings: Settings) -> None:
    ours = config.LsAaiAuthenticator

    assert {"openid", "offline_access", "ga4gh_passport_v1"} <= set(ours.scope)
    assert ours.extra_authorize_params == {"acr_values": settings.identity.required_acr}
    assert ours.client_secret == "of-the-hub"
    assert ours.userdata_url == PROVIDER.userinfo
    assert ours.oauth_callback_url == "http://localhost:9401/hub/oauth_callback"


def test_the_hub_listens_on_a_socket_of_its_own(config: Any, settings: Settings) -> None:
    hub = config.JupyterHub

    assert hub.hub_bind_url == hub.hub_connect_url
    assert hub.hub_bind_url.startswith("http+unix://")
    assert hub.hub_socket_mode == 0o600
    assert hub.cleanup_servers is False
    assert hub.allow_named_servers is True
    assert (settings.run_dir / "hub").stat().st_mode & 0o777 == 0o700


def test_researchers_may_do_little_and_servers_less(config: Any) -> None:
    (role,) = config.JupyterHub.load_roles

    assert role["name"] == "user"
    assert all(scope.endswith("!user") for scope in role["scopes"])
    for word in ("tokens", "admin", "shares", "self", "inherit", "list:"):
        assert not any(word in scope for scope in role["scopes"])
    assert set(config.WorkspaceSpawner.server_token_scopes) == {
        "users:activity!user",
        "access:servers!server",
        "read:users:name!user",
    }


def test_a_workspace_is_the_nodes_choice_alone(config: Any, settings: Settings) -> None:
    ours = config.WorkspaceSpawner

    assert ours.allowed_images == []
    assert ours.options_form == ""
    assert ours.options_from_form({"image": ["evil"]}) == {}
    assert ours.remove is True
    assert ours.network_name == "none"
    assert ours.disable_user_config is True
    assert ours.pull_policy == "skip"
    assert ours.poll_interval == 5
    assert ours.client_kwargs["base_url"] == f"unix://{settings.run_dir}/helper/hub.sock"


def test_pages_hold_no_script(config: Any) -> None:
    policy = config.JupyterHub.tornado_settings["headers"]["Content-Security-Policy"]

    assert policy == CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    for template in (ROOT / "hub_config" / "templates").glob("*.html"):
        text = template.read_text()
        assert "<script" not in text
        assert "| safe" not in text
        assert " style=" not in text


def test_keys_are_made_once_and_for_the_owner_alone(
    config: Any, settings: Settings, tmp_path: Path
) -> None:
    again = Config()
    configure(again, settings, PROVIDER, tmp_path)

    assert again.JupyterHub.cookie_secret == config.JupyterHub.cookie_secret
    assert again.CryptKeeper["keys"] == config.CryptKeeper["keys"]
    assert len(config.CryptKeeper["keys"][0]) == 32
    for name in ("hub-cookie-secret", "hub-crypt-key", "proxy-token"):
        assert settings.key_path(name).stat().st_mode & 0o777 == 0o600


def test_a_rotated_key_encrypts_and_those_before_it_still_open(
    config: Any, settings: Settings, tmp_path: Path
) -> None:
    from jupyterhub.crypto import CryptKeeper

    before = config.CryptKeeper["keys"]
    kept = CryptKeeper(keys=before)._encrypt({"refresh_token": "rt"})
    counts = [rotate_keys(settings, "hub-crypt-key") for _ in range(2)]
    after = Config()
    configure(after, settings, PROVIDER, tmp_path)

    keys = after.CryptKeeper["keys"]
    assert counts == [2, 3]
    assert keys[-1] == before[0]
    assert len(set(keys)) == 3
    assert CryptKeeper(keys=keys)._decrypt(kept) == {"refresh_token": "rt"}
    assert rotate_keys(settings, "hub-crypt-key") == 3
    assert before[0].hex() not in made_keys(settings, "hub-crypt-key")
    assert settings.key_path("hub-crypt-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", ["", "abc\n", "g" * 64, "0" * 63])
def test_a_damaged_key_stops_the_hub(settings: Settings, damage: str) -> None:
    settings.key_path("hub-crypt-key").write_text(damage)

    with pytest.raises(BadInput, match="hub-crypt-key"):
        made_keys(settings, "hub-crypt-key")


def test_every_trait_exists(config: Any) -> None:
    """A misspelt trait would be a control that is silently off."""
    from jupyterhub.app import JupyterHub
    from jupyterhub.crypto import CryptKeeper
    from jupyterhub.proxy import ConfigurableHTTPProxy

    classes: tuple[Any, ...] = (
        JupyterHub,
        CryptKeeper,
        ConfigurableHTTPProxy,
        LsAaiAuthenticator,
        WorkspaceSpawner,
    )
    known = {one.__name__: one.class_traits(config=True) for one in classes}
    assert set(config) == set(known)
    for section, traits in known.items():
        for name in config[section]:
            assert name in traits, f"{section}.{name}"


def test_the_configuration_file_is_short() -> None:
    assert len((ROOT / "hub_config" / "jupyterhub_config.py").read_text().splitlines()) < 50


def test_the_providers_endpoints_are_its_own(settings: Settings) -> None:
    found = endpoints(settings, DESCRIBED)

    assert found.token == "http://localhost:9400/t"


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"issuer": ""},
        {"token_endpoint": None},
        {"userinfo_endpoint": 7},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_is_somebody_else_is_refused(
    settings: Settings, change: dict[str, Any]
) -> None:
    with pytest.raises(ProviderUnknown):
        endpoints(settings, {**DESCRIBED, **change})


@pytest.mark.parametrize("url", ["http://aai.example/token", "https://localhost/token"])
def test_production_takes_no_endpoint_of_this_machine(settings: Settings, url: str) -> None:
    issuer = "https://aai.example"
    production = settings.model_copy(
        update={
            "mode": "production",
            "identity": settings.identity.model_copy(update={"issuer": issuer}),
        }
    )
    described = {
        "issuer": issuer,
        **{name: f"{issuer}/x" for name in DESCRIBED if name != "issuer"},
        "token_endpoint": url,
    }

    with pytest.raises(ProviderUnknown):
        endpoints(production, described)


def test_configuring_reads_no_environment(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(("OAUTH", "JUPYTERHUB", "DOCKER")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OAUTH_CLIENT_ID", "evil")
    c: Any = Config()

    configure(c, settings, PROVIDER, tmp_path)

    assert c.LsAaiAuthenticator.client_id == "hub"
