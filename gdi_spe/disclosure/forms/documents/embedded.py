"""Pictures inside something else: decoded, written anew, and judged as any other."""

from __future__ import annotations

import base64
import binascii

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible

_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")
_DRAWING = "data:image/svg+xml;base64,"


def picture_within(
    source: str, path: str, policy: DisclosurePolicy, inner: Encode, may_be_drawn: bool = False
) -> tuple[list[Part], str]:
    """Return the parts of a picture that stands in an address, and the address written anew.

    A page may hold drawings, too; a drawing holds none.
    """
    is_drawing = source.startswith(_DRAWING) and may_be_drawn
    if not source.startswith(_PICTURES) and not is_drawing:
        return [Opaque(path, "A picture is not in the page, or is no PNG or JPEG")], ""
    try:
        data = base64.b64decode(source.partition(",")[2], validate=False)
    except (binascii.Error, ValueError):
        raise Impossible("a picture in it cannot be read") from None
    media_type, ending = ("image/svg+xml", "svg") if is_drawing else ("image/png", "png")
    form = inner(data, f"picture.{ending}", policy)
    if not isinstance(form, Canonical) or form.media_type != media_type:
        return [Opaque(path, "A picture in the page cannot be decoded")], ""
    encoded = base64.b64encode(form.data).decode()
    return [*beside_pixels(data, path), *form.parts], f"data:{media_type};base64,{encoded}"


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
