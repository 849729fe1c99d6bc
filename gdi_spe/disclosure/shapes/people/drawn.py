"""Numbers behind pictures of many variants or people: quantiles, spectra, densities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.listings import are_eigenvalues
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_COORDINATE = re.compile(
    r"(pc|pca|dim|axis|component|umap|mds)_?\d{1,3}"
    r"(_?(bin|mid(point)?|cent(er|re)|cell|square|bin_(mid(point)?|cent(er|re)|start|left)))?",
    re.IGNORECASE,
)
_GROUP = re.compile(r"group|population|trait|drawn", re.IGNORECASE)
_EIGENVALUE = re.compile(r"eigen_?vals?(ues?)?|evals?")
_MOST_GROUPS = 50
_MOST_BINS = 500
_MOST_LINES = 400
# Half of all p-values lie about 0.5 where nothing is found; inflation is seldom beyond this.
_INFLATION = (0.4, 2.5)
_LEAST_QUANTILES = 20


def _apart(table: Table) -> tuple[list[Column], list[Column]]:
    """Return the columns that name groups, and the others."""
    groups = [
        c for c in table.columns
        if _GROUP.fullmatch(c.plain) and role_of(c) is Role.LABEL and c.n_distinct <= _MOST_GROUPS
    ]  # fmt: skip
    return groups, [c for c in table.columns if c not in groups]


def _are(columns: list[Column], *names: str) -> bool:
    numbers = all(c.numbers is not None and np.isfinite(c.numbers).all() for c in columns)
    return numbers and sorted(c.plain for c in columns) == sorted(names)


def _each_group(groups: list[Column], n_rows: int) -> list[NDArray[np.intp]]:
    if not groups:
        return [np.arange(n_rows)]
    keys = np.column_stack([c.codes for c in groups])
    _, which = np.unique(keys, axis=0, return_inverse=True)
    return [np.flatnonzero(which.ravel() == each) for each in range(which.max() + 1)]


def _named(columns: list[Column], name: str) -> NDArray[np.float64]:
    return values(next(c for c in columns if c.plain == name))


def _fits_quantiles(table: Table, judging: Judging) -> bool:
    return _are(_apart(table)[1], "expected", "observed")


def _quantiles(table: Table, judging: Judging) -> Objections:
    """Object to quantiles that are not those of p-values of many tests."""
    groups, rest = _apart(table)
    n = judging.context.n_individuals
    for rows in _each_group(groups, table.n_rows):
        order = np.argsort(-_named(rest, "expected")[rows], kind="stable")
        expected = _named(rest, "expected")[rows][order]
        observed = _named(rest, "observed")[rows][order]
        if rows.size < _LEAST_QUANTILES or (expected < 0).any() or (observed < 0).any():
            yield "Its quantiles are too few or below 0, so not those of p-values."
        elif (np.diff(observed) > 1e-6).any():
            yield "What is observed does not rise with what is expected."
        elif not _are_p_values(expected, observed):
            yield "What is observed is not of the size that p-values of many tests have."
        # TRUST: as many marks as people may be people's values, sorted.
        if n is None or abs(rows.size - n) <= max(2, n // 50):
            yield "It has as many rows as people, or how many people there are is not known."


def _are_p_values(expected: NDArray[np.float64], observed: NDArray[np.float64]) -> bool:
    """Whether the bulk follows -log10 of even steps, as values of people in a unit do not."""
    bulk = (expected > 0.05) & (expected < 1)
    if bulk.sum() < _LEAST_QUANTILES / 2 or expected.max() > np.log10(2e9):
        return False
    ratio = float(np.median(observed[bulk] / expected[bulk]))
    return _INFLATION[0] <= ratio <= _INFLATION[1]


def _fits_spectrum(table: Table, judging: Judging) -> bool:
    return _are(_apart(table)[1], "from_frequency", "to_frequency", "n_variants")


def _spectrum(table: Table, judging: Judging) -> Objections:
    """Object to a spectrum whose bins are none, or that does not count variants."""
    groups, rest = _apart(table)
    start, end, n = (_named(rest, c) for c in ("from_frequency", "to_frequency", "n_variants"))
    if table.n_rows > _MOST_BINS or (start < 0).any() or (end > 1).any() or (start >= end).any():
        yield "Its bins are too many, or not of frequencies."
    if (n < 0).any() or (n != np.rint(n)).any():
        yield "“n_variants” is not a count throughout."
    for rows in _each_group(groups, table.n_rows):
        order = rows[np.argsort(start[rows])]
        if not np.allclose(end[order][:-1], start[order][1:], rtol=1e-3):
            yield "Its bins do not follow on each other."
            return


def _fits_density(table: Table, judging: Judging) -> bool:
    _, rest = _apart(table)
    across = [c for c in rest if _COORDINATE.fullmatch(c.plain)]
    return len(across) == 2 and len(rest) == 3 and len(with_role(table, Role.PEOPLE)) == 1


def _density(table: Table, judging: Judging) -> Objections:
    """Object to a density with a cell of few people, or whose places are not cells of a grid."""
    groups, rest = _apart(table)
    across = [c for c in rest if _COORDINATE.fullmatch(c.plain)]
    (people,) = with_role(table, Role.PEOPLE)
    n, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    if not people.is_integer or not (values(people) >= minimum).all():
        yield f"A cell of the density holds fewer than {minimum} people."
    if n is None or values(people).sum() > n:
        yield "It counts more people than the cohort has, or the cohort's size is not known."
    if distinct_rows([*groups, *across]) != table.n_rows:
        yield "A cell stands twice."
    for column in across:
        for rows in _each_group(groups, table.n_rows):
            if column.numbers is None or not _on_lines(column.numbers[rows]):
                yield f"“{column.name}” is not the even grid of a density."
                break


def _on_lines(numbers: NDArray[np.float64]) -> bool:
    """Whether values are whole steps of one grid apart; empty cells leave gaps."""
    if not np.isfinite(numbers).all():
        return False
    places = np.unique(numbers)
    if places.size < 2:
        return True
    step = float(np.diff(places).min())
    lines = (places - places[0]) / step
    if lines[-1] > _MOST_LINES:
        return False
    # The step is known as well as its rounding: fitted to all places before they are held to it.
    fitted = float((places - places[0]) @ np.rint(lines)) / float(np.rint(lines) @ np.rint(lines))
    off = np.abs((places - places[0]) / fitted - np.rint((places - places[0]) / fitted))
    return bool(off.max() <= 0.05)


def _fits_eigenvalues(table: Table, judging: Judging) -> bool:
    first, *rest = table.columns
    return not rest and bool(_EIGENVALUE.fullmatch(first.plain)) and first.numbers is not None


def _eigenvalues(table: Table, judging: Judging) -> Objections:
    """Object to a column that is named so and is no spectrum."""
    if not are_eigenvalues(values(table.columns[0]).tolist()):
        yield "Its numbers do not fall as eigenvalues do."


SHAPES = (
    Shape("eigenvalues", _fits_eigenvalues, _eigenvalues),
    Shape("quantiles of p-values", _fits_quantiles, _quantiles),
    Shape("spectrum of frequencies", _fits_spectrum, _spectrum),
    Shape("density of people on a grid", _fits_density, _density),
)
