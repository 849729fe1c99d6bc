"""Read back from the access committees' systems (REMS) what is still granted.

The answer can only end or bound grants, never make one: grants come from signed visas. A push is
a hint to read sooner. An answer that is missing, malformed or refused is no answer; a source that
gives none for longer than the grace closes its grants until it answers again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.grants import end_expired, end_gone
from gdi_spe.node.identity.keys import Fetcher, HttpFetcher
from gdi_spe.node.identity.tables import Grant, GrantSource
from gdi_spe.node.settings import EntitlementSource, Settings

_MAX_BYTES = 32 * 1024 * 1024
_TIMEOUT_SECONDS = 10.0
_SPAWN_SECONDS = 5.0
_MAX_SUBJECTS = 5

log = logging.getLogger(__name__)


class _Lenient(BaseModel):
    """REMS adds fields from version to version; only these are read."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class EntitledUser(_Lenient):
    """Whose entitlement it is: the subject at the identity provider."""

    userid: str


class Entitlement(_Lenient):
    """One resource that one person is entitled to."""

    resource: str
    user: EntitledUser
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    application: int | None = Field(None, alias="application-id")

    def is_active(self, now: datetime) -> bool:
        """REMS's own rule: start <= now < end."""
        return (self.start is None or self.start <= now) and (self.end is None or now < self.end)


_LIST = TypeAdapter(list[Entitlement])


def reconcile_all(
    database: Database, settings: Settings, now: datetime, http_get: Fetcher | None = None
) -> int:
    """Read every source back and end what is gone; return how many grants ended."""
    sources = settings.identity.entitlements
    ended = sum(reconcile_source(database, settings, one, now, http_get)[0] for one in sources)
    with database.write() as session:
        return ended + end_expired(session, now)


def reconcile_source(
    database: Database,
    settings: Settings,
    source: EntitlementSource,
    now: datetime,
    http_get: Fetcher | None = None,
) -> tuple[int, list[Entitlement] | None]:
    """Read one source back; return how many grants ended, and what it lists (None: no answer)."""
    # Asked before the transaction begins: nobody waits for a slow committee.
    try:
        answer = ask(source, settings, http_get or fetcher())
    except Unavailable as silence:
        grace = timedelta(seconds=settings.timers.identity_grace_seconds)
        with database.write() as session:
            note_silence(session, source.source, str(silence), grace, now)
        return 0, None
    with database.write() as session:
        return reconcile(session, source.source, answer, now), answer


def reconcile_person(
    database: Database,
    settings: Settings,
    person: str,
    now: datetime,
    http_get: Fetcher | None = None,
) -> int:
    """Read back what one person's grants rest on, before they begin; return how many ended.

    A source that gives no answer now has its grace, as always.
    """
    ended = 0
    for source in settings.identity.entitlements:
        with database.read() as session:
            grants = session.scalars(_open_grants(source.source).where(Grant.person == person))
            subjects = sorted({grant.subject for grant in grants})[:_MAX_SUBJECTS]
        for subject in subjects:
            try:
                answer = ask(source, settings, http_get or fetcher(_SPAWN_SECONDS), subject)
            except Unavailable as silence:
                log.warning("%s is not read back before a start: %s", source.source, silence)
                continue
            with database.write() as session:
                ended += _reconciled(session, source.source, answer, now, subject)
    return ended


def fetcher(seconds: float = _TIMEOUT_SECONDS) -> HttpFetcher:
    """Return what asks a committee's system, in bounded time and size."""
    return HttpFetcher(seconds, _MAX_BYTES)


def ask(
    source: EntitlementSource, settings: Settings, fetch: Fetcher, subject: str = ""
) -> list[Entitlement]:
    """Ask one source for what is entitled now, to one person or to all (``/api/entitlements``)."""
    of = f"&user={quote(subject, safe='')}" if subject else ""
    return read_entitlements(ask_rems(source, settings, fetch, f"entitlements?expired=false{of}"))


def ask_rems(source: EntitlementSource, settings: Settings, fetch: Fetcher, path: str) -> bytes:
    """Ask one question of a REMS, by its robot's key."""
    try:
        key = settings.secret(source.api_key_file)
    except OSError as error:
        raise Unavailable(f"no API key for {source.source}: {error.strerror}") from None
    headers = {"x-rems-api-key": key, "x-rems-user-id": source.api_user}
    return fetch(f"{source.url.rstrip('/')}/api/{path}", headers)


def read_entitlements(body: bytes) -> list[Entitlement]:
    """Read an answer of ``/api/entitlements``; one bad entry makes all of it no answer."""
    try:
        return _LIST.validate_json(body)
    except ValidationError as error:
        raise Unavailable(f"not a list of entitlements: {error.error_count()} errors") from None


def reconcile(
    session: Session, source: str, entitlements: Sequence[Entitlement], now: datetime
) -> int:
    """End the grants of a source that it no longer lists, and note the ends of the others."""
    ended = _reconciled(session, source, entitlements, now)
    _note_answer(session, source, now)
    session.flush()
    return ended


def _reconciled(
    session: Session,
    source: str,
    entitlements: Sequence[Entitlement],
    now: datetime,
    subject: str = "",
) -> int:
    """Hold the grants of a source, or of one subject at it, against what it lists."""
    listed: dict[tuple[str, str], list[Entitlement]] = {}
    for one in entitlements:
        if one.is_active(now):
            listed.setdefault((one.user.userid, one.resource), []).append(one)
    ended = 0
    query = _open_grants(source)
    if subject:
        query = query.where(Grant.subject == subject)
    for grant in list(session.scalars(query)):
        found = listed.get((grant.subject, grant.value))
        if found is None:
            end_gone(session, grant, f"dac:{source}", now)
            ended += 1
        else:
            _bound(session, grant, found, now)
    session.flush()
    return ended


def _open_grants(source: str) -> Select[Grant]:
    return select(Grant).where(Grant.source == source, Grant.ended_at.is_(None))


def note_silence(session: Session, source: str, why: str, grace: timedelta, now: datetime) -> None:
    """Note that a source gave no answer; close its grants when that has lasted too long."""
    row = _source_row(session, source, now)
    if row.closed_at is None and now - (row.answered_at or row.first_asked_at) > grace:
        # TRUST: an outage has its grace, then it is closed.
        row.closed_at = now
        record(session, Event("grants.source-closed", "node", source, {"why": why[:500]}), now)


def _bound(session: Session, grant: Grant, entitlements: list[Entitlement], now: datetime) -> None:
    """Note the longest end that the source names for a grant; None is no end."""
    ends = [one.end for one in entitlements]
    until = None if None in ends else max(end for end in ends if end is not None)
    if until != grant.entitled_until:
        grant.entitled_until = until
        facts = {"person": grant.person, "until": until.isoformat() if until else None}
        record(session, Event("grant.bounded", f"dac:{grant.source}", grant.target, facts), now)


def _note_answer(session: Session, source: str, now: datetime) -> None:
    row = _source_row(session, source, now)
    row.answered_at = now
    if row.closed_at is not None:
        row.closed_at = None
        record(session, Event("grants.source-reopened", "node", source), now)


def _source_row(session: Session, source: str, now: datetime) -> GrantSource:
    row = session.get(GrantSource, source)
    if row is None:
        row = GrantSource(source=source, first_asked_at=now)
        session.add(row)
    return row
