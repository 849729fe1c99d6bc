"""Cumulative incidence equals statsmodels' and R's, and is the share in this world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from gdi_spe.analysis.survival import curves
from gdi_spe.analysis.survival.competing import Causes, cumulative_incidence, table_of
from gdi_spe.analysis.survival.times import Times
from tests.analysis.survival.data import ask_r, has_r, made, times_of

needs_r = pytest.mark.skipif(not has_r(), reason="R's package survival is not here")


def causes(n: int = 300, seed: int = 0, *, late: bool = False) -> tuple[Causes, pd.DataFrame]:
    """Two events by chance; status 1 is of interest, 2 competes, 0 is censored."""
    table = made(n, seed)
    rng = np.random.default_rng(seed + 100)
    table["status"] = np.where(table["event"], rng.integers(1, 3, n), 0)
    times = times_of(table.assign(event=table["status"] > 0), late=late)
    return Causes(times, table["status"].to_numpy() == 1), table


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incidence_and_its_error_equal_those_of_statsmodels(seed: int) -> None:
    both, table = causes(seed=seed)

    found = cumulative_incidence(both.times, both.is_first)

    with np.errstate(divide="ignore", invalid="ignore"):
        oracle = CumIncidenceRight(table["time"], table["status"])
    here = np.searchsorted(oracle.times, found.time)
    assert found.incidence == pytest.approx(oracle.cinc[0][here], abs=1e-12)
    known = np.isfinite(oracle.cinc_se[0][here])
    error = np.sqrt(found.variance)[known]
    assert error == pytest.approx(oracle.cinc_se[0][here][known], abs=1e-10)
    assert known.mean() > 0.95


@needs_r
def test_incidence_with_late_entry_equals_that_of_r(tmp_path: Path) -> None:
    both, table = causes(seed=4, late=True)
    at = np.array([0.5, 1, 2, 4, 7])

    found = cumulative_incidence(both.times, both.is_first)

    told = ask_r(
        "d$id <- seq_len(nrow(d))\n"
        "f <- survfit(Surv(entry, time, factor(status)) ~ 1, d, id=id)\n"
        "out <- data.frame(p=summary(f, times=c(0.5, 1, 2, 4, 7))$pstate[, 2])",
        tmp_path,
        table,
    )
    step = np.searchsorted(found.time, at, side="right") - 1
    assert found.incidence[step] == pytest.approx(told["p"].to_numpy(), abs=1e-10)


@given(st.integers(20, 200), st.integers(0, 50))
def test_both_incidences_and_survival_make_up_everybody(n: int, seed: int) -> None:
    both, _ = causes(n, seed)

    one = cumulative_incidence(both.times, both.is_first)
    other = cumulative_incidence(both.times, ~both.is_first)

    whole = one.incidence + other.incidence + curves.kaplan_meier(both.times).survival
    assert whole == pytest.approx(np.ones(len(whole)), abs=1e-10)


def test_without_a_rival_it_is_one_less_survival() -> None:
    both, _ = causes(seed=5)
    alone = Causes(both.times, both.times.happened)

    found = cumulative_incidence(alone.times, alone.is_first)

    survival = curves.kaplan_meier(both.times)
    assert found.incidence == pytest.approx(1 - survival.survival, abs=1e-12)
    known = survival.survival > 0
    greenwood = survival.survival[known] * np.sqrt(survival.variance[known])
    assert np.sqrt(found.variance)[known] == pytest.approx(greenwood, rel=1e-9)


def test_it_is_told_on_a_grid_where_enough_are_at_risk() -> None:
    both, _ = causes(400, seed=6)

    table = table_of({"everybody": both.times}, both, curves.Grid("years", 1), 20)

    assert list(table.columns) == [
        "group", "time_years", "n_at_risk", "cumulative_incidence", "lower", "upper"
    ]  # fmt: skip
    assert (table["n_at_risk"] >= 20).all()
    inside = table[["lower", "cumulative_incidence", "upper"]].to_numpy()[1:]
    assert (np.diff(inside, axis=1) > 0).all()
    assert inside.min() >= 0
    assert inside.max() <= 1


def test_limits_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(9)
    inside, truth = 0, 0.5 * (1 - np.exp(-2.0))

    for _ in range(300):
        n = 150
        time, is_first = rng.exponential(0.5, n), rng.random(n) < 0.5
        lost = rng.exponential(3.0, n)
        times = Times(tuple(map(str, range(n))), np.minimum(time, lost), time <= lost, np.zeros(n))
        row: Any = table_of({"a": times}, Causes(times, is_first), curves.Grid("years", 1), 1)
        low, high = row.loc[row["time_years"] == 1, ["lower", "upper"]].to_numpy()[0]
        inside += low <= truth <= high

    assert inside / 300 == pytest.approx(0.95, abs=0.035)
