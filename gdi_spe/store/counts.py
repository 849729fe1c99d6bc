"""Allele and genotype counts of groups of samples, straight from the packed calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store import ploidy
from gdi_spe.store.calls import COUNTS, Bools, Calls, Ints, bits_of
from gdi_spe.store.kernels import numpy_packed, packed


def count(
    calls: Calls,
    groups: Sequence[NDArray[np.integer]],
    expected: NDArray[np.int8] | None = None,
) -> NDArray[np.void]:
    """Count alleles and genotypes of each group.

    Parameters
    ----------
    calls
        The variants to count.
    groups
        Sample indexes of each group, each at most once.
    expected
        Alleles each sample can have here (0, 1, or 2 for "as written"), see `ploidy`.

    Returns
    -------
    Structured array (``COUNTS``), shape ``(groups, variants)``. ``allele_number`` counts called
    alleles, so half-missing calls count with the allele they have; ``n_missing`` counts samples
    whose call is not complete, among those that can have one.
    """
    members, one = _members(calls.n_samples, groups, expected)
    if not packed.is_native():
        return numpy_packed.count(calls, members, one)
    single = bits_of(one) if one.any() else None
    return packed.count(calls, members, bits_of(members), single).view(COUNTS)[..., 0]


@dataclass(frozen=True)
class Alleles:
    """Allele counts, allele numbers and frequencies, each of shape ``(groups, variants)``."""

    count: Ints
    number: Ints
    frequency: NDArray[np.float64]

    @staticmethod
    def empty(n_groups: int, n_variants: int) -> Alleles:
        """Make room."""
        shape = (n_groups, n_variants)
        return Alleles(np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape))

    def fill(
        self,
        at: int,
        calls: Calls,
        groups: Sequence[NDArray[np.integer]],
        expected: NDArray[np.int8] | None = None,
    ) -> None:
        """Count variants (the first of them is number ``at`` here) as `count` does."""
        members, one = _members(calls.n_samples, groups, expected)
        if packed.is_native():
            single = bits_of(one) if one.any() else None
            into = (self.count, self.number, self.frequency)
            packed.allele_counts(calls, members, bits_of(members), single, into, at)
            return
        found = numpy_packed.count(calls, members, one)
        part = slice(at, at + len(calls))
        self.count[:, part], self.number[:, part] = found["allele_count"], found["allele_number"]
        with np.errstate(invalid="ignore"):
            self.frequency[:, part] = self.count[:, part] / self.number[:, part]


def _members(
    n_samples: int, groups: Sequence[NDArray[np.integer]], expected: NDArray[np.int8] | None
) -> tuple[Bools, Bools]:
    """Return who is in each group, and who can have one allele only."""
    rule = np.full(n_samples, ploidy.AS_WRITTEN, np.int8) if expected is None else expected
    members = np.zeros((len(groups), n_samples), bool)
    for group, inside in enumerate(groups):
        members[group, inside] = True
    members[:, rule == ploidy.ABSENT] = False
    return members, rule == ploidy.ONE


def dosages(calls: Calls, expected: NDArray[np.int8] | None = None) -> NDArray[np.int8]:
    """Alternate alleles of every call, shape ``(variants, samples)``; -1 where not known.

    Where a sample can have one allele only it is 0 or 1, and a call of two different alleles
    is -1. Calls of three alleles or more are given as their number of alternates.
    """
    if packed.is_native():
        return packed.dosages(calls, expected)
    return numpy_packed.dosages(calls, expected)


def genotypes(calls: Calls) -> NDArray[np.int8]:
    """Alleles of every call as written, shape ``(variants, samples, 2)``.

    0 is the reference or another alternate, 1 this alternate, -1 missing; the second allele of
    a haploid call is -2, "there is none". Calls of three alleles or more are -1, -1.
    """
    if packed.is_native():
        return packed.genotypes(calls)
    return numpy_packed.genotypes(calls)


def carrier_pairs(calls: Calls, expected: NDArray[np.int8] | None = None) -> tuple[Ints, Ints]:
    """Who carries what: variant and sample of every call with the alternate allele."""
    if packed.is_native():
        return packed.carrier_pairs(calls, expected)
    return numpy_packed.carrier_pairs(calls, expected)
