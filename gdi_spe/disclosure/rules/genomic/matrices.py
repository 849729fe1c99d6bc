"""Rules about people times variants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.table import Column, Table, column_of
from gdi_spe.disclosure.rules.genomic.genotypes import LEAST, is_genotypes
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.annotation import marks_sets

_MOST_TURNED = 20_000
_DIGITS = 15
_WIDE = 40
# Three genotypes, and one more for those that are missing.
_MOST_WORDS = 4
_ALLELES = set("ACGTN0-") | {""}


def genotype_matrix(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise people times variants, whichever way round and however coded."""
    if marks_sets(table, judging):
        return
    found = _matrix_of(table)
    # A first line of other numbers, as of people, may be a header that looks like a row.
    if found is None and _has_no_header(table):
        found = _matrix_of(_without_first_row(table))
    if found is not None:
        yield found


def _matrix_of(table: Table) -> Hit | None:
    """Return what tells that rows and columns are people and variants; None if nothing does."""
    size = {"n_rows": table.n_rows, "n_columns": len(table.columns)}
    if _is_wide(table):
        why = (
            f"{len(table.columns):,} columns hold alleles or calls and nothing else in "
            f"{table.n_rows:,} rows, as genotypes of people have."
        )
        return Hit(why, size)
    if table.n_rows < LEAST or len(table.columns) < LEAST:
        return None
    if _has_three_a_row(table):
        why = (
            f"Nearly each of {table.n_rows:,} rows has three values at even steps, as genotypes of "
            "people have, scaled or not."
        )
        return Hit(why, size)
    few = [c for c in table.columns if _has_few_values(c)]
    if len(few) < 0.8 * len(table.columns):
        return _has_same_words(table)
    three = sum(c.n_distinct - bool(c.n_missing) >= 3 for c in few)
    sure = three >= len(few) / 4 or any(is_genotypes(c) for c in few)
    why = (
        f"{len(few):,} of {len(table.columns):,} columns have at most three different values in "
        f"{table.n_rows:,} rows, as genotypes of people have."
    )
    return Hit(why, {**size, "n_columns": len(few)}, severity=None if sure else Verdict.REVIEW)


def _has_same_words(table: Table) -> Hit | None:
    """Return what tells that the same few words fill a table, as words for genotypes do."""
    words = [c for c in table.labels if 1 < c.n_distinct <= _MOST_WORDS]
    if len(words) < max(LEAST, 0.8 * len(table.columns)):
        return None
    found = Counter(cell for c in words for cell in c.cells if cell)
    often = [cell for cell, n in found.items() if n >= 0.25 * len(words)]
    if len(found) > _MOST_WORDS or len(often) < 2:
        return None
    why = (
        f"The same {len(found)} words fill {len(words):,} columns of {table.n_rows:,} rows, as "
        "genotypes of people can be written."
    )
    names = [c for c in table.columns if c not in words and c.numbers is None]
    # Rows with names of their own may be genes or traits: a person looks.
    of_things = any(c.n_distinct == table.n_rows for c in names)
    sure = len(often) == _MOST_WORDS - 1 and not of_things
    size = {"n_rows": table.n_rows, "n_columns": len(table.columns)}
    return Hit(why, size, severity=None if sure else Verdict.REVIEW)


def _has_no_header(table: Table) -> bool:
    named = all(re.fullmatch(r"column_\d+", c.name) for c in table.columns)
    return named and LEAST < table.n_rows <= _MOST_TURNED and len(table.columns) >= LEAST


def _without_first_row(table: Table) -> Table:
    columns = (column_of(c.name, pa.array(c.texts()[1:]), _DIGITS) for c in table.columns)
    return replace(table, columns=tuple(columns))


def _has_three_a_row(table: Table) -> bool:
    """Whether rows of numbers have two or three values each, at even steps that differ by row."""
    numbers = [c.numbers for c in table.columns if c.numbers is not None]
    if len(numbers) < max(LEAST, 0.8 * len(table.columns)) or table.n_rows > _MOST_TURNED:
        return False
    rows = np.round(np.stack(numbers, axis=1), 4)
    three = [_are_even(np.unique(row[np.isfinite(row)])) for row in rows]
    steps = {row[np.isfinite(row)].min() for row in rows if np.isfinite(row).any()}
    return sum(three) >= 0.9 * len(rows) and len(steps) > 2


def _are_even(found: NDArray[np.float64]) -> bool:
    """Whether there are three different values at even steps, or two."""
    if found.size == 2:
        return True
    return found.size == 3 and bool(np.isclose(found[2] - found[1], found[1] - found[0], rtol=0.01))


def _is_wide(table: Table) -> bool:
    """Whether very many columns are of alleles, genotypes, or zeros and ones."""
    if len(table.columns) < _WIDE or table.n_rows < 2:
        return False
    written = sum(_is_alleles(c) or is_genotypes(c) for c in table.columns)
    if written >= 0.8 * len(table.columns):
        return True
    marks = [c for c in table.columns if c.numbers is not None and set(c.cells) <= {"0", "1"}]
    return table.n_rows >= LEAST and len(marks) >= 0.8 * len(table.columns)


def _is_alleles(column: Column) -> bool:
    return column.n_distinct <= 7 and set(map(str.upper, column.cells)) <= _ALLELES


def _has_few_values(column: Column) -> bool:
    if is_genotypes(column):
        return True
    if column.numbers is None:
        return False
    finite = column.numbers[np.isfinite(column.numbers)]
    if not finite.size:
        return False
    near = np.abs(finite - np.clip(np.rint(finite), 0, 2)) <= 0.08
    return np.unique(finite).size <= 3 or (finite.size > 3 and _are_dosages(finite, near))


def _are_dosages(numbers: NDArray[np.float64], near: NDArray[np.bool_]) -> bool:
    """Whether numbers crowd around 0, 1 and 2, as imputed genotypes do, though not all are sure."""
    within = bool(numbers.min() >= -0.08 and numbers.max() <= 2.08)
    three = all((np.abs(numbers - copies) <= 0.2).any() for copies in (0, 1, 2))
    return bool(near.all()) or (within and three and bool(near.mean() >= 0.6))


RULES = (
    Rule(
        "GEN101", "Genotype matrix", Verdict.BLOCK,
        "Give results by group: allele counts and frequencies, not people's genotypes.",
        Table, genotype_matrix,
    ),
)  # fmt: skip
