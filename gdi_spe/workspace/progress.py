"""How far long work has come: one line of text that is written over itself.

What a workspace shows is charged against a budget, so a notebook's line is short, comes after a
second and changes every second at most; work that is done sooner shows nothing, and so does a
script whose output nobody watches.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

_PATIENCE_SECONDS = 1.0
_WIDTH = 20


@dataclass(frozen=True)
class Screen:
    """Where a line is shown, and how often it may change."""

    stream: TextIO
    every_seconds: float


def screen() -> Screen | None:
    """Return where somebody watches: a notebook's cell or a terminal; ``None`` elsewhere."""
    if _is_notebook():
        return Screen(sys.stdout, 1.0)
    if sys.stderr is not None and sys.stderr.isatty():
        return Screen(sys.stderr, 0.2)
    return None


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


@contextmanager
def progress(
    what: str,
    total: int | None,
    *,
    on: Screen | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[int], None]]:
    """Show how far work has come while a block runs.

    Parameters
    ----------
    what
        What is being done, as in ``"association"``.
    total
        How many steps there are; ``None`` where that is not known before.
    on
        Where to show it; without it, where somebody watches.
    clock
        Seconds since some instant.

    Yields
    ------
    A function to call with the number of steps done since it was last called. It never fails,
    and may be called from several threads.
    """
    shown = screen() if on is None else on
    if shown is None:
        yield lambda _n: None
        return
    line = _Line(what, total, shown, clock)
    try:
        yield line.advance
    except BaseException:
        line.end("stopped")
        raise
    line.end("done")


class _Line:
    """One line on a screen."""

    def __init__(
        self, what: str, total: int | None, on: Screen, clock: Callable[[], float]
    ) -> None:
        self._what, self._total, self._on, self._clock = what, total, on, clock
        self._began = clock()
        self._next = self._began + _PATIENCE_SECONDS
        self._n_done, self._length = 0, 0
        self._lock = threading.Lock()

    def advance(self, n: int) -> None:
        with self._lock:
            self._n_done += n
            now = self._clock()
            if now >= self._next:
                self._next = now + self._on.every_seconds
                self._write(self._text(now - self._began))

    def end(self, how: str) -> None:
        """Leave one line that says how it ended, if anything was shown."""
        with self._lock:
            if self._length:
                seconds = self._clock() - self._began
                self._write(f"{self._what}: {self._n_done:,} {how} in {_time(seconds)}", "\n")

    def _text(self, seconds: float) -> str:
        if not self._total:
            return f"{self._what}: {self._n_done:,} in {_time(seconds)}"
        share = min(self._n_done / self._total, 1.0)
        filled = int(share * _WIDTH)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        left = f", {_time(seconds * (1 - share) / share)} left" if share else ""
        return f"{self._what} {bar} {share:4.0%}{left}"

    def _write(self, text: str, end: str = "") -> None:
        # A line that is gone from the screen must not end the work that it tells of.
        with suppress(OSError, ValueError):
            self._on.stream.write("\r" + text.ljust(self._length) + end)
            self._on.stream.flush()
        self._length = len(text)


def _time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"
