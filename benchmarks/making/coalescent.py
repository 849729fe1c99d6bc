"""Who carries which mutation: coalescent trees of three populations that grew and once were one.

A Kingman tree needs no pointers: put the leaves in random order, and give the gaps between them
the times of coalescence in random order. The lineages at a moment are then the stretches between
the gaps that are older, and a mutation on a lineage is carried by one stretch of leaves.
Neighbouring variants share a tree, which is what makes real calls compress.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

POPULATIONS = ("north", "south", "east")
SHARES = (0.5, 0.3, 0.2)
# In units of the populations' size before it grew: when the three were one.
SPLIT = 0.08
# How fast they grew since: puts about nine in ten variants below 1 in 16 people, as in whole
# genomes of 2,504 people.
GROWTH = 3.0
VARIANTS_A_TREE = 40


def sizes(n_samples: int) -> list[int]:
    """Return how many people each population has."""
    first, second = (round(n_samples * share) for share in SHARES[:2])
    return [first, second, n_samples - first - second]


def carriers(rng: np.random.Generator, n_samples: int) -> Iterator[Ints]:
    """Yield the haplotypes that carry each mutation, without end; none is carried by all."""
    while True:
        leaves, heights = _tree(rng, [2 * size for size in sizes(n_samples)])
        for start, end in _mutations(rng, heights, VARIANTS_A_TREE):
            yield leaves[start:end]


def _tree(rng: np.random.Generator, n_leaves: list[int]) -> tuple[Ints, NDArray[np.float64]]:
    """Return the leaves in the tree's order, and the age of each gap between neighbours."""
    stretches: list[tuple[Ints, NDArray[np.float64]]] = []
    first = 0
    for size in n_leaves:
        leaves = first + rng.permutation(size)
        ages = rng.permutation(_ages(rng, size))
        stretches += _lineages(leaves, ages)
        first += size
    stretches = [stretches[i] for i in rng.permutation(len(stretches))]
    oldest = SPLIT + rng.permutation(_ages(rng, len(stretches)))
    heights = [np.append(ages, age) for (_, ages), age in zip(stretches, [*oldest, 0], strict=True)]
    times = np.log1p(GROWTH * np.concatenate(heights)[:-1]) / GROWTH
    return np.concatenate([leaves for leaves, _ in stretches]), times


def _ages(rng: np.random.Generator, n_lineages: int) -> NDArray[np.float64]:
    k = np.arange(n_lineages, 1, -1, dtype=np.float64)
    return np.cumsum(rng.exponential(2.0 / (k * (k - 1))))


def _lineages(leaves: Ints, ages: NDArray[np.float64]) -> list[tuple[Ints, NDArray[np.float64]]]:
    """Cut one population's tree where its lineages were apart when the three were one."""
    cuts = np.flatnonzero(ages >= SPLIT) + 1
    edges = [0, *cuts.tolist(), len(leaves)]
    return [(leaves[a:b], ages[a : b - 1]) for a, b in pairwise(edges)]


def _mutations(
    rng: np.random.Generator, heights: NDArray[np.float64], wanted: int
) -> Iterator[tuple[int, int]]:
    """Put mutations on the tree, evenly over its length."""
    order = np.argsort(-heights, kind="stable")
    ages = np.append(heights[order], 0.0)
    # Between its j-th and next younger coalescence a tree has j + 1 lineages.
    n_lineages = np.arange(2, len(heights) + 2)
    weights = (ages[:-1] - ages[1:]) * n_lineages
    rank = np.empty(len(heights), np.int64)
    rank[order] = np.arange(len(heights))
    for level in rng.choice(len(weights), size=wanted, p=weights / weights.sum()):
        older = order[: level + 1]
        pick = int(rng.integers(level + 2))
        start = 0 if pick == 0 else int(older[pick - 1]) + 1
        after = np.flatnonzero(rank[start:] <= level)[:1]
        yield start, start + int(after[0]) + 1 if len(after) else len(heights) + 1
