"""Exact tests of Hardy-Weinberg equilibrium, one a variant; with their NumPy twin."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.slices import in_slices

Counts = NDArray[np.int32]
Floats = NDArray[np.float64]
_WORTH_A_THREAD = 4096  # variants


def exact(
    n_reference: NDArray[np.integer],
    n_heterozygous: NDArray[np.integer],
    n_alternate: NDArray[np.integer],
    mid_p: bool,
) -> tuple[Floats, Floats]:
    """Test each variant.

    Parameters
    ----------
    n_reference, n_heterozygous, n_alternate
        People with no, one and two copies.
    mid_p
        Count half of the probability of what was observed, and of what is as likely.

    Returns
    -------
    Two-sided p-values, and those of at least as many heterozygotes; NaN where nobody was counted.
    """
    counts = [
        np.ascontiguousarray(each, np.int32) for each in (n_reference, n_heterozygous, n_alternate)
    ]
    n = len(counts[0])
    if any(each.shape != (n,) for each in counts):
        raise ValueError("three counts a variant")
    two_sided, excess = np.empty(n), np.empty(n)
    found = library()
    if found is None:
        _by_numpy(counts, mid_p, two_sided, excess)
        return two_sided, excess

    def work(start: int, end: int) -> None:
        places = (ctypes.c_int64(number) for number in (start, end, int(mid_p)))
        found.spe_hardy_weinberg(
            *map(pointer, counts), *places, pointer(two_sided), pointer(excess)
        )

    in_slices(n, work, _WORTH_A_THREAD)
    return two_sided, excess


def combined(
    counts: NDArray[np.int32], sizes: Counts, mid_p: bool
) -> tuple[Floats, Floats, Floats]:
    """Test each variant in several groups, and take the smallest p-value times their number.

    Parameters
    ----------
    counts
        The six counts of `packed.count`, shape ``(groups, variants, 6)``.
    sizes
        People in each group who have two alleles here.
    mid_p
        As of `exact`.

    Returns
    -------
    The share of heterozygotes to be expected, two-sided p-values, and those of too many
    heterozygotes. A group without both alleles is not among those that are corrected for; a
    variant without such a group has p-value 1 (0.5), and NaN where nobody was counted.
    """
    n_groups, n = counts.shape[:2]
    if sizes.shape != (n_groups,) or counts.shape[2:] != (6,):
        raise ValueError("six counts a group and variant, and the size of each group")
    expected, two_sided, excess = np.empty(n), np.empty(n), np.empty(n)
    found = library()
    if found is None:
        return _combined_by_numpy(counts, sizes, mid_p)
    held, sizes = np.ascontiguousarray(counts, np.int32), np.ascontiguousarray(sizes, np.int32)

    def work(start: int, end: int) -> None:
        shape = (ctypes.c_int64(number) for number in (n_groups, n))
        places = (ctypes.c_int64(number) for number in (start, end, int(mid_p)))
        found.spe_equilibrium(
            pointer(held), *shape, pointer(sizes), *places, pointer(expected),
            pointer(two_sided), pointer(excess),
        )  # fmt: skip

    in_slices(n, work, _WORTH_A_THREAD)
    return expected, two_sided, excess


def genotypes(counts: NDArray[np.int32], sizes: Counts) -> tuple[Counts, Counts, Counts]:
    """Return the people of two alleles with no, one and two copies, of each group and variant."""
    _, number, het, hom, hemi, missing = np.moveaxis(counts, -1, 0)
    called = sizes[:, None] - missing
    # Calls that were written with one allele: those of the alternate, and of the reference.
    single = np.maximum(hemi, 2 * called - number)
    return called - het - hom - single, het, hom


def _combined_by_numpy(
    counts: NDArray[np.int32], sizes: Counts, mid_p: bool
) -> tuple[Floats, Floats, Floats]:
    reference, het, hom = genotypes(counts, sizes)
    people, copies = reference + het + hom, (het + 2 * hom).astype(float)
    has_both = (copies > 0) & (copies < 2 * people)
    alleles = 2.0 * people
    hets = (copies * (alleles - copies) / np.maximum(alleles - 1, 1)).sum(axis=0)
    total = people.sum(axis=0)
    alone = np.where(total > 0, 0.5 if mid_p else 1.0, np.nan)
    n_told = np.maximum(has_both.sum(axis=0), 1)
    told = []
    for each in exact(reference.reshape(-1), het.reshape(-1), hom.reshape(-1), mid_p):
        least = np.where(has_both, each.reshape(people.shape), 2.0).min(axis=0, initial=2.0)
        told.append(np.where(has_both.any(axis=0), np.minimum(least * n_told, 1.0), alone))
    return np.where(total > 0, hets / np.maximum(total, 1), np.nan), told[0], told[1]


def _by_numpy(counts: list[Counts], mid_p: bool, two_sided: Floats, excess: Floats) -> None:
    """Fill in the p-values: the twin of the kernel, in logarithms."""
    rows = np.column_stack(counts).astype(np.int64)
    if not len(rows):
        return
    distinct, back = np.unique(rows, axis=0, return_inverse=True)
    values = np.array([_one(tuple(row), mid_p) for row in distinct.tolist()])
    two_sided[:], excess[:] = values[back.reshape(-1)].T


@cache
def _log_factorials(largest: int) -> Floats:
    found: Floats = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])
    return found


def _one(counts: tuple[int, ...], mid_p: bool) -> tuple[float, float]:
    reference, het, alternate = counts
    n = sum(counts)
    if not n:
        return float("nan"), float("nan")
    rare = het + 2 * min(reference, alternate)
    hets = np.arange(rare % 2, rare + 1, 2)
    both_rare = (rare - hets) // 2
    logs = hets * np.log(2.0)
    for number in (hets, both_rare, n - hets - both_rare):
        logs -= _log_factorials(1 << (2 * n).bit_length())[number]
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    at = (het - rare % 2) // 2
    is_tied = np.abs(chances - chances[at]) <= 1e-9 * chances[at]
    tail = chances[(chances < chances[at]) | is_tied].sum()
    halves = (chances[is_tied].sum() / 2, chances[at] / 2) if mid_p else (0.0, 0.0)
    return min(1.0, float(tail - halves[0])), min(1.0, float(chances[at:].sum() - halves[1]))
