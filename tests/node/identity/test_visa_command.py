import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.cli.visas import visa

NOW = 1_800_000_000


@pytest.fixture
def files(tmp_path: Path, world: Any) -> Path:
    trust = {
        "now": NOW,
        "user": {"iss": world.user.iss, "sub": world.user.sub},
        "dataset": {
            "id": "D1", "visa_value": "https://gdi.test/datasets/D1",
            "sources": ["https://dac.test/dacs/1"],
        },
        "trusted_issuers": [
            {"iss": one.iss, "jku": one.jku} for one in world.trust.issuers
        ],
        "by": ["dac"],
    }  # fmt: skip
    keys = {issuer.jku: issuer.jwks() for issuer in world.issuers.values()}
    passport = [world.visa(), world.visa(claims={"exp": NOW - 1})]
    for name, value in {"trust": trust, "jwks": keys, "passport": passport}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    return tmp_path


def check(files: Path, at: str = str(NOW), **changed: str) -> Any:
    names = {name: str(files / f"{name}.json") for name in ("passport", "trust", "jwks")} | changed
    words = ["check", names["passport"], "--trust", names["trust"], "--jwks", names["jwks"]]
    result = CliRunner().invoke(
        visa, [*words, "--at", at], obj=Cli(files, False), catch_exceptions=False,
        standalone_mode=False,
    )  # fmt: skip
    return json.loads(result.output)


EXPECTED = {
    "granted": ["D1"],
    "refused": [{"visa": 1, "code": "expired", "why": "it has expired; ask for a new one"}],
}


def test_a_passport_is_checked_offline(files: Path) -> None:
    assert check(files) == EXPECTED


@pytest.mark.parametrize("name", ["ga4gh_passport_v1", "ga4gh-passport-v1"])
def test_a_userinfo_is_taken_too(files: Path, name: str) -> None:
    path = files / "passport.json"
    path.write_text(json.dumps({"sub": "x", name: json.loads(path.read_text())}))

    assert check(files) == EXPECTED


def test_nothing_granted_is_an_answer_and_no_failure(files: Path) -> None:
    (files / "passport.json").write_text("{}")

    assert check(files) == {"granted": [], "refused": []}


@pytest.mark.parametrize("name", ["passport", "trust", "jwks"])
@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_file_that_is_not_json_is_named(files: Path, name: str, text: str) -> None:
    (files / f"{name}.json").write_text(text)

    with pytest.raises(BadInput, match=f"{name}.json"):
        check(files)


@pytest.mark.parametrize("name", ["passport", "trust", "jwks"])
def test_a_file_that_is_not_there_is_named(files: Path, name: str) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        check(files, **{name: "/nowhere"})


@pytest.mark.parametrize("at", ["inf", "nan", "1e300"])
def test_an_instant_that_is_none_is_refused(files: Path, at: str) -> None:
    with pytest.raises(BadInput, match="instant"):
        check(files, at=at)


def test_a_trust_file_without_issuers_is_refused(files: Path) -> None:
    trust = json.loads((files / "trust.json").read_text())
    (files / "trust.json").write_text(json.dumps({**trust, "trusted_issuers": []}))

    with pytest.raises(BadInput, match="trusted_issuers"):
        check(files)


@pytest.mark.parametrize("name", ["passport", "trust", "jwks"])
@pytest.mark.parametrize(
    "text", ['{"by": ["self"], "by": ["dac"]}', '[{"a": 1, "a": 1}]', "\udcff"]
)
def test_a_file_that_says_two_things_or_is_no_text_is_named(
    files: Path, name: str, text: str
) -> None:
    (files / f"{name}.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(BadInput, match=f"{name}.json: not JSON"):
        check(files)


def test_a_file_without_end_is_not_read_to_its_end(files: Path) -> None:
    with pytest.raises(BadInput, match="larger than"):
        check(files, passport="/dev/zero")


@pytest.mark.parametrize(
    ("passport", "codes"),
    [
        (None, ["passport-malformed"]),
        ("x", ["passport-malformed"]),
        ({"ga4gh_passport_v1": None}, ["passport-malformed"]),
        ([1, None, {}], ["visa-malformed"] * 3),
        ([], []),
    ],
)
def test_json_that_is_no_passport_is_an_answer(
    files: Path, passport: object, codes: list[str]
) -> None:
    (files / "passport.json").write_text(json.dumps(passport))

    answer = check(files)

    assert answer["granted"] == []
    assert [refusal["code"] for refusal in answer["refused"]] == codes
