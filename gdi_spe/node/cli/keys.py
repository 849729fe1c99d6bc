"""``gdi-spe keys``: the keys that others use to send data to this node."""

from __future__ import annotations

from base64 import b64encode

import click

from gdi_spe.node.cli.context import Cli, pass_cli


@click.group()
def keys() -> None:
    """Keys: the public half of the node's Crypt4GH key."""


@keys.command("crypt4gh")
@pass_cli
def _crypt4gh(cli: Cli) -> None:
    """Print the public key for those who submit data; it is made at first use.

    `dataset ingest` decrypts files with the private half, which stays in keys/crypt4gh.sec.
    """
    from gdi_spe.node.cohorts.crypt4gh_key import load_or_make_crypt4gh_key

    key = load_or_make_crypt4gh_key(cli.home)
    cli.show({"crypt4gh_public_key": b64encode(key.public).decode()}, key.public_text().rstrip())


@keys.command("rotate-hub")
@pass_cli
def _rotate_hub(cli: Cli) -> None:
    """Make a new key for what the Hub keeps of log-ins; restart the Hub to use it.

    The keys before it still open what they encrypted; each log-in is encrypted anew at its next
    refresh. Three keys are kept.
    """
    from gdi_spe.node.audit.log import Event, record
    from gdi_spe.node.identity.own_keys import rotate_keys
    from gdi_spe.node.settings import load_settings

    n_keys = rotate_keys(load_settings(cli.home), "hub-crypt-key")
    with cli.database().write() as session:
        record(
            session, Event("keys.rotated", "admin", "hub-crypt-key", {"keys": n_keys}), cli.now()
        )
    cli.show({"keys": n_keys}, f"{n_keys} keys; restart the Hub to encrypt with the new one")
