# ruff: noqa: E501  # made exports read better with one item a line
# made exports read better with one item a line
"""What models were set to, how they were fitted and how well they do, beside their nearest harm."""

from __future__ import annotations

import base64
import gzip

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from gdi_spe.boundary.findings import Verdict

LM = """
Call:
lm(formula = bmi ~ age + sex, data = d)

Coefficients:
            Estimate Std. Error t value Pr(>|t|)
(Intercept) 24.91523    0.33410  74.575  < 2e-16 ***
age          0.04121    0.00540   7.631 2.79e-14 ***
sexM         0.61222    0.12110   5.055 4.46e-07 ***

Residual standard error: 4.211 on {} degrees of freedom
"""
RESIDUALS = """Residuals:
     Min       1Q   Median       3Q      Max
-14.3871  -2.8112  -0.1033   2.7114  15.9981
"""
ANOVA = """            Df Sum Sq Mean Sq F value    Pr(>F)
age          1   1021 1021.32  57.588 3.884e-14 ***
sex          1    512  512.11  28.876 8.083e-08 ***
Residuals {:>4}  88604   17.73
"""
STATA = """         t2d | Odds ratio   Std. err.      z    P>|z|     [95% conf. interval]
-------------+----------------------------------------------------------------
         prs |   1.612031   .0331220    23.24   0.000     1.548401    1.678277
       _cons |   .0041120   .0004801   -47.05   0.000     .0032710    .0051693
"""
P_VALUES = "chr,pos,p\n" + "".join(f"1,{1000 + 991 * i},0.{i + 101}\n" for i in range(300))
DELETIONS = (
    "chromosome\tposition\treference\talternate\tend\tallele_count\tallele_number\tallele_frequency\n"
    "1\t1000\tN\t<DEL>\t1500\t120\t10000\t0.012\n1\t1000\tN\t<DEL>\t{}\t220\t10000\t0.022\n"
)
MAY_LEAVE = {
    "a summary of lm": (LM.format(4997), "t.txt"),
    "an analysis of variance": (ANOVA.format(4997), "t.txt"),
    "a logistic model of Stata": (STATA, "t.log"),
    "a grid of settings": (
        "param_C,param_penalty,mean_fit_time,split0_test_score,mean_test_score,rank_test_score\n"
        "0.1,l1,0.41,0.78,0.77,2\n1,l1,0.52,0.79,0.78,1\n10,l2,0.61,0.77,0.76,3\n",
        "t.csv",
    ),
    "hyperparameters": (
        "max_depth,learning_rate,n_estimators,cv_auc_mean,cv_auc_sd\n"
        "3,0.1,100,0.781,0.012\n5,0.05,200,0.785,0.011\n",
        "t.csv",
    ),
    "a course of training": (
        "epoch,loss,val_loss,val_accuracy\n1,0.7,0.72,0.6\n2,0.6,0.66,0.63\n3,0.5,0.61,0.66\n",
        "t.csv",
    ),
    "power of designs": (
        "n_cases,n_controls,maf,odds_ratio,alpha,power\n500,1000,0.05,1.2,5e-8,0.11\n"
        "1000,2000,0.05,1.2,5e-8,0.42\n2000,4000,0.05,1.2,5e-8,0.91\n",
        "t.csv",
    ),
    "sums beside means": (
        "sex,n,sum,mean,std\nF,1480,5012.3,3.3867,0.81\nM,1520,5200.1,3.4211,0.84\n",
        "t.csv",
    ),
    "coefficients as pandas writes a series": (",0\nIntercept,2.95\nage,0.01\nbmi,0.02\n", "t.csv"),
    "genotype counts of a test of equilibrium": (
        "snp,AA,AB,BB,chi2,p\nrs1,1200,2400,1400,7.9,0.005\nrs2,3000,1700,300,10.1,0.001\n",
        "t.csv",
    ),
    "settings in sections": (
        "[gwas]\nmaf = 0.01\nthreads = 8\n\n[output]\nprefix = 'bmi'\n",
        "t.toml",
    ),
    "settings of a tree": (
        '{"maf": 0.01, "threads": 8, "k_neighbours": 5, "version": 2}',
        "t.json",
    ),
    "an empty table of hits": ("SNP,CHR,BP,P\n", "t.csv"),
    "estimated means by group": (
        " carrier emmean    SE   df lower.CL upper.CL\n no        3.41 0.012 4996     3.39     3.43\n"
        " yes       3.12 0.051 4996     3.02     3.22\n",
        "t.txt",
    ),
    "p-values behind a Manhattan plot": (P_VALUES, "t.csv"),
    "deletions of different lengths": (DELETIONS.format(9000), "t.tsv"),
    "statistics as rows": ("stat,F,M\nn,1480,1520\nmean,3.39,3.42\nstd,0.81,0.84\n", "t.csv"),
    "groups without names": ('[{"n":1480,"ldl_mean":3.39},{"n":1520,"ldl_mean":3.42}]', "t.json"),
    "mean ancestry of populations": (
        "population,n,K1,K2\nEE,1800,0.91,0.09\nFI,900,0.2,0.8\n",
        "t.csv",
    ),
    "what was left out": ("step,n_removed,n_left\nraw,0,5000\ncall rate,41,4959\n", "t.csv"),
    "quantiles that hold enough people": (
        "quantile,ldl,bmi\n0.05,1.9,20.1\n0.5,3.4,26.0\n0.95,5.1,33.0\n",
        "t.csv",
    ),
}
# What is nearest to each of them, and may not.
MUST_NOT = {
    "a summary of lm with few people": (LM.format(5), "t.txt", Verdict.BLOCK),
    "an analysis of variance of few": (ANOVA.format(4), "t.txt", Verdict.BLOCK),
    "the smallest and largest residual": (RESIDUALS + LM.format(4997), "t.txt", Verdict.REVIEW),
    "a variable's five numbers": (
        "   Min. 1st Qu.  Median    Mean 3rd Qu.    Max.\n   12.1    21.2    25.3    26.1    29.4"
        "    61.7\n",
        "t.txt",
        Verdict.REVIEW,
    ),
    "settings beside people's traits": (
        "seed,age,bmi,accuracy\n1,54,24.1,0.8\n2,61,31.2,0.7\n3,38,22.9,0.9\n",
        "t.csv",
        Verdict.REVIEW,
    ),
    "power beside small groups": ("group,n,power\nA,400,0.8\nB,3,0.1\n", "t.csv", Verdict.BLOCK),
    "sums that are not those of the means": (
        "sex,n,sum,mean\nF,1480,5012.3,3.3867\nM,1520,9999.1,3.4211\n",
        "t.csv",
        Verdict.REVIEW,
    ),
    "few genotypes beside a test": (
        "snp,AA,AB,BB,chi2,p\nrs1,4700,290,3,7.9,0.005\nrs2,3000,1700,300,10.1,0.001\n",
        "t.csv",
        Verdict.REVIEW,
    ),
    "counts in sections": (
        "[counts]\ntotal = 5000\nDMD = 120\nLGMD = 3\n",
        "t.toml",
        Verdict.REVIEW,
    ),
    "people in sections": (
        "".join(
            f"[P{i:03d}]\nage = {30 + i}\nsex = F\ndiagnosis = G71.{i % 9}\n\n" for i in range(10)
        ),
        "t.ini",
        Verdict.BLOCK,
    ),
    "people as elements": (
        "".join(f"<patient><age>{30 + i}</age><sex>F</sex></patient>\n" for i in range(6)),
        "t.xml",
        Verdict.BLOCK,
    ),
    "people line by line": (
        "".join(f"Patient {chr(65 + i)}: {30 + i} years, female\n" for i in range(8)),
        "t.txt",
        Verdict.BLOCK,
    ),
    "a small group under a label that is left out": (
        "               n  mean_ldl\nsex smoking\nF   current  312      3.51\n    former     3      3.42\n"
        "M   current  401      3.60\n",
        "t.txt",
        Verdict.BLOCK,
    ),
    "a small cell of a group that a setting is called like": (
        ",A,B,C\nF,174,157,4\nM,181,187,170\n",
        "t.csv",
        Verdict.BLOCK,
    ),
    "a header of codes": ("P0412,P0977,G71\n", "t.csv", Verdict.REVIEW),
    "one deletion twice": (DELETIONS.format(1500), "t.tsv", Verdict.REVIEW),
    "more p-values than people hide in": (
        "chr,pos,p\n" + "".join(f"1,{1000 + 991 * i},0.{i % 997 + 1:03d}\n" for i in range(4000)),
        "t.csv",
        Verdict.REVIEW,
    ),
    "few people in statistics as rows": (
        "stat,F,M\nn,1480,3\nmean,3.39,3.42\nstd,0.81,0.84\n",
        "t.csv",
        Verdict.BLOCK,
    ),
    "more groups without names than people": (
        '[{"n":3480,"ldl_mean":3.39},{"n":4520,"ldl_mean":3.42}]',
        "t.json",
        Verdict.REVIEW,
    ),
    "ancestry of people": (
        "sample,K1,K2\n" + "".join(f"S{i:04d},0.{10 + i},0.{90 - i}\n" for i in range(40)),
        "t.csv",
        Verdict.BLOCK,
    ),
    "few people left": ("step,n_removed,n_left\nraw,0,12\ncall rate,9,3\n", "t.csv", Verdict.BLOCK),
    "counts under names of statistics": (
        "sex,case_1,case_2,total\nF,2012,4,2016\nM,1811,9,1820\n",
        "t.csv",
        Verdict.BLOCK,
    ),
    "a list of few carriers": ("- RYR1: 3 carriers\n- TTN: 120 carriers\n", "t.md", Verdict.BLOCK),
    "counts by diagnosis in a tree": (
        '{"n": 5000, "by_diagnosis": {"DMD": 120, "LGMD R9": 4}}',
        "t.json",
        Verdict.BLOCK,
    ),
    "few genotypes as PLINK counts them": (
        "CHR\tSNP\tA1\tA2\tC(HOM A1)\tC(HET)\tC(HOM A2)\n1\trs1\tA\tG\t0\t3\t4997\n"
        "2\trs3\tC\tT\t112\t1200\t3688\n",
        "t.frqx",
        Verdict.BLOCK,
    ),
    "a compressed table in letters": (
        "# Notes\n\n    "
        + base64.b64encode(gzip.compress(repr(list(range(300))).encode(), mtime=0)).decode()
        + "\n",
        "t.md",
        Verdict.BLOCK,
    ),
    "words hidden beside the numbers of a fit": (
        "Model: OLS  AIC: 512.3\nR-squared: 0.4 and participant 1123 of 34 years lives in Narva\n",
        "t.txt",
        Verdict.REVIEW,
    ),
    "a sum that one person makes up": (
        "hospital,n,total_cost,max_cost\nA,20,1000000,930000\nB,300,2100000,31000\n",
        "t.csv",
        Verdict.BLOCK,
    ),
    "quantiles beyond which there are few": (
        "quantile,ldl\n0.001,0.9\n0.5,3.4\n0.999,9.8\n",
        "t.csv",
        Verdict.REVIEW,
    ),
    "as many terms as people allow": (
        ",0\n" + "Intercept,2.95\n" + "".join(f"x{i},0.{i}\n" for i in range(1, 199)),
        "t.csv",
        Verdict.REVIEW,
    ),
}


