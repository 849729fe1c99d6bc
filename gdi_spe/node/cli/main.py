"""``gdi-spe``: the front door of admins and auditors."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from gdi_spe.node.cli.context import Cli, home_option, run

# verb -> (module, attribute); modules load when their verb is used, so that the command is quick.
VERBS = {
    "audit": ("gdi_spe.node.cli.audit", "audit"),
    "check": ("gdi_spe.node.cli.check", "check"),
    "cohort": ("gdi_spe.node.cli.cohorts", "cohort"),
    "consent": ("gdi_spe.node.cli.consent", "consent"),
    "dataset": ("gdi_spe.node.cli.datasets", "dataset"),
    "demo": ("gdi_spe.node.cli.demo", "demo"),
    "export": ("gdi_spe.node.cli.exports", "export"),
    "grants": ("gdi_spe.node.cli.grants", "grants"),
    "project": ("gdi_spe.node.cli.projects", "project"),
    "reference": ("gdi_spe.node.cli.references", "reference"),
    "serve": ("gdi_spe.node.cli.serve", "serve"),
    "visa": ("gdi_spe.node.cli.visas", "visa"),
    "workspace": ("gdi_spe.node.cli.workspaces", "workspace"),
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
        module, attribute = VERBS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The node's home; else GDI_SPE_HOME.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def gdi_spe(ctx: click.Context, home: str | None, as_json: bool) -> None:
    """A secure processing environment: datasets, cohorts, workspaces, exports, audit."""
    ctx.obj = Cli(home_option(home), as_json)


def main() -> None:
    """Run the command and end with its documented exit code."""
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
