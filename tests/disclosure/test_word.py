"""Word documents: what their words and tables tell, and what they hide."""

from __future__ import annotations

import io
import zipfile

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.intake.form import Canonical

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def words(told: str, style: str = "") -> str:
    return f"<w:p><w:r>{style}<w:t>{told}</w:t></w:r></w:p>"


def table(*rows: tuple[object, ...]) -> str:
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{words(str(cell))}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def document(*blocks: str, **more: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        body = "".join(blocks)
        made.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        )
        for path, data in more.items():
            made.writestr(path.replace("__", "/").replace("_xml", ".xml"), data)
    return sink.getvalue()


REPORT = (
    words("We fitted Cox models in 5,000 participants of five sites."),
    table(("sex", "n", "mean_ldl"), ("F", 1480, 3.39), ("M", 1520, 3.42)),
)


def test_a_report_of_groups_is_written_anew_and_read_by_a_person(judged) -> None:
    found = judged(document(*REPORT), "report.docx", n=5000)

    reviewed = [f.rule for f in found.report.findings if f.severity is Verdict.REVIEW]
    assert (found.report.verdict, reviewed) == (Verdict.REVIEW, ["FMT109"])
    assert found.canonical is not None
    assert found.canonical.name == "report.docx"
    again = judged(found.canonical.data, "report.docx", n=5000)
    assert again.canonical.data == found.canonical.data


def test_words_and_tables_are_told_apart(judged) -> None:
    form = judged(document(*REPORT), "report.docx").canonical

    assert isinstance(form, Canonical)
    kinds = [type(part) for part in form.parts]
    assert kinds == [Table, Text]


@pytest.mark.parametrize(
    "harm",
    [
        table(("age", "sex", "bmi", "ldl"), *((30 + i, "FM"[i % 2], 24.1, 3.3) for i in range(12))),
        table(("site", "n_individuals"), ("A", 400), ("B", 3)),
        words("One patient, a 34-year-old woman from Tartu, carries p.R2452W."),
        words("Nobody sees this", "<w:rPr><w:vanish/></w:rPr>"),
        words("Nor this", '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'),
        "<w:p><w:r><w:delText>34 F G71.0</w:delText></w:r></w:p>",
        "<w:p><w:r><w:instrText>QUJDREVG 34 F</w:instrText></w:r></w:p>",
    ],
)
def test_people_and_what_is_hidden_are_found(judged, harm) -> None:
    found = judged(document(*REPORT, harm), "report.docx", n=5000)

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


def test_comments_are_found_and_not_written(judged) -> None:
    found = judged(document(*REPORT, word__comments_xml=b"<x>34 F</x>"), "report.docx", n=5000)

    assert found.report.verdict is Verdict.BLOCK
    assert b"34 F" not in found.canonical.data


@pytest.mark.parametrize("drawn", ["<w:drawing/>", "<w:pict/>", "<w:object/>"])
def test_a_document_with_drawings_is_looked_at(judged, drawn) -> None:
    found = judged(document(*REPORT, f"<w:p><w:r>{drawn}</w:r></w:p>"), "report.docx", n=5000)

    assert found.report.verdict is Verdict.REVIEW
    assert found.canonical is None
