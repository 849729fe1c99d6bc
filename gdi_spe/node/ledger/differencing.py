"""What released numbers determine together: nested groups, and sums that follow from several.

Each released number is about a set of people. Exact linear algebra finds every group that no
released set divides (an atom) and whose number follows from the released ones; where numbers are
rounded, linear programming bounds it (`bounds`). What it does not find: unions of several small
atoms, and what outside knowledge adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from gdi_spe.node.ledger.bounds import NotBounded, Told, bounded

_EXACT = 1e-6
_AT_ONCE = 4096
NOT_BOUNDED = "rounded numbers that could not be bounded in time"


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


@dataclass(frozen=True)
class _Atoms:
    """Groups that no set divides: which sets hold each, and who is in it."""

    matrix: csr_matrix
    people: NDArray[np.int64]
    families: NDArray[np.int64]


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
    Each group once, smallest first; one of nobody says that rounded numbers could not be bounded in
    time. An empty list means that no single atom and no nested pair is
    disclosed; it does not mean that outside knowledge adds nothing.
    """
    sets = [*earlier, *new]
    if not new or not sets:
        return []
    family = np.arange(n_people) if family is None else family
    atoms = _atoms(sets, n_people, family)
    exact = [place for place, each in enumerate(sets) if not each.step]
    n_exact_earlier = sum(not each.step for each in earlier)
    plain = [sets[place] for place in exact]
    of_plain = replace(atoms, matrix=atoms.matrix[exact])
    found = _pairs(plain, n_exact_earlier, of_plain, minimum, (n_people, family))
    found += _determined(plain, n_exact_earlier, of_plain, minimum)
    if len(exact) < len(sets):
        found += _bounded(sets, len(earlier), atoms, minimum)
    unique = {(each.releases, each.how): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.n_families, each.n_people))


def _atoms(sets: Sequence[QuerySet], n_people: int, family: NDArray[np.int64]) -> _Atoms:
    """Divide people by the sets that hold them."""
    tokens = np.random.default_rng(0).integers(1, 2**63, len(sets), dtype=np.uint64)
    signature = np.zeros(n_people, dtype=np.uint64)
    for token, each in zip(tokens, sets, strict=True):
        signature[each.mask(n_people)] += token  # wraps, which does no harm
    _, first, atom, people = np.unique(
        signature, return_index=True, return_inverse=True, return_counts=True
    )
    held = [np.flatnonzero(each.mask(n_people)[first]) for each in sets]
    pairs = np.unique(np.column_stack([atom, family]), axis=0)
    families = np.bincount(pairs[:, 0], minlength=first.size)
    ends = np.cumsum([0, *(each.size for each in held)])
    places = np.concatenate(held)
    inside = np.zeros(first.size, dtype=bool)
    inside[places] = True
    renumbered = np.cumsum(inside) - 1
    shape = (len(sets), int(inside.sum()))
    matrix = csr_matrix((np.ones(places.size), renumbered[places], ends), shape=shape)
    return _Atoms(matrix, people[inside].astype(np.int64), families[inside].astype(np.int64))


def _pairs(
    sets: Sequence[QuerySet], n_earlier: int, atoms: _Atoms, minimum: int,
    who: tuple[int, NDArray[np.int64]],
) -> list[Disclosed]:  # fmt: skip
    """Find a new set and another that holds it, or is held by it, with few people between."""
    n_people, family = who
    weighted = atoms.matrix.multiply(atoms.people[None, :]).tocsr()
    common = (weighted @ atoms.matrix.T).toarray()
    sizes = common.diagonal()
    largest_family = int(np.bincount(family).max(initial=1))
    found = []
    for i in range(n_earlier, len(sets)):
        more = sizes[i] - common[i]  # in the new set and not in the other
        fewer = sizes - common[i]
        between = np.maximum(more, fewer)
        nested = (np.minimum(more, fewer) == 0) & (between > 0)
        for j in np.flatnonzero(nested & (between < minimum * largest_family)).tolist():
            apart = sets[i].mask(n_people) ^ sets[j].mask(n_people)
            n_families = int(np.unique(family[apart]).size)
            if n_families < minimum:
                names = (sets[j].label, sets[i].label)
                found.append(Disclosed(int(apart.sum()), n_families, names, "difference of two"))
    return found


def _determined(
    sets: Sequence[QuerySet], n_earlier: int, atoms: _Atoms, minimum: int
) -> list[Disclosed]:
    """Find atoms whose number is a sum and difference of released numbers.

    Notes
    -----
    The leverage of an atom, a' (A A')^+ a for its column a of the matrix A of sets and atoms, is 1
    exactly if its unit vector lies in the row space of A.
    """
    gram = (atoms.matrix @ atoms.matrix.T).toarray()
    sizes, vectors = np.linalg.eigh(gram)
    kept = sizes > max(sizes.max(initial=0), 1) * 1e-10
    basis = vectors[:, kept] / np.sqrt(sizes[kept])
    small = np.flatnonzero(atoms.families < minimum)
    columns: csc_matrix = atoms.matrix.tocsc()
    found = []
    for start in range(0, small.size, _AT_ONCE):
        some = small[start : start + _AT_ONCE]
        projected = columns[:, some].T @ basis
        leverage = (projected**2).sum(axis=1)
        for place in np.flatnonzero(leverage > 1 - _EXACT).tolist():
            # The weights of the released numbers whose sum is this atom's.
            weights = basis @ projected[place]
            used = np.flatnonzero(np.abs(weights) > _EXACT)
            if not (used >= n_earlier).any():
                continue  # told before; nothing new adds to it
            atom = int(some[place])
            names = tuple(sets[int(i)].label for i in used[:12])
            n, families = int(atoms.people[atom]), int(atoms.families[atom])
            found.append(Disclosed(n, families, names, "sum and difference of several"))
    return found


def _bounded(
    sets: Sequence[QuerySet], n_earlier: int, atoms: _Atoms, minimum: int
) -> list[Disclosed]:
    """Find atoms that rounded numbers, with the exact ones, show to have few people."""
    steps = np.array([each.step for each in sets], dtype=np.float64)
    sizes = np.asarray(atoms.matrix @ atoms.people, dtype=np.float64)
    told = np.array([each.told for each in sets], dtype=np.float64)
    numbers = np.where(steps > 0, told, sizes)
    small = np.flatnonzero(atoms.families < minimum)
    found = []
    try:
        few = bounded(Told(atoms.matrix, numbers, steps), small, minimum)
    except NotBounded:
        return [Disclosed(0, 0, tuple(each.label for each in sets[n_earlier:]), NOT_BOUNDED)]
    for each in few:
        if not any(row >= n_earlier for row in each.rows):
            continue  # told before; nothing new adds to it
        names = tuple(sets[row].label for row in each.rows[:12])
        n, families = int(atoms.people[each.group]), int(atoms.families[each.group])
        found.append(Disclosed(n, families, names, "bounds of rounded numbers"))
    return found
