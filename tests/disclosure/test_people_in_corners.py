"""People who stand where nobody looks: in comments, cells, drawings, attributes, shares."""

# ruff: noqa: E501  # files are written as programs write them
from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

NOTE = (
    "patient 3: woman of 54, carrier of BRCA1 c.68_69del, Turku; patient 7: man of 61, Oulu, LQT2"
)
ROWS = "\n".join(f"{'FM'[i % 2]},{30 + i},2{i % 9}.1,E11" for i in range(20))


def judged(content: str, name: str, **context: object) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext.model_validate(context))
    return judge_bytes(content.encode(), judging).report


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f"<html><body><p>Mean LDL was 3.4.</p><!-- {NOTE} --></body></html>", "t.html"),
        (f'<svg xmlns="http://www.w3.org/2000/svg"><text x="-900" y="9">{ROWS}</text></svg>', "t.svg"),
        ("group,n,mean\nA,320,1.2\nB,410,1.3" + " " * 300 + "54 F BRCA1; 61 M LQT2; 33 F HD; 45 M DM1\n", "t.csv"),
        ("Family A: father (62, MI at 48), mother (60, healthy), proband (33, FH).\n", "t.txt"),
        ("<r>" + "".join(f'<p sex="F" age="{30 + i}" dx="E11"/>' for i in range(9)) + "</r>", "t.xml"),
        ("email,role\nmaija.v@example.org,participant\njuha.k@example.org,participant\n", "t.csv"),
    ],
)  # fmt: skip
def test_people_in_corners_of_files_block(content, name):
    assert judged(content, name).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<html><body><p>Mean LDL was 3.4.</p><!-- made on a Monday --></body></html>", "t.html"),
        ("age_sex,n\nF 18-39,120\nF 40-59,210\nM 18-39,98\nM 40-59,130\n", "t.csv"),
        ("Women were 54.2 (12.1) and men 56.9 (11.8) years old on average.\n", "t.txt"),
        ("We found the variant in fathers (62) and in mothers (60), of 2,000 each.\n", "t.txt"),
    ],
)
def test_groups_with_the_same_words_are_not_blocked(content, name):
    assert judged(content, name).verdict is not Verdict.BLOCK


def test_percentages_below_one_are_counts_of_few_people():
    few = judged("group,n,percent\nfemale,840,0.6\nmale,720,0.3\n", "t.csv")
    fractions = judged("group,n,percent\nfemale,840,0.6119\nmale,720,0.3069\n", "t.csv")

    assert few.verdict is Verdict.BLOCK
    assert fractions.verdict is not Verdict.BLOCK


def test_rates_of_known_people_are_counts():
    rate = "municipality,cases_per_100k,population\nUtsjoki,163.1,1226\nKemi,210.4,19900\n"

    assert judged(rate, "t.csv").verdict is Verdict.BLOCK
    assert judged(rate.replace("cases_", "standardised_"), "t.csv").verdict is not Verdict.BLOCK


def test_a_mean_of_affected_is_a_share_of_people():
    content = "group,n,mean_affected\nA,320,0.00625\nB,410,0.0122\n"

    assert judged(content, "t.csv").verdict is Verdict.BLOCK


def test_a_model_of_nearly_as_many_terms_as_people_of_the_cohort_blocks():
    model = "term,estimate,std_error,p\nIntercept,1.1,0.4,0.02\nage,0.5,0.3,0.1\nbmi,0.2,0.1,0.1\n"

    assert judged(model, "t.csv", n_individuals=12).verdict is Verdict.BLOCK
    assert judged(model, "t.csv", n_individuals=900).verdict is not Verdict.BLOCK
