"""``gdi-spe workspace``: see, probe and end the workspaces of a running node."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from gdi_spe.boundary.errors import BadInput, ExitCode, SpeError, Unavailable
from gdi_spe.node.cli.context import Cli, pass_cli
from gdi_spe.node.containers.order import is_workspace_id
from gdi_spe.node.service.client import NodeClient
from gdi_spe.node.settings import load_settings

# The longest that ending many workspaces, or trying every control of one, may take.
PATIENCE_SECONDS = 300.0


class ControlsFailed(SpeError):
    """A control of a workspace does not hold."""

    code = "controls-failed"
    exit_code = ExitCode.FAILED

    def __init__(self, controls: list[str]) -> None:
        self.public_message = f"These controls do not hold: {', '.join(controls)}."
        super().__init__(self.public_message)


class NotGone(Unavailable):
    """A workspace could not be ended; the node goes on trying."""

    code = "not-gone"

    def __init__(self, wids: list[str]) -> None:
        self.public_message = f"Not gone yet: {', '.join(wids)}. The node goes on trying."
        super().__init__(self.public_message)


@click.group()
def workspace() -> None:
    """See, probe and end workspaces. The node process must be running."""


@workspace.command("list")
@pass_cli
def list_workspaces(cli: Cli) -> None:
    """List every workspace that there has been, and how it stands."""
    rows = _ask(cli, "GET", "/v1/workspaces")
    lines = [
        f"{row['wid']}  {row['status']:<8}  {row['person']}  {row['project']}"
        f"  until {row['valid_until'] or '-'}  {row['why']}{_outdated(row)}"
        f"{'  files put aside' if row.get('quarantined_at') else ''}".rstrip()
        for row in rows
    ]
    cli.show(rows, "\n".join(lines) or "There is no workspace.")


def _outdated(row: dict[str, Any]) -> str:
    return f"  old version: {', '.join(row['outdated'])}" if row.get("outdated") else ""


@workspace.command()
@click.argument("wid")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def stop(cli: Cli, wid: str, why: str) -> None:
    """End one workspace; its files stay."""
    answer = _ask(cli, "POST", f"/v1/workspaces/{_checked(wid)}/stop", {"why": why})
    if not answer.get("gone"):
        raise NotGone([wid])
    cli.show(answer, f"{wid} has ended")


@workspace.command("kill-switch")
@click.option("--why", required=True, help="The reason, for the audit log.")
@click.option("--person", default="", help="Close the node to one person, by subject or name here.")
@click.option("--project", default="", help="Suspend one project.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_cli
def kill_switch(cli: Cli, why: str, person: str, project: str, yes: bool) -> None:
    """End every workspace of this node, or of one person or project, and let none start again.

    What was submitted from them is held back. `workspace reopen`, `grants restore` and
    `project resume` undo it.
    """
    if person and project:
        raise BadInput("name a person or a project, not both")
    what = person or project or "this node"
    if not yes:
        click.confirm(f"End every workspace of {what}?", abort=True)
    body = {"why": why, "person": person, "project": project}
    answer = _ask(cli, "POST", "/v1/kill-switch", body)
    if left := sorted(wid for wid, is_gone in answer.items() if not is_gone):
        raise NotGone(left)
    cli.show(answer, f"{len(answer)} workspaces have ended; {what} is closed")


@workspace.command()
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def reopen(cli: Cli, why: str) -> None:
    """Let workspaces start again after the kill switch of the whole node."""
    cli.show(_ask(cli, "POST", "/v1/reopen", {"why": why}), "workspaces can start again")


@workspace.command()
@click.argument("wid")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def release(cli: Cli, wid: str, why: str) -> None:
    """Give a workspace its files back that were put aside when access ended for a cause."""
    answer = _ask(cli, "POST", f"/v1/workspaces/{_checked(wid)}/release", {"why": why})
    cli.show(answer, f"the files of {wid} can be opened again")


@workspace.command()
@click.argument("wid")
@pass_cli
def probe(cli: Cli, wid: str) -> None:
    """Try every control of a running workspace from inside and outside; fail if one gives way."""
    answer = _ask(cli, "POST", f"/v1/workspaces/{_checked(wid)}/probe")
    lines = [
        f"{'ok    ' if row['ok'] else 'FAILED'}  {row['control']}: {row['observed']}"
        + ("" if row["ok"] else f"  (expected {row['expected']})")
        for row in answer["controls"]
    ]
    cli.show(answer, "\n".join(lines))
    # TRUST: an empty table is no proof.
    failed = [row["control"] for row in answer["controls"] if not row["ok"]]
    if failed or not answer["controls"]:
        raise ControlsFailed(failed or ["none was tried"])


def _ask(cli: Cli, method: str, path: str, body: Any = None) -> Any:
    socket = load_settings(cli.home).run_dir / "api" / "admin.sock"
    client = NodeClient(socket, PATIENCE_SECONDS)
    return asyncio.run(client.get(path) if method == "GET" else client.post(path, body))


def _checked(wid: str) -> str:
    if not is_workspace_id(wid):
        raise BadInput(f"{wid!r} is not a workspace's id", remedy="See gdi-spe workspace list")
    return wid
