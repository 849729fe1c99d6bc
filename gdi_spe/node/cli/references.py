"""``gdi-spe reference``: ontologies and gene annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.cohorts import references
from gdi_spe.node.cohorts.references import AddedReference


@click.group()
def reference() -> None:
    """References: add, list."""


@reference.command("add")
@click.argument("kind", type=click.Choice(references.KINDS))
@click.argument("file", type=click.Path(path_type=Path))
@pass_cli
def _add(cli: Cli, kind: str, file: Path) -> None:
    """Add a release of an ontology (OBO or OBO JSON, named by its prefix) or a GTF."""
    with cli.database().write() as session:
        added = references.add(session, cli.home, kind, file, cli.now())
    cli.show(_facts(added), f"{added.kind} {added.name}, {added.release}: {added.sha256[:16]}")


@reference.command("list")
@pass_cli
def _list(cli: Cli) -> None:
    """List the references, oldest first."""
    with cli.database().read() as session:
        found = references.every(session, cli.home)
    lines = [f"{r.kind} {r.name}  {r.release}  {r.added_at:%Y-%m-%d}" for r in found]
    cli.show([_facts(r) for r in found], "\n".join(lines) or "There are no references.")


def _facts(added: AddedReference) -> dict[str, Any]:
    return {
        "kind": added.kind,
        "name": added.name,
        "release": added.release,
        "sha256": added.sha256,
        "added_at": added.added_at.isoformat(),
    }
