"""A number of each individual that relatives share: the linear mixed model without variants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from gdi_spe.analysis.regression.model import Model

Floats = NDArray[np.float64]
_RATIOS = np.linspace(-9, 9, 37)  # log of the residual over the genetic variance


@dataclass(frozen=True)
class Null:
    """What a scan of variants needs: residuals, weights, and the inverse of their covariance.

    ``projection`` is P: the score of dosages g is ``g @ residual``, its variance ``g @ P @ g``.
    """

    residual: Floats
    weight: Floats
    projection: Floats
    genetic_variance: float
    residual_variance: float


def fit_numbers(model: Model, relatedness: Floats) -> Null:
    """Fit a trait by restricted maximum likelihood.

    Lippert et al. 2011 (Nat Methods 8:833) for the rotation by the eigenvectors of the
    relationships; variances are estimated once, without variants (Kang et al. 2010, Nat Genet
    42:348).
    """
    values, vectors = linalg.eigh(relatedness)
    values = np.maximum(values, 0)
    columns, trait = vectors.T @ model.covariates, vectors.T @ model.trait

    def deviance(log_ratio: float) -> float:
        return _restricted(values + np.exp(log_ratio), columns, trait)[0]

    start = _RATIOS[int(np.argmin([deviance(each) for each in _RATIOS]))]
    best = optimize.minimize_scalar(
        deviance, bounds=(start - 1, start + 1), method="bounded", options={"xatol": 1e-9}
    )
    ratio = float(np.exp(best.x))
    _, genetic = _restricted(values + ratio, columns, trait)
    inverse = (vectors / (genetic * (values + ratio))) @ vectors.T
    projection = projected(inverse, model.covariates)
    weight = np.ones(model.n)
    return Null(projection @ model.trait, weight, projection, genetic, genetic * ratio)


def _restricted(spread: Floats, columns: Floats, trait: Floats) -> tuple[float, float]:
    """Return minus twice the restricted log-likelihood (but for a constant), and the scale."""
    freedom = len(trait) - columns.shape[1]
    weighted = columns / spread[:, None]
    information = weighted.T @ columns
    effect = np.linalg.solve(information, weighted.T @ trait)
    rest = trait - columns @ effect
    scale = float(rest @ (rest / spread)) / freedom
    log_determinant = float(np.log(spread).sum()) + np.linalg.slogdet(information)[1]
    return freedom * np.log(scale) + log_determinant, scale


def projected(inverse: Floats, columns: Floats) -> Floats:
    """Take out of an inverse covariance what the columns explain."""
    inside = inverse @ columns
    out: Floats = inverse - inside @ np.linalg.solve(columns.T @ inside, inside.T)
    return out
