"""Saddle-point p-values of a score: right where cases are few and the normal curve is not.

Dey, Schmidt, Abecasis and Lee (2017, Am J Hum Genet 101:37); Kuonen (1999, Biometrika 86:929).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
_NORMAL_BELOW = 2.0  # standard deviations within which the normal curve is right


def p_value(genotype: Floats, mean: Floats, score: float, variance: float) -> float:
    """Return the two-sided p-value of a score.

    Parameters
    ----------
    genotype
        Dosages without what the covariates explain of them, shape ``(individuals,)``.
    mean
        Probability that each individual is a case, under the null model.
    score, variance
        The score ``sum(genotype * (case - mean))`` and its variance under the null.

    Returns
    -------
    Both tails beyond the score's distance from 0; the normal curve's value within two standard
    deviations, and where the saddle point does not exist.
    """
    z = abs(score) / np.sqrt(variance)
    normal = float(2 * stats.norm.sf(z))
    if z < _NORMAL_BELOW:
        return normal
    tails = [_tail(genotype, mean, abs(score)), _tail(-genotype, mean, abs(score))]
    if any(tail is None for tail in tails):
        return normal
    return float(min(1.0, sum(tail for tail in tails if tail is not None)))


def _tail(genotype: Floats, mean: Floats, distance: float) -> float | None:
    """Chance that the score is at least ``distance``; None where there is no saddle point."""
    centre = genotype @ mean

    def slope(t: float) -> float:
        grown = mean * np.exp(np.clip(genotype * t, -700, 700))
        return float(genotype @ (grown / (1 - mean + grown)) - centre - distance)

    reachable = np.where(genotype > 0, genotype, 0).sum() - centre
    if reachable <= distance * (1 + 1e-9):
        return _at_the_end(genotype, mean, reachable, distance)
    upper = 1.0
    while slope(upper) < 0:
        upper *= 2
        if upper > 1e6:
            return None
    return _lugannani_rice(genotype, mean, distance, optimize.brentq(slope, 0, upper, xtol=1e-12))


def _at_the_end(genotype: Floats, mean: Floats, reachable: float, distance: float) -> float:
    """The most extreme score there can be: every carrier a case, or beyond it nothing."""
    if reachable < distance * (1 - 1e-9):
        return 0.0
    logs = np.where(genotype > 0, np.log(mean), np.where(genotype < 0, np.log1p(-mean), 0))
    return float(np.exp(logs.sum()))


def _lugannani_rice(genotype: Floats, mean: Floats, distance: float, t: float) -> float | None:
    grown = mean * np.exp(np.clip(genotype * t, -700, 700))
    cumulant = float(np.log1p(grown - mean).sum() - t * (genotype @ mean))
    tilted = grown / (1 - mean + grown)
    curvature = float((genotype**2) @ (tilted * (1 - tilted)))
    w = np.sqrt(max(0.0, 2 * (t * distance - cumulant)))
    v = t * np.sqrt(curvature)
    if not (w > 1e-8 and v > 1e-8):
        return None
    return float(stats.norm.sf(w + np.log(v / w) / w))
