"""What released numbers determine together: groups of few people whose number follows from them.

Each released number is about a set of people. Exact linear algebra finds every group of few whose
number follows from the released ones (`groups`); where numbers are rounded, linear programming
bounds it (`bounds`). What outside knowledge adds is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.node.ledger.atoms import divided, matrix_of
from gdi_spe.node.ledger.basis import Basis, bits_at
from gdi_spe.node.ledger.bounds import NotBounded, Told, bounded, cannot_grow, cannot_grow_exactly
from gdi_spe.node.ledger.groups import NotSearched, determined

NOT_BOUNDED = "numbers that could not be compared in time"
_NAMED = 12


@dataclass(frozen=True)
class QuerySet:
    """The people behind one released number: a bit each, in the order of the cohort.

    Where how many they are was told rounded, ``step`` is to what and ``told`` is the number; a
    step of 0 is a number told exactly.
    """

    label: str
    members: NDArray[np.uint8]
    step: int = 0
    told: int = 0
    # Of which version of the cohort it is, and which group of it: the same in each version.
    origin: str = ""

    @classmethod
    def of(cls, label: str, members: NDArray[np.bool_], step: int = 0, told: int = 0) -> QuerySet:
        """Pack a mask."""
        return cls(label, np.packbits(members), step, told)

    def mask(self, n_people: int) -> NDArray[np.bool_]:
        """Return one truth value a person."""
        return np.unpackbits(self.members, count=n_people).astype(bool)


@dataclass(frozen=True)
class Disclosed:
    """A group of few that released numbers tell of; ``releases`` are those it follows from."""

    n_people: int
    n_families: int
    releases: tuple[str, ...]
    how: str
    # Of which versions of the cohort, and which groups, those releases are.
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What was released so far: the sets, a basis of those told exactly, and one of all of them.

    The bases grow with each release and are kept beside the sets, so that a new number is compared
    with what is known and not with each number again.
    """

    sets: tuple[QuerySet, ...]
    exact: Basis
    every: Basis
    family: NDArray[np.int64]

    @classmethod
    def nothing(cls, n_people: int, family: NDArray[np.int64] | None = None) -> Known:
        """Return what is known before anything is released."""
        family = np.arange(n_people) if family is None else family
        # A family of five is five fifths: ten carriers in one family are one.
        of_size = np.bincount(np.unique(family, return_inverse=True)[1])
        weights = 1 / of_size[np.unique(family, return_inverse=True)[1]]
        basis = Basis.of_nothing(weights)
        return cls((), basis, basis, family)

    def and_these(self, more: Sequence[QuerySet]) -> Known:
        """Return what is known with more sets released."""
        if not more:
            return self
        is_rounded = any(each.step for each in (*self.sets, *more))
        exact = self.exact.grown(_stacked([each for each in more if not each.step], self.exact))
        every = self.every.grown(_stacked(more, self.every)) if is_rounded else exact
        return replace(self, sets=(*self.sets, *more), exact=exact, every=every)

    def exact_sets(self) -> list[QuerySet]:
        """Return the sets whose number was told exactly, in the order of the basis."""
        return [each for each in self.sets if not each.step]


def _stacked(sets: Sequence[QuerySet], basis: Basis) -> NDArray[np.uint8]:
    if not sets:
        return np.zeros((0, basis.members.shape[1]), dtype=np.uint8)
    return np.stack([each.members for each in sets])


def disclosed(
    new: Sequence[QuerySet], earlier: Sequence[QuerySet], n_people: int, minimum: int,
    family: NDArray[np.int64] | None = None,
) -> list[Disclosed]:  # fmt: skip
    """Return the groups below the minimum that the new numbers tell of, with the earlier ones.

    Parameters
    ----------
    new, earlier
        The sets of people behind the numbers to be released, and behind those released before.
    n_people
        How many people the cohort has; each set has a bit for each.
    minimum
        The fewest people, or families, that a number may be of.
    family
        Each person's family; without it everyone is a family of their own.

    Returns
    -------
    See `disclosed_beside`.
    """
    known = Known.nothing(n_people, family).and_these(earlier)
    return disclosed_beside(known, new, minimum)


def disclosed_beside(known: Known, new: Sequence[QuerySet], minimum: int) -> list[Disclosed]:
    """Return the groups below the minimum that new numbers tell of beside what is known.

    Returns
    -------
    Each group once, smallest first; one of nobody says that there were too many to be compared in
    the time there is. An empty list means that no group of fewer people, or families, than the
    minimum follows from numbers told exactly, and no atom from rounded ones; it does not mean that
    outside knowledge adds nothing.
    """
    if not new:
        return []
    together = known.and_these(new)
    found = _pairs(together, len(known.exact_sets()), minimum)
    try:
        found += _determined(known, together, minimum, found)
        if any(each.step for each in together.sets):
            found += _bounded(together, len(known.sets), minimum)
    except (NotBounded, NotSearched):
        found.append(Disclosed(0, 0, tuple(each.label for each in new), NOT_BOUNDED))
    unique = {(each.releases, each.how): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.n_families, each.n_people))


