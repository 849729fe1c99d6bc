"""What rounded numbers leave open: the fewest and the most people that each group can have.

A released number rounded to a step says that the people of its set are at most half a step away
from it. Linear programming gives the bounds of every group that follow from all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_matrix, vstack

from gdi_spe.boundary.errors import Unavailable

_NEAR = 1e-6
# So many groups are bounded one by one; what all of them leave open together is seen before.
_ONE_BY_ONE = 200
_SECONDS = 20.0
# From so many groups on, an interior point gets there sooner than walking along the edges.
_MANY = 5000


class NotBounded(Unavailable):
    """The solver gave no answer in time."""

    code = "ledger-not-bounded"


@dataclass(frozen=True)
class Told:
    """Released numbers: the sets as rows over groups, what was told of each, rounded to what."""

    matrix: csr_matrix
    numbers: NDArray[np.float64]
    steps: NDArray[np.float64]
    until: float = field(default_factory=lambda: monotonic() + _SECONDS)

    def program(self) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return A and b of A x <= b: each number from above, then from below."""
        half = self.steps / 2
        above, below = self.numbers + half, -(self.numbers - half)
        return vstack([self.matrix, -self.matrix]).tocsr(), np.concatenate([above, below])


@dataclass(frozen=True)
class Bounded:
    """A group that is known to have somebody and to have few; ``rows`` are what tells it."""

    group: int
    fewest: int
    most: int
    rows: tuple[int, ...]


def bounded(told: Told, small: NDArray[np.int64], minimum: int) -> list[Bounded]:
    """Return the small groups that must have somebody, and fewer people than the minimum.

    Notes
    -----
    A group that is empty, or large enough, in any solution is not disclosed: a few programs over
    all groups leave few that are worth one of their own. The bounds are those of real numbers; to
    ask for whole ones could only narrow them.

    Raises
    ------
    NotBounded
        If the solver fails, or takes longer than there is time for.
    """
    left = _thinned(told, small, minimum)
    found = []
    for place, group in enumerate(left.tolist()):
        if place >= _ONE_BY_ONE:
            # TRUST: what was not looked at one by one counts as disclosed.
            found.append(Bounded(group, 1, minimum - 1, tuple(range(told.numbers.size))))
            continue
        one = _one(told, group, minimum)
        if one is not None:
            found.append(one)
    return found


def _thinned(told: Told, small: NDArray[np.int64], minimum: int) -> NDArray[np.int64]:
    """Leave out groups that some solution shows to be empty, or to be large enough."""
    left = small
    for sign in (1.0, -1.0):
        while left.size:
            cost = np.zeros(told.matrix.shape[1])
            cost[left] = sign
            solution = _solved(told, cost).x[left]
            open_ = solution < _NEAR if sign > 0 else solution > minimum - _NEAR
            if not open_.any():
                break
            left = left[~open_]
    return left


def _one(told: Told, group: int, minimum: int) -> Bounded | None:
    cost = np.zeros(told.matrix.shape[1])
    cost[group] = 1
    least, most = _solved(told, cost), _solved(told, -cost)
    fewest = int(np.ceil(least.x[group] - _NEAR))
    largest = int(np.floor(most.x[group] + _NEAR))
    if fewest < 1 or largest >= minimum:
        return None
    weights = np.abs(least.ineqlin.marginals) + np.abs(most.ineqlin.marginals)
    n = told.numbers.size
    rows = np.flatnonzero((weights[:n] + weights[n:]) > _NEAR)
    return Bounded(group, fewest, largest, tuple(rows.tolist()))


def _solved(told: Told, cost: NDArray[np.float64]) -> OptimizeResult:
    a, b = told.program()
    method = "highs-ipm" if cost.size >= _MANY else "highs"
    left = {"time_limit": max(told.until - monotonic(), 0.01)}
    solution = linprog(cost, A_ub=a, b_ub=b, bounds=(0, None), method=method, options=left)
    if solution.status != 0:
        raise NotBounded(str(solution.message))
    return solution
