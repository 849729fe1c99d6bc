"""Rules about cells that count few people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import (
    Role,
    cross_table_columns,
    is_about_variants,
    role_of,
    with_role,
)
from gdi_spe.disclosure.contents.rows.things import are_sorts
from gdi_spe.disclosure.contents.rows.variants import genotype_counts, is_mixed
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.forms.writing.programs.reports import is_section
from gdi_spe.disclosure.forms.writing.programs.sections import counts_variants
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.genes import counts_carriers, is_technical, tests_genes
from gdi_spe.disclosure.shapes.shape import values

_NAMED_CELLS = 20
_LEAST_GROUPS = 2
_TIME = re.compile(r"t|time(_\w{1,12})?|timeline|months?|years?|days?|weeks?")
# That nobody was left out, or nothing is missing, tells nothing of anybody.
_TECHNICAL = re.compile(
    r"(n_?)?(\w{1,16}_)?(missing|removed|excluded|dropped|failed|failing|filtered|lost|na|null|duplicates?|unmatched)(_(n|count|number))?"
)
# Rows of those whom matching leaves out.
_LEFT_OUT = re.compile(r"unmatched|discarded|dropped|excluded|missing", re.IGNORECASE)
_EVENTS = re.compile(r"event|death|died|censor")
# Where these name the rows, "size" and "count" are of genes.
_SETS = re.compile(
    r"pathways?(_\w+)?|gene_?sets?(_\w+)?|go_?(id|term)?|kegg\w*|reactome\w*"
    r"|ontology(_term)?|term_(id|name)|credible_set"
)
_OF_SETS = re.compile(r"size|set_?size|overlap(_size)?|background")
_STATISTIC = re.compile(r"\b(sd|se|mean|median|iqr|average|standard (deviation|error))\b", re.I)


def count_columns(table: Table, judging: Judging) -> list[Column]:
    """Return the columns that count people: declared, known by name, or of a cross table."""
    declared = set(judging.side_car.count_columns)
    sets = _is_enrichment(table)
    named = [
        c for c in table.columns
        if c.numbers is not None
        and (c.name in declared or (role_of(c) is Role.PEOPLE and not _is_size(c, sets)))
    ]  # fmt: skip
    # TRUST: in sections about variants only what a name says to be of people counts people.
    if sets or table.is_quoted or counts_variants(table) or is_section(table):
        return named
    # TRUST: beside counts of people, whole numbers that nothing explains are counts of people.
    return named + [
        c for c in cross_table_columns(table)
        if c not in named and (not named or role_of(c) is Role.UNKNOWN or _adds_up(table, named))
    ]  # fmt: skip


def _adds_up(table: Table, named: list[Column]) -> bool:
    """Whether whole numbers, whatever they are called, add up to the people of each row."""
    rest = [c for c in cross_table_columns(table) if c not in named]
    if len(rest) < 2:
        return False
    total = np.sum([c.numbers for c in rest if c.numbers is not None], axis=0)
    return any(np.array_equal(total, c.numbers) for c in named if c.numbers is not None)


def _is_enrichment(table: Table) -> bool:
    """Whether each row is a set of genes with the result of a test."""
    sets = any(c.numbers is None and _SETS.fullmatch(c.plain) for c in table.columns)
    return sets and bool(with_role(table, Role.P))


def _is_size(column: Column, is_of_sets: bool) -> bool:
    return is_of_sets and bool(_OF_SETS.fullmatch(column.plain))


def small_counts(table: Table, judging: Judging) -> Iterator[Hit]:
    """Name the cells that count at least one person and fewer than the policy's minimum."""
    burden = _is_burden(table)
    for column in count_columns(table, judging):
        if burden and is_technical(column):
            continue
        minimum = _fewest(column, judging)
        numbers = column.numbers
        assert numbers is not None  # noqa: S101  # count columns are numbers
        rows = np.flatnonzero((numbers > 0) & (numbers < minimum))
        rows = _without_statistics(rows, table)
        if rows.size:
            why = (
                f"{told_cells(rows)} of the column “{column.name}” "
                f"count{'s' if rows.size == 1 else ''} fewer than {minimum} people: "
                f"{_name(table, rows)}."
            )
            lenient = (burden and counts_carriers(column)) or table.is_quoted
            lenient = lenient or _are_of_variants(column, table, judging)
            lenient = lenient or _of_common_alleles(column, rows, table, judging)
            # "Age, SD" of 9 counts nobody if the name is right, which a person sees.
            lenient = lenient or all(_STATISTIC.search(table.label_of(int(row))) for row in rows)
            severity = Verdict.REVIEW if lenient else None
            yield Hit(
                why, _evidence(table, column, rows, minimum), f"[column={column.name}]", severity
            )


def _without_statistics(rows: NDArray[np.intp], table: Table) -> NDArray[np.intp]:
    """Leave out rows that have the name of a statistic, and a fraction: of characteristics.

    A person looks at such a table, since it is not one of counts throughout.
    """
    numbers = [c.numbers for c in table.columns if c.numbers is not None]
    is_one = [
        (bool(_STATISTIC.search(table.label_of(int(row)))) or _is_accuracy(table, int(row)))
        and any(column[row] % 1 != 0 for column in numbers)
        for row in rows
    ]
    kept: NDArray[np.intp] = rows[~np.array(is_one, dtype=bool)]
    return kept


def _is_accuracy(table: Table, row: int) -> bool:
    """Whether a row of scikit-learn's report has the accuracy in every column, "support" too."""
    label = table.label_of(row).strip().lower()
    reports = table.column("precision") is not None and table.column("recall") is not None
    return reports and label in ("accuracy", "micro avg", "balanced accuracy")


