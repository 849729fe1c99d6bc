"""Rebuild PNG and JPEG from the parts that draw, and leave out every part that only carries.

Pixels can hide data too; they are charged by size. What must not pass uncharged or unseen is
text chunks, EXIF, thumbnails, colour profiles, and whatever follows the end of the image.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib

from gdi_spe.boundary.errors import Refused

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_PIXELS = 16_000_000
_MAX_SIDE = 8192
# Unpacking takes time from everybody's messages.
_MAX_RAW_BYTES = 32 << 20
# Samples a pixel, and the bit depths that the PNG specification allows, for each colour type.
_PNG_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)),
    2: (3, (8, 16)),
    3: (1, (1, 2, 4, 8)),
    4: (2, (8, 16)),
    6: (4, (8, 16)),
}
# JPEG markers that stand alone, and those whose segment draws (quantisation, Huffman, frame, ...).
_JPEG_DRAWS = frozenset({0xDB, 0xC4, 0xC0, 0xC1, 0xC2, 0xDD})


class NotAnImage(Refused):
    """Bytes that are not a plain, complete image of the declared kind."""

    code = "gateway-not-an-image"


def rebuild(kind: str, text: str) -> str:
    """Return the image again as base64, made of nothing but what draws it."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        clean = _png(data) if kind == "image/png" else _jpeg(data)
    except (binascii.Error, struct.error, zlib.error, IndexError, ValueError) as error:
        raise NotAnImage(f"{kind}: {type(error).__name__}") from None
    return base64.b64encode(clean).decode()


def _png(data: bytes) -> bytes:
    """Keep header, palette, transparency, and exactly the compressed pixels."""
    if not data.startswith(_SIGNATURE):
        raise NotAnImage("no PNG signature")
    chunks = _png_chunks(data)
    header = chunks.get(b"IHDR", b"")
    pixels = _whole_stream(chunks.get(b"IDAT", b""), _png_raw_bytes(header))
    kept = [(b"IHDR", header)]
    kept += [(name, chunks[name]) for name in (b"PLTE", b"tRNS") if name in chunks]
    if sum(len(body) for _, body in kept) > 13 + 768 + 256:
        raise NotAnImage("palette too large")
    kept += [(b"IDAT", pixels), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_png_chunk(name, body) for name, body in kept)


def _png_chunks(data: bytes) -> dict[bytes, bytes]:
    """Collect the bodies of the chunks that matter, the IDAT ones joined."""
    bodies: dict[bytes, list[bytes]] = {}
    at = len(_SIGNATURE)
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise NotAnImage("truncated chunk")
        if name in bodies and name in (b"IHDR", b"PLTE", b"tRNS"):
            raise NotAnImage("repeated chunk")
        bodies.setdefault(name, []).append(body)
        at += 12 + size
        if name == b"IEND":
            break
    if b"IEND" not in bodies:
        raise NotAnImage("no end")
    return {name: b"".join(parts) for name, parts in bodies.items()}


def _png_raw_bytes(header: bytes) -> int:
    """Say how many bytes the pixels of such an image must have, filter bytes included."""
    width, height, depth, colour, compression, filters, interlace = struct.unpack(
        ">IIBBBBB", header
    )
    samples, depths = _PNG_COLOURS.get(colour, (0, ()))
    if depth not in depths or (compression, filters, interlace) != (0, 0, 0):
        raise NotAnImage("header")
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE and width * height <= _MAX_PIXELS):
        raise NotAnImage("dimensions")
    n_bytes = int(height * (1 + (width * samples * depth + 7) // 8))
    if n_bytes > _MAX_RAW_BYTES:
        raise NotAnImage("too many pixels")
    return n_bytes


def _whole_stream(data: bytes, n_bytes: int) -> bytes:
    """Return the compressed stream alone, after seeing that it unpacks to exactly so many bytes.

    It is unpacked piece by piece and thrown away: nothing large is held for an image.
    """
    stream, found = zlib.decompressobj(), 0
    rest = data
    while not stream.eof and found <= n_bytes:
        piece = stream.decompress(rest, 1 << 20)
        found, rest = found + len(piece), stream.unconsumed_tail
        if not piece and not rest:
            break
    if found != n_bytes or not stream.eof:
        raise NotAnImage("pixels")
    return data[: len(data) - len(stream.unused_data)]


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _jpeg(data: bytes) -> bytes:
    """Keep tables, frame, scans; drop application segments, comments and what follows the end."""
    if data[:2] != b"\xff\xd8":
        raise NotAnImage("no JPEG signature")
    kept, at, has_frame = [b"\xff\xd8"], 2, False
    while True:
        if data[at] != 0xFF:
            raise NotAnImage("marker")
        marker = data[at + 1]
        if marker == 0xD9:
            break
        end = at + 2 + _segment_bytes(data, at)
        if marker == 0xDA:
            end = _scan_end(data, end)
        if marker in (0xC0, 0xC1, 0xC2):
            _check_frame(data, at)
            has_frame = True
        if marker == 0xDA or marker in _JPEG_DRAWS:
            kept.append(data[at:end])
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            raise NotAnImage("segment")
        at = end
    if not has_frame:
        raise NotAnImage("no frame")
    return b"".join((*kept, b"\xff\xd9"))


def _segment_bytes(data: bytes, at: int) -> int:
    (size,) = struct.unpack_from(">H", data, at + 2)
    if size < 2 or at + 2 + size > len(data):
        raise NotAnImage("segment length")
    return int(size)


def _check_frame(data: bytes, at: int) -> None:
    height, width = struct.unpack_from(">HH", data, at + 5)
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE and width * height <= _MAX_PIXELS):
        raise NotAnImage("dimensions")


def _scan_end(data: bytes, at: int) -> int:
    """Find the marker after the compressed pixels: not a stuffed zero, not a restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
