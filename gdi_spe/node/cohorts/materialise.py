"""Make a version of a cohort: the people whom query and consent leave, under pseudonyms."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, ExitCode, Refused, SpeError
from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import definitions, pedigree, references, seals
from gdi_spe.node.cohorts.consent import (
    SECONDARY_USE,
    Decision,
    excluded_by_reason,
    read_consent,
)
from gdi_spe.node.cohorts.definitions import Cohort
from gdi_spe.node.cohorts.ingest import CONSENT_FILE, writing
from gdi_spe.node.cohorts.pseudonyms import load_or_make_key, pseudonym
from gdi_spe.node.cohorts.tables import CohortVersionRow
from gdi_spe.node.cohorts.versions import (
    CohortVersion,
    DatasetVersionRef,
    current_dataset,
    current_version,
)
from gdi_spe.node.database.engine import Database
from gdi_spe.query import beacon
from gdi_spe.query.genotypes import UnknownGene
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.germline import samples_from
from gdi_spe.store.schemas import PERSON_TABLES, SAMPLES
from gdi_spe.store.writing import folders
from gdi_spe.store.writing.subset import Source, write_subset
from gdi_spe.terms.references import Hierarchies


class CohortEmpty(SpeError):
    """Nobody is left whom the query selects and whose consent allows it."""

    code = "cohort-empty"
    exit_code = ExitCode.EMPTY
    http_status = 409
    public_message = "The cohort selects nobody: no individual fits the query and has consented."


class SamePerson(BadInput):
    """An individual is in two datasets of one cohort and would be counted twice."""

    code = "same-person"


@dataclass(frozen=True)
class _Chosen:
    """The people taken from one dataset."""

    ref: DatasetVersionRef
    folder: DatasetFolder
    people: frozenset[str]


@dataclass(frozen=True)
class _Names:
    """Pseudonyms of a project for the people and samples of its datasets."""

    key: bytes
    project: str

    def person(self, name: str) -> str:
        """Return an individual's pseudonym."""
        return pseudonym(self.key, "I", self.project, name)

    def sample(self, dataset_id: str, name: str) -> str:
        """Return a sample's pseudonym."""
        return pseudonym(self.key, "S", self.project, dataset_id, name)

    def family(self, dataset_id: str, name: str) -> str:
        """Return a family's pseudonym."""
        return pseudonym(self.key, "F", self.project, dataset_id, name)


def materialise(
    database: Database, home: Path, cohort_id: str, now: datetime, actor: str = "admin"
) -> CohortVersion:
    """Make a cohort's next version from the current versions of its datasets.

    Raises
    ------
    NotFound
        If the cohort or one of its datasets is not here.
    CohortEmpty
        If it selects nobody.
    HierarchyMissing
        If a filter's ontology is not here.
    SamePerson
        If an individual is in two of the datasets.
    CohortTampered
        If a dataset is not what was sealed.
    """
    home = home.resolve()
    with database.read() as session:
        cohort = definitions.get(session, cohort_id)
        refs = [current_dataset(session, home, name) for name in cohort.definition.datasets]
        known = [r for r in references.current(session, home) if r.kind == references.ONTOLOGY]
    if cohort.retired_at is not None:
        raise Refused(f"{cohort_id} is retired")
    for ref in refs:
        found = seals.opened(home, ref.seal, ref.signature)
        seals.check_quick(found, ref.path)
    with writing(home, cohort_id), folders.staged(home / "cohorts") as staging:
        hierarchies = _bring_references(staging, known)
        chosen, excluded = _choose(cohort, refs, hierarchies, now)
        names = _Names(load_or_make_key(home), cohort.project)
        manifest = _write(staging, cohort, chosen, names, known)
        real_names = _real_names(chosen, names)
        return _publish(database, home, staging, manifest, cohort, real_names, excluded, now, actor)


def _bring_references(staging: Path, known: list[references.AddedReference]) -> Hierarchies:
    """Put the ontologies into the cohort, so that it means there what it means here."""
    folder = staging / "references"
    if known:
        folder.mkdir()
    for reference in known:
        shutil.copyfile(reference.check(), folder / reference.path.name)
    return Hierarchies(folder)


