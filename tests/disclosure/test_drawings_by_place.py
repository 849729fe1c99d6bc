"""Drawings are read by the places of their lines: honest figures and their dangerous neighbours."""

from __future__ import annotations

import base64
import io
import math
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from gdi_spe.boundary.findings import FileReport

Report = Callable[..., FileReport]
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 460 320">'
SITES = ("Oslo", "Porto", "Tartu", "Graz", "Lyon", "Turku")


def svg(*drawn: str) -> bytes:
    return f"{HEAD}{''.join(drawn)}</svg>".encode()


def word(text: str, x: float, y: float, anchor: str = "start", turn: str = "") -> str:
    turned = f' transform="rotate(-90 {x} {y})"' if turn else ""
    return f'<text x="{x}" y="{y}" font-size="10" text-anchor="{anchor}"{turned}>{text}</text>'


def axis_up(values: Sequence[float], label: str) -> str:
    """Numbers from the foot (y = 260) to the top (y = 20)."""
    step = 240 / (len(values) - 1)
    told = "".join(word(f"{v:g}", 54, 264 - i * step, "end") for i, v in enumerate(values))
    return told + word(label, 14, 180, turn="up")


def axis_across(values: Sequence[float], label: str) -> str:
    step = 360 / (len(values) - 1)
    told = "".join(word(f"{v:g}", 60 + i * step, 274, "middle") for i, v in enumerate(values))
    return told + word(label, 240, 294, "middle")


def bars(values: Sequence[float], most: float, names: Sequence[str], label: str) -> bytes:
    drawn = [
        f'<path d="M {70 + 60 * i} 260 H {110 + 60 * i} V {260 - 240 * v / most} '
        f'H {70 + 60 * i} Z" fill="#4477aa"/>'
        for i, v in enumerate(values)
    ]
    told = [word(n, 90 + 60 * i, 274, "middle") for i, n in enumerate(names)]
    return svg(axis_up([most * i / 4 for i in range(5)], label), *drawn, *told)


@pytest.mark.parametrize(
    ("values", "names", "label", "verdict"),
    [
        ((812, 640, 530, 420, 515, 407), SITES, "Participants", "pass"),
        ((812, 640, 3, 420, 515, 7), SITES, "Participants", "block"),
        ((812, 640, 3, 420, 515, 7), SITES, "Mean of the score", "pass"),
        ((812, 640, 530, 420, 515, 407), (), "Change from baseline", "review"),
        ((812, 640, 530, 420, 515, 407), (), "Participants", "review"),
    ],
)
def test_bars_are_measured_by_their_axis_and_need_names(
    report: Report, values: Sequence[float], names: Sequence[str], label: str, verdict: str
) -> None:
    assert report(bars(values, 1000, names, label), "b.svg", n=24_000).verdict.word == verdict


def test_bars_of_a_logarithmic_axis_are_measured_by_its_powers(report: Report) -> None:
    powers = "".join(word(f"1e{i}", 54, 264 - 60 * i, "end") for i in range(5))
    label = word("Carriers", 14, 180, turn="up")

    def drawn(heights: Sequence[float]) -> bytes:
        boxes = [f'<rect x="{70 + 60 * i}" y="{260 - h}" width="40" height="{h}" fill="#888888"/>'
                 for i, h in enumerate(heights)]  # fmt: skip
        names = [word(n, 90 + 60 * i, 274, "middle") for i, n in enumerate(SITES[: len(heights)])]
        return svg(powers, label, *boxes, *names)

    assert report(drawn((100, 140, 200)), "log.svg", n=24_000).verdict.word == "pass"
    assert report(drawn((100, 140, 30)), "log.svg", n=24_000).verdict.word == "block"


def course(places: Sequence[tuple[float, float]], colour: str = "#114477") -> str:
    told = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    return f'<polyline fill="none" stroke="{colour}" points="{told}"/>'


def stairs(at: Sequence[float], down: Sequence[float]) -> str:
    places = [(60.0, 20.0)]
    for x, y in zip(at, down, strict=True):
        places += [(x, places[-1][1]), (x, y)]
    return course(places)


