"""Re-encode a file into its one canonical form: the bytes that are checked, reviewed and released.

What does not change the meaning is dropped: metadata, comments, trailers, quoting, invisible
characters, low-order bits, digits beyond the policy's. What has no such form cannot leave
without a person who says so.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.records import trees
from gdi_spe.disclosure.contents.table import INVISIBLE, clean_text
from gdi_spe.disclosure.figures import pictures
from gdi_spe.disclosure.forms import archives
from gdi_spe.disclosure.forms.documents import html, notebook, word
from gdi_spe.disclosure.forms.graphics import pdf, svg
from gdi_spe.disclosure.forms.tabular import arrays, columnar, delimited, excel
from gdi_spe.disclosure.forms.writing.markup import yamls
from gdi_spe.disclosure.forms.writing.programs.chains import chains_of
from gdi_spe.disclosure.forms.writing.programs.reports import report_of
from gdi_spe.disclosure.forms.writing.programs.sections import sections_of
from gdi_spe.disclosure.forms.writing.written import words_and_tables
from gdi_spe.disclosure.intake.form import Canonical, Hostile, Impossible, NoCanonicalForm, named
from gdi_spe.disclosure.intake.reading import NotText, as_written, decoded, is_plain_ascii
from gdi_spe.disclosure.intake.sniff import Kind, sniff
from gdi_spe.disclosure.intake.spacing import hidden_spaces

# So many characters that show nothing are no accident.
_MANY_UNSEEN = 16
_HIGHEST_RATIO = 100
_LONGEST_NAME = 255
# Forms whose lines may end in white space that nobody sees.
_LINES = (Kind.CSV, Kind.TSV, Kind.TEXT, Kind.JSON)


def canonicalise(path: Path, name: str, policy: DisclosurePolicy) -> Canonical | NoCanonicalForm:
    """Re-encode a file.

    Parameters
    ----------
    path
        The file, as submitted.
    name
        The name it shall have; its ending is corrected when the content is something else.
    policy
        Limits, and how many significant digits a number keeps.

    Returns
    -------
    The canonical bytes with the parts they were written from, or why there are none.
    """
    if path.stat().st_size > policy.files.max_file_bytes:
        return NoCanonicalForm("the file is larger than the policy allows")
    return canonicalise_bytes(path.read_bytes(), name, policy)


def canonicalise_bytes(
    data: bytes, name: str, policy: DisclosurePolicy
) -> Canonical | NoCanonicalForm:
    """Re-encode bytes that are in memory."""
    kind = sniff(data)
    if kind is Kind.GZIP:
        return _gunzipped(data, name, policy)
    encode = _ENCODERS.get(kind)
    # TRUST: a form that is not listed has no canonical form.
    if encode is None:
        return NoCanonicalForm(f"{kind.value} has no canonical form", kind=kind)
    try:
        made = encode(data, name, policy)
        spaces = hidden_spaces(as_written(data)) if kind in _LINES else ()
        return replace(made, parts=(*made.parts, *spaces)) if spaces else made
    except Hostile as error:
        return NoCanonicalForm(str(error), is_hostile=True)
    except Impossible as error:
        return NoCanonicalForm(str(error))
    except (trees.NotATree, pictures.NotAPicture, NotText) as error:
        return NoCanonicalForm(str(error))


def _gunzipped(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical | NoCanonicalForm:
    inner = gunzip(data, policy.files.max_file_bytes)
    if isinstance(inner, NoCanonicalForm):
        return inner
    if sniff(inner) is Kind.GZIP:
        return NoCanonicalForm("compressed twice")
    return canonicalise_bytes(inner, name.removesuffix(".gz"), policy)


def gunzip(data: bytes, limit: int) -> bytes | NoCanonicalForm:
    """Decompress gzip members that must be the whole file and stay within the limit."""
    found, left = [], data
    room = limit
    while left:
        if hidden := _beside_member(left):
            return NoCanonicalForm(hidden, is_hostile=True)
        inflate = zlib.decompressobj(31)
        try:
            inner = inflate.decompress(left, room + 1)
        except zlib.error as error:
            return NoCanonicalForm(f"damaged gzip: {error}", is_hostile=True)
        if len(inner) > room:
            return _too_large(data, limit)
        if not inflate.eof:
            return NoCanonicalForm("the gzip is cut short", is_hostile=True)
        found.append(inner)
        room, left = room - len(inner), inflate.unused_data
    return b"".join(found)


def _too_large(data: bytes, limit: int) -> NoCanonicalForm:
    is_bomb = limit > _HIGHEST_RATIO * len(data)
    return NoCanonicalForm("it decompresses to more than the policy allows", is_hostile=is_bomb)


def _beside_member(data: bytes) -> str | None:
    """Say what the head of a gzip member holds beside a file's name and block-gzip's own size."""
    if data[:2] != b"\x1f\x8b":
        return "something follows the end of the gzip"
    flags, at = data[3:4], 10
    bits = flags[0] if flags else 0
    if bits & 4:
        size = int.from_bytes(data[10:12], "little")
        if size != 6 or data[12:14] != b"BC":
            return f"the gzip has an extra field of {size:,} bytes"
        at = 12 + size
    if bits & 8:
        end = data.find(b"\0", at)
        if end < 0 or end - at > _LONGEST_NAME:
            return "the gzip has a very long name"
    return "the gzip has a comment" if bits & 0b11110000 else None


def _clean(data: bytes) -> tuple[str, int]:
    """Return the text without characters that show nothing, and how many those were."""
    if is_plain_ascii(data):
        return decoded(data), 0
    text = decoded(data)
    return clean_text(text), len(INVISIBLE.findall(text))


def _unseen(n: int) -> tuple[Part, ...]:
    """Tell of characters that nobody sees: a few are typography, many are a channel."""
    if n < _MANY_UNSEEN:
        return ()
    return (Opaque("characters", f"{n:,} characters show nothing; a payload can be in them"),)


def _told_of(n_unseen: int) -> tuple[str, ...]:
    return ("characters that show nothing",) if n_unseen else ()


def _delimited(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    text, n_unseen = _clean(data)
    made = delimited.encode(text, name, policy)
    dropped = (*made.dropped, *_told_of(n_unseen))
    return replace(made, parts=(*made.parts, *_unseen(n_unseen)), dropped=dropped)


# --- trees, text, pictures --------------------------------------------------------------------


def _json(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    try:
        tree = trees.read_tree(decoded(data), policy.files.significant_digits)
    except trees.NotJson:
        # Lines of JSON, or words that begin with a bracket.
        return _text(data, name, policy)
    written = (json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
    media_type = "application/json"
    parts = trees.parts_of(tree, policy.files.significant_digits)
    return Canonical(written, media_type, named(name, media_type), parts)


def _text(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    text, n_unseen = _clean(data)
    even = delimited.with_tabs(text) or delimited.with_even_rows(text)
    if even is not None:
        return _delimited(even.encode(), name, policy)
    documents = yamls.read(text, policy.files.significant_digits)
    if documents is not None:
        return _yaml(text, documents, name, policy, n_unseen)
    written = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") + "\n"
    media_type = "text/plain"
    parts = (*_parts_of_text(written, policy), *_unseen(n_unseen))
    return Canonical(
        written.encode(), media_type, named(name, media_type), parts, _told_of(n_unseen)
    )


def _parts_of_text(text: str, policy: DisclosurePolicy) -> tuple[Part, ...]:
    """Return the parts of words, or of what a program writes in a form of its own."""
    digits = policy.files.significant_digits
    report = report_of(text, digits)
    if report is not None:
        parts, rest = report
        return (*parts, *(words_and_tables("text", rest, policy) if rest.strip() else ()))
    told = sections_of(text, digits) or chains_of(text, digits)
    return told or words_and_tables("text", text, policy)


def _yaml(
    text: str, documents: list[Any], name: str, policy: DisclosurePolicy, n_unseen: int
) -> Canonical:
    media_type = "text/plain"
    parts = yamls.parts_of(text, documents, policy.files.significant_digits)
    n_comments = sum(line.lstrip().startswith("#") for line in text.split("\n"))
    comments = (f"{n_comments:,} comment lines",) if n_comments else ()
    return Canonical(
        yamls.written(documents).encode(), media_type, named(name, media_type),
        (*parts, *_unseen(n_unseen)), (*comments, *_told_of(n_unseen)),
    )  # fmt: skip


def _png(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    chunks = pictures.png_chunks(data)
    notes: list[Part] = []
    if chunks.n_trailing_bytes:
        told = f"{chunks.n_trailing_bytes:,} bytes follow the end of the picture"
        notes.append(Opaque("trailer", told))
    if chunks.n_other_bytes:
        told = f"{chunks.n_other_bytes:,} bytes in chunks that show nothing"
        notes.append(Opaque("chunks", told))
    if len(chunks.text) > 400:
        notes.append(Text("metadata", chunks.text))
    return _picture(data, name, policy, "PNG", tuple(notes))


def _jpeg(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    # What stands beside the pixels of a JPEG was put there by a program: a short note, or more.
    beside = pictures.jpeg_segments(data)
    notes: list[Part] = [Text("metadata", beside.text)] if len(beside.text) > 400 else []
    if beside.n_trailing_bytes:
        notes.append(Opaque("trailer", f"{beside.n_trailing_bytes:,} bytes follow the picture"))
    if beside.n_other_bytes > 2000:
        notes.append(Opaque("segments", f"{beside.n_other_bytes:,} bytes show nothing"))
    return _picture(data, name, policy, "JPEG", tuple(notes))


def _picture(
    data: bytes, name: str, policy: DisclosurePolicy, form: str, notes: tuple[Part, ...]
) -> Canonical:
    written, picture = pictures.quantised_png(data, policy.files.max_pixels, form)
    media_type = "image/png"
    parts = (picture, *pictures.words_within(picture), *notes)
    return Canonical(written, media_type, named(name, media_type), parts)


def _html(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return html.encode(decoded(data), name, policy, canonicalise_bytes)


def _svg(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return svg.encode(decoded(data), name, policy, canonicalise_bytes)


def _pdf(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return pdf.encode(data, name, policy, canonicalise_bytes)


def _notebook(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return notebook.encode(decoded(data), name, policy, canonicalise_bytes)


def _excel(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return excel.encode(data, name, policy)


def _numpy(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return arrays.encode(data, name, policy)


def _zip(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return archives.encode(data, name, policy, canonicalise_bytes)


_ENCODERS: dict[Kind, Callable[[bytes, str, DisclosurePolicy], Canonical]] = {
    Kind.CSV: _delimited,
    Kind.TSV: _delimited,
    Kind.PARQUET: columnar.encode_parquet,
    Kind.ARROW: columnar.encode_arrow,
    Kind.NUMPY: _numpy,
    Kind.EXCEL: _excel,
    Kind.WORD: word.encode,
    Kind.ZIP: _zip,
    Kind.JSON: _json,
    Kind.NOTEBOOK: _notebook,
    Kind.HTML: _html,
    Kind.SVG: _svg,
    Kind.TEXT: _text,
    Kind.PDF: _pdf,
    Kind.PNG: _png,
    Kind.JPEG: _jpeg,
}
