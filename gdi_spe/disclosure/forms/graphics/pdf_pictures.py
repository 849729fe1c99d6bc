"""Pictures on the pages of a PDF: decoded to pixels, and written anew from what is seen."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Stream
from gdi_spe.disclosure.intake.form import Hostile, Impossible

Pixels = NDArray[np.uint8]
_MOST_PIXELS = 40_000_000
_BITS = (1, 2, 4, 8)
# A stream may end with a new line of its own.
_BESIDE = 2
_N_INKS = {
    "DeviceGray": 1, "CalGray": 1, "G": 1, "DeviceRGB": 3, "CalRGB": 3, "RGB": 3,
    "DeviceCMYK": 4, "CMYK": 4,
}  # fmt: skip
_MOST_DEPTH = 3


@dataclass(frozen=True)
class Written:
    """A picture as it is written: its size, its colours, and where it is seen through."""

    wide: int
    high: int
    colours: bytes
    is_clear: bytes | None


def embedded(image: Stream, file: File, limit: int, ink: str) -> bytes:
    """Return a picture as PNG or JPEG; one that is a mask is painted in the ink of the page."""
    if _is_jpeg(image, file) and not {"SMask", "Mask", "Decode"} & set(image.about):
        return image.raw
    pixels = _pixels(image, file, limit, ink, 0)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", compress_level=1)
    return out.getvalue()


def written_anew(png: bytes) -> Written:
    """Return a picture as the page keeps it; white is seen through, since nobody could tell."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    white = (pixels == 255).all(axis=2)
    clear = np.where(white, 0, 255).astype(np.uint8) if white.any() else None
    return Written(
        pixels.shape[1], pixels.shape[0], zlib.compress(pixels.tobytes(), 9),
        zlib.compress(clear.tobytes(), 9) if clear is not None else None,
    )  # fmt: skip


def objects_of(picture: Written, number: int) -> list[bytes]:
    """Return the objects of a picture, the first of which has this number."""
    size = f"/Type /XObject /Subtype /Image /Width {picture.wide} /Height {picture.high}"
    mask = f" /SMask {number + 1} 0 R" if picture.is_clear is not None else ""
    found = [_object(f"{size} /ColorSpace /DeviceRGB{mask}", picture.colours)]
    if picture.is_clear is not None:
        found.append(_object(f"{size} /ColorSpace /DeviceGray", picture.is_clear))
    return found


def _object(about: str, body: bytes) -> bytes:
    head = f"<< {about} /BitsPerComponent 8 /Filter /FlateDecode /Length {len(body)} >>\nstream\n"
    return head.encode() + body + b"\nendstream"


def _pixels(image: Stream, file: File, limit: int, ink: str, depth: int) -> Pixels:
    """Return red, green, blue and how much is seen of each pixel."""
    about = {key: file.get(value) for key, value in image.about.items()}
    wide, high = about.get("Width"), about.get("Height")
    if not isinstance(wide, int) or not isinstance(high, int) or min(wide, high) < 1:
        raise Impossible("a picture of the PDF has no size")
    if wide * high > _MOST_PIXELS or depth > _MOST_DEPTH:
        raise Impossible("a picture of the PDF has more pixels than the policy allows")
    if about.get("ImageMask") is True:
        return _painted(_samples(image, about, file, wide, high, 1, limit), about, ink)
    if _is_jpeg(image, file):
        colours = _of_jpeg(image, wide, high)
    else:
        colours = _coloured(image, about, file, wide, high, limit)
    seen = np.full((high, wide, 1), 255, dtype=np.uint8)
    if isinstance(mask := about.get("SMask") or about.get("Mask"), Stream):
        seen = _seen(mask, file, limit, (high, wide), depth)
    elif mask is not None:
        raise Impossible("a picture of the PDF hides some of its colours")
    return np.concatenate([colours, seen], axis=2)


def _seen(mask: Stream, file: File, limit: int, size: tuple[int, int], depth: int) -> Pixels:
    found = _pixels(mask, file, limit, "#000000", depth + 1)
    is_stencil = mask.about.get("ImageMask") is True
    seen = found[..., 3:] if is_stencil else found[..., :1]
    if seen.shape[:2] != size:
        again = Image.fromarray(seen[..., 0]).resize(size[::-1], Image.Resampling.NEAREST)
        seen = np.asarray(again)[..., None]
    return np.asarray(seen, dtype=np.uint8)


def _painted(bits: Pixels, about: dict[str, Any], ink: str) -> Pixels:
    """Paint where a mask lets the ink through: where it has 0, or 1 if it says so."""
    is_turned = [float(n) for n in about.get("Decode") or (0, 1)][:1] == [1.0]
    through = bits[..., 0] == (1 if is_turned else 0)
    found = np.zeros((*through.shape, 4), dtype=np.uint8)
    found[through] = (*bytes.fromhex(ink[1:7]), 255)
    return found