@pytest.mark.parametrize("what", MAY_LEAVE)
def test_results_of_models_pass_as_programs_write_them(judged, what) -> None:
    content, name = MAY_LEAVE[what]

    found = judged(content, name, n=5000)

    assert found.report.verdict is Verdict.PASS, found.report.findings


@pytest.mark.parametrize("what", MUST_NOT)
def test_their_nearest_harm_does_not(judged, what) -> None:
    content, name, verdict = MUST_NOT[what]

    found = judged(content, name, n=1900 if "terms" in what else 5000)

    assert found.report.verdict >= verdict, found.report.findings


def test_p_values_of_few_people_are_looked_at(judged) -> None:
    assert judged(P_VALUES, n=999).report.verdict is not Verdict.PASS
    assert judged(P_VALUES, n=1000).report.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "name", ["cover", "margin", "c", "gamma", "seed", "observed", "lower", "sigma", "overall", "df"]
)
def test_one_column_of_values_by_place_needs_a_name_of_its_own(judged, name) -> None:
    rows = "".join(f"Farm{chr(97 + i)},{20 + i * 1.7:.1f}\n" for i in range(15))

    assert judged(f"place,{name}\n{rows}", n=5000).report.verdict is not Verdict.PASS


@pytest.mark.parametrize("name", ["gain", "beta", "estimate", "score", "r2"])
def test_values_beside_names_of_persons_are_theirs(judged, name) -> None:
    rows = "".join(f"Mari{chr(97 + i)},{20 + i * 1.7:.1f}\n" for i in range(15))

    assert judged(f"person,{name}\n{rows}", n=5000).report.verdict is Verdict.BLOCK


def test_a_summary_of_a_model_in_latex_is_read_as_its_text_is(report):
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"ldl": rng.normal(3.3, 0.9, 9_000), "bmi": rng.normal(27, 4, 9_000)})
    summary = smf.ols("ldl ~ bmi", data).fit().summary()
    alone = smf.ols("ldl ~ bmi", data.head(9)).fit().summary()

    assert report(summary.as_text(), "m.txt", n=9_000).verdict.word == "pass"
    assert report(summary.as_latex(), "m.tex", n=9_000).verdict.word == "pass"
    assert report(alone.as_latex(), "m.tex", n=9_000).verdict.word == "block"
