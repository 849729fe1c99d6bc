"""Twin of ``source/bcf.c``: records of BCF into lines of VCF, one value at a time."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

MORE, FULL, DAMAGED, BAD_KEY, BAD_CONTIG, BAD_SAMPLES, BAD_TEXT = range(7)
BAD = {
    DAMAGED: "its lengths or types are not those of BCF",
    BAD_KEY: "it names a FILTER, INFO or FORMAT that the header does not have",
    BAD_CONTIG: "it names a contig that the header does not have",
    BAD_SAMPLES: "it has not the header's samples",
    BAD_TEXT: "a text in it has characters that VCF cannot hold",
}
_WIDTH = {0: 0, 1: 1, 2: 2, 3: 4, 5: 4, 7: 1}
_WHOLE = {1: ("<b", -(1 << 7)), 2: ("<h", -(1 << 15)), 3: ("<i", -(1 << 31))}
_FLOAT, _CHAR = 5, 7
_FLOAT_MISSING, _FLOAT_END = 0x7F800001, 0x7F800002
_MISSING, _END = "missing", "end"
_FIXED = struct.Struct("<iiifHHI")


class _Broken(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


@dataclass(frozen=True)
class Lines:
    """What came of the bytes: text, how far they were read, and why it ended there."""

    text: bytes
    consumed: int
    n_records: int
    status: int


@dataclass(frozen=True)
class _File:
    keys: Sequence[bytes]
    contigs: Sequence[bytes]
    n_samples: int
    gt_key: int


def lines_of(
    data: bytes,
    keys: Sequence[bytes],
    contigs: Sequence[bytes],
    n_samples: int,
    gt_key: int,
    n_out: int,
) -> Lines:
    """Write whole records as lines, at most ``n_out`` bytes of them."""
    file = _File(keys, contigs, n_samples, gt_key)
    text, at, n_records = bytearray(), 0, 0
    while len(data) - at >= 8:
        n_shared, n_individual = struct.unpack_from("<II", data, at)
        end = at + 8 + n_shared + n_individual
        if n_shared < _FIXED.size:
            return Lines(bytes(text), at, n_records, DAMAGED)
        if end > len(data):
            break
        try:
            line = _line(data[at + 8 : at + 8 + n_shared], data[at + 8 + n_shared : end], file)
        except _Broken as error:
            return Lines(bytes(text), at, n_records, error.status)
        if len(text) + len(line) + 24 > n_out:  # as careful as the kernel about room
            return Lines(bytes(text), at, n_records, FULL)
        text += line
        at, n_records = end, n_records + 1
    return Lines(bytes(text), at, n_records, MORE)


class _Span:
    """Bytes that are read from front to end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n_bytes: int) -> bytes:
        if n_bytes < 0 or len(self.data) - self.at < n_bytes:
            raise _Broken(DAMAGED)
        self.at += n_bytes
        return self.data[self.at - n_bytes : self.at]

    def kind(self) -> tuple[int, int]:
        """Return the type and the number of the values that follow."""
        byte = self.take(1)[0]
        kind, n = byte & 15, byte >> 4
        if kind not in _WIDTH:
            raise _Broken(DAMAGED)
        if n == 15:
            length = self.take(1)[0]
            if length >> 4 != 1 or length & 15 not in _WHOLE:
                raise _Broken(DAMAGED)
            told = _whole(length & 15, self.take(_WIDTH[length & 15]))
            if not isinstance(told, int) or told < 0:
                raise _Broken(DAMAGED)
            n = told
        return kind, n

    def typed(self) -> tuple[int, int, bytes]:
        """Return a value's type, length and bytes."""
        kind, n = self.kind()
        return kind, n, self.take(n * _WIDTH[kind])

    def key(self, known: Sequence[bytes]) -> int:
        """Return the number of a name that the header has."""
        try:
            kind, n, data = self.typed()
        except _Broken:
            raise _Broken(BAD_KEY) from None
        number = _whole(kind, data) if n == 1 and kind in _WHOLE else None
        if not isinstance(number, int) or not 0 <= number < len(known) or not known[number]:
            raise _Broken(BAD_KEY)
        return number


