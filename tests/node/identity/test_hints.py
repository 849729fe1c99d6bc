"""Pushes of a committee's system: only ever a reason to read it back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.identity.hints import MAX_BYTES, HintRefused, Hints, check_shape, source_of
from gdi_spe.node.settings import Settings

REMS = Path(__file__).parents[4] / "shared" / "data" / "rems"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("entitlement_push_add_remove.json", "entitlements"), ("event_revoked.json", "event")],
)
def test_recorded_pushes_are_known_by_their_shape(name: str, kind: str) -> None:
    if not REMS.exists():
        pytest.skip("../shared/data/rems is not here")

    assert check_shape((REMS / name).read_bytes()) == kind


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"[1]", b'[{"user": "a"}]', b'{"event/type": 1}', b"\xff",
        b"[" * 100_000, b'{"event/type": "' + b"x" * MAX_BYTES + b'"}',
    ],
    ids=range(10),
)  # fmt: skip
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        check_shape(body)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    try:
        assert check_shape(body) in ("entitlements", "event")
    except BadInput:
        assert True


def with_secret(settings: Settings, name: str) -> Settings:
    whole: dict[str, Any] = json.loads(settings.model_dump_json())
    whole["identity"]["entitlements"][0]["hint_secret_file"] = name
    return Settings.model_validate(whole)


def test_a_source_is_known_by_its_secret_alone(settings: Settings) -> None:
    settings.key_path("hint").write_text("s" * 32)
    listening = with_secret(settings, "hint")

    assert source_of(listening, "s" * 32).source == "https://dac.test/dacs/1"
    for other in ("", "s" * 31, "S" * 32, "\u00e9" * 32):
        with pytest.raises(HintRefused):
            source_of(listening, other)


@pytest.mark.parametrize("name", ["", "not-there"])
def test_a_source_without_a_secret_pushes_nothing(settings: Settings, name: str) -> None:
    with pytest.raises(HintRefused):
        source_of(with_secret(settings, name), "")


def test_an_empty_secret_is_nobodys(settings: Settings) -> None:
    settings.key_path("hint").write_text("\n")

    with pytest.raises(HintRefused):
        source_of(with_secret(settings, "hint"), "")


def test_many_pushes_are_one_reading_and_readings_have_pauses() -> None:
    hints = Hints()
    for _ in range(100):
        hints.note("a")

    assert hints.take(NOW) == ["a"]
    assert hints.take(NOW) == []
    hints.note("a")
    hints.note("b")
    assert hints.take(NOW + timedelta(seconds=4)) == ["b"]
    assert hints.take(NOW + timedelta(seconds=5)) == ["a"]
