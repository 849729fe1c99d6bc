"""Tables with one row a gene or region and test: burden, SKAT and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, role_of, roles_of, with_role
from gdi_spe.disclosure.contents.rows.variants import minor_allele_counts
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.remarks import is_remark
from gdi_spe.disclosure.shapes.genomes.beside import unexplained
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_SET = re.compile(
    r"gene(_?(id|name|symbol|set))?|symbol|set_?id|hgnc(_\w{1,8})?|ensembl(_\w{1,8})?|ensg|region|span",
    re.IGNORECASE,
)
_PLAIN_SET = re.compile(r"gene|gene_id|gene_name|symbol|region|span", re.IGNORECASE)
_LISTED = re.compile(r"[/,;|]")
_ENDS = re.compile(r"(gene_?)?(start|end|stop)(_?(bp|pos(ition)?))?|tss", re.IGNORECASE)
# A variant that leads the signal of a gene is told beside its test.
_LEADS = re.compile(r"best|top|lead|sentinel|index_(snp|var)|eqtl|pqtl|gwas", re.IGNORECASE)
_PLACE = re.compile(r"region|span", re.IGNORECASE)
_TEST = re.compile(r"mask|max_(allele_)?frequency|max_?maf|test|method", re.IGNORECASE)
_BOUND = re.compile(r"max_(allele_)?frequency|max_?maf", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9._:-]{0,40}([+&|/;,][A-Za-z0-9._:-]{1,40}){0,6}")
_KNOWN = {
    Role.LABEL, Role.CHROMOSOME, Role.POSITION, Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC,
    Role.PEOPLE, Role.OTHER_COUNT, Role.ALLELE_COUNT, Role.FREQUENCY, Role.PROBABILITY,
}  # fmt: skip
_MOST_TESTS = 50


def tests_genes(table: Table) -> bool:
    """Whether each row is a test of a gene or region: by its names, and with a p-value."""
    named = [c for c in table.columns if _names_set(c)]
    if not named or not with_role(table, Role.P) or with_role(table, Role.ALLELE):
        return False
    if not all(_LEADS.search(c.plain) for c in with_role(table, Role.VARIANT)):
        return False
    # TRUST: a region without a chromosome may be one of a country, and its carriers people there.
    if not with_role(table, Role.CHROMOSOME) and not any(map(_is_of_genome, named)):
        return False
    keys = [c for c in table.columns if _is_key(c)]
    return distinct_rows(keys) == table.n_rows


def _names_set(column: Column) -> bool:
    """Whether a column names a gene or region in each row; a list of genes is of something else."""
    if not _SET.fullmatch(column.plain):
        return False
    return bool(_PLAIN_SET.fullmatch(column.plain)) or not any(map(_LISTED.search, column.cells))


def _is_of_genome(column: Column) -> bool:
    """Whether a column names genes: by its name, or by the symbols in it."""
    return not _PLACE.fullmatch(column.plain) or are_genes(sorted(set(column.cells)))


def _is_key(column: Column) -> bool:
    """Whether a column says which test a row is: of which gene, where, by which mask."""
    place = role_of(column) in (Role.CHROMOSOME, Role.POSITION) or _ENDS.fullmatch(column.plain)
    return bool(place or _names_set(column) or _TEST.fullmatch(column.plain))


def carriers(table: Table) -> list[Column]:
    """Return the columns that count carriers, or their families."""
    return [c for c in with_role(table, Role.PEOPLE) if counts_carriers(c)]


def counts_carriers(column: Column) -> bool:
    """Whether the people of a column are carriers."""
    return "carrier" in column.plain


def is_bound(column: Column) -> bool:
    """Whether a column is the largest frequency that a mask takes, which is nobody's value."""
    return bool(_BOUND.fullmatch(column.plain))


def _fits(table: Table, judging: Judging) -> bool:
    return tests_genes(table)


def _tests(table: Table, judging: Judging) -> Objections:
    """Object to columns beside the tests, and to carriers that the cohort does not have."""
    leads = with_role(table, Role.VARIANT)
    beside = [
        c for c, role in zip(table.columns, roles_of(table), strict=True)
        if not is_bound(c) and c not in leads
        and (role not in _KNOWN or (role is Role.LABEL and not _is_name(c)))
    ]  # fmt: skip
    yield from unexplained(beside, "a table of genes")
    n = judging.context.n_individuals
    if n is None and not _sums_up_studies(table):
        yield "How many individuals the cohort has is not known."
    for column in with_role(table, Role.PEOPLE):
        numbers = values(column)
        if not column.is_integer or not np.isfinite(numbers).all():
            yield f"“{column.name}” is not a count throughout."
        elif n is not None and numbers.max() > n:
            yield f"“{column.name}” counts more than the cohort has ({n:,})."
    copies = minor_allele_counts(table, np.full(table.n_rows, float(n or 0)))
    if copies is not None and not (copies >= judging.policy.genomic.minimum_allele_count).all():
        yield "A test rests on few copies of the rarer alleles, or how many is not known."
    yield from _between_tests(table, judging)


_SNPS = re.compile(r"n_?(snps?|var\w*|markers?|snps_\w{1,12})|nsnps?|nwgt", re.IGNORECASE)
_LEAST_SNPS = 10


def _sums_up_studies(table: Table) -> bool:
    """Whether each test is of many common variants, from what a study told of them.

    TRUST: no carrier, allele or person is counted; a gene's rare variants may be of few people.
    """
    counted = with_role(table, Role.PEOPLE, Role.ALLELE_COUNT, Role.FREQUENCY)
    if counted or any(_TEST.fullmatch(c.plain) for c in table.labels):
        return False
    snps = [c for c in with_role(table, Role.OTHER_COUNT) if _SNPS.fullmatch(c.plain)]
    return any(float(np.nanmedian(values(c))) >= _LEAST_SNPS for c in snps)


def _is_name(column: Column) -> bool:
    named = all(_NAME.fullmatch(cell) for cell in column.cells)
    return (
        named
        and not is_remark(column)
        and (bool(_SET.fullmatch(column.plain)) or column.n_distinct <= _MOST_TESTS)
    )


def _between_tests(table: Table, judging: Judging) -> Objections:
    """Object to two tests of a gene that differ by few carriers: masks lie within each other."""
    minimum = judging.policy.genomic.minimum_carriers
    _, gene = np.unique(
        np.column_stack([c.codes for c in table.columns if _SET.fullmatch(c.plain)]),
        axis=0, return_inverse=True,
    )  # fmt: skip
    gene = gene.ravel()
    for column in carriers(table):
        numbers = values(column)
        order = np.lexsort((numbers, gene))
        steps, same = np.diff(numbers[order]), np.diff(gene[order]) == 0
        few = int((same & (steps > 0) & (steps < minimum)).sum())
        if few:
            yield (
                f"{few:,} pairs of tests of one gene differ by fewer than {minimum} in "
                f"“{column.name}”: those carry what one mask takes and the other does not."
            )


def is_technical(column: Column) -> bool:
    """Whether a column counts people whose calls are missing, which tells nothing of them."""
    return role_of(column) is Role.PEOPLE and column.plain == "n_missing"


SHAPES = (Shape("tests of genes", _fits, _tests),)
