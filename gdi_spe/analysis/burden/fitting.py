"""A trait on what individuals carry of a set: linear and logistic models of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.regression import saddlepoint
from gdi_spe.analysis.regression.logistic import (
    FEW_CASE_ALLELES,
    LOOKED_AT_BELOW,
    TESTS,
    UNBALANCED,
    Test,
)
from gdi_spe.analysis.regression.model import Model, TooFewPeople
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.kernels import numpy_association as plain

Floats = NDArray[np.float64]
NONE = "none"


@dataclass(frozen=True)
class Fitted:
    """Of each set: slope, standard error, log p-value, individuals in it, and which test."""

    beta: Floats
    standard_error: Floats
    log_p: Floats
    n: NDArray[np.int64]
    test: NDArray[np.object_]


class LinearFit:
    """A linear model; a number that is NaN leaves its set's model."""

    def __init__(self, model: Model) -> None:
        self._basis = model.basis()
        self._residual = model.trait - self._basis @ (self._basis.T @ model.trait)

    def of(self, carried: Floats, _in_cases: NDArray[np.int64]) -> Fitted:
        """Regress on each row of ``carried``, shape ``(sets, individuals)``."""
        beta, error = plain.linear(carried, self._basis, self._residual)
        n = (~np.isnan(carried)).sum(axis=1)
        freedom = np.maximum(n - self._basis.shape[1] - 1, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_p = np.log(2) + stats.t.logsf(np.abs(beta / error), freedom)
        test = np.where(np.isnan(log_p), NONE, "t").astype(object)
        return Fitted(beta, error, log_p, n, test)


class LogisticFit:
    """A logistic model, with the test that each set can bear.

    ``auto`` scores every set; where the p-value is below 0.05 it fits the whole model, Firth's
    where fewer than 20 cases carry (or fewer than 20 do not) or one group is under a tenth of
    the other.

    Raises
    ------
    TooFewPeople
        If there are no cases or no controls.
    BadInput
        If the covariates alone tell cases from controls.
    """

    def __init__(self, model: Model, test: Test = "auto") -> None:
        if test not in TESTS:
            raise BadInput(f"test={shown(test)}", remedy=f"One of {', '.join(TESTS)}")
        self._test, self._columns, self._cases = test, model.covariates, model.trait > 0
        self._null = null_of(self._columns, self._cases)
        n_cases, n_controls = int(self._cases.sum()), int((~self._cases).sum())
        self._is_unbalanced = min(n_cases, n_controls) < UNBALANCED * max(n_cases, n_controls)

    def of(self, carried: Floats, in_cases: NDArray[np.int64]) -> Fitted:
        """Test each row of ``carried``, shape ``(sets, individuals)``; NaN leaves the model.

        ``in_cases`` says how many cases carry each.
        """
        rows = [self._one(g, int(n)) for g, n in zip(carried, in_cases, strict=True)]
        numbers = np.array([row[:3] for row in rows], np.float64).reshape(-1, 3)
        n = np.array([row[3] for row in rows], np.int64)
        test = np.array([row[4] for row in rows], object)
        return Fitted(numbers[:, 0], numbers[:, 1], numbers[:, 2], n, test)

    def _one(self, carried: Floats, in_cases: int) -> tuple[float, float, float, int, str]:
        called = ~np.isnan(carried)
        g, cases, columns = carried[called], self._cases[called], self._columns[called]
        n = int(called.sum())
        nothing = (np.nan, np.nan, np.nan, n, NONE)
        if not n or np.ptp(g) == 0 or not cases.any() or cases.all():
            return nothing
        try:
            found = self._tested(g, cases, columns, in_cases, whole=n == len(carried))
        except (plain.NotFitted, np.linalg.LinAlgError):
            return nothing
        return (*found[:3], n, found[3])

    def _tested(
        self, g: Floats, cases: NDArray[np.bool_], columns: Floats, in_cases: int, *, whole: bool
    ) -> tuple[float, float, float, str]:
        if self._test == "wald":
            return _wald(g, cases, columns, self._null)
        if self._test == "firth":
            return _firth(g, cases, columns, self._null)
        null = self._null if whole else plain.fit_logistic(columns, cases, self._null)[0]
        scored = _score(g, cases, columns, null, saddle=self._test == "saddle-point")
        if self._test != "auto" or not scored[2] < np.log(LOOKED_AT_BELOW):
            return scored
        fewest = min(in_cases, int(cases.sum()) - in_cases)
        fit = _firth if fewest < FEW_CASE_ALLELES or self._is_unbalanced else _wald
        try:
            return fit(g, cases, columns, null)
        except (plain.NotFitted, np.linalg.LinAlgError):
            return scored


def null_of(columns: Floats, cases: NDArray[np.bool_]) -> Floats:
    """Fit cases on the covariates alone; see `LogisticFit` for what is refused."""
    if not cases.any() or cases.all():
        raise TooFewPeople(
            f"{int(cases.sum())} cases and {int((~cases).sum())} controls",
            remedy="A model needs both; see whom trait, covariates and individuals leave",
        )
    try:
        return plain.fit_logistic(columns, cases, np.zeros(columns.shape[1]))[0]
    except plain.NotFitted:
        raise BadInput(
            "the covariates alone tell cases from controls, so nothing can be fitted",
            remedy="Leave out the covariate that does",
        ) from None


def _score(
    g: Floats, cases: NDArray[np.bool_], columns: Floats, null: Floats, *, saddle: bool
) -> tuple[float, float, float, str]:
    mean = 1 / (1 + np.exp(-columns @ null))
    weight = mean * (1 - mean)
    weighted = columns * weight[:, None]
    rest = g - columns @ np.linalg.solve(weighted.T @ columns, weighted.T @ g)
    variance, score = float(rest**2 @ weight), float(rest @ (cases - mean))
    if not variance > 1e-9 * float(g**2 @ weight):
        raise plain.NotFitted
    log_p = float(stats.chi2.logsf(score**2 / variance, 1))
    name = "score"
    if saddle and log_p < np.log(LOOKED_AT_BELOW):
        p = saddlepoint.p_value(rest, mean, score, variance)
        log_p, name = float(np.log(max(p, 1e-300))), "saddle-point"
    return score / variance, variance**-0.5, log_p, name


def _wald(
    g: Floats, cases: NDArray[np.bool_], columns: Floats, null: Floats
) -> tuple[float, float, float, str]:
    b, inverse = plain.fit_logistic(np.column_stack([columns, g]), cases, np.append(null, 0.0))
    error = float(np.sqrt(inverse[-1, -1]))
    return float(b[-1]), error, float(stats.chi2.logsf((b[-1] / error) ** 2, 1)), "wald"


def _firth(
    g: Floats, cases: NDArray[np.bool_], columns: Floats, null: Floats
) -> tuple[float, float, float, str]:
    both, n_free = np.column_stack([columns, g]), columns.shape[1]
    start, _, under_null = plain.fit_firth(both, cases, np.append(null, 0.0), n_free)
    b, inverse, reached = plain.fit_firth(both, cases, start, n_free + 1)
    log_p = float(stats.chi2.logsf(max(0.0, 2 * (reached - under_null)), 1))
    return float(b[-1]), float(np.sqrt(inverse[-1, -1])), log_p, "firth"
