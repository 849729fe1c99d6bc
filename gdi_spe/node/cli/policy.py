"""``gdi-spe policy``: the numbers by which exports are judged, and the node's signature of them."""

from __future__ import annotations

import click

from gdi_spe.node.cli.context import Cli, pass_cli


@click.group()
def policy() -> None:
    """The disclosure policy of this node."""


@policy.command()
@pass_cli
def show(cli: Cli) -> None:
    """Show the policy's numbers, its hash, and whether the node signed it."""
    from gdi_spe.boundary.policy import load_policy
    from gdi_spe.node.service.policy_signature import is_signed

    found = load_policy(cli.home / "policy.toml")
    signed = is_signed(cli.home, found)
    numbers = found.model_dump(mode="json")
    lines = [
        f"{found.name}, version {found.version}, {'signed' if signed else 'not signed'}",
        f"SHA-256 {found.sha256}",
        *(
            f"{part}.{name} = {value}"
            for part, values in numbers.items() if isinstance(values, dict)
            for name, value in values.items()
        ),
    ]  # fmt: skip
    value = {"policy": numbers, "sha256": found.sha256, "is_signed": signed}
    cli.show(value, "\n".join(lines))


@policy.command()
@pass_cli
def sign(cli: Cli) -> None:
    """Sign policy.toml with the node's key; a node in production starts with nothing else.

    Another policy needs a higher version. On a node in production two people want it first, on the
    pages; the signature alone does not bring it into force.
    """
    from gdi_spe.boundary.policy import load_policy
    from gdi_spe.node.audit.log import Event, Fact, record
    from gdi_spe.node.service.policy_signature import sign_policy

    found = load_policy(cli.home / "policy.toml")
    database = cli.database()
    with database.write() as session:
        signed = sign_policy(cli.home, found)
        facts: dict[str, Fact] = {"name": signed.name, "version": signed.version}
        record(session, Event("policy.signed", "admin", signed.sha256, facts), cli.now())
    database.close()
    cli.show(
        signed.model_dump(mode="json"),
        f"Signed {signed.name}, version {signed.version}, SHA-256 {signed.sha256}.",
    )