def _choose(
    cohort: Cohort, refs: list[DatasetVersionRef], hierarchies: Hierarchies, now: datetime
) -> tuple[list[_Chosen], dict[str, int]]:
    chosen: list[_Chosen] = []
    decisions: list[Decision] = []
    unknown: list[UnknownGene] = []
    for ref in refs:
        folder = DatasetFolder(ref.path)
        fit = frozenset(folder.table("individuals")["individual_id"].to_pylist())
        try:
            if cohort.definition.query is not None:
                fit &= beacon.select(folder, cohort.definition.query, hierarchies)
        except UnknownGene as error:
            # A dataset without the gene has nobody who carries a variant in it; that no dataset
            # has it is a mistake in the query.
            unknown.append(error)
            fit = frozenset()
        decided = _decisions(folder, fit, now)
        decisions += decided.values()
        chosen.append(_Chosen(ref, folder, frozenset(p for p, d in decided.items() if d.is_in)))
    if len(unknown) == len(refs):
        raise unknown[0]
    _refuse_same_person(chosen)
    if not any(part.people for part in chosen):
        raise CohortEmpty
    return chosen, excluded_by_reason(decisions)


def _decisions(folder: DatasetFolder, people: frozenset[str], now: datetime) -> dict[str, Decision]:
    # TRUST: an individual comes in by a consent that is valid now, or by the admin's waiver.
    if folder.manifest.consent.waived:
        return {person: Decision(True, "waived") for person in people}
    records = read_consent(folder.path / CONSENT_FILE)
    return {person: records.decide(person, SECONDARY_USE, now) for person in sorted(people)}


def _refuse_same_person(chosen: list[_Chosen]) -> None:
    seen = Counter(person for part in chosen for person in part.people)
    twice = sorted(person for person, n in seen.items() if n > 1)
    if twice:
        raise SamePerson(
            f"{len(twice)} individuals are in two datasets of the cohort, {twice[0]!r} first",
            remedy="Ingest one of the datasets again without them",
        )


def _write(
    staging: Path,
    cohort: Cohort,
    chosen: list[_Chosen],
    names: _Names,
    known: list[references.AddedReference],
) -> CohortManifest:
    tables = {name: _table(name, chosen, names) for name in PERSON_TABLES if name != "samples"}
    tables["samples"] = _samples(chosen, names)
    for name, table in tables.items():
        folders.write_table(staging, name, table)
    people = tables["individuals"]
    samples = samples_from(tables["samples"], people)
    place_of = {name: place for place, name in enumerate(samples.ids)}
    keep_info = set.intersection(*(set(part.folder.manifest.keep_info) for part in chosen))
    n_variants = write_subset(
        staging,
        [_source(part, names, place_of) for part in chosen],
        samples,
        chosen[0].ref.assembly,
        cohort.definition.regions,
        sorted(keep_info),
    )
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
        regions=cohort.definition.regions,
        references=tuple(reference.to_manifest() for reference in known),
        n_individuals=people.num_rows,
        n_samples=len(samples.ids),
        n_variants=n_variants,
        members=folders.members_of(staging),
    )


def _source(part: _Chosen, names: _Names, place_of: dict[str, int]) -> Source:
    rows = [row for row in part.folder.samples.to_pylist() if row["individual_id"] in part.people]
    columns = np.array([row["sample_index"] for row in rows], np.int64)
    dataset = part.ref.dataset_id
    places = [place_of[names.sample(dataset, row["sample_id"])] for row in rows]
    return Source(part.folder, columns, np.array(places, np.int64))


def _table(name: str, chosen: list[_Chosen], names: _Names) -> pa.Table:
    """Return a table about the chosen people, under their pseudonyms, in their order."""
    rows: list[dict[str, Any]] = []
    for part in chosen:
        table = part.folder.table(name)
        table = pedigree.restricted(table, part.people) if name == "pedigree" else table
        for row in table.to_pylist():
            if row["individual_id"] in part.people:
                rows.append({**row, **_names_in(row, part.ref.dataset_id, names)})
    rows.sort(key=lambda row: row["individual_id"])
    return pa.Table.from_pylist(rows, schema=PERSON_TABLES[name])


