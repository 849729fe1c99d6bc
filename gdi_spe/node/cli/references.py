"""``gdi-spe reference``: ontologies, gene annotations and reference sequences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.cohorts import references
from gdi_spe.node.cohorts.reference_kinds import KINDS
from gdi_spe.node.cohorts.references import AddedReference


@click.group()
def reference() -> None:
    """References: add, list."""


@reference.command("add")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--assembly", default="", help="GRCh37 or GRCh38, where the file does not tell.")
@pass_cli
def _add(cli: Cli, kind: str, file: Path, assembly: str) -> None:
    """Add a release: an ontology (OBO, OBO JSON; named by its prefix), GTF, FASTA, star alleles."""
    added = references.add(
        cli.database(), cli.home, kind, file, cli.now(), assembly=assembly, progress=_progress
    )
    cli.show(_facts(added), _line(added))


def _progress(done: int, of: int | None) -> None:
    """Say on a terminal how far the reading has come."""
    if sys.stderr.isatty() and of:
        click.echo(f"\r{100 * done // of} % of {of / 1e6:,.0f} MB ", err=True, nl=False)


@reference.command("list")
@pass_cli
def _list(cli: Cli) -> None:
    """List the references, oldest first; the newest of a kind, name and assembly is in use."""
    with cli.database().read() as session:
        found = references.every(session, cli.home)
        in_use = set(references.current(session, cli.home))
    lines = [_line(each) + ("" if each in in_use else "  superseded") for each in found]
    cli.show([_facts(each) for each in found], "\n".join(lines) or "There are no references.")


def _line(added: AddedReference) -> str:
    words = [added.kind, added.name, added.release, added.assembly, added.sha256[:16]]
    return "  ".join([*(word for word in words if word), f"{added.added_at:%Y-%m-%d %H:%M}"])


def _facts(added: AddedReference) -> dict[str, Any]:
    return {
        "kind": added.kind,
        "name": added.name,
        "release": added.release,
        "assembly": added.assembly or None,
        "sha256": added.sha256,
        "added_at": added.added_at.isoformat(),
    }
