"""Cox's model equals statsmodels' and R's, and says by name what it cannot estimate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.cox import MonotoneLikelihood, cox
from gdi_spe.analysis.survival.design import design_of
from gdi_spe.analysis.survival.likelihood import Likelihood
from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput
from tests.analysis.survival.data import ask_r, freireich, has_r, made, times_of

needs_r = pytest.mark.skipif(not has_r(), reason="R's package survival is not here")
NAMES = ("age", "carrier", "dose")


def covariates(table: pd.DataFrame, *names: str) -> dict[str, dict[str, Any]]:
    people = times_of(table).individuals
    return {name: dict(zip(people, table[name], strict=True)) for name in names}


def strata_of(table: pd.DataFrame, name: str) -> dict[str, str]:
    return dict(zip(times_of(table).individuals, table[name], strict=True))


@pytest.mark.parametrize(("ties", "beta", "error"), [
    # Hazard of relapse on placebo (R's survival and Kleinbaum and Klein 2012 print these).
    ("efron", 1.5721, 0.4124),
    ("breslow", 1.5092, 0.4096),
])  # fmt: skip
def test_the_published_remissions_give_the_published_hazard(
    ties: Any, beta: float, error: float
) -> None:
    table = freireich()

    found = cox(times_of(table), covariates(table, "treated"), ties=ties)

    assert found["beta"][0] == pytest.approx(-beta, abs=5e-5)
    assert found["standard_error"][0] == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("by_site", [False, True])
def test_estimates_and_errors_equal_those_of_statsmodels(
    ties: Any, late: bool, by_site: bool
) -> None:
    table = made(400, seed=7)
    words = {"strata": strata_of(table, "site")} if by_site else {}

    found = cox(times_of(table, late=late), covariates(table, *NAMES), ties=ties, **words)

    oracle = PHReg(
        table["time"], table[list(NAMES)], status=table["event"].astype(int), ties=ties,
        entry=table["entry"] if late else None, strata=table["site"] if by_site else None,
    ).fit(method="newton", tol=1e-12, maxiter=100, disp=False)  # fmt: skip
    assert found["beta"].tolist() == pytest.approx(oracle.params, abs=1e-8)
    assert found["standard_error"].tolist() == pytest.approx(oracle.bse, abs=1e-8)
    assert found.attrs["log_likelihood"] == pytest.approx(oracle.llf, abs=1e-6)


@needs_r
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("scale", ["km", "rank", "identity", "log"])
def test_estimates_and_the_test_of_proportional_hazards_equal_those_of_r(
    tmp_path: Path, ties: Any, scale: Any
) -> None:
    table = made(300, seed=8)

    found = cox(
        times_of(table, late=True), covariates(table, *NAMES), ties=ties, proportional=scale,
        strata=strata_of(table, "site"),
    )  # fmt: skip

    told = ask_r(
        "f <- coxph(Surv(entry, time, event) ~ age + carrier + dose + strata(site), d, "
        f"ties='{ties}', control=coxph.control(eps=1e-14, iter.max=50))\n"
        f"z <- cox.zph(f, '{scale}')$table\n"
        "out <- data.frame(b=coef(f), se=sqrt(diag(vcov(f))), ll=f$loglik[2], l0=f$loglik[1],"
        " p=z[1:3, 'p'], whole=z[4, 'chisq'])",
        tmp_path,
        table.assign(event=table["event"].astype(int)),
    )
    assert found["beta"].tolist() == pytest.approx(told["b"], abs=1e-9)
    assert found["standard_error"].tolist() == pytest.approx(told["se"], abs=1e-9)
    assert found.attrs["log_likelihood"] == pytest.approx(told["ll"][0], abs=1e-8)
    assert found.attrs["log_likelihood_null"] == pytest.approx(told["l0"][0], abs=1e-8)
    assert found["p_value_proportional"].tolist() == pytest.approx(told["p"], rel=1e-6)
    assert found.attrs["chi_squared_proportional"] == pytest.approx(told["whole"][0], rel=1e-6)


@needs_r
def test_the_data_of_r_give_what_r_prints(tmp_path: Path) -> None:
    table = ask_r("out <- na.omit(lung[, c('time', 'status', 'age', 'sex', 'ph.ecog')])", tmp_path)
    table["event"] = table["status"] == 2

    found = cox(times_of(table), covariates(table, "age", "sex", "ph.ecog"))

    # ?coxph and its vignettes: coxph(Surv(time, status) ~ age + sex + ph.ecog, data = lung)
    assert found["beta"].tolist() == pytest.approx([0.011067, -0.552612, 0.463728], abs=5e-7)
    assert found["standard_error"].tolist() == pytest.approx(
        [0.009267, 0.167739, 0.113577], abs=5e-7
    )
    assert found.attrs["n_events"] == 164


def test_categories_are_compared_with_the_most_frequent() -> None:
    table = made(200, seed=9)
    table["site"] = ["b"] * 120 + ["a"] * 50 + ["c"] * 30

    found = cox(times_of(table), covariates(table, "site"))

    assert found["term"].tolist() == ["site=a", "site=c"]


def test_limits_and_p_values_are_walds() -> None:
    table = made(seed=10)

    found = cox(times_of(table), covariates(table, "age"), level=0.9).iloc[0]

    z = found["beta"] / found["standard_error"]
    assert found["z"] == pytest.approx(z)
    assert np.log(found["ci_upper"]) - found["beta"] == pytest.approx(
        1.6448536 * found["standard_error"], rel=1e-6
    )


def parted(n: int = 60) -> pd.DataFrame:
    """Times where every event is of a carrier."""
    table = made(n, seed=11, ties=None)
    table["carrier"] = np.where(table["event"], 1.0, np.arange(n) % 2)
    return table


def test_a_covariate_that_parts_the_events_from_the_others_is_named() -> None:
    table = parted()

    with pytest.raises(MonotoneLikelihood, match=r"carrier has no end.*firth=True"):
        cox(times_of(table), covariates(table, "age", "carrier"))


def test_firths_penalty_makes_the_estimate_finite() -> None:
    table = parted()

    found = cox(times_of(table), covariates(table, "age", "carrier"), firth=True)

    assert np.isfinite(found[["beta", "standard_error", "p_value"]].to_numpy()).all()
    assert found["beta"][1] > 1
    assert found["p_value"][1] < 0.05


def test_firths_estimate_is_where_the_penalised_likelihood_is_greatest() -> None:
    table = parted(40)
    times, by_name = times_of(table, late=True), covariates(table, "age", "carrier")
    design = design_of(times, by_name)
    likelihood = Likelihood(times.time, times.happened, design.scaled, entry=times.entry)

    def loss(beta: np.ndarray) -> float:
        fit = likelihood.at(beta)
        return -fit.log_likelihood - 0.5 * float(np.linalg.slogdet(fit.information)[1])

    found = cox(times, by_name, firth=True)

    how: Any = {"method": "Nelder-Mead", "options": {"xatol": 1e-9, "fatol": 1e-13}}
    best = minimize(loss, np.zeros(2), **how)
    alone = minimize(lambda b: loss(np.array([b[0], 0])), [0.0], **how)
    assert found["beta"].to_numpy() * design.scale == pytest.approx(best.x, abs=1e-5)
    assert found.attrs["log_likelihood"] == pytest.approx(-best.fun, abs=1e-9)
    assert found["p_value"][1] == pytest.approx(chi2.sf(2 * (alone.fun - best.fun), 1), rel=1e-5)


def test_the_likelihood_is_that_of_its_definition() -> None:
    table = made(25, seed=12, ties=None)
    x = table[["age", "dose"]].to_numpy() - 1
    beta = np.array([0.02, -0.3])
    likelihood = Likelihood(
        table["time"].to_numpy(), table["event"].to_numpy(), x, entry=table["entry"].to_numpy()
    )

    fit = likelihood.at(beta)

    whole = 0.0
    for row in np.flatnonzero(table["event"]):
        t = table["time"][row]
        late = (table["entry"] < t) | (table["entry"] == 0)
        here = (table["time"] >= t) & late
        whole += x[row] @ beta - np.log(np.exp(x[here] @ beta).sum())
    assert fit.log_likelihood == pytest.approx(whole, abs=1e-10)


@pytest.mark.parametrize("step", [np.array([1e-5, 0]), np.array([0, 1e-5])])
def test_slope_and_information_are_derivatives_of_the_likelihood(step: np.ndarray) -> None:
    table = made(80, seed=13)
    x = table[["carrier", "dose"]].to_numpy()
    beta, which = np.array([0.3, -0.2]), int(step.argmax())
    likelihood = Likelihood(table["time"].to_numpy(), table["event"].to_numpy(), x)

    for at in (likelihood.at, likelihood.penalised):
        above, below, here = at(beta + step), at(beta - step), at(beta)
        slope = (above.log_likelihood - below.log_likelihood) / 2e-5
        assert here.slope[which] == pytest.approx(slope, rel=1e-5)
    above, below, here = (likelihood.at(beta + s * step) for s in (1, -1, 0))
    assert here.information[which] == pytest.approx(-(above.slope - below.slope) / 2e-5, rel=1e-5)


def test_the_order_of_individuals_and_the_unit_of_time_change_nothing() -> None:
    table = made(seed=14)
    other = table.sample(frac=1, random_state=1).reset_index(drop=True)
    other[["time", "entry"]] *= 365.25

    one, two = (cox(times_of(t, late=True), covariates(t, *NAMES)) for t in (table, other))

    numbers = ["beta", "standard_error", "p_value", "p_value_proportional"]
    assert one[numbers].to_numpy() == pytest.approx(two[numbers].to_numpy(), rel=1e-7)


def test_large_covariates_do_not_overflow() -> None:
    table = made(seed=15)
    table["age"] = table["age"] * 1e6 + 1e9

    found = cox(times_of(table), covariates(table, "age"))

    usual = cox(times_of(made(seed=15)), covariates(made(seed=15), "age"))
    assert found["beta"][0] * 1e6 == pytest.approx(usual["beta"][0], rel=1e-5)


def test_individuals_without_everything_are_left_out_and_counted() -> None:
    table = made(seed=16)
    some = covariates(table, "age", "dose")
    del some["age"]["I3"]
    some["dose"]["I4"] = np.nan

    found = cox(times_of(table), some)

    assert found.attrs["n"] == len(table) - 2
    assert found.attrs["n_left_out"] == 2


@pytest.mark.parametrize(
    ("change", "words", "told"),
    [
        ({"age": 3.0}, {}, "'age' is the same for everybody"),
        ({"age": "x"}, {}, "'age=x' is the same for everybody"),
        ({}, {"ties": "exact"}, "ties='exact'"),
        ({}, {"proportional": "lin"}, "proportional='lin'"),
    ],
)
def test_wrong_covariates_and_arguments_are_named(
    change: dict[str, Any], words: dict[str, Any], told: str
) -> None:
    table = made(seed=17).assign(**change)

    with pytest.raises(BadInput, match=told):
        cox(times_of(table), covariates(table, "age", "dose"), **words)


def test_a_covariate_that_follows_from_others_is_named() -> None:
    table = made(seed=18)
    table["twice"] = 2 * table["age"] + table["dose"]

    with pytest.raises(BadInput, match="'twice' follows from the others"):
        cox(times_of(table), covariates(table, "age", "dose", "twice"))


def test_too_few_events_are_said_with_how_many_are_needed() -> None:
    table = made(50, seed=19)
    table["event"] = np.arange(50) < 2

    with pytest.raises(TooFewPeople, match=r"2 of 50 individuals had the event.*3 terms"):
        cox(times_of(table), covariates(table, *NAMES))
    with pytest.raises(BadInput, match="needs a covariate"):
        cox(times_of(table), {})
    with pytest.raises(TooFewPeople, match="none of 50 individuals has age"):
        cox(times_of(table), {"age": {"nobody": 3.0}})


def test_nobody_can_be_in_a_model_of_no_times() -> None:
    nobody = Times((), np.zeros(0), np.zeros(0, bool), np.zeros(0))

    with pytest.raises(TooFewPeople):
        cox(nobody, {"age": {}})
