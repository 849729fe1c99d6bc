"""Says on a terminal how far a command has come; elsewhere it says nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gdi_spe.store.reading.load import Progressed

_SECONDS_BETWEEN = 0.2


class ProgressLine:
    """One line that is written over itself: the rate, and the remaining time where it is known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._is_shown = clock, sys.stderr.isatty()
        self._what, self._begun, self._told_at = "", clock(), 0.0

    def reading(self, so_far: Progressed) -> None:
        """Tell of a file that is read."""
        self._tell(so_far.source, lambda seconds: told(so_far, seconds))

    def writing(self, what: str, n_variants: int) -> None:
        """Tell of something that is written."""
        self._tell(what, lambda seconds: f"{what}: {_rate(n_variants, seconds)}")

    def _tell(self, what: str, text: Callable[[float], str]) -> None:
        """Write the line anew, if the last one has been there for a moment."""
        now = self._clock()
        if what != self._what:
            self._what, self._begun = what, now
        if self._is_shown and now - self._told_at >= _SECONDS_BETWEEN:
            self._told_at = now
            click.echo(f"\r{text(now - self._begun)}\x1b[K", err=True, nl=False)

    def close(self) -> None:
        """Take the line away."""
        if self._is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def told(so_far: Progressed, seconds: float) -> str:
    """Say how fast it goes, and for how long it will."""
    text = f"{so_far.source}: {_rate(so_far.n_rows, seconds)}"
    if not so_far.size_bytes or not so_far.consumed_bytes:
        return text
    share = min(so_far.consumed_bytes / so_far.size_bytes, 1.0)
    return f"{text}, {share:.0%}, {seconds * (1 - share) / share:,.0f} s to go"


def _rate(n_variants: int, seconds: float) -> str:
    return f"{n_variants:,} variants, {n_variants / max(seconds, 1e-6):,.0f}/s"
