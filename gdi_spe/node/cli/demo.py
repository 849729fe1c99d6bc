"""``gdi-spe demo``: handed to the demo, which stands above every room of the node."""

from __future__ import annotations

import os
import sys

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Tell the whole story on this machine: log in, work, export, review, release, revoke."""
    # A new process, not an import: nothing of the node may depend on the demo.
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "gdi_spe.demo", *arguments])  # noqa: S606  # no shell is meant
