"""One door for files of genotypes: whatever their bytes are, VCF text comes out in whole lines."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.bcf import MAGIC as BCF
from gdi_spe.store.reading.bcf import bcf_pieces
from gdi_spe.store.reading.encrypted import MAGIC, Crypt4ghKey, decrypted
from gdi_spe.store.reading.inflate import (
    GZIP,
    LAST_BLOCK,
    Piece,
    bgzip_pieces,
    gzip_pieces,
    is_bgzip,
    plain_pieces,
)
from gdi_spe.store.reading.streams import ByteStream, FileStream, Joined, Rewound, ahead, unreadable

CHUNK_BYTES = 8 << 20
MAX_LINE_BYTES = 1 << 26  # 600 bytes for each of 100,000 samples
_NEWLINE = 10
_SNIFFED = 18


class TextSource:
    """An opened file; its text is read once."""

    def __init__(
        self, path: Path, stream: FileStream, size_bytes: int | None, key: Crypt4ghKey | None
    ) -> None:
        self.name, self.size_bytes = str(path), size_bytes
        self._stream, self._key = stream, key

    @property
    def consumed_bytes(self) -> int:
        """How much of the file, as it lies on the disk, was read so far."""
        return self._stream.consumed_bytes

    def chunks(self, n_bytes: int = CHUNK_BYTES) -> Iterator[NDArray[np.uint8]]:
        """Yield the text, inflated, in whole lines: about ``n_bytes`` a chunk, more if a line is.

        Only the last chunk may lack its final newline. The same file is always cut alike.

        Raises
        ------
        BadInput
            If the file is damaged or cut short, or encrypted for another key.
        """
        return whole_lines(self._pieces(n_bytes), self.name)

    def _pieces(self, n_bytes: int) -> Iterator[Piece]:
        start = self._stream.read(len(MAGIC))
        stream: ByteStream = Rewound(start, self._stream)
        if start == MAGIC:
            stream = Joined(ahead(decrypted(stream, self._key, self.name)))
        return _pieces(stream, n_bytes, self.name)


@contextmanager
def open_text(path: Path, key: Crypt4ghKey | None = None) -> Iterator[TextSource]:
    """Open a file of genotypes: VCF or BCF, plain, gzip or bgzip, in Crypt4GH or not.

    What is encrypted for ``key`` is decrypted in memory, piece by piece.

    Raises
    ------
    BadInput
        If it cannot be read, or is a bgzip file that was cut short; see `TextSource.chunks`.
    """
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(path, error) from None
    with file:
        status = os.fstat(file.fileno())
        is_regular = stat.S_ISREG(status.st_mode)
        if is_regular:
            _refuse_cut_bgzip(path, file.fileno(), status.st_size)
        yield TextSource(path, FileStream(path, file), status.st_size if is_regular else None, key)


def refuse_pipe(path: Path) -> None:
    """Refuse what gives its bytes only once, for those who read a file twice."""
    if path.is_fifo() or path.is_char_device() or path.is_socket():
        raise BadInput(
            "gives its bytes only once, and is read twice",
            source=str(path),
            remedy="Write it to a file first",
        )


def _refuse_cut_bgzip(path: Path, descriptor: int, size: int) -> None:
    """Refuse a bgzip file without its last block before anything is read."""
    try:
        if not is_bgzip(os.pread(descriptor, _SNIFFED, 0)):
            return
        end = os.pread(descriptor, len(LAST_BLOCK), max(0, size - len(LAST_BLOCK)))
    except OSError as error:
        raise unreadable(path, error) from None
    if end != LAST_BLOCK:
        raise BadInput(
            "the compressed file is cut short, or has bytes after its end: it lacks its last block",
            source=str(path),
        )


def _pieces(stream: ByteStream, n_bytes: int, source: str) -> Iterator[Piece]:
    """Look at the first bytes and choose how to read the rest."""
    start = stream.read(_SNIFFED)
    whole = Rewound(start, stream)
    if is_bgzip(start):
        pieces = bgzip_pieces(whole, n_bytes, source)
    elif start[:2] == GZIP:
        pieces = gzip_pieces(whole, n_bytes, source)
    else:
        pieces = plain_pieces(whole, n_bytes)
    first = next(pieces, None)
    if first is None:
        return iter(())
    pieces = chain([first], pieces)
    is_bcf = first.text[: len(BCF)].tobytes() == BCF
    return bcf_pieces(pieces, n_bytes, source) if is_bcf else pieces


def whole_lines(pieces: Iterator[Piece], source: str) -> Iterator[NDArray[np.uint8]]:
    """Cut after the last newline of each piece; what follows it begins the next chunk."""
    carried: list[NDArray[np.uint8]] = []
    for piece in pieces:
        text = piece.text
        cut = _after_last_newline(text)
        if cut:
            yield _joined(carried, piece, cut)
            carried = []
        if cut < len(text):
            carried.append(text[cut:])
        if sum(map(len, carried)) > MAX_LINE_BYTES:
            raise BadInput(f"a line is longer than {MAX_LINE_BYTES >> 20} MiB", source=source)
    if carried:
        yield np.concatenate(carried)


def _joined(carried: list[NDArray[np.uint8]], piece: Piece, cut: int) -> NDArray[np.uint8]:
    """Return carried text and the piece up to the cut, copying only what is carried."""
    n_carried = sum(map(len, carried))
    if not n_carried:
        return piece.text[:cut]
    if n_carried > piece.start:
        return np.concatenate([*carried, piece.text[:cut]])
    start = piece.start - n_carried
    np.concatenate(carried, out=piece.buffer[start : piece.start])
    return piece.buffer[start : piece.start + cut]


def _after_last_newline(text: NDArray[np.uint8]) -> int:
    """Return how many bytes there are up to the last newline and with it; 0 if there is none."""
    width = 1 << 12
    while True:
        start = max(0, len(text) - width)
        found = np.flatnonzero(text[start:] == _NEWLINE)
        if len(found) or not start:
            return start + int(found[-1]) + 1 if len(found) else 0
        width *= 8
