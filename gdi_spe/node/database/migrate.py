"""Bring the node's database to the form that this release expects.

Migrations are numbered files (``0001_first.py``), in one line without branches; the number is the
revision. A database of a newer release is refused rather than used.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from gdi_spe.boundary.errors import ExitCode, SpeError
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.laid_down import MIGRATIONS, lay_down


class DatabaseFromTheFuture(SpeError):
    """The database was upgraded by a newer release of the product."""

    code = "database-too-new"
    exit_code = ExitCode.UNAVAILABLE
    http_status = 503

    def __init__(self, found: str, known: str) -> None:
        self.public_message = (
            f"The node's database has revision {found}, this release knows {known}. "
            "Install the release that upgraded it, or restore the backup made before."
        )
        super().__init__(self.public_message)


def head_revision() -> str:
    """Return the newest revision that this release knows."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def current_revision(connection: Connection) -> str | None:
    """Return the database's revision, None where it was never upgraded."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database) -> Database:
    """Run the migrations that are missing, in one transaction; two processes may do so at once."""
    head = head_revision()
    with database.read() as session:
        if _is_current(current_revision(session.connection()), head):
            return database
    with database.write() as session:
        connection = session.connection()
        # Looked at again under the write lock: another process may just have upgraded it.
        if not _is_current(current_revision(connection), head) and not lay_down(connection):
            run_migrations(connection)
    return database


def _is_current(found: str | None, head: str) -> bool:
    if found is not None and found > head:
        raise DatabaseFromTheFuture(found, head)
    return found == head


def run_migrations(connection: Connection) -> None:
    """Run the migrations that are missing, in the caller's transaction."""
    # Imported here: most commands find the database as it should be and never need Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