def _coloured(
    image: Stream, about: dict[str, Any], file: File, wide: int, high: int, limit: int
) -> Pixels:
    space = _space(about.get("ColorSpace"), file)
    bits = about.get("BitsPerComponent", 8)
    if isinstance(space, np.ndarray):
        samples = _samples(image, about, file, wide, high, 1, limit)[..., 0]
        return np.asarray(space[np.minimum(samples, len(space) - 1)])
    samples = _samples(image, about, file, wide, high, space, limit)
    whole = (samples.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    decode = [float(n) for n in about.get("Decode") or ()]
    if decode == [1.0, 0.0] * space:
        whole = 255 - whole
    elif decode not in ([], [0.0, 1.0] * space):
        raise Impossible("a picture of the PDF changes its colours")
    return _rgb(whole)


def _rgb(inks: Pixels) -> Pixels:
    if inks.shape[2] == 1:
        return np.repeat(inks, 3, axis=2)
    if inks.shape[2] == 4:
        light = (255 - inks[..., :3].astype(np.uint16)) * (255 - inks[..., 3:].astype(np.uint16))
        return np.asarray(light // 255, dtype=np.uint8)
    return inks


def _space(space: Any, file: File) -> int | Pixels:
    """Return how many inks a picture has, or the colours that its numbers stand for."""
    if isinstance(space, Name) and space.word in _N_INKS:
        return _N_INKS[space.word]
    if isinstance(space, list) and space and isinstance(space[0], Name):
        kind, rest = space[0].word, [file.get(each) for each in space[1:]]
        if kind in _N_INKS:
            return _N_INKS[kind]
        if kind == "ICCBased" and isinstance(rest[0], Stream):
            return int(file.get(rest[0].about["N"]))
        if kind in ("Indexed", "I"):
            return _palette(rest, file)
    raise Impossible("the colours of a picture of the PDF are not known")


def _palette(rest: list[Any], file: File) -> Pixels:
    base, highest, table = rest
    n_inks = _space(base, file)
    if not isinstance(n_inks, int):
        raise Impossible("the colours of a picture of the PDF are not known")
    listed = table.data(4 * 256) if isinstance(table, Stream) else table
    size = (int(highest) + 1) * n_inks
    if not isinstance(listed, bytes) or not size <= len(listed) <= size + _BESIDE:
        raise Hostile("the list of a picture's colours holds more than colours")
    return _rgb(np.frombuffer(listed[:size], dtype=np.uint8).reshape(-1, 1, n_inks))[:, 0]


def _is_jpeg(image: Stream, file: File) -> bool:
    told = file.get(image.about.get("Filter"))
    return told in (Name("DCTDecode"), [Name("DCTDecode")])


def _of_jpeg(image: Stream, wide: int, high: int) -> Pixels:
    try:
        with Image.open(io.BytesIO(image.raw), formats=["JPEG"]) as picture:
            if picture.size != (wide, high):
                raise Impossible("a picture of the PDF has another size than it says")
            return np.asarray(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError):
        raise Impossible("a picture of the PDF is damaged") from None


def _samples(
    image: Stream, about: dict[str, Any], file: File, wide: int, high: int, n: int, limit: int
) -> Pixels:
    """Return the numbers of a picture: for each pixel, one of each ink."""
    bits = 1 if about.get("ImageMask") is True else about.get("BitsPerComponent", 8)
    if bits not in _BITS:
        raise Impossible("a picture of the PDF has an odd number of bits")
    row = -(-wide * n * bits // 8)
    told = file.get(image.about.get("DecodeParms"))
    parms = file.get(told[-1]) if isinstance(told, list) and told else told
    predictor = file.get((parms or {}).get("Predictor", 1))
    plain = Stream({"Filter": file.get(image.about.get("Filter"))}, image.raw)
    data = plain.data(max(limit, _MOST_PIXELS))
    size = high * (row + (predictor >= 10))
    if not size <= len(data) <= size + _BESIDE:
        raise Hostile("a picture of the PDF holds more, or less, than its pixels")
    lines = np.frombuffer(data[:size], dtype=np.uint8).reshape(high, -1)
    if predictor >= 10:
        lines = _unpredicted(lines, max(1, n * bits // 8))
    elif predictor != 1:
        raise Impossible("a picture of the PDF is encoded in a rare way")
    if bits == 8:
        return lines[:, : wide * n].reshape(high, wide, n)
    each = np.unpackbits(lines, axis=1)[:, : wide * n * bits].reshape(high, wide * n, bits)
    return np.asarray(each @ (1 << np.arange(bits)[::-1]), dtype=np.uint8).reshape(high, wide, n)


def _unpredicted(lines: Pixels, step: int) -> Pixels:
    """Undo the filters of PNG, row by row."""
    found = np.zeros((len(lines), lines.shape[1] - 1), dtype=np.uint8)
    above = np.zeros(lines.shape[1] - 1, dtype=np.uint8)
    for i, line in enumerate(lines):
        kind, told = int(line[0]), line[1:]
        if kind == 1:
            above = _summed(told, step)
        elif kind == 2:
            above = told + above
        elif kind in (3, 4):
            above = _by_neighbours(told, above, step, kind)
        elif kind == 0:
            above = told
        else:
            raise Impossible("a picture of the PDF is damaged")
        found[i] = above
    return found


def _summed(told: Pixels, step: int) -> Pixels:
    padded = np.concatenate([told, np.zeros(-len(told) % step, dtype=np.uint8)])
    return np.cumsum(padded.reshape(-1, step), axis=0, dtype=np.uint8).ravel()[: len(told)]


def _by_neighbours(told: Pixels, above: Pixels, step: int, kind: int) -> Pixels:
    out, up = bytearray(len(told)), above.tolist()
    for k, value in enumerate(told.tolist()):
        left = out[k - step] if k >= step else 0
        corner = up[k - step] if k >= step else 0
        if kind == 3:
            guess = (left + up[k]) // 2
        else:
            to = left + up[k] - corner
            near = (abs(to - left), abs(to - up[k]), abs(to - corner))
            guess = (left, up[k], corner)[near.index(min(near))]
        out[k] = (value + guess) & 255
    return np.frombuffer(bytes(out), dtype=np.uint8)
