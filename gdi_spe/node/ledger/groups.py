"""Every group of few people whose number follows from released ones, whole or in pieces.

A group's number follows if the group's vector of zeros and ones lies in what the released sets
span. Whoever is in a group of fewer than k has a leverage of at least 1 / (k - 1), so almost
everybody is out at once; what vectors are zero on all of those is found by their eigenvalues, and
in the few dimensions that are left every vector of zeros and ones is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.ledger.atoms import divided
from gdi_spe.node.ledger.basis import Basis, bits_at

_NEAR = 1e-6
_WITHIN = 1 - 1e-7
_MOST_STEPS = 20_000
_MOST_FOUND = 200


class NotSearched(Unavailable):
    """Groups could not all be looked at in the steps there are."""

    code = "ledger-not-searched"


@dataclass(frozen=True)
class Determined:
    """A group whose number follows, from which of the sets that the basis keeps."""

    people: NDArray[np.int64]
    n_families: int
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class _Span:
    """Vectors over atoms that are zero elsewhere: orthonormal rows where atoms have weights."""

    rows: NDArray[np.float64]
    weights: NDArray[np.float64]
    atoms: NDArray[np.int64]

    def leverage(self) -> NDArray[np.float64]:
        return np.asarray((self.rows**2).sum(axis=0))


def determined(
    basis: Basis, n_earlier: int, minimum: int, family: NDArray[np.int64]
) -> list[Determined]:
    """Return each smallest group of fewer families than the minimum that new sets determine.

    Parameters
    ----------
    basis
        Of the sets released before and then the new ones.
    n_earlier
        How many of the sets it keeps were released before; what those determine was told.
    minimum
        The fewest families that a number may be of.
    family
        Each person's family.

    Raises
    ------
    NotSearched
        If there are too many possible groups to look at all of them.

    Notes
    -----
    A vector v of what is spanned has v_p^2 <= |v|^2 h_p for the leverage h_p of a person p, and a
    group of m families has a square length of at most m where each person weighs 1 in so many as
    their family has.
    """
    if minimum < 2 or basis.rank == n_earlier:
        return []
    floor = 1 / (minimum - 1) - _NEAR
    someone = np.flatnonzero(basis.leverage >= floor)
    if not someone.size:
        return []
    atoms = divided(bits_at(basis.members, someone), family[someone])
    weights = np.bincount(atoms.of, basis.weights[someone]).astype(np.float64)
    vectors = basis.at(someone[atoms.first])
    span = _inside(_Span(vectors, weights, np.arange(weights.size)), floor)
    by_atom = np.split(someone[np.argsort(atoms.of, kind="stable")], np.cumsum(atoms.people)[:-1])
    search = _Search(by_atom, family, minimum)
    for part in _apart(span):
        search.through(part)
    return [
        each for group in search.found
        if (each := _told(group, basis, n_earlier, by_atom, family)) is not None
    ]  # fmt: skip


def _inside(span: _Span, floor: float) -> _Span:
    """Return the vectors that are zero on every atom too light to be in a small group."""
    while span.atoms.size:
        scaled = span.rows * np.sqrt(span.weights)
        if scaled.shape[0] <= scaled.shape[1]:
            sizes, mixes = np.linalg.eigh(scaled @ scaled.T)
            rows = mixes[:, sizes > _WITHIN].T @ span.rows
        else:
            sizes, vectors = np.linalg.eigh(scaled.T @ scaled)
            rows = vectors[:, sizes > _WITHIN].T / np.sqrt(span.weights)
        span = _Span(rows, span.weights, span.atoms)
        heavy = span.leverage() >= floor
        if heavy.all():
            return span
        span = _Span(rows[:, heavy], span.weights[heavy], span.atoms[heavy])
    return span


def _apart(span: _Span) -> Iterator[_Span]:
    """Divide a span into parts that have nothing to do with each other."""
    if not span.atoms.size:
        return
    shared = np.abs(span.rows.T @ span.rows) > _NEAR
    n_parts, part_of = connected_components(csr_matrix(shared), directed=False)
    for part in range(n_parts):
        here = np.flatnonzero(part_of == part)
        rows = span.rows[:, here]
        sizes, mixes = np.linalg.eigh((rows * span.weights[here]) @ rows.T)
        yield _Span(mixes[:, sizes > _WITHIN / 2].T @ rows, span.weights[here], span.atoms[here])


@dataclass
class _Search:
    """A search for groups, atom by atom: in it or not."""

    by_atom: list[NDArray[np.int64]]
    family: NDArray[np.int64]
    minimum: int
    found: list[frozenset[int]] = field(default_factory=list)
    n_steps: int = 0

    def through(self, part: _Span) -> None:
        """Look for every group in a part whose smaller groups were not found before."""
        self._next(part, np.zeros(part.atoms.size), part.rows, frozenset())

    def _next(
        self, part: _Span, least: NDArray[np.float64], free: NDArray[np.float64],
        inside: frozenset[int],
    ) -> None:  # fmt: skip
        """Go on where some atoms are decided: ``least`` is the shortest vector with them so.

        ``free`` are the directions that are left. Whether one is 0 or 1 somewhere can be chosen;
        where none is left, the vector is a group or is not.
        """
        self.n_steps += 1
        if self.n_steps > _MOST_STEPS or len(self.found) > _MOST_FOUND:
            raise NotSearched(f"there are more than {_MOST_STEPS:,} groups to look at")
        if float(part.weights @ least**2) > self.minimum - 1 + _NEAR:
            return
        if any(group <= inside for group in self.found):
            return
        room = (free**2).sum(axis=0)
        place = int(room.argmax())
        if room[place] < _NEAR:
            self._take(part, least)
            return
        away = (free.T @ free[:, place]) / room[place]
        left = free - np.outer(free[:, place], away)
        # With the atom before without it: a smaller group is found before a larger one.
        for wanted in (0.0, 1.0):
            now = inside | {int(part.atoms[place])} if wanted else inside
            self._next(part, least + (wanted - least[place]) * away, left, now)

    def _take(self, part: _Span, vector: NDArray[np.float64]) -> None:
        chosen = np.abs(vector - 1) < 1e-3
        if not chosen.any() or (np.abs(vector[~chosen]) > 1e-3).any():
            return
        group = frozenset(part.atoms[chosen].tolist())
        people = np.concatenate([self.by_atom[atom] for atom in group])
        if np.unique(self.family[people]).size < self.minimum:
            self.found = [each for each in self.found if not group < each]
            if not any(each <= group for each in self.found):
                self.found.append(group)


def _told(
    group: frozenset[int], basis: Basis, n_earlier: int, by_atom: list[NDArray[np.int64]],
    family: NDArray[np.int64],
) -> Determined | None:  # fmt: skip
    """Return a group with the sets it follows from; nothing if the earlier ones gave it."""
    people = np.concatenate([by_atom[atom] for atom in sorted(group)])
    along = basis.at(people) @ basis.weights[people]
    if np.abs(along[n_earlier:]).max(initial=0) < _NEAR:
        return None
    used = np.flatnonzero(np.abs(along @ basis.triangle) > 1e-4)
    return Determined(np.sort(people), int(np.unique(family[people]).size), used)
