"""Append to the audit log, in the transaction of what is recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.audit.chain import GENESIS, canonical, hash_of, instant_text, plain
from gdi_spe.node.audit.tables import AuditEvent, AuditHead

Fact = str | int | float | bool | None

_KIND = re.compile(r"[a-z][a-z0-9._-]{0,63}\Z")
_MAX_NAME_BYTES = 1024
_MAX_FACTS_BYTES = 65_536


@dataclass(frozen=True)
class Event:
    """One thing that happened: who, what, to what, and the facts needed to understand it.

    ``facts`` hold identifiers, counts and hashes, never variants, queries or people's data.
    """

    kind: str
    actor: str
    resource: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def record(session: Session, event: Event, at: datetime) -> int:
    """Append one event to the chain, in the caller's transaction, and return its number.

    The transaction must be one that writes (``Database.write``). Whatever goes wrong here is
    raised and undoes the caller's work with it: what cannot be recorded does not happen.
    """
    # TRUST: no try/except around a record, here or at any caller: without a record, no act.
    columns = _columns(event, at)
    seq, previous_hash = _lock_head(session)
    row = {"seq": seq + 1, **columns, "previous_hash": previous_hash}
    row["hash"] = hash_of(row)
    session.execute(insert(AuditEvent).values(row))
    session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(seq=row["seq"], hash=row["hash"])
        .execution_options(synchronize_session=False)
    )
    return seq + 1


def _columns(event: Event, at: datetime) -> dict[str, str]:
    if not _KIND.match(event.kind):
        raise ValueError(f"not a kind of event: {event.kind!r}")
    actor, resource, facts = plain(event.actor), plain(event.resource), canonical(event.facts)
    if max(len(actor), len(resource)) > _MAX_NAME_BYTES or len(facts) > _MAX_FACTS_BYTES:
        raise ValueError(f"a record of {event.kind} is too large for the audit log")
    return {
        "at": instant_text(at),
        "kind": event.kind,
        "actor": actor,
        "resource": resource,
        "facts": facts,
    }


def _lock_head(session: Session) -> tuple[int, str]:
    """Take the head's row lock and return the chain's end; other writers wait from here on."""
    # An UPDATE locks the row on PostgreSQL, and sees what the writer before has committed.
    locked = (
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(seq=AuditHead.seq)
        .returning(AuditHead.seq, AuditHead.hash)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(locked).one_or_none()
    if row is None:
        # TRUST: only an empty log may begin; one whose head is gone is not silently restarted.
        if session.scalar(select(func.count()).select_from(AuditEvent)):
            raise Tampered("the audit log has events but no head")
        session.execute(insert(AuditHead).values(id=1, seq=0, hash=GENESIS))
        row = session.execute(locked).one()
    return row.seq, row.hash
