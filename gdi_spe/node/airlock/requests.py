"""Export requests from the first file to the submission, and what ends them early."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.boundary.findings import RequestReport, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.contents.table import clean_text
from gdi_spe.node.airlock.content import TooLarge
from gdi_spe.node.airlock.people import refusal_to_own
from gdi_spe.node.airlock.states import (
    EDITABLE,
    FREEZABLE,
    TRANSITIONS,
    Role,
    Status,
    refusal_of_move,
)
from gdi_spe.node.airlock.tables import ExportFile, ExportRequest
from gdi_spe.node.audit.log import Event, Fact, record

_MAX_TITLE, _MAX_JUSTIFICATION = 200, 5000


@dataclass(frozen=True)
class Draft:
    """What a new request says; the workspace it came from says whose it is."""

    wid: str
    project: str
    author: str
    title: str
    justification: str


@dataclass(frozen=True)
class Prepared:
    """A file whose bytes are kept, and what would leave of it."""

    upload_sha256: str
    upload_bytes: int
    sha256: str
    n_bytes: int
    is_canonical: bool
    release_name: str
    media_type: str


class NotEditable(Refused):
    """The request's files are fixed now."""

    code = "export-not-editable"
    http_status = 409

    def __init__(self, status: str) -> None:
        self.public_message = f"The request is {status}; its files can no longer be changed."
        super().__init__(self.public_message)


class ChangedMeanwhile(Refused):
    """What was checked or seen is not what is there now."""

    code = "export-changed"
    http_status = 409
    public_message = "The request was changed meanwhile; look at it again."


