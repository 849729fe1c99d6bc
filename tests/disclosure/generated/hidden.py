"""Payloads where no reader of a file sees them: all must be blocked."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile
import zlib

import numpy as np
import pandas as pd
from PIL import Image, PngImagePlugin

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng
from tests.disclosure.generated.people import cohort

COUNTS = pd.DataFrame(
    {"site": list("ABCDE"), "F": [193, 138, 117, 86, 55], "M": [180, 164, 115, 91, 50]}
)
PAYLOAD = kit.csv(cohort(200).assign(id=[f"EGIP{100_000_000 + i}" for i in range(200)]))
PACKED = zlib.compress(PAYLOAD)
ENCODED = {
    "base64": base64.b64encode(PACKED).decode(), "hex": PACKED.hex(), "base85": base64.b85encode(PACKED).decode(),
    "base32": base64.b32encode(PACKED).decode(), "plain64": base64.b64encode(PAYLOAD).decode(),
}  # fmt: skip


def bars() -> bytes:
    drawn, axes = kit.figure()
    axes.bar(list("ABC"), [300, 250, 410])
    return kit.saved(drawn)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def after_header(png: bytes, *chunks: bytes) -> bytes:
    return png[:33] + b"".join(chunks) + png[33:]


def png_channels() -> Items:
    plain = bars()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", ENCODED["base64"])
    sink = io.BytesIO()
    Image.open(io.BytesIO(plain)).save(sink, format="PNG", pnginfo=text)
    many = [
        chunk(b"tEXt", f"k{i}".encode() + b"\0" + ENCODED["base64"][60 * i : 60 * i + 60].encode())
        for i in range(40)
    ]
    made = {
        "text": sink.getvalue(), "trailer": plain + PACKED, "trailer-zip": plain + kit.zipped(people__csv=PAYLOAD),
        "chunk": after_header(plain, chunk(b"prVt", PACKED)), "ztxt": after_header(plain, chunk(b"zTXt", b"note\0\0" + PACKED)),
        "itxt": after_header(plain, chunk(b"iTXt", b"note\0\1\0\0\0" + PACKED)), "exif": after_header(plain, chunk(b"eXIf", PACKED)),
        "icc": after_header(plain, chunk(b"iCCP", b"p\0\0" + PACKED)), "many": after_header(plain, *many),
        "small-trailer": plain + PACKED[:60], "splt": after_header(plain, chunk(b"sPLT", b"p\0\x08" + PACKED)),
        "extra-idat": plain[:-12] + chunk(b"IDAT", PACKED) + plain[-12:],
    }  # fmt: skip
    for name, data in made.items():
        yield Item(f"png-{name}", "block", {"fig.png": data}, n=1200)
    flat = np.full((200, 300, 3), 255, np.uint8)
    bits = np.unpackbits(np.frombuffer(PACKED, np.uint8))
    for channel, depth in ((0, 1), (2, 1), (1, 2)):
        pixels = flat.copy()
        values = bits[: bits.size // depth * depth].reshape(-1, depth) @ (1 << np.arange(depth))
        plane = pixels[..., channel].reshape(-1)
        used = min(plane.size, values.size)
        plane[:used] = (plane[:used] >> depth << depth) | values[:used].astype(np.uint8)
        pixels[..., channel] = plane.reshape(200, 300)
        sink = io.BytesIO()
        Image.fromarray(pixels).save(sink, format="PNG")
        yield Item(f"png-lsb-{channel}-{depth}", "block", {"fig.png": sink.getvalue()}, n=1200)
    shown = np.asarray(Image.open(io.BytesIO(plain)).convert("RGBA")).copy()
    shown[:60, :, 3] = 0
    shown[:60, :, :3] = np.resize(np.frombuffer(PACKED, np.uint8), (60, shown.shape[1], 3))
    sink = io.BytesIO()
    Image.fromarray(shown).save(sink, format="PNG")
    yield Item("png-alpha", "block", {"fig.png": sink.getvalue()}, n=1200)
    square = np.resize(np.frombuffer(PACKED, np.uint8), (60, 80))
    sink = io.BytesIO()
    Image.fromarray(square).save(sink, format="PNG")
    yield Item("png-noise", "block", {"fig.png": sink.getvalue()}, n=1200)


def jpeg_channels() -> Items:
    sink = io.BytesIO()
    Image.open(io.BytesIO(bars())).convert("RGB").save(sink, format="JPEG")
    plain = sink.getvalue()

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    body = PACKED[:60_000]
    for name, data in {
        "exif": plain[:2] + segment(0xE1, b"Exif\0\0" + body) + plain[2:], "comment": plain[:2] + segment(0xFE, body) + plain[2:],
        "app9": plain[:2] + segment(0xE9, body) + plain[2:], "trailer": plain + PACKED, "xmp": plain[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ENCODED["base64"][:3000].encode()) + plain[2:],
        "trailer-marker": plain + PACKED + b"\xff\xd9",
    }.items():  # fmt: skip
        yield Item(f"jpeg-{name}", "block", {"fig.jpg": data}, n=1200)


def svg_channels() -> Items:
    plain = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect x="10" y="10" width="30"'
        ' height="80" fill="#333"/><text x="10" y="98">A</text>%s</svg>'
    )
    noise = ENCODED["base64"]
    for name, more in {
        "comment": f"<!-- {noise} -->", "metadata": f"<metadata>{noise}</metadata>", "desc": f"<desc>{noise}</desc>",
        "attribute": f'<g data-x="{noise}"/>', "white": f'<text fill="white" font-size="1" x="0" y="0">{noise[:3000]}</text>',
        "hidden": f'<text style="display:none">{noise}</text>', "script": "<script>let x = 1</script>",
        "style": f"<style>/* {noise} */</style>", "image": f'<image width="90" height="60" href="data:image/png;base64,{base64.b64encode(bars() + PACKED).decode()}"/>',
        "foreign": f"<foreignObject><p>{noise}</p></foreignObject>", "defs": f"<defs><text>{noise}</text></defs>",
        "id": f'<g id="{noise}"/>', "class": f'<g class="{noise}"/>', "outside": f'<text x="-9000" y="0">{noise[:2500]}</text>',
        "path": '<path d="M' + " L".join(f"{x} {y}" for x, y in rng(1).normal(size=(900, 2))) + '" fill="none"/>',
        "digits": '<path d="M' + " L".join(f"{x:.15f} {i}.5" for i, x in enumerate(rng(2).uniform(size=400))) + '"/>',
    }.items():  # fmt: skip
        yield Item(
            f"svg-{name}",
            "block" if name not in ("path", "digits") else "review",
            {"fig.svg": (plain % more).encode()},
            n=1200,
        )


def page_channels() -> Items:
    noise = ENCODED["base64"]
    for name, more in {
        "script": f"<script>var d = {json.dumps(cohort(40).to_numpy().tolist())}</script>", "comment": f"<!-- {noise} -->",
        "hidden": f"<div style='display:none'>{kit.page(cohort(40)).decode()}</div>", "white": "<p style='color:white'>secret words</p>",
        "data": f"<div data-p='{noise}'></div>", "input": f"<input type='hidden' value='{noise}'>", "template": f"<template>{noise}</template>",
        "attr-hidden": f"<p hidden>{noise}</p>", "title": f"<p title='{noise}'>x</p>", "iframe": "<iframe src='data:text/html,x'></iframe>",
        "payload": f"<p>{noise}</p>", "css": f"<style>.x{{content:'{noise}'}}</style>", "tiny": f"<p style='font-size:1px'>{noise[:300]}</p>",
        "object": f"<object data='data:application/zip;base64,{noise}'></object>", "link": f"<a href='data:text/csv;base64,{noise}'>table</a>",
    }.items():  # fmt: skip
        data = kit.page(COUNTS).decode().replace("</body>", f"{more}</body>").encode()
        yield Item(f"html-{name}", "block", {"r.html": data}, n=1200)


def book_channels() -> Items:
    noise, fine = ENCODED["base64"], kit.shown(COUNTS)
    plain = json.loads(kit.notebook(fine))
    for name, change in {
        "metadata": {"metadata": {"x": noise}}, "extra": {"payload": noise},
        "attachment": {"cells": [{"cell_type": "markdown", "metadata": {}, "source": "words", "attachments": {"a.png": {"image/png": noise}}}]},
        "cell-metadata": {"cells": [{"cell_type": "code", "metadata": {"p": noise}, "source": "x", "outputs": []}]},
        "source": {"cells": [{"cell_type": "code", "metadata": {}, "source": f"x = '{noise}'", "outputs": []}]},
        "output-metadata": {"cells": [plain["cells"][1] | {"outputs": [{"output_type": "display_data", "metadata": {"z": noise}, "data": fine["data"]}]}]},
        "mime": {"cells": [plain["cells"][1] | {"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"application/octet-stream": noise}}]}]},
        "raw": {"cells": [{"cell_type": "raw", "metadata": {}, "source": noise}]},
        "js": {"cells": [plain["cells"][1] | {"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"application/javascript": f"var x='{noise}'"}}]}]},
        "markdown": {"cells": [{"cell_type": "markdown", "metadata": {}, "source": f"![x](data:image/png;base64,{noise})"}]},
    }.items():  # fmt: skip
        yield Item(
            f"notebook-{name}", "block", {"a.ipynb": json.dumps(plain | change).encode()}, n=1200
        )


def table_channels() -> Items:
    noise = ENCODED["base64"]
    yield Item(
        "csv-payload-cell",
        "block",
        {"t.csv": kit.csv(COUNTS.assign(note=["", noise, "", "", ""]))},
        n=1200,
    )
    for name, encoded in ENCODED.items():
        yield Item(
            f"text-{name}",
            "block",
            {"t.txt": f"Notes of the analysis.\n{encoded}\n".encode()},
            n=1200,
        )
        wrapped = "\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76))
        yield Item(
            f"text-wrapped-{name}", "block", {"t.md": f"# Notes\n\n{wrapped}\n".encode()}, n=1200
        )
        yield Item(
            f"json-{name}",
            "block",
            {"t.json": json.dumps({"n": 1200, "blob": encoded}).encode()},
            n=1200,
        )
        rows = pd.DataFrame({"line": [encoded[i : i + 100] for i in range(0, 4000, 100)]})
        yield Item(f"csv-{name}", "block", {"t.csv": kit.csv(rows)}, n=1200)
    zero = "".join(
        "\u200b" if b == "0" else "\u200c" for byte in PACKED[:400] for b in f"{byte:08b}"
    )
    yield Item(
        "zero-width",
        "block",
        {"t.md": f"We fitted a model in 1,200 people.{zero}\n".encode()},
        n=1200,
    )
    yield Item(
        "zero-width-csv",
        "block",
        {"t.csv": kit.csv(COUNTS).replace(b"A,", f"A{zero},".encode())},
        n=1200,
    )
    tags = "".join(chr(0xE0000 + byte % 128) for byte in PACKED[:400])
    yield Item(
        "tag-characters",
        "block",
        {"t.md": f"We fitted a model in 1,200 people.{tags}\n".encode()},
        n=1200,
    )
    blanks = "\n".join(f"word {' ' * (byte % 16)}\t" for byte in PACKED[:800])
    yield Item("trailing-blanks", "block", {"t.md": blanks.encode()}, n=1200)
    comments = "".join(f"# {encoded}\n" for encoded in ENCODED.values())
    yield Item("csv-comments", "block", {"t.csv": comments.encode() + kit.csv(COUNTS)}, n=1200)
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(COUNTS).replace_schema_metadata({"x": noise}), sink)
    yield Item("parquet-metadata", "block", {"t.parquet": sink.getvalue()}, n=1200)
    sink = io.BytesIO()
    fields = [pa.field(c, pa.string(), metadata={"p": noise}) for c in COUNTS]
    pq.write_table(
        pa.table([pa.array(COUNTS[c].astype(str)) for c in COUNTS], schema=pa.schema(fields)), sink
    )
    yield Item("parquet-field-metadata", "block", {"t.parquet": sink.getvalue()}, n=1200)
    fine = kit.parquet(COUNTS.copy())
    yield Item("parquet-gap", "block", {"t.parquet": fine[:4] + PACKED + fine[4:]}, n=1200)
    yield Item("parquet-trailer", "block", {"t.parquet": fine + PACKED}, n=1200)
    people = cohort(60).assign(id=[f"EGIP{100_000_000 + i}" for i in range(60)])
    yield Item(
        "excel-hidden", "block", {"t.xlsx": kit.excel(COUNTS, people, state="hidden")}, n=1200
    )
    yield Item(
        "excel-very-hidden",
        "block",
        {"t.xlsx": kit.excel(COUNTS, people, state="veryHidden")},
        n=1200,
    )
    yield Item("excel-second", "block", {"t.xlsx": kit.excel(COUNTS, people)}, n=1200)
    yield Item(
        "excel-media",
        "block",
        {"t.xlsx": kit.excel(COUNTS, more={"xl/media/image1.png": noise})},
        n=1200,
    )
    yield Item(
        "excel-comments",
        "block",
        {"t.xlsx": kit.excel(COUNTS, more={"xl/comments1.xml": f"<comments>{noise}</comments>"})},
        n=1200,
    )
    yield Item(
        "excel-macro",
        "block",
        {"t.xlsx": kit.excel(COUNTS, more={"xl/vbaProject.bin": noise})},
        n=1200,
    )
    yield Item(
        "excel-custom",
        "block",
        {"t.xlsx": kit.excel(COUNTS, more={"docProps/custom.xml": f"<p>{noise}</p>"})},
        n=1200,
    )
    digits = pd.DataFrame(
        {
            "SNP": [f"rs{i}" for i in range(2000)],
            "P": [f"{x:.17f}" for x in rng(1).uniform(size=2000)],
        }
    )
    # The digits that carry the payload are rounded away; the p-values themselves tell nothing of few.
    yield Item("digits", "pass", {"t.csv": kit.csv(digits)}, n=50_000)


def archive_channels() -> Items:
    def gzip_with(flags: int, extra: bytes) -> bytes:
        body = gzip.compress(kit.csv(COUNTS), mtime=0)
        return body[:3] + bytes([flags]) + body[4:10] + extra + body[10:]

    yield Item(
        "gzip-comment",
        "block",
        {"t.csv.gz": gzip_with(16, ENCODED["base64"].encode() + b"\0")},
        n=1200,
    )
    yield Item(
        "gzip-extra",
        "block",
        {"t.csv.gz": gzip_with(4, struct.pack("<H", 4000) + PACKED[:4000].ljust(4000, b"x"))},
        n=1200,
    )
    yield Item("gzip-trailer", "block", {"t.csv.gz": kit.gz(kit.csv(COUNTS)) + PACKED}, n=1200)
    yield Item("gzip-twice", "block", {"t.csv.gz": kit.gz(kit.gz(PAYLOAD))}, n=1200)
    yield Item(
        "gzip-members", "block", {"t.csv.gz": kit.gz(kit.csv(COUNTS)) + kit.gz(PAYLOAD)}, n=1200
    )
    yield Item("gzip-bomb", "block", {"t.csv.gz": kit.gz(bytes(300_000_000))}, n=1200)
    for name, data in {
        "bz2": bz2.compress(PAYLOAD),
        "xz": lzma.compress(PAYLOAD),
        "zlib": PACKED,
        "raw": zlib.compress(PAYLOAD)[2:-4],
    }.items():
        yield Item(f"compressed-{name}", "block", {f"t.{name}": data}, n=1200)
        yield Item(f"compressed-{name}-csv", "block", {"t.csv": data}, n=1200)
    inner = kit.zipped(people__csv=PAYLOAD)
    made = {
        "people": inner, "nested": kit.zipped(inner__zip=inner), "polyglot": bars() + inner,
        "prepended": PACKED + inner, "trailer": kit.zipped(t__csv=kit.csv(COUNTS)) + PACKED, "bomb": kit.zipped(a=bytes(50_000_000)),
        "pickle": kit.zipped(model__pkl=b"\x80\x04\x95\x10" + bytes(90)), "gz": kit.zipped(t__gz=kit.gz(PAYLOAD)),
    }  # fmt: skip
    for name, data in made.items():
        yield Item(f"zip-{name}", "block", {"bundle.zip": data}, n=1200)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("t.csv", kit.csv(COUNTS))
        archive.comment = ENCODED["base64"][:3000].encode()
    yield Item("zip-comment", "block", {"bundle.zip": sink.getvalue()}, n=1200)
    locked = bytearray(kit.zipped(t__csv=kit.csv(COUNTS)))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + at] |= 1
    yield Item("zip-encrypted", "block", {"bundle.zip": bytes(locked)}, n=1200)
    for name, head in {
        "7z": b"7z\xbc\xaf\x27\x1c",
        "rar": b"Rar!\x1a\x07\x01\x00",
        "zstd": b"\x28\xb5\x2f\xfd",
        "pgp": b"-----BEGIN PGP MESSAGE-----\n",
        "crypt4gh": b"crypt4gh\x01\0\0\0",
        "age": b"age-encryption.org/v1\n",
        "openssl": b"Salted__",
    }.items():
        body = ENCODED["base64"].encode() if name == "pgp" else PACKED
        yield Item(f"archive-{name}", "block", {"x.dat": head + body}, n=1200)
    pdf = (
        b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog %s >>\nendobj\ntrailer << /Root 1 0 R >>\n%%%%EOF\n"
    )
    for name, more in {
        "attachment": b"/Names << /EmbeddedFiles 2 0 R >>",
        "script": b"/OpenAction << /S /JavaScript /JS (x) >>",
        "form": b"/AcroForm 3 0 R",
        "layers": b"/OCProperties << >>",
    }.items():
        yield Item(f"pdf-{name}", "block", {"r.pdf": pdf % more}, n=1200)
    yield Item("pdf-trailer", "block", {"r.pdf": pdf % b"" + PACKED}, n=1200)


MAKERS = (
    png_channels,
    jpeg_channels,
    svg_channels,
    page_channels,
    book_channels,
    table_channels,
    archive_channels,
)
