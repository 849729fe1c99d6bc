"""SVG as programs and people write it: styles, gradients, patterns, layers, words for readers."""

from __future__ import annotations

import pytest

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

POLICY = policy_named("gdi-default")
SITES = {"Helsinki": 2134, "Uppsala": 1840, "Oslo": 1520, "Tartu": 3110}
GRADIENT = (
    '<linearGradient id="g"><stop offset="0%" stop-color="#4e79a7"/>'
    '<stop offset="100%" stop-color="#a0cbe8"/></linearGradient>'
)
PATTERN = (
    '<pattern id="g" patternUnits="userSpaceOnUse" width="6" height="6">'
    '<rect width="6" height="6" fill="#cfe"/><line y2="6" stroke="#377"/></pattern>'
)
PEOPLE = [f"P{i:03d} F {1940 + i} E11.{i % 9}" for i in range(40)]
TOLD = "".join(f'<text x="80" y="{40 + 5 * i}" font-size="5">{p}</text>'
               for i, p in enumerate(PEOPLE))  # fmt: skip


def bars(
    head: str = "", paint: str = 'fill="#4e79a7"', more: str = "", values: dict[str, int] = SITES,
    name: str = "Participants", about: str = "",
) -> bytes:  # fmt: skip
    """A bar chart as people write it by hand."""
    most = max(values.values())
    step = 1000 if most > 500 else 10
    high = -(-most // step) * step
    drawn = f'<text x="240" y="22" text-anchor="middle">{name} by site</text>'
    for k in range(0, high + 1, step):
        drawn += f'<text x="54" y="{284 - 240 * k / high:.1f}" text-anchor="end">{k}</text>'
    for i, (site, n) in enumerate(values.items()):
        tall = 240 * n / high
        drawn += (
            f'<rect x="{75 + 78 * i}" y="{280 - tall:.1f}" width="50" height="{tall:.1f}" {paint}/>'
            f'<text x="{100 + 78 * i}" y="297" text-anchor="middle">{site}</text>'
        )
    drawn += f'<text transform="translate(16,160) rotate(-90)">{name}</text>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="480" height="320" {about}>{head}<rect width="480" height="320" fill="#fff"/>'
        f"{drawn}{more}</svg>"
    ).encode()


def judged(data: bytes, n: int = 24_000):
    return judge_bytes(data, Judging("f.svg", POLICY, CheckContext(n_individuals=n))).report


HONEST = {
    "a gradient": bars(f"<defs>{GRADIENT}</defs>", 'fill="url(#g)"'),
    "a pattern": bars(f"<defs>{PATTERN}</defs>", 'fill="url(#g)"'),
    "a sheet of style": bars(
        "<style>.bar{fill:#4e79a7} .bar:hover{opacity:.8} text{font-family:sans-serif}</style>",
        'class="bar"',
    ),
    "a shadow": bars(
        '<defs><filter id="s"><feDropShadow dx="1" dy="2" stdDeviation="2"/></filter></defs>',
        more='<g filter="url(#s)"><rect x="380" y="30" width="70" height="18" fill="#eee"/></g>',
    ),
    "a program's own settings": bars(
        '<namedview id="namedview7" pagecolor="#ffffff" bordercolor="#666666" showgrid="false" '
        'zoom="1.2"><grid type="xygrid" id="grid99"/></namedview>'
    ),
    "words for readers of a screen": bars(
        paint='fill="#4e79a7" role="graphics-symbol" aria-roledescription="bar of a bar chart" '
        'aria-label="Site: Helsinki and around; Number of participants: 2,134"'
    ),
    "boxes that only take clicks": bars(
        more='<rect x="5" y="5" width="40" height="19" style="fill: #000; fill-opacity: 0"/>'
        '<rect x="9" y="5" width="40" height="19" style="opacity: 0"/>'
    ),
    "words twice, for programs that cannot lay them out": bars(
        more='<switch><foreignObject width="100%" height="100%"><div>Oslo</div></foreignObject>'
        '<text x="380" y="60">Oslo</text></switch>'
    ),
}

