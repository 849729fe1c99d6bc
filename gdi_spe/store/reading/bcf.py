"""BCF into VCF text, piece by piece in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.kernels.bcf import RecordBroken, Transcoder
from gdi_spe.store.reading.inflate import HEADROOM, Piece
from gdi_spe.store.reading.metadata import parse_meta
from gdi_spe.store.reading.streams import made_ahead

MAGIC = b"BCF"
_VERSIONS = (b"BCF\2\1", b"BCF\2\2")
_START = 9  # magic, version and the header's length
_MAX_HEADER, _MAX_NUMBER = 1 << 28, 1 << 20
_MAX_RECORD = 1 << 29  # of text
_IN_THE_DICTIONARY = ("FILTER", "INFO", "FORMAT")


@dataclass(frozen=True)
class Dictionaries:
    """Names by the numbers that records use; an unused number has an empty name."""

    keys: list[str]
    contigs: list[str]


def bcf_pieces(pieces: Iterator[Piece], n_bytes: int, source: str) -> Iterator[Piece]:
    """Write BCF as VCF text, a piece ahead of who takes it.

    Raises
    ------
    BadInput
        If it is not BCF 2.1 or 2.2, is damaged or cut short.
    """
    writing = _Writing(pieces, n_bytes, source)
    return made_ahead(writing.jobs(), 1, 2)


class _Writing:
    """The bytes of a BCF file that have not been written yet, and how to write them."""

    def __init__(self, pieces: Iterator[Piece], n_bytes: int, source: str) -> None:
        self._pieces, self._n_bytes, self._source = pieces, n_bytes, source
        self._waiting = np.zeros(0, np.uint8)
        self._is_end = self._is_done = False
        self._n_records = 0
        self._transcoder: Transcoder | None = None

    def jobs(self) -> Iterator[Callable[[], Piece]]:
        """Yield what makes the next piece, until the last is made."""
        while not self._is_done:
            yield self._piece

    def _piece(self) -> Piece:
        if self._transcoder is None:
            return self._header()
        out = Piece.empty(self._n_bytes)
        written = 0
        while not self._is_done:
            n_new, is_full = self._write(self._transcoder, out.text[written:])
            written += n_new
            if is_full and written:
                break
            if is_full:
                out = self._larger(out)
        return Piece(out.buffer[: HEADROOM + written], HEADROOM)

    def _write(self, transcoder: Transcoder, room: NDArray[np.uint8]) -> tuple[int, bool]:
        try:
            done = transcoder.write(self._waiting, room)
        except RecordBroken as error:
            number = self._n_records + error.number + 1
            raise BadInput(f"record {number} is damaged: {error}", source=self._source) from None
        self._n_records += done.n_records
        self._waiting = self._waiting[done.consumed :]
        if not done.is_full:
            self._read_more()
        return done.written, done.is_full

    def _read_more(self) -> None:
        piece = next(self._pieces, None)
        if piece is not None:
            text = piece.text
            self._waiting = np.concatenate([self._waiting, text]) if len(self._waiting) else text
            if len(self._waiting) > _MAX_RECORD + len(text):
                raise BadInput("a record is larger than 512 MiB", source=self._source)
            return
        if len(self._waiting):
            raise BadInput("the file is cut short within a record", source=self._source)
        self._is_done = True

    def _larger(self, out: Piece) -> Piece:
        if len(out.text) > _MAX_RECORD:
            raise BadInput("a record is larger than 512 MiB", source=self._source)
        return Piece.empty(len(out.text) * 4)

    def _header(self) -> Piece:
        start = self._take(_START)
        if start[:5] not in _VERSIONS:
            raise BadInput("not BCF of version 2.1 or 2.2", source=self._source)
        length = int.from_bytes(start[5:], "little")
        if length > _MAX_HEADER:
            raise BadInput("the BCF header is damaged: it is too long", source=self._source)
        text = self._take(length).rstrip(b"\0")
        if b"\0" in text:
            raise BadInput("the BCF header is damaged", source=self._source)
        text += b"" if text.endswith(b"\n") else b"\n"
        names = dictionaries(text, self._source)
        columns = text[text.rfind(b"\n", 0, -1) + 1 : -1].rstrip(b"\r").split(b"\t")
        n_samples = max(len(columns) - 9, 0)
        self._transcoder = Transcoder(names.keys, names.contigs, n_samples)
        return Piece.of(text)

    def _take(self, n_bytes: int) -> bytes:
        while len(self._waiting) < n_bytes:
            n_before = len(self._waiting)
            piece = next(self._pieces, None)
            if piece is None:
                raise BadInput("the BCF file is cut short within its header", source=self._source)
            self._waiting = np.concatenate([self._waiting, piece.text]) if n_before else piece.text
        taken, self._waiting = self._waiting[:n_bytes], self._waiting[n_bytes:]
        return taken.tobytes()


def dictionaries(header: bytes, source: str) -> Dictionaries:
    """Number the names of a BCF header: by ``IDX=`` where given, else as they come.

    FILTER, INFO and FORMAT share one dictionary, of which PASS is always the first.
    """
    keys, contigs = _Numbered(source, {"PASS": 0}), _Numbered(source, {})
    try:
        lines = header.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise BadInput("the BCF header is not UTF-8 text", source=source) from None
    for number, line in enumerate(lines, start=1):
        meta = parse_meta(line.removesuffix("\r"))
        if meta is None or not meta.id:
            continue
        if meta.key in _IN_THE_DICTIONARY:
            keys.add(meta.id, meta.fields.get("IDX"), number)
        elif meta.key == "contig":
            contigs.add(meta.id, meta.fields.get("IDX"), number)
    return Dictionaries(keys.names(), contigs.names())


class _Numbered:
    """Names and their numbers."""

    def __init__(self, source: str, number_of: dict[str, int]) -> None:
        self._source, self._number_of = source, number_of
        self._name_of = {number: name for name, number in number_of.items()}

    def add(self, name: str, told: str | None, line: int) -> None:
        """Give a name the number that it is told, or the next."""
        next_ = max(self._name_of, default=-1) + 1
        number = self._number_of.get(name, next_)
        if told is not None:
            is_number = told.isascii() and told.isdecimal() and int(told) < _MAX_NUMBER
            number = int(told) if is_number else -1
        if number < 0 or self._name_of.get(number, name) != name:
            raise BadInput(f"IDX of {name[:50]!r} is not its own", source=self._source, line=line)
        if self._number_of.get(name, number) != number:
            raise BadInput(f"{name[:50]!r} has two numbers", source=self._source, line=line)
        self._number_of[name], self._name_of[number] = number, name

    def names(self) -> list[str]:
        """Return the names by number."""
        return [self._name_of.get(i, "") for i in range(max(self._name_of, default=-1) + 1)]
