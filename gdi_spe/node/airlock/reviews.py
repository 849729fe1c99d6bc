"""Reviews: blind, independent, by people who stand apart from the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused, SpeError
from gdi_spe.boundary.findings import RequestReport, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.node.airlock.people import (
    REVIEWER,
    Actor,
    OwnProject,
    actor_of,
    refusal_to_review,
)
from gdi_spe.node.airlock.requests import ChangedMeanwhile, file_of, files_of, get, move
from gdi_spe.node.airlock.states import MoveRefused, Role, Status
from gdi_spe.node.airlock.tables import ExportFile, ExportRequest, FileOpening, Review
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.identity.people import roles_of

_MAX_REASON = 5000


class Decision(StrEnum):
    """What a reviewer decides."""

    APPROVE = "approve"
    REJECT = "reject"
    CHANGES = "changes"


@dataclass(frozen=True)
class Ballot:
    """A vote: the decision, why, and the digest of what the reviewer had before them."""

    decision: Decision
    reason: str
    seen_sha256: str


class AlreadyVoted(Refused):
    """One vote a person."""

    code = "already-voted"
    http_status = 409
    public_message = "You have decided this request already."


class NotOpened(Refused):
    """A decision needs eyes on every file."""

    code = "files-not-opened"
    http_status = 409

    def __init__(self, names: list[str]) -> None:
        self.public_message = f"Open every file before you decide; not opened: {', '.join(names)}."
        super().__init__(self.public_message)


class Blocked(Refused):
    """The policy's word stands above an approval."""

    code = "export-blocked"
    public_message = "The disclosure check blocks this request; it cannot be approved."


def opened(session: Session, rid: str, name: str, actor: Actor, now: datetime) -> ExportFile:
    """Record that a reviewer looks at a file, and return it."""
    request = get(session, rid)
    if refusal := refusal_to_review(request, actor):
        raise refusal
    file = file_of(session, rid, name)
    key = (rid, name, file.sha256, actor.person)
    if session.get(FileOpening, key) is None:
        session.add(
            FileOpening(
                request_id=rid, name=name, sha256=file.sha256, reviewer=actor.person, at=now
            )
        )
        facts: dict[str, Fact] = {"file": name, "sha256": file.sha256}
        record(session, Event("export.file-opened", actor.person, rid, facts), now)
    return file


def not_opened(session: Session, rid: str, person: str) -> list[str]:
    """Return the files of a request that a reviewer has not looked at, as they are now."""
    return [
        file.name
        for file in files_of(session, rid)
        if session.get(FileOpening, (rid, file.name, file.sha256, person)) is None
    ]


def reviews_of(session: Session, request: ExportRequest) -> Sequence[Review]:
    """Return the votes that count: those on the present revision."""
    query = select(Review).where(
        Review.request_id == request.id, Review.revision == request.revision
    )
    return session.scalars(query.order_by(Review.id)).all()


def review_by(session: Session, request: ExportRequest, person: str) -> Review | None:
    """Return one reviewer's own vote on the present revision."""
    return next((r for r in reviews_of(session, request) if r.reviewer == person), None)


class OverruleForbidden(Refused):
    """The policy lets nobody set a block aside."""

    code = "overrule-forbidden"
    public_message = "This node's policy lets nobody overrule what its rules block."


# Blocked requests that are shown at once.
_LISTED = 100


def blocked_for(
    session: Session, rid: str, actor: Actor, policy: DisclosurePolicy
) -> ExportRequest:
    """Return a blocked request to somebody who may set the block aside, or say why not."""
    request = get(session, rid)
    if refusal := refusal_to_overrule(request, actor, policy):
        raise refusal
    return request


def refusal_to_overrule(
    request: ExportRequest, actor: Actor, policy: DisclosurePolicy
) -> SpeError | None:
    """Say why somebody may not set the block of a request aside, or None."""
    # TRUST: the policy alone decides whether a block can be set aside, and nobody does their own.
    if policy.review.overrule != "reviewers":
        return OverruleForbidden()
    if request.author == actor.person or request.project in actor.projects:
        return OwnProject()
    if REVIEWER not in actor.roles or request.status != Status.BLOCKED:
        return NotFound("export request", request.id)
    return None


def blocked(session: Session, actor: Actor, policy: DisclosurePolicy) -> Sequence[ExportRequest]:
    """Return the requests whose block somebody may set aside, the newest first."""
    query = select(ExportRequest).where(ExportRequest.status == Status.BLOCKED)
    rows = session.scalars(query.order_by(ExportRequest.changed_at.desc()).limit(_LISTED)).all()
    return [row for row in rows if refusal_to_overrule(row, actor, policy) is None]


