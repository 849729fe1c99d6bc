import json
import shutil
import stat
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import ExitCode, Tampered
from gdi_spe.node.audit.anchor import anchor_head
from gdi_spe.node.audit.keys import load_or_make_signing_key
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cli.audit import AuditLogTampered, audit
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade


@pytest.fixture
def home(tmp_path: Path, now: datetime) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    database = upgrade(Database(f"sqlite:///{home}/node.db"))
    with database.write() as session:
        for n in range(5):
            record(session, Event("grant.made", "u-1\n\x1b[2J", "D1", {"n": n, "x": "ü"}), now)
    anchor_head(database, home, now)
    database.close()
    return home


def tamper(home: Path, statement: str) -> None:
    database = Database(f"sqlite:///{home}/node.db")
    with database.write() as session:
        session.connection().exec_driver_sql(statement)
    database.close()


def run(home: Path, *words: str, as_json: bool = True) -> str:
    result = CliRunner().invoke(
        audit, list(words), obj=Cli(home, as_json), catch_exceptions=False, standalone_mode=False
    )
    return result.output


def test_the_command_says_that_the_log_holds(home: Path) -> None:
    found = json.loads(run(home, "verify"))

    assert (found["holds"], found["events"], found["anchors"]) == (True, 5, 1)


def test_the_command_names_a_changed_record_with_its_own_exit_code(home: Path) -> None:
    tamper(home, "UPDATE audit_events SET actor = 'u-9' WHERE seq = 3")

    with pytest.raises(AuditLogTampered, match="record 3") as error:
        run(home, "verify")

    assert error.value.exit_code is ExitCode.TAMPERED


def test_anchors_without_the_public_key_do_not_verify(home: Path) -> None:
    (home / "keys" / "node-signing.pub").unlink()

    with pytest.raises(AuditLogTampered, match="public key is gone"):
        run(home, "verify")


def test_an_auditors_copy_shows_that_log_and_anchors_were_both_cut(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jsonl"
    shutil.copy(home / "audit" / "anchors.jsonl", copy)
    (home / "audit" / "anchors.jsonl").unlink()
    tamper(home, "DELETE FROM audit_events")
    tamper(home, "DELETE FROM audit_head")

    with pytest.raises(AuditLogTampered, match="your copy"):
        run(home, "verify", "--anchors", str(copy))


def test_what_is_shown_has_one_line_for_each_event_whatever_names_it_holds(home: Path) -> None:
    lines = run(home, "show", as_json=False).splitlines()

    assert len(lines) == 5
    assert all(line.isprintable() for line in lines)


def test_events_can_be_chosen_by_kind_actor_and_resource(home: Path) -> None:
    assert len(json.loads(run(home, "show", "--kind", "grant.", "--last", "2"))) == 2
    assert json.loads(run(home, "show", "--kind", "grant")) == []
    assert json.loads(run(home, "show", "--actor", "u-2")) == []
    assert len(json.loads(run(home, "show", "--resource", "D1"))) == 5


@pytest.fixture
def unpacked(home: Path, tmp_path: Path) -> Path:
    run(home, "evidence", str(tmp_path / "evidence.zip"))
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def verify_alone(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the evidence's own script without this product on its path."""
    return subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=folder, capture_output=True, text=True
    )


def test_the_evidence_verifies_without_the_product(unpacked: Path) -> None:
    result = verify_alone(unpacked)

    assert (result.returncode, result.stdout) == (0, "holds: 5 records\n")


def test_the_evidence_explains_itself(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir()}

    assert names == {"VERIFY.md", "anchors.jsonl", "events.jsonl", "node-signing.pub", "verify.py"}


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("events.jsonl", "D1", "D2", "record 1 is not what was written"),
        ("events.jsonl", '"seq":2', '"seq":7', "record 2 is missing"),
        ("anchors.jsonl", '"at":"2026', '"at":"2025', "is not signed by the node"),
    ],
)
def test_changed_evidence_is_found_without_the_product(
    unpacked: Path, name: str, old: str, new: str, says: str
) -> None:
    path = unpacked / name
    path.write_text(path.read_text().replace(old, new, 1))

    result = verify_alone(unpacked)

    assert result.returncode == 1
    assert says in result.stdout


def test_the_signing_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_or_make_signing_key(tmp_path)

    second = load_or_make_signing_key(tmp_path)

    path = tmp_path / "keys" / "node-signing.key"
    assert first.private_bytes_raw() == second.private_bytes_raw()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_signing_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_or_make_signing_key(tmp_path)
    (tmp_path / "keys" / "node-signing.key").chmod(0o640)

    with pytest.raises(Tampered, match="read by others"):
        load_or_make_signing_key(tmp_path)
