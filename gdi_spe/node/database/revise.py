"""Write the next migration from the tables as the code declares them.

    python -m gdi_spe.node.database.revise "add the table of reviews"

Run it after changing a ``tables`` module, read what it wrote, and commit all of it together. With
``--first`` the first migration is written anew, for a product that nobody has installed yet; with
``--keep`` nothing but the statements for a new node is written, after a migration was edited.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import MetaData

from gdi_spe.node.database import laid_down
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.database.laid_down import MIGRATIONS
from gdi_spe.node.database.migrate import head_revision, run_migrations, upgrade

ROOMS = ("audit", "identity", "cohorts", "projects", "containers", "airlock", "revocation")


def declared() -> MetaData:
    """Return the tables of every room: the one place that knows them all."""
    for room in ROOMS:
        # By name: the rooms stand above this one, and only this tool looks up to them.
        module = f"gdi_spe.node.{room}.tables"
        if importlib.util.find_spec(module):
            importlib.import_module(module)
    return Base.metadata


def revise(message: str, number: int, folder: Path = MIGRATIONS) -> Path:
    """Write migration ``number``: what takes the migrations before it to the declared tables."""
    from alembic import command
    from alembic.config import Config

    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/empty.db")
        if number > 1:
            upgrade(database)
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with database.engine.connect() as connection:
            config.attributes |= {"connection": connection, "metadata": declared()}
            script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()
    return Path(script.path)  # type: ignore[union-attr]  # one revision was asked for


def keep_statements() -> Path:
    """Write down what the migrations make of an empty SQLite database."""
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/empty.db")
        with database.write() as session:
            run_migrations(session.connection())
            laid_down.keep(session.connection())
        database.close()
    return laid_down.STATEMENTS


def main(arguments: list[str]) -> int:
    """Write one migration, format it, and write the statements for a new node."""
    words = [word for word in arguments if not word.startswith("--")]
    if "--keep" not in arguments:
        print(_next_migration(words[0] if words else "lay down the tables", "--first" in arguments))
    print(keep_statements())
    return 0


def _next_migration(message: str, first: bool) -> Path:
    if first:
        shutil.rmtree(MIGRATIONS / "versions")
        (MIGRATIONS / "versions").mkdir()
    path = revise(message, 1 if first else int(head_revision()) + 1)
    for step in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, "--quiet", str(path)], check=True)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
