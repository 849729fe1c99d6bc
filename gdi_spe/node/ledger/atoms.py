"""Groups of people that no released set divides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_SETS_AT_ONCE = 40
_BYTES_AT_ONCE = 5


@dataclass(frozen=True)
class Atoms:
    """Groups that no set divides: which sets hold each, and who is in it.

    ``of`` gives each person's group and ``first`` one person of each; ``families`` counts the
    families in each.
    """

    of: NDArray[np.int64]
    first: NDArray[np.int64]
    people: NDArray[np.int64]
    families: NDArray[np.int64]


def divided(bits: NDArray[np.uint8], family: NDArray[np.int64]) -> Atoms:
    """Divide people by the sets that hold them; ``bits`` has a row a set and a column a person."""
    of = np.zeros(family.size, dtype=np.int64)
    for start in range(0, len(bits), _SETS_AT_ONCE):
        # Forty sets are five bytes, which leaves three for the group so far.
        told = np.packbits(bits[start : start + _SETS_AT_ONCE], axis=0)
        key = of.astype(np.uint64)
        for row in np.pad(told, ((0, _BYTES_AT_ONCE - len(told)), (0, 0))):
            key = (key << np.uint64(8)) | row
        of = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, people = np.unique(of, return_index=True, return_counts=True)
    pairs = np.unique(np.column_stack([of, family]), axis=0)
    families = np.bincount(pairs[:, 0], minlength=first.size)
    return Atoms(of, first, people.astype(np.int64), families.astype(np.int64))


def matrix_of(bits: NDArray[np.uint8], atoms: Atoms) -> csr_matrix:
    """Return which sets hold which groups, a row a set."""
    return csr_matrix(bits[:, atoms.first].astype(np.float64))
