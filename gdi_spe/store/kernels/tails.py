"""Tails of distributions, one a variant; with the NumPy twin."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.slices import in_slices

Floats = NDArray[np.float64]
_SMALL = 1e-290  # below, a p-value is told by its logarithm alone
_WORTH_A_THREAD = 1 << 12  # numbers


def student(t: Floats, freedom: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return both tails beyond t, and their negative decimal logarithm where they are 0 too.

    Parameters
    ----------
    t
        Statistics; NaN where there is none, infinite where a fit is perfect.
    freedom
        Degrees of freedom of each, at least 1.
    """
    if freedom.shape != t.shape or (len(freedom) and freedom.min() < 1):
        raise ValueError("a number of degrees of freedom a statistic, at least 1")
    found = library()
    if found is None:
        return _by_scipy(t, freedom)
    held, df = np.ascontiguousarray(t, np.float64), np.ascontiguousarray(freedom, np.int64)
    p, neg_log_p = np.empty(len(t)), np.empty(len(t))

    def work(start: int, end: int) -> None:
        places = (ctypes.c_int64(start), ctypes.c_int64(end))
        found.spe_t_tails(pointer(held), pointer(df), *places, pointer(p), pointer(neg_log_p))

    in_slices(len(t), work, _WORTH_A_THREAD)
    return p, neg_log_p


def _by_scipy(t: Floats, freedom: NDArray[np.int64]) -> tuple[Floats, Floats]:
    from scipy import special

    p: Floats = 2 * special.stdtr(freedom, -np.abs(t))
    with np.errstate(divide="ignore"):
        neg_log_p = -np.log10(p)
    far = np.flatnonzero(p < _SMALL)
    neg_log_p[far] = _far(np.abs(t[far]), freedom[far] / 2)
    return p, neg_log_p


def _far(t: Floats, half: Floats) -> Floats:
    """Return the decimal logarithm of tails that no double holds; infinite where a fit is perfect.

    The even part of the continued fraction of the incomplete beta function (DLMF 8.17.22), from
    its front by Lentz's way; few rounds are needed so far out.
    """
    from scipy import special

    y = np.where(np.isfinite(t), t**2 / (2 * half + t**2), 1.0)
    x = 1 - y
    value = front = half * (half * y - 0.5 * x + 1) / (half + 1)
    back = np.zeros_like(value)
    for m in range(1, 200):
        below = half + 2 * m - 1
        over = (half + m - 1) * (half + m - 0.5) * m * (0.5 - m) * x**2 / below**2
        tail = half * y - 0.5 * x + 1 + m * (1 + y)
        under = m + m * (0.5 - m) * x / below + (half + m) * tail / (below + 2)
        back = 1 / (under + over * back)
        front = under + over / front
        value = value * front * back
    with np.errstate(divide="ignore"):
        log_p = -half * np.log1p(t**2 / (2 * half)) + 0.5 * np.log(y) - np.log(value)
    neg_log_p: Floats = (special.betaln(half, 0.5) - log_p) / np.log(10)
    return neg_log_p
