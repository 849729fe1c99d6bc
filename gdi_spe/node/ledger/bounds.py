"""What rounded numbers leave open: the fewest and the most people that each group can have.

A released number rounded to a step says that the people of its set are at most half a step away
from it. A group is not disclosed if it could as well have enough people: for nearly all of them a
way to be larger is known at once from the leverage, and linear programming bounds the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_matrix, vstack

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.ledger.basis import Basis, bits_at

_NEAR = 1e-6
# So many unions of groups are bounded one by one: all of this many groups.
_ALL_UNIONS = 8
_ONE_BY_ONE = 2**_ALL_UNIONS
_SECONDS = 6.0
# From so many groups on, an interior point gets there sooner than walking along the edges.
_MANY = 5000
# Groups that change where some shall be larger; the others keep as many people as they have.
_CHANGING = 3000
# So many products at once, and so often.
_PRODUCTS, _TIMES = 2e10, 4


class NotBounded(Unavailable):
    """The solver gave no answer in time."""

    code = "ledger-not-bounded"


@dataclass(frozen=True)
class Told:
    """Released numbers: the sets as rows over groups, what was told of each, rounded to what."""

    matrix: csr_matrix
    numbers: NDArray[np.float64]
    steps: NDArray[np.float64]
    people: NDArray[np.float64]
    until: float = field(default_factory=lambda: monotonic() + _SECONDS)

    def options(self) -> dict[str, float]:
        """Return how long the solver may take."""
        return {"time_limit": max(self.until - monotonic(), 0.01)}

    def fit(self, columns: NDArray[np.int64]) -> LinearConstraint:
        """Return between what the sets stay where all but some groups are as they are."""
        fixed = self.people.copy()
        fixed[columns] = 0
        left = self.numbers - self.matrix @ fixed
        chosen = self.matrix[:, columns]
        return LinearConstraint(chosen, left - self.steps / 2, left + self.steps / 2)


@dataclass(frozen=True)
class Bounded:
    """Groups that together have somebody, and are few; ``rows`` are what tells it."""

    groups: tuple[int, ...]
    fewest: int
    most: int
    rows: tuple[int, ...]


def cannot_grow(
    small: NDArray[np.int64], people: NDArray[np.float64], weights: NDArray[np.float64],
    leverage: NDArray[np.float64], enough: NDArray[np.float64],
) -> NDArray[np.int64]:  # fmt: skip
    """Return the groups that are not seen at once to fit all numbers with enough people.

    Notes
    -----
    For a group a of n people and weight w, take e_a less its projection on what the sets span. No
    set's number changes along it, a grows by sqrt(w) (1 - w h_a), and a group b shrinks by at most
    w_b sqrt(w h_a h_b), so by no more than b has. So a can have t people where
    (t - n) sqrt(h_a max h) <= 1 - w h_a.
    """
    missing = enough[small] - people[small]
    room = 1 - weights[small] * leverage[small]
    highest = leverage.max(initial=0)
    grows = missing * np.sqrt(leverage[small] * highest) <= room - _NEAR
    return np.asarray(small[(missing > 0) & ~grows])


def cannot_grow_exactly(
    small: NDArray[np.int64], people: NDArray[np.float64], weights: NDArray[np.float64],
    basis: tuple[Basis, NDArray[np.int64]], enough: NDArray[np.float64],
) -> NDArray[np.int64]:  # fmt: skip
    """Return the groups that cannot grow so, by how much each other group shrinks.

    ``basis`` comes with one person of each group. Where there are too many groups for this to be
    quick, the last of them are returned as they are.
    """
    spanned, first = basis
    at_once = max(int(_PRODUCTS / max(spanned.rank * first.size, 1)), 1)
    everybody = bits_at(spanned.members, first).astype(np.float64)
    left = [small[_TIMES * at_once :]]
    for start in range(0, min(small.size, _TIMES * at_once), at_once):
        some = small[start : start + at_once]
        inside = spanned.at(first[some]).T @ spanned.triangle @ everybody
        leverage = inside[np.arange(some.size), some]
        inside[np.arange(some.size), some] = 0
        shrinks = (inside * (weights / people)).max(axis=1)
        grows = (enough[some] - people[some]) * shrinks <= 1 - weights[some] * leverage - _NEAR
        left.append(some[~grows])
    return np.sort(np.concatenate(left))


def bounded(
    told: Told, small: NDArray[np.int64], enough: NDArray[np.float64]
) -> list[Bounded]:  # fmt: skip
    """Return the groups, and unions of them, that must have somebody and cannot have enough people.

    Notes
    -----
    A union that holds a group which can be large enough can be so itself. The bounds are those of
    real numbers; to ask for whole ones could only narrow them.

    Raises
    ------
    NotBounded
        If the solver fails, takes longer than there is time for, or leaves too many groups open.
    """
    left = _grown(told, small, enough)
    if not left.size:
        return []
    least = _solved(told, _cost(told, left)).x[left]
    if least.sum() < _NEAR:
        return []  # all of them can be empty at once
    found: list[Bounded] = []
    for union in islice(_unions(left), _ONE_BY_ONE):
        if any(set(each.groups) <= set(union) for each in found):
            continue
        one = _one(told, union, float(enough[list(union)].max()))
        if one is not None:
            found.append(one)
    if not found and left.size > _ALL_UNIONS:
        # TRUST: unions that were not looked at are for a person, not for nobody.
        raise NotBounded(f"{left.size:,} groups, of which no union can be large, are too many")
    return found


def _unions(groups: NDArray[np.int64]) -> Iterator[tuple[int, ...]]:
    """Yield all of the groups together, each alone, then two of them, three, and so on."""
    names = tuple(groups.tolist())
    yield names
    for size in range(1, len(names)):
        yield from combinations(names, size)


def _grown(
    told: Told, small: NDArray[np.int64], enough: NDArray[np.float64]
) -> NDArray[np.int64]:  # fmt: skip
    """Leave out groups that some solution shows to be large enough."""
    left = small
    for columns in _wider(told, left):
        left = _together(told, left, enough, columns)
        if not left.size:
            return left
    for group in left.tolist():
        if group in left:
            most = _solved(told, -_cost(told, np.array([group]))).x
            left = left[most[left] < enough[left] - _NEAR]
    return left


def _wider(told: Told, left: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield which groups may change: those that share most sets with some, then all of them."""
    n = told.matrix.shape[1]
    if n > 2 * _CHANGING:
        ends = np.asarray(told.matrix[:, left].sum(axis=1)).ravel()
        shared = told.matrix.T @ ends
        shared[left] = np.inf
        yield np.argpartition(-shared, _CHANGING)[: max(_CHANGING, left.size)]
    yield np.arange(n)


