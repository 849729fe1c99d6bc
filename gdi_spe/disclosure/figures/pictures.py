"""PNG: what its chunks hold, and the picture alone."""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdi_spe.disclosure.contents.parts import Picture, Text
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.marks import look
from gdi_spe.disclosure.figures.scene import scene_of
from gdi_spe.disclosure.intake.form import Hostile

# The two lowest bits of each channel show nothing that a reader would miss.
_KEPT_BITS = 0b11111100
_SIGNATURE = 8
_MOST_UNSEEN_COLOURS = 16
_STEP = 1 << 20


class NotAPicture(Exception):
    """The bytes do not decode to a picture within the limits."""


@dataclass(frozen=True)
class Chunks:
    """What a PNG holds besides its pixels."""

    n_other_bytes: int
    n_trailing_bytes: int
    text: str


_PROFILE, _LONGEST_PROFILE = b"ICC_PROFILE\0\x01\x01", 1024
_PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
# Chunks of fixed small size that plotting libraries write: resolution, gamma, colour space, time.
_CUSTOMARY = {b"pHYs": 9, b"gAMA": 4, b"sRGB": 1, b"cHRM": 32, b"tIME": 7, b"bKGD": 6, b"sBIT": 4}


def png_chunks(data: bytes) -> Chunks:
    """Account for every byte of a PNG that is not a pixel."""
    at, other, text = _SIGNATURE, 0, []
    pixels: list[bytes] = []
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IDAT":
            pixels.append(body)
        if kind == b"IEND":
            break
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            text.append(body.decode("latin-1"))
        elif kind not in _PIXELS and length > _CUSTOMARY.get(kind, 0):
            other += 0 if kind == b"iCCP" and _is_profile(_inflated(body)) else length
    return Chunks(other + _after_pixels(pixels), max(0, len(data) - at), "\n".join(text))


def _is_profile(body: bytes) -> bool:
    """Whether this is a short profile of colours, as programs add (ICC.1:2022, 7.2)."""
    # TRUST: it is dropped all the same; a longer one is reported for what it may hold.
    is_whole = body[:4] == len(body).to_bytes(4, "big")
    return is_whole and body[36:40] == b"acsp" and len(body) <= _LONGEST_PROFILE


def _inflated(chunk: bytes) -> bytes:
    """Return the profile of a chunk, without its name; nothing if it is long or broken."""
    try:
        inflate = zlib.decompressobj()
        told = inflate.decompress(chunk.partition(b"\0")[2][1:], _LONGEST_PROFILE + 1)
    except zlib.error:
        return b""
    return told if inflate.eof and not inflate.unused_data else b""


def _after_pixels(chunks: list[bytes]) -> int:
    """Count the bytes that follow the end of the compressed pixels."""
    inflate, left = zlib.decompressobj(), 0
    for chunk in chunks:
        if inflate.eof:
            left += len(chunk)
            continue
        try:
            while chunk and not inflate.eof:
                inflate.decompress(chunk, _STEP)
                chunk = inflate.unconsumed_tail
        except zlib.error:
            return left
        left += len(inflate.unused_data)
    return left


def jpeg_segments(data: bytes) -> Chunks:
    """Account for every byte of a JPEG before its pixels and after its end."""
    at, other, text = 2, 0, []
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        body = data[at + 4 : at + 2 + length]
        if marker == 0xDA:
            break
        is_known = body.startswith(b"JFIF\0") or _is_profile(body.removeprefix(_PROFILE))
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and not is_known):
            text.append(body.decode("latin-1"))
            other += length
        at += 2 + length
    end = _end_of_jpeg(data, at)
    return Chunks(other, len(data) - end - 2 if end > 0 else 0, "\n".join(text))


def _end_of_jpeg(data: bytes, scan: int) -> int:
    """Return where the picture ends: the first end mark that is in no segment."""
    at = scan
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0xD9:
            return at
        if marker in (0x00, 0xFF) or 0xD0 <= marker <= 0xD7:
            at += 1 + (marker != 0xFF)
        else:
            at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return len(data) - 2


def quantised_png(data: bytes, max_pixels: int, form: str = "PNG") -> tuple[bytes, Picture]:
    """Decode a picture, write its pixels as PNG without metadata and low bits, and look at them."""
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise NotAPicture(f"it has {width * height:,} pixels, more than the policy allows")
            if getattr(image, "n_frames", 1) > 1:
                raise NotAPicture("it is an animation")
            layered = image.convert("RGBA")
            _refuse_unseen_colours(np.asarray(layered))
            pixels = np.asarray(_over_white(layered))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(f"the picture cannot be decoded: {error}") from None
    kept = ((pixels & _KEPT_BITS) | (pixels >> 6)).astype(
        np.uint8
    )  # white stays white, black black
    out = io.BytesIO()
    Image.fromarray(kept).save(out, format="PNG", compress_level=6)
    seen = look(pixels, form == "JPEG")
    return out.getvalue(), Picture("picture", width, height, seen, scene_of(kept, form == "JPEG"))


# Broken lines of a grid are read as strokes between words.
_RULER = re.compile(r"(?=.*[-=_]{4})[-=_+|HhNl ]{8,}")


def words_within(picture: Picture) -> tuple[Text, ...]:
    """Return the words that stand in a picture, line by line, to be judged as any words."""
    words = (
        [w for w in picture.scene.words if not _RULER.fullmatch(w.text)] if picture.scene else []
    )
    lines: dict[int, list[Words]] = {}
    for each in words:
        row = each.box[0].start if each.is_upright else (each.box[0].start + each.box[0].stop) // 2
        near = next((at for at in lines if abs(at - row) <= each.height // 2), row)
        lines.setdefault(near, []).append(each)
    told = " ,\n".join(_in_line(lines[at]) for at in sorted(lines))
    return (Text("picture labels", told, is_alone=False),) if told else ()


def _in_line(words: list[Words]) -> str:
    """Put words of a row together; those far apart do not belong together."""
    told, end = "", None
    for each in sorted(words, key=lambda w: w.box[1].start):
        if end is not None:
            told += " " if each.box[1].start - end <= 1.2 * each.height else " , "
        told, end = told + each.text, each.box[1].stop
    return told


def _refuse_unseen_colours(pixels: NDArray[np.uint8]) -> None:
    """Refuse many colours under transparency: nobody sees them, and a payload can be in them."""
    unseen = pixels[pixels[..., 3] == 0][:, :3]
    if unseen.size and np.unique(unseen, axis=0).shape[0] > _MOST_UNSEEN_COLOURS:
        raise Hostile("many colours lie under transparent pixels")


def _over_white(image: Image.Image) -> Image.Image:
    """Drop transparency: what lies under a transparent pixel would be a hiding place."""
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image).convert("RGB")