def overrule(
    session: Session, rid: str, actor: Actor, reason: str, policy: DisclosurePolicy, now: datetime
) -> Status:
    """Have a blocked request reviewed after all, where the policy allows it.

    It is a reviewer who stands apart from the project; their name, the reason, the rules that
    blocked and the policy's hash are recorded. It approves nothing: every vote is still needed.
    """
    request = blocked_for(session, rid, actor, policy)
    if not reason.strip():
        raise BadInput("overruling a block needs a reason")
    report = RequestReport.model_validate_json(request.report)
    rules = sorted({f.rule for file in report.files for f in file.findings if f.severity == 2})
    facts: dict[str, Fact] = {
        "reason": reason.strip()[:2000], "rules": " ".join(rules),
        "policy_sha256": report.policy_sha256, "content_sha256": request.content_sha256,
    }  # fmt: skip
    # The report keeps the block; from here on it is for the reviewers to judge.
    request.verdict = Verdict.REVIEW.word
    request.why = f"A block was set aside by a reviewer: {reason.strip()[:500]}"
    move(session, request, Status.SUBMITTED, Role.REVIEWERS, actor.person, facts, now)
    return Status(request.status)


def vote(
    session: Session,
    rid: str,
    actor: Actor,
    ballot: Ballot,
    policy: DisclosurePolicy,
    now: datetime,
) -> Status:
    """Cast a vote; the last one that is needed decides the request."""
    request = get(session, rid)
    if refusal := refusal_of_vote(session, request, actor, ballot):
        raise refusal
    review = Review(
        request_id=rid, revision=request.revision, reviewer=actor.person,
        decision=ballot.decision, reason=ballot.reason.strip(),
        content_sha256=request.content_sha256, at=now,
    )  # fmt: skip
    session.add(review)
    session.flush()
    facts: dict[str, Fact] = {
        "decision": ballot.decision, "content_sha256": request.content_sha256,
        "revision": request.revision,
    }  # fmt: skip
    record(session, Event("export.voted", actor.person, rid, facts), now)
    _tally(session, request, policy, now)
    return Status(request.status)


def refusal_of_vote(
    session: Session, request: ExportRequest, actor: Actor, ballot: Ballot
) -> Exception | None:
    """Say why a vote does not count, or None."""
    if refusal := refusal_to_review(request, actor):
        return refusal
    if review_by(session, request, actor.person) is not None:
        return AlreadyVoted()
    if request.status != Status.SUBMITTED:
        return MoveRefused(Status(request.status), Status.APPROVED, Role.REVIEWERS)
    # TRUST: a vote is on the bytes that the reviewer saw, or it is no vote.
    if ballot.seen_sha256 != request.content_sha256:
        return ChangedMeanwhile()
    if not ballot.reason.strip() or len(ballot.reason) > _MAX_REASON:
        return BadInput(f"a reason is needed, of at most {_MAX_REASON:,} characters")
    # TRUST: a verdict that cannot be read is a block.
    if request.verdict not in (Verdict.PASS.word, Verdict.REVIEW.word):
        return Blocked()
    unseen = not_opened(session, request.id, actor.person)
    return NotOpened(unseen) if unseen else None


def _counts(session: Session, request: ExportRequest, review: Review) -> bool:
    """Say whether a vote counts now that the votes are in."""
    # TRUST: an approval of somebody suspended since, no reviewer any more, or in the project by
    # now, is nobody's. What they held against the request still stands.
    reviewer = actor_of(session, review.reviewer, roles_of(session, review.reviewer))
    return review.decision != Decision.APPROVE or refusal_to_review(request, reviewer) is None


def _tally(
    session: Session, request: ExportRequest, policy: DisclosurePolicy, now: datetime
) -> None:
    """Decide once all votes are in: nobody learns another's vote before."""
    votes = [one for one in reviews_of(session, request) if _counts(session, request, one)]
    if len(votes) < policy.review.approvals:
        return
    decisions = {vote.decision for vote in votes}
    if Decision.REJECT in decisions:
        end = Status.REJECTED
    elif Decision.CHANGES in decisions:
        end = Status.RETURNED
    else:
        end = Status.APPROVED
    facts: dict[str, Fact] = {"n_votes": len(votes), "content_sha256": request.content_sha256}
    move(session, request, end, Role.REVIEWERS, "node", facts, now)
