"""Linear association: a number of each individual on each variant."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.association.model import Model
from gdi_spe.analysis.association.scan import Block, named
from gdi_spe.store.kernels import association as kernels
from gdi_spe.store.kernels import numpy_association

Floats = NDArray[np.float64]


class Linear:
    """A linear model, ready for variants.

    Missing calls leave their variant's model, or count as the mean where ``impute_mean`` is
    asked; the first is what plink2 does, the second what Hail does.
    """

    def __init__(self, model: Model, n_samples: int, *, impute_mean: bool = False) -> None:
        self._basis = model.basis()
        self._residual = model.trait - self._basis @ (self._basis.T @ model.trait)
        self._row_of = model.row_of(n_samples)
        self._impute_mean = impute_mean

    def of(self, block: Block) -> tuple[pd.DataFrame, Floats]:
        """Return the results of a block, and their chi-squared statistics."""
        fit = kernels.linear(block.calls, self._row_of, self._basis, self._residual)
        beta, error, n = fit.beta, fit.standard_error, fit.n
        if self._impute_mean:
            beta, error = self._with_means(block)
            n = np.full(len(n), len(self._residual))
        freedom = np.maximum(n - self._basis.shape[1] - 1, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = beta / error
        log_p = np.log(2) + stats.t.logsf(np.abs(t), freedom)
        table = named(block)
        table["beta"], table["standard_error"] = beta, error
        table["effect_allele_frequency"] = frequency(fit.allele_count, fit.n)
        table["p_value"] = np.exp(log_p)
        table["neg_log_10_p_value"] = -log_p / np.log(10)
        table["n"], table["allele_count"] = n, fit.allele_count
        return table, t**2

    def _with_means(self, block: Block) -> tuple[Floats, Floats]:
        dosages = kernels.dosages_of(block.calls, self._row_of, len(self._residual))
        n_called = np.maximum((~np.isnan(dosages)).sum(axis=1), 1)
        means = np.nansum(dosages, axis=1) / n_called
        filled = np.where(np.isnan(dosages), means[:, None], dosages)
        return numpy_association.linear(filled, self._basis, self._residual)


def frequency(allele_count: NDArray[np.int64], n: NDArray[np.int64]) -> Floats:
    """Return the share of alternate alleles among called; NaN where nobody was."""
    out = np.full(len(n), np.nan)
    np.divide(allele_count, 2 * n, out=out, where=n > 0)
    return out
