"""PDF: what acts or hides in it. It has no canonical form here, so a person looks at the rest."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_SIGNS = {
    rb"/EmbeddedFiles?\b|/FileAttachment\b": "an attached file",
    rb"/JavaScript\b|/JS\b": "a script",
    rb"/Launch\b|/SubmitForm\b|/ImportData\b": "an action",
    rb"/RichMedia\b|/Movie\b|/Sound\b": "media",
    rb"/OCProperties\b": "layers that can be hidden",
    rb"/Encrypt\b": "encryption",
    rb"/XFA\b|/AcroForm\b": "a form",
}
_MOST_STREAMS = 5000


def inflated(data: bytes, limit: int) -> bytes:
    """Return the bytes of a PDF with its compressed streams opened, up to the limit."""
    found, left = [_STREAM.sub(b"stream", data)], limit
    for place, match in enumerate(_STREAM.finditer(data)):
        if place >= _MOST_STREAMS or left <= 0:
            break
        try:
            body = zlib.decompressobj().decompress(match.group(1), left)
        except zlib.error:
            body = match.group(1)[:left]
        left -= len(body)
        found.append(body)
    return b"\n".join(found)


def acting_or_hidden(data: bytes, limit: int) -> list[str]:
    """Name what a PDF has that acts, or that a reader of its pages does not see."""
    # A name may be written with its letters as numbers: /J#61vaScript.
    text = re.sub(
        rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), inflated(data, limit)
    )
    found = [what for sign, what in _SIGNS.items() if re.search(sign, text)]
    end = data.rfind(b"%%EOF")
    if end < 0 or len(data) - end > 7:
        found.append("bytes after its end")
    return found