# Where nobody says how many people there are, more than these are taken for variants.
_LARGE_COHORT = 100_000


def _are_of_variants(column: Column, table: Table, judging: Judging) -> bool:
    """Whether rows are kinds of variants, of which there are more than people: a person looks."""
    n = judging.context.n_individuals or _LARGE_COHORT
    return are_sorts(table) and bool(np.nanmax(values(column)) > n)


def _is_burden(table: Table) -> bool:
    """One row a test of a gene: where carriers are few, a person looks, no more."""
    return tests_genes(table)


def _of_common_alleles(
    column: Column, rows: NDArray[np.intp], table: Table, judging: Judging
) -> bool:
    """Whether few people are homozygous for alleles that many carry, and nothing else is told.

    A person looks: a common allele implies about as many homozygotes as are counted.
    """
    counts = genotype_counts(table)
    groups = [c for c in with_role(table, Role.LABEL) if c.n_distinct > 1]
    if len(counts) != 3 or groups or not is_about_variants(table):
        return False
    if not any(column is each for each in counts) or "het" in column.plain:
        return False
    numbers = [values(each)[rows] for each in counts]
    het = next(n for each, n in zip(counts, numbers, strict=True) if is_mixed(each.plain))
    carriers = values(column)[rows] + het
    return bool((carriers >= judging.policy.genomic.minimum_allele_count).all())


def _fewest(column: Column, judging: Judging) -> int:
    """Return how few people a column may count: carriers have a number of their own."""
    policy = judging.policy
    return policy.genomic.minimum_carriers if counts_carriers(column) else policy.counts.minimum


def zero_counts(table: Table, judging: Judging) -> Iterator[Hit]:
    """Say where nobody is counted, if the policy minds."""
    verdict = Verdict.parse(judging.policy.counts.zero)
    # TRUST: that nobody has a genotype tells of the variant; that nobody is in a group, of people.
    if verdict is Verdict.PASS or is_about_variants(table) or _is_burden(table):
        return
    start = _start_of_time(table)
    for column in count_columns(table, judging):
        if _TECHNICAL.fullmatch(column.plain):
            continue
        numbers = column.numbers
        assert numbers is not None  # noqa: S101  # count columns are numbers
        rows = np.flatnonzero((numbers == 0) & ~(start & bool(_EVENTS.search(column.plain))))
        rows = rows[[not _divides_groups(table, column, int(row)) for row in rows]]
        rows = rows[[not _LEFT_OUT.fullmatch(table.label_of(int(row))) for row in rows]]
        if rows.size:
            why = (
                f"{told_cells(rows)} of the column “{column.name}” "
                f"say{'s' if rows.size == 1 else ''} "
                f"that nobody is there: {_name(table, rows)}."
            )
            yield Hit(why, _evidence(table, column, rows, 0), f"[column={column.name}]", verdict)


def _divides_groups(table: Table, column: Column, row: int) -> bool:
    """Whether nobody can be there: rows are levels of what the columns are groups of.

    TRUST: each group has all of its people, whom another row counts, in a row of its own.
    """
    parts = [values(c) for c in table.columns if c.is_part and role_of(c) is Role.PEOPLE]
    groups = [each for each in parts if (each == 0).any()]
    n = len(groups)
    if not column.is_part or n < _LEAST_GROUPS:
        return False
    matrix = np.column_stack(groups)
    whole = np.nanmax(matrix, axis=0)
    for first in range(max(0, row - n + 1), min(row, table.n_rows - n) + 1):
        levels = matrix[first : first + n]
        one_each = (np.count_nonzero(levels, axis=0) == 1).all()
        if one_each and (levels.max(axis=1) > 0).all():
            return bool(np.array_equal(levels.max(axis=0), whole))
    return False


def _start_of_time(table: Table) -> NDArray[np.bool_]:
    """Return the rows where time begins, before which nothing can happen to anybody."""
    time = next((c for c in table.columns if _TIME.fullmatch(c.plain)), None)
    if time is None or time.numbers is None:
        return np.zeros(table.n_rows, dtype=bool)
    return np.asarray(time.numbers == 0)


def told_cells(rows: NDArray[np.intp]) -> str:
    """Say how many cells there are."""
    return "1 cell" if rows.size == 1 else f"{rows.size:,} cells"


def _name(table: Table, rows: NDArray[np.intp]) -> str:
    named = "; ".join(table.label_of(int(row)) for row in rows[:_NAMED_CELLS])
    return named + (f"; and {rows.size - _NAMED_CELLS:,} more" if rows.size > _NAMED_CELLS else "")


def _evidence(
    table: Table, column: Column, rows: NDArray[np.intp], minimum: int
) -> dict[str, object]:
    """Where the cells are, never what they hold."""
    cells = [
        {"row": int(row) + 1, "label": table.label_of(int(row)), "column": column.name}
        for row in rows[:_NAMED_CELLS]
    ]
    return {"n_cells": int(rows.size), "minimum": minimum, "cells": cells}


RULES = (
    Rule(
        "TAB101", "Few people in a cell", Verdict.BLOCK,
        "Merge groups until each has enough people, or drop the named cells together with every "
        "total that would give them back.",
        Table, small_counts,
    ),
    Rule(
        "TAB102", "Nobody in a cell", Verdict.REVIEW,
        "Merge the group with another, or say in the justification why “nobody” tells nothing "
        "about a person.",
        Table, zero_counts,
    ),
)  # fmt: skip
