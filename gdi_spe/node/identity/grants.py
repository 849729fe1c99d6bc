"""What people were granted: rows that are made and renewed by visas, and ended by events.

A grant of a dataset or cohort is the longest of its live rows. No row outlives its visa, nor the
end that the access committee's own system names, nor the silence of that system beyond the grace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.identity.clearinghouse import Decision, Derivation, Refusal
from gdi_spe.node.identity.tables import Grant, GrantSource, Person
from gdi_spe.node.identity.visas import WHY

# Endings that a visa signed before them cannot undo.
WITHDRAWN = frozenset({"entitlement-gone", "ended-by-node"})

Key = tuple[str, str, str]


@dataclass(frozen=True)
class LiveGrant:
    """A dataset or cohort that a person may use now, by whose word, and until when."""

    target: str
    source: str
    until: datetime


def live_grants(session: Session, person: str, now: datetime) -> tuple[LiveGrant, ...]:
    """Return what a person is granted at this instant; nothing if they are suspended or gone."""
    row = session.get(Person, person)
    # TRUST: the node's own veto, and membership, stand above every visa.
    if row is None or row.suspended_at is not None or not row.is_member:
        return ()
    closed = set(
        session.scalars(select(GrantSource.source).where(GrantSource.closed_at.is_not(None)))
    )
    grants = [
        LiveGrant(grant.target, grant.source, effective_end(grant))
        for grant in _open_rows(session, person)
        # TRUST: a committee that has been silent beyond the grace grants nothing.
        if grant.source not in closed
    ]
    return tuple(grant for grant in grants if grant.until > now)


def cohort_grant(
    grants: Iterable[LiveGrant], cohort_id: str, dataset_ids: Sequence[str]
) -> datetime | None:
    """Return until when a whole cohort is granted, or None; a part of it is never granted.

    Granted is a cohort by its own id, or by every one of its datasets: then until the first of
    those ends. Of the two ways, the longer counts.
    """
    ends: dict[str, datetime] = {}
    for grant in grants:
        ends[grant.target] = max(grant.until, ends.get(grant.target, grant.until))
    ways = [ends[cohort_id]] if cohort_id in ends else []
    # TRUST: all of the datasets, and at least one: nothing follows from a cohort of none.
    if dataset_ids and all(dataset in ends for dataset in dataset_ids):
        ways.append(min(ends[dataset] for dataset in dataset_ids))
    return max(ways, default=None)


def effective_end(grant: Grant) -> datetime:
    """Return the first of the ends that a grant has."""
    return min(grant.until, grant.entitled_until or grant.until)


def apply_decision(
    session: Session, person: str, decision: Decision, grace: timedelta, now: datetime
) -> tuple[Refusal, ...]:
    """Replace a person's grants by what their passport now says; return visas withdrawn before.

    A grant whose visa is no longer in the passport ends. One whose visa is there but cannot be
    judged, because its issuer does not answer, stays for the grace since it was last verified.
    """
    wanted, refused = _wanted(session, person, decision)
    for row in _open_rows(session, person):
        if row.until <= now:
            _end(session, row, "expired", "", "node", now)
        elif found := wanted.pop(_key_of(row), None):
            _renew(session, row, found, now)
        elif not _is_unjudged(row, decision) or row.verified_at + grace <= now:
            _end(session, row, "visa-gone", "", person, now)
    for derivation in wanted.values():
        _make(session, person, derivation, now)
    session.flush()
    return refused


def _is_unjudged(row: Grant, decision: Decision) -> bool:
    """Say whether nobody could tell now if a grant still stands."""
    return row.visa_sha256 in decision.unjudged or row.source in decision.silent


def end_grant(
    session: Session, person: str, target: str, why: str, actor: str, now: datetime
) -> int:
    """End every way in which a person is granted something; return how many there were.

    Visas signed before this instant do not bring it back.
    """
    rows = [row for row in _open_rows(session, person) if row.target == target]
    for row in rows:
        _end(session, row, "ended-by-node", why, actor, now)
    session.flush()
    return len(rows)


def end_login(session: Session, person: str, why: str, now: datetime) -> int:
    """End everything that a person's last log-in brought, because it is no longer confirmed.

    Their next log-in brings it back, if their visas still say so.
    """
    rows = _open_rows(session, person)
    for row in rows:
        _end(session, row, "login-ended", why, "hub", now)
    facts: dict[str, Fact] = {"why": why, "grants": len(rows)}
    record(session, Event("login.ended", "hub", person, facts), now)
    session.flush()
    return len(rows)


def has_run_out(session: Session, now: datetime) -> bool:
    """Say whether a grant has run out that is not written down as ended yet."""
    return bool(_run_out(session, now))


def _run_out(session: Session, now: datetime) -> list[Grant]:
    rows = session.scalars(select(Grant).where(Grant.ended_at.is_(None)))
    return [row for row in rows if effective_end(row) <= now]


def end_expired(session: Session, now: datetime) -> int:
    """Write down which grants have run out; they were not live from that instant anyway."""
    gone = _run_out(session, now)
    for row in gone:
        _end(session, row, "expired", "", "node", now)
    session.flush()
    return len(gone)


def end_gone(session: Session, grant: Grant, actor: str, now: datetime) -> None:
    """End a grant that the access committee's system no longer lists."""
    _end(session, grant, "entitlement-gone", "no longer listed by its source", actor, now)


