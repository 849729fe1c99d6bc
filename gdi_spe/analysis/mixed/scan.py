"""Every variant against a mixed model: a quick score for all, an exact one where it matters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.mixed.cases import fit_cases
from gdi_spe.analysis.mixed.numbers import fit_numbers
from gdi_spe.analysis.mixed.relatedness import relatedness_of
from gdi_spe.analysis.regression import saddlepoint
from gdi_spe.analysis.regression.linear import frequency, normal_tails
from gdi_spe.analysis.regression.logistic import LOOKED_AT_BELOW, NO_TEST, whitened
from gdi_spe.analysis.regression.model import Model
from gdi_spe.analysis.regression.scan import Block, Found, Least, blocks
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Calls
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import association as kernels

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]
_TYPICAL, _LEAST_COUNT, _AT_ONCE = 60, 20, 256


class Mixed:
    """A mixed model, ready for variants; missing calls are the mean.

    Each variant's score has a variance by the independent model times what relatives add, which
    is estimated of 60 variants and alike for all. Where the p-value is below 0.05 the variance
    is worked out exactly; for cases with the saddle point (Zhou et al. 2018, Nat Genet 50:1335).
    """

    columns: tuple[str, ...] = ("allele_count", "test")

    def __init__(
        self, folder: Folder, model: Model, least: Least, relatedness: pd.DataFrame | None = None
    ) -> None:
        self._model, self._least = model, least
        self._row_of = model.row_of(folder.n_samples)
        self.is_binary = bool(np.isin(model.trait, (0, 1)).all())
        matrix = relatedness_of(folder, model, relatedness)
        self._mean = np.zeros(model.n)
        if self.is_binary:
            self.columns = ("n_cases", "n_controls", "allele_count", "allele_count_cases",
                            "allele_count_controls", "test")  # fmt: skip
            self._null, self._mean = fit_cases(model, matrix)
        else:
            self._null = fit_numbers(model, matrix)
        self._whitened = whitened(model.covariates, self._null.weight)
        self._ratio = self._typical_ratio(folder)

    def told(self) -> dict[str, object]:
        """Return the facts about the model that a result carries."""
        told: dict[str, object] = {
            "missing": "mean",
            "genetic_variance": self._null.genetic_variance,
            "variance_ratio": self._ratio,
        }
        if self.is_binary:
            n_cases = int(self._model.trait.sum())
            return told | {"n_cases": n_cases, "n_controls": self._model.n - n_cases}
        return told | {"residual_variance": self._null.residual_variance}

    def of(self, block: Block) -> Found:
        """Return the results of a block."""
        found = self._scored(block.calls)
        n = self._model.n - found.n_missing
        rows = self._least.kept(found.allele_count, n)
        calls = block.calls.take(rows)
        score, spread, count = found.score[rows], found.variance[rows], found.allele_count[rows]
        varies = (count > 0) & (spread > 1e-9 * count * self._null.weight.mean())
        variance = np.where(varies, self._ratio * spread, np.nan)
        columns: Columns = {"n": n[rows], "allele_count": count}
        columns["effect_allele_frequency"] = frequency(count, n[rows])
        columns["test"] = np.where(varies, "score", NO_TEST).astype(object)
        if self.is_binary:
            columns |= self._counted(found, rows)
        self._estimate(columns, score, variance)
        hits = np.flatnonzero(columns["p_value"] < LOOKED_AT_BELOW)
        self._look_closer(calls, hits, score, variance, columns)
        return Found(rows, columns)

    def _scored(self, calls: Calls) -> kernels.ScoreFit:
        return kernels.score(
            calls, self._row_of, self._whitened, self._null.residual, self._model.trait > 0,
            self._null.weight, impute_mean=True,
        )  # fmt: skip

    def _counted(self, found: kernels.ScoreFit, rows: NDArray[np.intp]) -> Columns:
        n_cases = int(self._model.trait.sum())
        in_cases, count = found.allele_count_cases[rows], found.allele_count[rows]
        return {
            "n_cases": np.full(len(rows), n_cases),
            "n_controls": np.full(len(rows), self._model.n - n_cases),
            "allele_count_cases": in_cases,
            "allele_count_controls": count - in_cases,
        }

    @staticmethod
    def _estimate(columns: Columns, score: Floats, variance: Floats) -> None:
        with np.errstate(divide="ignore", invalid="ignore"):
            columns["beta"], columns["standard_error"] = score / variance, variance**-0.5
            p, neg_log_p = normal_tails(score / np.sqrt(variance))
        columns["p_value"], columns["neg_log_10_p_value"] = p, neg_log_p

    def _look_closer(
        self, calls: Calls, hits: NDArray[np.intp], score: Floats, variance: Floats,
        columns: Columns,
    ) -> None:  # fmt: skip
        for first in range(0, len(hits), _AT_ONCE):
            rows = hits[first : first + _AT_ONCE]
            rest = self._rest(calls.take(rows))
            variance[rows] = np.einsum("vn,vn->v", rest @ self._null.projection, rest)
        self._estimate(columns, score, variance)
        if self.is_binary:
            for row in hits:
                self._saddle(calls.take(slice(row, row + 1)), row, score, variance, columns)

    def _saddle(
        self, one: Calls, row: int, score: Floats, variance: Floats, columns: Columns
    ) -> None:
        rest = self._rest(one)[0]
        independent = float(rest**2 @ self._null.weight)
        # On the scale of independent people, whose cumulants are known.
        scaled = float(score[row] * np.sqrt(independent / variance[row]))
        value = saddlepoint.p_value(rest, self._mean, scaled, independent)
        columns["p_value"][row] = value
        columns["neg_log_10_p_value"][row] = -np.log10(max(value, 1e-300))
        columns["test"][row] = "saddle-point"

    def _rest(self, calls: Calls) -> Floats:
        """Return dosages without what the covariates explain of them."""
        dosages = kernels.dosages_of(calls, self._row_of, self._model.n)
        whole = np.nan_to_num(kernels.filled(dosages, True))
        weighted = self._model.covariates * self._null.weight[:, None]
        inside = np.linalg.solve(weighted.T @ self._model.covariates, weighted.T @ whole.T)
        rest: Floats = whole - (self._model.covariates @ inside).T
        return rest

    def _typical_ratio(self, folder: Folder) -> float:
        """Estimate how much more a score varies among these people than among strangers."""
        exact, plain = np.zeros(0), np.zeros(0)
        for block in blocks(folder):
            found = self._scored(block.calls)
            n = self._model.n - found.n_missing
            rows = Least(_LEAST_COUNT).kept(found.allele_count, n)
            chosen = rows[:: max(1, len(rows) // _TYPICAL)][:_TYPICAL]
            rest = self._rest(block.calls.take(chosen))
            exact = np.append(exact, np.einsum("vn,vn->v", rest @ self._null.projection, rest))
            plain = np.append(plain, found.variance[chosen])
            if len(exact) >= _TYPICAL:
                break
        usable = plain > 1e-9
        if not usable.any():
            raise BadInput(
                f"no variant has {_LEAST_COUNT} copies of its rarer allele in the model",
                remedy='Use model="linear" or "logistic"',
            )
        return float(np.mean(exact[usable] / plain[usable]))
