import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.audit.anchor import anchor_head, anchors_path, read_anchors
from gdi_spe.node.audit.chain import hash_of
from gdi_spe.node.audit.keys import load_or_make_signing_key
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.audit.verify import Verification, verify
from gdi_spe.node.database.engine import Database

TEXTS = ("at", "kind", "actor", "resource", "facts", "previous_hash", "hash")
N = 12


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def log(database: Database, home: Path, now: datetime) -> sqlite3.Connection:
    """A log of twelve records, the first eight of them anchored, open to an intruder."""
    for n in range(N):
        with database.write() as session:
            facts = {"n": n, "why": "because"}
            record(session, Event("grant.made", "u-1", "D1", facts), now + timedelta(seconds=n))
        if n in (3, 7):
            anchor_head(database, home, now + timedelta(seconds=n))
    connection = sqlite3.connect(home / "node.db", isolation_level=None)
    yield connection
    connection.close()


def verified(database: Database, home: Path) -> Verification:
    key = load_or_make_signing_key(home).public_key()
    with database.read() as session:
        return verify(session, read_anchors(anchors_path(home)), key)


def found(database: Database, home: Path) -> tuple[int, str]:
    problem = verified(database, home).problem
    assert problem is not None
    return problem.seq, problem.kind


def test_an_untouched_log_holds(log: sqlite3.Connection, database: Database, home: Path) -> None:
    verification = verified(database, home)

    assert verification.holds
    assert (verification.seq, verification.n_anchors, verification.anchored_seq) == (N, 2, 8)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(
    seq=st.integers(1, N),
    column=st.sampled_from(TEXTS),
    place=st.integers(0, 10_000),
    byte=st.integers(0x20, 0x7E),
)
def test_every_changed_byte_is_found_at_its_record(
    log: sqlite3.Connection,
    database: Database,
    home: Path,
    seq: int,
    column: str,
    place: int,
    byte: int,
) -> None:
    (text,) = log.execute(f"SELECT {column} FROM audit_events WHERE seq = ?", (seq,)).fetchone()
    at = place % len(text)
    changed = text[:at] + chr(byte) + text[at + 1 :]
    log.execute(f"UPDATE audit_events SET {column} = ? WHERE seq = ?", (changed, seq))

    verification = verified(database, home)
    log.execute(f"UPDATE audit_events SET {column} = ? WHERE seq = ?", (text, seq))

    assert verification.holds == (changed == text)
    if verification.problem is not None:
        assert verification.problem.seq == seq
        assert verification.problem.kind == "altered"
    assert verified(database, home).holds


@pytest.mark.parametrize("seq", range(1, N + 1))
def test_a_deleted_record_is_named(
    log: sqlite3.Connection, database: Database, home: Path, seq: int
) -> None:
    log.execute("DELETE FROM audit_events WHERE seq = ?", (seq,))

    assert found(database, home) == (seq, "missing" if seq < N else "truncated")


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 9), (5, 12), (11, 12)])
def test_records_that_changed_places_are_named(
    log: sqlite3.Connection, database: Database, home: Path, one: int, other: int
) -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        log.execute("UPDATE audit_events SET seq = ? WHERE seq = ?", (new, old))

    assert found(database, home) == (one, "reordered")