def _names_in(row: dict[str, Any], dataset_id: str, names: _Names) -> dict[str, str]:
    """Return the pseudonyms that stand in a row for the people and the family it names."""
    people = ("individual_id", *pedigree.PARENTS)
    told = {name: names.person(row[name]) for name in people if row.get(name) is not None}
    if row.get("family_id") is not None:
        told["family_id"] = names.family(dataset_id, row["family_id"])
    return told


def _samples(chosen: list[_Chosen], names: _Names) -> pa.Table:
    rows = []
    for part in chosen:
        dataset = part.ref.dataset_id
        for row in part.folder.samples.to_pylist():
            if row["individual_id"] in part.people:
                person = names.person(row["individual_id"])
                sample = names.sample(dataset, row["sample_id"])
                rows.append({**row, "individual_id": person, "sample_id": sample})
    rows.sort(key=lambda row: (row["individual_id"], row["sample_id"]))
    numbered = [{**row, "sample_index": index} for index, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=SAMPLES)


def _real_names(chosen: list[_Chosen], names: _Names) -> pa.Table:
    rows = [
        {
            "dataset_id": part.ref.dataset_id,
            "individual_id": person,
            "pseudonym": names.person(person),
        }
        for part in chosen
        for person in sorted(part.people)
    ]
    return pa.Table.from_pylist(rows)


def _publish(
    database: Database,
    home: Path,
    staging: Path,
    draft: CohortManifest,
    cohort: Cohort,
    real_names: pa.Table,
    excluded: dict[str, int],
    now: datetime,
    actor: str,
) -> CohortVersion:
    """Give a written cohort its version, its place, its seal and its record: all or nothing."""
    made: list[Path] = []
    try:
        with database.write() as session:
            version = _next_version(session, cohort.id)
            manifest = draft.model_copy(update={"version": version})
            folders.write_manifest(staging, manifest)
            target = home / "cohorts" / cohort.opaque / str(version)
            made += [target, _keep_names(home, cohort, version, real_names)]
            folders.put_in_place(staging, target)
            _register(session, home, target, manifest, excluded, now, actor)
            return current_version(session, cohort.id)
    except BaseException:
        for path in made:
            folders.remove(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _next_version(session: Session, cohort_id: str) -> int:
    latest = session.scalar(
        select(func.max(CohortVersionRow.version)).where(CohortVersionRow.cohort_id == cohort_id)
    )
    return int(latest or 0) + 1


def _keep_names(home: Path, cohort: Cohort, version: int, real_names: pa.Table) -> Path:
    """Keep who is behind each pseudonym, apart from the cohort and for the node alone."""
    folder = home / "pseudonyms" / cohort.opaque
    for made in (folder.parent, folder):
        made.mkdir(exist_ok=True, mode=0o700)
    path, aside = folder / f"{version}.parquet", folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        pq.write_table(real_names, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folders.sync(folder)
    return path


def _register(
    session: Session,
    home: Path,
    folder: Path,
    manifest: CohortManifest,
    excluded: dict[str, int],
    now: datetime,
    actor: str,
) -> None:
    text, signature = seals.seal(home, folder, manifest.cohort_id, manifest.version, now, excluded)
    session.add(
        CohortVersionRow(
            cohort_id=manifest.cohort_id,
            version=manifest.version,
            path=str(folder),
            n_individuals=manifest.n_individuals,
            n_variants=manifest.n_variants,
            materialised_at=now,
            seal=text,
            signature=signature,
        )
    )
    session.flush()
    facts: dict[str, Fact] = {
        "version": manifest.version,
        "manifest_sha256": manifest.sha256,
        "datasets": ",".join(f"{d.id}@{d.version}" for d in manifest.datasets),
        "n_individuals": manifest.n_individuals,
        "n_excluded": sum(excluded.values()),
    }
    record(session, Event("cohort.materialised", actor, manifest.cohort_id, facts), now)
