"""Tables without a header whose cells say what they are: variants by their places and alleles."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.dialects import are_shares, known_as

_UNNAMED = re.compile(r"column_\d+|")
_BASES = re.compile(r"[ACGTN]{1,200}|\*")
_CHROMOSOME = re.compile(r"chr([0-9]{1,2}|X|Y|MT?)|[0-9]{1,2}|X|Y|MT?")
_FIRST_BASE = 5_000
_UNSURE = 0.08
# Alleles of as many people as a frequency needs, called almost everywhere.
_LEAST_ALLELES, _ALIKE, _LESS_THAN_ONE = 200, 0.8, 0.2


def with_places(table: Table) -> Table:
    """Return a table without a header with the names of a variant's place, by what cells hold."""
    if not all(_UNNAMED.fullmatch(column.name) for column in table.columns):
        return table
    alleles = [c for c in table.columns if c.numbers is None and _are(c, _BASES)]
    chromosome = next((c for c in table.columns if _are(c, _CHROMOSOME)), None)
    position = next((c for c in table.columns if _are_positions(c)), None)
    if len(alleles) != 2 or chromosome is None or position is None:
        return table
    meant = {id(chromosome): "chromosome", id(position): "position"}
    meant.update(dict.fromkeys(map(id, alleles), "allele"))
    # TRUST: copies beside a place are somebody's, whoever left out the name of the column.
    meant.update({id(c): "dosage" for c in table.columns if id(c) not in meant and _are_copies(c)})
    meant.update(_counted_alleles([c for c in table.columns if id(c) not in meant]))
    return replace(table, columns=tuple(known_as(c, meant.get(id(c))) for c in table.columns))


def _counted_alleles(columns: list[Column]) -> dict[int, str]:
    """Return which columns without names count alleles, and are their shares of all: they agree.

    TRUST: reads of one person vary from place to place; alleles of a cohort are even and about as
    many everywhere, and a share that is exact to less than one copy is of them at each variant.
    """
    numbers = [c for c in columns if c.numbers is not None and np.isfinite(c.numbers).all()]
    totals = [c for c in numbers if c.is_integer and _count_all(values_of(c))]
    if len(totals) != 1:
        return {}
    total = values_of(totals[0])
    meant = {}
    for column in (c for c in numbers if c is not totals[0]):
        if column.is_integer and bool((values_of(column) <= total).all()):
            meant[id(column)] = "allele_count"
        elif are_shares(column) and _are_exact(column, totals[0]):
            meant[id(column)] = "af"
    return meant | {id(totals[0]): "allele_number"} if meant else {}


def values_of(column: Column) -> NDArray[np.float64]:
    """Return the numbers of a column that has some."""
    assert column.numbers is not None  # noqa: S101  # asked only of columns of numbers
    return column.numbers


def _count_all(numbers: NDArray[np.float64]) -> bool:
    least, most = float(numbers.min()), float(numbers.max())
    return least >= _LEAST_ALLELES and least >= _ALIKE * most and bool((numbers % 2 == 0).all())


def _are_exact(column: Column, total: Column) -> bool:
    """Whether shares are whole numbers of all within their last digit, which is less than one."""
    all_of, shares = values_of(total), values_of(column)
    last = np.array([10.0 ** -len(text.partition(".")[2]) for text in column.texts()])
    copies, unsure = shares * all_of, 0.51 * last * all_of
    told = unsure < _LESS_THAN_ONE
    near = np.abs(copies - np.rint(copies)) <= unsure + 1e-9
    return bool(told.mean() >= _ALIKE and near[told].all())


def _are(column: Column, pattern: re.Pattern[str]) -> bool:
    return all(map(pattern.fullmatch, column.cells))


def _are_copies(column: Column) -> bool:
    """Whether numbers are 0, 1 and 2, or near them."""
    numbers = column.numbers
    if numbers is None or not np.isfinite(numbers).all():
        return False
    return bool((np.abs(numbers - np.clip(np.rint(numbers), 0, 2)) <= _UNSURE).all())


def _are_positions(column: Column) -> bool:
    """Whether whole numbers lie where variants do: beyond what counts people, and apart."""
    numbers = column.numbers
    if numbers is None or not column.is_integer or not np.isfinite(numbers).all():
        return False
    return bool(numbers.min() >= _FIRST_BASE and column.n_distinct >= 0.5 * column.n_rows)
