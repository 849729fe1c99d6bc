import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.audit.verify import verify
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade

WRITERS, EVENTS = 4, 10_000


def write(url: str, name: str, n_events: int) -> None:
    """One process: it upgrades the database, as all do at once, and writes its share."""
    database = upgrade(Database(url))
    for n in range(n_events):
        with database.write() as session:
            record(session, Event("export.submitted", name, "r", {"n": n}), datetime.now(UTC))
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_four_processes_writing_ten_thousand_events_leave_a_chain_that_verifies(
    tmp_path: Path, kind: str
) -> None:
    sqlite = f"sqlite:///{tmp_path}/node.db"
    url = sqlite if kind == "sqlite" else os.environ.get("GDI_SPE_TEST_POSTGRESQL", "")
    if not url:
        pytest.skip("GDI_SPE_TEST_POSTGRESQL names no empty database")
    spawn = multiprocessing.get_context("spawn")
    writers = [
        spawn.Process(target=write, args=(url, f"writer-{n}", EVENTS // WRITERS))
        for n in range(WRITERS)
    ]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    database = Database(url)
    with database.read() as session:
        verification = verify(session, ())
        shares = session.execute(
            select(AuditEvent.actor, func.count()).group_by(AuditEvent.actor)
        ).all()
    if kind == "postgresql":
        with database.write() as session:
            session.execute(text("DROP SCHEMA public CASCADE"))
            session.execute(text("CREATE SCHEMA public"))
    database.close()
    assert verification.holds
    assert verification.seq == EVENTS
    assert {share for _, share in shares} == {EVENTS // WRITERS}
