"""How an event is hashed, and how the hashes make a chain.

The hash of a record is SHA-256 over its canonical JSON (ASCII, keys sorted, no spaces), in which
``facts`` is the stored text and ``previous_hash`` the hash of the record before it. The first
record's previous hash is 64 zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
HASHED = ("seq", "at", "kind", "actor", "resource", "facts", "previous_hash")


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one JSON text of a mapping; control characters stay escaped in it."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    )


def hash_of(record: Mapping[str, Any]) -> str:
    """Return the hash of one record."""
    text = canonical({name: record[name] for name in HASHED})
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def instant_text(at: datetime) -> str:
    """Write an instant as the log does: UTC, microseconds, fixed width."""
    if at.tzinfo is None:
        raise ValueError(f"naive instant {at!r}")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def plain(text: str) -> str:
    """Escape what is not printable ASCII, so that no name can forge a line or move a cursor."""
    return json.dumps(text, ensure_ascii=True)[1:-1].replace("\x7f", "\\u007f")
