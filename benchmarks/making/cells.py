"""Calls with depth, quality and likelihoods: drawn from a vocabulary of written cells."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.records import MISSING, Block

Bytes = NDArray[np.uint8]

FIELDS = "GT:AD:DP:GQ:PL"
_WORDS = 4096
_DEPTH = 32


def lines(block: Block, seed: int) -> list[Bytes]:
    """Write the unphased calls of each record, its line's end included."""
    rng = np.random.default_rng([seed, 3, int(block.position[0])])
    pairs = np.sort(block.alleles.reshape(len(block.alleles), -1, 2), axis=2)
    return [
        _line(rng, pair, len(alternates))
        for pair, alternates in zip(pairs, block.alternates, strict=True)
    ]


def _line(rng: np.random.Generator, pairs: NDArray[np.uint8], n_alternates: int) -> Bytes:
    table, lengths = _vocabulary(n_alternates + 1)
    # Genotypes are numbered as PL orders them; the class after the last is missing.
    first, second = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    kinds = second * (second + 1) // 2 + first
    kinds[second == MISSING] = len(lengths) // _WORDS - 1
    word = kinds * _WORDS + rng.integers(_WORDS, size=len(kinds))
    width = np.arange(table.shape[1])
    written: Bytes = table[word][width < lengths[word][:, None]]
    written[-1] = ord("\n")
    return written


@lru_cache
def _vocabulary(n_alleles: int) -> tuple[Bytes, NDArray[np.int64]]:
    """Return many cells of each genotype, each with its tab, and their lengths."""
    rng = np.random.default_rng(n_alleles)
    pairs = sorted(combinations_with_replacement(range(n_alleles), 2), key=lambda p: (p[1], p[0]))
    words = [_cell(rng, pair, pairs) for pair in pairs for _ in range(_WORDS)]
    words += [b"./.:.:.:.:.\t"] * _WORDS
    lengths = np.array([len(word) for word in words], np.int64)
    table = np.zeros((len(words), int(lengths.max())), np.uint8)
    for row, word in zip(table, words, strict=True):
        row[: len(word)] = np.frombuffer(word, np.uint8)
    return table, lengths


def _cell(
    rng: np.random.Generator, genotype: tuple[int, int], genotypes: list[tuple[int, int]]
) -> bytes:
    n_alleles = genotypes[-1][1] + 1
    shares = np.full(n_alleles, 0.002)
    for allele in genotype:
        shares[allele] += 0.5
    depths = rng.multinomial(rng.poisson(_DEPTH), shares / shares.sum())
    likelihoods = [
        0 if other == genotype else int(rng.normal(30, 4) * (1 + len({*other} - {*genotype}) * 9))
        for other in genotypes
    ]
    quality = min(99, sorted(likelihoods)[1])
    told = (
        "/".join(map(str, genotype)),
        ",".join(map(str, depths)),
        str(depths.sum()),
        str(quality),
        ",".join(map(str, likelihoods)),
    )
    return (":".join(told) + "\t").encode()
