"""Survival equals R's and statsmodels', and is told where enough people are at risk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival import curves, logrank
from gdi_spe.analysis.survival.grouping import grouped
from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput
from tests.analysis.survival.data import ask_r, freireich, has_r, made, times_of

needs_r = pytest.mark.skipif(not has_r(), reason="R's package survival is not here")


def groups_of(table: pd.DataFrame, by: str, *, late: bool = False) -> dict[str, Times]:
    return {str(name): times_of(rows, late=late) for name, rows in table.groupby(by)}


def test_the_published_remissions_give_the_published_survival() -> None:
    treated = groups_of(freireich(), "treated")["1.0"]

    curve = curves.kaplan_meier(treated)

    # Kaplan-Meier estimates of the 6-MP group as Cox and Oakes 1984, table 4.1, print them.
    told = dict(zip(curve.time, np.round(curve.survival, 3), strict=True))
    assert told == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.69, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve.n_at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]


def test_the_published_remissions_give_the_published_log_rank_statistic() -> None:
    found = logrank.log_rank(groups_of(freireich(), "treated"))

    # 9 observed and 19.25 expected of the treated, chi-squared 16.79 (Kleinbaum and Klein 2012).
    assert found.chi_squared == pytest.approx(16.79, abs=0.005)
    assert found.observed.tolist() == [21, 9]
    assert found.expected == pytest.approx([10.75, 19.25], abs=0.005)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("late", [False, True])
def test_survival_and_its_error_equal_those_of_statsmodels(seed: int, late: bool) -> None:
    table = made(seed=seed)

    curve = curves.kaplan_meier(times_of(table, late=late))

    entry = table["entry"] if late else None
    oracle = SurvfuncRight(table["time"], table["event"].astype(int), entry=entry)
    here = np.isin(curve.time, oracle.surv_times)
    there = np.isin(oracle.surv_times, curve.time)
    assert here.all()
    assert curve.survival == pytest.approx(oracle.surv_prob[there], abs=1e-12)
    if not late:
        known = curve.survival > 0
        error = curve.survival[known] * np.sqrt(curve.variance[known])
        assert error == pytest.approx(oracle.surv_prob_se[there][known], abs=1e-10)


@pytest.mark.parametrize("rho", [0.0, 1.0])
def test_the_comparison_equals_that_of_statsmodels(rho: float) -> None:
    table = made(seed=3)
    words = {} if rho == 0 else {"weight_type": "fh", "fh_p": rho}

    found = logrank.log_rank(groups_of(table, "site"), rho=rho)

    statistic, p_value = survdiff(table["time"], table["event"], table["site"], **words)
    assert found.chi_squared == pytest.approx(statistic, rel=1e-8)
    assert found.p_value == pytest.approx(p_value, rel=1e-8)
    assert found.degrees_of_freedom == 2


def test_a_comparison_within_strata_equals_that_of_statsmodels() -> None:
    table = made(seed=4)
    parts = [groups_of(rows, "carrier") for _, rows in table.groupby("site")]

    found = logrank.log_rank(groups_of(table, "carrier"), parts)

    statistic, _ = survdiff(table["time"], table["event"], table["carrier"], strata=table["site"])
    assert found.chi_squared == pytest.approx(statistic, rel=1e-8)


@needs_r
def test_survival_limits_and_comparison_equal_those_of_r(tmp_path: Path) -> None:
    table = made(seed=5)
    at = np.array([0, 0.05, 1, 2.5, 5, 8])

    curve = curves.kaplan_meier(times_of(table, late=True))
    survival, lower, upper = curves.read_off(curve, at)
    compared = logrank.log_rank(groups_of(table, "site"), rho=1)

    told = ask_r(
        "f <- summary(survfit(Surv(entry, time, event) ~ 1, d, conf.type='log-log'), times=c(0, "
        "0.05, 1, 2.5, 5, 8), extend=T)\nout <- data.frame(s=f$surv, l=f$lower, u=f$upper, "
        "n=f$n.risk, chi=survdiff(Surv(time, event) ~ site, d, rho=1)$chisq)",
        tmp_path,
        table.assign(event=table["event"].astype(int)),
    )
    assert survival == pytest.approx(told["s"].to_numpy(), abs=1e-10)
    assert lower == pytest.approx(told["l"].to_numpy(), abs=1e-10)
    assert upper == pytest.approx(told["u"].to_numpy(), abs=1e-10)
    assert curves.at_risk(times_of(table, late=True), at[2:]).tolist() == told["n"].tolist()[2:]
    assert compared.chi_squared == pytest.approx(told["chi"][0], rel=1e-9)


@given(st.integers(1, 200), st.integers(0, 50), st.integers(2, 20))
def test_no_row_of_a_grid_is_of_fewer_people_than_the_minimum(n: int, seed: int, k: int) -> None:
    groups = groups_of(made(n, seed), "carrier", late=True)
    last = max([t for t in (curves.last_time(g, k) for g in groups.values()) if t == t], default=0)

    table = curves.table_of(groups, curves.chosen_grid(last), k)

    assert (table["n_at_risk"] >= k).all()
    assert len(table) <= 42
    if len(table):
        steps = table.groupby("group")[table.columns[1]].diff().dropna()
        assert np.allclose(steps, np.round(steps / max(steps.min(), 1)) * max(steps.min(), 1))
        assert table["survival"].between(0, 1).all()
        assert (table.groupby("group")["survival"].diff().dropna() <= 1e-12).all()


@given(st.floats(0.01, 120))
def test_a_grid_has_about_ten_to_twenty_steps_of_a_usual_length(last: float) -> None:
    grid = curves.chosen_grid(last)

    n_steps = len(grid.until(last)) - 1
    assert 3 <= n_steps <= 20
    assert float(grid.step).is_integer()


def test_survival_on_a_grid_is_the_exact_survival_at_those_times() -> None:
    table = made(seed=6)
    groups = {"everybody": times_of(table)}

    told = curves.table_of(groups, curves.Grid("years", 1), 10)

    whole = SurvfuncRight(table["time"], table["event"].astype(int))
    exact = [np.r_[1.0, whole.surv_prob][(whole.surv_times <= t).sum()] for t in told["time_years"]]
    assert told["survival"].tolist() == pytest.approx(exact, abs=1e-12)
    assert told["n_at_risk"].tolist() == [(table["time"] >= t).sum() for t in told["time_years"]]


def test_the_exact_table_has_a_row_an_event() -> None:
    groups = groups_of(freireich(), "treated")

    exact = curves.exact_table(groups)

    assert exact[exact["group"] == "1.0"]["time_years"].tolist() == [6, 7, 10, 13, 16, 22, 23]


def test_nobody_and_nothing_are_refused_by_name() -> None:
    alone = {"a": times_of(freireich())}
    censored = alone["a"].take(~alone["a"].happened)

    with pytest.raises(TooFewPeople, match="1 groups"):
        logrank.log_rank(alone)
    with pytest.raises(TooFewPeople, match="0 events"):
        logrank.log_rank({"a": censored, "b": censored})
    with pytest.raises(BadInput, match="grid=-1"):
        curves.grid_of(-1, 10)


def test_somebody_in_two_groups_is_refused() -> None:
    times = times_of(freireich())

    with pytest.raises(BadInput, match="1 individuals of 'b' are in another"):
        grouped(times, {"a": ["I0", "I1"], "b": ["I1", "I2"]})
