"""An orthogonal basis of released sets that grows by each release.

A set of people is a vector of zeros and ones over them. The basis spans all released sets, and is
kept as a triangle over those that none of the others gives; a new set is compared with it in one
pass over the people, however many were released before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# So many sets are taken up at once, and so many bytes of packed people are looked at at once.
_SETS_AT_ONCE = 128
_BYTES_AT_ONCE = 1024
# The squared length of what a set adds; a real addition is far above, rounding errors far below.
_NOTHING_NEW = 1e-8


@dataclass(frozen=True)
class Basis:
    """What some sets of people span.

    ``kept`` says which of the sets seen no others give, and ``members`` holds them, a bit a
    person. The rows of ``triangle @ members`` are orthonormal where each person counts with their
    weight. ``leverage`` is, for each person, the largest square that a vector of length one has
    there: 1 for somebody whose own number follows.
    """

    members: NDArray[np.uint8]
    kept: NDArray[np.int64]
    n_seen: int
    triangle: NDArray[np.float64]
    leverage: NDArray[np.float64]
    weights: NDArray[np.float64]

    @classmethod
    def of_nothing(cls, weights: NDArray[np.float64]) -> Basis:
        """Return the basis before anything is released; ``weights`` has one number a person."""
        n = weights.size
        none = np.zeros((0, (n + 7) // 8), dtype=np.uint8)
        place = np.zeros(0, dtype=np.int64)
        return cls(none, place, 0, np.zeros((0, 0)), np.zeros(n), weights)

    @property
    def n_people(self) -> int:
        """How many people there are."""
        return self.weights.size

    @property
    def rank(self) -> int:
        """How many of the sets no others give."""
        return self.kept.size

    def grown(self, more: NDArray[np.uint8]) -> Basis:
        """Return the basis of these sets and more, each a row of bits."""
        basis = self
        for start in range(0, len(more), _SETS_AT_ONCE):
            basis = basis._with(more[start : start + _SETS_AT_ONCE])
        return basis

    def _with(self, more: NDArray[np.uint8]) -> Basis:
        along = self._products(more) @ self.triangle.T
        across = self._beyond(more, along @ self.triangle)
        # A product with its own transpose takes half the work, so weights of 1 are left out.
        gram = across @ across.T if self._is_even else (across * self.weights) @ across.T
        new, root = _independent(gram)
        # The root is a triangle of at most as many rows as are taken up at once, and small ones of
        # those are inverted well; solving for every person takes six times as long.
        inverse = np.asarray(np.linalg.solve(root, np.eye(new.size)), dtype=np.float64)
        leverage = self.leverage + _squares(inverse, across[new])
        old = -inverse @ (along[new] @ self.triangle)
        triangle = np.block([[self.triangle, np.zeros((self.rank, new.size))], [old, inverse]])
        return Basis(
            np.vstack([self.members, more[new]]), np.append(self.kept, self.n_seen + new),
            self.n_seen + len(more), triangle, leverage, self.weights,
        )  # fmt: skip

    @property
    def _is_even(self) -> bool:
        """Whether everybody weighs 1."""
        return bool((self.weights == 1).all())

    def _products(self, more: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return how many people, by weight, each of more sets shares with each kept one."""
        shared = np.zeros((len(more), self.rank))
        # Numbers of people are exact in single precision; sums of weights would not be.
        as_type: type[np.floating] = np.float32 if self._is_even else np.float64
        for people, some in pieces(self.n_people):
            n = people.stop - people.start
            mine = np.unpackbits(self.members[:, some], axis=1, count=n).astype(as_type)
            theirs = np.unpackbits(more[:, some], axis=1, count=n) * self.weights[people]
            shared += np.asarray(theirs.astype(as_type) @ mine.T, dtype=np.float64)
        return shared

    def _beyond(self, more: NDArray[np.uint8], told: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what of more sets the kept ones do not give, a number a person."""
        left = np.empty((len(more), self.n_people))
        for people, some in pieces(self.n_people):
            n = people.stop - people.start
            kept = np.unpackbits(self.members[:, some], axis=1, count=n)
            told_of = np.unpackbits(more[:, some], axis=1, count=n)
            left[:, people] = told_of - told @ kept.astype(np.float64)
        return left

    def at(self, people: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the basis's vectors at some people, a column each."""
        return self.triangle @ bits_at(self.members, people)


def _squares(inverse: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared length, a person each, of what new vectors of length one have there."""
    out = np.empty(across.shape[1])
    for people, _ in pieces(out.size):
        own = inverse @ across[:, people]
        out[people] = np.einsum("ij,ij->j", own, own)
    return out


def _independent(
    gram: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which vectors add something to those before them, and the root of their products."""
    root = np.zeros_like(gram)
    new: list[int] = []
    for i in range(len(gram)):
        row = np.zeros(len(gram))
        for place, j in enumerate(new):
            row[place] = (gram[i, j] - row[:place] @ root[place, :place]) / root[place, place]
        beyond = gram[i, i] - row @ row
        if beyond > _NOTHING_NEW:
            row[len(new)] = np.sqrt(beyond)
            root[len(new)] = row
            new.append(i)
    return np.array(new, dtype=np.int64), root[: len(new), : len(new)]


def pieces(n_people: int) -> Iterator[tuple[slice, slice]]:
    """Yield stretches of people with the bytes that hold their bits."""
    for start in range(0, (n_people + 7) // 8, _BYTES_AT_ONCE):
        end = min(start + _BYTES_AT_ONCE, (n_people + 7) // 8)
        yield slice(8 * start, min(8 * end, n_people)), slice(start, end)


def bits_at(members: NDArray[np.uint8], people: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the bits of some people, a column each."""
    shift = (7 - (people & 7)).astype(np.uint8)
    return np.asarray((members[:, people >> 3] >> shift) & 1, dtype=np.uint8)
