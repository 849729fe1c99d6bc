"""A submitter encrypts for the node's key, and ingest needs nothing else to read the file."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from crypt4gh import lib as c4gh

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.cli.main import gdi_spe
from gdi_spe.store.reading.encrypted import Crypt4ghKey

GOOD = "1 100 . A C . . . GT 0/1 1/1"


def run(home: Path, *words: str) -> Any:
    done = CliRunner().invoke(gdi_spe, ["--home", str(home), "--json", *words])
    if done.exception is not None:
        raise done.exception
    return json.loads(done.stdout)


def encrypted_for(public: bytes, path: Path) -> Path:
    target = path.with_name(path.name + ".c4gh")
    with path.open("rb") as plain, target.open("wb") as sealed:
        c4gh.encrypt([(0, Crypt4ghKey.generate().secret, public)], io.BytesIO(plain.read()), sealed)
    return target


def test_an_encrypted_file_is_ingested_with_the_nodes_own_key(node: Any, tmp_path: Path) -> None:
    home = tmp_path / "fresh"
    public = b64decode(run(home, "keys", "crypt4gh")["crypt4gh_public_key"])
    path = encrypted_for(public, node.vcf([GOOD], "AB"))

    report = run(home, "dataset", "ingest", "D1", "--vcf", str(path), "--consent-waived", "test")

    assert report["n_variants"] == 1
    left = [p for p in home.rglob("*") if p.is_file()]
    assert not any(b"##fileformat" in p.read_bytes() for p in left)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = run(tmp_path, "keys", "crypt4gh")

    assert run(tmp_path, "keys", "crypt4gh") == first
    assert (tmp_path / "keys" / "crypt4gh.sec").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_could_read_is_not_used(tmp_path: Path) -> None:
    run(tmp_path, "keys", "crypt4gh")
    (tmp_path / "keys" / "crypt4gh.sec").chmod(0o644)

    with pytest.raises(Tampered, match="read by others"):
        run(tmp_path, "keys", "crypt4gh")
