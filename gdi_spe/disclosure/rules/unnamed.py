"""Rules about numbers that nothing names: one a person, in a row, in a matrix, in a triangle."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import is_grid, values

_UNNAMED = re.compile(r"(column_?\d*|values?|data|x|v|v?\d+|unnamed_\d+|\d+|)", re.IGNORECASE)
_NUMBERED = re.compile(r"obs(ervation)?s?|row(_?(number|id|names?))?|case(_?(no|number))?|index|")
_OUTLIERS = re.compile(r"out|outliers?|outlying\w*|extreme_(values?|observations?)|fliers?")
_EXTREME_VALUE = re.compile(r"(value|lowest|highest|smallest|largest|min|max)(_\w{1,12})?")
_LEAST_NUMBERED = 5
_LEAST = 20
_FEW_GROUPS = 10
_LEAST_LISTED = 4
_LEAST_SQUARE = 10
_PEAK = 4
_MOST_CURVES = 8
# Curves and spectra go up or down; values of people turn at every second or third.
_TURNS = 0.4


def numbered_values(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a value beside the number of each observation, as R prints residuals."""
    if is_about_variants(table) or not 2 <= len(table.columns) <= 3:
        return
    keys = [c for c in table.columns if _NUMBERED.fullmatch(c.plain) and _are_numbers(c)]
    rest = [c for c in table.columns if c not in keys]
    if len(keys) != 1 or not all(_UNNAMED.fullmatch(c.plain) for c in rest):
        return
    if all(_is_continuous(c) for c in rest) and _are_observations(values(keys[0]), rest):
        why = (
            f"{table.n_rows:,} numbers of observations stand beside values: each is one person's, "
            "such as a residual."
        )
        yield Hit(why, {"n_rows": table.n_rows})


def _are_numbers(column: Column) -> bool:
    """Whether a column numbers its rows: whole numbers, each once."""
    return column.is_integer and column.n_distinct == column.n_rows and not column.n_missing


def _are_observations(keys: NDArray[np.float64], rest: list[Column]) -> bool:
    """Whether row numbers are of observations: scattered ones, or many whose values go anyhow."""
    order = np.argsort(keys)
    steps = np.diff(keys[order])
    if keys.size < _LEAST_NUMBERED:
        return False
    if (steps != steps[0]).any():
        return bool(keys.max() > 2 * keys.size)
    return keys.size >= _LEAST and any(turns(values(c)[order]) >= _TURNS for c in rest)


def turns(numbers: NDArray[np.float64]) -> float:
    """Return the share of values at which a sequence turns from up to down or back."""
    finite = numbers[np.isfinite(numbers)]
    steps = np.sign(np.diff(finite))
    return float((steps[1:] * steps[:-1] < 0).mean()) if steps.size > 1 else 0.0


def _is_continuous(column: Column) -> bool:
    """Whether a column has numbers with a point that seldom repeat."""
    numbers = column.numbers
    if numbers is None or column.is_integer:
        return False
    return column.n_distinct >= 0.8 * column.n_rows


