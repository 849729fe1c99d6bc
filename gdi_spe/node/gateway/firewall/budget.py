"""How much of a workspace may be seen in a day: one budget a key, older than any kernel.

The budget is stored ahead of its use, a block at a time: a crash loses bytes of the budget and
never gives any back. Days are UTC days by the gateway's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol

BLOCK_BYTES = 65_536
REPEAT_BYTES = 16
ANSWER_BYTES = 2
# The end of every budget is kept for what is not output: cells that finish, files that save.
CONTROL_RESERVE_BYTES = 65_536
_MAX_REMEMBERED = 4096


class Ledger(Protocol):
    """Where a day's use is kept; the real one is a table, a test's one a dict."""

    def used_bytes(self, key: str, day: str) -> int:
        """Return what was stored for that key and day, 0 if nothing."""

    def store_used_bytes(self, key: str, day: str, used_bytes: int) -> None:
        """Store it durably before returning."""


def digest_of(*parts: bytes) -> bytes:
    """Return the name under which a content is remembered."""
    return blake2b(b"\x00".join(parts), digest_size=16).digest()


@dataclass
class Budget:
    """The day's use of one key: charged before anything is shown."""

    key: str
    limit_bytes: int
    ledger: Ledger
    now: Callable[[], datetime]
    day: str = ""
    used_bytes: int = 0
    stored_bytes: int = 0
    # For the meter and for the report: number and bytes of each kind, of this day and unreported.
    by_kind: dict[str, list[int]] = field(default_factory=dict)
    unreported: dict[str, list[int]] = field(default_factory=dict)
    remembered: dict[bytes, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open_day()

    def charge(
        self, kind: str, n_bytes: int, digest: bytes | None = None, *, is_control: bool = False
    ) -> bool:
        """Take bytes from the budget; False, with nothing taken, when they are not there.

        The same content again costs ``REPEAT_BYTES``: that one of the remembered contents is
        shown is all that it says.
        """
        self._open_day()
        cost = min(n_bytes, REPEAT_BYTES) if digest in self.remembered else n_bytes
        # TRUST: nothing beyond the day's limit is shown, whichever kernel, socket or tab asks.
        if self.used_bytes + cost > self._limit(is_control):
            return False
        self._take(kind, cost)
        if digest is not None:
            self._remember(digest)
        return True

    def charge_shown(self, kind: str, n_bytes: int) -> None:
        """Take bytes for what can no longer be held back: all of them, or all that are left."""
        self._open_day()
        self._take(kind, max(0, min(n_bytes, self._limit(is_control=False) - self.used_bytes)))

    @property
    def is_output_spent(self) -> bool:
        """Whether outputs are over for the day; control answers may go on for a while."""
        self._open_day()
        return self.used_bytes >= self._limit(is_control=False)

    @property
    def is_spent(self) -> bool:
        """Whether not even a control answer fits."""
        self._open_day()
        return self.used_bytes + ANSWER_BYTES > self.limit_bytes

    @property
    def ends_at(self) -> datetime:
        """When the next day's budget begins."""
        today = self.now().astimezone(UTC)
        return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)

    def take_report(self) -> dict[str, dict[str, int]]:
        """Hand over what was shown since the last report."""
        report = {kind: {"n": n, "bytes": size} for kind, (n, size) in self.unreported.items()}
        self.unreported = {}
        return report

    def give_back_report(self, report: dict[str, dict[str, int]]) -> None:
        """Take a report back that could not be delivered."""
        for kind, count in report.items():
            _add(self.unreported, kind, count["n"], count["bytes"])

    def settle(self) -> None:
        """Store the exact use: a clean end gives the unused part of the last block back."""
        self.ledger.store_used_bytes(self.key, self.day, self.used_bytes)
        self.stored_bytes = self.used_bytes

    def _limit(self, is_control: bool) -> int:
        reserve = 0 if is_control else min(CONTROL_RESERVE_BYTES, self.limit_bytes // 4)
        return self.limit_bytes - reserve

    def _open_day(self) -> None:
        day = self.now().astimezone(UTC).date().isoformat()
        # TRUST: a clock set back does not reopen a day that is over.
        if day <= self.day:
            return
        self.day = day
        self.used_bytes = self.stored_bytes = self.ledger.used_bytes(self.key, day)
        self.by_kind = {}

    def _take(self, kind: str, n_bytes: int) -> None:
        used = self.used_bytes + n_bytes
        if used > self.stored_bytes:
            self.stored_bytes = used + min(BLOCK_BYTES, self.limit_bytes // 16)
            self.ledger.store_used_bytes(self.key, self.day, self.stored_bytes)
        self.used_bytes = used
        _add(self.by_kind, kind, 1, n_bytes)
        _add(self.unreported, kind, 1, n_bytes)

    def _remember(self, digest: bytes) -> None:
        self.remembered[digest] = None
        if len(self.remembered) > _MAX_REMEMBERED:
            self.remembered.pop(next(iter(self.remembered)))


def _add(counts: dict[str, list[int]], kind: str, n: int, n_bytes: int) -> None:
    count = counts.setdefault(kind, [0, 0])
    count[0] += n
    count[1] += n_bytes