def test_a_record_put_in_between_is_named(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    log.execute("UPDATE audit_events SET seq = -seq WHERE seq > 5")
    log.execute("UPDATE audit_events SET seq = 1 - seq WHERE seq < 0")
    log.execute(
        "INSERT INTO audit_events SELECT 6, at, kind, actor, resource, facts, previous_hash, hash"
        " FROM audit_events WHERE seq = 5"
    )

    seq, kind = found(database, home)

    assert seq == 6
    assert kind in {"altered", "reordered", "inserted"}


def test_a_record_rewritten_with_a_hash_that_fits_it_breaks_the_chain_behind_it(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    log.row_factory = sqlite3.Row
    row = dict(log.execute("SELECT * FROM audit_events WHERE seq = 10").fetchone())
    row["actor"] = "u-2"
    log.execute("UPDATE audit_events SET actor = ?, hash = ? WHERE seq = 10", ("u-2", hash_of(row)))

    assert found(database, home) == (11, "inserted")


@pytest.mark.parametrize("keep", [0, 3, 7])
def test_a_log_cut_with_its_head_is_found_by_an_anchor(
    log: sqlite3.Connection, database: Database, home: Path, keep: int
) -> None:
    log.execute("DELETE FROM audit_events WHERE seq > ?", (keep,))
    last = log.execute("SELECT hash FROM audit_events WHERE seq = ?", (keep,)).fetchone()
    log.execute("UPDATE audit_head SET seq = ?, hash = ?", (keep, last[0] if last else "0" * 64))

    assert found(database, home) == (keep + 1, "truncated")


def test_a_cut_after_the_last_anchor_is_found_by_the_head(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    log.execute("DELETE FROM audit_events WHERE seq > 10")

    assert found(database, home) == (11, "truncated")


def test_a_log_written_anew_is_found_by_an_anchor(
    log: sqlite3.Connection, database: Database, home: Path, now: datetime
) -> None:
    log.execute("DELETE FROM audit_events")
    log.execute("DELETE FROM audit_head")
    with database.write() as session:
        for n in range(N):
            record(session, Event("grant.made", "u-1", "D1", {"n": n}), now)

    assert found(database, home) == (4, "rewritten")


def test_a_head_that_disagrees_is_found(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    log.execute("UPDATE audit_head SET hash = ?", ("f" * 64,))

    assert found(database, home) == (N + 1, "head-altered")


def test_a_missing_head_is_found(log: sqlite3.Connection, database: Database, home: Path) -> None:
    log.execute("DELETE FROM audit_head")

    assert found(database, home) == (N + 1, "head-missing")


def test_an_anchor_of_another_key_is_refused(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    other = Ed25519PrivateKey.generate().public_key()

    with database.read() as session:
        problem = verify(session, read_anchors(anchors_path(home)), other).problem

    assert problem is not None
    assert (problem.seq, problem.kind) == (4, "anchor-signature")


def test_an_anchor_taken_out_of_the_middle_is_found(
    log: sqlite3.Connection, database: Database, home: Path
) -> None:
    path = anchors_path(home)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[1])

    assert found(database, home) == (8, "anchor-missing")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_every_changed_byte_of_an_anchor_is_found(
    log: sqlite3.Connection, database: Database, home: Path, place: int, byte: int
) -> None:
    path = anchors_path(home)
    whole = path.read_bytes()
    at = place % (len(whole) - 1)  # without its last end of line the file has one anchor less
    path.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])

    try:
        holds = verified(database, home).holds
    except Tampered:
        holds = False
    changed = path.read_bytes() != whole
    path.write_bytes(whole)

    assert holds is not changed


def test_the_node_never_signs_a_log_that_does_not_hold(
    log: sqlite3.Connection, database: Database, home: Path, now: datetime
) -> None:
    log.execute("UPDATE audit_events SET actor = 'u-2' WHERE seq = 10")

    with pytest.raises(Tampered, match="record 10"):
        anchor_head(database, home, now)

    assert len(read_anchors(anchors_path(home))) == 2


def test_an_end_that_is_anchored_already_is_not_anchored_again(
    log: sqlite3.Connection, database: Database, home: Path, now: datetime
) -> None:
    assert anchor_head(database, home, now) is not None

    assert anchor_head(database, home, now) is None


def test_half_a_line_left_by_a_crash_is_replaced_by_the_next_anchor(
    log: sqlite3.Connection, database: Database, home: Path, now: datetime
) -> None:
    with anchors_path(home).open("ab") as file:
        file.write(b'{"at":"2026')

    assert verified(database, home).holds
    anchor_head(database, home, now)

    assert len(read_anchors(anchors_path(home))) == 3
    assert verified(database, home).anchored_seq == N