def unnamed_values(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise many values without a name that are no curve, spectrum or grid."""
    if table.n_rows < _LEAST or not all(_UNNAMED.fullmatch(c.plain) for c in table.columns):
        return
    if _mixes(table):
        why = f"{table.n_rows:,} rows of groups and values that nothing names seem to be people."
        yield Hit(why, {"n_rows": table.n_rows})
        return
    found = [c for c in table.columns if _is_continuous(c)]
    if len(found) < max(1, 0.6 * len(table.columns)) or _is_symmetric(table):
        return
    alone = len(table.columns) == 1
    if _is_spectrum(values(found[0])) if alone else _is_curve(found):
        return
    # Between 0 and 1 lie p-values and shares of variants too: a person looks at those.
    beyond = any(np.nanmin(values(c)) < 0 or np.nanmax(values(c)) > 1 for c in found)
    if beyond or _are_shares(table, found):
        why = f"{table.n_rows:,} rows of values that nothing names seem to be of one person each."
        yield Hit(why, {"n_rows": table.n_rows, "n_columns": len(found)})


def _mixes(table: Table) -> bool:
    """Whether words that repeat stand beside two columns of many numbers, as in rows of people."""
    words = [c for c in table.columns if c.numbers is None and c.n_distinct <= table.n_rows // 4]
    many = [c for c in table.columns if c.numbers is not None and c.n_distinct > table.n_rows / 3]
    if any(role_of(_named(c)) is Role.CHROMOSOME for c in table.labels):
        return False
    return bool(words) and len(many) >= 2 and not is_about_variants(table)


def _named(column: Column) -> Column:
    """Return a column as if it were called a chromosome, to see whether its cells are such."""
    return Column("chromosome", column.cells, column.codes)


def _is_spectrum(numbers: NDArray[np.float64]) -> bool:
    """Whether values are evenly spaced, or few large ones before many small, as eigenvalues are."""
    finite = np.sort(numbers[np.isfinite(numbers)])
    return is_grid(finite) or bool(finite[0] >= 0 and finite[-1] > _PEAK * np.median(finite))


def _is_curve(columns: list[Column]) -> bool:
    """Whether, in the order of one column, the others go up or down without many turns."""
    if len(columns) > _MOST_CURVES:
        return False
    for along in columns:
        order = np.argsort(values(along), kind="stable")
        others = [values(c)[order] for c in columns if c is not along]
        if all(turns(other) < _TURNS for other in others):
            return True
    return False


def _are_shares(table: Table, found: list[Column]) -> bool:
    """Whether each row adds up to one, as the ancestry of a person does."""
    if len(found) < 2 or len(found) < len(table.columns):
        return False
    total = np.sum([values(c) for c in found], axis=0)
    return bool(np.allclose(total, 1, atol=0.01))


def _is_symmetric(table: Table) -> bool:
    matrix = _matrix(table)
    return matrix is not None and np.allclose(matrix, matrix.T, atol=1e-4)


def _matrix(table: Table) -> NDArray[np.float64] | None:
    """Return the numbers of a table that is as wide as long and nothing else."""
    if len(table.columns) != table.n_rows or any(c.numbers is None for c in table.columns):
        return None
    matrix = np.column_stack([values(c) for c in table.columns])
    return matrix if np.isfinite(matrix).all() else None


def likeness_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise how alike people, or their variants, are: a square or a triangle without names."""
    if not all(_UNNAMED.fullmatch(c.plain) for c in table.columns):
        return
    n = _side_of_square(table) or _side_of_triangle(table)
    if n >= _LEAST_SQUARE:
        why = (
            f"A matrix of {n:,} by {n:,} without names tells how alike people, or their variants, "
            "are."
        )
        # TRUST: how many variants a release has the node knows; as many people may be as many.
        # What else a tree tells may be of fewer people than the cohort.
        alone = not table.path.startswith("json")
        known = alone and judging.context.n_variants == n and not _are_few(judging, n)
        yield Hit(why, {"n": n}, severity=Verdict.REVIEW if known else None)


def _are_few(judging: Judging, n_variants: int) -> bool:
    """Whether linkage of so many variants holds the haplotypes of so few people (see GEN301)."""
    n = judging.context.n_individuals
    return n is None or n <= max(n_variants, _FEW_GROUPS * judging.policy.counts.minimum)


def _side_of_square(table: Table) -> int:
    matrix = _matrix(table)
    if matrix is None or not np.allclose(matrix, matrix.T, atol=1e-4):
        return 0
    diagonal = np.diag(matrix)
    near = bool((np.abs(diagonal - np.median(diagonal)) <= 0.3).all() and diagonal.min() > 0.3)
    return len(matrix) if near else 0


def _side_of_triangle(table: Table) -> int:
    """Return how many there are whose pairs, each with itself as well, are listed row by row."""
    keys = [c for c in table.columns if c.is_integer and not c.n_missing]
    if len(keys) < 2 or len(keys) == len(table.columns):
        return 0
    first, second = values(keys[0]), values(keys[1])
    n = int(max(first.max(), second.max()) - min(first.min(), second.min())) + 1
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return n if len(pairs) == table.n_rows in (n * (n + 1) // 2, n * (n - 1) // 2) else 0


def single_extremes(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise the values of those furthest out, and the observations that have them."""
    out = [c for c in table.columns if c.numbers is not None and _OUTLIERS.fullmatch(c.plain)]
    for column in out:
        if not column.is_integer or column.n_distinct > 2:
            why = f"“{column.name}” lists values far from the others: each is one person's."
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")
    observed = [c for c in table.columns if _is_observation(c)]
    extreme = [c for c in table.columns if _EXTREME_VALUE.fullmatch(c.plain)]
    if observed and extreme and len(observed) + len(extreme) == len(table.columns):
        why = "The smallest and largest values stand beside the observations that have them."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={extreme[0].name}]")


def _is_observation(column: Column) -> bool:
    name = re.sub(r"_\d$", "", column.plain)
    return name in ("obs", "observation", "row", "record", "case") and column.is_integer


def traits_in_lists(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a list of a trait's values in a tree, in no order, as people stand."""
    if not table.path.startswith("json") or len(table.columns) != 1 or table.n_rows < _LEAST_LISTED:
        return
    column = table.columns[0]
    one = re.sub(r"(_values|_list|s)$", "", column.plain)
    if column.numbers is None or not (TRAIT.fullmatch(column.plain) or TRAIT.fullmatch(one)):
        return
    steps = np.diff(values(column))
    if (steps > 0).any() and (steps < 0).any():
        why = f"“{column.name}” lists {table.n_rows:,} values of a trait in no order: of people."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


RULES = (
    Rule(
        "PII116", "Values of a trait in a list", Verdict.BLOCK,
        "Give the mean and spread of enough people, or counts in classes.",
        Table, traits_in_lists,
    ),
    Rule(
        "PII111", "Values that nothing names", Verdict.BLOCK,
        "Give the distribution instead: a density, or quantiles that hold enough people; name "
        "what columns are.",
        Table, unnamed_values,
    ),
    Rule(
        "PII112", "Values by observation", Verdict.BLOCK,
        "Give the distribution of residuals or influence instead of each observation's.",
        Table, numbered_values,
    ),
    Rule(
        "PII113", "Likeness of people", Verdict.BLOCK,
        "Count pairs by degree of kinship; give the mean and spread of a relationship matrix.",
        Table, likeness_of_people,
    ),
    Rule(
        "TAB111", "Values furthest out", Verdict.BLOCK,
        "Give percentiles that hold enough people on either side, such as the 5th and 95th.",
        Table, single_extremes,
    ),
)  # fmt: skip
