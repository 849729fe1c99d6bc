"""Write the next migration from the tables as the code declares them.

    python -m gdi_spe.node.database.revise "add the table of reviews"

Run it after changing a ``tables`` module, read what it wrote, and commit both together. With
``--first`` the first migration is written anew, for a product that nobody has installed yet.
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

from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.database.migrate import MIGRATIONS, head_revision, upgrade

ROOMS = ("audit", "identity", "cohorts", "projects", "containers", "airlock")


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


def main(arguments: list[str]) -> int:
    """Write one migration and format it."""
    first = "--first" in arguments
    words = [word for word in arguments if word != "--first"]
    if first:
        shutil.rmtree(MIGRATIONS / "versions")
        (MIGRATIONS / "versions").mkdir()
    number = 1 if first else int(head_revision()) + 1
    path = revise(words[0] if words else "lay down the tables", number)
    for step in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, "--quiet", str(path)], check=True)
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