SURVIVAL = (axis_up((0, 0.25, 0.5, 0.75, 1), "Survival"), axis_across(range(11), "Years"))


def test_survival_passes_on_a_grid_of_times_and_not_at_the_times_of_deaths(report: Report) -> None:
    pick = random.Random(5)
    on_grid = stairs([60 + 36 * i for i in range(1, 11)], [20 + 14 * i for i in range(1, 11)])
    at_deaths = stairs(
        sorted(60 + 360 * pick.random() for _ in range(30)), [20 + 8 * i for i in range(1, 31)]
    )

    assert report(svg(*SURVIVAL, on_grid), "km.svg", n=9000).verdict.word == "pass"
    assert report(svg(*SURVIVAL, at_deaths), "km.svg", n=9000).verdict.word != "pass"


def test_a_step_for_each_control_is_no_grid_though_all_are_one_length(report: Report) -> None:
    axes = (axis_up((0, 0.5, 1), "Sensitivity"), axis_across((0, 0.5, 1), "1 - specificity"))
    pick = random.Random(8)
    moves = [pick.random() < 0.5 for _ in range(120)]
    x, y = [60.0], [260.0]
    for is_up in moves:
        x.append(x[-1] + (0 if is_up else 6))
        y.append(y[-1] - (4 if is_up else 0))
    smooth = [(60 + 3.6 * i, 260 - 240 * (i / 100) ** 0.3) for i in range(101)]

    assert report(svg(*axes, course(list(zip(x, y, strict=True)))), "roc.svg",
                  n=2400).verdict.word != "pass"  # fmt: skip
    assert report(svg(*axes, course(smooth)), "roc.svg", n=2400).verdict.word == "pass"


@pytest.mark.parametrize("n_lines", [8, 16])
def test_lines_from_before_to_after_of_one_look_are_reviewed(report: Report, n_lines: int) -> None:
    pick = random.Random(2)
    drawn = [
        course([(90, 60 + 150 * pick.random()), (380, 60 + 150 * pick.random())])
        for _ in range(n_lines)
    ]
    words = (word("Before", 90, 274), word("After", 370, 274), axis_up((4, 6, 8), "HbA1c"))

    assert report(svg(*words, *drawn), "pairs.svg", n=2400).verdict.word == "review"


def dot(x: float, y: float, size: float = 3) -> str:
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{size}" fill="#224466"/>'


def test_marks_with_intervals_and_names_pass_and_marks_alone_do_not(report: Report) -> None:
    names = [f"Trait {letter}" for letter in "ABCDEFGHIJKL"]
    pick = random.Random(4)
    at = [160 + 200 * pick.random() for _ in names]
    words = [word(n, 50, 24 + 20 * i, "end") for i, n in enumerate(names)]
    dots = [dot(x, 20 + 20 * i) for i, x in enumerate(at)]
    lines = [course([(x - 30, 20 + 20 * i), (x + 20, 20 + 20 * i)]) for i, x in enumerate(at)]
    swarm = [dot(160 + 200 * pick.random(), 20 + 220 * pick.random()) for _ in range(40)]
    below = axis_across((-1, -0.5, 0, 0.5, 1), "log odds ratio")

    assert report(svg(below, *words, *lines, *dots), "f.svg", n=24_000).verdict.word == "pass"
    assert report(svg(below, *words, *swarm), "f.svg", n=24_000).verdict.word == "review"


def test_a_mark_beside_a_box_is_one_person(report: Report) -> None:
    words = (axis_up((2, 3, 4, 5), "LDL (mmol/L)"), word("Low", 90, 274), word("High", 190, 274))
    boxes = [
        f'<rect x="{x}" y="100" width="40" height="80" fill="#ffffff" stroke="#333333"/>'
        + course([(x, 140), (x + 40, 140)]) + course([(x + 20, 60), (x + 20, 100)])
        for x in (80, 180)
    ]  # fmt: skip

    assert report(svg(*words, *boxes), "box.svg", n=24_000).verdict.word == "pass"
    assert report(svg(*words, *boxes, dot(100, 30)), "box.svg", n=24_000).verdict.word == "review"


