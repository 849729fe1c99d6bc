"""Releases: the reviewed bytes, verified once more, handed to the author and nobody else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.node.airlock.content import ContentChanged, ContentStore
from gdi_spe.node.airlock.people import refusal_to_own
from gdi_spe.node.airlock.requests import content_digest, files_of, get, move
from gdi_spe.node.airlock.reviews import Decision, reviews_of
from gdi_spe.node.airlock.states import Role, Status
from gdi_spe.node.airlock.tables import Download, ExportFile, ExportRequest, Release
from gdi_spe.node.audit.log import Event, Fact, record

# Forms that hold tables, which later tables are compared with.
_TABLES = {
    "text/csv", "text/tab-separated-values", "application/vnd.apache.parquet", "application/json",
    "text/html", "application/x-ipynb+json", "application/vnd.apache.arrow.file", "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-npy",
}  # fmt: skip
MANIFEST_SCHEMA = "gdi-spe/release-manifest/1"


class NotReleased(Refused):
    """There is nothing to fetch, or no longer."""

    code = "export-not-released"
    http_status = 409
    public_message = "This request is not released, or its time for downloads is over."


class DownloadsUsed(Refused):
    """Each file can be fetched so many times."""

    code = "downloads-used"

    def __init__(self, limit: int) -> None:
        self.public_message = f"The file has been downloaded {limit} time(s), which is the limit."
        super().__init__(self.public_message)


@dataclass(frozen=True)
class Handed:
    """Bytes for the researcher's own computer."""

    name: str
    media_type: str
    sha256: str
    data: bytes


def release(
    session: Session, rid: str, store: ContentStore, policy: DisclosurePolicy, now: datetime
) -> Release:
    """Let an approved request out. Safe to repeat after a crash: it is stored whole, or not at all.

    Raises
    ------
    ContentChanged
        If any byte on disk is not what was reviewed.
    """
    request = get(session, rid)
    files = files_of(session, rid)
    if refusal := refusal_of_release(session, request, policy):
        raise refusal
    for file in files:
        store.read(file.sha256)
    manifest = json.dumps(_manifest(session, request, now), sort_keys=True, indent=1)
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    until = now + timedelta(hours=policy.review.download_hours)
    released = Release(
        request_id=rid, revision=request.revision, manifest=manifest, manifest_sha256=digest,
        at=now, until=until,
    )  # fmt: skip
    session.add(released)
    facts: dict[str, Fact] = {
        "manifest_sha256": digest, "content_sha256": request.content_sha256,
        "until": until.isoformat(), "n_files": len(files),
    }  # fmt: skip
    move(session, request, Status.RELEASED, Role.SYSTEM, "node", facts, now)
    return released


def refusal_of_release(
    session: Session, request: ExportRequest, policy: DisclosurePolicy
) -> Refused | None:
    """Say why a request may not leave, or None; the votes are counted again, from the rows."""
    votes = reviews_of(session, request)
    approvals = {
        vote.reviewer
        for vote in votes
        if vote.decision == Decision.APPROVE and vote.content_sha256 == request.content_sha256
    }
    same = content_digest(files_of(session, request.id)) == request.content_sha256
    # TRUST: the status alone lets nothing out; the approvals are of exactly these bytes.
    if request.status != Status.APPROVED or len(approvals) < policy.review.approvals or not same:
        return NotReleased()
    return None if all(vote.decision == Decision.APPROVE for vote in votes) else NotReleased()


def _manifest(session: Session, request: ExportRequest, now: datetime) -> dict[str, object]:
    """Return what an auditor, or the researcher's institute, needs to know of a release."""
    return {
        "schema": MANIFEST_SCHEMA,
        "request": request.id,
        "revision": request.revision,
        "project": request.project,
        "author": request.author,
        "title": request.title,
        "released_at": now.isoformat(),
        "verdict": request.verdict,
        "content_sha256": request.content_sha256,
        "report": json.loads(request.report),
        "n_approvals": len(reviews_of(session, request)),
        "files": [
            {
                "name": file.release_name, "sha256": file.sha256, "bytes": file.n_bytes,
                "media_type": file.media_type, "canonical": file.is_canonical,
            }
            for file in files_of(session, request.id)
        ],
    }  # fmt: skip


def earlier_files(session: Session, project: str, rid: str) -> list[ExportFile]:
    """Return the files of a project that were released before, each content once, newest first."""
    query = (
        select(ExportFile)
        .join(ExportRequest, ExportFile.request_id == ExportRequest.id)
        .join(Release, Release.request_id == ExportRequest.id)
        .where(ExportRequest.project == project, ExportRequest.id != rid)
        .order_by(Release.at.desc())
    )
    by_content: dict[str, ExportFile] = {}
    for file in session.scalars(query):
        if file.media_type in _TABLES:
            by_content.setdefault(file.sha256, file)
    return list(by_content.values())


def release_of(session: Session, request: ExportRequest) -> Release | None:
    """Return the release of the present revision."""
    query = select(Release).where(
        Release.request_id == request.id, Release.revision == request.revision
    )
    return session.scalar(query)


def downloads_left(
    session: Session, release: Release, file: ExportFile, policy: DisclosurePolicy
) -> int:
    """Return how many times a file can still be fetched."""
    used = session.scalar(
        select(func.count())
        .select_from(Download)
        .where(Download.release_id == release.id, Download.name == file.name)
    )
    return max(0, policy.review.max_downloads - int(used or 0))


def download(
    session: Session, rid: str, name: str, person: str, store: ContentStore,
    policy: DisclosurePolicy, now: datetime,
) -> Handed:  # fmt: skip
    """Hand one released file to its author.

    Raises
    ------
    ContentChanged
        If the bytes on disk are not those that were reviewed.
    """
    released = check_still_released(session, rid, person, now)
    file = next((f for f in files_of(session, rid) if name in (f.name, f.release_name)), None)
    if file is None:
        raise NotFound("file", name)
    if not downloads_left(session, released, file, policy):
        raise DownloadsUsed(policy.review.max_downloads)
    data = store.read(file.sha256)
    session.add(
        Download(release_id=released.id, name=file.name, sha256=file.sha256, person=person, at=now)
    )
    facts: dict[str, Fact] = {"file": file.name, "sha256": file.sha256, "bytes": len(data)}
    record(session, Event("export.downloaded", person, rid, facts), now)
    return Handed(file.release_name, file.media_type, file.sha256, data)


def check_still_released(session: Session, rid: str, person: str, now: datetime) -> Release:
    """Return the release that an author may fetch now: asked before, and again while it goes out.

    Raises
    ------
    NotReleased
        If it was frozen meanwhile, or its time is over.
    """
    request = get(session, rid)
    # TRUST: a release is for its author alone; a link to it is worth nothing to anybody else.
    if refusal := refusal_to_own(request, person):
        raise refusal
    released = release_of(session, request)
    if request.status != Status.RELEASED or released is None or now >= released.until:
        raise NotReleased
    return released


def note_tampering(session: Session, rid: str, found: ContentChanged, now: datetime) -> None:
    """Record that bytes were not what they should be; called in a transaction of its own."""
    facts: dict[str, Fact] = {"sha256": found.sha256}
    record(session, Event("export.content-changed", "node", rid, facts), now)
