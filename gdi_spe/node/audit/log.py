"""Append to the audit log, in the transaction of what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

Fact = str | int | float | bool | None


@dataclass(frozen=True)
class Event:
    """One thing that happened: who, what, to what, and the facts needed to understand it.

    ``facts`` hold identifiers, counts and hashes, never variants, queries or people's data.
    """

    kind: str
    actor: str
    resource: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def record(session: Session, event: Event, at: datetime) -> None:
    """Append one event to the chain, in the caller's transaction."""
    raise NotImplementedError
