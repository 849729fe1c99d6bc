"""PDF: pages are written anew; what they show is judged, and what nobody sees is told."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Text
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.generated import kit

POLICY = policy_named("gdi-default")
WORDS = "BT /F1 12 Tf 72 700 Td (We fitted a model in 1,200 participants of five sites.) Tj ET"


def made(
    content: str, catalog: str = "", more: list[bytes] | None = None, end: bytes = b""
) -> bytes:
    """The least PDF that draws some content."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(more or []),
    ]
    out = b"%PDF-1.4\n"
    for number, each in enumerate(objects, start=1):
        out += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    return out + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + end


def figure(n: int) -> bytes:
    drawn, axes = kit.figure()
    pick = np.random.default_rng(n)
    axes.plot(pick.normal(size=n), pick.normal(size=n), "o", ms=3)
    axes.set_xlabel("odds ratio")
    return kit.saved(drawn, "pdf")


def judged(data: bytes, n: int = 1200):
    return judge_bytes(data, Judging("f.pdf", POLICY, CheckContext(n_individuals=n))).report


@pytest.mark.parametrize("n", [3, 5])
def test_a_figure_passes_and_keeps_its_marks_and_words(n):
    form = canonicalise_bytes(figure(n), "f.pdf", POLICY)

    assert isinstance(form, Canonical)
    (marks,) = [part for part in form.parts if isinstance(part, Marks)]
    assert marks.n_marks == n
    assert any("odds ratio" in part.text for part in form.parts if isinstance(part, Text))
    assert judged(figure(n)).verdict is Verdict.PASS


def test_what_is_written_anew_stays_as_it_is():
    once = canonicalise_bytes(figure(5), "f.pdf", POLICY)
    again = canonicalise_bytes(once.data, "f.pdf", POLICY)

    assert again.data == once.data


def test_a_mark_a_person_is_blocked():
    assert judged(figure(300), n=300).verdict is Verdict.BLOCK


def test_plain_words_pass():
    assert judged(made(WORDS)).verdict is Verdict.PASS


def test_rows_of_people_are_found_on_a_page():
    lines = "".join(
        f"BT /F1 9 Tf 72 {760 - 12 * i} Td (EGIP{100000000 + i} {20 + i} M case) Tj ET\n"
        for i in range(40)
    )

    assert judged(made(lines)).verdict is Verdict.BLOCK


def stream(size: int) -> bytes:
    return b"<< /Length %d >>\nstream\n" % size + b"x" * size + b"\nendstream"


def test_a_description_of_the_file_that_a_page_leads_to_is_no_hidden_data():
    assert judged(made(WORDS, "/Metadata 6 0 R", more=[stream(900)])).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "data",
    [
        made(WORDS + " BT /F1 1 Tf 72 600 Td (words too small to see) Tj ET"),
        made(WORDS + " 1 1 1 rg BT /F1 12 Tf 72 600 Td (white words on white paper) Tj ET"),
        made(WORDS + " BT /F1 12 Tf 9000 600 Td (words beside the page) Tj ET"),
        made(WORDS + " BT 3 Tr /F1 12 Tf 72 600 Td (words that are not painted) Tj ET"),
        made(WORDS, "/Names << /EmbeddedFiles 6 0 R >>"),
        made(WORDS, "/OpenAction << /S /JavaScript /JS (x) >>"),
        made(WORDS, more=[stream(2000)]),
        made(WORDS, "/PieceInfo << /App << /Private 6 0 R >> >>", more=[stream(2000)]),
        made(WORDS, "/Numbers 6 0 R", more=[stream(2000)]),
        made(WORDS, "/Metadata 6 0 R", more=[stream(9000)]),
        made(WORDS, more=[b"<< /Title (" + b"x" * 2000 + b") >>"]),
        made(WORDS, end=b"x" * 500),
    ],
    ids=[
        "tiny",
        "white",
        "away",
        "unpainted",
        "attached",
        "script",
        "unused",
        "private",
        "unknown",
        "description",
        "title",
        "trailer",
    ],
)
def test_what_nobody_sees_is_blocked(data):
    assert judged(data).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "content",
    ["/P1 sh", "BI /W 1 /H 1 ID x EI", "/X1 Do", "/Pattern cs /P1 scn 0 0 9 9 re f", "1 0 m ["],
)
def test_what_is_not_understood_is_reviewed_with_a_reason(content):
    report = judged(made(f"{WORDS} {content}"))

    assert report.verdict >= Verdict.REVIEW
    assert any(finding.rule == "FMT105" for finding in report.findings)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_damaged_files_never_raise_and_what_passes_is_the_page_alone(seed):
    pick = random.Random(seed)
    data = bytearray(made(WORDS + " BT /F1 1 Tf 72 600 Td (too small) Tj ET"))
    for _ in range(3):
        data[pick.randrange(9, len(data))] = pick.randrange(256)

    report = judged(bytes(data))

    if report.verdict is Verdict.PASS:
        form = canonicalise_bytes(bytes(data), "f.pdf", POLICY)
        assert isinstance(form, Canonical)
        again = canonicalise_bytes(form.data, "f.pdf", POLICY)
        assert isinstance(again, Canonical)
        assert again.data == form.data


def test_a_bomb_is_no_page():
    packed = zlib.compress(b"0 0 m " * 4_000_000, 9)
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
    data = made(WORDS).replace(b"/Contents 4 0 R", b"/Contents 6 0 R")
    extra = b"6 0 obj\n" + content + packed + b"\nendstream\nendobj\n"

    report = judged(data.replace(b"trailer", extra + b"trailer"))

    assert report.verdict >= Verdict.REVIEW
