"""What programs of statistical genetics write: honest results pass, their neighbours do not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.contents.words.dialects import head_of
from tests.disclosure.dialects_written import (
    WITH_FREQUENCIES,
    WITHOUT_FREQUENCIES,
    Study,
    common,
    with_rare,
)

ALL = {**WITH_FREQUENCIES, **WITHOUT_FREQUENCIES}
Report = Callable[..., FileReport]


@pytest.mark.parametrize("dialect", ALL)
def test_common_variants_of_many_people_pass(dialect: str, report: Report) -> None:
    written = ALL[dialect](common(12_000, 600))

    told = report(written, "results.txt", n=12_000)

    assert told.verdict is Verdict.PASS, [f.why for f in told.findings]


@pytest.mark.parametrize("dialect", ALL)
def test_many_variants_of_few_people_are_blocked(dialect: str, report: Report) -> None:
    written = ALL[dialect](common(80, 3_000))

    told = report(written, "results.txt", n=80)

    assert told.verdict is Verdict.BLOCK


@pytest.mark.parametrize("dialect", [d for d in ALL if d != "LDSC sumstats"])
def test_few_copies_of_an_allele_do_not_pass(dialect: str, report: Report) -> None:
    written = ALL[dialect](with_rare(12_000, 600))

    told = report(written, "results.txt", n=12_000)

    assert told.verdict > Verdict.PASS


@pytest.mark.parametrize("dialect", ALL)
def test_a_column_of_somebodys_genotypes_beside_results_does_not_pass(
    dialect: str, report: Report
) -> None:
    lines = ALL[dialect](common(12_000, 600)).splitlines()
    start = next(i for i, line in enumerate(lines) if "\t" in line or not line.startswith("# "))
    joint = "\t" if "\t" in lines[start] else "," if "," in lines[start] else " "
    grown = [
        *lines[:start], f"{lines[start]}{joint}proband_dosage",
        *(f"{line}{joint}{i % 3}" for i, line in enumerate(lines[start + 1 :])),
    ]  # fmt: skip

    told = report("\n".join(grown) + "\n", "results.txt", n=12_000)

    assert told.verdict > Verdict.PASS


@pytest.mark.parametrize("dialect", ["plink2 linear", "plink2 logistic"])
def test_errors_alone_give_away_that_alleles_are_rare(dialect: str, report: Report) -> None:
    rare = Study(12_000, common(12_000, 400).maf * 0 + 3 / 24_000)

    told = report(ALL[dialect](rare), "results.tsv", n=12_000)

    assert told.verdict > Verdict.PASS


def test_one_persons_genotypes_as_scores_are_no_scores(report: Report) -> None:
    study = common(12_000, 600)
    genotypes = np.random.default_rng(1).binomial(2, study.maf * 0.4)
    z = (genotypes - 0.8 * study.maf) / np.sqrt(0.8 * study.maf * (1 - 0.4 * study.maf))
    rows = "".join(f"rs{i}\tA\tG\t{each:.3f}\t12000\n" for i, each in enumerate(z))

    told = report("SNP\tA1\tA2\tZ\tN\n" + rows, "trait.sumstats", n=12_000)

    assert told.verdict > Verdict.PASS


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("LOG(OR)_SE", "se"), ("frequentist_add_beta_1", "beta"), ("P_BOLT_LMM_INF", "p"),
        ("HetISq", "z"), ("bJ_se", "se"), ("PRS.R2", "z"), ("Coefficient_z-score", "z"),
    ],
)  # fmt: skip
def test_a_name_is_understood_by_its_words(name: str, meaning: str) -> None:
    assert head_of(name) == meaning


@pytest.mark.parametrize("name", ["age_z", "proband_p", "ldl", "z_P0012", "PRS", "case_12345"])
def test_a_name_with_one_unknown_word_is_not_understood(name: str) -> None:
    assert head_of(name) is None


_SUMMARY = """                     Logit Regression Results
Dep. Variable:  ,cad             ,  No. Observations:  ,  {n}
Model:          ,Logit           ,  Df Residuals:      ,  {df}
Date:           ,Sat, 28 Nov 2026,  Pseudo R-squ.:     ,0.05025
converged:      ,True            ,  LL-Null:           , -1426.8
     ,   coef   , std err ,    z    ,P>|z| ,  [0.025 ,  0.975]
const,   -1.0421,    0.261,   -4.000, 0.000,   -1.553,   -0.532
age  ,    0.0010,    0.005,    0.221, 0.825,   -0.008,    0.010
"""
_PAGE = """<table class="simpletable"><caption>OLS Regression Results</caption>
<tr><th>Dep. Variable:</th><td>ldl</td><th>  R-squared:</th><td>   0.112</td></tr>
<tr><th>No. Observations:</th><td>{n}</td><th>  AIC:</th><td>   6797.</td></tr>
<tr><th>Df Residuals:</th><td>{df}</td><th>  BIC:</th><td>   6820.</td></tr></table>
<table class="simpletable"><tr><td></td><th>coef</th><th>std err</th><th>t</th><th>P>|t|</th></tr>
<tr><th>const</th><td>-0.0411</td><td>0.113</td><td>-0.362</td><td>0.717</td></tr>
<tr><th>age</th><td>0.0207</td><td>0.002</td><td>10.434</td><td>0.000</td></tr></table>
"""


@pytest.mark.parametrize("written", [_SUMMARY, _PAGE])
def test_summaries_of_statsmodels_pass_for_many_people_only(written: str, report: Report) -> None:
    name = "summary.html" if written is _PAGE else "summary.csv"

    many = report(written.format(n=2400, df=2397), name, n=2400)
    few = report(written.format(n=9, df=6), name, n=2400)

    assert many.verdict is Verdict.PASS, [f.why for f in many.findings]
    assert few.verdict is Verdict.BLOCK
