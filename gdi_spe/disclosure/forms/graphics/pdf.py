"""PDF: pages of lines, areas and words are written anew; what acts or hides is told."""

from __future__ import annotations

import re
import zlib
from typing import Any

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Marks, Opaque, Part, Text
from gdi_spe.disclosure.contents.table import clean_text
from gdi_spe.disclosure.drawings.pieces.cells import beside_axes, beside_cells
from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Ref, Stream, read
from gdi_spe.disclosure.forms.graphics.pdf_page import Embed, Page
from gdi_spe.disclosure.forms.graphics.pdf_pictures import objects_of
from gdi_spe.disclosure.forms.writing.written import words_and_tables
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible, named

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
_HEAD, _LONGEST_ABOUT = 600, 8000
_MOST_PAGES = 50
# A page with so few words is a figure; its words are labels.
_FEW_WORDS = 60
_MANY_BOXES = 20
_MOST_BESIDE = 600
_LARGEST_PAGE = 10_000_000
_INDEX = Name("XRef")
# Data that no page shows: a program's own, a small picture of the page, other versions.
_PRIVATE = frozenset({"PieceInfo", "Thumb", "AF", "OPI", "Alternates", "SpiderInfo"})
_PAGES = (Name("Catalog"), Name("Pages"), Name("Page"))
_OF_PAGES = frozenset({
    "Pages", "Kids", "Parent", "Contents", "Resources", "Group", "Metadata", "StructTreeRoot",
    "Outlines", "Names", "Dests", "OutputIntents", "PageLabels", "ViewerPreferences", "MarkInfo",
    "MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox", "Annots", "OpenAction", "Extensions",
    "OCProperties", "AcroForm",
})  # fmt: skip
# A description of the file has about a thousand signs beside its padding.
_LONGEST_XMP = 4000


def encode(data: bytes, name: str, policy: DisclosurePolicy, inner: Encode) -> Canonical:
    """Write the pages anew: what they draw and say, in one font, without anything else."""
    if acting_or_hidden(data, policy.files.max_file_bytes):
        raise Impossible("it has more than pages")

    def embed(picture: bytes) -> tuple[list[Part], bytes]:
        form = inner(picture, "picture.png", policy)
        if not isinstance(form, Canonical) or form.media_type != "image/png":
            raise Impossible("a picture of the PDF cannot be decoded")
        return list(form.parts), form.data

    try:
        file = read(data)
        pages = [_page(each, file, policy, embed) for each in _pages(file)]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError):
        raise Impossible("the PDF is damaged") from None
    except RecursionError:
        raise Impossible("the PDF is nested too deeply") from None
    parts: list[Part] = []
    for place, page in enumerate(pages, start=1):
        parts += _parts(page, f"page[{place}]", policy)
    if hidden := _unreached(file):
        parts.append(Opaque("file", f"{hidden:,} bytes are in objects that no page uses"))
    if file.n_loose_bytes:
        parts.append(Opaque("file", f"{file.n_loose_bytes:,} bytes belong to no object"))
    media_type = "application/pdf"
    return Canonical(_written(pages), media_type, named(name, media_type), tuple(parts))


def _unreached(file: File) -> int:
    """Count the bytes of streams that no page leads to, and of long words about the file."""
    waiting, reached = [file.root], set[int]()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Ref):
            if value.number not in reached:
                reached.add(value.number)
                waiting.append(file.objects.get(value.number))
        elif isinstance(value, Stream):
            waiting += _drawn(value.about, file)
        elif isinstance(value, dict):
            waiting += _drawn(value, file)
        elif isinstance(value, list):
            waiting += value
    rest = [each for number, each in file.objects.items() if number not in reached]
    size = sum(len(e.raw) for e in rest if isinstance(e, Stream) and e.about.get("Type") != _INDEX)
    told = [v for e in rest if isinstance(e, dict) for v in e.values() if isinstance(v, bytes)]
    size += sum(map(len, told))
    return size if size > _MOST_BESIDE else 0


def _drawn(about: dict[str, Any], file: File) -> list[Any]:
    """Return what a dictionary leads to, without what programs keep there for themselves."""
    told = file.get(about.get("Metadata"))
    is_long = isinstance(told, Stream) and _n_signs(told) > _LONGEST_XMP
    private = _PRIVATE | {"Metadata"} if is_long else _PRIVATE
    is_page = about.get("Type") in _PAGES
    return [
        value for key, value in about.items()
        if key not in private and (not is_page or key in _OF_PAGES)
    ]  # fmt: skip


def _n_signs(stream: Stream) -> int:
    try:
        return sum(map(len, stream.data(_LARGEST_PAGE).split()))
    except (ValueError, zlib.error):
        return len(stream.raw)


