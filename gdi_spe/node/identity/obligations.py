"""What everybody who works here must have agreed to or learned, and until when that counts.

The settings name the obligations; the node keeps who has fulfilled which. Terms are accepted by the
person; a training is recorded by an admin. What has lapsed ends access as the end of a grant does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.identity.tables import Fulfilment, Obligation
from gdi_spe.node.settings import ObligationSettings

TERMS, TRAINING = "terms", "training"


class NotYoursToFulfil(Refused):
    """A training is recorded by who gave it, not by who took it."""

    code = "obligation-not-yours"
    public_message = "The node's operator records this; it cannot be accepted here."


@dataclass(frozen=True)
class Duty:
    """One obligation as a person sees it; ``until`` is None where it is not fulfilled now."""

    id: str
    kind: str
    title: str
    url: str
    until: datetime | None

    def as_json(self) -> dict[str, str | None]:
        """Return it for pages."""
        until = self.until.isoformat() if self.until else None
        return {
            "id": self.id, "kind": self.kind, "title": self.title, "url": self.url, "until": until,
        }  # fmt: skip


def keep_obligations(session: Session, wanted: Iterable[ObligationSettings], now: datetime) -> None:
    """Bring the stored obligations in line with the settings; what is fulfilled stays so."""
    named = {one.id: one for one in wanted}
    known = {row.id: row for row in session.scalars(select(Obligation))}
    for name, one in named.items():
        values = (one.kind, one.title, one.url, one.valid_days)
        row = known.get(name)
        if row is not None and row.retired_at is None and values == _values(row):
            continue
        if row is None:
            row = Obligation(id=name, since=now)
            session.add(row)
        row.kind, row.title, row.url, row.valid_days = values
        row.retired_at = None
        facts: dict[str, Fact] = {"kind": one.kind, "days": str(one.valid_days)}
        record(session, Event("obligation.set", "node", name, facts), now)
    for name, row in known.items():
        if name not in named and row.retired_at is None:
            row.retired_at = now
            record(session, Event("obligation.retired", "node", name), now)
    session.flush()


def duties_of(session: Session, person: str, now: datetime) -> tuple[Duty, ...]:
    """Return every obligation of those who work here, and until when a person has fulfilled it."""
    query = select(Obligation).where(Obligation.retired_at.is_(None)).order_by(Obligation.id)
    return tuple(
        Duty(row.id, row.kind, row.title, row.url, _until(session, row, person, now))
        for row in session.scalars(query)
    )


def fulfil(
    session: Session,
    name: str,
    person: str,
    actor: str,
    now: datetime,
    until: datetime | None = None,
) -> datetime:
    """Note that a person has fulfilled an obligation; return until when that counts.

    Raises
    ------
    NotFound
        If there is no such obligation.
    NotYoursToFulfil
        If somebody notes a training of their own.
    BadInput
        If it would count for longer than the settings allow, or not at all.
    """
    row = session.get(Obligation, name)
    if row is None or row.retired_at is not None:
        raise NotFound("obligation", name)
    # TRUST: to have learned something is for others to say.
    if row.kind == TRAINING and actor == person:
        raise NotYoursToFulfil
    last = now + timedelta(days=row.valid_days)
    if until is not None and not now < until <= last:
        raise BadInput(f"{name} counts from now until {last.isoformat()} at most")
    ends = until or last
    session.add(Fulfilment(obligation=name, person=person, at=now, until=ends, by=actor))
    facts: dict[str, Fact] = {"person": person, "until": ends.isoformat()}
    record(session, Event("obligation.fulfilled", actor, name, facts), now)
    session.flush()
    return ends


def withdraw_fulfilment(
    session: Session, name: str, person: str, why: str, actor: str, now: datetime
) -> None:
    """Let what a person had fulfilled count no longer."""
    rows = session.scalars(_of(name, person).where(Fulfilment.until > now)).all()
    if not rows:
        raise NotFound("fulfilment", f"{name} of {person}")
    for row in rows:
        row.until = now
    facts: dict[str, Fact] = {"person": person, "why": why}
    record(session, Event("obligation.withdrawn", actor, name, facts), now)
    session.flush()


def last_end(session: Session, person: str, now: datetime) -> datetime | None:
    """Return when the last of a person's fulfilments ended that has ended."""
    query = select(Fulfilment.until).where(Fulfilment.person == person, Fulfilment.until <= now)
    return session.scalar(query.order_by(Fulfilment.until.desc()).limit(1))


def _until(session: Session, row: Obligation, person: str, now: datetime) -> datetime | None:
    rows = session.scalars(_of(row.id, person))
    return max((one.until for one in rows if one.until > now), default=None)


def _of(name: str, person: str) -> Select[Fulfilment]:
    return select(Fulfilment).where(Fulfilment.obligation == name, Fulfilment.person == person)


def _values(row: Obligation) -> tuple[str, str, str, float]:
    return row.kind, row.title, row.url, row.valid_days
