"""What every verb of the command gets: where the node's home is, and how to print."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdi_spe.boundary.errors import BadInput, ExitCode, SpeError, Tampered

if TYPE_CHECKING:
    from gdi_spe.node.database.engine import Database
    from gdi_spe.node.identity.roles import Verb


@dataclass(frozen=True)
class Cli:
    """The options that stand before the verb."""

    # None only for the verbs that need no node.
    home_dir: Path | None
    as_json: bool

    @property
    def home(self) -> Path:
        """Return the node's home; a node is never guessed."""
        if self.home_dir is None:
            raise BadInput("no node named", remedy="Give --home DIR or set GDI_SPE_HOME")
        return self.home_dir

    def now(self) -> datetime:
        """Return the time of this command."""
        return datetime.now(UTC)

    def database(self) -> Database:
        """Open the node's database, made or upgraded as needed; works on an empty folder."""
        from gdi_spe.node.database.engine import Database
        from gdi_spe.node.database.migrate import upgrade

        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return upgrade(Database(self._url()))

    @contextmanager
    def four_eyes(self, verb: Verb, target: str) -> Iterator[None]:
        """Let a production node do something only if two people wanted it; then note it as done."""
        if not self._needs_four_eyes():
            yield
            return
        from gdi_spe.node.audit.log import Event, record
        from gdi_spe.node.identity.proposals import FourEyesMissing, approved, use

        database = self.database()
        # TRUST: whoever has this machine's command line still is one person.
        try:
            with database.read() as session:
                number = approved(session, verb, target, self.now()).id
        except FourEyesMissing:
            with database.write() as session:
                record(
                    session, Event("proposal.missing", "admin", target, {"verb": verb}), self.now()
                )
            raise
        yield
        with database.write() as session:
            use(session, number, self.now())

    def _needs_four_eyes(self) -> bool:
        if not (self.home / "node.toml").exists():
            return False
        from gdi_spe.node.settings import load_settings

        return load_settings(self.home).needs_four_eyes

    def _url(self) -> str:
        if (self.home / "node.toml").exists():
            from gdi_spe.node.settings import load_settings

            return load_settings(self.home).database_url
        return f"sqlite:///{self.home.resolve()}/node.db"

    def show(self, value: Any, text: str) -> None:
        """Print for a program or for a person."""
        if self.as_json or text:
            click.echo(json.dumps(value, indent=1, default=str) if self.as_json else text)


@contextmanager
def named() -> Iterator[None]:
    """Tell the admin which file is not what it was; others are told that something is not."""
    try:
        yield
    except Tampered as error:
        error.public_message = str(error)
        raise


pass_cli = click.make_pass_decorator(Cli)


def home_option(value: str | None) -> Path | None:
    """Return --home, else GDI_SPE_HOME, else None."""
    chosen = value or os.environ.get("GDI_SPE_HOME")
    return Path(chosen) if chosen else None


def run(command: Callable[[], Any]) -> int:
    """Run a command; every error of ours becomes one line and its documented exit code."""
    try:
        command()
    except SpeError as error:
        # Who runs the command is the operator: what was tampered with is theirs to know.
        why = str(error) if isinstance(error, Tampered) else error.public_message
        click.echo(f"gdi-spe: {error.code}: {why}", err=True)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("gdi-spe: stopped", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.FAILED)
    return int(ExitCode.OK)
