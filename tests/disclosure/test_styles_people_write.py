"""Exports in the styles that people write: what must be found in them, and what may leave."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

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
    "few people beside a set of genes": (
        "pathway,n,FDR\nKEGG_LIPID,8,0.01\nGO_Y,120,0.09\n",
        "t.csv",
    ),
    "a rate of few people": ("region,n,rate_per_1000\nA,1200,2.5\nB,800,25\n", "t.csv"),
    "cells of a confusion matrix": (
        '{"auc": 0.8, "confusion_matrix": [[412, 3], [6, 379]]}',
        "t.json",
    ),
    "a table that R wrote": ('"" "n" "mean_ldl"\n"1" 612 3.21\n"2" 7 4.92\n"3" 581 3.1\n', "t.txt"),
    "carriers listed in a cell": (
        "chrom,pos,ref,alt,carriers\n"
        + "".join(f"17,{41_000_000 + i},A,G,I1{i};I2{i}\n" for i in range(12)),
        "t.csv",
    ),
    "rows of people with decimal commas": (
        "alder;kon;bmi_kg;ldl_mmol;royker\n"
        + "".join(
            f"{30 + i % 40};{'FM'[i % 2]};{20 + i % 13},{i % 10};"
            f"{2 + i % 3},{i % 90 + 10};{i % 2}\n"
            for i in range(90)
        ),
        "t.csv",
    ),
    "people as the keys of a tree": (
        json.dumps({f"P{i:04d}": {"age": 30 + i, "sex": "F", "dx": "G71"} for i in range(30)}),
        "t.json",
    ),
    "one case a row with its variant": (
        "onset_age,sex,variant,cadd\n"
        + "".join(f"{20 + i},F,c.{i}C>T,{20 + i}.5\n" for i in range(14)),
        "t.csv",
    ),
    "prevalence in a small population": (
        "region,population,prevalence_pct\nN,300,12.0\nS,250,9.2\nE,80,2.5\n",
        "t.csv",
    ),
    "a level of one person": ("term,coef,n_at_level\nage,0.03,1900\nP12,4.1,1\n", "t.csv"),
}  # fmt: skip
MAY_LEAVE = {
    "what is missing of each variable": (
        "variable,n_missing,pct_missing\nldl,240,12.0\nbmi,66,3.3\n",
        "t.csv",
    ),
    "enrichment of sets of genes": (
        "pathway,size,overlap,NES,FDR\nKEGG_LIPID,8,3,1.8,0.01\nGO_Y,120,20,-1.2,0.09\n",
        "t.csv",
    ),
    "incidence by year": (
        "year,diagnoses,person_years,rate_per_1000\n2010,80,14000,5.71\n2011,95,14800,6.42\n",
        "t.csv",
    ),
    "survival from the start": (
        "time_years,n_at_risk,n_events,survival\n0,1200,0,1\n1,1104,48,0.96\n2,1010,51,0.916\n",
        "t.csv",
    ),
    "the log of a program": (
        "2026-03-01 10:00:12 INFO regenie v3.4.1\n"
        "2026-03-01 10:00:13 INFO loaded 1986 individuals\n",
        "t.log",
    ),
    "a confusion matrix among metrics": (
        '{"auc": 0.81, "confusion_matrix": [[488, 52], [65, 595]], "n_test": 1200}',
        "t.json",
    ),
    "distances of populations": (
        ",EUR,FIN,EST\nEUR,0,0.006,0.004\nFIN,0.006,0,0.005\nEST,0.004,0.005,0\n",
        "t.csv",
    ),
    "numbers of quality control": (
        '{"thresholds": {"maf": 0.01}, "variants": {"input": 1204331, "passed": 987220}}',
        "t.json",
    ),
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


def _drawing(picture: bytes) -> str:
    source = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'viewBox="0 0 300 300"><image x="1" y="1" width="200" height="200" '
        f'xlink:href="data:image/png;base64,{source}"/></svg>'
    )


def _png(pixels: np.ndarray) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(sink, format="PNG")
    return sink.getvalue()


@pytest.fixture
def genotypes() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.binomial(2, rng.uniform(0.05, 0.5, 90), (60, 90))


@pytest.mark.parametrize(
    ("is_shuffled", "verdict"), [(False, Verdict.PASS), (True, Verdict.REVIEW)]
)
def test_a_colour_bar_inside_a_drawing_passes_in_its_order_and_is_written_anew(
    judged, is_shuffled, verdict
):
    steps = np.linspace(40, 250, 60)
    if is_shuffled:
        np.random.default_rng(1).shuffle(steps)
    shades = np.repeat(steps[:, None, None], 20, axis=1).repeat(3, axis=2)

    found = judged(_drawing(_png(shades)), "t.svg")

    assert found.report.verdict is verdict
    assert found.canonical is not None
    assert b"data:image/png;base64," in found.canonical.data


def test_a_payload_after_a_picture_inside_a_drawing_is_found(judged):
    white = _png(np.full((60, 60, 3), 255))

    found = judged(_drawing(white + bytes(range(256)) * 40), "t.svg")

    assert found.report.verdict is Verdict.BLOCK


@pytest.mark.parametrize("n_pixels", [1, 2, 5])
def test_genotypes_are_found_in_pixels_however_large_a_cell_is_drawn(judged, genotypes, n_pixels):
    cells = (genotypes * 100).repeat(n_pixels, axis=0).repeat(n_pixels, axis=1)

    found = judged(_png(np.stack([cells] * 3, axis=2)), "t.png")

    assert found.report.verdict is Verdict.BLOCK


def test_a_payload_in_the_first_rows_of_pixels_is_found(judged):
    pixels = np.full((480, 640, 3), 255)
    pixels[:15] -= np.random.default_rng(2).integers(0, 2, (15, 640, 3))

    found = judged(_png(pixels), "t.png")

    assert found.report.verdict is Verdict.BLOCK


def test_dosages_that_are_not_all_sure_are_genotypes(judged, genotypes):
    noise = np.random.default_rng(3).normal(0, 0.06, genotypes.shape)
    dosages = np.clip(genotypes + noise, 0, 2).round(3)
    table = "\n".join(
        [",".join(f"v{i}" for i in range(90)), *(",".join(map(str, r)) for r in dosages)]
    )

    found = judged(table, "t.csv", n=500)

    assert found.report.verdict is Verdict.BLOCK


def test_counts_by_allele_are_read_as_hail_writes_them(judged):
    rows = "".join(
        f"1:{1000 + 60_000 * i}\t[{300 + i % 90},{100 - i % 90}]\t400\n" for i in range(3000)
    )

    found = judged(f"locus\tcall_stats.AC\tcall_stats.AN\n{rows}", "t.tsv", n=200)

    assert found.report.verdict is Verdict.BLOCK
