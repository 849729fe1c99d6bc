"""``gdi-spe export``: look at export requests, and write the evidence of a release."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import click

from gdi_spe.boundary.errors import BadInput, NotFound, Tampered
from gdi_spe.node.airlock import views
from gdi_spe.node.airlock.content import ContentStore
from gdi_spe.node.airlock.releases import release_of
from gdi_spe.node.airlock.requests import get
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cli.context import Cli, pass_cli

# A ZIP keeps the time of each member; one fixed time makes equal bundles of equal releases.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@click.group()
def export() -> None:
    """Export requests and releases."""


@export.command("list")
@pass_cli
def list_requests(cli: Cli) -> None:
    """List every export request."""
    database = cli.database()
    with database.read() as session:
        rows = views.everything(session)
    database.close()
    lines = [
        f"{r['id']}  {r['status']:<9}  {r['verdict'] or '-':<6}  {r['project']}  {r['title']}"
        for r in rows
    ]
    cli.show({"exports": rows}, "\n".join(lines) or "There is no export request.")


@export.command()
@click.argument("request_id")
@pass_cli
def show(cli: Cli, request_id: str) -> None:
    """Show one export request: its files, findings and votes."""
    database = cli.database()
    with database.read() as session:
        value = views.of_operator(session, get(session, request_id))
    database.close()
    cli.show(value, json.dumps(value, indent=1))


@export.command()
@click.argument("request_id")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The ZIP to write.")
@pass_cli
def bundle(cli: Cli, request_id: str, out: Path) -> None:
    """Write a release, its manifest and its bytes, verified, as one ZIP."""
    if out.exists():
        raise BadInput("the file is there already", source=str(out))
    database, store = cli.database(), ContentStore(cli.home)
    with database.write() as session:
        released = release_of(session, get(session, request_id))
        if released is None:
            raise NotFound("release of", request_id)
        _write(out, released.manifest, released.manifest_sha256, store)
        facts = {"manifest_sha256": released.manifest_sha256}
        record(session, Event("export.bundled", "admin", request_id, facts), cli.now())
    database.close()
    cli.show({"bundle": str(out), "manifest_sha256": released.manifest_sha256}, f"Wrote {out}.")


def _write(out: Path, manifest: str, sha256: str, store: ContentStore) -> None:
    if hashlib.sha256(manifest.encode()).hexdigest() != sha256:
        raise Tampered("the manifest is not the one that was released")
    aside = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(aside, "w") as archive:
            _member(archive, "manifest.json", manifest.encode())
            for file in _files(manifest):
                _member(archive, f"files/{file['name']}", store.read(file["sha256"]))
        aside.rename(out)
    finally:
        aside.unlink(missing_ok=True)


def _files(manifest: str) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads(manifest)["files"]
    return files


def _member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
