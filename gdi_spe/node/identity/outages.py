"""Who this node asks about people, whether they answer, and until when a silence is forgiven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.identity.tables import GrantSource
from gdi_spe.node.settings import Settings

# Beside the committees' systems in one table; no visa's source is ever called so.
_LOGIN = "login:"


@dataclass(frozen=True)
class Asked:
    """One service that this node asks, as the admin sees it."""

    name: str
    answered_at: datetime | None
    # None while it answers.
    silent_since: datetime | None
    closes_at: datetime | None
    is_closed: bool

    def as_json(self) -> dict[str, str | bool | None]:
        """Return it for the admin's page."""
        instants = (self.answered_at, self.silent_since, self.closes_at)
        answered, silent, closes = (at.isoformat() if at else None for at in instants)
        return {
            "name": self.name, "answered_at": answered, "silent_since": silent,
            "closes_at": closes, "is_closed": self.is_closed,
        }  # fmt: skip


def provider_answered(session: Session, issuer: str, now: datetime) -> None:
    """Note that the log-in service has answered."""
    row = _row(session, issuer, now)
    if row.closed_at is not None:
        record(session, Event("provider.answers", "hub", issuer), now)
    row.answered_at, row.closed_at = now, None


def provider_silent(session: Session, issuer: str, now: datetime) -> None:
    """Note that the log-in service does not answer; people stay for the grace."""
    row = _row(session, issuer, now)
    if row.closed_at is None:
        row.closed_at = now
        record(session, Event("provider.silent", "hub", issuer), now)


def asked(session: Session, settings: Settings, now: datetime) -> list[Asked]:
    """Return the log-in service and each committee's system, and how they stand."""
    grace = timedelta(seconds=settings.timers.identity_grace_seconds)
    rows = {row.source: row for row in session.scalars(select(GrantSource))}
    found = [_provider(rows.get(_LOGIN + settings.identity.issuer), settings, grace, now)]
    for one in settings.identity.entitlements:
        late = timedelta(seconds=2 * one.poll_seconds)
        found.append(_committee(one.source, rows.get(one.source), late, grace, now))
    return found


def _provider(
    row: GrantSource | None, settings: Settings, grace: timedelta, now: datetime
) -> Asked:
    since = row.closed_at if row else None
    closes = since + grace if since else None
    answered = row.answered_at if row else None
    is_closed = closes is not None and closes <= now
    return Asked(settings.identity.issuer, answered, since, closes, is_closed)


def _committee(
    name: str, row: GrantSource | None, late: timedelta, grace: timedelta, now: datetime
) -> Asked:
    if row is None:
        return Asked(name, None, None, None, False)
    last = row.answered_at or row.first_asked_at
    # It is asked again and again; when an answer is long due, it is silent.
    is_silent = row.closed_at is not None or now - last > late
    if not is_silent:
        return Asked(name, row.answered_at, None, None, False)
    return Asked(name, row.answered_at, last, last + grace, row.closed_at is not None)


def _row(session: Session, issuer: str, now: datetime) -> GrantSource:
    row = session.get(GrantSource, _LOGIN + issuer)
    if row is None:
        row = GrantSource(source=_LOGIN + issuer, first_asked_at=now)
        session.add(row)
        session.flush()
    return row