def _parts(page: Page, path: str, policy: DisclosurePolicy) -> list[Part]:
    sheet = page.pad.sheet()
    words = clean_text(page.lines())
    parts: list[Part] = []
    if len(words.split()) > _FEW_WORDS and sheet.pictures:
        words = clean_text("\n".join(beside_cells(words.replace("  ", "\n").split("\n"), sheet)))
    if len(words.split()) > _FEW_WORDS:
        words = clean_text("\n".join(beside_axes(words, sheet)))
    is_figure = len(words.split()) <= _FEW_WORDS and bool(page.out)
    if is_figure:
        parts.append(Text(f"{path} labels", words, is_alone=False))
    else:
        parts += words_and_tables(path, words, policy)
    many = page.boxes if page.boxes >= _MANY_BOXES else 0
    parts.append(
        Marks(path, page.marks + many, page.areas, page.curves, 0, words[:2000],
              page.tiles.commonest(), page.lines_drawn, sheet, page.steps)
    )  # fmt: skip
    parts += page.parts
    parts += [Opaque(path, f"The page has {what}") for what in dict.fromkeys(page.problems)]
    return parts


def _pages(file: File) -> list[dict[str, Any]]:
    root = file.get(file.root)
    found: list[dict[str, Any]] = []
    waiting = [(root.get("Pages") if isinstance(root, dict) else None, dict[str, Any]())]
    while waiting:
        reference, above = waiting.pop(0)
        node = file.get(reference)
        if not isinstance(node, dict) or len(found) + len(waiting) > _MOST_PAGES:
            raise Impossible("the pages of the PDF cannot be listed")
        if file.get(node.get("Annots")):
            raise Impossible("a page of the PDF has notes or links")
        here = above | {k: node[k] for k in ("MediaBox", "Resources") if k in node}
        if node.get("Type") == Name("Page"):
            found.append(here | node)
        else:
            waiting += [(kid, here) for kid in file.get(node.get("Kids")) or ()]
    if not found:
        raise Impossible("the PDF has no page")
    return found


def _page(about: dict[str, Any], file: File, policy: DisclosurePolicy, embed: Embed) -> Page:
    box = [float(file.get(n)) for n in file.get(about.get("MediaBox")) or (0, 0, 612, 792)]
    page = Page(
        file, min(policy.files.max_file_bytes, _LARGEST_PAGE), (box[0], box[1], box[2], box[3])
    )
    page.embed = embed
    page.pad.wide, page.pad.high = box[2] - box[0], box[3] - box[1]
    contents = file.get(about.get("Contents"))
    streams = [file.get(c) for c in (contents if isinstance(contents, list) else [contents])]
    if not all(isinstance(stream, Stream) for stream in streams):
        raise Impossible("a page of the PDF draws nothing")
    content = b"\n".join(stream.data(page.limit) for stream in streams)
    page.draw(content, file.get(about.get("Resources")) or {}, (1, 0, 0, 1, 0, 0))
    shown = "".join("".join(word.text.split()) for word in page.pad.words)
    if any("".join(told.split()) not in shown for told in page.unseen):
        page.problems.append("words that nobody can see")
    return page


def _written(pages: list[Page]) -> bytes:
    """Write the least PDF that draws these pages."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    pictures: list[bytes] = []
    for i, page in enumerate(pages):
        box = " ".join(f"{n:.2f}" for n in page.box)
        used = ""
        for place, picture in enumerate(page.pictures, start=1):
            number = 4 + 2 * len(pages) + len(pictures)
            pictures += objects_of(picture, number)
            used += f" /Im{place} {number} 0 R"
        used = f" /XObject <<{used} >>" if used else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {5 + 2 * i} 0 R "
            f"/Resources << /Font << /F1 3 0 R >>{used} >> >>".encode()
        )
        body = zlib.compress("\n".join(page.out).encode("latin-1", errors="replace"), 9)
        head = f"<< /Length {len(body)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + body + b"\nendstream")
    return _bound([*objects, *pictures])


def _bound(objects: list[bytes]) -> bytes:
    """Put objects together with the table of where each is."""
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    )
    return out + end.encode()


def _is_pixels(head: bytes, body: bytes) -> bool:
    """Whether a stream is a picture; one of signs that are mostly letters is not believed."""
    about = head[head.rfind(b" obj") :]
    start = body[:_HEAD]
    letters = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in start)
    return bool(re.search(rb"/Subtype\s*/Image\b", about)) and letters < 0.9 * len(start)


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
        if not _is_pixels(data[max(0, match.start() - _LONGEST_ABOUT) : match.start()], body):
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
