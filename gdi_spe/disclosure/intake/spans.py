"""Where the parts of a container lie in its bytes, and which bytes belong to none.

Each byte is content that rules look at, or a frame around content whose every field is known here;
what is neither is a finding. Spans are half-open, in bytes from the start of the file.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gdi_spe.disclosure.intake.reading import decoded
from gdi_spe.disclosure.intake.sniff import Kind

_STEP = 1 << 20
_LONGEST_NAME = 80
# Fields that archivers add: sizes beyond 4 GiB, times, owners.
_FIELDS = {0x0001: 28, 0x5455: 13, 0x7875: 15, 0x000A: 36}
_NAME = re.compile(rb"[\w .()+-]{0,80}", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A stretch of a file: a part of it, or what belongs to no part."""

    path: str
    start: int
    end: int
    is_explained: bool = True


def spans_of(data: bytes, kind: Kind) -> tuple[Span, ...]:
    """Return the stretches of a file in their order; together they are all of it.

    Forms that are one part, and those whose readers account for their bytes themselves, are one
    stretch.
    """
    divide = _FORMS.get(kind)
    if divide is None:
        return (Span("", 0, len(data)),)
    try:
        return tuple(_filled(sorted(divide(data), key=lambda span: span.start), len(data)))
    except Exception:
        # TRUST: what cannot be divided has no canonical form either; its reader says what is wrong.
        return (Span("", 0, len(data)),)


def _filled(spans: list[Span], size: int) -> Iterator[Span]:
    """Yield spans, and what lies between them as belonging to none."""
    at = 0
    for span in spans:
        if span.start > at:
            yield Span("", at, span.start, is_explained=False)
        if span.end > at:
            yield Span(span.path, max(span.start, at), span.end, span.is_explained)
            at = span.end
    if at < size:
        yield Span("", at, size, is_explained=False)


# --- gzip ---------------------------------------------------------------------------------------


def _gzip(data: bytes) -> Iterator[Span]:
    at = 0
    while at < len(data) and data[at : at + 3] == b"\x1f\x8b\x08":
        content, is_plain = _gzip_head(data, at)
        yield Span("head", at, content, is_plain)
        inflate = zlib.decompressobj(-15)
        end = content + _inflated(inflate, data[content:])
        if not inflate.eof:
            return
        yield Span("gzip", content, end)
        yield Span("tail", end, min(end + 8, len(data)))
        at = end + 8


def _gzip_head(data: bytes, at: int) -> tuple[int, bool]:
    """Return where the content of a gzip member begins, and whether its head is all known."""
    flags, end, is_plain = data[at + 3], at + 10, True
    if flags & 4:
        size = int.from_bytes(data[end : end + 2], "little")
        is_plain = size == 6 and data[end + 2 : end + 4] == b"BC"
        end += 2 + size
    if flags & 8:
        stop = data.index(b"\0", end)
        is_plain = is_plain and bool(_NAME.fullmatch(data[end:stop]))
        end = stop + 1
    # A time says when; what can be any number could be anything else as well.
    return end, is_plain and not flags & 0b11110011


def _inflated(inflate: zlib._Decompress, data: bytes) -> int:
    """Return how many bytes a compressed stream takes, holding little of it at once."""
    at, left = 0, b""
    while not inflate.eof:
        if not left and at < len(data):
            left, at = data[at : at + _STEP], at + _STEP
        made = inflate.decompress(left, _STEP)
        left = inflate.unconsumed_tail
        if not made and not left and at >= len(data):
            break  # it is cut short
    # At the end what follows is told as unused, whatever else it is told as.
    beyond = len(inflate.unused_data) if inflate.eof else len(left)
    return min(at, len(data)) - beyond


# --- zip ----------------------------------------------------------------------------------------


def _zip(data: bytes) -> Iterator[Span]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos, start = archive.infolist(), archive.start_dir
        comment = len(archive.comment)
    for info in infos:
        yield from _member(data, info)
    at = start
    for info in infos:
        size = 46 + sum(struct.unpack("<3H", data[at + 28 : at + 34]))
        extra = data[at + 46 + len(_raw_name(data, at)) : at + size]
        yield Span("directory", at, at + size, not info.comment and _is_known(extra))
        at += size
    if data[at : at + 4] == b"PK\x06\x06":
        at += 56 + 20  # the end of a directory of an archive beyond 4 GiB, and where it is
        yield Span("end", at - 76, at)
    yield Span("end", at, at + 22)
    yield Span("comment", at + 22, at + 22 + comment, is_explained=False)


