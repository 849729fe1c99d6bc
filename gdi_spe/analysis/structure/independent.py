"""Common variants that tell of ancestry alone: far from each other, and outside long haplotypes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.counts import Alleles
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.linkage import Bits, numbers, pruned

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
AUTOSOMES = frozenset(f"chr{number}" for number in range(1, 23))
_AT_ONCE_BYTES = 1 << 26
# Long stretches of linkage disequilibrium, the major histocompatibility complex among them, in
# megabases (Price et al. 2008, Am J Hum Genet 83:132; Anderson et al. 2010, Nat Protoc 5:1564).
_GRCH37 = (
    ("chr1", 48, 52), ("chr2", 86, 100.5), ("chr2", 134.5, 138), ("chr2", 183, 190),
    ("chr3", 47.5, 50), ("chr3", 83.5, 87), ("chr3", 89, 97.5), ("chr5", 44.5, 50.5),
    ("chr5", 98, 100.5), ("chr5", 129, 132), ("chr5", 135.5, 138.5), ("chr6", 25, 35),
    ("chr6", 57, 64), ("chr6", 140, 142.5), ("chr7", 55, 66), ("chr8", 7, 13), ("chr8", 43, 50),
    ("chr8", 112, 115), ("chr10", 37, 43), ("chr11", 46, 57), ("chr11", 87.5, 90.5),
    ("chr12", 33, 40), ("chr12", 109.5, 112), ("chr20", 32, 34.5),
)  # fmt: skip
# The same, lifted over, and rounded outwards where the lists in use differ.
_GRCH38 = (
    ("chr1", 47.5, 51.8), ("chr2", 85.9, 100.6), ("chr2", 133.7, 137.3), ("chr2", 182.1, 189.5),
    ("chr3", 47.4, 50), ("chr3", 83.3, 87), ("chr3", 88.9, 97.8), ("chr5", 44.4, 51.2),
    ("chr5", 98.6, 101.2), ("chr5", 129.6, 132.7), ("chr5", 136.1, 139.2), ("chr6", 24.9, 35.1),
    ("chr6", 56.9, 63.4), ("chr6", 139.6, 142.2), ("chr7", 54.9, 66.9), ("chr8", 7.1, 13.2),
    ("chr8", 43, 49.2), ("chr8", 110.9, 114), ("chr10", 36.6, 43.2), ("chr11", 45.9, 57.3),
    ("chr11", 87.7, 91.2), ("chr12", 32.9, 41.4), ("chr12", 109, 111.6), ("chr20", 33.4, 36.5),
)  # fmt: skip
LONG_RANGE = {"GRCh37": _GRCH37, "GRCh38": _GRCH38}


@dataclass(frozen=True)
class Common:
    """Variants of one chromosome, and the frequency of their alternate allele."""

    chromosome: str
    rows: Ints
    frequency: NDArray[np.float64]


@dataclass(frozen=True)
class Standardised:
    """Genotypes of one block of variants, each with mean 0 and the variance of its frequency.

    ``values`` has shape ``(variants, people)``; a missing call is 0, the mean, and ``missing``
    says where, if anywhere.
    """

    values: Floats
    missing: NDArray[np.bool_] | None


def standardised(
    folder: Folder, found: Common, people: Ints, size: int | None = None
) -> Iterator[Standardised]:
    """Yield blocks of variants as numbers, by the given allele frequencies."""
    size = size or max(64, min(4096, _AT_ONCE_BYTES // (4 * max(len(people), 1))))
    for first in range(0, len(found.rows), size):
        calls = folder.calls(found.chromosome).take(found.rows[first : first + size])
        share = found.frequency[first : first + size]
        spread = np.sqrt(2 * share * (1 - share))
        of_code = (np.arange(4) - 2 * share[:, None]) / spread[:, None]
        of_code[:, 3] = np.nan
        values = numbers(calls, people, of_code.astype(np.float32))
        missing = np.isnan(values)
        if not missing.any():
            yield Standardised(values, None)
            continue
        values[missing] = 0
        yield Standardised(values, missing)


def common(folder: Folder, people: Ints, min_frequency: float) -> Iterator[Common]:
    """Yield the variants of each autosome whose rarer allele is common enough among the people."""
    for chromosome in folder.chromosomes:
        if chromosome not in AUTOSOMES:
            continue
        alleles = Alleles.empty(1, len(folder.calls(chromosome)))
        folder.fill_alleles(alleles, 0, chromosome, None, [people])
        share = np.nan_to_num(alleles.frequency[0])
        rarer = np.minimum(share, 1 - share)
        rows = np.flatnonzero((rarer >= min_frequency) & (rarer > 0))
        yield Common(chromosome, rows, share[rows])


def independent(
    folder: Folder, people: Ints, min_frequency: float, max_r2: float, window: int = 200_000,
    progress: Callable[[int], None] = lambda _n: None,
) -> list[Common]:  # fmt: skip
    """Choose variants of the autosomes that are common and do not go together.

    Parameters
    ----------
    folder, people
        The cohort, and the samples to look at.
    min_frequency
        Of the rarer allele.
    max_r2
        The largest squared correlation that two variants within ``window`` bases may have; of
        more correlated ones the first stays.
    progress
        Called with the number of variants done since the last call.

    Notes
    -----
    Correlations are among people whose calls are known at both variants. Stretches of long-range
    linkage disequilibrium of the assembly are left out (``LONG_RANGE``).
    """
    chosen = []
    for found in common(folder, people, min_frequency):
        positions = folder.variants(found.chromosome, ["position"])["position"].to_numpy()
        inside = in_long_range(folder.assembly, found.chromosome, positions[found.rows])
        rows, share = found.rows[~inside], found.frequency[~inside]
        stays = _stays(folder, found.chromosome, rows, people, positions[rows], max_r2, window)
        chosen.append(Common(found.chromosome, rows[stays], share[stays]))
        progress(len(positions))
    return chosen


def in_long_range(
    assembly: str, chromosome: str, positions: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Say which positions lie in long-range linkage disequilibrium."""
    inside = np.zeros(len(positions), bool)
    for name, first, last in LONG_RANGE.get(assembly, ()):
        if name == chromosome:
            inside |= (positions >= first * 1e6) & (positions <= last * 1e6)
    return inside


def _stays(
    folder: Folder, chromosome: str, rows: Ints, people: Ints, positions: NDArray[np.integer],
    max_r2: float, window: int,
) -> NDArray[np.bool_]:  # fmt: skip
    """Prune a chromosome block by block; what is kept near the edge goes on to the next."""
    size = max(256, _AT_ONCE_BYTES // (3 * (len(people) // 8 + 8)))
    stays = np.zeros(len(rows), bool)
    earlier, earlier_at = None, np.zeros(0, np.int64)
    for first in range(0, len(rows), size):
        part = slice(first, first + size)
        bits = Bits.of(folder.calls(chromosome).take(rows[part]), people)
        at = np.concatenate([earlier_at, positions[part].astype(np.int64)])
        both = bits if earlier is None else bits.after(earlier)
        kept = pruned(both, at, window, max_r2, len(earlier_at))
        stays[part] = kept[len(earlier_at) :]
        near = np.flatnonzero(kept & (at >= at[-1] - window))
        earlier, earlier_at = both.take(near), at[near]
    return stays
