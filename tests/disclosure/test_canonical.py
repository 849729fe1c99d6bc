from __future__ import annotations

import gzip
import io
import struct
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gdi_spe.disclosure.figures.pictures import png_chunks
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical, NoCanonicalForm
from gdi_spe.disclosure.presets import policy_named

POLICY = policy_named("gdi-default")


def canonical(data: str | bytes, name: str = "a.csv") -> Canonical:
    form = canonicalise_bytes(data.encode() if isinstance(data, str) else data, name, POLICY)
    assert isinstance(form, Canonical), form
    return form


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, st.floats(allow_nan=False)), min_size=1, max_size=6))
def test_re_encoding_what_was_re_encoded_changes_nothing(rows):
    out = io.StringIO()
    import csv

    csv.writer(out, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    first = canonicalise_bytes(out.getvalue().encode(), "a.csv", POLICY)
    if isinstance(first, NoCanonicalForm):
        return

    again = canonicalise_bytes(first.data, first.name, POLICY)

    assert isinstance(again, Canonical)
    assert again.data == first.data


def test_quoting_line_ends_and_marks_do_not_change_the_form():
    plain = canonical("a,b\nx,1\ny,2\n")

    assert canonical('\ufeff"a","b"\r\n"x","1"\r\ny,2').data == plain.data
    assert canonical("a;b\nx;1\ny;2\n").data == plain.data
    assert canonical(gzip.compress(b"a,b\nx,1\ny,2\n"), "a.csv.gz").data == plain.data


def test_digits_beyond_the_policys_are_rounded_away():
    form = canonical("p,q\n0.40778538793672410,1e-300\n0.09879974612330191,12345678\n")

    assert form.data == b"p,q\n0.407785,1e-300\n0.0987997,12345678\n"


@pytest.mark.parametrize("start", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\u200b=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(start):
    form = canonical(f'a,b\n"{start}",1\n"x",2\n')

    cell = form.data.decode().split("\n")[1].split(",")[0].strip('"')
    assert cell[:1] not in set("=+-@\t\r")


def test_negative_numbers_stay_numbers():
    assert canonical("a,b\nx,-1.5\ny,+2\n").data == b"a,b\nx,-1.5\ny,2\n"


def test_characters_that_show_nothing_are_dropped_and_said_so():
    form = canonical("a,b\nx\u200by\u2063,1\nz\U000e0041,2\n")

    assert form.data == b"a,b\nxy,1\nz,2\n"
    assert form.dropped == ("characters that show nothing",)


def test_comment_lines_are_dropped_and_looked_at():
    form = canonical("# I-ABCDEFGHIJKLMNOP\na,b\nx,1\ny,2\n")

    assert b"#" not in form.data
    assert any("I-ABC" in getattr(part, "text", "") for part in form.parts)


def test_parquet_keeps_values_and_drops_metadata(tmp_path):
    table = pa.table({"group": ["A", "B"], "n": [40, None], "mean": [1.23456789, 2.5]})
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"note": "x" * 50}), sink)

    form = canonical(sink.getvalue(), "t.parquet")

    file = pq.ParquetFile(io.BytesIO(form.data))
    assert file.metadata.metadata is None
    assert file.read().to_pydict() == {"group": ["A", "B"], "n": [40, None], "mean": [1.23457, 2.5]}
    assert form.dropped


def test_the_form_of_a_table_is_the_same_twice():
    table = pa.table({"g": ["a"] * 5, "x": [0.1, 0.2, 0.3, 0.4, 0.5]})
    sink = io.BytesIO()
    pq.write_table(table, sink)

    assert (
        canonical(sink.getvalue(), "t.parquet").data == canonical(sink.getvalue(), "t.parquet").data
    )


def noisy_png() -> tuple[bytes, np.ndarray]:
    pixels = np.random.default_rng(1).integers(0, 256, (12, 9, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", pnginfo=None, dpi=(300, 300))
    return out.getvalue(), pixels


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_picture_keeps_only_header_pixels_and_end():
    data, pixels = noisy_png()
    text = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"##fileformat=VCF" * 99))
    form = canonical(data[:-12] + text + data[-12:] + b"PK\x03\x04 trailing", "a.png")

    at, kinds = 8, []
    while at < len(form.data):
        length, kind = struct.unpack(">I4s", form.data[at : at + 8])
        kinds.append(kind)
        at += 12 + length
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}
    shown = np.asarray(Image.open(io.BytesIO(form.data)))
    assert np.abs(shown.astype(int) - pixels).max() <= 3


def test_low_bits_of_pixels_do_not_survive():
    data, pixels = noisy_png()
    out = io.BytesIO()
    Image.fromarray(pixels ^ 1).save(out, format="PNG")

    assert canonical(data, "a.png").data == canonical(out.getvalue(), "a.png").data


def test_what_lies_under_transparent_pixels_does_not_survive():
    hidden = np.zeros((4, 4, 4), dtype=np.uint8)
    hidden[..., :3] = 200
    out = io.BytesIO()
    Image.fromarray(hidden).save(out, format="PNG")

    assert np.asarray(Image.open(io.BytesIO(canonical(out.getvalue(), "a.png").data))).min() == 255


def test_every_byte_of_a_png_is_accounted_for():
    data, _ = noisy_png()

    found = png_chunks(data[:-12] + chunk(b"prVt", b"y" * 99) + data[-12:] + b"tail")

    assert found.n_other_bytes == 99
    assert found.n_trailing_bytes == 4


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"PK\x03\x04", "a.zip"),
        (b"%PDF-1.7", "a.pdf"),
        (b"\x80\x04\x95", "a.pkl"),
        (b'{"a": 1, "a": 2}', "twins.json"),
        (b'{"a": NaN}', "nan.json"),
        (b"[" * 5000, "deep.json"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "twice.csv.gz"),
        (gzip.compress(b"a,b\nx,2\n") + b"tail", "tail.csv.gz"),
        (b"", "empty.csv"),
    ],
)
def test_what_has_no_canonical_form_is_not_given_one(data, name):
    assert isinstance(canonicalise_bytes(data, name, POLICY), NoCanonicalForm)


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(b"0,1\n" * 10_000_000, compresslevel=9)

    form = canonicalise_bytes(bomb, "a.csv.gz", POLICY)

    assert isinstance(form, NoCanonicalForm)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.html", "a.html.csv"), ("a.txt", "a.txt"), ("x" * 80, "x" * 76 + ".csv")],
)
def test_a_name_ends_in_what_the_content_is(name, wanted):
    assert canonical("a,b\nx,1\ny,2\n", name).name == wanted
