"""The tables of a new node as SQLite's own statements, made by the migrations and kept beside them.

A new node lays its tables down from this file at once; Alembic, which takes longer to load than a
small dataset to read, is left to databases that have tables already. The file names the digest of
the migrations it came from: with any other it does not count, and the migrations are run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import Connection, inspect

MIGRATIONS = Path(__file__).parent / "migrations"
STATEMENTS = MIGRATIONS / "laid_down.sqlite.sql"
_BETWEEN = ";\n\n"


def lay_down(connection: Connection) -> bool:
    """Make the tables in an empty SQLite database; say whether that could be done."""
    # TRUST: only where nothing is yet; a database with tables takes the migrations, one by one.
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        return False
    statements = _read()
    for statement in statements:
        connection.exec_driver_sql(statement)
    return bool(statements)


def statements_of(connection: Connection) -> list[str]:
    """Return what makes a SQLite database as it is: its tables and indexes as they were made."""
    made = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    )
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    stamp = f"INSERT INTO alembic_version VALUES ('{revision}')"  # noqa: S608  # a migration's name
    return [*made.scalars(), stamp]


def keep(connection: Connection) -> None:
    """Write the file from a database that the migrations have just made."""
    text = _BETWEEN.join([_first_line(), *statements_of(connection)])
    STATEMENTS.write_text(f"{text};\n", encoding="utf-8")


def _read() -> list[str]:
    if not STATEMENTS.exists():
        return []
    first, *statements = STATEMENTS.read_text(encoding="utf-8").removesuffix(";\n").split(_BETWEEN)
    return statements if first == _first_line() else []


def _first_line() -> str:
    digest = hashlib.sha256()
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*_*.py")):
        digest.update(path.read_bytes())
    return f"-- {digest.hexdigest()}"
