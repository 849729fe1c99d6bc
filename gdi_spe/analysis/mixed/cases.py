"""Cases among relatives: the logistic mixed model without variants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from gdi_spe.analysis.mixed.numbers import Null, projected
from gdi_spe.analysis.regression.logistic import null_of, outcome_of
from gdi_spe.analysis.regression.model import Model
from gdi_spe.boundary.errors import BadInput

Floats = NDArray[np.float64]
_ROUNDS, _CLOSE, _START = 40, 1e-4, 0.1
# Where cases are few and related the likelihood can grow without end; at this much what relatives
# share is all there is.
_MOST = 10.0


class MixedModelNotFitted(BadInput):
    """The model without variants did not converge."""

    code = "mixed-model-not-fitted"


def fit_cases(model: Model, relatedness: Floats) -> tuple[Null, Floats]:
    """Fit by penalised quasi-likelihood; return the null model, and each one's probability.

    Breslow and Clayton 1993 (J Am Stat Assoc 88:9), with average information for the variance,
    as Chen et al. 2016 (Am J Hum Genet 98:653) and Zhou et al. 2018 (Nat Genet 50:1335) do.

    Raises
    ------
    MixedModelNotFitted
        If it does not converge.
    """
    outcome = outcome_of(model)
    effect = null_of(model, outcome)
    eta, variance, share, last = model.covariates @ effect, _START, 1.0, 0.0
    for _ in range(_ROUNDS):
        mean = 1 / (1 + np.exp(-eta))
        weight = np.maximum(mean * (1 - mean), 1e-10)
        working = eta + (outcome - mean) / weight
        projection = _projection(weight, variance, relatedness, model.covariates)
        rest = projection @ working
        new_eta = working - rest / weight
        step = _step(projection, relatedness, rest)
        # The variance and the probabilities chase each other: who turns round goes half as far.
        share = share / 2 if step * last < 0 else min(1.0, share * 1.2)
        new_variance, last = float(np.clip(variance + share * step, 0, _MOST)), step
        moved = max(np.abs(new_eta - eta).max(), abs(new_variance - variance) / (1 + variance))
        eta, variance = new_eta, new_variance
        if moved < _CLOSE:
            return _null(eta, variance, outcome, relatedness, model.covariates)
    raise MixedModelNotFitted(
        f"the mixed model without variants did not converge within {_ROUNDS} rounds",
        remedy="Leave out covariates, or relatives and use model='logistic'",
    )


def _projection(weight: Floats, variance: float, relatedness: Floats, columns: Floats) -> Floats:
    covariance = variance * relatedness
    covariance[np.diag_indices_from(covariance)] += 1 / weight
    factor = linalg.cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
    inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    return projected(inverse, columns)


def _step(projection: Floats, relatedness: Floats, rest: Floats) -> float:
    """Return how far the variance should go along the restricted likelihood."""
    spread = relatedness @ rest
    score = (rest @ spread - np.vdot(projection, relatedness)) / 2
    return float(score / (spread @ (projection @ spread) / 2))


def _null(
    eta: Floats, variance: float, outcome: NDArray[np.bool_], relatedness: Floats, columns: Floats
) -> tuple[Null, Floats]:
    mean = 1 / (1 + np.exp(-eta))
    weight = mean * (1 - mean)
    projection = _projection(weight, variance, relatedness, columns)
    return Null(outcome - mean, weight, projection, variance, float("nan")), mean
