"""Make a version of a cohort: the people whom query and consent leave, under pseudonyms."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import ExitCode, Refused, SpeError
from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose, Reference
from gdi_spe.boundary.policy import CohortPolicy
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import (
    alike,
    definitions,
    references,
    renaming,
    rules,
    seals,
    selecting,
    versions,
)
from gdi_spe.node.cohorts.comparing import CohortWaits, Difference, difference, due_at, names_path
from gdi_spe.node.cohorts.definitions import Cohort
from gdi_spe.node.cohorts.marks import keep_apart, keep_marks
from gdi_spe.node.cohorts.pseudonyms import load_or_make_key
from gdi_spe.node.cohorts.renaming import Renamed
from gdi_spe.node.cohorts.selecting import Chosen, SamePerson
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow
from gdi_spe.node.cohorts.versions import (
    CohortVersion,
    DatasetVersionRef,
    current_dataset,
    version_of,
)
from gdi_spe.node.cohorts.writing import writing
from gdi_spe.node.database.engine import Database
from gdi_spe.store.germline import samples_from
from gdi_spe.store.schemas import PERSON_TABLES
from gdi_spe.store.writing import folders
from gdi_spe.store.writing.subset import Source, write_subset
from gdi_spe.terms.references import Hierarchies

__all__ = ["CohortEmpty", "SamePerson", "materialise"]


class CohortEmpty(SpeError):
    """Nobody is left whom the query selects and whose consent allows it."""

    code = "cohort-empty"
    exit_code = ExitCode.EMPTY
    http_status = 409
    public_message = "The cohort selects nobody: no individual fits the query and has consented."


class DatasetChanged(Refused):
    """A dataset got a new version while a cohort was made from the one before."""

    code = "dataset-changed"

    def __init__(self, dataset_id: str) -> None:
        self.public_message = f"{dataset_id} has a new version meanwhile; materialise again."
        super().__init__(self.public_message)


@dataclass(frozen=True)
class _Begun:
    """What a version is made from, as it was when the making began."""

    cohort: Cohort
    refs: list[DatasetVersionRef]
    brought: list[references.AddedReference]
    approved: frozenset[str]
    policy: CohortPolicy | None
    # The newest version so far, 0 before the first; since when a newer one is due.
    last_version: int
    outdated_at: datetime | None


@dataclass(frozen=True)
class _Written:
    """A version in its staging folder, and what the node alone keeps of it."""

    staging: Path
    manifest: CohortManifest
    real_names: pa.Table
    samples: pa.Table
    pairs: list[alike.Pair]
    excluded: dict[str, int]
    notes: tuple[str, ...]
    people_left: bool


def materialise(
    database: Database, home: Path, cohort_id: str, now: datetime, actor: str = "admin"
) -> CohortVersion:
    """Make a cohort's next version from the current versions of its datasets.

    Raises
    ------
    NotFound
        If the cohort or one of its datasets is not here, or is retired.
    CohortEmpty, CohortTooSmall
        If it selects nobody, or fewer than the policy allows.
    CohortWaits
        If versions are scheduled, and this one would single people out before its date.
    PurposeNotPermitted, CommitteeNeeded
        If a dataset's conditions of use are not met.
    HierarchyMissing
        If a filter's ontology is not here.
    SamePerson
        If an individual is in two of the datasets.
    CohortTampered
        If a dataset is not what was sealed.
    """
    home = home.resolve()
    begun = _begin(database, home, cohort_id)
    sources = selecting.sealed(home, begun.refs)
    with writing(home, cohort_id), folders.staged(home / "cohorts") as staging:
        hierarchies = _bring_references(staging, begun.brought)
        definition = begun.cohort.definition
        question = selecting.Question(
            definition.query, definition.purposes, begun.approved, hierarchies, now
        )
        chosen, excluded = selecting.choose(begun.refs, sources, question)
        _refuse_size(chosen, begun.policy)
        parts = _named(home, begun.cohort, chosen)
        changed = _changed(home, begun, parts)
        _wait(database, begun, changed, now)
        manifests = (part.folder.manifest for part in chosen)
        shaped = references.shaping(begun.brought, manifests, hierarchies)
        written = _write(staging, begun, parts, excluded, changed, shaped)
        return _publish(database, home, begun, written, now, actor)


def _begin(database: Database, home: Path, cohort_id: str) -> _Begun:
    with database.read() as session:
        cohort = definitions.get(session, cohort_id)
        if cohort.retired_at is not None:
            raise Refused(f"{cohort_id} is retired")
        refs = [current_dataset(session, home, name) for name in cohort.definition.datasets]
        return _Begun(
            cohort,
            refs,
            references.brought(session, home, {ref.assembly for ref in refs}),
            selecting.approved_of(session, cohort_id),
            rules.cohort_policy(home),
            _last_version(session, cohort_id),
            session.get_one(CohortRow, cohort_id).outdated_at,
        )


def _refuse_size(chosen: list[Chosen], policy: CohortPolicy | None) -> None:
    n_individuals = sum(len(part.people) for part in chosen)
    if not n_individuals:
        raise CohortEmpty
    # TRUST: a small cohort is a list of persons, whatever pseudonyms they have.
    if refusal := rules.too_few(n_individuals, policy):
        raise refusal


def _bring_references(staging: Path, known: list[references.AddedReference]) -> Hierarchies:
    """Put ontologies and star alleles into the cohort: they mean there what they mean here."""
    folder = staging / "references"
    if known:
        folder.mkdir()
    for reference in known:
        shutil.copyfile(reference.check(), folder / reference.path.name)
    return Hierarchies(folder)


def _named(home: Path, cohort: Cohort, chosen: list[Chosen]) -> list[Renamed]:
    key = load_or_make_key(home)
    return [Renamed.of(part, key, cohort.project) for part in chosen]


def _changed(home: Path, begun: _Begun, parts: list[Renamed]) -> Difference:
    """Return who left and who joined since the version before."""
    if not begun.last_version:
        return Difference(frozenset(), frozenset())
    people = {name for part in parts for name in part.pseudonyms.to_pylist()}
    return difference(names_path(home, begun.cohort.opaque, begun.last_version), people)


def _wait(database: Database, begun: _Begun, changed: Difference, now: datetime) -> None:
    """Refuse a version that would single out the few who changed, until its date has come."""
    policy = begun.policy
    if policy is None or policy.versions == "at once" or not changed.is_small(policy):
        return
    due = due_at(begun.outdated_at or now, policy)
    if due <= now:
        return
    if begun.outdated_at is None:
        with database.write() as session:
            session.get_one(CohortRow, begun.cohort.id).outdated_at = now
            record(session, Event("cohort.outdated", "node", begun.cohort.id, {}), now)
    raise CohortWaits(begun.cohort.id, due)


def _write(
    staging: Path,
    begun: _Begun,
    parts: list[Renamed],
    excluded: dict[str, int],
    changed: Difference,
    shaped: tuple[Reference, ...],
) -> _Written:
    cohort, chosen = begun.cohort, [part.chosen for part in parts]
    tables = {n: renaming.together(parts, n) for n in PERSON_TABLES if n != "samples"}
    tables["samples"], places = renaming.samples_together(parts)
    for name, table in tables.items():
        folders.write_table(staging, name, table)
    people = tables["individuals"]
    keep_info = set.intersection(*(set(part.folder.manifest.keep_info) for part in chosen))
    n_variants = write_subset(
        staging,
        [_source(part, place) for part, place in zip(parts, places, strict=True)],
        samples_from(tables["samples"], people),
        begun.refs[0].assembly,
        cohort.definition.regions,
        sorted(keep_info),
    )
    real_names = _real_names(parts)
    pairs = alike.find(staging, tables["samples"], begun.refs[0].assembly)
    n_people, n_samples = people.num_rows, tables["samples"].num_rows
    return _Written(
        staging,
        _manifest(staging, begun, chosen, shaped, n_people, n_samples, n_variants),
        real_names,
        tables["samples"],
        pairs,
        excluded,
        _notes(begun, pairs),
        bool(changed.left),
    )


def _notes(begun: _Begun, pairs: list[alike.Pair]) -> tuple[str, ...]:
    """Say what an admin should know of a version; kept in its seal."""
    notes = [] if begun.policy is not None else [rules.NOT_CHECKED]
    if pairs:
        notes.append(
            f"{len(pairs)} pairs of individuals have (nearly) the same genotypes: twins, or one "
            "person under two identifiers"
        )
    notes += [f"conditions met: {', '.join(sorted(begun.approved))}"] if begun.approved else []
    return tuple(notes)


def _manifest(
    staging: Path,
    begun: _Begun,
    chosen: list[Chosen],
    shaped: tuple[Reference, ...],
    n_individuals: int,
    n_samples: int,
    n_variants: int,
) -> CohortManifest:
    cohort = begun.cohort
    return CohortManifest(
        cohort_id=cohort.id,
        version=1,
        title=cohort.title,
        assembly=chosen[0].folder.manifest.assembly,
        project=ProjectPurpose(slug=cohort.project, purposes=cohort.definition.purposes),
        datasets=tuple(
            DatasetVersion(
                id=part.ref.dataset_id, version=part.ref.version, type=part.folder.manifest.type
            )
            for part in chosen
        ),
        beacon_query=cohort.definition.query,
        is_sensitive=cohort.definition.is_sensitive
        or any(part.folder.manifest.is_sensitive for part in chosen),
        regions=cohort.definition.regions,
        references=shaped,
        n_individuals=n_individuals,
        n_samples=n_samples,
        n_variants=n_variants,
        members=folders.members_of(staging),
    )


def _source(part: Renamed, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Source:
    columns = part.samples["sample_index"].to_numpy().astype(np.int64)
    return Source(part.chosen.folder, columns, places)


def _real_names(parts: list[Renamed]) -> pa.Table:
    return pa.concat_tables(
        pa.table(
            {
                "dataset_id": pa.array([part.chosen.ref.dataset_id] * len(part.people)),
                "individual_id": part.people,
                "pseudonym": part.pseudonyms,
            }
        )
        for part in parts
    )


def _publish(
    database: Database, home: Path, begun: _Begun, written: _Written, now: datetime, actor: str
) -> CohortVersion:
    """Give a written cohort its version, its place, its seal and its record: all or nothing."""
    made: list[Path] = []
    cohort = begun.cohort
    try:
        with database.write() as session:
            _still_so(session, home, begun)
            version = _last_version(session, cohort.id) + 1
            manifest = written.manifest.model_copy(update={"version": version})
            folders.write_manifest(written.staging, manifest)
            target = home / "cohorts" / cohort.opaque / str(version)
            made += [target, *_keep_names(home, cohort, version, written)]
            folders.put_in_place(written.staging, target)
            if written.people_left:
                # TRUST: with the new version the old one ends, in the same transaction.
                _end_earlier(session, begun, now)
            return version_of(_register(session, home, target, manifest, written, now, actor))
    except BaseException:
        for path in made:
            folders.remove(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _end_earlier(session: Session, begun: _Begun, now: datetime) -> None:
    days = begun.policy.old_version_days if begun.policy is not None else 0
    rows = versions.standing_rows(session, begun.cohort.id)
    until = now + timedelta(days=days)
    versions.end_versions(session, rows, versions.PEOPLE_LEFT, now, until)


def _still_so(session: Session, home: Path, begun: _Begun) -> None:
    """Refuse to register what somebody retired, withdrew from or replaced meanwhile."""
    # TRUST: consent that changed while the files were written counts as well.
    for ref in begun.refs:
        if current_dataset(session, home, ref.dataset_id).version != ref.version:
            raise DatasetChanged(ref.dataset_id)
    if definitions.get(session, begun.cohort.id).retired_at is not None:
        raise Refused(f"{begun.cohort.id} is retired")


def _last_version(session: Session, cohort_id: str) -> int:
    latest = session.scalar(
        select(func.max(CohortVersionRow.version)).where(CohortVersionRow.cohort_id == cohort_id)
    )
    return int(latest or 0)


def _keep_names(home: Path, cohort: Cohort, version: int, written: _Written) -> list[Path]:
    """Keep who is behind each pseudonym, and who is alike, apart and for the node alone."""
    folder = home / "pseudonyms" / cohort.opaque
    for made in (folder.parent, folder):
        made.mkdir(exist_ok=True, mode=0o700)
    paths = [_keep(folder / f"{version}.parquet", written.real_names)]
    paths.append(keep_marks(folder, version, written.real_names, written.samples))
    if written.pairs:
        table = alike.named(written.pairs, written.real_names)
        paths.append(_keep(folder / f"{version}-alike.parquet", table))
    folders.sync(folder)
    return paths


def _keep(path: Path, table: pa.Table) -> Path:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return keep_apart(path, sink.getvalue())


def _register(
    session: Session,
    home: Path,
    folder: Path,
    manifest: CohortManifest,
    written: _Written,
    now: datetime,
    actor: str,
) -> CohortVersionRow:
    told = seals.Told(excluded=written.excluded, notes=written.notes, hashes=manifest.members)
    text, signature = seals.seal(home, folder, manifest.cohort_id, manifest.version, now, told)
    row = CohortVersionRow(
        cohort_id=manifest.cohort_id,
        version=manifest.version,
        path=str(folder),
        n_individuals=manifest.n_individuals,
        n_variants=manifest.n_variants,
        materialised_at=now,
        seal=text,
        signature=signature,
    )
    session.add(row)
    session.get_one(CohortRow, manifest.cohort_id).outdated_at = None
    session.flush()
    facts: dict[str, Fact] = {
        "version": manifest.version,
        "manifest_sha256": manifest.sha256,
        "datasets": ",".join(f"{d.id}@{d.version}" for d in manifest.datasets),
        "n_individuals": manifest.n_individuals,
        "n_excluded": sum(written.excluded.values()),
        "n_alike_pairs": len(written.pairs),
        "size_checked": rules.NOT_CHECKED not in written.notes,
    }
    record(session, Event("cohort.materialised", actor, manifest.cohort_id, facts), now)
    return row
