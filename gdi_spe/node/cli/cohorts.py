"""``gdi-spe cohort``: define cohorts and make their versions.

Rooms are imported by the verb that needs them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.cli.context import Cli, named, pass_cli

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from gdi_spe.node.cohorts.renewal import Renewal
    from gdi_spe.node.cohorts.versions import CohortVersion

_FILE = click.Path(path_type=Path)


@click.group()
def cohort() -> None:
    """Cohorts: define, materialise, list, show, verify, retire."""


@cohort.command("define")
@click.argument("cohort_id")
@click.option("--dataset", "datasets", multiple=True, required=True, metavar="ID")
@click.option("--query", type=_FILE, help="Beacon v2 request (JSON) that selects individuals.")
@click.option("--region", "regions", multiple=True, metavar="chr:start-end")
@click.option("--title", default="")
@click.option("--purpose", "purposes", multiple=True, metavar="DUO", help="DUO:0000042, say.")
@click.option("--sensitive", is_flag=True, help="Small, isolated or stigmatised: stricter bars.")
@pass_cli
def _define(
    cli: Cli,
    cohort_id: str,
    datasets: tuple[str, ...],
    query: Path | None,
    regions: tuple[str, ...],
    title: str,
    purposes: tuple[str, ...],
    sensitive: bool,
) -> None:
    """Define a cohort, and its default project with it."""
    from gdi_spe.node.cohorts import definitions
    from gdi_spe.node.projects.register import create_default

    asked = _json(query) if query else None
    now = cli.now()

    def on_defined(session: Session, cohort: str, name: str, wanted: tuple[str, ...]) -> None:
        create_default(session, cohort, name, wanted, now)

    with cli.database().write() as session:
        made = definitions.define(
            session, cli.home, cohort_id, datasets, asked, regions, title, purposes, now,
            on_defined, is_sensitive=sensitive,
        )  # fmt: skip
    facts = {"cohort_id": made.id, "title": made.title, "project": made.project}
    cli.show(facts, f"{made.id} is defined; its project is {made.project}")


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg}", source=str(path), line=error.lineno) from None
    except (RecursionError, ValueError):
        why = "not UTF-8, nested too deeply, or a number too long"
        raise BadInput(why, source=str(path)) from None
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", source=str(path)) from None
    if not isinstance(value, dict):
        raise BadInput("not a Beacon request", source=str(path))
    return value


@cohort.command("materialise")
@click.argument("cohort_id")
@pass_cli
def _materialise(cli: Cli, cohort_id: str) -> None:
    """Make the cohort's next version from the newest versions of its datasets."""
    from gdi_spe.node.cohorts.materialise import materialise

    made = materialise(cli.database(), cli.home, cohort_id, cli.now())
    notes = _notes(cli, made)
    lines = [
        f"{made.cohort_id}, version {made.version}: {made.n_individuals:,} individuals, "
        f"{made.n_variants:,} variants",
        *(f"  {note}" for note in notes),
    ]
    cli.show({**_facts(made), "notes": notes}, "\n".join(lines))


def _notes(cli: Cli, version: CohortVersion) -> list[str]:
    """Return what the node's own manifest tells the admin of a version."""
    from gdi_spe.node.cohorts import seals

    return list(seals.opened(cli.home, version.seal, version.signature).notes)


def _facts(made: CohortVersion) -> dict[str, Any]:
    return {
        "cohort_id": made.cohort_id,
        "version": made.version,
        "path": str(made.path),
        "n_individuals": made.n_individuals,
        "n_variants": made.n_variants,
        "materialised_at": made.materialised_at.isoformat(),
    }


@cohort.command("list")
@pass_cli
def _list(cli: Cli) -> None:
    """List the cohorts."""
    from gdi_spe.node.cohorts import definitions

    with cli.database().read() as session:
        found = [(c, _newest(session, c.id)) for c in definitions.every(session)]
    facts = [{"id": c.id, "title": c.title, "project": c.project, **_or_none(v)} for c, v in found]
    lines = [
        f"{c.id}  {f'version {v.version}' if v else 'not materialised'}  {c.title}"
        for c, v in found
    ]
    cli.show(facts, "\n".join(lines) or "There are no cohorts.")


def _newest(session: Session, cohort_id: str) -> CohortVersion | None:
    from gdi_spe.node.cohorts.versions import current_version

    try:
        return current_version(session, cohort_id)
    except NotFound:
        return None


def _or_none(version: CohortVersion | None) -> dict[str, Any]:
    return {"current": _facts(version) if version else None}


