"""A production node starts with a policy that its own key signed, and with no other."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.policy import load_policy
from gdi_spe.node.cli.main import gdi_spe
from gdi_spe.node.service import node as service
from gdi_spe.node.service.policy_signature import (
    NAME,
    PolicyNotSigned,
    check_signed,
    is_signed,
    sign_policy,
)
from tests.node.service.nodes import settings_of

REPOSITORY = Path(__file__).parents[3]
FORMAT_1 = Path(__file__).with_name("policy_of_format_1.toml")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "hub_config" / "policy.toml", tmp_path)
    return tmp_path


def run(home: Path, *words: str):
    return CliRunner().invoke(gdi_spe, ["--home", str(home), "--json", "policy", *words])


def edit(home: Path, old: str, new: str) -> None:
    path = home / "policy.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_was_signed_is_the_policy_until_a_number_changes(home):
    assert json.loads(run(home, "show").output)["is_signed"] is False
    assert run(home, "sign").exit_code == 0
    assert json.loads(run(home, "show").output)["is_signed"] is True

    edit(home, "approvals = 2", "approvals = 1")

    assert json.loads(run(home, "show").output)["is_signed"] is False
    with pytest.raises(PolicyNotSigned):
        check_signed(home, load_policy(home / "policy.toml"))


def test_signing_is_recorded(home):
    run(home, "sign")

    audit = CliRunner().invoke(gdi_spe, ["--home", str(home), "--json", "audit", "show"])

    assert "policy.signed" in audit.output


def test_the_same_version_is_never_signed_for_two_policies(home):
    run(home, "sign")
    edit(home, "approvals = 2", "approvals = 1")

    answer = run(home, "sign")

    assert answer.exit_code != 0
    assert "signed already" in str(answer.exception)
    version = load_policy(home / "policy.toml").version
    edit(home, f"version = {version}", f"version = {version + 1}")
    assert run(home, "sign").exit_code == 0


def test_a_signature_of_another_nodes_key_is_none(home, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    policy = load_policy(home / "policy.toml")
    sign_policy(other, policy)
    shutil.copy(other / NAME, home)

    assert is_signed(other, policy)
    assert not is_signed(home, policy)


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"name":"x","version":1}'])
def test_what_is_no_signature_signs_nothing(home, text):
    (home / NAME).write_text(text)

    assert not is_signed(home, load_policy(home / "policy.toml"))


def test_a_production_node_does_not_open_with_an_unsigned_policy(home, monkeypatch):
    real = settings_of(home)
    production = real.model_copy(update={"mode": "production"})
    monkeypatch.setattr(service, "load_settings", lambda _: production)

    with pytest.raises(PolicyNotSigned):
        service.open_node(home)
    monkeypatch.setattr(service, "load_settings", lambda _: real)
    assert service.open_node(home).policy.version == 1
    sign_policy(home, load_policy(home / "policy.toml"))
    monkeypatch.setattr(service, "load_settings", lambda _: production)
    assert service.open_node(home).policy.version == 1


def test_a_policy_that_lacks_a_newer_number_says_which_line_to_add(tmp_path: Path) -> None:
    older = (REPOSITORY / "hub_config" / "policy.toml").read_text()
    path = tmp_path / "policy.toml"
    path.write_text(re.sub(r"(?m)^most_lead_variants.*\n", "", older))

    with pytest.raises(BadInput, match=r"lacks genomic\.most_lead_variants") as refused:
        load_policy(path)

    assert "`most_lead_variants = ...` under [genomic]" in (refused.value.remedy or "")
    assert "gdi-spe policy sign" in (refused.value.remedy or "")


def test_a_policy_signed_before_format_2_keeps_its_hash_and_what_it_led_to() -> None:
    preset = load_policy(REPOSITORY / "hub_config" / "policy.toml")

    told = load_policy(FORMAT_1)

    # The hash that this file had under the program before format 2.
    assert told.sha256 == "99814f19ef5a60d10b59da3b43f6275a49a5257d6d4bd44780f1ea2a974be4a6"
    assert told.genomic.least_answers_blocked == 1000
    assert told.model_copy(update={"format": 2}).sha256 != told.sha256
    assert preset.format == 2


def test_a_policy_of_format_1_cannot_carry_numbers_that_its_signature_does_not_cover(
    tmp_path: Path,
) -> None:
    path = tmp_path / "policy.toml"
    text = FORMAT_1.read_text()
    path.write_text(text.replace("[genomic]", "[genomic]\nleast_answers_blocked = 9000000"))

    with pytest.raises(BadInput, match="format 1") as refused:
        load_policy(path)

    assert "format = 2" in (refused.value.remedy or "")


def test_a_policy_of_a_format_that_is_not_known_is_refused(tmp_path: Path) -> None:
    text = (REPOSITORY / "hub_config" / "policy.toml").read_text()
    path = tmp_path / "policy.toml"
    path.write_text(text.replace("format = 2", "format = 3"))

    with pytest.raises(BadInput, match="format"):
        load_policy(path)