def _raw_name(data: bytes, at: int) -> bytes:
    return data[at + 46 : at + 46 + struct.unpack("<H", data[at + 28 : at + 30])[0]]


def _member(data: bytes, info: zipfile.ZipInfo) -> Iterator[Span]:
    at = info.header_offset
    n_name, n_extra = struct.unpack("<2H", data[at + 26 : at + 30])
    content = at + 30 + n_name + n_extra
    extra, name = data[content - n_extra : content], data[at + 30 : at + 30 + n_name]
    same = name in (info.orig_filename.encode("cp437", "replace"), info.orig_filename.encode())
    yield Span("head", at, content, same and _is_known(extra))
    end = content + info.compress_size
    used = end
    if info.compress_type == zipfile.ZIP_DEFLATED:
        inflate = zlib.decompressobj(-15)
        used = content + _inflated(inflate, data[content:end])
    yield Span(info.filename[:_LONGEST_NAME], content, used)
    if used < end:
        yield Span(info.filename[:_LONGEST_NAME], used, end, is_explained=False)
    if info.flag_bits & 8:
        signature = 4 if data[end : end + 4] == b"PK\x07\x08" else 0
        yield Span("sizes", end, end + signature + 12)


def _is_known(extra: bytes) -> bool:
    """Whether the extra fields of a member are those that archivers write, and of their size."""
    at = 0
    while at + 4 <= len(extra):
        field, size = struct.unpack("<2H", extra[at : at + 4])
        if size > _FIELDS.get(field, -1):
            return False
        at += 4 + size
    return at == len(extra)


# --- PNG ----------------------------------------------------------------------------------------


_PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
_NOTES = {b"tEXt", b"iTXt", b"zTXt"}
# What programs say of the colours and the size, and in how many bytes at most.
_KNOWN = {
    b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"tIME": 7, b"bKGD": 6, b"sBIT": 4,
}  # fmt: skip


def _png(data: bytes) -> Iterator[Span]:
    yield Span("signature", 0, 8)
    at = 8
    inflate = zlib.decompressobj()
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            return
        body = data[at + 8 : end - 4]
        if kind == b"IDAT":
            used = 0 if inflate.eof else _inflated(inflate, body)
            yield Span("picture", at, at + 8 + used)
            yield Span("picture", at + 8 + used, end - 4, is_explained=False)
            yield Span("picture", end - 4, end)
        else:
            is_known = kind in _PIXELS | _NOTES or length <= _KNOWN.get(kind, -1)
            path = "metadata" if kind in _NOTES else "picture"
            yield Span(path, at, end, is_known)
        at = end
        if kind == b"IEND":
            return


# --- notebooks ----------------------------------------------------------------------------------


_CELLS = re.compile(r'"cells"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def _notebook(data: bytes) -> Iterator[Span]:
    """Yield each cell; what is around them is the notebook's own."""
    text = decoded(data)
    found = _CELLS.search(text)
    if found is None or len(text.encode()) != len(data):
        yield Span("", 0, len(data))
        return
    decoder, at, before, n = json.JSONDecoder(), found.end(), 0, 0
    passed = 0
    while (at := _BETWEEN.match(text, at).end()) < len(text) and text[at] != "]":  # type: ignore[union-attr]
        _, end = decoder.raw_decode(text, at)
        start = before + len(text[passed:at].encode())
        yield Span("notebook", before, start)
        before = start + len(text[at:end].encode())
        yield Span(f"cell[{n}]", start, before)
        passed, at, n = end, end, n + 1
    yield Span("notebook", before, len(data))


_FORMS: dict[Kind, Callable[[bytes], Iterator[Span]]] = {
    Kind.GZIP: _gzip,
    Kind.ZIP: _zip,
    Kind.EXCEL: _zip,
    Kind.PNG: _png,
    Kind.NOTEBOOK: _notebook,
}
DIVIDED = frozenset(_FORMS)
