"""Tables of models that do not say of how many people they are: what their numbers tell of it."""

from __future__ import annotations

from pathlib import Path

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


def terms(fit: object, statistic: str = "statistic") -> pd.DataFrame:
    """Return a model's terms as broom writes them: nothing tells how many people there are."""
    interval = fit.conf_int()  # type: ignore[attr-defined]
    return pd.DataFrame({
        "term": fit.params.index, "estimate": fit.params.values,  # type: ignore[attr-defined]
        "std.error": fit.bse.values, statistic: fit.tvalues.values,  # type: ignore[attr-defined]
        "p.value": fit.pvalues.values, "conf.low": interval[0].values,  # type: ignore[attr-defined]
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
