"""``gdi-spe serve``."""

from __future__ import annotations

import click

from gdi_spe.node.cli.context import Cli, pass_cli


@click.command()
@pass_cli
def serve(cli: Cli) -> None:
    """Run the node process: database, timers, audit log, and the sockets of the other parts."""
    from gdi_spe.node.service.process import serve as run_process

    run_process(cli.home)
