"""Single letters within axes that are no letters: marks have the form of some, and stand alone."""

from __future__ import annotations

from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.strokes import Blob, Strokes

_INSIDE = 3
# A filled disc fills four fifths of its box, a letter about half.
_SOLID, _LEAST_SOLID, _MOST_LONG = 0.68, 5, 1.5
_LEAST_ALIKE, _PIXELS = 4, 0.12


def without_marks(
    words: tuple[Words, ...], frames: tuple[Box, ...], strokes: Strokes
) -> tuple[Words, ...]:
    """Return the words without those that may be marks of people.

    TRUST: a shape that stands alone within axes is a mark if it is solid, or one of several of the
    same size; that it looks like a letter explains nothing.
    """
    blobs = {b.number: b for b in strokes.blobs}
    lone = [
        (w, blobs[w.blobs[0]]) for w in words
        if len(w.blobs) == 1 and w.blobs[0] in blobs and any(_is_in(w.box, f) for f in frames)
    ]  # fmt: skip
    marks = {w.blobs for w, b in lone if _is_solid(b) or _n_alike(b, lone) >= _LEAST_ALIKE}
    return tuple(w for w in words if w.blobs not in marks)


def _is_in(box: Box, frame: Box) -> bool:
    return all(
        outer.start + _INSIDE <= inner.start and inner.stop <= outer.stop - _INSIDE
        for inner, outer in zip(box, frame, strict=True)
    )


def _is_solid(blob: Blob) -> bool:
    """Whether a shape is a disc or a square, and no letter of a few pixels or upright stroke."""
    long, short = max(blob.height, blob.width), min(blob.height, blob.width)
    is_full = blob.n_pixels >= _SOLID * blob.height * blob.width
    return is_full and short >= _LEAST_SOLID and long <= _MOST_LONG * short


def _n_alike(blob: Blob, lone: list[tuple[Words, Blob]]) -> int:
    """Count the lone shapes of one size."""
    return sum(
        abs(b.height - blob.height) <= 1 and abs(b.width - blob.width) <= 1
        and abs(b.n_pixels - blob.n_pixels) <= _PIXELS * blob.n_pixels
        for _, b in lone
    )  # fmt: skip
