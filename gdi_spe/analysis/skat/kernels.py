"""SKAT and SKAT-O of one set, from its scores and their covariance.

Wu et al. 2011 (Am J Hum Genet 89:82); Lee, Wu and Lin 2012 (Biostatistics 13:762); the grid of
Lee, Emond et al. 2012 (Am J Hum Genet 91:224).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.skat.mixtures import Mixtures, tail, tails

Floats = NDArray[np.float64]
GRID = (0.0, 0.1**2, 0.2**2, 0.3**2, 0.4**2, 0.5**2, 0.5, 1.0)
_SMALLEST = 1e-10
# Nodes on a stretch and their shares of it, denser towards both ends, where roots may begin.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_INNER = (_NODES + 1) / 2
_PLACES, _SHARES = 3 * _INNER**2 - 2 * _INNER**3, 3 * _INNER * (1 - _INNER) * _WEIGHTS


@dataclass(frozen=True)
class Spectrum:
    """The covariance of a set's scores by its axes: variances, and the sum of scores in them.

    The sum of all scores is ``loading @ z`` where the scores along the axes are
    ``sqrt(variance) * z``, z standard normal.
    """

    variance: Floats
    loading: Floats

    @staticmethod
    def of(covariance: Floats) -> Spectrum:
        """Take apart a covariance; axes without variance are left out."""
        values, axes = np.linalg.eigh(covariance)
        keep = values > _SMALLEST * max(values.max(initial=0.0), 0.0)
        values, axes = values[keep], axes[:, keep]
        return Spectrum(values, np.sqrt(values) * axes.sum(axis=0))

    def mixed(self, rho: float) -> Floats:
        """Return the weights of the statistic between SKAT (0) and burden (1)."""
        if rho == 0:
            return self.variance
        if rho == 1:
            return np.array([self.of_sum])
        matrix = np.diag((1 - rho) * self.variance) + rho * np.outer(self.loading, self.loading)
        return np.clip(np.linalg.eigvalsh(matrix), 0, None)

    @cached_property
    def of_sum(self) -> float:
        """The variance of the sum of all scores."""
        return float(self.loading @ self.loading)

    @cached_property
    def given_sum(self) -> tuple[Floats, Floats]:
        """Where the sum is one standard deviation: variances of what is left, and its means."""
        along = np.sqrt(self.variance) * self.loading / np.sqrt(self.of_sum)
        values, axes = np.linalg.eigh(np.diag(self.variance) - np.outer(along, along))
        # Nothing is left along the sum itself: one axis has no variance, whatever rounding says.
        return np.append(0.0, np.clip(values[1:], 0, None)), axes.T @ along


def statistic(scores: Floats, rho: float) -> float:
    """Return the statistic between the sum of squares (0) and the square of the sum (1)."""
    return float((1 - rho) * (scores @ scores) + rho * scores.sum() ** 2)


def skat(scores: Floats, spectrum: Spectrum) -> float:
    """Return SKAT's p-value."""
    return tail(spectrum.variance, statistic(scores, 0.0))


def skat_small(scores: Floats, spectrum: Spectrum, freedom: int) -> float:
    """Return SKAT's p-value of a linear model, exact for normal residuals however few.

    The residual's variance is estimated: the statistic is a ratio, and it is above its value
    where a weighted sum with negative weights is above 0.
    """
    share = statistic(scores, 0.0) / freedom
    rest = np.full(max(0, freedom - len(spectrum.variance)), -share)
    return tail(np.concatenate([spectrum.variance - share, rest]), 0.0)


@dataclass(frozen=True)
class Optimal:
    """SKAT-O's p-value, and the mixture with the smallest p-value of its own."""

    p_value: float
    rho: float
    p_of_rho: Floats


def skat_o(scores: Floats, spectrum: Spectrum, grid: Sequence[float] = GRID) -> Optimal:
    """Return the chance that any mixture has a p-value as small as the smallest one here.

    All mixtures are below their bounds where, given the sum of scores, the sum of squares is
    below one; that chance is integrated over the sum, exactly where the paper matches moments.
    """
    mixtures = Mixtures.of([spectrum.mixed(rho) for rho in grid])
    values = np.array([statistic(scores, rho) for rho in grid])
    known = mixtures.tails(values)
    p = np.clip(known[0], 0, 1)
    best = int(np.argmin(p))
    if len(grid) == 1 or not spectrum.of_sum > _SMALLEST * spectrum.variance.sum():
        return Optimal(float(p[best]), grid[best], p)
    smallest = float(p[best])
    bounds = mixtures.quantiles(max(smallest, 1e-320), values, known)
    bounds[best] = values[best]
    chance = _any_above(spectrum, np.array(grid), bounds)
    return Optimal(min(1.0, max(chance, smallest)), grid[best], p)


def _any_above(spectrum: Spectrum, grid: Floats, bounds: Floats) -> float:
    """Return the chance that any mixture is above its bound, by the square of the sum."""
    of_sum, (variance, mean) = spectrum.of_sum, spectrum.given_sum
    at_one = grid == 1
    last = float(np.sqrt(bounds[at_one][0] / of_sum)) if at_one.any() else 12.0
    above = float(2 * stats.norm.sf(last))
    height = bounds[~at_one] / (1 - grid[~at_one])
    slope = -grid[~at_one] / (1 - grid[~at_one]) * of_sum
    # The sum alone makes the sum of squares at least this, times its square.
    surely = float((mean[variance <= 1e-12 * variance.max()] ** 2).sum())
    corners = np.array(_corners(height, slope, surely, last))
    lengths = np.diff(corners)[:, None]
    x = (corners[:-1, None] + lengths * _PLACES).ravel()
    least = (height[:, None] + np.outer(slope, x**2)).min(axis=0)
    if variance.any():
        chance = tails(variance, mean**2, least, x**2)
    else:
        chance = (least <= surely * x**2).astype(float)
    return above + float(((lengths * _SHARES).ravel() * 2 * stats.norm.pdf(x)) @ chance)


def _corners(height: Floats, slope: Floats, surely: float, last: float) -> list[float]:
    """Return where the chance bends, every standard deviation, and both ends.

    It bends where another of the lines ``height + slope * x ** 2``, one a mixture, becomes the
    least, and where the least one meets ``surely * x ** 2``.
    """
    one, two = np.triu_indices(len(height), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = (height[two] - height[one]) / (slope[one] - slope[two])
        met = height / (surely - slope)
    found = {0.0, last, *np.arange(1.0, last, 1.0).tolist()}
    for squares, level in (
        (crossed, height[one] + slope[one] * crossed),
        (met, surely * met),
    ):
        for square, here in zip(squares.tolist(), level.tolist(), strict=True):
            if not 0 < square < last**2:
                continue
            if (height + slope * square).min() >= here - 1e-9 * abs(here):
                found.add(float(np.sqrt(square)))
    ordered = sorted(found)
    return [ordered[0], *(each for before, each in pairwise(ordered) if each - before > 1e-9)]
