"""Pictures on the pages of a PDF: decoded, judged with what stands around them, written anew."""

from __future__ import annotations

import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Stream
from gdi_spe.disclosure.forms.graphics.pdf_pictures import embedded
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.generated import kit

POLICY = policy_named("gdi-default")
TRAITS = ["BMI", "LDL", "HDL", "SBP", "T2D", "CAD"]


def judged(data: bytes, n: int = 12_000):
    return judge_bytes(data, Judging("f.pdf", POLICY, CheckContext(n_individuals=n))).report


def page(about: str, body: bytes, more: str = "") -> bytes:
    """A page with one picture of its own size."""
    content = f"q 200 0 0 200 100 400 cm /Im1 Do Q {more}".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources "
        b"<< /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /XObject /Subtype /Image %s /Length %d >>\nstream\n%s\nendstream"
        % (about.encode(), len(body), body),
    ]
    out = b"%PDF-1.4\n"
    for number, each in enumerate(objects, start=1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    return out + b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def heat_map(values: np.ndarray, names: list[str], down: list[str], is_told: bool = False) -> bytes:
    drawn, axes = kit.figure()
    axes.imshow(values, cmap="RdBu_r", aspect="auto")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(down)), down)
    axes.set_title("Genetic correlation")
    for (row, column), value in np.ndenumerate(values) if is_told else ():
        axes.text(column, row, f"{value:.2f}", ha="center")
    return kit.saved(drawn, "pdf")


@pytest.mark.parametrize("is_told", [False, True])
def test_a_heat_map_of_traits_passes_and_is_the_same_when_written_anew(is_told):
    values = np.corrcoef(np.random.default_rng(3).normal(size=(6, 30)))
    data = heat_map(values, TRAITS, TRAITS, is_told)

    form = canonicalise_bytes(data, "f.pdf", POLICY)

    assert judged(data).verdict.word == "pass"
    assert isinstance(form, Canonical)
    assert form.data.count(b"/Subtype /Image") >= 1
    assert judged(form.data).verdict.word == "pass"


def test_a_matrix_of_genotypes_does_not_pass_as_a_picture_of_a_page():
    values = np.random.default_rng(4).binomial(2, 0.3, size=(40, 55))

    report = judged(heat_map(values, [], []), 40)

    assert report.verdict.word == "block"


def test_a_matrix_whose_rows_are_people_does_not_pass():
    values = np.random.default_rng(5).normal(size=(24, 6))

    report = judged(heat_map(values, TRAITS, [f"P{i:03d}" for i in range(24)]), 24)

    assert report.verdict.word != "pass"


def idat(picture: Image.Image) -> bytes:
    """The rows of a PNG, which a PDF may hold as they are."""
    out = io.BytesIO()
    picture.save(out, format="PNG")
    data, at, found = out.getvalue(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found += data[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return found


@pytest.mark.parametrize(
    ("mode", "space", "n"),
    [("RGB", "DeviceRGB", 3), ("L", "DeviceGray", 1), ("1", "DeviceGray", 1)],
)
def test_pictures_are_decoded_as_another_library_does(mode, space, n):
    noise = np.random.default_rng(6).integers(0, 256, size=(37, 41, 3), dtype=np.uint8)
    smooth = np.add.outer(np.arange(37), np.arange(41))[..., None] * np.array([1, 2, 3])
    picture = Image.fromarray(np.vstack([noise, smooth.astype(np.uint8)])).convert(mode)
    bits = 1 if mode == "1" else 8
    about = {
        "Width": 41, "Height": 74, "ColorSpace": Name(space), "BitsPerComponent": bits,
        "Filter": Name("FlateDecode"),
        "DecodeParms": {"Predictor": 15, "Colors": n, "Columns": 41, "BitsPerComponent": bits},
    }  # fmt: skip

    png = embedded(Stream(about, idat(picture)), File(), 10**7, "#000000")

    with Image.open(io.BytesIO(png)) as found:
        assert np.array_equal(np.asarray(found.convert("RGB")), np.asarray(picture.convert("RGB")))


def test_bytes_beyond_the_pixels_of_a_picture_block():
    about = "/Width 4 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"

    plain = judged(page(about, zlib.compress(bytes(range(0, 160, 10)))))
    stuffed = judged(page(about, zlib.compress(bytes(range(0, 160, 10)) + b"id,age\n" * 40)))

    assert not re.search("block", plain.verdict.word)
    assert stuffed.verdict.word == "block"


def test_a_picture_that_is_too_small_to_be_seen_goes_to_a_person():
    about = "/Width 40 /Height 40 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    body = zlib.compress(np.random.default_rng(1).integers(0, 255, 1600, dtype=np.uint8).tobytes())
    data = page(about, body).replace(b"q 200 0 0 200", b"q 1.0 0 0 1.0")

    report = judged(data)

    assert report.verdict.word != "pass"


def test_a_cloud_of_people_painted_into_a_page_is_judged_as_a_picture():
    pick = np.random.default_rng(2)
    drawn, axes = kit.figure()
    axes.plot(pick.normal(size=400), pick.normal(size=400), "o", ms=3, rasterized=True)
    axes.set_xlabel("PC1")

    report = judged(kit.saved(drawn, "pdf"), 400)

    assert report.verdict.word != "pass"


def letter_by_letter(values: list[int], name: str, is_even: bool) -> bytes:
    """Bars whose words are written letter by letter, as some programs do, each where it stands."""

    def told(text: str, x: float, y: float, turn: str = "1 0 0 1") -> str:
        out = ""
        for letter in text:
            out += f"BT /F1 10 Tf {turn} {x:.2f} {y:.2f} Tm ({letter}) Tj ET\n"
            narrow = 0.3 if letter in "ilrt" else 0.55
            wide = 0.94 if letter == "W" else 0.7 if letter.isupper() else narrow
            step = 6.0 if is_even else 11 * wide
            x, y = (x, y + step) if turn.startswith("0") else (x + step, y)
        return out

    content = told(name, 80, 500, "0 1 -1 0")
    for k in range(0, 50, 10):
        content += told(str(k), 100, 397 + 5 * k) + f"116 {400 + 5 * k} m 120 {400 + 5 * k} l S\n"
    for i, value in enumerate(values):
        content += f"0 0 1 rg {130 + 60 * i} 400 40 {5 * value} re f 0 g\n"
        content += told(["Oslo", "Turku", "Walk", "Lund"][i], 132 + 60 * i, 385)
    return page("/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", b"\0").replace(
        b"q 200 0 0 200 100 400 cm /Im1 Do Q ", content.encode()
    )


@pytest.mark.parametrize("is_even", [True, False])
@pytest.mark.parametrize(("values", "verdict"), [([31, 44, 22], "pass"), ([31, 4, 22], "block")])
def test_words_written_letter_by_letter_are_read_as_words(values, verdict, is_even):
    report = judged(letter_by_letter(values, "Number of carriers", is_even))

    assert report.verdict.word == verdict


def test_words_that_show_through_wholly_are_told():
    words = "".join(
        f"BT /F1 9 Tf 72 {700 - 9 * i} Td (S{i:03d} F {1940 + i} E11) Tj ET\n" for i in range(12)
    )
    clear = page("/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", b"\0", words)
    clear = clear.replace(b"q 200", b"/G0 gs q 200").replace(
        b"/Resources <<", b"/Resources << /ExtGState << /G0 << /ca 0 >> >>"
    )

    report = judged(clear)

    assert any("nobody can see" in f.why for f in report.findings)
