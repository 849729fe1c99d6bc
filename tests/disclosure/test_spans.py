"""Every byte of a container belongs to a part that rules look at, or is found."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.engine import Judged, judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.sniff import Kind, sniff
from gdi_spe.disclosure.intake.spans import spans_of
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

POLICY = policy_named("gdi-default")
TABLE = b"population,n_individuals\nFIN,400\nEST,250\n"
PAYLOAD = b"Qx7RzK9vTg2LwYp4"


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("counts.csv", TABLE)
        archive.writestr("notes.txt", "Counts of people by population.\n")
    return sink.getvalue()


def pixels() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(sink, "PNG")
    return sink.getvalue()


def notebook() -> bytes:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "Counts by population, in words."},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "print(400)",
         "outputs": [{"output_type": "stream", "name": "stdout", "text": "400\n"}]},
    ]  # fmt: skip
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1).encode()


MADE = {
    "t.zip": zipped(), "t.csv.gz": gzip.compress(TABLE, mtime=0), "t.png": pixels(),
    "t.ipynb": notebook(),
}  # fmt: skip


def judged(name: str, data: bytes) -> Judged:
    context = CheckContext(n_individuals=2000)
    return judge_bytes(data, Judging(name, POLICY, context))


def words_of(found: Judged) -> str:
    assert found.canonical is not None
    told = [part.text for part in found.canonical.parts if isinstance(part, Text)]
    tables = [part for part in found.canonical.parts if isinstance(part, Table)]
    cells = (text for table in tables for column in table.columns for text in column.texts())
    names = (column.name for table in tables for column in table.columns)
    return "\n".join((*told, *cells, *names))


@pytest.mark.parametrize("name", sorted(MADE))
def test_spans_follow_each_other_over_the_whole_file_and_leave_nothing(name):
    data = MADE[name]

    spans = spans_of(data, sniff(data))

    assert spans[0].start == 0
    assert [span.end for span in spans[:-1]] == [span.start for span in spans[1:]]
    assert spans[-1].end == len(data)
    assert all(span.is_explained for span in spans)
    assert len(spans) > 2


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(MADE)), st.floats(0, 1), st.integers(4, 16))
def test_bytes_put_in_anywhere_are_in_a_part_that_was_looked_at_or_are_found(name, where, size):
    data, put = MADE[name], PAYLOAD[:size]
    at = int(where * len(data))
    changed = data[:at] + put + data[at:]

    found = judged(name, changed)

    if found.report.verdict is Verdict.PASS:
        assert put.decode() in words_of(found)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["t.zip", "t.csv.gz", "t.png"]), st.integers(4, 2000), st.randoms())
def test_bytes_after_the_end_are_always_found(name, size, pick):
    changed = MADE[name] + pick.randbytes(size)

    assert judged(name, changed).report.verdict is not Verdict.PASS


def with_hidden_deflate() -> bytes:
    """A ZIP whose member's compressed bytes go on after their end."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(TABLE) + packed.flush() + PAYLOAD
    name = b"counts.csv"
    crc = zlib.crc32(TABLE)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(body), len(TABLE), 10, 0)
    central = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(body), len(TABLE), 10, 0, 0, 0, 0,
        0, 0,
    )  # fmt: skip
    start = len(local + name + body)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central + name), start, 0)
    return local + name + body + central + name + end


def gapped() -> bytes:
    """A ZIP with bytes between its last member and its directory."""
    data = zipped()
    at = data.index(b"PK\1\2")
    start = struct.unpack("<I", data[-6:-2])[0]
    return data[:at] + PAYLOAD + data[at:-6] + struct.pack("<I", start + len(PAYLOAD)) + data[-2:]


@pytest.mark.parametrize("make", [with_hidden_deflate, gapped])
def test_bytes_that_unpacking_passes_over_are_found_where_they_are(make):
    data = make()
    at = data.index(PAYLOAD)

    found = judged("t.zip", data).report

    assert sniff(data) is Kind.ZIP
    where = f"t.zip!bytes[{at}:{at + len(PAYLOAD)}]"
    assert where in {finding.part for finding in found.findings}
    assert found.verdict is Verdict.BLOCK


def test_a_finding_says_in_which_bytes_its_part_lies():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.csv", TABLE)
        archive.writestr("b.csv", b"population,n_individuals\nFIN,400\nEST,3\n")
    data = sink.getvalue()

    found = judged("t.zip", data).report
    start, end = next(f for f in found.findings if f.part.startswith("t.zip!b.csv")).evidence[
        "bytes"
    ]

    assert data[start:end] == b"population,n_individuals\nFIN,400\nEST,3\n"


def test_a_bomb_is_not_unpacked_to_find_where_it_ends():
    data = gzip.compress(np.zeros(200_000_000, dtype=np.uint8).tobytes())

    spans = spans_of(data, Kind.GZIP)

    assert [span.path for span in spans] == ["head", "gzip", "tail"]


def test_a_picture_without_anything_drawn_in_it_is_judged_to_the_end():
    sink = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(sink, "PNG")
    data = sink.getvalue()

    found = [judged("t.png", data[:at] + PAYLOAD[:4] + data[at:]) for at in range(len(data) + 1)]

    assert {each.report.verdict for each in found} <= {Verdict.REVIEW, Verdict.BLOCK}
