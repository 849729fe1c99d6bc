"""What effects, their errors and p-values tell of each other, and of the alleles behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.inference.membership import carriers_behind

_LEAST_SCORES = 20
# Of scores of variants where nothing or much is found; of one person's genotypes the third
# moment is far from 0, because the alleles that are counted are the rarer ones.
_SPREAD = (0.5, 4.0)
_LARGEST_SKEW = 0.4
_OFF = 0.05


def copies_behind_errors(table: Table, people: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return how many copies of the minor allele each effect rests on, from its standard error.

    Notes
    -----
    SE^2 = Var(y) / (2 N p (1 - p)), so 2 N p (1 - p) = Var(y) / SE^2 (G7, G8). Var(y) is not known;
    it is at most N min(SE^2) / 2, which the most common variant can have, and no more than 1 is
    taken: a trait in larger units has more copies behind it than are counted here. Of odds
    ratios the variance of the outcome is phi (1 - phi), at most 1/4, and 1/SE^2 the more copies.
    """
    errors = [c for c in with_role(table, Role.ERROR) if c.numbers is not None]
    effects = with_role(table, Role.EFFECT)
    if not errors or not effects or errors[0].numbers is None:
        return None
    error = errors[0].numbers
    if not np.isfinite(error).all() or not (error > 0).all():
        return None
    if any(_is_ratio(column) for column in effects):
        return carriers_behind(4, error)
    return carriers_behind(min(1.0, float(np.min(people * error**2)) / 2), error)


def _is_ratio(column: Column) -> bool:
    return "or" in column.plain.split("_") or "odds" in column.plain


def are_scores(column: Column) -> bool:
    """Whether numbers spread as scores of many variants do, to either side of 0."""
    numbers = column.numbers
    if numbers is None or numbers.size < _LEAST_SCORES or not np.isfinite(numbers).all():
        return False
    spread = float(np.median(np.abs(numbers))) / 0.6745
    bulk = numbers[np.abs(numbers) <= 3 * spread] if spread > 0 else numbers[:0]
    if not bulk.size or not _SPREAD[0] <= spread <= _SPREAD[1]:
        return False
    skew = float(np.mean((bulk - bulk.mean()) ** 3) / max(bulk.std() ** 3, 1e-300))
    return abs(skew) <= _LARGEST_SKEW and column.n_distinct >= 0.5 * min(numbers.size, 1000)


def agree_with_p(table: Table, score: Column) -> bool:
    """Whether the p-values beside scores, if any are there, are those of the scores."""
    from scipy.stats import norm

    for column in with_role(table, Role.P):
        numbers, z = column.numbers, score.numbers
        if numbers is None or z is None or role_of(column) is not Role.P:
            continue
        told = 10 ** -np.abs(numbers) if "log" in column.plain else numbers
        if np.nanmedian(np.abs(told - 2 * norm.sf(np.abs(z)))) > _OFF:
            return False
    return True
