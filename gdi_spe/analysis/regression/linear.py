"""Linear association: a number of each individual on each variant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gdi_spe.analysis.regression.model import Model
from gdi_spe.analysis.regression.scan import Block, Found, Least
from gdi_spe.store.kernels import association as kernels
from gdi_spe.store.kernels import tails

Floats = NDArray[np.float64]


class Linear:
    """A linear model, ready for variants.

    Missing calls leave their variant's model, or count as the mean where ``impute_mean`` is
    asked; the first is what plink2 does, the second what Hail does.
    """

    columns = ("allele_count",)

    def __init__(
        self, model: Model, n_samples: int, *, impute_mean: bool = False, least: Least | None = None
    ) -> None:
        self._basis = model.basis()
        self._residual = model.trait - self._basis @ (self._basis.T @ model.trait)
        self._row_of = model.row_of(n_samples)
        self._impute_mean, self._least = impute_mean, least or Least()

    def of(self, block: Block) -> Found:
        """Return the results of a block."""
        fit = kernels.linear(
            block.calls, self._row_of, self._basis, self._residual, impute_mean=self._impute_mean
        )
        rows = self._least.kept(fit.allele_count, fit.n)
        beta, error = fit.beta[rows], fit.standard_error[rows]
        n, count = fit.n[rows], fit.allele_count[rows]
        used = np.full(len(n), len(self._residual)) if self._impute_mean else n
        with np.errstate(divide="ignore", invalid="ignore"):
            t = beta / error
        p, neg_log_p = tails.student(t, np.maximum(used - self._basis.shape[1] - 1, 1))
        columns: dict[str, NDArray[np.generic]] = {
            "beta": beta, "standard_error": error, "effect_allele_frequency": frequency(count, n),
            "p_value": p, "neg_log_10_p_value": neg_log_p, "n": used, "allele_count": count,
        }  # fmt: skip
        return Found(rows, columns)


def frequency(allele_count: NDArray[np.int64], n: NDArray[np.int64]) -> Floats:
    """Return the share of alternate alleles among called; NaN where nobody was."""
    out = np.full(len(n), np.nan)
    np.divide(allele_count, 2 * n, out=out, where=n > 0)
    return out


def normal_tails(z: Floats) -> tuple[Floats, Floats]:
    """Return both tails beyond z, and their negative decimal logarithm where they are 0 too."""
    log_p = np.log(2) + special.log_ndtr(-np.abs(z))
    return np.exp(log_p), -log_p / np.log(10)
