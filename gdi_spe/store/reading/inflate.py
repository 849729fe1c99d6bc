"""Compressed streams into pieces of their text: bgzip block by block, gzip as it comes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.kernels.bgzf import (
    MAX_TEXT,
    BlockDamaged,
    Blocks,
    find_blocks,
    inflate_blocks,
)
from gdi_spe.store.reading.streams import ByteStream, made_ahead

GZIP = b"\x1f\x8b"
LAST_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
HEADROOM = 1 << 16  # free bytes before a piece, where the end of the piece before it may go
_READ = 1 << 20
_N_THREADS, _N_AHEAD = 2, 3


@dataclass(frozen=True)
class Piece:
    """A stretch of text within a buffer that belongs to it alone."""

    buffer: NDArray[np.uint8]
    start: int

    @staticmethod
    def of(text: bytes | bytearray) -> Piece:
        """Copy text into a buffer of its own."""
        piece = Piece.empty(len(text))
        piece.text[:] = np.frombuffer(text, np.uint8)
        return piece

    @staticmethod
    def empty(n_bytes: int) -> Piece:
        """Make room for text."""
        return Piece(np.empty(HEADROOM + n_bytes, np.uint8), HEADROOM)

    @property
    def text(self) -> NDArray[np.uint8]:
        """The text."""
        return self.buffer[self.start :]


def is_bgzip(start: bytes) -> bool:
    """Say whether a file that begins so is of bgzip's blocks."""
    return start[:4] == b"\x1f\x8b\x08\x04" and start[12:14] == b"BC"


def plain_pieces(stream: ByteStream, n_bytes: int) -> Iterator[Piece]:
    """Yield the stream as it is."""

    def read() -> Piece:
        return Piece.of(stream.read(n_bytes))

    yield from _until_empty(read)


def bgzip_pieces(stream: ByteStream, n_bytes: int, source: str) -> Iterator[Piece]:
    """Inflate bgzip, two pieces at a time; refuse what is damaged or has no end block."""
    yield from made_ahead(_bgzip_jobs(stream, max(n_bytes, MAX_TEXT), source), _N_THREADS, _N_AHEAD)


def _bgzip_jobs(stream: ByteStream, n_bytes: int, source: str) -> Iterator[Callable[[], Piece]]:
    pending, tail, is_end = b"", b"", False
    while pending or not is_end:
        data = np.frombuffer(pending, np.uint8)
        blocks = find_blocks(data, n_bytes)
        if not (blocks.is_full or blocks.is_broken or is_end):
            more = stream.read(_READ)
            is_end = len(more) < _READ
            pending += more
            continue
        if not blocks.n_bytes:
            why = "damaged: a block is not one of bgzip" if blocks.is_broken else "cut short"
            raise BadInput(f"the compressed file is {why}", source=source)
        tail = pending[max(0, blocks.n_bytes - len(LAST_BLOCK)) : blocks.n_bytes]
        pending = pending[blocks.n_bytes :]
        yield _inflation(data, blocks, source)
    if tail != LAST_BLOCK:
        raise BadInput("the compressed file is cut short: it lacks its last block", source=source)


def _inflation(data: NDArray[np.uint8], blocks: Blocks, source: str) -> Callable[[], Piece]:
    piece = Piece.empty(blocks.n_text_bytes)

    def inflate() -> Piece:
        try:
            inflate_blocks(data, blocks, piece.text)
        except BlockDamaged:
            raise BadInput("the compressed file is damaged", source=source) from None
        return piece

    return inflate


def gzip_pieces(stream: ByteStream, n_bytes: int, source: str) -> Iterator[Piece]:
    """Inflate gzip of one member or many, a piece ahead of who takes them."""
    members = _Members(stream, source)

    def inflate() -> Piece:
        return members.piece(n_bytes)

    yield from made_ahead(_until_done(inflate, lambda: members.is_done), 1, 2)


class _Members:
    """A gzip stream, member after member."""

    def __init__(self, stream: ByteStream, source: str) -> None:
        self._stream, self._source = stream, source
        self._inflater: Any = None
        self._input = b""
        self.is_done = False

    def piece(self, n_bytes: int) -> Piece:
        """Return the next text; it is shorter than asked for only at the end."""
        parts, missing = [], n_bytes
        while missing and not self.is_done:
            part = self._some(missing)
            parts.append(part)
            missing -= len(part)
        return Piece.of(b"".join(parts))

    def _some(self, n_bytes: int) -> bytes:
        if self._inflater is None or self._inflater.eof:
            return self._next_member()
        if not self._input:
            self._input = self._stream.read(_READ)
        try:
            text: bytes = self._inflater.decompress(self._input, n_bytes)
        except (zlib.error, _isal_error()) as error:
            raise self._refusal(f"damaged ({error})") from None
        is_end = self._inflater.eof
        if not (self._input or text or is_end):  # what was held back has come too
            raise self._refusal("cut short")
        self._input = self._inflater.unused_data if is_end else self._inflater.unconsumed_tail
        return text

    def _next_member(self) -> bytes:
        self._input = self._input or self._stream.read(_READ)
        if not self._input and self._inflater is not None:
            self.is_done = True
            return b""
        if self._input[:2] not in (GZIP, GZIP[: len(self._input)]):
            raise self._refusal("damaged: bytes after its end are not of gzip")
        self._inflater = _inflater()
        return b""

    def _refusal(self, why: str) -> BadInput:
        return BadInput(f"the compressed file is {why}", source=self._source)


def _inflater() -> Any:
    """Return an inflater of one gzip member: igzip's, else zlib's."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    return isal_zlib.decompressobj(zlib.MAX_WBITS | 16)


def _isal_error() -> type[Exception]:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.error
    return cast("type[Exception]", isal_zlib.error)


def _until_empty(read: Callable[[], Piece]) -> Iterator[Piece]:
    while len((piece := read()).text):
        yield piece


def _until_done(
    make: Callable[[], Piece], is_done: Callable[[], bool]
) -> Iterator[Callable[[], Piece]]:
    while not is_done():
        yield make
