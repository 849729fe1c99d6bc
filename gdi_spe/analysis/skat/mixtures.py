"""Tails of sums of chi-squared variables, to nine digits however small they are.

The inversion integral of the moment generating function (Rice 1980, SIAM J Sci Stat Comput 1:438)
is taken over a parabola through the saddle point, where nothing cancels: unlike Davies' method
(1980, Appl Stat 29:323), whose error is absolute, it holds its digits in the far tail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Floats = NDArray[np.float64]
ACCURACY = 1e-9
_FIRST_STEPS, _MOST_STEPS, _MOST_ROUNDS = 64, 8192, 60
_SMALLEST = 1e-12
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
    scaled, squares, at = kept / size, shifts[moves] ** 2 / size, np.array([value / size])
    return float(_integrated(scaled, squares, at, np.ones(1), accuracy)[0][0])


def tails(weights: Floats, squares: Floats, values: Floats, factors: Floats) -> Floats:
    """Return `tail` for many values at once, over one path.

    Parameters
    ----------
    weights
        At least 0, and not all 0.
    squares
        The square of each mean where ``factors`` is 1; entry k of the result has ``factors[k]``
        times these.
    values, factors
        What the sums are compared with, and how far they are shifted; alike enough that a path
        through the saddle point of the middle one serves all.

    Returns
    -------
    Chances whose error is below 1e-8 of the greatest of them.
    """
    moves = weights > _SMALLEST * weights.max()
    values = values - factors * squares[~moves].sum()
    kept, shifts, size = weights[moves], squares[moves], weights.max()
    if (values <= 0).any():
        means = [np.sqrt(shifts * factor) for factor in factors]
        return np.array([tail(kept, v, m) for v, m in zip(values, means, strict=True)])
    found, _ = _integrated(kept / size, shifts / size, values / size, factors, ACCURACY)
    return np.asarray(np.clip(found, 0, 1))


def quantile(weights: Floats, chance: float, near: float) -> float:
    """Return the value that a weighted sum of squares is above with a chance.

    The weights are at least 0; Newton's search on the logarithm, which bends one way, begins at
    ``near`` and is kept between what is known to be too low and too high.
    """
    size = float(weights.max())
    scaled = weights[weights > _SMALLEST * size] / size
    none, one, wanted = np.zeros(len(scaled)), np.ones(1), np.log(chance)
    at, low, high = max(near / size, 1e-12), 0.0, np.inf
    for _ in range(_MOST_ROUNDS):
        found, density = _integrated(scaled, none, np.array([at]), one, ACCURACY)
        apart = np.log(max(float(found[0]), 1e-320)) - wanted
        low, high = (at, high) if apart > 0 else (low, at)
        step = apart * float(found[0] / density[0])
        following = at + step
        if not low <= following <= high:
            following = (low + high) / 2 if np.isfinite(high) else 2 * at
        if abs(following - at) <= 1e-10 * at:
            return float(following * size)
        at = following
    raise NotIntegrated


def _integrated(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, accuracy: float
) -> tuple[Floats, Floats]:
    """Integrate beside the pole at 0: right of it the upper tail, left of it the lower.

    Returns
    -------
    The chances of being above each value, and the densities there. Halving the step squares the
    error, so that two sums that differ by its root's tenth tell that the finer is right.
    """
    middle = len(at) // 2
    is_upper = bool(at[middle] > weights.sum() + factors[middle] * squares.sum())
    path = _path(weights, factors[middle] * squares, float(at[middle]), is_upper=is_upper)
    n_steps = _FIRST_STEPS
    while n_steps <= _MOST_STEPS:
        fine, coarse, density = _trapezoid(weights, squares, at, factors, path, n_steps)
        # What is left of the lower tail is near 1: there the error is absolute.
        scale = float(np.abs(fine).max()) if is_upper else 1.0
        if np.abs(fine - coarse).max() <= np.sqrt(accuracy) / 30 * scale:
            return (fine if is_upper else 1 + fine), density
        n_steps *= 2
    raise NotIntegrated


@dataclass(frozen=True)
class _Path:
    """A parabola around the positive axis: where it crosses, its scale, how much it bends."""

    centre: float
    width: float
    bend: float


def _path(weights: Floats, squares: Floats, at: float, *, is_upper: bool) -> _Path:
    centre = _saddle(weights, squares, at, is_upper=is_upper)
    second, third = _curvature(weights, squares, centre)
    return _Path(centre, second**-0.5, max(third / (6 * second), 0.05 / abs(centre)))


def _saddle(weights: Floats, squares: Floats, at: float, *, is_upper: bool) -> float:
    """Return where the integrand is least on the real line, on one side of its pole."""
    side = 1.0 if is_upper else -1.0
    most = float((side * weights).max())
    # The first singularity on this side, if there is one.
    end = 0.5 / most if most > 0 else np.inf

    def slope(size: float) -> float:
        t = side * size
        left = 1 - 2 * weights * t
        return side * float((weights / left + squares / left**2).sum() - at - 1 / t)

    low = min(end, 1.0) * 1e-3
    while slope(low) > 0:
        low /= 10
    high = low * 10 if most <= 0 else end * (1 - 1e-3)
    while slope(high) < 0:
        high = high * 10 if most <= 0 else end - (end - high) / 10
    return side * float(optimize.brentq(slope, low, high, xtol=low * 1e-3, rtol=1e-4))


def _curvature(weights: Floats, squares: Floats, t: float) -> tuple[float, float]:
    left = 1 - 2 * weights * t
    ratio = weights / left
    second = (2 * ratio**2 + 4 * weights * squares / left**3).sum() + 1 / t**2
    third = (8 * ratio**3 + 24 * weights**2 * squares / left**4).sum() - 2 / t**3
    return float(second), float(third)


def _trapezoid(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, path: _Path, n_steps: int
) -> tuple[Floats, Floats, Floats]:
    """Sum over the upper half of the path; the lower half is its mirror image.

    Returns
    -------
    The integrals, those of every second node, and the densities.
    """
    u = np.arange(n_steps + 1) * (_REACH / n_steps)
    y = path.width * np.sinh(u)
    t = path.centre + 1j * y + path.bend * y**2
    left = 1 - 2 * np.outer(t, weights)
    step = (1 - 2j * path.bend * y) * (path.width * np.cosh(u) * u[1] / np.pi)
    exponent = -0.5 * np.log(left).sum(axis=1) - np.outer(at, t)
    if squares.any():
        exponent += np.outer(factors, t * (squares / left).sum(axis=1))
    density = np.exp(exponent) * step
    density[:, 0] /= 2
    values = (density / t).real
    return values.sum(axis=1), 2 * values[:, ::2].sum(axis=1), density.real.sum(axis=1)
