"""Tell other environments, and those who watch over them, that access has ended for a cause.

Each peer of the settings gets a small JSON document, signed with a secret that it shares with this
node; it is sent again until the peer says that it heard it. What the peer answers changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.projects.register import cohorts_of
from gdi_spe.node.revocation.tables import Notice
from gdi_spe.node.settings import RevocationSettings, Settings

SCHEMA = "gdi-spe/revocation-notice/1"
_GIVEN_UP = timedelta(days=7)
_PAUSE_SECONDS, _LONGEST_SECONDS = 10.0, 3600.0
_AT_ONCE = 20


class Teller(Protocol):
    """How a notice reaches a peer."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Return when the peer has heard it; raise Unavailable otherwise."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send one notice over HTTP; only a 2xx answer says that it was heard."""
    try:
        with httpx.Client(trust_env=False, timeout=5.0) as client:
            answer = client.post(url, content=body, headers=dict(headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"{url}: {type(error).__name__}") from None
    if not answer.is_success:
        raise Unavailable(f"{url} answered {answer.status_code}")


def signature(secret: str, body: bytes) -> str:
    """Return what proves to a peer that this node wrote the notice (RFC 2104)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def write_down(
    session: Session,
    rules: RevocationSettings,
    node_id: str,
    *,
    person: str,
    project: str,
    why: str,
    known_at: datetime,
    now: datetime,
) -> int:
    """Write down what the peers are to be told of one end; return how many notices are new."""
    if why not in rules.tells or not rules.peers:
        return 0
    # Of the person and the cause, not of the workspace: an end that is tried again is told once.
    named = "\n".join((node_id, person, project, why, known_at.isoformat()))
    notice = hashlib.sha256(named.encode()).hexdigest()[:32]
    if session.scalar(select(Notice.id).where(Notice.notice == notice)) is not None:
        return 0
    body = _body(session, node_id, notice, person, project, why, known_at)
    for peer in rules.peers:
        row = Notice(notice=notice, peer=peer.url, body=body, made_at=now, next_at=now)
        session.add(row)
    session.flush()
    return len(rules.peers)


def tell_peers(database: Database, settings: Settings, now: datetime, teller: Teller = post) -> int:
    """Send what is due, outside of any transaction; return how many notices were heard."""
    secrets = {peer.url: peer.secret_file for peer in settings.revocation.peers}
    with database.read() as session:
        due = [(row.id, row.notice, row.peer, row.body) for row in _due(session, now)]
    heard = 0
    for number, notice, peer, body in due:
        try:
            if peer not in secrets:
                raise Unavailable(f"{peer} is no peer of the settings any more")
            raw = body.encode()
            headers = {
                "content-type": "application/json",
                "x-gdi-spe-notice": notice,
                "x-gdi-spe-signature": signature(settings.secret(secrets[peer]), raw),
            }
            teller(peer, raw, headers)
        except (Unavailable, OSError) as silence:
            _not_heard(database, number, str(silence), now)
        else:
            heard += 1
            _heard(database, number, now)
    return heard


def _body(
    session: Session,
    node_id: str,
    notice: str,
    person: str,
    project: str,
    why: str,
    known_at: datetime,
) -> str:
    row = session.get(Person, person)
    document = {
        "schema": SCHEMA,
        "notice": notice,
        "node": node_id,
        "event": why,
        "at": known_at.isoformat(),
        # Who it is at the log-in service that the peers share; nothing else of the person.
        "subject": {"iss": row.issuer, "sub": row.subject} if row is not None else None,
        "cohorts": list(cohorts_of(session, project)),
    }
    return json.dumps(document, sort_keys=True)


def _due(session: Session, now: datetime) -> list[Notice]:
    query = select(Notice).where(
        Notice.told_at.is_(None), Notice.given_up_at.is_(None), Notice.next_at <= now
    )
    return list(session.scalars(query.order_by(Notice.next_at, Notice.id).limit(_AT_ONCE)))


def _heard(database: Database, number: int, now: datetime) -> None:
    with database.write() as session:
        row = session.get_one(Notice, number)
        row.told_at, row.n_tries = now, row.n_tries + 1
        seconds = round((now - row.made_at).total_seconds(), 3)
        facts: dict[str, Fact] = {"notice": row.notice, "seconds": seconds}
        record(session, Event("peer.told", "node", row.peer[:255], facts), now)


def _not_heard(database: Database, number: int, why: str, now: datetime) -> None:
    with database.write() as session:
        row = session.get_one(Notice, number)
        row.n_tries += 1
        pause = min(_PAUSE_SECONDS * 2 ** min(row.n_tries - 1, 12), _LONGEST_SECONDS)
        row.next_at = now + timedelta(seconds=pause)
        if now - row.made_at >= _GIVEN_UP:
            row.given_up_at = now
        if row.n_tries == 1 or row.given_up_at is not None:
            facts: dict[str, Fact] = {"notice": row.notice, "why": why[:300]}
            kind = "peer.given-up" if row.given_up_at else "peer.silent"
            record(session, Event(kind, "node", row.peer[:255], facts), now)
