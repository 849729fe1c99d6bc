"""The NumPy twins of `packed`: they work where nothing is compiled, and say what is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store import ploidy
from gdi_spe.store.calls import (
    COUNTS,
    MISSING,
    Bools,
    Calls,
    Ints,
    Words,
    bits_of,
    codes_by_numpy,
    mask_of,
)

_CHUNK = 2048


@dataclass(frozen=True)
class _Tally:
    """What is counted before alleles are: calls of each sort, one number a variant."""

    het: Ints
    hom: Ints
    hemi: Ints
    missing: Ints
    missing_haploid: Ints
    haploid: Ints

    def to_counts(self, out: NDArray[np.void], n_members: int) -> None:
        """Fill the counts of a group of ``n_members`` (exceptions still taken for missing)."""
        called = n_members - self.haploid - (self.missing - self.missing_haploid)
        out["allele_count"] = self.het + 2 * self.hom + self.hemi
        out["allele_number"] = 2 * called + self.haploid - self.missing_haploid
        out["n_heterozygous"], out["n_homozygous"] = self.het, self.hom
        out["n_hemizygous"], out["n_missing"] = self.hemi, self.missing


def count(calls: Calls, groups: Bools, one: Bools) -> NDArray[np.void]:
    """Count variants in groups of samples, shape ``(groups, samples)``."""
    out = np.zeros((len(groups), len(calls)), COUNTS)
    for start in range(0, len(calls), _CHUNK):
        part = calls.take(slice(start, start + _CHUNK))
        for group, members in enumerate(groups):
            _count_group(part, members, one, out[group, start : start + _CHUNK])
    return out


def _count_group(calls: Calls, members: Bools, one: Bools, out: NDArray[np.void]) -> None:
    haploid = calls.haploid_words()
    total = _popcount((haploid | bits_of(one)) & bits_of(members))
    dense = calls.is_dense
    sparse = _tally_lists(calls, members, one, haploid, total)
    sparse.to_counts(out, int(members.sum()))
    if dense.any():
        tally = _tally_planes(calls, bits_of(members), bits_of(one), haploid[dense], total[dense])
        counts = np.zeros(int(dense.sum()), COUNTS)
        tally.to_counts(counts, int(members.sum()))
        out[dense] = counts
    _add_exceptions(calls, members, one, out)


def _popcount(words: Words) -> Ints:
    n_bits: Ints = np.bitwise_count(words).sum(axis=-1, dtype=np.int64)
    return n_bits


def _tally_lists(calls: Calls, members: Bools, one: Bools, haploid: Words, total: Ints) -> _Tally:
    variant, sample, code = calls.entries
    inside = members[sample]
    variant, sample, code = variant[inside], sample[inside], code[inside]
    bit = haploid[variant, sample // 64] >> (sample % 64).astype(np.uint64)
    written = (bit & np.uint64(1)) > 0
    single = one[sample]

    def number(which: Bools) -> Ints:
        return np.bincount(variant[which], minlength=len(calls))

    torn = (code == 1) & single & ~written
    missing = (code == MISSING) | torn
    return _Tally(
        het=number((code == 1) & ~single & ~written),
        hom=number((code == 2) & ~single),
        hemi=number(((code == 1) & written) | ((code == 2) & single)),
        missing=number(missing),
        missing_haploid=number(missing & (single | written)),
        haploid=total,
    )


def _tally_planes(calls: Calls, members: Words, one: Words, haploid: Words, total: Ints) -> _Tally:
    low, high = calls.planes()
    low, high = low & members, high & members
    single, double, lost = low & ~high, high & ~low, low & high
    lost = lost | (single & one & ~haploid)  # two different alleles where there is one
    return _Tally(
        het=_popcount(single & ~one & ~haploid),
        hom=_popcount(double & ~one),
        hemi=_popcount((single & haploid) | (double & one)),
        missing=_popcount(lost),
        missing_haploid=_popcount(lost & (one | haploid)),
        haploid=total,
    )


def _add_exceptions(calls: Calls, members: Bools, one: Bools, out: NDArray[np.void]) -> None:
    variant, exceptions = calls.exceptions
    inside = members[exceptions["sample"]]
    variant, exceptions = variant[inside], exceptions[inside]
    alternates = exceptions["n_alternate"].astype(np.int64)
    called = exceptions["ploidy"].astype(np.int64) - exceptions["n_missing"]
    whole = exceptions["n_missing"] == 0
    single = one[exceptions["sample"]]
    same = whole & ((alternates == 0) | (alternates == called))
    het, hom = whole & ~single & ~same, whole & ~single & (alternates == called)
    hemi = single & same & (alternates > 0)
    np.add.at(out["allele_count"], variant, np.where(single, hemi, alternates).astype(np.int32))
    np.add.at(out["allele_number"], variant, np.where(single, same, called).astype(np.int32))
    np.add.at(out["n_heterozygous"], variant, het.astype(np.int32))
    np.add.at(out["n_homozygous"], variant, hom.astype(np.int32))
    np.add.at(out["n_hemizygous"], variant, hemi.astype(np.int32))
    np.subtract.at(out["n_missing"], variant, np.where(single, same, whole).astype(np.int32))


def dosages(calls: Calls, expected: NDArray[np.int8] | None) -> NDArray[np.int8]:
    """Return the alternate alleles of every call, shape ``(variants, samples)``."""
    written_codes = codes_by_numpy(calls).astype(np.int8)
    written = mask_of(calls.haploid_words(), calls.n_samples)
    out = np.where(written_codes == MISSING, np.int8(-1), written_codes)
    variant, exceptions = calls.exceptions
    alternates, sample = (
        np.minimum(exceptions["n_alternate"], 127).astype(np.int8),
        exceptions["sample"],
    )
    whole = exceptions["n_missing"] == 0
    out[variant[whole], sample[whole]] = alternates[whole]
    if expected is None:
        return out
    one = expected == ploidy.ONE
    torn = (written_codes == 1) & ~written
    out[:, one] = np.where(torn[:, one], -1, np.minimum(out[:, one], 1)).astype(np.int8)
    in_one = whole & one[sample]
    n_alternate = exceptions["n_alternate"]
    same = (n_alternate == 0) | (n_alternate == exceptions["ploidy"])
    out[variant[in_one & ~same], sample[in_one & ~same]] = -1
    out[:, expected == ploidy.ABSENT] = -1
    return out


def genotypes(calls: Calls) -> NDArray[np.int8]:
    """Return the alleles of every call as written, shape ``(variants, samples, 2)``."""
    found = codes_by_numpy(calls)
    out = np.empty((*found.shape, 2), np.int8)
    out[..., 0] = np.array([0, 0, 1, -1], np.int8)[found]
    out[..., 1] = np.array([0, 1, 1, -1], np.int8)[found]
    written = mask_of(calls.haploid_words(), calls.n_samples)
    out[..., 0][written] = np.array([0, 1, 1, -1], np.int8)[found[written]]
    out[..., 1][written] = -2
    variant, exceptions = calls.exceptions
    half = (exceptions["ploidy"] == 2) & (exceptions["n_missing"] == 1)
    where = variant[half], exceptions["sample"][half]
    out[..., 0][where], out[..., 1][where] = exceptions["n_alternate"][half], -1
    return out


def carrier_pairs(calls: Calls, expected: NDArray[np.int8] | None) -> tuple[Ints, Ints]:
    """Return variant and sample of every call with the alternate allele, in order."""
    found: list[tuple[Ints, Ints]] = []
    for start in range(0, len(calls), _CHUNK):
        part = calls.take(slice(start, start + _CHUNK))
        variant, sample = _pairs(part, expected)
        found.append((variant + start, sample))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    variants, samples = (np.concatenate(column) for column in zip(*found, strict=True))
    return variants, samples


def _pairs(calls: Calls, expected: NDArray[np.int8] | None) -> tuple[Ints, Ints]:
    if expected is not None or calls.is_dense.any():
        rows, samples = np.nonzero(dosages(calls, expected) > 0)
    else:
        variant, sample, code = calls.entries
        is_carrier = (code == 1) | (code == 2)
        rows, samples = variant[is_carrier], sample[is_carrier]
    odd_rows, exceptions = calls.exceptions
    odd = exceptions["n_alternate"] > 0
    if expected is not None:
        odd &= expected[exceptions["sample"]] == ploidy.AS_WRITTEN
    odd_samples = exceptions["sample"][odd].astype(np.int64)
    keys = np.concatenate(
        [rows * calls.n_samples + samples, odd_rows[odd] * calls.n_samples + odd_samples]
    )
    variants, carriers = np.divmod(np.unique(keys), calls.n_samples)
    return variants, carriers
