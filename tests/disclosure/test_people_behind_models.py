# ruff: noqa: E501  # made exports read better with one item a line
"""Tables of models that do not say of how many people they are: what their numbers tell of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.shapes.freedom import least_people

POLICY = policy_named("gdi-default")


def people(n: int, seed: int = 1) -> pd.DataFrame:
    """Make people whose LDL cholesterol and diabetes depend on age, BMI and a score."""
    random = np.random.default_rng(seed)
    made = pd.DataFrame({
        "age": random.normal(55, 10, n), "bmi": random.normal(27, 5, n),
        "prs": random.normal(size=n),
    })  # fmt: skip
    made["ldl"] = 1 + 0.02 * made.age + 0.03 * made.bmi + 0.3 * made.prs
    made["ldl"] += 0.8 * random.normal(size=n)
    log_odds = -5 + 0.05 * made.age + 0.04 * made.bmi + 0.3 * made.prs
    made["t2d"] = (random.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return made


def terms(fit: Any, statistic: str = "statistic") -> pd.DataFrame:
    """Return a model's terms as broom writes them: nothing tells how many people there are."""
    interval = fit.conf_int()
    return pd.DataFrame({
        "term": fit.params.index, "estimate": fit.params.values,
        "std.error": fit.bse.values, statistic: fit.tvalues.values,
        "p.value": fit.pvalues.values, "conf.low": interval[0].values,
        "conf.high": interval[1].values,
    })  # fmt: skip


def ratios(table: pd.DataFrame) -> pd.DataFrame:
    """Return odds ratios with their intervals, as papers have them."""
    told = np.exp(table[["estimate", "conf.low", "conf.high"]]).round(2)[1:]
    told.columns = pd.Index(["OR", "CI_low", "CI_high"])
    told.insert(0, "variable", table.term[1:])
    return told.assign(p=table["p.value"][1:].round(4))


def linear(n: int) -> pd.DataFrame:
    """Fit a linear model."""
    return terms(smf.ols("ldl ~ age + bmi + prs", people(n)).fit())


def logistic(n: int) -> pd.DataFrame:
    """Fit a logistic model."""
    return terms(smf.logit("t2d ~ age + bmi + prs", people(n)).fit(disp=False))


def judged(path: Path, text: str, name: str) -> Verdict:
    """Judge a text, of whose people nothing is known, under a name."""
    (path / name).write_text(text)
    return check_files([path / name], POLICY, CheckContext()).verdict


MODELS = {
    "a linear model": lambda n: linear(n).to_csv(index=False),
    "a linear model of few digits": lambda n: terms(
        smf.ols("ldl ~ age + bmi + prs", people(n)).fit(), "t"
    ).round(4).to_csv(index=False),
    "estimates and errors": lambda n: linear(n)[["term", "estimate", "std.error"]]
    .round(3).to_csv(index=False),
    "a logistic model": lambda n: logistic(n).to_csv(index=False),
    "odds ratios": lambda n: ratios(logistic(n)).to_csv(index=False),
    "a summary of statsmodels": lambda n: smf.ols("ldl ~ age + bmi + prs", people(n)).fit()
    .summary().as_text(),
    "a summary as a page": lambda n: smf.logit("t2d ~ age + bmi + prs", people(n))
    .fit(disp=False).summary().as_html(),
}  # fmt: skip
# Normal scores are alike of few people and of many (see limits.md).
UNTOLD = ("estimates and errors", "a logistic model", "odds ratios")
NAMES = {"a summary of statsmodels": "model.txt", "a summary as a page": "model.html"}


@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_many_people_may_leave_though_no_column_counts_them(
    tmp_path: Path, model: str
) -> None:
    verdict = judged(tmp_path, MODELS[model](6000), NAMES.get(model, "model.csv"))

    assert verdict is Verdict.PASS


@pytest.mark.parametrize("model", [each for each in MODELS if each not in UNTOLD])
def test_a_model_of_few_people_does_not_leave_unseen(tmp_path: Path, model: str) -> None:
    n = 30 if "summary" in model else 14

    verdict = judged(tmp_path, MODELS[model](n), NAMES.get(model, "model.csv"))

    assert verdict is not Verdict.PASS


