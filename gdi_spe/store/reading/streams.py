"""Bytes that come once, in order: a file, a pipe, or what another stream is made into."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from gdi_spe.boundary.errors import BadInput

Made = TypeVar("Made")


class ByteStream(Protocol):
    """Gives its bytes once and in order."""

    def read(self, n_bytes: int) -> bytes:
        """Return that many bytes; fewer only at the end."""


class FileStream:
    """A file or pipe; knows how far it was read."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self.consumed_bytes = 0

    def read(self, n_bytes: int) -> bytes:
        """Return that many bytes; fewer only at the end."""
        parts: list[bytes] = []
        missing = n_bytes
        while missing:
            try:
                part = self._file.read(missing)
            except OSError as error:
                raise unreadable(self._path, error) from None
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        self.consumed_bytes += n_bytes - missing
        return parts[0] if len(parts) == 1 else b"".join(parts)


class Rewound:
    """A stream whose first bytes were looked at and are given again."""

    def __init__(self, start: bytes, rest: ByteStream) -> None:
        self._start, self._rest = start, rest

    def read(self, n_bytes: int) -> bytes:
        """Return that many bytes; fewer only at the end."""
        if not self._start:
            return self._rest.read(n_bytes)
        part, self._start = self._start[:n_bytes], self._start[n_bytes:]
        return part + self._rest.read(n_bytes - len(part)) if len(part) < n_bytes else part


class Joined:
    """A stream of what an iterator yields."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._waiting = parts, b""

    def read(self, n_bytes: int) -> bytes:
        """Return that many bytes; fewer only at the end."""
        taken: list[bytes] = []
        missing = n_bytes
        while missing:
            self._waiting = self._waiting or next((p for p in self._parts if p), b"")
            if not self._waiting:
                break
            taken.append(self._waiting[:missing])
            self._waiting = self._waiting[missing:]
            missing -= len(taken[-1])
        return taken[0] if len(taken) == 1 else b"".join(taken)


def unreadable(path: Path, error: OSError) -> BadInput:
    """Return the error for a file that the system does not let us read."""
    return BadInput(f"cannot be read ({error.strerror or error})", source=str(path))


def made_ahead(
    jobs: Iterator[Callable[[], Made]], n_threads: int, n_waiting: int
) -> Iterator[Made]:
    """Yield what jobs make, in order, while at most ``n_waiting`` of them are done or under way."""
    pool = ThreadPoolExecutor(n_threads)
    waiting: deque[Future[Made]] = deque()
    try:
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) >= n_waiting:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        pool.shutdown(wait=True)


def ahead(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what an iterator yields, made in a thread before it is asked for."""
    is_done = False

    def make() -> bytes:
        nonlocal is_done
        part = next((part for part in parts if part), b"")
        is_done = not part
        return part

    def jobs() -> Iterator[Callable[[], bytes]]:
        while not is_done:
            yield make

    return made_ahead(jobs(), 1, 3)
