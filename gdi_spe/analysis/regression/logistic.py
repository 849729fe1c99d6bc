"""Logistic association: cases against controls, with the test that each variant can bear."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gdi_spe.analysis.regression import saddlepoint
from gdi_spe.analysis.regression.linear import frequency, normal_tails
from gdi_spe.analysis.regression.model import Model, TooFewPeople
from gdi_spe.analysis.regression.scan import Block, Found, Least
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.calls import Calls
from gdi_spe.store.kernels import association as kernels
from gdi_spe.store.kernels import numpy_association as plain

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]
Test = Literal["auto", "score", "wald", "firth", "saddle-point"]
TESTS: tuple[str, ...] = get_args(Test)
NO_TEST = "none"
# Where the score's normal curve cannot be trusted (and only there is more work done).
LOOKED_AT_BELOW, FEW_CASE_ALLELES, UNBALANCED = 0.05, 20, 1 / 10
LEAST_GROUP = 3
EXACT = {"wald": kernels.WALD, "firth": kernels.FIRTH}


class Logistic:
    """A logistic model, ready for variants.

    ``auto`` scores every variant; where the p-value is below 0.05 it fits the whole model:
    Firth's where fewer than 20 minor alleles are in cases or one group is under a tenth of the
    other, Wald's elsewhere. The column ``test`` tells which.

    Raises
    ------
    TooFewPeople
        If cases or controls are fewer than three, or than the covariates.
    BadInput
        If the trait is not 1 or 0, or the covariates alone separate cases from controls.
    """

    columns = ("n_cases", "n_controls", "allele_count", "allele_count_cases",
               "allele_count_controls", "test")  # fmt: skip

    def __init__(
        self, model: Model, n_samples: int, test: Test = "auto", *, impute_mean: bool = False,
        least: Least | None = None,
    ) -> None:  # fmt: skip
        if test not in TESTS:
            raise BadInput(f"test={shown(test)}", remedy=f"One of {', '.join(TESTS)}")
        self._test, self._columns = test, model.covariates
        self._impute_mean, self._least = impute_mean, least or Least()
        self._outcome = outcome_of(model)
        self._row_of = model.row_of(n_samples)
        self.n_cases, self.n_controls = int(self._outcome.sum()), int((~self._outcome).sum())
        self._null = null_of(model, self._outcome, penalised=test == "firth")
        self._mean = 1 / (1 + np.exp(-self._columns @ self._null))
        self._weight = self._mean * (1 - self._mean)
        self._whitened = whitened(self._columns, self._weight)
        self._is_unbalanced = min(self.n_cases, self.n_controls) < UNBALANCED * max(
            self.n_cases, self.n_controls
        )

    def of(self, block: Block) -> Found:
        """Return the results of a block."""
        found = self._scored(block.calls)
        n = self.n_cases + self.n_controls - found.n_missing
        rows = self._least.kept(found.allele_count, n)
        calls = block.calls.take(rows)
        if self._test in EXACT:
            return Found(rows, _columns(self._fitted(calls, EXACT[self._test]), self._test))
        columns = _columns(self._of_scores(calls, found, rows), "score")
        if self._test == "auto":
            self._look_closer(calls, columns)
        if self._test == "saddle-point":
            self._saddle(calls, columns)
        return Found(rows, columns)

    def _scored(self, calls: Calls) -> kernels.ScoreFit:
        return kernels.score(
            calls, self._row_of, self._whitened, self._outcome - self._mean, self._outcome,
            self._weight, impute_mean=self._impute_mean,
        )  # fmt: skip

    def _of_scores(
        self, calls: Calls, found: kernels.ScoreFit, rows: NDArray[np.intp]
    ) -> kernels.LogisticFit:
        score, variance = found.score[rows], found.variance[rows]
        count, in_cases = found.allele_count[rows], found.allele_count_cases[rows]
        varies = (count > 0) & (variance > 1e-9 * count)
        with np.errstate(divide="ignore", invalid="ignore"):
            beta, error, chi_squared = score / variance, variance**-0.5, score**2 / variance
        for column in (beta, error, chi_squared):
            column[~varies] = np.nan
        n = np.full(len(rows), self.n_cases + self.n_controls) - found.n_missing[rows]
        cases = np.full(len(rows), self.n_cases)
        fit = kernels.LogisticFit(beta, error, chi_squared, n, count, in_cases, cases, varies)
        gaps = np.flatnonzero(found.n_missing[rows] > 0)
        if len(gaps):
            exact = self._fitted(calls.take(gaps), kernels.SCORE)
            for name in vars(fit):
                getattr(fit, name)[gaps] = getattr(exact, name)
        return fit

    def _fitted(self, calls: Calls, test: int) -> kernels.LogisticFit:
        return kernels.logistic(
            calls, self._row_of, self._columns, self._outcome, self._null, test,
            impute_mean=self._impute_mean,
        )  # fmt: skip

    def _look_closer(self, calls: Calls, columns: Columns) -> None:
        hits = columns["p_value"] < LOOKED_AT_BELOW
        n_cases, in_cases = columns["n_cases"], columns["allele_count_cases"]
        minor = np.where(
            columns["effect_allele_frequency"] <= 0.5, in_cases, 2 * n_cases - in_cases
        )
        frail = hits & ((minor < FEW_CASE_ALLELES) | self._is_unbalanced)
        self._put(calls, columns, np.flatnonzero(hits & ~frail), "wald")
        # Where Wald's estimate is infinite, Firth's is not.
        self._put(
            calls, columns, np.flatnonzero(frail | (columns["test"] == NO_TEST) & hits), "firth"
        )

    def _put(self, calls: Calls, columns: Columns, rows: NDArray[np.intp], test: str) -> None:
        """Put the estimates of a whole fit in place of the scores."""
        fit = self._fitted(calls.take(rows), EXACT[test])
        new = _columns(fit, test)
        for name in ("beta", "standard_error", "p_value", "neg_log_10_p_value", "test"):
            columns[name][rows] = new[name]

    def _saddle(self, calls: Calls, columns: Columns) -> None:
        for row in np.flatnonzero(columns["p_value"] < LOOKED_AT_BELOW):
            value = self._saddle_of(calls.take(slice(row, row + 1)))
            columns["p_value"][row] = value
            columns["neg_log_10_p_value"][row] = -np.log10(max(value, 1e-300))
            columns["test"][row] = "saddle-point"

    def _saddle_of(self, one: Calls) -> float:
        dosage = kernels.dosages_of(one, self._row_of, len(self._columns))
        g = kernels.filled(dosage, self._impute_mean)[0]
        called = ~np.isnan(g)
        columns, cases, g = self._columns[called], self._outcome[called], g[called]
        null = plain.fit_logistic(columns, cases, self._null)[0]
        mean = 1 / (1 + np.exp(-columns @ null))
        weighted = columns * (mean * (1 - mean))[:, None]
        rest = g - columns @ np.linalg.solve(weighted.T @ columns, weighted.T @ g)
        variance = float(rest**2 @ (mean * (1 - mean)))
        return saddlepoint.p_value(rest, mean, float(rest @ (cases - mean)), variance)


def outcome_of(model: Model) -> NDArray[np.bool_]:
    """Return who is a case.

    Raises
    ------
    TooFewPeople
        If there are too few cases or controls for the model.
    BadInput
        If the trait has other values than 1 and 0.
    """
    if not np.isin(model.trait, (0, 1)).all():
        raise BadInput(
            "a logistic model takes cases (1) and controls (0), and the trait has other values",
            remedy='Say who is a case, or use model="linear"',
        )
    outcome: NDArray[np.bool_] = model.trait > 0
    n_cases, n_controls = int(outcome.sum()), int((~outcome).sum())
    least = max(LEAST_GROUP, model.covariates.shape[1])
    if min(n_cases, n_controls) < least:
        raise TooFewPeople(
            f"{n_cases} cases and {n_controls} controls have everything the model needs; it "
            f"takes {least} of each at least",
            remedy="Widen the selections, or leave out covariates",
        )
    return outcome


def null_of(model: Model, outcome: NDArray[np.bool_], *, penalised: bool = False) -> Floats:
    """Return the coefficients of the covariates alone; Firth's where ``penalised``.

    Raises
    ------
    BadInput
        If the covariates separate cases from controls, and nothing is penalised.
    """
    start = np.zeros(model.covariates.shape[1])
    try:
        if penalised:
            return plain.fit_firth(model.covariates, outcome, start, len(start))[0]
        return plain.fit_logistic(model.covariates, outcome, start)[0]
    except plain.NotFitted:
        raise BadInput(
            "the covariates alone tell cases from controls, so nothing can be fitted",
            remedy='Leave out the covariate that does, or use test="firth"',
        ) from None


def whitened(covariates: Floats, weight: Floats) -> Floats:
    """Return weighted covariates through the inverse factor of their information."""
    weighted = covariates * weight[:, None]
    factor = np.linalg.cholesky(weighted.T @ covariates)
    return np.ascontiguousarray(np.linalg.solve(factor, weighted.T).T)


def _columns(fit: kernels.LogisticFit, test: str) -> Columns:
    p, neg_log_p = normal_tails(np.sqrt(fit.chi_squared))
    return {
        "beta": fit.beta,
        "standard_error": fit.standard_error,
        "effect_allele_frequency": frequency(fit.allele_count, fit.n),
        "p_value": p,
        "neg_log_10_p_value": neg_log_p,
        "n": fit.n,
        "n_cases": fit.n_cases,
        "n_controls": fit.n - fit.n_cases,
        "allele_count": fit.allele_count,
        "allele_count_cases": fit.allele_count_cases,
        "allele_count_controls": fit.allele_count - fit.allele_count_cases,
        "test": np.where(fit.is_converged, test, NO_TEST).astype(object),
    }
