"""Tails of sums of chi-squared variables, to nine digits however small they are.

The inversion integral of the moment generating function (Rice 1980, SIAM J Sci Stat Comput 1:438)
is taken over a parabola through the saddle point, where nothing cancels: unlike Davies' method
(1980, Appl Stat 29:323), whose error is absolute, it holds its digits in the far tail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ACCURACY = 1e-9
_FIRST_STEPS, _MOST_STEPS, _MOST_ROUNDS = 64, 2048, 60
# A path may cross the axis anywhere: it only has to be near the saddle point. Cells stay in cache.
_FURTHEST, _HALVINGS, _CELLS_AT_ONCE = 60.0, 16, 100_000
_SMALLEST, _NOTHING = 1e-12, 1e-290
# What Newton's step may still be: the error after it is about its square.
_NEAR = 1e-6
_REACH = 6.0  # of the path, in its scale: as far as sinh(6)


class NotIntegrated(ArithmeticError):
    """The integral did not settle."""


def tail(
    weights: Floats, value: float, means: Floats | None = None, accuracy: float = ACCURACY
) -> float:
    """Return the chance that a weighted sum of squares is above a value.

    Parameters
    ----------
    weights
        Of the squares of independent standard normal variables; some may be negative where
        ``means`` is not given.
    value
        What the sum is compared with.
    means
        Shifts: the sum is of ``(sqrt(weight) * z + mean) ** 2``. Without them 0.
    accuracy
        The relative error of the smaller of both tails.

    Returns
    -------
    1 where ``value`` is below the least sum, 0 where it is above the greatest.

    Raises
    ------
    NotIntegrated
        If the integral does not settle.

    Examples
    --------
    >>> import numpy as np
    >>> round(tail(np.array([6.0, 3.0, 1.0]), 20.0), 4)  # Davies 1980, Table 1
    0.124
    """
    shifts = np.zeros(len(weights)) if means is None else means
    size = float(np.abs(weights).max(initial=0.0))
    moves = np.abs(weights) > _SMALLEST * size
    value -= float((shifts[~moves] ** 2).sum())
    kept = weights[moves]
    if value < 0 and not (kept < 0).any():
        return 1.0
    if not (kept > 0).any():
        return float(value < 0) if not len(kept) else 1 - tail(-kept, -value, None, accuracy)
    if value == 0 and not (kept < 0).any():
        return 1.0
    scaled, squares, at = kept[None] / size, shifts[moves] ** 2 / size, np.array([value / size])
    return float(_integrated(scaled, squares, at, np.ones(1), accuracy)[0][0])


def tails(weights: Floats, squares: Floats, values: Floats, factors: Floats) -> Floats:
    """Return `tail` for many values at once.

    Parameters
    ----------
    weights
        At least 0, and not all 0.
    squares
        The square of each mean where ``factors`` is 1; entry k of the result has ``factors[k]``
        times these.
    values, factors
        What the sums are compared with, and how far they are shifted.

    Returns
    -------
    Chances, each as exact as that of `tail`.
    """
    moves = weights > _SMALLEST * weights.max()
    values = values - factors * squares[~moves].sum()
    kept, shifts, size = weights[moves], squares[moves], weights.max()
    out, above = np.ones(len(values)), values > 0
    asked = values[above] / size, factors[above]
    found, _ = _integrated(kept[None] / size, shifts / size, *asked, ACCURACY)
    out[above] = np.clip(found, 0, 1)
    return out


@dataclass(frozen=True)
class Mixtures:
    """Weighted sums of squares, each with weights of its own: at least 0, and not all 0.

    ``weights`` has a row a sum, whose largest is 1, padded by zeros; ``size`` is what it was.
    """

    weights: Floats
    size: Floats

    @staticmethod
    def of(weights: Sequence[Floats]) -> Mixtures:
        """Put weights beside each other; those too small to matter are left out."""
        size = np.array([each.max() for each in weights])
        table = np.zeros((len(weights), max(map(len, weights))))
        for row, each, largest in zip(table, weights, size, strict=True):
            kept = each[each > _SMALLEST * largest] / largest
            row[: len(kept)] = kept
        return Mixtures(table, size)

    def tails(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the chance that each sum is above its value, and the density there."""
        return self._tails(values, np.arange(len(values)))

    def _tails(self, values: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
        found, density = np.ones(len(rows)), np.zeros(len(rows))
        above = values > 0
        weights, at = self.weights[rows[above]], values[above] / self.size[rows[above]]
        none = np.zeros(weights.shape[1])
        told = _integrated(weights, none, at, np.ones(len(at)), ACCURACY)
        found[above], density[above] = told[0], told[1] / self.size[rows[above]]
        return found, density

    def quantiles(self, chance: float, near: Floats, known: tuple[Floats, Floats]) -> Floats:
        """Return the values that the sums are above with a chance.

        Newton's search on the logarithm, which bends one way, begins at ``near``, of which
        ``known`` are the tails; it is kept between what is too low and too high.
        """
        wanted, at = np.log(chance), np.maximum(near, 1e-12 * self.size)
        low, high = np.zeros(len(at)), np.full(len(at), np.inf)
        left, told = np.arange(len(at)), known
        for _ in range(_MOST_ROUNDS):
            apart = np.log(np.maximum(told[0], 1e-320)) - wanted
            low[left] = np.where(apart > 0, at[left], low[left])
            high[left] = np.where(apart > 0, high[left], at[left])
            with np.errstate(divide="ignore", invalid="ignore"):
                following = at[left] + apart * told[0] / told[1]
                middle = np.where(np.isfinite(high[left]), (low + high)[left] / 2, 2 * at[left])
            is_inside = (following >= low[left]) & (following <= high[left])
            following = np.where(is_inside, following, middle)
            moved = np.abs(following - at[left]) > _NEAR * at[left]
            at[left], left = following, left[moved]
            if not len(left):
                return at
            told = self._tails(at[left], left)
        raise NotIntegrated


def quantile(weights: Floats, chance: float, near: float) -> float:
    """Return the value that a weighted sum of squares, of weights at least 0, is above."""
    one, at = Mixtures.of([weights]), np.array([near])
    return float(one.quantiles(chance, at, one.tails(at))[0])


def _integrated(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, accuracy: float
) -> tuple[Floats, Floats]:
    """Integrate beside the pole at 0: right of it the upper tail, left of it the lower.

    ``weights`` has a row for each value, or one that all of them share.

    Returns
    -------
    The chances of being above each value, and the densities there. Halving the step squares the
    error, so that two sums that differ by its root's tenth tell that the finer is right; what is
    left of the lower tail is near 1, and there the error is absolute.
    """
    path = _Path.of(weights, squares, at, factors)
    found, density = np.empty(len(at)), np.empty(len(at))
    left = np.arange(len(at))
    for bend in path.bends(weights):
        tried = replace(path, bend=bend)
        n_steps = _FIRST_STEPS
        while len(left) and n_steps <= _MOST_STEPS:
            step = max(1, _CELLS_AT_ONCE // (n_steps * weights.shape[1]))
            settled = [
                _settle(weights, squares, at, factors, tried, n_steps, accuracy,
                        left[first : first + step], found, density)
                for first in range(0, len(left), step)
            ]  # fmt: skip
            left, n_steps = left[~np.concatenate(settled)], 2 * n_steps
    if len(left):
        raise NotIntegrated
    return np.where(path.is_upper, found, 1 + found), density


def _settle(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, path: _Path, n_steps: int,
    accuracy: float, some: NDArray[np.intp], found: Floats, density: Floats,
) -> NDArray[np.bool_]:  # fmt: skip
    """Write the sums of some entries, and say which of them are right."""
    mine = path.only(some)
    with np.errstate(over="ignore", invalid="ignore"):
        own = weights if len(weights) == 1 else weights[some]
        fine, coarse, there = _trapezoid(own, squares, at[some], factors[some], mine, n_steps)
    found[some], density[some] = fine, there
    scale = np.where(mine.is_upper, np.abs(fine), 1.0)
    return np.asarray(np.abs(fine - coarse) <= np.sqrt(accuracy) / 30 * scale + _NOTHING)


@dataclass(frozen=True)
class _Path:
    """Parabolas around the positive axis: where each crosses, its scale, how much it bends."""

    is_upper: NDArray[np.bool_]
    centre: Floats
    width: Floats
    bend: Floats

    @staticmethod
    def of(weights: Floats, squares: Floats, at: Floats, factors: Floats) -> _Path:
        """Go through the saddle point of each entry, on the side that its value asks for."""
        is_upper = at > weights.sum(axis=1) + factors * squares.sum()
        centre = _saddles(weights, squares, at, factors, np.where(is_upper, 1.0, -1.0))
        left = 1 - 2 * centre[:, None] * weights
        ratio, moved = weights / left, np.outer(factors, squares)
        second = (2 * ratio**2 + 4 * weights * moved / left**3).sum(axis=1)
        third = (8 * ratio**3 + 24 * weights**2 * moved / left**4).sum(axis=1)
        return _Path(is_upper, centre, (second + centre**-2.0) ** -0.5, third / (6 * second))

    def bends(self, weights: Floats) -> Iterator[Floats]:
        """Yield how much to bend, what settles soonest first.

        As the sums bend at the saddle point, and at least a little, since few weights fall
        slowly; then less, for a path must not come near where shifts grow without bound.
        """
        least = np.abs(np.where(weights == 0, np.inf, weights)).min(axis=1)
        yield np.maximum(self.bend, np.minimum(0.05 / np.abs(self.centre), 1.0))
        yield np.minimum(self.bend, 2 * least)
        yield np.minimum(self.bend, least / 8)
        yield np.full(len(self.bend), 1e-3)

    def only(self, some: NDArray[np.intp]) -> _Path:
        """Return some of them."""
        return _Path(self.is_upper[some], self.centre[some], self.width[some], self.bend[some])


def _saddles(weights: Floats, squares: Floats, at: Floats, factors: Floats, side: Floats) -> Floats:
    """Return where each integrand is least on the real line, on one side of its pole.

    The slope grows from minus to plus infinity between the pole and the first singularity of the
    side (or without end); the place is halved on the scale of the logit (or the logarithm).
    """
    most = np.where(side > 0, weights.max(axis=1), -weights.min(axis=1))
    end = 0.5 / np.where(most > 0, most, 1.0)
    moved = np.outer(factors, squares)
    is_moved = bool(squares.any())
    low, high = np.full(len(at), -_FURTHEST), np.full(len(at), _FURTHEST)
    for _ in range(_HALVINGS):
        place = (low + high) / 2
        growth = np.exp(place)
        t = side * np.where(most > 0, end * growth / (1 + growth), growth)
        inverse = 1 / (1 - 2 * t[:, None] * weights)
        slope = (weights * inverse).sum(axis=1) - at - 1 / t
        if is_moved:
            slope += (moved * inverse**2).sum(axis=1)
        rises = side * slope > 0
        low, high = np.where(rises, low, place), np.where(rises, place, high)
    return np.asarray(t)


def _trapezoid(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, path: _Path, n_steps: int
) -> tuple[Floats, Floats, Floats]:
    """Sum over the upper half of each path; the lower half is its mirror image.

    Returns
    -------
    The integrals, those of every second node, and the densities.
    """
    u = np.arange(n_steps + 1) * (_REACH / n_steps)
    y = np.outer(path.width, np.sinh(u))
    t = path.centre[:, None] + 1j * y + path.bend[:, None] * y**2
    # Real and imaginary parts by themselves: logarithms of complex numbers are slow.
    twice = -2 * weights[:, None, :]
    real, imaginary = 1 + t.real[:, :, None] * twice, y[:, :, None] * twice
    square = real * real + imaginary * imaginary
    exponent = -0.25 * np.log(square).sum(axis=2) - at[:, None] * t
    exponent -= 0.5j * np.arctan2(imaginary, real).sum(axis=2)
    if squares.any():
        shares = squares / square
        shifted = (shares * real).sum(axis=2) - 1j * (shares * imaginary).sum(axis=2)
        exponent += factors[:, None] * t * shifted
    step = np.outer(path.width, np.cosh(u)) * (u[1] / np.pi)
    density = np.exp(exponent) * (1 - 2j * path.bend[:, None] * y) * step
    density[:, 0] /= 2
    values = (density / t).real
    return values.sum(axis=1), 2 * values[:, ::2].sum(axis=1), density.real.sum(axis=1)
