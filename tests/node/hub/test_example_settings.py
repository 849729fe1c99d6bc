from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.settings import load_settings
from tests.node.containers.nodes import ROOT


def test_the_example_is_a_production_nodes_settings(tmp_path: Path) -> None:
    shutil.copy(ROOT / "hub_config" / "node.toml", tmp_path / "node.toml")

    settings = load_settings(tmp_path)

    assert settings.mode == "production"
    assert settings.identity.visa_issuers[0].jku.startswith("https://")


@pytest.mark.parametrize(
    ("line", "toy"),
    [
        ('issuer = "https://login.aai.lifescience-ri.eu/oidc/"', 'issuer = "http://127.0.0.1:9"'),
        ('jku = "https://rems.gdi.example.org/api/jwk"', 'jku = "http://rems.example/jwk"'),
    ],
)
def test_production_with_a_development_provider_does_not_start(
    tmp_path: Path, line: str, toy: str
) -> None:
    text = (ROOT / "hub_config" / "node.toml").read_text()
    assert line in text
    (tmp_path / "node.toml").write_text(text.replace(line, toy))

    with pytest.raises(BadInput):
        load_settings(tmp_path)


@pytest.mark.parametrize("url", ["http://spe.one.example/n", "https://localhost/n"])
def test_production_tells_no_peer_in_the_clear_nor_on_this_machine(
    tmp_path: Path, url: str
) -> None:
    text = (ROOT / "hub_config" / "node.toml").read_text()
    peer = f'\n[[revocation.peers]]\nurl = "{url}"\nsecret_file = "peer"\n'
    (tmp_path / "node.toml").write_text(text + peer)

    with pytest.raises(BadInput, match="peer 0"):
        load_settings(tmp_path)
