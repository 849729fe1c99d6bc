"""Logistic association: cases against controls, with the test that each variant can bear."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.association import saddlepoint
from gdi_spe.analysis.association.linear import frequency
from gdi_spe.analysis.association.model import Model, TooFewPeople
from gdi_spe.analysis.association.scan import Block, named
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Calls
from gdi_spe.store.kernels import association as kernels
from gdi_spe.store.kernels import numpy_association as plain

Floats = NDArray[np.float64]
Test = Literal["auto", "score", "wald", "firth", "saddle-point"]
TESTS: tuple[str, ...] = get_args(Test)
# Where the score's normal curve cannot be trusted (and only there is more work done).
LOOKED_AT_BELOW, FEW_CASE_ALLELES, UNBALANCED = 0.05, 20, 1 / 10


class Logistic:
    """A logistic model, ready for variants.

    ``auto`` scores every variant; where the p-value is below 0.05 it fits the whole model:
    Firth's where fewer than 20 minor alleles are in cases or one group is under a tenth of the
    other, Wald's elsewhere. The column ``test`` tells which.

    Raises
    ------
    TooFewPeople
        If there are no cases or no controls.
    BadInput
        If the covariates alone separate cases from controls.
    """

    def __init__(self, model: Model, n_samples: int, test: Test = "auto") -> None:
        if test not in TESTS:
            raise BadInput(f"test={test!r}", remedy=f"One of {', '.join(TESTS)}")
        self._test, self._columns = test, model.covariates
        self._outcome = model.trait > 0
        self._row_of = model.row_of(n_samples)
        self.n_cases, self.n_controls = int(self._outcome.sum()), int((~self._outcome).sum())
        if not self.n_cases or not self.n_controls:
            raise TooFewPeople(f"{self.n_cases} cases and {self.n_controls} controls")
        try:
            start = np.zeros(self._columns.shape[1])
            self._null = plain.fit_logistic(self._columns, self._outcome, start)[0]
        except plain.NotFitted:
            raise BadInput(
                "the covariates alone tell cases from controls, so nothing can be fitted",
                remedy="Leave out the covariate that does",
            ) from None
        self._mean = 1 / (1 + np.exp(-self._columns @ self._null))
        self._is_unbalanced = min(self.n_cases, self.n_controls) < UNBALANCED * max(
            self.n_cases, self.n_controls
        )

    def of(self, block: Block) -> tuple[pd.DataFrame, Floats]:
        """Return the results of a block, and their chi-squared statistics."""
        first = {"wald": kernels.WALD, "firth": kernels.FIRTH}.get(self._test)
        fit = self._scored(block) if first is None else self._fitted(block, slice(None), first)
        table = self._table(block, fit)
        table["test"] = np.where(fit.is_converged, self._test, "none")
        if first is None:
            table.loc[fit.is_converged, "test"] = "score"
        if self._test == "auto":
            self._look_closer(block, table, fit)
        if self._test == "saddle-point":
            self._saddle(block, table, np.flatnonzero(table["p_value"] < LOOKED_AT_BELOW))
        return table, stats.chi2.isf(np.clip(table["p_value"].to_numpy(), 1e-300, 1), 1)

    def _scored(self, block: Block) -> kernels.LogisticFit:
        weight = self._mean * (1 - self._mean)
        weighted = self._columns * weight[:, None]
        factor = np.linalg.cholesky(weighted.T @ self._columns)
        whitened = np.ascontiguousarray(np.linalg.solve(factor, weighted.T).T)
        found = kernels.score(
            block.calls, self._row_of, whitened, self._outcome - self._mean, self._outcome, weight
        )
        varies = (found.allele_count > 0) & (found.variance > 1e-9 * found.allele_count)
        with np.errstate(divide="ignore", invalid="ignore"):
            beta, error = found.score / found.variance, found.variance**-0.5
            chi_squared = found.score**2 / found.variance
        n = self.n_cases + self.n_controls - found.n_missing
        cases = np.full(len(n), self.n_cases)
        for column in (beta, error, chi_squared):
            column[~varies] = np.nan
        fit = kernels.LogisticFit(
            beta, error, chi_squared, n, found.allele_count, found.allele_count_cases, cases, varies
        )
        gaps = np.flatnonzero(found.n_missing > 0)
        exact = self._fitted(block, gaps, kernels.SCORE)
        for name in vars(fit):
            getattr(fit, name)[gaps] = getattr(exact, name)
        return fit

    def _fitted(
        self, block: Block, rows: NDArray[np.intp] | slice, test: int
    ) -> kernels.LogisticFit:
        return kernels.logistic(
            block.calls.take(rows), self._row_of, self._columns, self._outcome, self._null, test
        )

    def _table(self, block: Block, fit: kernels.LogisticFit) -> pd.DataFrame:
        table = named(block)
        table["beta"], table["standard_error"] = fit.beta, fit.standard_error
        table["effect_allele_frequency"] = frequency(fit.allele_count, fit.n)
        _put_p(table, slice(None), stats.chi2.logsf(fit.chi_squared, 1))
        table["n"], table["n_cases"] = fit.n, fit.n_cases
        table["n_controls"] = fit.n - fit.n_cases
        table["allele_count"], table["allele_count_cases"] = (
            fit.allele_count,
            fit.allele_count_cases,
        )
        return table

    def _look_closer(self, block: Block, table: pd.DataFrame, fit: kernels.LogisticFit) -> None:
        hits = (table["p_value"] < LOOKED_AT_BELOW).to_numpy()
        in_cases = np.minimum(fit.allele_count_cases, 2 * fit.n_cases - fit.allele_count_cases)
        frail = hits & ((in_cases < FEW_CASE_ALLELES) | self._is_unbalanced)
        for rows, test, name in (
            (np.flatnonzero(frail), kernels.FIRTH, "firth"),
            (np.flatnonzero(hits & ~frail), kernels.WALD, "wald"),
        ):
            better = self._fitted(block, rows, test)
            fitted = rows[better.is_converged]
            table.loc[fitted, "beta"] = better.beta[better.is_converged]
            table.loc[fitted, "standard_error"] = better.standard_error[better.is_converged]
            _put_p(table, fitted, stats.chi2.logsf(better.chi_squared[better.is_converged], 1))
            table.loc[fitted, "test"] = name

    def _saddle(self, block: Block, table: pd.DataFrame, rows: NDArray[np.intp]) -> None:
        for row in rows:
            value = self._saddle_of(block.calls.take(slice(row, row + 1)))
            table.loc[row, "p_value"] = value
            table.loc[row, "neg_log_10_p_value"] = -np.log10(max(value, 1e-300))
            table.loc[row, "test"] = "saddle-point"

    def _saddle_of(self, one: Calls) -> float:
        dosage = kernels.dosages_of(one, self._row_of, len(self._columns))[0]
        called = ~np.isnan(dosage)
        columns, cases, g = self._columns[called], self._outcome[called], dosage[called]
        null = plain.fit_logistic(columns, cases, self._null)[0]
        mean = 1 / (1 + np.exp(-columns @ null))
        weighted = columns * (mean * (1 - mean))[:, None]
        rest = g - columns @ np.linalg.solve(weighted.T @ columns, weighted.T @ g)
        variance = float(rest**2 @ (mean * (1 - mean)))
        return saddlepoint.p_value(rest, mean, float(rest @ (cases - mean)), variance)


def _put_p(table: pd.DataFrame, rows: slice | NDArray[np.intp], log_p: Floats) -> None:
    table.loc[rows, "p_value"] = np.exp(log_p)
    table.loc[rows, "neg_log_10_p_value"] = -log_p / np.log(10)
