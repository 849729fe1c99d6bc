"""Tables of shares alone: how each of a few groups is divided, without the counts behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# A group that a table of shares is divided by is taken to be no smaller than this part of an even
# share of the cohort.
_SMALLEST_PART = 10
_MOST_ROWS = 60
# Groups that are few people in any cohort.
_FEW = re.compile(
    r"carrier|case|affected|homo|hetero|mutat|variant|patient|lof|died|dead|death|relaps|rare|proband|event"
)
# Shares that so few people can have are theirs.
_SMALL_DENOMINATORS = 200
_SELDOM = 0.01


def _fits(table: Table, judging: Judging) -> bool:
    first, *rest = table.columns
    if first.numbers is not None or not rest or is_about_variants(table):
        return False
    if any(c.numbers is None or not np.isfinite(values(c)).all() for c in rest):
        return False
    if with_role(table, Role.P, Role.ERROR, Role.EFFECT) or table.n_rows < 2:
        return False
    return _adds_up(np.column_stack([values(c) for c in rest]), rest)


def _adds_up(matrix: NDArray[np.float64], columns: list[Column]) -> bool:
    """Whether each column, or each row, adds up to everybody."""
    if matrix.min() < 0 or matrix.max() > 100 or all(c.is_integer for c in columns):
        return False
    step = 10.0 ** -_decimals(columns)
    for axis in (0, 1):
        sums = matrix.sum(axis=axis)
        slack = 0.51 * step * matrix.shape[axis] + 1e-9
        if any((np.abs(sums - whole) <= slack).all() for whole in (1.0, 100.0)):
            return bool(matrix.shape[axis] > 1)
    return False


def _decimals(columns: list[Column]) -> int:
    return max(len(cell.partition(".")[2]) for c in columns for cell in c.cells)


def _shares(table: Table, judging: Judging) -> Objections:
    """Object to shares that may be of few people, whatever the size of the groups is."""
    first, *rest = table.columns
    n, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    if first.n_distinct != table.n_rows or table.n_rows > _MOST_ROWS:
        yield "A row stands twice, or there are very many."
    if n is None or n < judging.policy.genomic.large_cohort:
        yield "Of how many people the shares are is not known, or they are few."
        return
    matrix = np.column_stack([values(c) for c in rest])
    whole = 100.0 if matrix.max() > 1 else 1.0
    least = n / (_SMALLEST_PART * min(matrix.shape))
    if matrix.min() / whole * least < minimum:
        yield "A share may be of few people, or of none."
    names = [c.plain for c in rest] + [cell.lower() for cell in first.cells]
    if any(map(_FEW.search, names)):
        yield "A group that is named in it may be small; how many people it has is not told."
    half = 0.51 * 10.0 ** -_decimals(rest) / whole
    if any(_is_of_few(part / whole, half, minimum) for part in (*matrix.T, *matrix)):
        yield "The shares are those that a group of few people has."


def _is_of_few(shares: NDArray[np.float64], half: float, minimum: int) -> bool:
    """Whether a small whole number of people has exactly these shares, some of them few people."""
    if abs(shares.sum() - 1) > half * shares.size + 1e-9:
        return False
    by_chance = 0.0
    for people in range(2, _SMALL_DENOMINATORS):
        counts = np.rint(shares * people)
        # Of coarse shares many wholes fit by chance: a fit tells only where few would.
        by_chance += min(1.0, 2 * half * people) ** (shares.size - 1)
        if (np.abs(counts / people - shares) <= half).all() and counts.min() < minimum:
            return by_chance < _SELDOM
    return False


SHAPES = (Shape("shares of groups", _fits, _shares),)
