"""Verify the audit log: name the first record that is not what was written, and what is wrong.

Found are: a record that was altered, one that is missing, two that changed places, one that was
put in, an end that was cut off (against the head and the anchors), and a log that was written
anew (against the anchors).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gdi_spe.node.audit.chain import GENESIS, hash_of
from gdi_spe.node.audit.tables import AuditEvent, AuditHead

COLUMNS = ("seq", "at", "kind", "actor", "resource", "facts", "previous_hash", "hash")
_BATCH = 1000


class AnchorLike(Protocol):
    """What verification needs of an anchor."""

    @property
    def seq(self) -> int:
        """Number of the record that the log ended with."""

    @property
    def hash(self) -> str:
        """Hash of that record."""

    @property
    def previous(self) -> str:
        """Digest of the anchor before."""

    @property
    def digest(self) -> str:
        """Digest of this anchor."""

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Verify its signature."""


@dataclass(frozen=True)
class Problem:
    """The first thing that is wrong: at which record, and what."""

    seq: int
    kind: str
    text: str


@dataclass(frozen=True)
class Verification:
    """What was verified, and the first problem if there is one."""

    seq: int
    hash: str
    n_anchors: int = 0
    anchored_seq: int = 0
    problem: Problem | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None

    def as_json(self) -> dict[str, Any]:
        """Return it as the command prints it."""
        problem = self.problem
        return {
            "holds": self.holds,
            "events": self.seq,
            "hash": self.hash,
            "anchors": self.n_anchors,
            "anchored_to": self.anchored_seq,
            "problem": problem and {"seq": problem.seq, "kind": problem.kind, "text": problem.text},
        }


@dataclass(frozen=True)
class Start:
    """A record from which a part of the log is verified."""

    seq: int
    hash: str


def verify(
    session: Session, anchors: Sequence[AnchorLike], key: Ed25519PublicKey | None = None
) -> Verification:
    """Verify the whole log against itself and against anchors, signed by this key if it is given.

    The records after the last anchor are protected by the chain and its head alone.
    """
    last = anchors[-1].seq if anchors else 0
    if problem := _anchors_problem(anchors, key):
        return Verification(0, GENESIS, len(anchors), last, problem)
    found = _verify(session, Start(0, GENESIS), anchors)
    return Verification(found.seq, found.hash, len(anchors), last, found.problem)


def verify_from(session: Session, start: Start) -> Verification:
    """Verify the records after one that is known, and that it is still there."""
    if start.seq > 0:
        found = session.execute(
            select(AuditEvent.hash).where(AuditEvent.seq == start.seq)
        ).scalar_one_or_none()
        if found != start.hash:
            problem = Problem(start.seq, "missing" if found is None else "altered", "")
            return Verification(0, GENESIS, problem=_worded(problem))
    return _verify(session, start, ())


def _verify(session: Session, start: Start, anchors: Sequence[AnchorLike]) -> Verification:
    anchored = {anchor.seq: anchor.hash for anchor in anchors}
    seq, previous = start.seq, start.hash
    for row in rows(session, start.seq):
        kind = _wrong(row, seq + 1, previous)
        if kind is None and anchored.get(seq + 1, row["hash"]) != row["hash"]:
            kind = "rewritten"
        if kind is not None:
            kind = _explain(session, kind, row, seq + 1, previous)
            return Verification(seq, previous, problem=_worded(Problem(seq + 1, kind, "")))
        seq, previous = seq + 1, str(row["hash"])
    if kind := _cut(session, seq, previous, max(anchored, default=0)):
        return Verification(seq, previous, problem=_worded(Problem(seq + 1, kind, "")))
    return Verification(seq, previous)


def rows(session: Session, after: int) -> Iterator[dict[str, Any]]:
    """Return the records in order, as they are stored, a thousand at a time."""
    columns = [getattr(AuditEvent, name) for name in COLUMNS]
    query = select(*columns).order_by(AuditEvent.seq).where(AuditEvent.seq > after)
    for row in session.execute(query.execution_options(yield_per=_BATCH)):
        yield dict(row._mapping)


def _wrong(row: dict[str, Any], seq: int, previous: str) -> str | None:
    """Say what is wrong with the record that should have this number and follow this hash."""
    if row["seq"] != seq:
        return "missing"
    if not all(isinstance(row[name], str) for name in COLUMNS[1:]):
        return "altered"
    if row["hash"] != hash_of(row):
        return "altered"
    return None if row["previous_hash"] == previous else "inserted"


def _explain(session: Session, kind: str, row: dict[str, Any], seq: int, previous: str) -> str:
    """Tell a record that changed its place from one that was altered or put in."""
    if kind not in ("altered", "inserted"):
        return kind
    successor = select(AuditEvent.seq).where(
        AuditEvent.previous_hash == previous, AuditEvent.seq != seq
    )
    try:
        elsewhere = session.execute(successor).scalars().first()
    except SQLAlchemyError:
        return kind
    moved = elsewhere is not None and row["previous_hash"] != previous
    return "reordered" if moved else kind


def _cut(session: Session, seq: int, previous: str, anchored: int) -> str | None:
    """Compare where the log ends with where its head and the anchors say that it ended."""
    if seq < anchored:
        return "truncated"
    head = session.execute(select(AuditHead.seq, AuditHead.hash)).one_or_none()
    if head is None:
        return "head-missing" if seq else None
    if head.seq > seq:
        return "truncated"
    return None if (head.seq, head.hash) == (seq, previous) else "head-altered"


def _anchors_problem(anchors: Sequence[AnchorLike], key: Ed25519PublicKey | None) -> Problem | None:
    seq, previous = 0, GENESIS
    for anchor in anchors:
        if key is not None and not anchor.is_signed_by(key):
            return _worded(Problem(anchor.seq, "anchor-signature", ""))
        if anchor.previous != previous or anchor.seq <= seq:
            return _worded(Problem(anchor.seq, "anchor-missing", ""))
        seq, previous = anchor.seq, anchor.digest
    return None


_TEXTS = {
    "altered": "record {seq} is not what was written",
    "missing": "record {seq} is missing",
    "reordered": "record {seq} stands where another belongs: records have changed places",
    "inserted": "record {seq} does not follow from the one before it",
    "rewritten": "record {seq} is not the one that an anchor names: the log was written anew",
    "truncated": "the log has been cut: record {seq} and what follows are gone",
    "head-missing": "the log's head is gone; the last record before {seq} cannot be trusted",
    "head-altered": "the log's head does not agree with its last record, before {seq}",
    "anchor-signature": "the anchor of record {seq} is not signed by the node",
    "anchor-missing": "the anchor of record {seq} does not follow from the anchor before it",
}


def _worded(problem: Problem) -> Problem:
    return Problem(problem.seq, problem.kind, _TEXTS[problem.kind].format(seq=problem.seq))
