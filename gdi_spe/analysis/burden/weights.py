"""How much each variant of a set counts, by its frequency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.boundary.errors import BadInput, shown

Floats = NDArray[np.float64]
Named = Literal["uniform", "madsen-browning", "beta"]
Weights = Named | Callable[[Floats], Floats]
NAMES: tuple[str, ...] = get_args(Named)
_FUNCTION = "It is given frequencies of the rarer alleles, an array, and gives as many weights"


def weights_of(weights: Weights, allele_count: Floats, allele_number: Floats) -> Floats:
    """Return the weight of each variant, from the rarer allele's counts.

    Parameters
    ----------
    weights
        ``"uniform"``: 1 each. ``"beta"``: the density of Beta(1, 25) at the frequency of the
        rarer allele (Wu et al. 2011, Am J Hum Genet 89:82). ``"madsen-browning"``:
        ``1 / sqrt(q * (1 - q))`` with ``q = (m + 1) / (n + 2)`` of ``m`` among ``n`` alleles
        (Madsen and Browning 2009, PLoS Genet 5:e1000384), counted in everybody of the model
        rather than in controls: then the weights do not depend on the trait, and no
        permutation is needed. Or a function from frequencies to weights.
    allele_count, allele_number
        Alternate and called alleles of each variant, shape ``(variants,)``.

    Raises
    ------
    BadInput
        If the name is unknown, or a function gives what are no weights.
    """
    rarer = np.minimum(allele_count, allele_number - allele_count)
    frequency = rarer / np.maximum(allele_number, 1)
    if callable(weights):
        return _given(weights, frequency)
    if weights == "uniform":
        return np.ones(len(frequency))
    if weights == "beta":
        return np.asarray(stats.beta.pdf(frequency, 1, 25), np.float64)
    if weights == "madsen-browning":
        q = (rarer + 1) / (allele_number + 2)
        return np.asarray(1 / np.sqrt(q * (1 - q)), np.float64)
    raise BadInput(f"weights={shown(weights)}", remedy=f"One of {', '.join(NAMES)}, or a function")


def _given(weights: Callable[[Floats], Floats], frequency: Floats) -> Floats:
    try:
        given = np.asarray(weights(frequency), np.float64)
    except Exception as error:
        raise BadInput(
            f"the function of weights failed ({type(error).__name__}: {error})", remedy=_FUNCTION
        ) from error
    if given.shape != frequency.shape or not (np.isfinite(given) & (given >= 0)).all():
        raise BadInput("the weights are not one number of at least 0 a variant", remedy=_FUNCTION)
    return given
