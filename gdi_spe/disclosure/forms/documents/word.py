"""Word documents: paragraphs are words, tables are tables; what is hidden or drawn is told."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.table import Table, clean_text
from gdi_spe.disclosure.forms.archives import members
from gdi_spe.disclosure.forms.tabular.cells import table_of_rows
from gdi_spe.disclosure.forms.tabular.sheets import events
from gdi_spe.disclosure.forms.writing.written import words_and_tables
from gdi_spe.disclosure.intake.form import Canonical, Impossible, named

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PLAIN = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|word/(document|styles|settings|fontTable|webSettings|numbering|stylesWithEffects)\.xml"
    r"|word/theme/theme\d+\.xml|word/_rels/document\.xml\.rels|word/(header|footer|footnotes|endnotes)\d*\.xml|docProps/thumbnail\.jpeg"
    # What Word and python-docx leave in an empty document.
    r"|customXml/(item\d\.xml|itemProps\d\.xml|_rels/item\d\.xml\.rels)"
)
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes)\d*\.xml")
_MOST_PROPERTIES = 3000
_MOST_SETTINGS = 1_000_000
_PROPERTIES = re.compile(r"docProps/(app|core)|customXml/|word/_rels/")
_WHITE = ("FFFFFF", "FEFEFE", "FDFDFD")
_DRAWN = {"drawing", "pict", "object", "altChunk", "AlternateContent", "oMath", "control"}
_FIELD = re.compile(
    r'\s*(PAGE|NUMPAGES|TOC|REF|SEQ|HYPERLINK|DATE|PAGEREF)\b[\w\s\\*"\'#._:/-]{0,80}'
)


class _Reader:
    """Reads what a document holds: blocks in order, words or rows of cells, and what is hidden."""

    def __init__(self, data: bytes) -> None:
        self.blocks: list[str | list[list[str]]] = []
        self.hidden: list[str] = []
        self._words: list[str] = []
        self._cell: list[str] = []
        self._rows: list[list[str]] | None = None
        self._inside = ""
        events(data, self._start, self._end, self._text)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._inside = tag = tag.rpartition(":")[2]
        if tag in _DRAWN:
            raise Impossible("it holds drawings, formulas or objects")
        if tag in ("vanish", "webHidden", "specVanish"):
            self.hidden.append("words that are not shown")
        if tag == "color" and attributes.get("w:val", "").upper() in _WHITE:
            self.hidden.append("white words")
        if tag == "tbl":
            if self._rows is not None:
                raise Impossible("a table stands inside a table")
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "tc":
            self._cell = []

    def _end(self, tag: str) -> None:
        tag, self._inside = tag.rpartition(":")[2], ""
        if tag in ("tab", "br"):
            self._words.append(" ")
        elif tag == "p":
            self._close_paragraph()
        elif tag == "tc" and self._rows:
            self._rows[-1].append(" ".join(self._cell))
        elif tag == "tbl" and self._rows is not None:
            self.blocks.append(self._rows)
            self._rows = None

    def _close_paragraph(self) -> None:
        told = "".join(self._words).strip()
        self._words = []
        if told and self._rows is None:
            self.blocks.append(told)
        elif told:
            self._cell.append(told)

    def _text(self, words: str) -> None:
        if self._inside == "t":
            self._words.append(words)
        elif self._inside == "instrText" and not _FIELD.fullmatch(words):
            self.hidden.append("a field that no reader sees")
        elif self._inside != "instrText" and words.strip():
            self.hidden.append("words that are not shown")


def encode(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write a document anew from its paragraphs and tables."""
    files = dict(members(data, policy))
    parts: list[Part] = [*_beside(files)]
    read = _Reader(files["word/document.xml"])
    for path in sorted(filter(_BESIDE.fullmatch, files)):
        more = _Reader(files[path])
        read.blocks += more.blocks
        read.hidden += more.hidden
    parts += [Opaque("document", f"The document has {what}") for what in dict.fromkeys(read.hidden)]
    found, body = _parts_of(read, policy)
    if not body:
        raise Impossible("it has neither words nor tables")
    dropped = ("styles and properties",)
    return Canonical(_written(body), MEDIA_TYPE, named(name, MEDIA_TYPE), (*parts, *found), dropped)


def _beside(files: dict[str, bytes]) -> list[Part]:
    """Tell of members beside the words: comments, embedded files, long properties."""
    if any(path.startswith("word/media/") for path in files):
        raise Impossible("it holds pictures")
    odd = [path for path in files if not _PLAIN.fullmatch(path)]
    parts: list[Part] = [
        Opaque(path[:80], "The document holds it beside its words") for path in odd
    ]
    for path, body in files.items():
        most = _MOST_PROPERTIES if _PROPERTIES.match(path) else _MOST_SETTINGS
        if path != "word/document.xml" and len(body) > most:
            parts.append(Opaque(path[:80], f"{len(body):,} bytes of properties"))
    return parts


def _parts_of(
    read: _Reader, policy: DisclosurePolicy
) -> tuple[list[Part], list[str | Table]]:  # fmt: skip
    """Return the parts of what was read, and the blocks that are written."""
    parts: list[Part] = []
    body: list[str | Table] = []
    words: list[str] = []
    for place, block in enumerate(read.blocks, start=1):
        table = None
        if not isinstance(block, str):
            rows = [row for row in block if any(row)]
            table = table_of_rows(f"table[{place}]", rows, policy.files.significant_digits)
            block = " ".join(cell for row in rows for cell in row)
        if table is not None:
            parts.append(table)
            body.append(table)
        elif block.strip():
            words.append(clean_text(block))
            body.append(clean_text(block))
    if words:
        found = words_and_tables("words", "\n\n".join(words), policy)
        parts += [
            Text(part.path, part.text, is_alone=not parts) if isinstance(part, Text) else part
            for part in found
        ]
    return parts, body


_NS = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _paragraph(words: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'


def _table(table: Table) -> str:
    rows = [[c.name for c in table.columns], *zip(*(c.texts() for c in table.columns), strict=True)]
    written = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    grid = "<w:gridCol/>" * len(table.columns)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{written}</w:tbl>"


def _written(body: list[str | Table]) -> bytes:
    """Write the least document: plain paragraphs and tables, one instant, one order of members."""
    main = f"{_NS}/wordprocessingml/2006/main"
    inner = "".join(_paragraph(b) if isinstance(b, str) else _table(b) for b in body)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    files = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_NS}/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_NS}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{main}"><w:body>{inner}</w:body>'
        "</w:document>",
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
    return sink.getvalue()
