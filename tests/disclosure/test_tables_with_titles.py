"""Tables under a title of their own, with parts of people in percent, and words of the north."""

from __future__ import annotations

import pytest

_ROWS = (("Nord", 1391, 1279), ("Vest", 2095, 1811), ("Midt", 1369, 1311))


def page(rows: tuple[tuple[str, int, int], ...] = _ROWS, more: str = "") -> str:
    lines = "".join(f"<tr><td>{n}</td><td>{f}</td><td>{m}</td><td>{f + m}</td></tr>"
                    for n, f, m in rows)  # fmt: skip
    title = f"<tr><td colspan='4'>Participants by region and sex{more}</td></tr>"
    heads = "<tr><th></th><th>F</th><th>M</th><th>Total</th></tr>"
    return f"<html><body><table>{title}{heads}{lines}</table></body></html>"


def test_a_title_within_a_table_is_no_part_of_its_names(report):
    assert report(page(), "page.html", n=24_317).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [
        page((*_ROWS, ("Sør", 4, 811))),
        page((*_ROWS, ("Sør", 811, 4))),
        page(more="; NA12878 is a carrier, 41-year-old man from Nord"),
    ],
)
def test_few_people_and_words_about_one_do_not_pass_under_a_title(report, text):
    assert report(text, "page.html", n=24_317).verdict.word != "pass"


def parts(counts: tuple[int, ...], told: tuple[int, ...] | None = None) -> str:
    totals, ages = (1394, 2436, 3367), ("<40", "40–49", "50+")
    rows = zip(ages, totals, counts, told or counts, strict=True)
    lines = [f"{a};{n};{k};{100 * t / n:.1f}\n".replace(".", ",") for a, n, k, t in rows]
    return "Grupo de edad;Total;Con diabetes;% diabetes\n" + "".join(lines)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (parts((22, 73, 147)), True),
        (parts((4, 73, 147)), False),
        # All but a few of a group have it; and numbers that the percent does not tell.
        (parts((22, 73, 3362)), False),
        (parts((52, 41, 38), (22, 73, 147)), False),
    ],
)
def test_parts_of_the_people_counted_are_known_by_the_percent_beside_them(report, text, wanted):
    assert (report(text, "parts.csv", n=24_317).verdict.word == "pass") is wanted


def incidence(least: int, name: str = "nye tilfeller") -> str:
    groups = zip(("kvinner", "menn") * 2, (115, 135, least, 160), strict=True)
    rows = [
        f"{2014 + i // 2}\t{s}\t{k}\t12000\t{k / 12:.1f}\n".replace(".", ",")
        for i, (s, k) in enumerate(groups)
    ]
    return f"aar\tkjonn\t{name}\tpersonaar\trate per 1000\n" + "".join(rows)


def test_new_cases_and_time_in_another_language_are_counts_and_rates(report):
    many, few = (report(incidence(k), "insidens.txt", n=24_317) for k in (120, 4))

    assert many.verdict.word == "pass"
    assert few.verdict.word == "block"