@cohort.command("show")
@click.argument("cohort_id")
@click.option("--alike", is_flag=True, help="Name the individuals whose genotypes are the same.")
@pass_cli
def _show(cli: Cli, cohort_id: str, alike: bool) -> None:
    """Show how a cohort is defined, and its newest version."""
    from gdi_spe.node.cohorts import definitions

    with cli.database().read() as session:
        found = definitions.get(session, cohort_id)
        version = _newest(session, cohort_id)
    notes = _notes(cli, version) if version else []
    pairs = _alike(cli, found.opaque, version) if version and alike else []
    definition = found.definition.model_dump(mode="json")
    facts = {"id": found.id, "title": found.title, "project": found.project, **definition}
    facts |= {"notes": notes, "alike": pairs, "retired": found.retired_at is not None}
    lines = [f"{found.id}: {found.title}", f"  project {found.project}"]
    lines += [f"  for {', '.join(found.definition.purposes)}"] if found.definition.purposes else []
    lines.append(f"  datasets {', '.join(found.definition.datasets)}")
    if found.definition.query:
        lines.append(f"  query {json.dumps(found.definition.query)}")
    if version:
        lines.append(f"  version {version.version}: {version.n_individuals:,} individuals")
    lines += [f"  {note}" for note in notes]
    lines += [
        f"  {p['individual_id']} and {p['other_individual_id']}: {p['kinship']}" for p in pairs
    ]
    cli.show({**facts, **_or_none(version)}, "\n".join(lines))


def _alike(cli: Cli, opaque: str, version: CohortVersion) -> list[dict[str, Any]]:
    """Return the pairs that the node keeps beside the names of a version."""
    import pyarrow.parquet as pq

    path = cli.home / "pseudonyms" / opaque / f"{version.version}-alike.parquet"
    return pq.read_table(path).to_pylist() if path.is_file() else []


@cohort.command("verify")
@click.argument("cohort_id")
@pass_cli
def _verify(cli: Cli, cohort_id: str) -> None:
    """Hash every file of the newest version again, and read it through."""
    from gdi_spe.node.cohorts.verification import verify_cohort
    from gdi_spe.node.cohorts.versions import current_version

    with cli.database().read() as session:
        version = current_version(session, cohort_id)
    with named():
        verify_cohort(cli.home.resolve(), version)
    text = f"{cohort_id}, version {version.version}: every file is what was sealed"
    cli.show({**_facts(version), "verified": True}, text)


@cohort.command("renew")
@pass_cli
def _renew(cli: Cli) -> None:
    """Make the versions that are due because people have left; `serve` does so by itself."""
    from gdi_spe.node.cohorts.renewal import renew

    found = renew(cli.database(), cli.home, cli.now(), "admin")
    cli.show([asdict(each) for each in found], "\n".join(map(told, found)) or "Nothing is due.")


def told(renewal: Renewal) -> str:
    """Say what became of a cohort that people have left."""
    texts = {
        "renewed": f"version {renewal.version} takes the place of the one before",
        "waits": f"a new version waits until {renewal.due_at:%Y-%m-%d}" if renewal.due_at else "",
        "ended": f"out of use, since no new version can be made ({renewal.why})",
        "later": f"not renewed yet ({renewal.why}); renew again",
    }
    return f"{renewal.cohort_id}: {texts[renewal.outcome]}"


@cohort.command("mark")
@click.argument("cohort_id")
@click.option("--sensitive/--not-sensitive", required=True, help="What the data holder decided.")
@click.option("--why", required=True, help="The data holder's decision, for the audit log.")
@pass_cli
def _mark(cli: Cli, cohort_id: str, sensitive: bool, why: str) -> None:
    """Mark a cohort as sensitive, or no longer; exports are judged by it at once."""
    from gdi_spe.node.cohorts import definitions

    with cli.database().write() as session:
        definitions.mark(session, cohort_id, sensitive, why, cli.now())
    word = "sensitive" if sensitive else "not sensitive"
    cli.show({"cohort_id": cohort_id, "is_sensitive": sensitive}, f"{cohort_id} is {word}")


@cohort.command("approve")
@click.argument("cohort_id")
@click.option("--condition", required=True, metavar="DUO", help="As the refusal names it.")
@click.option("--why", required=True, help="The committee's decision, for the audit log.")
@pass_cli
def _approve(cli: Cli, cohort_id: str, condition: str, why: str) -> None:
    """Record that the data access committee finds a condition of use met."""
    from gdi_spe.node.cohorts import definitions

    with cli.database().write() as session:
        definitions.approve(session, cohort_id, condition, why, cli.now())
    facts = {"cohort_id": cohort_id, "condition": condition}
    cli.show(facts, f"{cohort_id}: {condition} is met by the committee's decision")


@cohort.command("reseal")
@click.argument("cohort_id")
@click.option("--why", required=True, help="Which backup was restored, for the audit log.")
@pass_cli
def _reseal(cli: Cli, cohort_id: str, why: str) -> None:
    """Accept restored files: every byte must be what was sealed, the rest is sealed anew."""
    from gdi_spe.node.cohorts.verification import reseal_cohort

    with named():
        made = reseal_cohort(cli.database(), cli.home, cohort_id, why, cli.now())
    text = f"{cohort_id}: {len(made)} versions are sealed anew"
    cli.show({"cohort_id": cohort_id, "versions": [asdict(each) for each in made]}, text)


@cohort.command("retire")
@click.argument("cohort_id")
@pass_cli
def _retire(cli: Cli, cohort_id: str) -> None:
    """Take a cohort out of use."""
    from gdi_spe.node.cohorts import definitions

    with cli.database().write() as session:
        definitions.retire(session, cohort_id, cli.now())
    cli.show({"cohort_id": cohort_id, "retired": True}, f"{cohort_id} is retired")
