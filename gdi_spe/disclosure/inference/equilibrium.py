"""Whether marks beside variants follow their frequencies as one person's genotypes do.

A person has no, one or two copies of an allele of frequency p with chances (1-p)^2, 2p(1-p) and
p^2 (Hardy 1908, Weinberg 1908). Marks of anything else go by the frequency otherwise, or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

_LEAST_ROWS, _MOST_ROWS = 40, 4000
# How much likelier marks are as genotypes, in nats, and how far they may be from it in each bin.
_GAIN_OF_THREE, _GAIN_OF_TWO, _MOST_OFF, _SPREAD = 8.0, 12.0, 3.0, 0.05
_BINS = 6
_TINY = 1e-4


def follow_frequencies(marks: NDArray[np.int64], frequency: NDArray[np.float64]) -> bool:
    """Return whether two or three marks of variants are as genotypes of one person are.

    Parameters
    ----------
    marks
        Which of two or three marks each variant has, 0 and up, -1 for none.
    frequency
        Of an allele, in [0, 1], NaN where it is not known.
    """
    known = (marks >= 0) & np.isfinite(frequency)
    marks, p = marks[known][:_MOST_ROWS], frequency[known][:_MOST_ROWS]
    kinds = np.unique(marks)
    if marks.size < _LEAST_ROWS or not 2 <= kinds.size <= 3 or np.std(p) < _SPREAD:
        return False
    p = np.clip(p, _TINY, 1 - _TINY)
    marks = np.searchsorted(kinds, marks)
    shares = np.bincount(marks) / marks.size
    alone = float(np.log(shares[marks]).sum())
    least = _GAIN_OF_THREE if kinds.size == 3 else _GAIN_OF_TWO
    return any(
        float(np.log(chances[marks, np.arange(marks.size)]).sum()) - alone > least
        and _is_near(marks, chances, p)
        for chances in _chances(p, kinds.size)
    )


def _chances(p: NDArray[np.float64], n_kinds: int) -> Iterator[NDArray[np.float64]]:
    """Yield the chance of each mark at each variant, for every way to mark genotypes."""
    copies = np.stack([(1 - p) ** 2, 2 * p * (1 - p), p**2])
    if n_kinds == 3:
        yield from (copies[list(order)] for order in permutations(range(3)))
        return
    for one in copies:
        yield np.stack([one, 1 - one])
        yield np.stack([1 - one, one])


def _is_near(
    marks: NDArray[np.int64], chances: NDArray[np.float64], p: NDArray[np.float64]
) -> bool:
    """Whether in bins of the frequency each mark is about as often as its chance is.

    TRUST: marks that bins of the frequency give, as "rare" and "common", are far from chances.
    """
    off, n = 0.0, 0
    for rows in np.array_split(np.argsort(p), _BINS):
        for kind in range(chances.shape[0]):
            expected = float(chances[kind, rows].sum())
            noise = float((chances[kind, rows] * (1 - chances[kind, rows])).sum())
            off += ((marks[rows] == kind).sum() - expected) ** 2 / max(noise, 1.0)
            n += 1
    return off / n < _MOST_OFF


def copies_behind(
    numbers: NDArray[np.float64], frequency: NDArray[np.float64]
) -> NDArray[np.int64] | None:
    """Return the copies that numbers are once the frequency is taken off; None if they are none."""
    known = np.isfinite(numbers) & np.isfinite(frequency) & (frequency > 0) & (frequency < 1)
    if known.sum() < _LEAST_ROWS:
        return None
    for p in (frequency, 1 - frequency):
        for scale in (np.sqrt(2 * p * (1 - p)), 1.0):
            for sign in (1, -1):
                copies = sign * numbers * scale + 2 * p
                whole = np.rint(copies)
                near = (np.abs(copies - whole) < 0.03) & (whole >= 0) & (whole <= 2)
                if near[known].mean() > 0.95 and np.unique(whole[known]).size > 1:
                    return np.where(known, whole, -1).astype(np.int64)
    return None


def clusters(numbers: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Return which of two or three far-apart heaps each number lies in; None if they form none."""
    finite = np.sort(numbers[np.isfinite(numbers)])
    if finite.size < _LEAST_ROWS:
        return None
    gaps = np.diff(finite)
    for n_gaps in (2, 1):
        cuts = np.sort(np.argsort(gaps)[-n_gaps:])
        heaps = np.split(finite, cuts + 1)
        widest = max(float(np.ptp(heap)) for heap in heaps)
        if min(gaps[cuts]) > 2 * widest and min(map(len, heaps)) > 1:
            edges = [(finite[i] + finite[i + 1]) / 2 for i in cuts]
            return np.where(np.isfinite(numbers), np.searchsorted(edges, numbers), -1)
    return None