def quantiles(ups: Sequence[float], label: str) -> bytes:
    n = len(ups)
    expected = [-math.log10((i + 0.5) / n) for i in range(n)]
    dots = [dot(60 + 90 * x, 260 - 60 * y, 2)
            for x, y in zip(expected, sorted(ups, reverse=True), strict=True)]  # fmt: skip
    return svg(axis_up(range(5), f"Observed {label}"), axis_across(range(5), f"Expected {label}"),
               *dots)  # fmt: skip


def test_quantiles_of_p_values_pass_and_sorted_values_of_people_do_not(report: Report) -> None:
    pick = random.Random(6)
    p_values = [-math.log10(pick.random()) for _ in range(600)]
    heights = [3 + 0.2 * pick.gauss(0, 1) for _ in range(600)]

    assert report(quantiles(p_values, "-log10 p"), "qq.svg", n=24_000).verdict.word == "pass"
    assert report(quantiles(heights, "-log10 p"), "qq.svg", n=24_000).verdict.word == "review"
    assert report(quantiles(p_values, "score"), "qq.svg", n=24_000).verdict.word == "review"


@pytest.mark.parametrize(
    "hidden",
    [
        word("ID 4411 BMI 31", 70, 640),
        '<text x="90" y="200" font-size="10" fill="#4477aa">LDL 4.4</text>',
        '<text x="90" y="200" font-size="1">LDL 4.4</text>',
        word("LDL 4.4", 240, 30) + '<rect x="230" y="10" width="90" height="40" fill="#ffffff"/>',
        '<circle cx="2000" cy="30" r="3"/>',
    ],
)
def test_what_cannot_be_seen_is_reviewed(report: Report, hidden: str) -> None:
    plain = bars((812, 640, 530, 420, 515, 407), 1000, SITES, "Participants").decode()

    told = report(plain.replace("</svg>", f"{hidden}</svg>").encode(), "b.svg", n=24_000)

    assert told.verdict.word != "pass"


def test_moving_and_scaling_a_drawing_changes_no_verdict(report: Report) -> None:
    for values, verdict in (((812, 640, 530), "pass"), ((812, 640, 4), "block")):
        inner = bars(values, 1000, SITES[:3], "Participants").decode()
        body = inner.removeprefix(HEAD).removesuffix("</svg>")
        moved = f'{HEAD}<g transform="translate(20 10) scale(0.9)">{body}</g></svg>'

        assert report(moved.encode(), "b.svg", n=24_000).verdict.word == verdict


def test_ticks_of_powers_are_no_strokes_of_people_and_a_rug_is(report: Report) -> None:
    plain = bars((812, 640, 530, 420, 515, 407), 1000, SITES, "Participants").decode()
    pick = random.Random(9)
    powers = [260 - 80 * math.log10(k * 10**d) for d in range(3) for k in range(2, 10)]
    ticks = [course([(56, y), (60, y)]) for y in powers]
    rug = [course([(56, y), (60, y)]) for y in sorted(20 + 240 * pick.random() for _ in powers)]

    for drawn, verdict in ((ticks, "pass"), (rug, "review")):
        whole = plain.replace("</svg>", f"{''.join(drawn)}</svg>").encode()
        assert report(whole, "b.svg", n=24_000).verdict.word == verdict


def in_two_panels(places: Sequence[float], told: dict[float, float]) -> bytes:
    """Bars of sites and, beside them, a forest plot with strokes along its own axis line."""
    plain = bars((812, 640, 530, 420, 515, 407), 1000, SITES, "Participants").decode()
    ticks = "".join(course([(60 + 72 * i, 260), (60 + 72 * i, 265)]) for i in range(6))
    axis = course([(60, 260), (420, 260)]) + course([(480, 260), (700, 260)])
    strokes = "".join(course([(x, 260), (x, 265)]) for x in places)
    numbers = "".join(word(f"{v:g}", x, 280, "middle") for v, x in told.items())
    label = word("Hazard ratio (95% CI)", 590, 300, "middle")
    whole = plain.replace("</svg>", f"{ticks}{axis}{strokes}{numbers}{label}</svg>")
    return whole.replace("0 0 460 320", "0 0 720 320").encode()


