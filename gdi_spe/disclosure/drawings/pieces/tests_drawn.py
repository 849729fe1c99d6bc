"""Clouds of marks with the form of p values of many tests, by their exact places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST = 40
# Of the height of the cloud the lowest eighth has so many; filters may cut its foot.
_LEAST_LOW = 0.4
_BANDS = 8
_RISE = 0.04
_RATIO = (0.4, 2.5)
_NOTCH = 0.15
# Of a thinning cloud: how near its lowest is to the foot, how high its middle, how full its top.
_FOOT, _MIDDLE, _UPPER = 0.1, 0.35, 0.25


def falls_off(heights: NDArray[np.float64], foot: float) -> bool:
    """Whether marks are ever fewer upwards from the foot, as -log10 of p values are."""
    up = heights - foot
    top = float(np.quantile(up, 0.995))
    if len(up) < _LEAST or top <= 0 or (up < -0.02 * top).any():
        return False
    bands = np.histogram(np.clip(up, 0, top), bins=_BANDS, range=(0, top))[0] / len(up)
    return bool(
        bands[0] >= _LEAST_LOW
        and (np.diff(bands) <= _RISE).all()
        and bands[0] + bands[1] >= 2 * bands[2:].sum() / 3
    )


def thins_out(heights: NDArray[np.float64]) -> bool:
    """Whether most marks stand low above their foot and few high, as around a variant that matters.

    ``heights`` are shares of what the panel is high; there are as few as in a plot of one region.
    """
    top = float(heights.max()) if heights.size else 0.0
    if len(heights) < _LEAST or top <= 0 or float(heights.min()) > _FOOT * top:
        return False
    return bool(np.quantile(heights, 0.5) <= _MIDDLE * top and (heights > top / 2).mean() <= _UPPER)


def is_mirrored(heights: NDArray[np.float64]) -> bool:
    """Whether two such clouds stand foot to foot."""
    for foot in np.quantile(heights, np.linspace(0.3, 0.7, 9)):
        above, below = heights[heights >= foot] - foot, foot - heights[heights < foot]
        if min(len(above), len(below)) >= _LEAST and falls_off(above, 0) and falls_off(below, 0):
            return True
    return False


def are_quantiles(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Whether sorted marks are expected against observed -log10 of p values.

    What is expected is known by the number of marks: -log10 of even steps; a part may be left out.
    """
    if len(x) < _LEAST // 2:
        return False
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    if (np.diff(y) < -1e-3 - 0.01 * float(np.ptp(y))).any() or x.min() < -0.05 or y.min() < -0.05:
        return False
    bulk = (x > 0.05) & (x < 1)
    if bulk.sum() < 5 or x.max() > np.log10(2e9):
        return False
    # The share below each place falls off by ten for each one upwards.
    told = -np.log10((np.arange(len(x), 0, -1) - 0.5) / len(x))
    exact = float(np.abs(np.sort(told) - x).max()) < 0.12 * float(x.max())
    ratio = float(np.median(y[bulk] / x[bulk]))
    return _RATIO[0] <= ratio <= _RATIO[1] and (exact or len(x) >= _LEAST)


def is_volcano(x: NDArray[np.float64], y: NDArray[np.float64], foot: float) -> bool:
    """Whether marks are high only far from no effect, on both sides, and most are low."""
    if len(x) < _LEAST:
        return False
    up = y - foot
    top, middle = float(up.max()), float(np.median(x))
    near = np.abs(x - middle) <= _NOTCH * float(np.quantile(np.abs(x - middle), 0.98))
    bands = np.histogram(up, bins=_BANDS, range=(0, top))[0] / len(up)
    left, right = up[x < middle], up[x >= middle]
    return bool(
        near.any() and float(np.quantile(up[near], 0.98)) <= 0.45 * top
        and min(left.max(initial=0), right.max(initial=0)) >= 0.25 * top
        and bands[0] >= _LEAST_LOW - 0.1 and (np.diff(bands[1:]) <= _RISE).all()
    )  # fmt: skip
