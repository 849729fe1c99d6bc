"""What each eye may see of an export request, as JSON for pages, commands and workspaces."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.airlock.people import (
    REVIEWER,
    Actor,
    refusal_of_stranger,
    refusal_to_review,
    refusal_to_see,
)
from gdi_spe.node.airlock.releases import downloads_left, release_of
from gdi_spe.node.airlock.requests import files_of, get
from gdi_spe.node.airlock.reviews import not_opened, review_by, reviews_of
from gdi_spe.node.airlock.states import Status
from gdi_spe.node.airlock.tables import ExportFile, ExportRequest
from gdi_spe.query.written import NotACondition, words_of

# What a reviewer is shown of whom a file is of.
_LONGEST = 600

# When the votes are in, the researcher reads the reasons, without the reviewers' names.
_DECIDED = (Status.RETURNED, Status.REJECTED, Status.APPROVED, Status.RELEASED)


def summary(request: ExportRequest) -> dict[str, Any]:
    """Return a line for lists."""
    return {
        "id": request.id,
        "title": request.title,
        "project": request.project,
        "status": request.status,
        "verdict": request.verdict or None,
        "created_at": request.created_at.isoformat(),
        "submitted_at": request.submitted_at.isoformat() if request.submitted_at else None,
    }


def of_author(session: Session, request: ExportRequest, policy: DisclosurePolicy) -> dict[str, Any]:
    """Return a request as its author sees it."""
    votes = reviews_of(session, request)
    told = [{"decision": v.decision, "reason": v.reason} for v in votes]
    released = release_of(session, request)
    return {
        **_request(session, request),
        "as": "author",
        "why": request.why if request.status == Status.FROZEN else "",
        "reviews": told if request.status in _DECIDED else [],
        "downloads": _downloads(session, request, policy)
        if released and request.status == Status.RELEASED
        else None,
    }


def _downloads(
    session: Session, request: ExportRequest, policy: DisclosurePolicy
) -> dict[str, Any]:
    released = release_of(session, request)
    assert released is not None  # noqa: S101  # asked for before
    left = {
        f.name: downloads_left(session, released, f, policy) for f in files_of(session, request.id)
    }
    return {
        "until": released.until.isoformat(),
        "manifest_sha256": released.manifest_sha256,
        "left": left,
    }


def of_reviewer(session: Session, request: ExportRequest, actor: Actor) -> dict[str, Any]:
    """Return a request as a reviewer sees it: their own vote, and nobody else's."""
    # TRUST: no number of votes either, while they are being cast: it would tell of another's.
    own = review_by(session, request, actor.person)
    return {
        **_request(session, request),
        "as": "reviewer",
        "content_sha256": request.content_sha256,
        "not_opened": not_opened(session, request.id, actor.person),
        "own_vote": {"decision": own.decision, "reason": own.reason} if own else None,
    }


def _request(session: Session, request: ExportRequest) -> dict[str, Any]:
    reports = _reports(request)
    files = [_file(file, reports.get(file.name)) for file in files_of(session, request.id)]
    return {
        **summary(request),
        "justification": request.justification,
        "revision": request.revision,
        "files": files,
    }


def _reports(request: ExportRequest) -> dict[str, Any]:
    if not request.report:
        return {}
    return {report["file"]: report for report in json.loads(request.report)["files"]}


def _file(file: ExportFile, report: dict[str, Any] | None) -> dict[str, Any]:
    side_car = json.loads(file.side_car) if file.side_car else {}
    return {
        "file": file.name,
        "release_name": file.release_name,
        "media_type": file.media_type,
        "bytes": file.n_bytes,
        "sha256": file.sha256,
        "canonical": file.is_canonical,
        "declared": {
            "kind": side_car.get("kind", ""),
            "why": side_car.get("why", ""),
            "whose": whose(SideCar.model_validate(side_car)),
        },
        "verdict": report["verdict"] if report else None,
        "findings": report["findings"] if report else [],
    }


def whose(side_car: SideCar) -> str:
    """Say in words of which people a file is said to be."""
    told = [f"{side_car.n_individuals:,} individuals"] if side_car.n_individuals else []
    told += [f"by {', '.join(side_car.by)}"] if side_car.by else []
    told += [f"{column} = {value}" for column, value in side_car.where.items()]
    if side_car.selection is not None:
        try:
            told.append(words_of(side_car.selection))
        except NotACondition as error:
            told.append(f"a selection that says nothing ({error})")
    told += [f"numbers in {side_car.data}"] if side_car.data else []
    return "; ".join(told)[:_LONGEST]


def for_actor(session: Session, rid: str, actor: Actor, policy: DisclosurePolicy) -> dict[str, Any]:
    """Return a request as this person may see it."""
    request = get(session, rid)
    if refusal := refusal_to_see(request, actor):
        raise refusal
    if request.author == actor.person:
        return of_author(session, request, policy)
    return of_reviewer(session, request, actor)


def for_review(session: Session, rid: str, actor: Actor) -> dict[str, Any]:
    """Return a request for review; somebody of the project is told why they may not."""
    request = get(session, rid)
    if refusal := refusal_to_review(request, actor):
        # TRUST: that a request exists is told to its author, and to no other member.
        raise refusal if request.author == actor.person else refusal_of_stranger(request, actor)
    return of_reviewer(session, request, actor)


def mine(session: Session, person: str) -> list[dict[str, Any]]:
    """Return a person's own requests, the latest first."""
    query = select(ExportRequest).where(ExportRequest.author == person)
    rows = session.scalars(query.order_by(ExportRequest.created_at.desc()))
    return [summary(request) for request in rows]


def of_workspace_list(session: Session, wid: str) -> list[dict[str, Any]]:
    """Return the requests that came from one workspace, the latest first."""
    query = select(ExportRequest).where(ExportRequest.wid == wid)
    rows = session.scalars(query.order_by(ExportRequest.created_at.desc()))
    return [summary(request) for request in rows]


def queue(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return what waits for this reviewer, the oldest first."""
    if REVIEWER not in actor.roles:
        return []
    query = select(ExportRequest).where(ExportRequest.status == Status.SUBMITTED)
    rows = session.scalars(query.order_by(ExportRequest.submitted_at)).all()
    return [
        {**summary(request), "voted": review_by(session, request, actor.person) is not None}
        for request in rows
        if refusal_to_review(request, actor) is None
    ]


def of_operator(session: Session, request: ExportRequest) -> dict[str, Any]:
    """Return a request for the node's operator and auditors, votes and names included."""
    value = _request(session, request)
    votes = [
        {
            "reviewer": v.reviewer, "decision": v.decision, "reason": v.reason,
            "content_sha256": v.content_sha256, "at": v.at.isoformat(),
        }
        for v in reviews_of(session, request)
    ]  # fmt: skip
    files = [{"name": file["release_name"], **file} for file in value["files"]]
    return {
        **value,
        "author": request.author,
        "wid": request.wid,
        "content_sha256": request.content_sha256,
        "reviews": votes,
        "files": files,
    }


def everything(session: Session) -> list[dict[str, Any]]:
    """Return every request, for the node's operator."""
    rows = session.scalars(select(ExportRequest).order_by(ExportRequest.created_at))
    return [{**summary(request), "author": request.author} for request in rows]
