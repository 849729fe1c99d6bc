"""Excel workbooks: visible sheets are tables; what is hidden, embedded or active is told."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.table import Table, clean_text
from gdi_spe.disclosure.forms.archives import members
from gdi_spe.disclosure.forms.tabular.cells import table_of_rows, without_notes
from gdi_spe.disclosure.forms.tabular.printers import belongs_to_printers
from gdi_spe.disclosure.forms.tabular.sheets import events, read_sheet
from gdi_spe.disclosure.intake.form import Canonical, Impossible, named

_PLAIN = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/styles\.xml|xl/sharedStrings\.xml|xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml|xl/calcChain\.xml"
)
_MOST_PROPERTIES = 3000
# What a defined name may stand for: places in sheets, as print areas and filters are.
_PLACE = re.compile(
    r"(('[^']{1,40}'|[\w.]{1,40})!\$?+[A-Z]{0,3}+\$?+\d{0,7}+(:\$?+[A-Z]{0,3}+\$?+\d{0,7}+)?+,?+){1,20}+|#REF!"
)


@dataclass(frozen=True)
class Sheet:
    """A sheet as it is written: a table, and the words above and below it."""

    table: Table
    above: list[str]
    below: list[str]


def encode(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write the visible sheets anew, values only."""
    files = dict(members(data, policy))
    parts: list[Part] = [
        Opaque(path, "The workbook holds something beside its sheets")
        for path in files
        if not _PLAIN.fullmatch(path) and not belongs_to_printers(path, files[path])
    ]
    for path in ("docProps/app.xml", "docProps/core.xml"):
        if len(files.get(path, b"")) > _MOST_PROPERTIES:
            parts.append(Opaque(path, f"{len(files[path]):,} bytes of properties"))
    if n := _said_by_names(files.get("xl/workbook.xml", b"")):
        parts.append(Opaque("names", f"{n:,} defined names hold values, which no sheet shows"))
    strings = _strings(files.get("xl/sharedStrings.xml", b""))
    tables: list[tuple[str, Sheet]] = []
    used: set[int] = set()
    for title, state, file in _sheets(files):
        if state != "visible":
            parts.append(Opaque(f"sheet[{title}]", "A hidden sheet"))
        rows, unseen = read_sheet(files.get(file, b""), strings, used)
        if unseen:
            parts.append(
                Opaque(f"sheet[{title}]", f"{unseen:,} hidden rows or columns that are filled")
            )
        above, body, below = without_notes(rows)
        table = table_of_rows(f"sheet[{title}]", body, policy.files.significant_digits)
        if table is not None:
            parts.append(table)
            if words := "\n".join(map(clean_text, (*above, *below))):
                parts.append(Text(f"sheet[{title}].notes", words, is_alone=False))
            if state == "visible":
                tables.append((title, Sheet(table, above, below)))
    if set(range(len(strings))) - used:
        parts.append(Opaque("strings", "The workbook holds words that no sheet shows"))
    if not tables:
        raise Impossible("no sheet of it is visible and filled")
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Canonical(_written(tables), media_type, named(name, media_type), tuple(parts))


def _strings(data: bytes) -> list[str]:
    found: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            found.append("")

    def text(words: str) -> None:
        if found:
            found[-1] += words

    if data:
        events(data, start, None, text)
    return found


def _said_by_names(workbook: bytes) -> int:
    """Return how many defined names hold something else than a place in a sheet."""
    found: list[str] = []
    inside = [False]

    def start(tag: str, _: dict[str, str]) -> None:
        inside[0] = tag == "definedName"
        if inside[0]:
            found.append("")

    def end(_: str) -> None:
        inside[0] = False

    def text(words: str) -> None:
        if inside[0]:
            found[-1] += words

    events(workbook, start, end, text)
    return sum(not _PLACE.fullmatch(told) for told in found if told)


def _sheets(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """Return title, state and file of each sheet."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "").removeprefix("/xl/")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            target = targets.get(attributes.get("r:id", ""), "")
            state = attributes.get("state", "visible")
            sheets.append((attributes.get("name", ""), state, f"xl/{target}"))

    events(files.get("xl/_rels/workbook.xml.rels", b"<x/>"), relation)
    events(files["xl/workbook.xml"], sheet)
    return sheets


_NS = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _written(tables: list[tuple[str, Sheet]]) -> bytes:
    """Write the least workbook: inline words, one instant, one order of members."""
    main = f"{_NS}/spreadsheetml/2006/main"
    kinds = f"{_NS}/officeDocument/2006/relationships"
    numbers = range(1, len(tables) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxml'
        'formats-officedocument.spreadsheetml.worksheet+xml"/>' for i in numbers
    )  # fmt: skip
    files = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_NS}/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-office'
        f'document.spreadsheetml.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/'
        'relationships">' + "".join(
            f'<Relationship Id="rId{i}" Type="{kinds}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in numbers) + "</Relationships>",
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{main}" xmlns:r="{kinds}"><sheets>' + "".join(
            f'<sheet name="{escape(title[:31], {chr(34): ""})}" sheetId="{i}" r:id="rId{i}"/>'
            for i, (title, _) in enumerate(tables, 1)) + "</sheets></workbook>",
    }  # fmt: skip
    for i, (_, sheet) in enumerate(tables, 1):
        files[f"xl/worksheets/sheet{i}.xml"] = _sheet(sheet, main)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
    return sink.getvalue()


def _sheet(sheet: Sheet, main: str) -> str:
    table = sheet.table
    rows = [[c.name for c in table.columns], *zip(*(c.texts() for c in table.columns), strict=True)]
    numeric = [c.numbers is not None for c in table.columns]
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(
            f"<c><v>{cell}</v></c>" if numeric[i] and place and cell
            else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for i, cell in enumerate(row)
        )  # fmt: skip
        lines.append(f"<row>{cells}</row>")
    lines = [*map(_line, sheet.above), *lines, *map(_line, sheet.below)]
    return f'{_HEAD}<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _line(words: str) -> str:
    """Write a row of one cell of words."""
    told = escape(clean_text(words))
    return f'<row><c t="inlineStr"><is><t>{told}</t></is></c></row>'