def _together(
    told: Told, left: NDArray[np.int64], enough: NDArray[np.float64], columns: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Make as many groups large at once as fit; leave out those that are, and try the others."""
    fit, most = told.fit(columns), np.full(columns.size, np.inf)
    while left.size:
        wanted = np.isin(columns, left)
        # No group needs more than enough, so that one does not take what another could have.
        most[wanted] = enough[columns[wanted]]
        solution = milp(
            -wanted.astype(np.float64), constraints=fit, bounds=Bounds(0, most),
            options=told.options(),
        )  # fmt: skip
        if solution.status != 0:
            raise NotBounded(str(solution.message))
        out = np.isin(left, columns[wanted & (solution.x > most - _NEAR)])
        if not out.any():
            return left
        left, most[wanted] = left[~out], np.inf
    return left


def _one(told: Told, union: tuple[int, ...], enough: float) -> Bounded | None:
    groups = np.array(union)
    cost = _cost(told, groups)
    least, most = _solved(told, cost), _solved(told, -cost)
    fewest = int(np.ceil(least.x[groups].sum() - _NEAR))
    largest = int(np.floor(most.x[groups].sum() + _NEAR))
    if fewest < 1 or largest >= enough:
        return None
    weights = np.abs(least.ineqlin.marginals) + np.abs(most.ineqlin.marginals)
    n = told.numbers.size
    rows = np.flatnonzero((weights[:n] + weights[n:]) > _NEAR)
    return Bounded(union, fewest, largest, tuple(rows.tolist()))


def _cost(told: Told, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    cost = np.zeros(told.matrix.shape[1])
    cost[groups] = 1
    return cost


def _solved(told: Told, cost: NDArray[np.float64]) -> OptimizeResult:
    a = vstack([told.matrix, -told.matrix]).tocsr()
    b = np.concatenate([told.numbers, -told.numbers]) + np.tile(told.steps / 2, 2)
    method = "highs-ipm" if cost.size >= _MANY else "highs"
    solution = linprog(
        cost, A_ub=a, b_ub=b, bounds=(0, None), method=method, options=told.options()
    )
    if solution.status != 0:
        raise NotBounded(str(solution.message))
    return solution
