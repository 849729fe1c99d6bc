"""What is told of the calls of each variant, from its counts; with the NumPy twin."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.slices import in_slices

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NUMBERS = (
    "allele_count",
    "allele_number",
    "n_called",
    "n_not_called",
    "n_hom_ref",
    "n_het",
    "n_hom_var",
    "n_hemi",
    "n_non_ref",
)
SHARES = ("allele_frequency", "call_rate")
_WORTH_A_THREAD = 1 << 14  # variants


def fill(counts: NDArray[np.int32], n_able: Ints, at: int, numbers: Ints, shares: Floats) -> None:
    """Tell of some of all variants.

    Parameters
    ----------
    counts
        The six counts of `packed.count` of one group, shape ``(variants, 6)``.
    n_able
        People who can have a complete call of each variant.
    at
        Which of all variants the first of these is.
    numbers, shares
        What is filled: a row of each of `NUMBERS` and `SHARES` (NaN where there is nothing to
        divide by), a column of each of all variants.
    """
    n, total = len(counts), numbers.shape[1]
    if counts.shape != (n, 6) or n_able.shape != (n,) or total < at + n:
        raise ValueError("six counts and a number of people a variant, and room for the answers")
    if numbers.shape != (len(NUMBERS), total) or shares.shape != (len(SHARES), total):
        raise ValueError("a row of each of what is told")
    found = library()
    if found is None:
        _in_numpy(counts, n_able, numbers[:, at : at + n], shares[:, at : at + n])
        return
    for out in (numbers, shares):
        pointer(out)
    held, able = np.ascontiguousarray(counts, np.int32), np.ascontiguousarray(n_able, np.int64)
    targets = [ctypes.c_void_p(out.ctypes.data + at * out.itemsize) for out in (numbers, shares)]

    def work(start: int, end: int) -> None:
        places = (ctypes.c_int64(number) for number in (start, end, total))
        found.spe_quality(pointer(held), pointer(able), *places, *targets)

    in_slices(n, work, _WORTH_A_THREAD)


def _in_numpy(counts: NDArray[np.int32], n_able: Ints, numbers: Ints, shares: Floats) -> None:
    alleles, called_alleles, het, hom, hemi, lost = counts.T.astype(np.int64)
    called, non_ref = n_able - lost, het + hom + hemi
    numbers[:] = (
        alleles, called_alleles, called, lost, called - non_ref, het, hom, hemi, non_ref,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        for share, part, whole in zip(
            shares, (alleles, called), (called_alleles, n_able), strict=True
        ):
            share[:] = np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
