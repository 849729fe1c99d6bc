"""By which identities issuers know a person: one set, kept so that others can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.tables import PersonIdentity
from gdi_spe.node.identity.trust import Identity

_MAX_NAME = 255


def keep_identities(
    session: Session,
    person: str,
    identities: Iterable[tuple[Identity, datetime | None]],
    now: datetime,
) -> None:
    """Replace a person's identities by those of this log-in; another's are never taken."""
    kept = set()
    for identity, until in identities:
        if max(map(len, identity)) > _MAX_NAME:
            continue
        row = session.get(PersonIdentity, identity)
        # TRUST: one identity is one person's; who claims another's is told about, not believed.
        # Who logged in as it is certain; that stands above any link.
        is_own = username_of(*identity) == person
        if row is not None and row.person != person and _holds(row, now) and not is_own:
            record(session, Event("identity.conflict", person, row.person), now)
            continue
        if row is None:
            row = PersonIdentity(issuer=identity.iss, subject=identity.sub)
            session.add(row)
        row.person, row.seen_at, row.until = person, now, until
        kept.add(identity)
    _forget_others(session, person, kept)
    session.flush()


def people_of(session: Session, subject: str, issuer: str, now: datetime) -> str | None:
    """Return whose identity this is at an issuer now, or None."""
    row = session.get(PersonIdentity, (issuer, subject))
    return row.person if row is not None and _holds(row, now) else None


def subjects_of(session: Session, person: str, now: datetime) -> frozenset[str]:
    """Return the subjects by which issuers know a person now."""
    rows = session.scalars(select(PersonIdentity).where(PersonIdentity.person == person))
    return frozenset(row.subject for row in rows if _holds(row, now))


def _forget_others(session: Session, person: str, kept: set[Identity]) -> None:
    rows = session.scalars(select(PersonIdentity).where(PersonIdentity.person == person))
    for row in list(rows):
        if Identity(row.issuer, row.subject) not in kept:
            gone = (PersonIdentity.issuer == row.issuer, PersonIdentity.subject == row.subject)
            session.execute(delete(PersonIdentity).where(*gone))


def _holds(row: PersonIdentity, now: datetime) -> bool:
    return row.until is None or now < row.until
