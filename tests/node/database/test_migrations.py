import multiprocessing
import re
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from gdi_spe.node.database import laid_down
from gdi_spe.node.database.engine import Database, Instant
from gdi_spe.node.database.laid_down import MIGRATIONS
from gdi_spe.node.database.migrate import (
    DatabaseFromTheFuture,
    current_revision,
    head_revision,
    run_migrations,
    upgrade,
)
from gdi_spe.node.database.revise import declared


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/node.db"


def test_the_migrations_make_the_tables_that_the_code_declares(url: str) -> None:
    database = upgrade(Database(url))

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, declared())
    database.close()

    assert differences == []


def test_a_new_nodes_tables_are_exactly_what_the_migrations_make(tmp_path: Path) -> None:
    by_migrations = Database(f"sqlite:///{tmp_path}/migrated.db")
    at_once = Database(f"sqlite:///{tmp_path}/new.db")

    with by_migrations.write() as session:
        run_migrations(session.connection())
        migrated = laid_down.statements_of(session.connection())
    with at_once.write() as session:
        # If this is False: python -m gdi_spe.node.database.revise --keep
        assert laid_down.lay_down(session.connection())
        laid = laid_down.statements_of(session.connection())
    by_migrations.close()
    at_once.close()

    assert laid == migrated


def test_statements_of_other_migrations_do_not_count(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "stale.sql"
    stale.write_text("-- 00;\n\nCREATE TABLE wrong (x);\n")
    monkeypatch.setattr(laid_down, "STATEMENTS", stale)

    database = upgrade(Database(url))

    names = inspect(database.engine).get_table_names()
    database.close()
    assert "wrong" not in names
    assert "audit_events" in names


def test_migrations_are_numbered_in_one_line_without_gaps() -> None:
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))

    for number, name in enumerate(names, start=1):
        assert name.startswith(f"{number:04d}_")
        source = (MIGRATIONS / "versions" / name).read_text()
        before = None if number == 1 else f"{number - 1:04d}"
        found = re.search(r'^down_revision = (None|"(\d{4})")$', source, re.MULTILINE)
        assert found is not None
        assert found[2] == before


def test_upgrading_again_changes_nothing(url: str) -> None:
    database = upgrade(Database(url))

    again = upgrade(Database(url))

    with again.read() as session:
        assert current_revision(session.connection()) == head_revision()
    database.close()
    again.close()


def test_a_database_of_a_newer_release_is_refused_and_left_alone(url: str) -> None:
    database = upgrade(Database(url))
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseFromTheFuture, match="9999"):
        upgrade(database)

    with database.read() as session:
        assert current_revision(session.connection()) == "9999"
    database.close()


def test_an_upgrade_that_fails_leaves_nothing_half_done(url: str, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "node.db")
    connection.execute("CREATE TABLE people (x)")  # in the way of a later step of the migration
    connection.commit()
    connection.close()
    database = Database(url)

    with pytest.raises(Exception, match="already exists"):
        upgrade(database)

    assert inspect(database.engine).get_table_names() == ["people"]
    database.close()


def _upgrade(url: str) -> None:
    upgrade(Database(url)).close()


def test_processes_that_start_at_once_upgrade_it_once(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_upgrade, args=(url,)) for _ in range(4)]

    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 4


def test_the_database_of_a_node_survives_a_crash_of_the_machine(url: str) -> None:
    database = Database(url)

    with database.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_instants_are_stored_in_utc_and_naive_ones_refused() -> None:
    kind = Instant()
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    assert kind.process_bind_param(noon, None) == datetime(2026, 1, 1, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="naive"):
        kind.process_bind_param(datetime(2026, 1, 1), None)
