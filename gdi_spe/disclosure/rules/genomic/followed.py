"""Rules about one genome told in a column of something else beside frequencies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.inference.equilibrium import clusters, copies_behind, follow_frequencies
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

_LEAST_ROWS, _LOOKED_AT = 40, 4000
_FEW_KINDS, _FEW_COPIES = 3, 4
_FEWEST_FREQUENCIES = 30
_COARSE, _RARE = 0.1, 0.05
_RARE_COPIES = 20
_OF_THE_ALLELE = (Role.POSITION, Role.CHROMOSOME, Role.FREQUENCY, Role.ALLELE_COUNT, Role.ALLELE)


def genome_in_a_column(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find a column that goes by the frequencies beside it as one person's genotypes do."""
    if table.n_rows < _LEAST_ROWS or not is_about_variants(table):
        return
    told = [c for c in with_role(table, Role.FREQUENCY) if c.numbers is not None]
    for frequency in told[:3]:
        p = values(frequency)[:_LOOKED_AT]
        for column in table.columns:
            if column is frequency or role_of(column) in _OF_THE_ALLELE:
                continue
            if _is_of_a_genome(column, p):
                why = f"“{column.name}” goes by the frequencies as the genotypes of one person do."
                evidence = {"n_rows": table.n_rows}
                yield Hit(why, evidence, f"[column={column.name}]")


def _is_of_a_genome(column: Column, p: NDArray[np.float64]) -> bool:
    marks = _marks(column, p)
    return marks is not None and follow_frequencies(marks, p[: marks.size])


def _marks(column: Column, p: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Return the marks that a column may give: its few words or numbers, or its heaps."""
    if column.n_distinct - bool(column.n_missing) <= _FEW_KINDS:
        kinds = {text: i for i, text in enumerate(sorted(set(filter(None, column.cells))))}
        rows = range(min(column.n_rows, _LOOKED_AT))
        return np.array([kinds.get(column.text(i), -1) for i in rows], dtype=np.int64)
    if column.numbers is None:
        return None
    numbers = column.numbers[:_LOOKED_AT]
    copies = copies_behind(numbers, p[: numbers.size])
    return copies if copies is not None else clusters(numbers)


def few_frequencies(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find frequencies of so few values that they are copies of an allele, and of one person."""
    if table.n_rows < _FEWEST_FREQUENCIES or not is_about_variants(table):
        return
    for column in with_role(table, Role.FREQUENCY, Role.ALLELE_COUNT):
        numbers = values(column)
        kinds = np.unique(numbers[np.isfinite(numbers)])
        if not 2 <= kinds.size <= _FEW_COPIES or (role_of(column) is not Role.FREQUENCY and (
            kinds.max() <= _RARE_COPIES
        )):  # fmt: skip
            continue
        steps = np.diff(kinds)
        if not np.allclose(steps, steps[0], rtol=0.05):
            continue
        coarse = role_of(column) is Role.FREQUENCY and bool(np.isclose(steps[0], _COARSE))
        why = (
            f"“{column.name}” has {kinds.size} values in {table.n_rows:,} rows: copies of alleles."
        )
        # Singletons and doubletons have few frequencies as well; other rules hold those.
        rare = role_of(column) is Role.FREQUENCY and kinds.max() < _RARE
        severity = Verdict.REVIEW if coarse or rare else None
        yield Hit(why, {"n_values": int(kinds.size)}, f"[column={column.name}]", severity)


RULES = (
    Rule(
        "GEN111", "One genome in another column", Verdict.BLOCK,
        "Leave the column out: it tells which alleles one person has.",
        Table, genome_in_a_column,
    ),
    Rule(
        "GEN112", "Frequencies that are copies", Verdict.BLOCK,
        "Give frequencies of groups of enough people.",
        Table, few_frequencies,
    ),
)  # fmt: skip
