"""``gdi-spe project``: who works on which cohorts, for what purpose."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.orm import Session

from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.identity.people import find_person
from gdi_spe.node.projects import register
from gdi_spe.node.projects.register import Status
from gdi_spe.node.projects.tables import Project


@click.group()
def project() -> None:
    """Make, show and end projects."""


@project.command("list")
@pass_cli
def list_projects(cli: Cli) -> None:
    """List all projects."""
    with cli.database().read() as session:
        found = [_as_json(session, one) for one in register.every(session)]
    lines = [f"{one['slug']}  {one['status']}  {' '.join(one['cohorts'])}" for one in found]
    cli.show(found, "\n".join(lines) or "There is no project.")


@project.command()
@click.argument("slug")
@pass_cli
def show(cli: Cli, slug: str) -> None:
    """Show one project and its members."""
    with cli.database().read() as session:
        found = _as_json(session, register.get(session, slug))
    text = "\n".join(f"{name}: {_plain(value)}" for name, value in found.items())
    cli.show(found, text)


@project.command()
@click.argument("slug")
@click.option("--title", default="", help="What its members read.")
@click.option("--cohort", "cohorts", multiple=True, required=True, help="May be given again.")
@click.option("--purpose", "purposes", multiple=True, help="A DUO code; may be given again.")
@click.option("--members-only", is_flag=True, help="Only members whom you add, not all granted.")
@pass_cli
def create(
    cli: Cli,
    slug: str,
    title: str,
    cohorts: tuple[str, ...],
    purposes: tuple[str, ...],
    members_only: bool,
) -> None:
    """Make a project of one or more cohorts."""
    with cli.database().write() as session:
        register.create(
            session, slug, title, purposes, cohorts, "admin", cli.now(), members_only=members_only
        )
    cli.show({"slug": slug}, f"project {slug} is there")


@project.command("add-member")
@click.argument("slug")
@click.argument("subject")
@pass_cli
def add_member(cli: Cli, slug: str, subject: str) -> None:
    """Add a person, named by their subject at the log-in service or their name here."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        register.add_member(session, slug, person, "admin", cli.now())
    cli.show({"slug": slug, "person": person}, f"{person} is a member of {slug}")


@project.command("remove-member")
@click.argument("slug")
@click.argument("subject")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def remove_member(cli: Cli, slug: str, subject: str, why: str) -> None:
    """Take a person out; a running workspace of theirs ends within a minute."""
    with cli.database().write() as session:
        person = find_person(session, subject).person
        register.remove_member(session, slug, person, why, "admin", cli.now())
    cli.show({"slug": slug, "person": person}, f"{person} is no longer a member of {slug}")


def _move(name: str, to: Status, help_text: str) -> None:
    @project.command(name, help=help_text)
    @click.argument("slug")
    @click.option("--why", required=True, help="The reason, for the audit log.")
    @pass_cli
    def command(cli: Cli, slug: str, why: str) -> None:
        with cli.database().write() as session:
            register.move(session, slug, to, why, "admin", cli.now())
        cli.show({"slug": slug, "status": to.value}, f"project {slug} is {to}")


_move("suspend", Status.SUSPENDED, "Stop all work on a project; its files are kept.")
_move("resume", Status.ACTIVE, "Let a suspended project go on.")
_move("close", Status.CLOSED, "End a project for good.")


def _as_json(session: Session, one: Project) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "status": one.status,
        "why": one.status_why,
        "purposes": one.purposes.split(),
        "cohorts": list(register.cohorts_of(session, one.slug)),
        "members_only": one.members_only,
        "members": [
            {"person": m.person, "added_by": m.added_by, "removed": m.removed_at is not None}
            for m in register.members_of(session, one.slug)
        ],
    }


def _plain(value: Any) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)
