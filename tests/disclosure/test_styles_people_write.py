"""Exports in the styles that people write: what must be found in them, and what may leave."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict

PEOPLE_IN_COMMENTS = "".join(f"% P{i:04d} {30 + i} F C50.{i % 10}\n" for i in range(12))
LM = "Residual standard error: 0.41 on {} degrees of freedom\nMultiple R-squared:  0.912\n"
REPORT = """              precision    recall  f1-score   support

        case       0.60      0.75      0.67       {}
     control       0.98      0.97      0.98       916
"""
R_TABLE = '"" "group" "n" "mean_ldl"\n"1" "control" 612 3.21\n"2" "case" {} 3.18\n'


def phased() -> str:
    rows = "".join(
        f"1 {1000 + i} " + " ".join(f"{(i + k) % 2}|{k % 2}" for k in range(30)) + "\n"
        for i in range(60)
    )
    return "CHROM POS " + " ".join(f"H{k}" for k in range(30)) + "\n" + rows


MUST_BE_BLOCKED = {
    "phased genotypes between spaces": (phased(), "t.txt"),
    "cases without identifiers": (
        "gene\thgvsc\tcarrier_age\tcarrier_sex\thpo\n"
        + "".join(f"RYR1\tc.{i}A>G\t{30 + i}\tF\tHP:0003473\n" for i in range(100, 112)),
        "t.tsv",
    ),
    "birthdays": ("label,born\nA,1961-04-02\nB,1955-11-19\nC,1970-01-05\n", "t.csv"),
    "records of patients as FHIR has them": (
        '{"entry": [{"resource": {"resourceType": "Patient", "birthDate": "1950-03-01"}}]}',
        "t.json",
    ),
    "people in comments": (PEOPLE_IN_COMMENTS, "t.tex"),
    "people in a drawing": (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        + "".join(f'<text x="1" y="2">P{i:04d} {30 + i} F</text>' for i in range(12))
        + "</svg>",
        "t.svg",
    ),
    "a participant under a prefix that public series have": (
        "WARN dropping participant GDI-000412: age 213 is not valid\n",
        "t.log",
    ),
    "a summary of lm with few degrees of freedom": (LM.format(4), "t.txt"),
    "a report of classification with few people": (REPORT.format(4), "t.txt"),
    "a mean of few values": (
        "group,n,n_nonmissing,mean_crp\nF,600,598,2.1\nM,600,3,9.8\n",
        "t.csv",
    ),
    "a level of one person": ("term,coef,n_at_level\nage,0.03,1900\nP12,4.1,1\n", "t.csv"),
}  # fmt: skip
MAY_LEAVE = {
    "a report of classification": (REPORT.format(244), "t.txt"),
    "a table that R wrote": (R_TABLE.format(588), "t.txt"),
    "deciles of a score": (
        "prs_decile,n,cases,odds_ratio\n"
        + "".join(f"{i},190,{20 + 3 * i},{1 + i / 10}\n" for i in range(1, 11)),
        "t.csv",
    ),
    "carriers by arm": (
        "gene,carriers_case,carriers_control,p\nTTN,40,81,0.2\nRYR1,25,63,0.04\n",
        "t.csv",
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", MUST_BE_BLOCKED)
def test_people_are_found_however_they_are_written(judged, style):
    content, name = MUST_BE_BLOCKED[style]

    found = judged(content, name)

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


@pytest.mark.parametrize("style", MAY_LEAVE)
def test_results_of_groups_pass_however_they_are_written(judged, style):
    content, name = MAY_LEAVE[style]

    found = judged(content, name)

    assert found.report.verdict is Verdict.PASS, found.report.findings
