"""Bring a dataset in: files in, one registered version out, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused, Tampered
from gdi_spe.boundary.identifiers import ResourceId
from gdi_spe.boundary.manifest import ConsentBasis, DatasetManifest
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts import duo, seals
from gdi_spe.node.cohorts.assessed import read_bed
from gdi_spe.node.cohorts.consent import SECONDARY_USE, ConsentRecords, read_consent, to_csv
from gdi_spe.node.cohorts.crypt4gh_key import find_crypt4gh_key
from gdi_spe.node.cohorts.phenotypes.findings import write_report
from gdi_spe.node.cohorts.phenotypes.putting_together import People, Sources, read_people
from gdi_spe.node.cohorts.references import Coordinates, of_assembly
from gdi_spe.node.cohorts.tables import DatasetRow, DatasetVersionRow
from gdi_spe.node.cohorts.versions import current_dataset, dataset_path
from gdi_spe.node.cohorts.writing import CONSENT_FILE, writing
from gdi_spe.node.database.engine import Database
from gdi_spe.store import germline
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.reading import load
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.wanted import NO_FILTERS, Filters, Wanted
from gdi_spe.store.writing import folders
from gdi_spe.store.writing.aside import room_on_disk

_ID = TypeAdapter(ResourceId)


@dataclass(frozen=True)
class IngestRequest:
    """What the admin asks to bring in."""

    dataset_id: str
    vcf: tuple[Path, ...]
    phenopackets: Path | None = None
    tables: Path | None = None
    consent: Path | None = None
    consent_waived: str = ""
    assembly: str = "GRCh38"
    keep_info: tuple[str, ...] = ()
    assessed: Path | None = None
    type: str = "ExternallyGoverned"
    beacon: tuple[Path, ...] = ()
    pedigree: Path | None = None
    skip_faulty: bool = False
    # Conditions of use (DUO) of the whole dataset.
    duo: tuple[str, ...] = ()
    keep_format: tuple[str, ...] = ()
    filters: Filters = NO_FILTERS
    is_sensitive: bool = False


@dataclass(frozen=True)
class IngestReport:
    """What was read, what was left out and why."""

    dataset_id: str
    version: int
    # Not so where the newest version was this already: nothing was changed.
    is_new: bool
    n_individuals: int
    n_samples: int
    n_variants: int
    phenotypes: dict[str, Any]
    skipped_contigs: dict[str, int]
    # Records that each quality filter left out; under "calls", calls made missing.
    filtered: dict[str, int]
    n_torn_calls: int
    # What the variants were read with, and how many were written at another place for it.
    references: list[str]
    n_moved: int
    warnings: list[str]
    consent_without_individual: int = 0
    individuals_without_consent: int = 0


@dataclass
class _Content:
    """Everything of a dataset but its calls, read and checked."""

    people: People
    consent: ConsentRecords | None


def ingest(
    database: Database,
    home: Path,
    request: IngestRequest,
    now: datetime,
    actor: str = "admin",
    progress: load.Progress = lambda _so_far: None,
) -> IngestReport:
    """Read files into a new version of a dataset.

    Parameters
    ----------
    database, home
        The node's.
    request
        What to read. Consent is never assumed: records, or a waiver with its reason.
    now, actor
        When, and on whose behalf; both go into the audit log.
    progress
        Called now and then with how far the reading of a file has come.

    Raises
    ------
    BadInput
        Naming file and line or record; nothing is left behind.
    DiskFull
        If there is no room; nothing is left behind, and what was there stays.
    """
    _check(request)
    key = find_crypt4gh_key(home)
    content = _read(request, key)
    with database.read() as session:
        used = of_assembly(session, home, request.assembly)
    root = home.resolve() / "datasets"
    with (
        room_on_disk(root),
        writing(home, request.dataset_id),
        folders.staged(root) as staging,
    ):
        report = _write(staging, request, content, used, progress, key)
        basis = ConsentBasis(
            purpose=SECONDARY_USE if content.consent else "",
            records_sha256=content.consent.sha256() if content.consent else None,
            waived=request.consent_waived,
            duo=tuple(str(use) for use in duo.read_all(request.duo)),
        )
        draft = _manifest(staging, request, content, used, report, basis)
        there = _already_there(database, home, draft)
        version = there or publish_dataset(database, home, staging, draft, now, actor, "ingest")
    return _report(request, content, used, report, version, there is None)


def _check(request: IngestRequest) -> None:
    try:
        _ID.validate_python(request.dataset_id)
    except ValidationError:
        raise BadInput(f"{request.dataset_id!r} is no dataset id") from None
    if request.assembly not in ("GRCh37", "GRCh38"):
        raise BadInput(f"unknown assembly {request.assembly!r}", remedy="GRCh37 or GRCh38")
    # TRUST: nobody's consent is assumed; without records a person answers for their absence.
    if (request.consent is None) == (not request.consent_waived.strip()):
        raise BadInput(
            "consent records or a reason to waive them", remedy="--consent or --consent-waived"
        )
    load.check_keep_info(request.keep_info)
    _wanted(request)
    duo.read_all(request.duo)


def _wanted(request: IngestRequest) -> Wanted:
    return Wanted(request.keep_info, request.keep_format, request.filters)


def _read(request: IngestRequest, key: Crypt4ghKey | None) -> _Content:
    names = load.read_samples(request.vcf, request.assembly, key)
    sources = Sources(
        request.phenopackets,
        request.beacon,
        request.tables,
        request.pedigree,
        request.skip_faulty,
    )
    people = read_people(sources, names, request.dataset_id)
    consent = read_consent(request.consent) if request.consent else None
    return _Content(people, consent)


def _write(
    staging: Path,
    request: IngestRequest,
    content: _Content,
    used: Coordinates,
    progress: load.Progress,
    key: Crypt4ghKey | None,
) -> load.LoadReport:
    people = content.people
    for name, table in people.tables.items():
        folders.write_table(staging, name, table)
    write_report(staging, people.findings)
    if content.consent is not None:
        (staging / CONSENT_FILE).write_bytes(to_csv(content.consent.statements))
    report = load.load(
        staging,
        request.vcf,
        germline.samples_from(people.tables["samples"], people.tables["individuals"]),
        request.assembly,
        request.dataset_id,
        _wanted(request),
        progress,
        key,
        used.normaliser([str(path) for path in request.vcf]),
        used.genes(),
    )
    if request.assessed is not None:
        regions = read_bed(request.assessed, request.dataset_id, request.assembly)
        folders.write_table(staging, "assessed", regions)
    return report


def _manifest(
    staging: Path,
    request: IngestRequest,
    content: _Content,
    used: Coordinates,
    report: load.LoadReport,
    basis: ConsentBasis,
) -> DatasetManifest:
    return DatasetManifest(
        dataset_id=request.dataset_id,
        version=1,
        type=request.type,
        assembly=request.assembly,
        consent=basis,
        is_sensitive=request.is_sensitive,
        keep_info=request.keep_info,
        keep_format=request.keep_format,
        filters=request.filters.told(),
        references=used.to_manifest(),
        declares_regions=request.assessed is not None,
        n_individuals=len(content.people.known),
        n_samples=len(content.people.samples),
        n_variants=report.n_variants,
        members=folders.members_of(staging),
    )


def _already_there(database: Database, home: Path, draft: DatasetManifest) -> int | None:
    """Return the newest version if it is what was read just now, byte for byte.

    So whoever runs a command again, not knowing whether it was killed before or after its
    version was registered, never gets the same people twice.
    """
    try:
        with database.read() as session:
            newest = current_dataset(session, home, draft.dataset_id)
        seals.check_quick(seals.opened(home, newest.seal, newest.signature), newest.path)
        manifest = DatasetFolder(newest.path).manifest
    except (NotFound, Tampered, BadInput):
        return None
    same = manifest.model_copy(update={"version": draft.version}) == draft
    return newest.version if same else None


def publish_dataset(
    database: Database,
    home: Path,
    staging: Path,
    draft: DatasetManifest,
    now: datetime,
    actor: str,
    why: str,
) -> int:
    """Give a written folder its version, its place, its seal and its record: all or nothing."""
    target: Path | None = None
    try:
        with database.write() as session:
            version = _next_version(session, draft.dataset_id)
            manifest = draft.model_copy(update={"version": version})
            folders.write_manifest(staging, manifest)
            target = dataset_path(home, draft.dataset_id, version)
            folders.put_in_place(staging, target)
            _register(session, home, target, manifest, now, actor, why)
    except BaseException:
        if target is not None:
            folders.remove(target)
        raise
    return version


def _next_version(session: Session, dataset_id: str) -> int:
    latest = session.scalar(
        select(func.max(DatasetVersionRow.version)).where(
            DatasetVersionRow.dataset_id == dataset_id
        )
    )
    return int(latest or 0) + 1


def _register(
    session: Session,
    home: Path,
    folder: Path,
    manifest: DatasetManifest,
    now: datetime,
    actor: str,
    why: str,
) -> None:
    known = session.get(DatasetRow, manifest.dataset_id)
    if known is None:
        session.add(DatasetRow(id=manifest.dataset_id, first_ingested_at=now, retired_why=""))
        session.flush()
    elif known.retired_at is not None:
        _return(session, known, now, actor, why)
    if why == "ingest" and manifest.consent.duo:
        session.get_one(DatasetRow, manifest.dataset_id).conditions = " ".join(manifest.consent.duo)
    told = seals.Told(hashes=manifest.members)
    text, signature = seals.seal(home, folder, manifest.dataset_id, manifest.version, now, told)
    session.add(
        DatasetVersionRow(
            dataset_id=manifest.dataset_id,
            version=manifest.version,
            assembly=manifest.assembly,
            n_individuals=manifest.n_individuals,
            n_samples=manifest.n_samples,
            n_variants=manifest.n_variants,
            consent_waived=manifest.consent.waived,
            made_at=now,
            made_why=why,
            seal=text,
            signature=signature,
        )
    )
    facts: dict[str, Fact] = {
        "version": manifest.version,
        "why": why,
        "n_individuals": manifest.n_individuals,
        "n_variants": manifest.n_variants,
        "consent_waived": manifest.consent.waived,
        "consent_sha256": manifest.consent.records_sha256,
    }
    record(session, Event("dataset.version-made", actor, manifest.dataset_id, facts), now)


def _return(session: Session, row: DatasetRow, now: datetime, actor: str, why: str) -> None:
    """Bring a retired dataset back by a new ingest; what was made before stays out of use."""
    if why != "ingest":
        raise Refused(f"{row.id} is retired")
    row.retired_at, row.retired_why = None, ""
    record(session, Event("dataset.returned", actor, row.id, {}), now)


def _report(
    request: IngestRequest,
    content: _Content,
    used: Coordinates,
    report: load.LoadReport,
    version: int,
    is_new: bool,
) -> IngestReport:
    known = content.people.known
    told = {s.subject_id for s in content.consent.statements} if content.consent else set()
    return IngestReport(
        request.dataset_id,
        version,
        is_new,
        len(known),
        len(content.people.samples),
        report.n_variants,
        content.people.findings.told(),
        dict(report.skipped_contigs),
        dict(+report.left_out),
        report.n_torn_calls,
        used.told(request.assembly),
        report.n_moved,
        report.warnings,
        len(told - known),
        len(known - told) if content.consent else 0,
    )
