"""Frequencies with no more digits than keep an exact count of alleles from being read off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.rows.variants import counted_people
from gdi_spe.disclosure.contents.table import Column, Table, rounded
from gdi_spe.disclosure.contents.words.dialects import understood

# A rare allele keeps so many significant digits, or nothing would be left of its frequency.
_LEAST_DIGITS = 2


def without_exact_counts(table: Table) -> Table:
    """Return a table as it is written: frequencies in steps of two alleles and more.

    2 N p is a whole number that a frequency with enough digits gives away (G11). Where counts or
    numbers of alleles stand beside, or nothing says how many people a row is of, nothing is hidden.
    """
    if not is_about_variants(table):
        return table
    told = understood(table)
    frequencies = [i for i, c in enumerate(told.columns) if c in with_role(told, Role.FREQUENCY)]
    people = counted_people(told) if frequencies else None
    if people is None or with_role(told, Role.ALLELE_COUNT) or not np.isfinite(people).all():
        return table
    columns = list(table.columns)
    for i in frequencies:
        columns[i] = _coarse(columns[i], people)
    return (
        table if all(map(_is, columns, table.columns)) else replace(table, columns=tuple(columns))
    )


def _is(one: Column, other: Column) -> bool:
    return one is other


def _coarse(column: Column, people: NDArray[np.float64]) -> Column:
    """Return frequencies in steps of a power of ten that hold two alleles at least."""
    numbers = column.numbers
    if numbers is None:
        return column
    decimals = np.floor(np.log10(np.maximum(people, 1)))
    step = 10.0**-decimals
    coarse = np.round(np.rint(numbers / step) * step, 12)
    kept = np.where(np.abs(numbers) < 10 * step, rounded(numbers, _LEAST_DIGITS), coarse)
    same = np.isclose(kept, numbers, rtol=0, atol=1e-12) | np.isnan(numbers)
    return column if same.all() else Column(column.name, values=kept)
