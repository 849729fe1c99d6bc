"""``gdi-spe grants``: what a person was granted, by whose word, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.identity.grants import effective_end, end_grant, history, live_grants
from gdi_spe.node.identity.obligations import duties_of, fulfil, withdraw_fulfilment
from gdi_spe.node.identity.people import find_person, restore, suspend
from gdi_spe.node.identity.tables import Grant


@click.group()
def grants() -> None:
    """Show and end what people are granted."""


@grants.command()
@click.argument("subject")
@pass_cli
def show(cli: Cli, subject: str) -> None:
    """Show every grant of a person, named by their subject or their name here."""
    now = cli.now()
    with cli.database().read() as session:
        person = find_person(session, subject)
        live = {(one.target, one.source) for one in live_grants(session, person.person, now)}
        rows = [_as_json(row, live) for row in history(session, person.person)]
        duties = [duty.as_json() for duty in duties_of(session, person.person, now)]
    found = {
        "person": person.person,
        "subject": person.subject,
        "suspended": person.suspended_at is not None,
        "grants": rows,
        "obligations": duties,
    }
    lines = [
        f"{row['target']}  {'live' if row['live'] else row['ended'] or 'not live'}  "
        f"until {row['until']}  {row['source']}"
        for row in rows
    ]
    lines += [f"{one['id']}  {one['kind']}  until {one['until'] or '- (due)'}" for one in duties]
    cli.show(found, "\n".join([f"{person.person} ({person.subject})", *lines]))


@grants.command()
@click.argument("subject")
@click.argument("target")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def end(cli: Cli, subject: str, target: str, why: str) -> None:
    """End a grant here and now, whatever visas say; only a newer visa brings it back."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        n_ended = end_grant(session, person, target, why, "admin", cli.now())
    cli.show({"person": person, "ended": n_ended}, f"{n_ended} grants of {person} have ended")


@grants.command("suspend")
@click.argument("subject")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def suspend_person(cli: Cli, subject: str, why: str) -> None:
    """Close the node to a person, whatever visas they hold."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        suspend(session, person, why, "admin", cli.now())
    cli.show({"person": person}, f"{person} is suspended")


@grants.command("restore")
@click.argument("subject")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def restore_person(cli: Cli, subject: str, why: str) -> None:
    """Lift the suspension of a person."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        restore(session, person, why, "admin", cli.now())
    cli.show({"person": person}, f"{person} is no longer suspended")


@grants.command("fulfil")
@click.argument("subject")
@click.argument("obligation")
@click.option("--until", type=click.DateTime(), help="UTC; else as long as the settings allow.")
@pass_cli
def fulfil_obligation(cli: Cli, subject: str, obligation: str, until: datetime | None) -> None:
    """Record that a person has taken a training, or accepted terms on paper."""
    ends = until.replace(tzinfo=UTC) if until else None
    with cli.database().write() as session:
        person = find_person(session, subject).person
        counts = fulfil(session, obligation, person, "admin", cli.now(), ends)
    found = {"person": person, "obligation": obligation, "until": counts.isoformat()}
    cli.show(found, f"{obligation} of {person} counts until {counts:%Y-%m-%d %H:%M} UTC")


@grants.command("unfulfil")
@click.argument("subject")
@click.argument("obligation")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def withdraw_obligation(cli: Cli, subject: str, obligation: str, why: str) -> None:
    """Let what a person had fulfilled count no longer; a running workspace of theirs ends."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        withdraw_fulfilment(session, obligation, person, why, "admin", cli.now())
    cli.show({"person": person}, f"{obligation} of {person} counts no longer")


def _as_json(row: Grant, live: set[tuple[str, str]]) -> dict[str, Any]:
    return {
        "target": row.target,
        "source": row.source,
        "until": effective_end(row).isoformat(),
        "live": row.ended_at is None and (row.target, row.source) in live,
        "made_at": row.made_at.isoformat(),
        "ended": row.ended_code,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "why": row.ended_why,
        "visa": row.visa_sha256,
    }
