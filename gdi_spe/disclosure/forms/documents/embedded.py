"""Pictures inside something else: decoded, written anew, and judged as any other."""

from __future__ import annotations

import base64
import binascii

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible

_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")


def picture_within(
    source: str, path: str, policy: DisclosurePolicy, inner: Encode
) -> tuple[list[Part], str]:
    """Return the parts of a picture that stands in an address, and the address written anew."""
    if not source.startswith(_PICTURES):
        return [Opaque(path, "A picture is not in the page, or is no PNG or JPEG")], ""
    try:
        data = base64.b64decode(source.partition(",")[2], validate=False)
    except (binascii.Error, ValueError):
        raise Impossible("a picture in it cannot be read") from None
    form = inner(data, "picture.png", policy)
    if not isinstance(form, Canonical) or form.media_type != "image/png":
        return [Opaque(path, "A picture in the page cannot be decoded")], ""
    encoded = base64.b64encode(form.data).decode()
    return [*beside_pixels(data, path), *form.parts], f"data:image/png;base64,{encoded}"


def beside_pixels(data: bytes, path: str) -> list[Part]:
    """Return what an embedded PNG holds beside its pixels."""
    from gdi_spe.disclosure.figures.pictures import png_chunks

    if not data.startswith(b"\x89PNG"):
        return []
    chunks = png_chunks(data)
    found: list[Part] = []
    if chunks.n_trailing_bytes or chunks.n_other_bytes or len(chunks.text) > 400:
        found.append(Opaque(path, "A picture holds more than its pixels"))
    return found