def _line(shared_bytes: bytes, individual_bytes: bytes, file: _File) -> bytes:
    shared, individual = _Span(shared_bytes), _Span(individual_bytes)
    fixed = shared.take(_FIXED.size)
    contig, position, _, _, n_info, n_alleles, last = _FIXED.unpack(fixed)
    n_samples, n_formats = last & 0xFFFFFF, last >> 24
    if not 0 <= contig < len(file.contigs) or not file.contigs[contig]:
        raise _Broken(BAD_CONTIG)
    if position < -1 or not n_alleles:
        raise _Broken(DAMAGED)
    if n_samples != file.n_samples or (n_formats and not n_samples):
        raise _Broken(BAD_SAMPLES)
    identifier = _string(shared, b"")
    alleles = [_string(shared, b",") for _ in range(n_alleles)]
    columns = [
        file.contigs[contig],
        b"%d" % (position + 1),
        identifier,
        alleles[0],
        b",".join(alleles[1:]) or b".",
        _number(_FLOAT, fixed[12:16]),
        _filters(shared, file.keys),
        _info(shared, file.keys, n_info),
    ]
    if n_samples:
        columns += _samples(individual, file, n_formats)
    if shared.at < len(shared_bytes) or individual.at < len(individual_bytes):
        raise _Broken(DAMAGED)
    return b"\t".join(columns) + b"\n"


def _string(span: _Span, ends: bytes) -> bytes:
    kind, n, data = span.typed()
    if kind != _CHAR and n:
        raise _Broken(DAMAGED)
    return _text(data, ends) if kind == _CHAR else b"."


def _filters(span: _Span, keys: Sequence[bytes]) -> bytes:
    kind, n, data = span.typed()
    if kind not in (0, *_WHOLE):
        raise _Broken(DAMAGED)
    found = []
    for i in range(n if kind else 0):
        number = _whole(kind, data[i * _WIDTH[kind] : (i + 1) * _WIDTH[kind]])
        if number == _END:
            break
        if number == _MISSING:
            continue
        if not isinstance(number, int) or not 0 <= number < len(keys) or not keys[number]:
            raise _Broken(BAD_KEY)
        found.append(keys[number])
    return b";".join(found) or b"."


def _info(span: _Span, keys: Sequence[bytes], n_info: int) -> bytes:
    parts = []
    for _ in range(n_info):
        key = keys[span.key(keys)]
        kind, n, data = span.typed()
        parts.append(key + (b"=" + _vector(kind, n, data, b";") if kind and n else b""))
    return b";".join(parts) or b"."


def _samples(span: _Span, file: _File, n_formats: int) -> list[bytes]:
    fields = []
    for _ in range(n_formats):
        key = span.key(file.keys)
        kind, n = span.kind()
        data = span.take(n * _WIDTH[kind] * file.n_samples)
        if key == file.gt_key and kind == _FLOAT:
            raise _Broken(DAMAGED)
        fields.append((key, kind, n, data))
    names = b":".join(file.keys[key] for key, *_ in fields) or b"."
    samples = [
        b":".join(_field(file, i, *field) for field in fields) or b"."
        for i in range(file.n_samples)
    ]
    return [names, *samples]


def _field(file: _File, sample: int, key: int, kind: int, n: int, data: bytes) -> bytes:
    size = n * _WIDTH[kind]
    own = data[sample * size : (sample + 1) * size]
    if key == file.gt_key and kind in _WHOLE:
        return _genotype(kind, n, own)
    return _vector(kind, n, own, b":") if kind else b"."


def _genotype(kind: int, n: int, data: bytes) -> bytes:
    width, out = _WIDTH[kind], b""
    for i in range(n):
        value = _whole(kind, data[i * width : (i + 1) * width])
        if not isinstance(value, int):
            break
        if value < 0:
            raise _Broken(DAMAGED)
        out += (b"|" if value & 1 else b"/") if i else b""
        out += b"%d" % ((value >> 1) - 1) if value >> 1 else b"."
    return out or b"."


def _vector(kind: int, n: int, data: bytes, ends: bytes) -> bytes:
    if kind == _CHAR:
        return _text(data, ends)
    width, out = _WIDTH[kind], []
    for i in range(n):
        part = data[i * width : (i + 1) * width]
        ended = int.from_bytes(part, "little") == _FLOAT_END
        if ended if kind == _FLOAT else _whole(kind, part) == _END:
            break
        out.append(_number(kind, part))
    return b",".join(out) or b"."


def _whole(kind: int, data: bytes) -> int | str:
    form, lowest = _WHOLE[kind]
    value: int = struct.unpack(form, data)[0]
    return {lowest: _MISSING, lowest + 1: _END}.get(value, value)


def _number(kind: int, data: bytes) -> bytes:
    if kind != _FLOAT:
        value = _whole(kind, data)
        return b"." if value == _MISSING else b"%d" % int(value)
    if int.from_bytes(data, "little") == _FLOAT_MISSING:
        return b"."
    number = struct.unpack("<f", data)[0]
    return b"nan" if math.isnan(number) else b"%g" % number


def _text(data: bytes, ends: bytes) -> bytes:
    text, _, padding = data.partition(b"\0")
    if padding.strip(b"\0") or any((c < 32 and c != 7) or c == 127 or c in ends for c in text):
        raise _Broken(BAD_TEXT)
    return text.replace(b"\7", b".") or b"."
