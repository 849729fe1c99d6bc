"""Rules about counts of variants that are of one genome each, as a report of quality has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, with_role
from gdi_spe.disclosure.contents.rows.things import are_sorts
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

# Variants of one genome that differ from the reference, and of the coding part of it (1000 Genomes
# Project, Nature 526:68, 2015: 4.1 to 5.0 million sites a person, 10 to 12 thousand of a changed
# amino acid, as many without a change).
_GENOME = (3.0e6, 5.6e6)
_LEAST_GENOMES = 5
_MOST_SPREAD = 0.12
_COUNTED = re.compile(
    r"(n_?|num_?|total_?)?(snps?|snvs?|variants?|sites|nhets?|nonref\w*|alts?)", re.I
)
_OF_ONE = re.compile(
    r"(n_|num_|total_)?(\w{1,16}_)?(snps?|snvs?|indels?|variants?|sites|svs?|singletons?|loci)_(in_|of_|the_)?"
    r"(proband|mother|father|child|sibling|brother|sister|twin|parent|mum|dad|son|daughter|index|patient|subject|tumou?r|normal|germline)_?[a-z0-9]{0,2}"
    r"|(proband|mother|father|child|sibling|brother|sister|twin|mum|dad|son|daughter|index|patient)_?[a-z0-9]{0,2}_(n_)?(snps?|snvs?|indels?|variants?|sites|svs?)",
    re.IGNORECASE,
)
_MISSENSE = re.compile(r"missense(_variant)?|nonsynonymous(_snv)?", re.IGNORECASE)
_SILENT = re.compile(r"(synonymous|silent)(_variant|_snv)?", re.IGNORECASE)
_CODING = (7_000, 15_000)
_MOST_RATIO = 1.5
_VARIANTS = re.compile(
    r"(n|num|number|no|total|count)_?(of_)?((novel|known|rare|common|coding|exonic|passing)_)?"
    r"(variants?|snps?|snvs?|indels?|sites|singletons?|insertions?|deletions?|svs?|loci)(_\w{1,20})?"
    r"|n_(hets?|homs?)_(sites|variants|snps?|snvs?)",
    re.IGNORECASE,
)
_COPIES = re.compile(r"(^|_)(n?hets?|homs?|hetero\w*|homo\w*|hemi\w*)(_|$)")
_MOST_ALIKE = 8
_LEAST_ALIKE = 8
_LEAST_SPREAD = 0.1
_MOST_CONSEQUENCES = 1000
_CALLING = re.compile(
    r"chrom\w*|chr|contig|filter|step|stage|caller|tool|tranche|threshold|cut_?off", re.IGNORECASE
)


def counts_of_one_genome(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise variants counted by person, by names of relatives or by how many a genome has."""
    for column in table.columns:
        if column.numbers is not None and column.is_integer and _OF_ONE.fullmatch(column.plain):
            yield Hit(f"“{column.name}” counts the variants of one person.", {"n": table.n_rows})
    for column in _counts(table):
        if _is_genome_a_row(column, table):
            why = (
                f"Each of {table.n_rows:,} rows of “{column.name}” counts as many variants as one "
                "genome has."
            )
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")
    for column in _by_consequence(table):
        why = f"“{column.name}” counts as many coding variants as one person has."
        n = judging.context.n_individuals
        if n is None or n > 1:
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]", Verdict.REVIEW)


def maybe_of_genomes(table: Table, judging: Judging) -> Iterator[Hit]:
    """Tell of counts that may be of one genome each: alike in rows or columns, or by copies."""
    counted = [c for c in table.columns if _counts_variants(c)]
    stems = [re.sub(r"_[A-Za-z0-9]+$", "", c.plain) for c in counted]
    if max(map(stems.count, stems), default=0) > _MOST_ALIKE:
        yield Hit("Many columns count variants under one name: they may be of people.", {})
    if any(_COPIES.search(c.plain) for c in counted):
        yield Hit("Variants are counted by copies, which only one person has two of.", {})
    if table.n_rows < _LEAST_ALIKE or are_sorts(table) or with_role(table, Role.CHROMOSOME):
        return
    for column in counted if not with_role(table, Role.PEOPLE) else ():
        numbers = _finite(column)
        steps = np.diff(numbers)
        # TRUST: groups differ in size, and with it in variants; genomes do not.
        in_order = bool((steps <= 0).all() or (steps >= 0).all())
        if not in_order and numbers.std() < _LEAST_SPREAD * numbers.mean():
            why = f"“{column.name}” is nearly the same in all rows, as among single genomes."
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


def _counts_variants(column: Column) -> bool:
    whole = column.numbers is not None and column.is_integer
    return whole and bool(_VARIANTS.fullmatch(column.plain))


def _counts(table: Table) -> list[Column]:
    return [
        c for c in table.columns
        if c.numbers is not None and c.is_integer and _COUNTED.fullmatch(c.plain)
    ]  # fmt: skip


def _is_genome_a_row(column: Column, table: Table) -> bool:
    """Whether rows count as many variants as a genome has, and nearly the same, in no order."""
    if table.n_rows < _LEAST_GENOMES or are_sorts(table) or with_role(table, Role.PEOPLE):
        return False
    if any(_CALLING.fullmatch(c.plain) for c in table.columns):
        return False
    found = _finite(column)
    if not found.size or found.min() < _GENOME[0] or found.max() > _GENOME[1]:
        return False
    # What is left after each step of a filter falls.
    falls = bool((np.diff(found) <= 0).all())
    return not falls and float(found.std()) <= _MOST_SPREAD * float(found.mean())


def _rows_named(names: Column, pattern: re.Pattern[str]) -> list[int]:
    """Return the rows whose name matches, of a column with few different ones."""
    if len(names.cells) > _MOST_CONSEQUENCES:
        return []
    found = [i for i, cell in enumerate(names.cells) if pattern.fullmatch(cell)]
    return [int(row) for row in np.flatnonzero(np.isin(names.codes, found))] if found else []


def _by_consequence(table: Table) -> Iterator[Column]:
    """Yield counts with as many missense and synonymous variants as one person has.

    Those of many people have more missense ones: most are rare.
    """
    for names in table.labels:
        changed, silent = _rows_named(names, _MISSENSE), _rows_named(names, _SILENT)
        if len(changed) != 1 or len(silent) != 1:
            continue
        for column in table.columns:
            if column.numbers is None or not column.is_integer:
                continue
            a, b = (float(column.numbers[i]) for i in (changed[0], silent[0]))
            within = all(_CODING[0] <= each <= _CODING[1] for each in (a, b))
            if within and a <= _MOST_RATIO * b:
                yield column


def _finite(column: Column) -> NDArray[np.float64]:
    assert column.numbers is not None  # noqa: S101  # asked only of columns of numbers
    return column.numbers[np.isfinite(column.numbers)]


RULES = (
    Rule(
        "GEN109", "Variants counted by genome", Verdict.BLOCK,
        "Give the mean and the standard deviation by group of enough people, not each genome's "
        "counts.",
        Table, counts_of_one_genome,
    ),
    Rule(
        "GEN110", "Variants that may be counted by genome", Verdict.REVIEW,
        "Give the mean and the standard deviation by group of enough people.",
        Table, maybe_of_genomes,
    ),
)  # fmt: skip
