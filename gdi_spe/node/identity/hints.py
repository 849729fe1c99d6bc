"""What committees' systems push: never believed, only a reason to read them back sooner.

REMS posts entitlements (a JSON array, without any credentials) and puts events (an object, with a
header of its operator's choice); it repeats both until it gets a 200. A push that is repeated, old,
forged or out of order leads to the same reading, so that nothing needs to be remembered of it.
"""

from __future__ import annotations

import hmac
import json
import threading
from datetime import datetime, timedelta

from gdi_spe.boundary.errors import BadInput, Refused
from gdi_spe.node.settings import EntitlementSource, Settings

MAX_BYTES = 1_048_576
# So seldom is one source read because of pushes, however many there are.
PAUSE = timedelta(seconds=5)


class HintRefused(Refused):
    """A push does not carry the secret of any source of this node."""

    code = "hint-refused"
    public_message = "This push is not from a system that this node listens to."


def source_of(settings: Settings, secret: str) -> EntitlementSource:
    """Return whose secret this is."""
    # TRUST: an empty or unreadable secret is nobody's, and all are compared in constant time.
    found = None
    for source in settings.identity.entitlements:
        known = _secret(settings, source)
        if known and hmac.compare_digest(known.encode(), secret.encode()):
            found = source
    if found is None:
        raise HintRefused("no source has this secret")
    return found


def check_shape(body: bytes) -> str:
    """Say what kind of push this is: ``entitlements`` or ``event``.

    Raises
    ------
    BadInput
        If it is neither.
    """
    try:
        value = json.loads(body) if len(body) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list) and value and all(map(_is_entitlement, value)):
        return "entitlements"
    if isinstance(value, dict) and isinstance(value.get("event/type"), str):
        return "event"
    raise BadInput("neither entitlements nor an event of REMS")


class Hints:
    """Which sources are to be read back soon; one object a process, safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._read_at: dict[str, datetime] = {}

    def note(self, source: str) -> None:
        """Remember that a source has something new to say."""
        with self._lock:
            self._waiting.add(source)

    def take(self, now: datetime) -> list[str]:
        """Return the sources to read now; those that were read a moment ago wait."""
        with self._lock:
            ready = {one for one in self._waiting if now - self._read_at.get(one, _NEVER) >= PAUSE}
            self._waiting -= ready
            self._read_at |= dict.fromkeys(ready, now)
            return sorted(ready)


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _secret(settings: Settings, source: EntitlementSource) -> str:
    try:
        return settings.secret(source.hint_secret_file) if source.hint_secret_file else ""
    except OSError:
        return ""


def _is_entitlement(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("resource", "user")
    )