def create(session: Session, draft: Draft, now: datetime) -> str:
    """Make a request without files and return its id."""
    title, justification = _words(draft.title, _MAX_TITLE), draft.justification
    request = ExportRequest(
        id=f"e{secrets.token_hex(6)}", wid=draft.wid, project=draft.project, author=draft.author,
        title=title, justification=_words(justification, _MAX_JUSTIFICATION),
        status=Status.DRAFT, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    facts = {"project": draft.project, "wid": draft.wid}
    record(session, Event("export.created", draft.author, request.id, facts), now)
    return request.id


def _words(text: str, limit: int) -> str:
    clean = clean_text(text).strip()
    if not clean or len(clean) > limit:
        raise BadInput(f"a title and a justification are needed, of at most {limit:,} characters")
    return clean


def get(session: Session, rid: str) -> ExportRequest:
    """Return one request or raise `NotFound`."""
    request = session.get(ExportRequest, rid)
    if request is None:
        raise NotFound("export request", rid)
    return request


def of_workspace(session: Session, rid: str, wid: str) -> ExportRequest:
    """Return a request that came from this workspace; another workspace's does not exist."""
    request = get(session, rid)
    # TRUST: the socket says which workspace asks; it reaches its own requests only.
    if request.wid != wid:
        raise NotFound("export request", rid)
    return request


def waiting_beside(session: Session, rid: str) -> frozenset[str]:
    """Return the other requests that may be released yet."""
    query = select(ExportRequest.id).where(
        ExportRequest.status.in_((Status.SUBMITTED, Status.APPROVED)), ExportRequest.id != rid
    )
    return frozenset(session.scalars(query))


def files_of(session: Session, rid: str) -> Sequence[ExportFile]:
    """Return a request's files by name."""
    query = select(ExportFile).where(ExportFile.request_id == rid).order_by(ExportFile.name)
    return session.scalars(query).all()


def file_of(session: Session, rid: str, name: str) -> ExportFile:
    """Return one file of a request or raise `NotFound`."""
    for file in files_of(session, rid):
        if file.name == name:
            return file
    raise NotFound("file", name)


def content_digest(files: Sequence[ExportFile]) -> str:
    """Return one hash of everything that would leave, and of what was declared about it."""
    rows = [[f.name, f.release_name, f.sha256, f.upload_sha256, f.side_car] for f in files]
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def add_file(
    session: Session,
    rid: str,
    name: str,
    prepared: Prepared,
    policy: DisclosurePolicy,
    now: datetime,
) -> None:
    """Add a file, or put another in its place; the request is a draft afterwards."""
    request = get(session, rid)
    files = files_of(session, rid)
    _refuse_overflow(files, name, prepared, policy)
    _edit(session, request, now)
    file = next((f for f in files if f.name == name), None)
    if file is None:
        file = ExportFile(request_id=rid, name=name)
        session.add(file)
    file.upload_sha256, file.upload_bytes = prepared.upload_sha256, prepared.upload_bytes
    file.sha256, file.n_bytes = prepared.sha256, prepared.n_bytes
    file.is_canonical, file.release_name = prepared.is_canonical, prepared.release_name
    file.media_type = prepared.media_type
    session.flush()
    facts: dict[str, Fact] = {
        "file": name, "upload_sha256": prepared.upload_sha256, "sha256": prepared.sha256,
        "bytes": prepared.n_bytes, "canonical": prepared.is_canonical,
    }  # fmt: skip
    record(session, Event("export.file-added", request.author, rid, facts), now)


def _refuse_overflow(
    files: Sequence[ExportFile], name: str, prepared: Prepared, policy: DisclosurePolicy
) -> None:
    others = [file for file in files if file.name != name]
    # TRUST: names that differ in case only would be one file on some computers.
    if any(name.lower() in (f.name.lower(), f.release_name.lower()) for f in others) or any(
        prepared.release_name.lower() == f.release_name.lower() for f in others
    ):
        raise BadInput("another file of the request has this name", source=name)
    if len(others) + 1 > policy.files.max_files:
        raise TooLarge(f"a request has at most {policy.files.max_files} files")
    if sum(f.upload_bytes for f in others) + prepared.upload_bytes > policy.files.max_request_bytes:
        raise TooLarge(f"a request has at most {policy.files.max_request_bytes:,} bytes")


def declare(session: Session, rid: str, name: str, side_car: SideCar, now: datetime) -> None:
    """Keep what the researcher declares about a file."""
    request = get(session, rid)
    file = file_of(session, rid, name)
    _edit(session, request, now)
    file.side_car = side_car.model_dump_json()
    facts: dict[str, Fact] = {"file": name, "kind": side_car.kind[:80]}
    record(session, Event("export.file-declared", request.author, rid, facts), now)


def _edit(session: Session, request: ExportRequest, now: datetime) -> None:
    """Make a change possible: a new revision, for which no vote counts yet."""
    if request.status not in EDITABLE:
        raise NotEditable(request.status)
    if request.status != Status.DRAFT:
        move(session, request, Status.DRAFT, Role.RESEARCHER, request.author, {}, now)
    request.revision += 1
    request.report, request.verdict, request.content_sha256 = "", "", ""
    request.changed_at = now


def submit(
    session: Session, rid: str, checked_sha256: str, report: RequestReport, now: datetime
) -> Status:
    """Hand a draft to the reviewers, or block it, by the report of its check."""
    request = get(session, rid)
    files = files_of(session, rid)
    if not files:
        raise BadInput("the request has no file")
    # TRUST: the report must be about exactly the bytes and declarations that are there now.
    if content_digest(files) != checked_sha256:
        raise ChangedMeanwhile
    request.report, request.verdict = report.model_dump_json(), report.verdict.word
    request.content_sha256, request.submitted_at = checked_sha256, now
    facts: dict[str, Fact] = {
        "verdict": report.verdict.word, "content_sha256": checked_sha256,
        "policy_sha256": report.policy_sha256, "n_files": len(files),
    }  # fmt: skip
    # TRUST: a blocked request never comes before reviewers; the researcher repairs it.
    if report.verdict is Verdict.BLOCK:
        move(session, request, Status.BLOCKED, Role.SYSTEM, "node", facts, now)
    else:
        move(session, request, Status.SUBMITTED, Role.RESEARCHER, request.author, facts, now)
    return Status(request.status)


def refusal_of_submission(request: ExportRequest) -> Refused | None:
    """Say why a request cannot be submitted now, or None."""
    return refusal_of_move(Status(request.status), Status.SUBMITTED, Role.RESEARCHER)


def move(
    session: Session, request: ExportRequest, end: Status, role: Role, actor: str,
    facts: dict[str, Fact], now: datetime,
) -> None:  # fmt: skip
    """Move a request as the table allows, and record it."""
    start = Status(request.status)
    if refusal := refusal_of_move(start, end, role):
        raise refusal
    request.status, request.changed_at = end, now
    told: dict[str, Fact] = {"from": start, "project": request.project, **facts}
    record(session, Event(TRANSITIONS[start, end].event, actor, request.id, told), now)


def withdraw(session: Session, rid: str, person: str, now: datetime) -> None:
    """Take a request back; nothing of it can leave afterwards."""
    request = get(session, rid)
    if refusal := refusal_to_own(request, person):
        raise refusal
    move(session, request, Status.WITHDRAWN, Role.RESEARCHER, person, {}, now)


def freeze(session: Session, person: str, project: str, why: str, now: datetime) -> int:
    """Stop everything a person has pending in a project, downloads included; return how many."""
    query = select(ExportRequest).where(
        ExportRequest.author == person, ExportRequest.project == project,
        ExportRequest.status.in_(FREEZABLE),
    )  # fmt: skip
    pending = session.scalars(query).all()
    for request in pending:
        request.why = why
        move(session, request, Status.FROZEN, Role.SYSTEM, "node", {"why": why}, now)
    return len(pending)