HIDING = {
    "in a pattern by another name": bars(
        "<defs>" + '<g id="all">'
        + "".join(f'<circle cx="{97 * i % 397}" cy="{61 * i % 233}" r="2"/>' for i in range(40))
        + '</g><pattern id="g" width="1" height="1"><use href="#all"/></pattern></defs>',
        'fill="url(#g)"',
    ),
    "in a pattern as one path": bars(
        '<defs><pattern id="g" width="1" height="1"><path d="'
        + " ".join(f"M{97 * i % 397} {61 * i % 233}h2v2z" for i in range(60))
        + '"/></pattern></defs>', 'fill="url(#g)"',
    ),
    "in white on a white area": bars(
        more='<path d="M60 30L470 30L400 300L70 310z" fill="#fff"/>'
        + f'<g fill="#ffffff">{TOLD}</g>'
    ),
    "in a style's own values": bars(
        "<style>" + "".join(f'.p{i}{{--v:"{p}"}}' for i, p in enumerate(PEOPLE)) + "</style>"
    ),
    "in what a style writes": bars(f'<style>.a::after{{content:"{"; ".join(PEOPLE)}"}}</style>'),
    "in comments of a style": bars(f"<style>/* {'; '.join(PEOPLE)} */</style>"),
    "in a style of an element": bars(paint=f'style="fill: #333; --v: {" ".join(PEOPLE)}"'),
    "in a program's settings": bars(f'<namedview note="{"; ".join(PEOPLE)}"/>'),
    "in a page within": bars(
        more=f'<foreignObject width="1" height="1"><div>{" ".join(PEOPLE)}</div></foreignObject>'
    ),
    "under a mask": bars(
        '<mask id="k"><rect width="480" height="320"/></mask>',
        more=f'<g mask="url(#k)">{TOLD}</g>',
    ),
    "in a layer that is not shown": bars(more=f'<g style="display:none">{TOLD}</g>'),
    "by a rule of style": bars("<style>.q{display:none}</style>", more=f'<g class="q">{TOLD}</g>'),
    "in a pattern": bars(
        f'<defs><pattern id="g" width="50" height="50">{TOLD}</pattern></defs>', 'fill="url(#g)"'
    ),
    "as many marks in a pattern": bars(
        '<defs><pattern id="g" width="400" height="300" patternUnits="userSpaceOnUse">'
        + "".join(f'<circle cx="{97 * i % 397}" cy="{61 * i % 293}" r="2"/>' for i in range(90))
        + "</pattern></defs>",
        'fill="url(#g)"',
    ),
    "in the stops of a gradient": bars(
        '<defs><linearGradient id="g">'
        + "".join(f'<stop offset="{i / 300:.4f}" stop-color="#{7919 * i % 0xffffff:06x}"/>'
                  for i in range(300))
        + "</linearGradient></defs>", 'fill="url(#g)"',
    ),
    "as marks at the corners of a line that is not drawn": bars(
        '<defs><marker id="m" markerWidth="4" markerHeight="4"><circle r="2"/></marker></defs>',
        more='<polyline fill="none" stroke="none" marker-mid="url(#m)" points="'
        + " ".join(f"{60 + 97 * i % 397},{40 + 61 * i % 233}" for i in range(40)) + '"/>',
    ),
    "as words in the colours of their ground": bars(
        f"<defs>{GRADIENT.replace('#4e79a7', '#fff').replace('#a0cbe8', '#fff')}</defs>",
        more=f'<g fill="url(#g)">{TOLD}</g>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("dialect", HONEST)
def test_honest_bars_pass_in_every_dialect(dialect):
    report = judged(HONEST[dialect])

    assert [f.why for f in report.findings if f.severity.word != "pass"] == []


@pytest.mark.parametrize("dialect", ["a gradient", "a pattern", "a sheet of style"])
def test_bars_of_few_people_block_whatever_they_are_painted_with(dialect):
    head, paint = {
        "a gradient": (f"<defs>{GRADIENT}</defs>", 'fill="url(#g)"'),
        "a pattern": (f"<defs>{PATTERN}</defs>", 'fill="url(#g)"'),
        "a sheet of style": ("<style>.bar{fill:#4e79a7}</style>", 'class="bar"'),
    }[dialect]
    few = {"Oslo": 31, "Turku": 4, "Tartu": 22, "Lund": 7}

    report = judged(bars(head, paint, values=few, name="Carriers"), 2_000)

    assert report.verdict.word == "block"


@pytest.mark.parametrize("where", HIDING)
def test_people_hidden_in_what_styles_and_paints_do_not_pass(where):
    report = judged(HIDING[where], 40)

    assert report.verdict.word != "pass"


def _with_fonts(fonts: list[str]) -> bytes:
    """Bars whose words each name fonts, with places of their own, as Matplotlib writes them."""
    long = "'DejaVu Serif', 'Bitstream Vera Serif', 'Century Schoolbook L', 'Utopia', 'Times'"
    words = "".join(
        f'<text style="font: {8 + i % 3}px {font}, {long}, serif; text-anchor: {anchor}" '
        f'x="{75 + 78 * (i % 4)}" y="{310 - 12 * (i // 4)}">site</text>'
        for i, font in enumerate(fonts)
        for anchor in ("middle", "end")
    )
    return bars(more=words)


def test_fonts_with_a_number_in_their_name_are_told_once():
    report = judged(_with_fonts(["'Nimbus Roman No9 L'"] * 6))

    assert [f.rule for f in report.findings if f.rule == "HID101"] == []


def test_fonts_that_carry_a_number_for_each_person_block():
    report = judged(_with_fonts([f"'Roman {1940 + 7 * i} L'" for i in range(6)]))

    assert report.verdict.word == "block"


def test_numbers_before_fonts_are_sizes_and_no_more():
    values = [" ".join(f"{k}{100 + 37 * i}" for i in range(40)) for k in range(1, 6)]
    fonts = "'DejaVu Serif', 'Bitstream Vera Serif', serif"

    report = judged(bars(more="".join(f'<g style="font: {v} {fonts}"/>' for v in values)))

    assert report.verdict.word == "block"


def test_rules_of_style_are_written_with_each_shape():
    form = canonicalise_bytes(HONEST["a sheet of style"], "f.svg", POLICY)

    assert isinstance(form, Canonical)
    assert form.data.count(b"fill:#4e79a7") == len(SITES)
    assert b"<style" not in form.data


def test_letters_drawn_small_and_made_larger_keep_their_size():
    data = bars(more='<g transform="scale(0.015625)"><path d="M0 0L900 0L900 900Z"/></g>')

    form = canonicalise_bytes(data, "f.svg", POLICY)

    assert isinstance(form, Canonical)
    assert b"scale(0.01562)" in form.data


def test_white_words_on_coloured_areas_are_seen():
    wedges = "".join(
        f'<path d="M240 160L{240 + 100 * c} {160 + 100 * s}L{240 + 100 * s} {160 - 100 * c}z" '
        f'fill="{fill}"/><text x="{240 + 45 * (c + s) - 12}" y="{160 + 45 * (s - c)}" fill="#fff" '
        f'font-size="11">{share}%</text>'
        for c, s, fill, share in (
            (1, 0, "#36c", 24),
            (0, 1, "#c33", 21),
            (-1, 0, "#292", 30),
            (0, -1, "#848", 25),
        )
    )
    names = "".join(
        f'<text x="400" y="{40 + 20 * i}">{site}</text>' for i, site in enumerate(SITES)
    )
    data = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320">'
        f'<rect width="480" height="320" fill="#fff"/>{wedges}{names}</svg>'
    ).encode()

    report = judged(data)

    assert not any("hardly be seen" in f.why for f in report.findings)
