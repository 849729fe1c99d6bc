"""Scripts and styles of a page: programs are dropped without a word, data in them is told."""

# ruff: noqa: E501  # pages are written as programs write them
from __future__ import annotations

import base64
import json
import random

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical

TABLE = (
    "<table><tr><th>region</th><th>n</th><th>mean_ldl</th></tr>"
    "<tr><td>North</td><td>2811</td><td>3.21</td></tr>"
    "<tr><td>South</td><td>3120</td><td>3.34</td></tr></table>"
)
# As writers of reports put them in: what makes headings fold, and how things look.
PROGRAM = """
document.addEventListener("DOMContentLoaded", function () {
  var heads = document.querySelectorAll("h1, h2, h3"), tags = ["h1", "h2", "h3", "div", "span"];
  for (var i = 0; i < heads.length; i++) { heads[i].onclick = function () { fold(this, 3); }; }
});
"""
STYLE = ".page { max-width: 940px; margin: 0 auto; } " + " ".join(
    f".level{i} > .part{i} {{ padding: {i}px {i + 2}px; }}" for i in range(400)
)
NOISE = random.Random(5)
BYTES = base64.b64encode(NOISE.randbytes(900)).decode()
PEOPLE = [{"id": f"P{NOISE.randint(1000, 9999)}", "bmi": 21.4, "sex": "F"} for _ in range(40)]


def page(script: str = "", style: str = "") -> str:
    head = f"<style>{style}</style><script>{script}</script>"
    return f"<!doctype html><html><head>{head}</head><body>{TABLE}</body></html>"


@pytest.mark.parametrize(
    ("script", "style"),
    [
        (PROGRAM, ""), ("", STYLE), (PROGRAM * 40, STYLE * 4),
        ("", f"src: url(data:font/woff2;base64,{base64.b64encode(b'wOF2' + bytes(900)).decode()})"),
    ],
    ids=["program", "style", "much of both", "font"],
)  # fmt: skip
def test_programs_and_styles_are_dropped_without_a_word(report, policy, script, style):
    data = page(script, style)

    form = canonicalise_bytes(data.encode(), "t.html", policy)

    assert report(data, "t.html", n=14_210).verdict is Verdict.PASS
    assert isinstance(form, Canonical)
    assert b"script" not in form.data
    assert b"style" not in form.data
    assert b"2811" in form.data


@pytest.mark.parametrize(
    "script",
    [
        f"var d = {json.dumps(PEOPLE)}",
        f"var d = {[[NOISE.randint(0, 2) for _ in range(30)] for _ in range(20)]}",
        f"var d = {[round(NOISE.gauss(27, 4), 1) for _ in range(60)]}",
        f"var d = {json.dumps([each['id'] for each in PEOPLE] * 2)}",
        f'var d = "{BYTES}"',
        'var d = "{}"'.format(BYTES.replace("/", "\\u002f").replace("+", "\\u002b")),
        f"var d = {json.dumps([f'P{977 + i} born 19{40 + i}' for i in range(40)])}",
        f"/* {' '.join(str(NOISE.randint(0, 99)) for _ in range(400))} */",
    ],
    ids=["records", "matrix", "values", "codes", "bytes", "escaped bytes", "words", "comment"],
)
def test_data_in_a_script_is_blocked(report, script):
    assert report(page(PROGRAM + script), "t.html", n=14_210).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "style",
    [
        f".a {{ background: url(data:text/plain;base64,{BYTES}) }}",
        f".a {{ --x: {BYTES} }}",
        '.a::after { content: "P1042 has carried p.G2019S since 12 March, and P1077 her brother" }',
    ],
    ids=["address", "variable", "words"],
)
def test_data_in_a_style_is_blocked(report, style):
    assert report(page("", STYLE + style), "t.html", n=14_210).verdict is Verdict.BLOCK


def test_the_rule_on_scripts_is_what_finds_them(
    report, monkeypatch: pytest.MonkeyPatch, policy: DisclosurePolicy
) -> None:
    data = page(f"var d = {json.dumps(PEOPLE)}")
    monkeypatch.setattr(
        "gdi_spe.disclosure.forms.documents.html.data_in_script", lambda code, kind: ""
    )

    assert report(data, "t.html", n=14_210).verdict is Verdict.PASS


SEXED = "; ".join(f"{'FM'[i % 2]} {30 + 7 * i % 50} E11" for i in range(12))
DRAWN = [round(NOISE.gauss(3.4, 0.9), 2) for _ in range(40)]


@pytest.mark.parametrize(
    "script",
    [
        f"<script>plot([{', '.join(map(str, DRAWN[:12]))}])</script>",
        f'<script>var y = "{" ".join(map(str, DRAWN))}".split(" ")</script>',
        f"<script>{''.join(f'y.push({x});' for x in DRAWN)}</script>",
        f"<script>var i = [{', '.join(repr(each['id']) for each in PEOPLE[:8])}]</script>",
        "<script>d = [{sex:'F',age:54,ldl:4.1},{sex:'M',age:61,ldl:5.2},{sex:'F',age:47,ldl:3}]</script>",
        f"<script>// {SEXED}\nplot()</script>",
        f'<script type="text/template">{SEXED}</script>',
        f"<style>{''.join(f'.p{i}{{width:{x}px}}' for i, x in enumerate(DRAWN))}</style>",
        f"<style>{''.join(f'.r{i}:after{{content:{chr(34)}F {50 + i}{chr(34)}}}' for i in range(9))}</style>",
        "".join(f'<i data-s="F" data-b="{x}"></i>' for x in DRAWN),
        "".join(f'<b style="left:{x}px;top:{2 * x}px"></b>' for x in DRAWN),
        "".join(f'<i class="f{17 * i % 61}"></i>' for i in range(20)),
    ],
)  # fmt: skip
def test_data_in_short_scripts_numbered_styles_and_attributes_is_blocked(report, script):
    assert report(page() + script, "t.html", n=14_210).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "script",
    [
        "<script>window.tabs = [1, 2, 3]; open({width: 300, height: 200});</script>",
        '<script>icon("M3 4L12.5 7.25L9 18.1L40 22L17.2 5.5L8 33Z")</script>',
        '<script type="text/x-mathjax-config">MathJax.Hub.Config({TeX: {extensions: []}});</script>',
        "<style>" + "".join(f"#T_row{i}_col1 {{width: {x}px}}" for i, x in enumerate(DRAWN)) + "</style>",
        "".join(f'<p data-line-number="{i}" class="row{i} mt-{i % 5}"></p>' for i in range(30)),
    ],
)  # fmt: skip
def test_what_reports_need_to_look_like_reports_passes(report, script):
    assert report(page() + script, "t.html", n=14_210).verdict is Verdict.PASS


def test_strokes_of_no_length_are_marks(report):
    dots = "".join(f"M{50 + 7 * i} {300 - 5 * x}h0" for i, x in enumerate(DRAWN))
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><path stroke="black" d="{dots}"/></svg>'

    assert report(drawing, "t.svg", n=14_210).verdict is not Verdict.PASS
