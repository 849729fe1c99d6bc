"""Common variants that tell of ancestry alone: far from each other, and outside long haplotypes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.folder import Folder

Floats = NDArray[np.float32]
AUTOSOMES = frozenset(f"chr{number}" for number in range(1, 23))
_BLOCK = 512
# Long stretches of linkage disequilibrium, the major histocompatibility complex among them, in
# megabases of GRCh36 to GRCh37 (Price et al. 2008, Am J Hum Genet 83:132; Anderson et al. 2010,
# Nat Protoc 5:1564). The assemblies differ by less than the margin taken to each side.
LONG_RANGE = (
    ("chr1", 48, 52), ("chr2", 86, 100.5), ("chr2", 134.5, 138), ("chr2", 183, 190),
    ("chr3", 47.5, 50), ("chr3", 83.5, 87), ("chr3", 89, 97.5), ("chr5", 44.5, 50.5),
    ("chr5", 98, 100.5), ("chr5", 129, 132), ("chr5", 135.5, 138.5), ("chr6", 25, 35),
    ("chr6", 57, 64), ("chr6", 140, 142.5), ("chr7", 55, 66), ("chr8", 7, 13), ("chr8", 43, 50),
    ("chr8", 112, 115), ("chr10", 37, 43), ("chr11", 46, 57), ("chr11", 87.5, 90.5),
    ("chr12", 33, 40), ("chr12", 109.5, 112), ("chr20", 32, 34.5),
)  # fmt: skip
_MARGIN = 1.5


@dataclass(frozen=True)
class Standardised:
    """Genotypes of one block of variants, each with mean 0 and the variance of its frequency.

    ``values`` has shape ``(variants, people)``; a missing call is 0, the mean.
    """

    chromosome: str
    rows: NDArray[np.int64]
    frequency: NDArray[np.float64]
    values: Floats


def standardised(
    folder: Folder, chromosome: str, rows: NDArray[np.int64], people: NDArray[np.int64],
    frequency: NDArray[np.float64], size: int = 4096,
) -> Iterator[Standardised]:  # fmt: skip
    """Yield blocks of variants as numbers, by the given allele frequencies."""
    for first in range(0, len(rows), size):
        part, share = rows[first : first + size], frequency[first : first + size]
        codes = folder.calls(chromosome).take(part).codes()[:, people]
        spread = np.sqrt(2 * share * (1 - share))
        table = (np.arange(4) - 2 * share[:, None]) / spread[:, None]
        table[:, 3] = 0
        values = np.take_along_axis(table.astype(np.float32), codes.astype(np.intp), axis=1)
        yield Standardised(chromosome, part, share, values)


def independent(
    folder: Folder, people: NDArray[np.int64], min_frequency: float, max_r2: float,
    window: int = 200_000,
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:  # fmt: skip
    """Choose variants of the autosomes, and give their frequency among the people.

    Parameters
    ----------
    folder, people
        The cohort, and the samples to look at.
    min_frequency
        Of the rarer allele.
    max_r2
        The largest squared correlation that two variants within ``window`` bases may have; of
        more correlated ones the first stays.
    """
    chosen = {}
    for chromosome in folder.chromosomes:
        if chromosome not in AUTOSOMES:
            continue
        counts = folder.counts(chromosome, groups=[people])[0]
        share = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
        positions = folder.variants(chromosome, ["position"])["position"].to_numpy()
        common = (np.minimum(share, 1 - share) >= min_frequency) & (share < 1)
        rows = np.flatnonzero(common & ~_in_long_range(chromosome, positions))
        kept = _pruned(folder, chromosome, rows, people, share[rows], positions, max_r2, window)
        chosen[chromosome] = (kept, share[kept])
    return chosen


def _in_long_range(chromosome: str, positions: NDArray[np.integer]) -> NDArray[np.bool_]:
    inside = np.zeros(len(positions), bool)
    for name, first, last in LONG_RANGE:
        if name == chromosome:
            inside |= (positions >= (first - _MARGIN) * 1e6) & (positions <= (last + _MARGIN) * 1e6)
    return inside


def _pruned(
    folder: Folder, chromosome: str, rows: NDArray[np.int64], people: NDArray[np.int64],
    share: NDArray[np.float64], positions: NDArray[np.integer], max_r2: float, window: int,
) -> NDArray[np.int64]:  # fmt: skip
    kept: list[int] = []
    earlier, earlier_at = np.zeros((0, len(people)), np.float32), np.zeros(0, np.int64)
    for block in standardised(folder, chromosome, rows, people, share, _BLOCK):
        at = positions[block.rows].astype(np.int64)
        norm = np.sqrt(np.einsum("vn,vn->v", block.values, block.values))
        values = (block.values / np.where(norm > 0, norm, 1)[:, None]).astype(np.float32)
        near = earlier_at >= at[0] - window
        earlier, earlier_at = earlier[near], earlier_at[near]
        stay = _first_of_each(values, at, earlier, earlier_at, max_r2, window)
        kept += block.rows[stay].tolist()
        earlier = np.concatenate([earlier, values[stay]])
        earlier_at = np.concatenate([earlier_at, at[stay]])
    return np.array(kept, np.int64)


def _first_of_each(
    values: Floats, at: NDArray[np.int64], earlier: Floats, earlier_at: NDArray[np.int64],
    max_r2: float, window: int,
) -> NDArray[np.bool_]:  # fmt: skip
    stay = np.ones(len(values), bool)
    if len(earlier):
        is_near = earlier_at[None, :] >= at[:, None] - window
        stay &= ~(((values @ earlier.T) ** 2 > max_r2) & is_near).any(axis=1)
    among = ((values @ values.T) ** 2 > max_r2) & (np.abs(at[:, None] - at[None, :]) <= window)
    for row in range(len(values)):
        if stay[row]:
            stay[row + 1 :] &= ~among[row, row + 1 :]
    return stay