def _pairs(together: Known, n_earlier: int, minimum: int) -> list[Disclosed]:
    """Find a new set and another that holds it, or is held by it, with few people between."""
    sets = together.exact_sets()
    if len(sets) == n_earlier:
        return []
    family, n_people = together.family, together.family.size
    members = np.stack([each.members for each in sets])
    sizes = np.bitwise_count(members).sum(axis=1, dtype=np.int64)
    largest = int(np.bincount(np.unique(family, return_inverse=True)[1]).max(initial=1))
    found = []
    for i in range(n_earlier, len(sets)):
        # Sets whose sizes are far apart have many people between them, whoever they are.
        near = np.flatnonzero(
            (np.abs(sizes - sizes[i]) < minimum * largest) & (np.arange(len(sets)) != i)
        )
        common = np.bitwise_count(members[near] & members[i]).sum(axis=1, dtype=np.int64)
        nested = (common == np.minimum(sizes[near], sizes[i])) & (sizes[near] != sizes[i])
        for j in near[nested].tolist():
            apart = sets[i].mask(n_people) ^ sets[j].mask(n_people)
            n_families = int(np.unique(family[apart]).size)
            if n_families < minimum:
                names, origins = _of((sets[j], sets[i]))
                n = int(apart.sum())
                found.append(Disclosed(n, n_families, names, "difference of two", origins))
    return found


def _of(sets: Sequence[QuerySet]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(each.label for each in sets), tuple(each.origin for each in sets)


def _determined(
    known: Known, together: Known, minimum: int, pairs: Sequence[Disclosed]
) -> list[Disclosed]:
    """Find groups whose number is a sum and difference of released numbers."""
    named = {frozenset(pair.releases) for pair in pairs}
    sets = together.exact_sets()
    found = []
    for group in determined(together.exact, known.exact.rank, minimum, together.family):
        labels, origins = _of([sets[i] for i in together.exact.kept[group.rows][:_NAMED]])
        # What two sets tell has been named as what it is.
        if frozenset(labels) not in named:
            how = "sum and difference of several"
            found.append(Disclosed(group.people.size, group.n_families, labels, how, origins))
    return found


def _bounded(together: Known, n_earlier: int, minimum: int) -> list[Disclosed]:
    """Find atoms that rounded numbers, with the exact ones, show to have few people."""
    sets, family = together.sets, together.family
    bits = bits_at(_stacked(sets, together.every), np.arange(family.size))
    atoms = divided(bits, family)
    enough = _enough(atoms.of, family, minimum)
    small = np.flatnonzero((atoms.families < minimum) & bits[:, atoms.first].any(axis=0))
    people = atoms.people.astype(np.float64)
    weights = np.bincount(atoms.of, together.every.weights).astype(np.float64)
    basis = together.every
    shut = cannot_grow(small, people, weights, basis.leverage[atoms.first], enough)
    shut = cannot_grow_exactly(shut, people, weights, (basis, atoms.first), enough)
    if not shut.size:
        return []
    matrix = matrix_of(bits, atoms)
    steps = np.array([each.step for each in sets], dtype=np.float64)
    told = np.array([each.told for each in sets], dtype=np.float64)
    numbers = np.where(steps > 0, told, np.asarray(matrix @ atoms.people, dtype=np.float64))
    found = []
    for each in bounded(Told(matrix, numbers, steps, people), shut, enough):
        if not any(row >= n_earlier for row in each.rows):
            continue  # told before; nothing new adds to it
        names, origins = _of([sets[row] for row in each.rows[:_NAMED]])
        who = np.isin(atoms.of, each.groups)
        n_families = int(np.unique(family[who]).size)
        how = "bounds of rounded numbers"
        found.append(Disclosed(int(who.sum()), n_families, names, how, origins))
    return found


def _enough(of: NDArray[np.int64], family: NDArray[np.int64], minimum: int) -> NDArray[np.float64]:
    """Return how many people each atom may be known to have at most: so many are families enough.

    An atom of one large family may have many people and yet be of one family.
    """
    pairs, size = np.unique(np.column_stack([of, family]), axis=0, return_counts=True)
    largest = np.zeros(int(of.max(initial=0)) + 1)
    np.maximum.at(largest, pairs[:, 0], size)
    return minimum * largest
