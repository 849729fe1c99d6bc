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
_FIRST_NODES, _MOST_NODES = 48, 6144
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
    return _integrated(kept / size, shifts[moves] ** 2 / size, value / size, accuracy)


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
    middle = len(values) // 2
    if (values <= 0).any():
        means = [np.sqrt(shifts * factor) for factor in factors]
        return np.array([tail(kept, v, m) for v, m in zip(values, means, strict=True)])
    scaled, moved, at = kept / size, shifts / size, values / size
    is_upper = bool(at[middle] > scaled.sum() + factors[middle] * moved.sum())
    path = _path(scaled, moved * factors[middle], at[middle], is_upper=is_upper)
    n_nodes, before = _FIRST_NODES, np.full(len(values), np.nan)
    while n_nodes <= _MOST_NODES:
        found = _trapezoid(scaled, moved, at, factors, path, n_nodes)
        if np.abs(found - before).max() <= 1e-8 * np.abs(found).max():
            return np.clip(found if is_upper else 1 + found, 0, 1)
        n_nodes, before = 2 * n_nodes, found
    raise NotIntegrated


def quantile(weights: Floats, chance: float, near: float) -> float:
    """Return the value that a weighted sum of squares is above with a chance.

    The weights are at least 0; the search begins at ``near``.
    """
    wanted = np.log(chance)

    def distance(value: float) -> float:
        return float(np.log(max(tail(weights, value, None, 1e-8), 1e-320)) - wanted)

    low = high = near
    step = max(2 * float(weights.max()), near / 50)
    while distance(high) > 0:
        low, high, step = high, high + step, 2 * step
    while distance(low) < 0:
        high, low = low, low * 0.8
    if low == high:
        return low
    return float(optimize.toms748(distance, low, high, rtol=1e-9, k=2))


def _integrated(weights: Floats, squares: Floats, at: float, accuracy: float) -> float:
    """Integrate beside the pole at 0: right of it the upper tail, left of it the lower."""
    is_upper = at > weights.sum() + squares.sum()
    path = _path(weights, squares, at, is_upper=is_upper)
    one, n_nodes, before = np.ones(1), _FIRST_NODES, np.nan
    while n_nodes <= _MOST_NODES:
        found = float(_trapezoid(weights, squares, np.array([at]), one, path, n_nodes)[0])
        if abs(found - before) <= accuracy / 10 * abs(found):
            return found if is_upper else 1 + found
        n_nodes, before = 2 * n_nodes, found
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
    return side * float(optimize.brentq(slope, low, high, xtol=low * 1e-6, rtol=1e-12))


def _curvature(weights: Floats, squares: Floats, t: float) -> tuple[float, float]:
    left = 1 - 2 * weights * t
    ratio = weights / left
    second = (2 * ratio**2 + 4 * weights * squares / left**3).sum() + 1 / t**2
    third = (8 * ratio**3 + 24 * weights**2 * squares / left**4).sum() - 2 / t**3
    return float(second), float(third)


def _trapezoid(
    weights: Floats, squares: Floats, at: Floats, factors: Floats, path: _Path, n_nodes: int
) -> Floats:
    """Sum over the upper half of the path; the lower half is its mirror image."""
    u = np.linspace(0, _REACH, n_nodes)
    y = path.width * np.sinh(u)
    t = path.centre + 1j * y + path.bend * y**2
    left = 1 - 2 * np.outer(t, weights)
    step = (1 - 2j * path.bend * y) * path.width * np.cosh(u) / t
    exponent = -0.5 * np.log(left).sum(axis=1) - np.outer(at, t)
    if squares.any():
        exponent += np.outer(factors, t * (squares / left).sum(axis=1))
    values = (np.exp(exponent) * step).real
    found: Floats = (values.sum(axis=1) - values[:, 0] / 2) * u[1] / np.pi
    return found