def test_ticks_of_panels_stand_on_lines_of_their_own_and_a_rug_is_looked_at(report: Report) -> None:
    def at(value: float) -> float:
        return 480 + 220 * math.log(2 * value) / math.log(8)

    told = {v: at(v) for v in (0.5, 1.0, 1.5, 2.0, 2.5, 3.5)}
    ticks = [at(0.5 * k) for k in range(1, 9)]
    people = [at(v) for v in (0.52, 0.61, 0.83, 1.12, 1.31, 1.87, 2.3, 3.64)]

    assert report(in_two_panels(ticks, told), "b.svg", n=24_000).verdict.word == "pass"
    assert report(in_two_panels(people, told), "b.svg", n=24_000).verdict.word == "review"
    assert report(in_two_panels(people + ticks, told), "b.svg", n=24_000).verdict.word == "review"


def test_a_number_of_an_axis_beside_a_word_for_people_is_nobody(report: Report) -> None:
    inner = axis_up((0, 10, 20), "Incidence") + axis_across((40, 50, 60, 70), "Age")
    lines_ = [course([(60 + i, 250 - i * k / 40) for i in range(0, 361, 18)], c)
              for k, c in ((12, "#aa3311"), (20, "#1133aa"))]  # fmt: skip
    words = word("Carrier  10", 300, 40) + word("Non-carrier", 300, 60)
    one = word("This patient had a stroke", 300, 40)

    assert report(svg(inner, *lines_, words), "i.svg", n=24_000).verdict.word == "pass"
    assert report(svg(inner, *lines_, one), "i.svg", n=24_000).verdict.word != "pass"


def picture_of(cells: list[list[tuple[int, int, int]]], place: str) -> str:
    """A picture of cells of 20 pixels, at a place of the drawing."""
    pixels = np.kron(np.array(cells, dtype=np.uint8), np.ones((20, 20, 1), dtype=np.uint8))
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, format="PNG")
    told = base64.b64encode(sink.getvalue()).decode()
    return f'<image {place} xlink:href="data:image/png;base64,{told}"/>'


TRAITS = ("BMI", "LDL", "HDL", "SBP", "T2D", "CKD")


@pytest.mark.parametrize(("is_named", "verdict"), [(True, "pass"), (False, "review")])
def test_cells_of_a_picture_take_their_names_from_the_drawing(
    report: Report, is_named: bool, verdict: str
) -> None:
    pick = random.Random(3)
    cells = [[(pick.randrange(256), 40, pick.randrange(256)) for _ in TRAITS] for _ in TRAITS]
    bar = [[(30 + 4 * i, 80, 230 - 4 * i)] for i in range(50)]
    words = [word("Genetic correlation", 150, 14)]
    if is_named:
        words += [word(t, 90, 54 + 36 * i, "end") for i, t in enumerate(TRAITS)]
        words += [word(t, 118 + 36 * i, 270, "middle") for i, t in enumerate(TRAITS)]
    drawn = svg(
        picture_of(cells, 'x="100" y="30" width="216" height="216"'),
        picture_of(bar, 'x="350" y="30" width="12" height="216"'), *words,
    ).replace(b"<svg ", b'<svg xmlns:xlink="http://www.w3.org/1999/xlink" ')  # fmt: skip

    assert report(drawn, "rg.svg", n=24_000).verdict.word == verdict


def test_boxes_of_any_size_and_place_are_neither_bars_nor_cells(report: Report) -> None:
    pick = random.Random(7)
    boxes = [
        f'<rect x="{60 + 340 * pick.random():.1f}" y="{30 + 180 * pick.random():.1f}" '
        f'width="{16 + 30 * pick.random():.1f}" height="{16 + 30 * pick.random():.1f}" '
        f'fill="#447788"/>'
        for _ in range(30)
    ]

    told = report(svg(word("Months on treatment", 200, 294), *boxes), "s.svg", n=24_000)

    assert told.verdict.word != "pass"
