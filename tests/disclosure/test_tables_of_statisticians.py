# ruff: noqa: E501  # made exports read better with one item a line
"""Tables and words of statisticians that may leave, each beside its nearest harm."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict

BANDS = "age_group,women,men\n{},61,58\n40-49,711,640\n50-59,988,845\n>=60,1186,932\n"

MAY_LEAVE = {
    "bands of age with an open end below": (BANDS.format("<40"), "t.csv"),
    "bands in German": (
        "Altersgruppe;Frauen;Männer\n<40;402;377\n40–59;1699;1485\n60+;1186;932\n",
        "t.csv",
    ),
    "a histogram with open ends": (
        "bin,count\n<20,188\n20-24.9,2011\n25-29.9,2560\n>=30,1180\n",
        "t.csv",
    ),
    "thousands with spaces": (
        "<table><tr><th>Centre</th><th>Femmes</th><th>Total</th></tr><tr><td>Lyon</td><td>612</td><td>1 152</td></tr>"
        "<tr><td>Lille</td><td>588</td><td>1 100</td></tr></table><p>Tableau des effectifs par centre de la cohorte.</p>",
        "t.html",
    ),
    "French words": (
        "Un diabète de type 2 était présent chez 1 165 participants, soit une part plus grande que chez les témoins.\n",
        "t.txt",
    ),
    "words about people of an age and above": (
        "Participants aged 70 years or older, and those aged 40 to 49, were analysed as groups of their own.\n",
        "t.txt",
    ),
}
MAY_NOT = {
    "a hidden count among counts": ("centre,women,men\nA,<40,58\nB,402,377\nC,711,640\n", "t.csv"),
    "counts hidden in bands": ("centre,n\nA,<10\nB,10-19\nC,20-49\n", "t.csv"),
    "a hidden count beside bands": (BANDS.format("<40").replace(",61,", ",<10,"), "t.csv"),
    "few people below the open end": (BANDS.format("<40").replace(",61,", ",6,"), "t.csv"),
    "few people in French": (
        "Le variant était présent chez 3 participants de la cohorte, soit une part plus petite que chez les témoins.\n",
        "t.txt",
    ),
    "somebody of an age": (
        "The carrier aged 70 years lives near the sea, and was analysed in a group with others of the cohort.\n",
        "t.txt",
    ),
    "a row for each patient": (
        "The lines below are of patient p12 and patient p17 of the cohort, as seen in clinic.\n",
        "t.txt",
    ),
}


@pytest.mark.parametrize("case", MAY_LEAVE)
def test_what_statisticians_write_of_groups_passes(report, case: str) -> None:
    content, name = MAY_LEAVE[case]

    found = report(content, name, n=6200)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize("case", MAY_NOT)
def test_what_stands_nearest_to_it_and_tells_of_few_does_not(report, case: str) -> None:
    content, name = MAY_NOT[case]

    found = report(content, name, n=6200)

    assert found.verdict is not Verdict.PASS
