"""Forms that hold others: what is kept is equal, what hides is told, the broken never pass."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

POLICY = policy_named("gdi-default")
ROWS = [("site", "F", "M"), ("A", "193", "180"), ("B", "138", "164"), ("C", "117", "115")]
PEOPLE = "\n".join(f"EGIP{100000000 + i},{20 + i},M,case" for i in range(60))


def png() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(sink, format="PNG")
    return sink.getvalue()


def page(rows=ROWS, more: str = "") -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<html><body><h1>Report</h1><table>{body}</table>{more}</body></html>".encode()


def book(more: dict | None = None, output: dict | None = None, cell: dict | None = None) -> bytes:
    out = {"output_type": "display_data", "metadata": {}, "data": {"text/html": page().decode()}}
    code = {
        "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "df.groupby('site')",
        "outputs": [out | (output or {})],
    }  # fmt: skip
    made = {"cells": [code | (cell or {})], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made | (more or {})).encode()


def workbook(state: str = "visible", more: dict[str, str] | None = None) -> bytes:
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row) + "</row>"
        for row in ROWS
    )
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="T" r:id="rId1"/>'
        f'<sheet name="U" state="{state}" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Target="worksheets/sheet2.xml"/></R>',
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        "xl/worksheets/sheet2.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
    } | (more or {})
    return archive(files)


def archive(files: dict[str, str | bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(name, body)
    return sink.getvalue()


def npy(array: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.save(sink, array)
    return sink.getvalue()


def arrow() -> bytes:
    header, *body = ROWS
    columns = [list(column) for column in zip(*body, strict=True)]
    table = pa.table({header[0]: columns[0], **{
        name: [int(c) for c in column] for name, column in zip(header[1:], columns[1:], strict=True)
    }})  # fmt: skip
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200">'
    b'<line x1="20" y1="30" x2="90" y2="30"/><circle cx="50.25" cy="30" r="3"/>%s</svg>'
)


@pytest.mark.parametrize(
    ("data", "name"),
    [(page(), "a.html"), (book(), "a.ipynb"), (workbook(), "a.xlsx"), (arrow(), "a.arrow"),
     (archive({"t.csv": "\n".join(",".join(row) for row in ROWS)}), "a.zip")],
)  # fmt: skip
def test_tables_keep_their_values_whatever_holds_them(data, name):
    form = canonicalise_bytes(data, name, POLICY)

    assert isinstance(form, Canonical), form
    again = canonicalise_bytes(form.data, form.name, POLICY)
    assert isinstance(again, Canonical), again
    for each in (form, again):
        tables = [part for part in each.parts if isinstance(part, Table)]
        columns = [column.texts() for column in tables[0].columns]
        assert [tuple(row) for row in zip(*columns, strict=True)] == ROWS[1:]
    assert again.data == form.data
    judging = Judging(name, POLICY, CheckContext(n_individuals=1200))
    assert judge_bytes(data, judging).report.verdict is Verdict.PASS


def test_an_array_keeps_its_values():
    array = np.array([[1.5, 2.25], [3.0, 4.125]])

    form = canonicalise_bytes(npy(array), "a.npy", POLICY)

    assert isinstance(form, Canonical)
    assert np.array_equal(np.load(io.BytesIO(form.data), allow_pickle=False), array)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (page(more="<script>let people = [[1, 2], [3, 4]]</script>"), "a.html"),
        (page(more='<p style="display:none">something</p>'), "a.html"),
        (page(more="<!--" + "x" * 300 + "-->"), "a.html"),
        (page(more='<img src="https://elsewhere/x.png">'), "a.html"),
        (book(more={"metadata": {"x": "y" * 900}}), "a.ipynb"),
        (book(cell={"attachments": {"x.bin": {"application/x": "AA=="}}}), "a.ipynb"),
        (book(output={"data": {"application/vnd.widget": "{}"}}), "a.ipynb"),
        (workbook(state="veryHidden"), "a.xlsx"),
        (workbook(more={"xl/vbaProject.bin": "x"}), "a.xlsx"),
        (workbook(more={"customXml/item1.xml": PEOPLE}), "a.xlsx"),
        (archive({"t.csv": "a,b\n1,2\n", "inner.zip": archive({"x.csv": "a\n1\n"})}), "a.zip"),
        (archive({"t.txt": "0" * 5_000_000}), "a.zip"),
        (archive({"t.vcf": "##fileformat=VCFv4.2\n"}), "a.zip"),
        (DRAWING % b"<script>x</script>", "a.svg"),
        (DRAWING % (b"<!--" + b"x" * 300 + b"-->"), "a.svg"),
        (DRAWING % (b"<metadata>" + b"x" * 900 + b"</metadata>"), "a.svg"),
        (DRAWING % b'<image href="data:image/png;base64,AAAA"/>', "a.svg"),
        (npy(np.random.default_rng(1).integers(0, 3, (60, 40))), "a.npy"),
        (b"%PDF-1.4\n1 0 obj\n<< /Names << /Embedded#46iles 2 0 R >> >>\nendobj\n%%EOF\n", "a.pdf"),
    ],
)  # fmt: skip
def test_what_hides_or_acts_is_blocked(data, name, report):
    assert report(data, name, n=1200).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + DRAWING % b"&a;", "a.svg"),
     (npy(np.array([{}], dtype=object)), "a.npy"), (book(more={"nbformat": 3}), "a.ipynb")],
)  # fmt: skip
def test_what_cannot_be_read_safely_is_not_passed(data, name, report):
    assert report(data, name, n=1200).verdict is not Verdict.PASS


def test_a_jpeg_with_much_beside_its_pixels_is_blocked(report):
    sink = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(sink, format="JPEG", comment=b"x" * 900)

    assert report(sink.getvalue(), "a.jpg").verdict is Verdict.BLOCK
    assert report(sink.getvalue() + b"PK", "a.jpg").verdict is Verdict.BLOCK


def test_a_drawing_with_a_mark_for_each_person_is_blocked_and_a_manhattan_plot_is_not(report):
    marks = b"".join(b'<circle cx="%d" cy="%d" r="1"/>' % (i % 300, i % 190) for i in range(1200))

    assert report(DRAWING % marks, "a.svg", n=1200).verdict is Verdict.BLOCK
    assert report(DRAWING % marks, "a.svg", n=90_000).verdict is Verdict.REVIEW
    assert report(DRAWING % b"", "a.svg", n=1200).verdict is Verdict.PASS


def test_low_bits_of_a_picture_are_seen():
    pixels = np.full((60, 80, 3), 252, dtype=np.uint8)
    pixels |= np.random.default_rng(2).integers(0, 2, pixels.shape, dtype=np.uint8)
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, format="PNG")
    judging = Judging("a.png", POLICY, CheckContext(n_individuals=1200))

    found = judge_bytes(sink.getvalue(), judging).report

    assert "HID104" in {finding.rule for finding in found.findings}


def containers() -> list[tuple[bytes, str]]:
    """Files that must be blocked, to be damaged."""
    chunk = zlib.compress(PEOPLE.encode() * 20, 0)
    body = b"tEXt" + b"x\0" + chunk
    text = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    picture = png()
    rows = [line.split(",") for line in ("id,age,sex,case\n" + PEOPLE).splitlines()]
    return [
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n" + b"1\t5\t.\tA\tC\n" * 50, "a.csv"),
        (b"BCF\x02\x02" + PEOPLE.encode(), "a.png"),
        (b"\x6c\x1b\x01" + bytes(range(256)) * 4, "a.csv"),
        (picture[:-12] + text + picture[-12:], "a.png"),
        (page(rows), "a.html"),
        (book(output={"data": {"text/html": page(rows).decode()}}), "a.ipynb"),
        (archive({"a.csv": PEOPLE, "b.vcf": "##fileformat=VCFv4.2\n"}), "a.zip"),
        (workbook(state="hidden"), "a.xlsx"),
        (npy(np.random.default_rng(1).integers(0, 3, (60, 40))), "a.npy"),
        (base64.b64encode(PEOPLE.encode() * 3), "a.txt"),
        (("id,age,sex,case\n" + PEOPLE).encode(), "a.csv"),
        (DRAWING % (b"<!--" + PEOPLE.encode() + b"-->"), "a.svg"),
    ]  # fmt: skip


def test_two_thousand_damaged_containers_never_pass():
    pick = random.Random(20261122)
    context, whole, passed = CheckContext(n_individuals=60), containers(), []
    for turn in range(2000):
        data, name = whole[turn % len(whole)]
        damaged = bytearray(data)
        for _ in range(pick.choice((1, 1, 2, 4, 16))):
            at = pick.randrange(len(damaged))
            kind = pick.randrange(3)
            if kind == 0:
                damaged[at] = pick.randrange(256)
            elif kind == 1:
                del damaged[at : at + pick.randrange(1, 8)]
            else:
                damaged[at:at] = bytes(pick.randrange(256) for _ in range(pick.randrange(1, 8)))
        judged = judge_bytes(bytes(damaged), Judging(name, POLICY, context))
        if judged.report.verdict is Verdict.PASS:
            passed.append((turn, name))

    assert passed == []