def history(session: Session, person: str) -> list[Grant]:
    """Return every grant that a person ever had, the newest first."""
    query = select(Grant).where(Grant.person == person).order_by(Grant.id.desc())
    return list(session.scalars(query))


def _wanted(
    session: Session, person: str, decision: Decision
) -> tuple[dict[Key, Derivation], tuple[Refusal, ...]]:
    """Choose the longest derivation of each target, source and identity."""
    withdrawn = _withdrawals(session, person)
    wanted: dict[Key, Derivation] = {}
    refused = []
    for one in sorted(decision.derivations, key=lambda d: (d.until, d.visa_sha256)):
        key = (one.target, one.source, one.subject)
        # TRUST: a broker may hand out an old visa long after its grant was withdrawn.
        if key in withdrawn and one.issued <= withdrawn[key]:
            refused.append(Refusal(one.visa, "withdrawn", WHY["withdrawn"]))
        else:
            wanted[key] = one
    return wanted, tuple(refused)


def _withdrawals(session: Session, person: str) -> dict[Key, datetime]:
    query = select(Grant).where(Grant.person == person, Grant.ended_code.in_(WITHDRAWN))
    last: dict[Key, datetime] = {}
    for row in session.scalars(query):
        if row.ended_at is not None:
            key = _key_of(row)
            last[key] = max(row.ended_at, last.get(key, row.ended_at))
    return last


def _open_rows(session: Session, person: str) -> list[Grant]:
    query = select(Grant).where(Grant.person == person, Grant.ended_at.is_(None))
    return list(session.scalars(query.order_by(Grant.id)))


def _key_of(row: Grant) -> Key:
    return (row.target, row.source, row.subject)


def _make(session: Session, person: str, derivation: Derivation, now: datetime) -> None:
    grant = Grant(
        person=person,
        target=derivation.target,
        value=derivation.value,
        source=derivation.source,
        subject=derivation.subject,
        visa_sha256=derivation.visa_sha256,
        made_at=now,
        verified_at=now,
        until=derivation.until,
    )
    session.add(grant)
    record(session, Event("grant.made", person, grant.target, _facts(grant)), now)


def _renew(session: Session, row: Grant, derivation: Derivation, now: datetime) -> None:
    """Let a newer visa of the same source stand in for the one before, longer or shorter."""
    before = (row.visa_sha256, row.until)
    row.verified_at = now
    row.visa_sha256, row.until, row.value = (
        derivation.visa_sha256,
        derivation.until,
        derivation.value,
    )
    if (row.visa_sha256, row.until) != before:
        record(session, Event("grant.renewed", row.person, row.target, _facts(row)), now)


def _facts(grant: Grant) -> dict[str, Fact]:
    return {
        "person": grant.person,
        "source": grant.source,
        "until": grant.until.isoformat(),
        "visa": grant.visa_sha256,
    }


def _end(session: Session, row: Grant, code: str, why: str, actor: str, now: datetime) -> None:
    row.ended_at, row.ended_code, row.ended_why = now, code, why
    facts = {**_facts(row), "code": code, "why": why}
    record(session, Event("grant.ended", actor, row.target, facts), now)
