"""Calls of each sample over many variants; with their NumPy twin."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store import ploidy
from gdi_spe.store.calls import MISSING, Calls, codes_by_numpy, mask_of
from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.packed import n_threads

FIELDS = ("het", "hom", "hemi", "lost", "single", "alternates")
# Variants summed at once: the same for any number of threads, so that sums round alike.
_AT_ONCE = 16_384
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Rule = NDArray[np.int8] | None


def by_sample(
    calls: Calls, rule: Rule, kinds: NDArray[np.uint8], n_kinds: int, weights: Floats | None = None
) -> tuple[Counts, Floats]:
    """Count the calls of each sample.

    Parameters
    ----------
    calls
        The variants.
    rule
        Alleles each sample can have here (see `ploidy`), or as written.
    kinds
        The kind of each variant, below ``n_kinds``.
    weights
        A number of each variant.

    Returns
    -------
    Shape ``(kinds, 6, samples)``: complete calls of two different alleles, of two alternates, of
    one alternate where there is one; calls that are not complete; complete calls of one allele;
    and alternates, those of half-missing calls too. Then the sum of the weights of variants at
    which a sample has no call of two alleles or less that is complete.
    """
    if len(kinds) != len(calls) or (len(kinds) and int(kinds.max()) >= n_kinds):
        raise ValueError("a kind for each variant")
    n = calls.n_samples
    work = _by_numpy if library() is None else _native
    counts, lost = np.zeros((n_kinds, len(FIELDS), n), np.int64), np.zeros(n)

    def part(first: int) -> tuple[NDArray[np.int32], Floats]:
        rows = slice(first, first + _AT_ONCE)
        some = None if weights is None else np.ascontiguousarray(weights[rows], np.float64)
        return work(calls.take(rows), rule, np.ascontiguousarray(kinds[rows]), n_kinds, some)

    starts = list(range(0, len(calls), _AT_ONCE))
    with ThreadPoolExecutor(n_threads()) as pool:
        for at in range(0, len(starts), n_threads()):
            for of_kind, of_lost in pool.map(part, starts[at : at + n_threads()]):
                counts += of_kind
                lost += of_lost
    return counts, lost


def _native(
    calls: Calls, rule: Rule, kinds: NDArray[np.uint8], n_kinds: int, weights: Floats | None
) -> tuple[NDArray[np.int32], Floats]:
    found = library()
    assert found is not None  # noqa: S101 - asked before
    counts = np.zeros((n_kinds, len(FIELDS), calls.n_samples), np.int32)
    lost = np.zeros(calls.n_samples)
    expected = None if rule is None else np.ascontiguousarray(rule, np.int8)
    numbers = (ctypes.c_int64(number) for number in (0, len(calls), calls.n_samples))
    found.spe_calls_by_sample(
        pointer(calls.words), pointer(calls.starts), pointer(calls.ends), *numbers,
        None if expected is None else pointer(expected), pointer(kinds),
        None if weights is None else pointer(weights), pointer(counts), pointer(lost),
    )  # fmt: skip
    return counts, lost


def _by_numpy(
    calls: Calls, rule: Rule, kinds: NDArray[np.uint8], n_kinds: int, weights: Floats | None
) -> tuple[NDArray[np.int32], Floats]:
    n = calls.n_samples
    codes = codes_by_numpy(calls).astype(np.int64)
    written = mask_of(calls.haploid_words(), n)
    expected = np.full(n, ploidy.AS_WRITTEN) if rule is None else rule
    able, one = expected != ploidy.ABSENT, expected == ploidy.ONE
    single = (written | one) & able
    lost = (codes == MISSING) | ((codes == 1) & one & ~written)
    whole = ~lost & able
    fields = [
        whole & (codes == 1) & ~single,
        whole & (codes == 2) & ~single,
        whole & (codes > 0) & single,
        lost & able,
        whole & single,
        np.where(whole, np.where(single, codes > 0, codes), 0),
    ]
    values = np.array([np.asarray(field, np.int64) for field in fields])
    _put_right(calls, one, able, values)
    counts = np.zeros((n_kinds, len(FIELDS), n), np.int32)
    for kind in range(n_kinds):
        counts[kind] = values[:, kinds == kind].sum(axis=1)
    missing = np.zeros(n) if weights is None else weights @ (codes == MISSING)
    return counts, missing


def _put_right(
    calls: Calls, one: NDArray[np.bool_], able: NDArray[np.bool_], values: NDArray[np.int64]
) -> None:
    """Count what exceptions tell; so far they are missing calls."""
    variant, found = calls.exceptions
    for row, each in zip(variant.tolist(), found.tolist(), strict=True):
        sample, size, alternates, missing, _ = each
        if not able[sample]:
            continue
        whole = not missing
        same = whole and alternates in (0, size)
        hemi = bool(one[sample]) and same and alternates > 0
        two = whole and not one[sample]
        known = same if one[sample] else whole
        values[:, row, sample] += [
            two and not same,
            two and same and alternates > 0,
            hemi,
            -int(known),
            bool(one[sample]) and same,
            int(hemi) if one[sample] else alternates,
        ]
