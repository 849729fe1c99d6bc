"""Records of a VCF file, made up: places, alleles, calls, and what there is to count in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.coalescent import POPULATIONS, Ints, carriers, sizes

Alleles = NDArray[np.uint8]

# GRCh38 lengths.
CONTIGS = {"chr20": 64444167, "chr21": 46709983, "chr22": 50818468}
MISSING = 255
# One record in so many has a second alternate.
MULTIALLELIC_EVERY = 100
MOST_MISSING = 0.05
FIRST_POSITION = 10_500_000
_BLOCK_BYTES = 4 << 20
_BASES = np.array(list("ACGT"))


@dataclass(frozen=True)
class Shape:
    """What to make: how many people, how many records, and which fields a call has."""

    name: str
    n_samples: int
    n_records: int
    fields: str = "GT"
    # One record in so many has calls missing; 1 is every record.
    missing_every: int = 100
    seed: int = 20_260_101


@dataclass(frozen=True)
class People:
    """Who is in the columns, and in which groups they are counted."""

    names: tuple[str, ...]
    populations: tuple[str, ...]
    is_chosen: NDArray[np.bool_]

    @property
    def groups(self) -> NDArray[np.float32]:
        """Return who is in which group: everybody, the chosen half, each population."""
        members = np.array(self.populations)
        columns = [np.ones(len(self.names), bool), self.is_chosen]
        columns += [members == name for name in POPULATIONS]
        return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True)
class Block:
    """Records that follow each other; ``alleles`` has two columns a person."""

    chromosome: str
    position: Ints
    reference: list[str]
    alternates: list[tuple[str, ...]]
    alleles: Alleles


def people(shape: Shape) -> People:
    """Return the people of a file; who is in the chosen half is drawn."""
    rng = np.random.default_rng([shape.seed, 1])
    names = tuple(f"P{number:06d}" for number in range(1, shape.n_samples + 1))
    populations = [
        population
        for population, size in zip(POPULATIONS, sizes(shape.n_samples), strict=True)
        for _ in range(size)
    ]
    is_chosen = rng.permutation(shape.n_samples) < shape.n_samples // 2
    # Columns in no order of populations, as files come.
    order = rng.permutation(shape.n_samples)
    return People(names, tuple(populations[i] for i in order), is_chosen)


def blocks(shape: Shape) -> Iterator[Block]:
    """Yield all records, in order."""
    rng = np.random.default_rng([shape.seed, 2])
    mutations = carriers(rng, shape.n_samples)
    column_of = _columns(shape)
    at_once = max(16, _BLOCK_BYTES // (2 * shape.n_samples))
    for chromosome, n_records in zip(CONTIGS, _shared_out(shape.n_records), strict=True):
        position = FIRST_POSITION + np.cumsum(rng.integers(20, 380, n_records))
        for start in range(0, n_records, at_once):
            here = position[start : start + at_once]
            yield _block(rng, shape, chromosome, here, mutations, column_of)


def _shared_out(n_records: int) -> list[int]:
    each = n_records // len(CONTIGS)
    return [each] * (len(CONTIGS) - 1) + [n_records - each * (len(CONTIGS) - 1)]


def _columns(shape: Shape) -> Ints:
    """Return the column of each leaf of the trees, which have the populations apart."""
    rng = np.random.default_rng([shape.seed, 1])
    rng.permutation(shape.n_samples)  # as in `people`
    order = rng.permutation(shape.n_samples)
    person = np.empty(shape.n_samples, np.int64)
    person[order] = np.arange(shape.n_samples)
    return np.stack([2 * person, 2 * person + 1], axis=1).ravel()


def _block(
    rng: np.random.Generator,
    shape: Shape,
    chromosome: str,
    position: Ints,
    mutations: Iterator[Ints],
    column_of: Ints,
) -> Block:
    alleles = np.zeros((len(position), 2 * shape.n_samples), np.uint8)
    reference, alternates = [], []
    for row in alleles:
        row[column_of[next(mutations)]] = 1
        n_alternates = 1
        if rng.integers(MULTIALLELIC_EVERY) == 0:
            n_alternates += _second_allele(row, column_of, mutations)
        if rng.integers(shape.missing_every) == 0:
            _lose_some(rng, row)
        bases = _BASES[rng.permutation(4)]
        reference.append(str(bases[0]))
        alternates.append(tuple(sorted(str(base) for base in bases[1 : 1 + n_alternates])))
    return Block(chromosome, position, reference, alternates, alleles)


def _second_allele(row: Alleles, column_of: Ints, mutations: Iterator[Ints]) -> int:
    columns = column_of[next(mutations)]
    free = columns[row[columns] == 0]
    row[free] = 2
    return int(len(free) > 0)


def _lose_some(rng: np.random.Generator, row: Alleles) -> None:
    lost = rng.random(len(row) // 2) < rng.uniform(0.0005, MOST_MISSING)
    row.reshape(-1, 2)[lost] = MISSING
