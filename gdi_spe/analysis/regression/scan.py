"""Every variant against one trait, in blocks: the memory is a block's, not the cohort's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import special

from gdi_spe.analysis.variants.choice import chosen, keys_of
from gdi_spe.store import counts
from gdi_spe.store.calls import MISSING, PLANES, Calls, Words, bits_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ONE, expected_alleles, is_sex_linked

# Calls of a block, at most; and what a cohort's files may have to stay in memory as a whole.
BLOCK_BYTES, KEPT_BYTES = 64 << 20, 512 << 20
_LEAST_BLOCK, _MOST_BLOCK = 256, 65_536
KEYS = ("position", "reference", "alternate", "id", "gene")
Rows = Mapping[str, NDArray[np.int64]]
_IDS: WeakKeyDictionary[Folder, dict[str, pa.ChunkedArray]] = WeakKeyDictionary()


# GWAS-SSF (Hayhurst et al. 2022, bioRxiv 2022.07.15.500230): chromosomes are numbers there.
SSF_CHROMOSOMES = {f"chr{n}": n for n in range(1, 23)} | {"chrX": 23, "chrY": 24, "chrM": 25}


@dataclass(frozen=True)
class Block:
    """Some variants of one chromosome, with calls that any model can take."""

    chromosome: str
    keys: pa.Table
    calls: Calls


@dataclass(frozen=True)
class Least:
    """How common the rarer allele must be among those in the model."""

    allele_count: int = 1
    allele_frequency: float = 0.0

    def kept(self, allele_count: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the rows of variants that are common enough."""
        minor = np.minimum(allele_count, 2 * n - allele_count)
        least = np.maximum(self.allele_count, self.allele_frequency * 2 * n)
        return np.flatnonzero(minor >= least)


@dataclass(frozen=True)
class Found:
    """What a model tells of some rows of a block, column by column."""

    rows: NDArray[np.intp]
    columns: dict[str, NDArray[Any]]


def rows_of(folder: Folder, region: str | None, gene: str | Sequence[str] | None) -> Rows | None:
    """Return the variants of a region or of genes; ``None`` stands for all."""
    if region is None and gene is None:
        return None
    return {part.chromosome: part.row_numbers for part in chosen(folder, region, gene)}


def block_size(n_samples: int) -> int:
    """Return how many variants a block may have, at the most that their calls can take."""
    return int(np.clip(BLOCK_BYTES // (n_samples // 4 + 16), _LEAST_BLOCK, _MOST_BLOCK))


def blocks(folder: Folder, rows: Rows | None = None) -> Iterator[Block]:
    """Yield the cohort's variants, sex-linked calls brought to the dosages a model takes.

    Outside the pseudoautosomal regions a man has two alternates on X where he has one, so that
    both sexes are on one scale; calls of two alleles there, and women's on Y, are missing. The
    calls of a small cohort stay in memory for the next time; those of a large one are read block
    by block.
    """
    read = _kept if stays_in_memory(folder) else _streamed
    for chromosome in folder.chromosomes:
        if rows is None or chromosome in rows:
            for keys, calls in read(folder, chromosome, None if rows is None else rows[chromosome]):
                yield Block(chromosome, keys, _comparable(folder, chromosome, keys, calls))


def stays_in_memory(folder: Folder) -> bool:
    """Say whether the calls of a cohort are few enough to be kept as a whole."""
    sizes = [member.size for name, member in folder.members.items() if "variants/" in name]
    return sum(sizes) <= KEPT_BYTES


def _warm_keys(folder: Folder, chromosome: str) -> pa.Table:
    """Return what names the variants of a chromosome; it stays in memory, as `keys_of` does."""
    known = _IDS.setdefault(folder, {})
    if chromosome not in known:
        column = folder.variants(chromosome, ["id"])["id"]
        known[chromosome] = column.cast(pa.large_string()).combine_chunks()
    keys = keys_of(folder, chromosome)
    return keys.append_column("id", known[chromosome]).select(KEYS)


def _kept(
    folder: Folder, chromosome: str, rows: NDArray[np.int64] | None
) -> Iterator[tuple[pa.Table, Calls]]:
    keys, calls = _warm_keys(folder, chromosome), folder.calls(chromosome)
    size, n_rows = block_size(folder.n_samples), len(calls) if rows is None else len(rows)
    for first in range(0, n_rows, size):
        if rows is None:
            yield keys.slice(first, size), calls.take(slice(first, first + size))
        else:
            part = rows[first : first + size]
            yield keys.take(pa.array(part)), calls.take(part)


def _streamed(
    folder: Folder, chromosome: str, rows: NDArray[np.int64] | None
) -> Iterator[tuple[pa.Table, Calls]]:
    first, size = 0, block_size(folder.n_samples)
    for batch in folder.batches(chromosome, [*KEYS, "calls"], size):
        table = pa.Table.from_batches([batch])
        if rows is not None:
            inside = rows[(rows >= first) & (rows < first + len(batch))] - first
            table = table.take(pa.array(inside))
        first += len(batch)
        if len(table):
            yield table.drop(["calls"]), Calls.from_arrow(table["calls"], folder.n_samples)


def _comparable(folder: Folder, chromosome: str, keys: pa.Table, calls: Calls) -> Calls:
    linked = is_sex_linked(folder.assembly, chromosome, keys["position"].to_numpy())
    if not linked.any():
        return calls
    expected = expected_alleles(chromosome, folder.sample_sexes)
    planes = []
    for first in range(0, len(calls), _LEAST_BLOCK):
        rows = slice(first, first + _LEAST_BLOCK)
        planes.append(_planes(_on_one_scale(calls.take(rows), linked[rows], expected)))
    words = np.concatenate(planes)
    starts = np.arange(len(words), dtype=np.int64) * words.shape[1]
    return Calls(words.reshape(-1), starts, starts + words.shape[1], calls.n_samples)


def _on_one_scale(
    calls: Calls, linked: NDArray[np.bool_], expected: NDArray[np.int8]
) -> NDArray[np.uint8]:
    codes = counts.dosages(calls)
    codes[linked] = counts.dosages(calls.take(np.flatnonzero(linked)), expected)
    single = np.ix_(linked, expected == ONE)
    codes[single] = np.where(codes[single] > 0, 2, codes[single])
    return np.where((codes < 0) | (codes > 2), MISSING, codes).astype(np.uint8)


def _planes(codes: NDArray[np.uint8]) -> Words:
    """Write codes as two bit planes each: the value of the store, a row a variant."""
    header = np.full((len(codes), 1), PLANES, np.uint64)
    return np.hstack([header, bits_of((codes & 1) > 0), bits_of((codes & 2) > 0)])


def lambda_gc(chi_squared: NDArray[np.float64]) -> float:
    """Estimate genomic inflation: the median of the statistics over that under no association.

    Returns
    -------
    NaN where no variant has a statistic. Above 1 can mean structure, relatives, or many true
    associations of a trait that many genes shape.
    """
    known = chi_squared[np.isfinite(chi_squared)]
    return float(np.median(known) / 0.4549364231195724) if len(known) else float("nan")


def inflation(p_value: NDArray[np.float64]) -> float:
    """Return lambda GC; the statistic of the median p-value is the median statistic."""
    known = p_value[np.isfinite(p_value)]
    return lambda_gc(special.chdtri(1, np.median(known, keepdims=True) if len(known) else known))


def quiet(_n_variants: int) -> None:
    """Tell nobody how far the work is."""


Progress = Callable[[int], None]