@settings(max_examples=15, deadline=None)
@given(n=st.integers(8, 400), seed=st.integers(0, 1000))
def test_numbers_of_a_linear_model_never_tell_of_more_people_than_it_is_of(
    n: int, seed: int
) -> None:
    fit = smf.ols("ldl ~ age + bmi + prs", people(n, seed)).fit()

    form = canonicalise_bytes(terms(fit, "t").to_csv(index=False).encode(), "t.csv", POLICY)

    assert isinstance(form, Canonical)
    assert least_people(form.parts[0]) <= max(n, 30)


def test_ratios_whose_errors_are_all_wide_do_not_leave_unseen(tmp_path: Path) -> None:
    table = "variable,OR,CI_low,CI_high,p\nmale,2.10,0.31,14.2,0.44\nsmoker,3.2,0.4,25.6,0.27\n"

    verdict = judged(tmp_path, table, "model.csv")

    assert verdict is not Verdict.PASS


def test_one_row_that_is_written_wrongly_does_not_make_a_model_one_of_few(tmp_path: Path) -> None:
    table = "term,estimate,std.error,p.value\nage,1.079,0.0011,1e-9\nsexMale,1.711,0.024,0.01\n"

    verdict = judged(tmp_path, table, "model.csv")

    assert verdict is Verdict.PASS


PROVEN = {
    "a value over its error": "term,Value,Std.Error,t-value\n(Intercept),2.5431,0.0702,36.23\nage,0.0095,0.0012,7.92\n",
    "a trend within its interval": "sex,prs.trend,SE,df,lower.CL,upper.CL\nFemale,0.248,0.0152,6030,0.218,0.278\nMale,0.203,0.0149,6030,0.174,0.232\n",
    "an analysis of variance of broom": "term,df,sumsq,meansq,statistic,p.value\nage,1,44.1,44.1,68.4,1.6e-16\nResiduals,6027,3883.5,0.644,,\n",
    "terms and a bias of the bootstrap": "term,original,bias,std. error\nage,2.5333,-0.0037,0.0741\nprs,0.2258,0.0028,0.0107\n",
    "variances of random effects": " Groups   Name        Std.Dev.\n site     (Intercept)  0.38235\n Residual             15.25893\n",
    "a matrix of covariance of terms": ",(Intercept),age\n(Intercept),0.108,-0.00096\nage,-0.00096,0.000015\n",
}
OF_SOMEBODY = {
    "a slope of each patient": "patient,slope,se,lower,upper\nM.K.,-2.1,0.3,-2.7,-1.5\nA.T.,-1.1,0.2,-1.5,-0.7\nL.P.,-0.3,0.2,-0.7,0.1\n",
    "a score of each sample": "sample,z,p\nA,3.1,0.002\nB,0.2,0.84\nC,-1.2,0.23\n",
    "marginal means of few people": "smoking,emmean,SE,df,lower.CL,upper.CL\nCurrent,3.3,0.5,5,2.015,4.585\nNever,3.1,0.4,5,2.072,4.128\n",
    "a variance with few people left": "term,df,sumsq,meansq,statistic,p.value\nage,1,44.1,44.1,6.1,0.04\nResiduals,6,43.2,7.2,,\n",
    "means of a trait by carriers": "carrier,ldl,SE,lower,upper\nyes,5.1,0.9,3.3,6.9\nno,3.1,0.01,3.08,3.12\n",
    "a value that its error does not make": "name,Value,Std.Error,t-value\nA,51.2,0.07,36.23\nB,43.1,0.01,7.92\n",
    "a matrix of people": ",P01,P02\nP01,1,0.51\nP02,0.51,1\n",
}  # fmt: skip


@pytest.mark.parametrize("what", PROVEN)
def test_estimates_that_numbers_prove_may_leave_whatever_they_are_called(
    tmp_path: Path, what: str
) -> None:
    verdict = judged(tmp_path, PROVEN[what], "t.csv" if "," in PROVEN[what] else "t.txt")

    assert verdict is Verdict.PASS


@pytest.mark.parametrize("what", OF_SOMEBODY)
def test_what_is_of_somebody_does_not_leave_for_having_an_error(tmp_path: Path, what: str) -> None:
    verdict = judged(tmp_path, OF_SOMEBODY[what], "t.csv")

    assert verdict is not Verdict.PASS
