"""``gdi-spe audit``: what happened, and whether the record of it holds."""

from __future__ import annotations

import json
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from gdi_spe.boundary.errors import BadInput, ExitCode, Tampered
from gdi_spe.node.audit.anchor import anchor_head, anchors_path, copied_anchors, read_anchors
from gdi_spe.node.audit.evidence import write_evidence
from gdi_spe.node.audit.keys import PUBLIC_NAME, load_or_make_signing_key, load_public_key
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.audit.verify import Verification, verify
from gdi_spe.node.cli.context import Cli, pass_cli


class AuditLogTampered(Tampered):
    """The audit log is not what the node wrote."""

    code = "audit-log-tampered"
    exit_code = ExitCode.TAMPERED

    def __init__(self, text: str) -> None:
        self.public_message = f"The audit log does not hold: {text}."
        super().__init__(self.public_message)


@click.group()
def audit() -> None:
    """Show and verify the audit log."""


@audit.command("verify")
@click.option("--anchors", type=Path, help="Your own copy of the anchors.")
@click.option("--public-key", type=Path, help="Your own copy of the node's public key.")
@pass_cli
def verify_log(cli: Cli, anchors: Path | None, public_key: Path | None) -> None:
    """Verify the chain of all records, and the anchors; exit 6 if anything was changed."""
    try:
        found = _verified(cli, anchors, public_key)
    except Tampered as error:
        raise AuditLogTampered(str(error)) from None
    after = found.seq - found.anchored_seq
    cli.show(
        found.as_json(),
        f"holds: {found.seq} records, {found.n_anchors} anchors, "
        f"{after} records after the last anchor\n{found.hash}"
        if found.holds
        else "",
    )
    if found.problem is not None:
        raise AuditLogTampered(found.problem.text)


def _verified(cli: Cli, anchors: Path | None, public_key: Path | None) -> Verification:
    own = read_anchors(anchors_path(cli.home))
    copy = copied_anchors(anchors) if anchors else ()
    # TRUST: a copy that the auditor kept must be the beginning of what the node shows now.
    if copy != own[: len(copy)]:
        raise Tampered("your copy of the anchors is not the beginning of the node's")
    key = load_public_key(public_key) if public_key else _own_key(cli.home, bool(own))
    database = cli.database()
    with database.read() as session:
        return verify(session, own, key)


def _own_key(home: Path, needed: bool) -> Ed25519PublicKey | None:
    path = home / "keys" / PUBLIC_NAME
    if not path.exists():
        if needed:
            raise Tampered("there are anchors, but the node's public key is gone")
        return None
    return load_public_key(path)


@audit.command()
@click.option("--kind", help="Only this kind of event; a prefix ending in '.' takes all of it.")
@click.option("--actor", help="Only what this person or part of the node did.")
@click.option("--resource", help="Only what happened to this.")
@click.option("--last", type=click.IntRange(1, 100_000), default=50, help="How many at most.")
@pass_cli
def show(cli: Cli, kind: str | None, actor: str | None, resource: str | None, last: int) -> None:
    """Show the newest events, the oldest of them first."""
    query = select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(last)
    if kind:
        wanted = AuditEvent.kind.startswith(kind, autoescape=True)
        query = query.where(wanted if kind.endswith(".") else AuditEvent.kind == kind)
    if actor:
        query = query.where(AuditEvent.actor == actor)
    if resource:
        query = query.where(AuditEvent.resource == resource)
    with cli.database().read() as session:
        events = list(reversed(session.scalars(query).all()))
    # Stored text is ASCII without control characters, so that no event can forge a line here.
    text = "\n".join(f"{e.seq} {e.at} {e.kind} {e.actor} {e.resource} {e.facts}" for e in events)
    cli.show([_as_json(event) for event in events], text)


@audit.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@pass_cli
def evidence(cli: Cli, target: Path) -> None:
    """Write a zip with which anybody can verify the log without this product."""
    if not target.parent.is_dir():
        raise BadInput("there is no such folder", source=str(target.parent))
    load_or_make_signing_key(cli.home)
    database = cli.database()
    anchor_head(database, cli.home, cli.now())
    with database.read() as session:
        n_records = write_evidence(session, cli.home, target)
    cli.show({"file": str(target), "records": n_records}, f"{target}: {n_records} records")


def _as_json(event: AuditEvent) -> dict[str, object]:
    return {
        "seq": event.seq,
        "at": event.at,
        "kind": event.kind,
        "actor": event.actor,
        "resource": event.resource,
        "facts": json.loads(event.facts),
        "hash": event.hash,
    }
