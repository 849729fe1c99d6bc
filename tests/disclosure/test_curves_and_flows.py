"""Curves of several models, rates over the time of people, and steps at which people leave."""

from __future__ import annotations

import json

import pytest

GRID = [round(0.05 * i, 2) for i in range(21)]
CONCAVE = [round(x**0.5, 3) for x in GRID]
BETTER = [round(x**0.4, 3) for x in GRID]
WAVES = [round(0.5 + 0.03 * (i * 7 % 11), 3) for i in range(21)]
STEPS = [round(i * i / 2500, 5) for i in range(51)]
RATES = """Altersgruppe;Geschlecht;Personenjahre;Ereignisse;Rate je 1000 PJ
40-49;Frauen;7664,9;{};1,57
40-49;Männer;6566,7;12;1,83
50-59;Frauen;9610,8;33;3,43
50-59;Männer;10238,9;46;4,49
"""
FLOW = """step\tsamples_removed\tsamples_left
Called\t{first}\t42118
Call rate < 97 %\t212\t41906
Sex mismatch\t{middle}\t{left}
Duplicates\t57\t{kept}
Kept\t\t{last}
"""


def curves(second: list[float], name: str = "tpr_prs") -> str:
    rows = zip(GRID, CONCAVE, second, strict=True)
    return f"fpr,tpr_clinical,{name}\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)


def flow(middle: str = "48", left: int = 41858, last: int = 41801, first: str = "") -> str:
    return FLOW.format(first=first, middle=middle, left=left, kept=left - 57, last=last)


def test_curves_of_two_models_over_one_grid_pass(report):
    assert report(curves(BETTER), "roc.csv", n=12_004).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [
        curves(WAVES),  # no curve goes up and down
        curves([60 + x for x in BETTER]),  # nor beyond one
        curves(BETTER, "age"),
    ],
)
def test_what_is_no_curve_beside_one_does_not_pass(report, text):
    assert report(text, "roc.csv", n=12_004).verdict.word != "pass"


def test_lists_side_by_side_are_the_points_of_one_curve(report):
    tree = {"auc": 0.784, "n": 4120, "fpr": GRID, "tpr": CONCAVE}

    assert report(json.dumps(tree), "roc.json", n=4120).verdict.word == "pass"


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"fpr": STEPS, "tpr": [round(x**0.5, 4) for x in STEPS]}, "block"),  # a step a person
        ({"fpr": GRID, "tpr": CONCAVE, "age": [40.5 + 2 * x for x in WAVES]}, "review"),
    ],
)
def test_lists_that_tell_of_people_do_not_pass_as_curves(report, more, verdict):
    assert report(json.dumps({"auc": 0.784, **more}), "roc.json", n=4120).verdict.word == verdict


@pytest.mark.parametrize(("events", "verdict"), [("12", "pass"), ("3", "block")])
def test_rates_in_german_are_judged_by_their_events(report, events, verdict):
    assert report(RATES.format(events), "raten.csv", n=9240).verdict.word == verdict


@pytest.mark.parametrize("first", ["", "0"])
def test_steps_pass_whose_empty_cells_hide_nobody(report, first):
    assert report(flow(first=first), "qc.tsv", n=41_801).verdict.word == "pass"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (flow(middle="4", left=41902, last=41845), "block"),  # four people leave
        (flow(middle="", left=41902, last=41845), "review"),  # as many, not told
        (flow(last=41797), "review"),  # four leave after the last step
        (flow(middle="47"), "review"),  # the cells contradict each other
    ],
)
def test_steps_at_which_few_leave_do_not_pass(report, text, verdict):
    assert report(text, "qc.tsv", n=41_845).verdict.word == verdict
