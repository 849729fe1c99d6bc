"""``gdi-spe``: the front door of admins and auditors."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from importlib import import_module

import click

from gdi_spe.node.cli.context import Cli, home_option, run


@dataclass(frozen=True)
class Verb:
    """Where a verb is, and what the list of verbs says of it without loading it."""

    module: str
    attribute: str
    tells: str


_HERE = "gdi_spe.node.cli"

# Modules load when their verb is used, so that the command is quick.
VERBS = {
    "audit": Verb(f"{_HERE}.audit", "audit", "Show and verify the audit log."),
    "check": Verb(f"{_HERE}.check", "check", "Judge FILES as one export request."),
    "cohort": Verb(f"{_HERE}.cohorts", "cohort", "Define cohorts and make their versions."),
    "consent": Verb(f"{_HERE}.consent", "consent", "Read consent and its withdrawal."),
    "dataset": Verb(f"{_HERE}.datasets", "dataset", "Bring datasets in, take them out of use."),
    "demo": Verb(f"{_HERE}.demo", "demo", "Tell the whole story on this machine."),
    "export": Verb(f"{_HERE}.exports", "export", "List, show and bundle export requests."),
    "grants": Verb(f"{_HERE}.grants", "grants", "Show what a person is granted."),
    "keys": Verb(f"{_HERE}.keys", "keys", "Show the key to encrypt data for this node."),
    "policy": Verb(f"{_HERE}.policy", "policy", "Show and sign the disclosure policy."),
    "project": Verb(f"{_HERE}.projects", "project", "Say who works on what, for what purpose."),
    "reference": Verb(f"{_HERE}.references", "reference", "Add ontologies and annotations."),
    "serve": Verb(f"{_HERE}.serve", "serve", "Run the node process."),
    "visa": Verb(f"{_HERE}.visas", "visa", "Say offline what a passport grants."),
    "workspace": Verb(f"{_HERE}.workspaces", "workspace", "See, probe and end workspaces."),
}


class _Verbs(click.Group):
    """The table above as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one verb."""
        if cmd_name not in VERBS:
            return None
        verb = VERBS[cmd_name]
        command: click.Command = getattr(import_module(verb.module), verb.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.tells) for name, verb in sorted(VERBS.items())])


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The node's home; else GDI_SPE_HOME.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def gdi_spe(ctx: click.Context, home: str | None, as_json: bool) -> None:
    """A secure processing environment: datasets, cohorts, workspaces, exports, audit."""
    ctx.obj = Cli(home_option(home), as_json)


class _WithoutPandas:
    """Let pandas count as not installed.

    Arrow looks for it when it makes its first array, half a second before a small dataset is read;
    no verb uses it.
    """

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas; leave the rest to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError("the command does without pandas", name=name)


def main() -> None:
    """Run the command and end with its documented exit code."""
    # What a start makes stays: to look through it for cycles again and again is a tenth of it.
    gc.set_threshold(100_000, 20, 100)
    sys.meta_path.insert(0, _WithoutPandas())
    arguments = _options_first(sys.argv[1:])
    sys.exit(run(lambda: gdi_spe.main(arguments, prog_name="gdi-spe", standalone_mode=False)))


def _options_first(arguments: list[str]) -> list[str]:
    """Let ``--home DIR`` and ``--json`` stand anywhere on the line, as every verb takes them."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest.extend([word, *words])
        elif word == "--json" or word.startswith("--home="):
            front.append(word)
        elif word == "--home":
            front.extend([word, next(words, "")])
        else:
            rest.append(word)
    return front + rest


if __name__ == "__main__":
    main()
