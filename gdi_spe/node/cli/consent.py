"""``gdi-spe consent``: take changes of consent in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gdi_spe.node.cli.cohorts import told
from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.cohorts import withdrawal


@click.group()
def consent() -> None:
    """Consent: apply."""


@consent.command("apply")
@click.argument("file", type=click.Path(path_type=Path))
@pass_cli
def _apply(cli: Cli, file: Path) -> None:
    """Take new statements in; who refused or withdrew leaves the dataset's new version."""
    changed = withdrawal.apply(cli.database(), cli.home, file, cli.now())
    lines = [
        f"{name}, version {version}: {n_left:,} individuals have left"
        for name, version, n_left in changed.datasets
    ]
    lines += [f"  {told(each)}" for each in changed.cohorts]
    lines += [f"  {changed.n_unknown:,} individuals are not here"] if changed.n_unknown else []
    cli.show(asdict(changed), "\n".join(lines))
