"""PNG: what its chunks hold, and the picture alone."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

from gdi_spe.disclosure.marks import Seen, look

# The two lowest bits of each channel show nothing that a reader would miss.
_KEPT_BITS = 0b11111100
_SIGNATURE = 8


class NotAPicture(Exception):
    """The bytes do not decode to a picture within the limits."""


@dataclass(frozen=True)
class Chunks:
    """What a PNG holds besides its pixels."""

    n_other_bytes: int
    n_trailing_bytes: int
    text: str


_PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
# Chunks of fixed small size that plotting libraries write: resolution, gamma, colour space, time.
_CUSTOMARY = {b"pHYs": 9, b"gAMA": 4, b"sRGB": 1, b"cHRM": 32, b"tIME": 7, b"bKGD": 6, b"sBIT": 4}


def png_chunks(data: bytes) -> Chunks:
    """Account for every byte of a PNG that is not a pixel."""
    at, other, text = _SIGNATURE, 0, []
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IEND":
            break
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            text.append(body.decode("latin-1"))
        elif kind not in _PIXELS and length > _CUSTOMARY.get(kind, 0):
            other += length
    return Chunks(other, max(0, len(data) - at), "\n".join(text))


def jpeg_segments(data: bytes) -> Chunks:
    """Account for every byte of a JPEG before its pixels and after its end."""
    at, other, text = 2, 0, []
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        body = data[at + 4 : at + 2 + length]
        if marker == 0xDA:
            break
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and not body.startswith(b"JFIF\0")):
            text.append(body.decode("latin-1"))
            other += length
        at += 2 + length
    end = data.rfind(b"\xff\xd9")
    return Chunks(other, len(data) - end - 2 if end > 0 else 0, "\n".join(text))


def quantised_png(data: bytes, max_pixels: int, form: str = "PNG") -> tuple[bytes, int, int, Seen]:
    """Decode a picture and write its pixels as PNG, without metadata and without their low bits."""
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise NotAPicture(f"it has {width * height:,} pixels, more than the policy allows")
            if getattr(image, "n_frames", 1) > 1:
                raise NotAPicture("it is an animation")
            pixels = np.asarray(_over_white(image.convert("RGBA")))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(f"the picture cannot be decoded: {error}") from None
    kept = (pixels & _KEPT_BITS) | (pixels >> 6)  # white stays white, black black
    out = io.BytesIO()
    Image.fromarray(kept).save(out, format="PNG", compress_level=9)
    return out.getvalue(), width, height, look(pixels)


def _over_white(image: Image.Image) -> Image.Image:
    """Drop transparency: what lies under a transparent pixel would be a hiding place."""
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image).convert("RGB")
