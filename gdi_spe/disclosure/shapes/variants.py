"""Tables with one row a variant: summary statistics, frequencies, genotype counts, fine-mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.roles import Role, is_about_variants, roles_of, with_role
from gdi_spe.disclosure.shapes.shape import Objections, Shape
from gdi_spe.disclosure.table import Table, distinct_rows
from gdi_spe.disclosure.variants import minor_allele_counts, people_behind

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_PLACES = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}
_KNOWN = _PLACES | {
    Role.FREQUENCY, Role.ALLELE_COUNT, Role.ALLELE_NUMBER, Role.EFFECT, Role.ERROR, Role.P,
    Role.STATISTIC, Role.PEOPLE, Role.LABEL,
}  # fmt: skip
_MOST_LABELS = 50
_MOST_LISTED = 1000


def _fits_statistics(table: Table, judging: Judging) -> bool:
    roles = set(roles_of(table))
    return is_about_variants(table) and bool(
        roles & {Role.FREQUENCY, Role.EFFECT, Role.PEOPLE, Role.ALLELE_COUNT}
    )


def _statistics(table: Table, judging: Judging) -> Objections:
    """Object to statistics of variants whose people or alleles cannot be counted."""
    yield from _unknown_columns(table)
    yield from _twice(table)
    people, n = people_behind(table, judging), judging.context.n_individuals
    effects = with_role(table, Role.EFFECT)
    if people is None:
        yield "No column and no declaration says how many people stand behind a row."
        return
    if not np.isfinite(people).all():
        yield "The number of people is missing in some rows."
        return
    if n is not None and people.max() > n:
        yield f"It counts more people ({people.max():,.0f}) than the cohort has ({n:,})."
    lead = table.n_rows <= judging.policy.genomic.most_lead_variants
    if effects and not lead and people.min() < judging.policy.genomic.large_cohort:
        yield (
            f"Effects rest on fewer than {judging.policy.genomic.large_cohort:,} people "
            f"({people.min():,.0f})."
        )
    yield from _uncounted_alleles(table, people, judging)


def _unknown_columns(table: Table) -> Objections:
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role not in _KNOWN:
            yield f"The column “{column.name}” has no known meaning in a table of variants."
        elif role is Role.LABEL and column.n_distinct > _MOST_LABELS and not _is_gene(column.plain):
            yield f"The column “{column.name}” has {column.n_distinct:,} different words."


def _is_gene(name: str) -> bool:
    return name.lower() in ("gene", "gene_id", "gene_name", "symbol", "nearest_gene", "locus")


def _twice(table: Table) -> Objections:
    keys = [
        c
        for c, role in zip(table.columns, roles_of(table), strict=True)
        if role in _PLACES or role is Role.LABEL
    ]
    if distinct_rows(keys) != table.n_rows:
        yield "A variant stands twice."


def _uncounted_alleles(table: Table, people: NDArray[np.float64], judging: Judging) -> Objections:
    counts = minor_allele_counts(table, people)
    minimum = judging.policy.genomic.minimum_allele_count
    if counts is None:
        if not _is_short(table, judging):
            yield "No column tells how common the alleles are."
        return
    if not np.isfinite(counts).all():
        yield "Frequencies are missing in some rows."
    # Half a copy covers the rounding of a frequency.
    few = int((counts < minimum - 0.5).sum())
    if few:
        yield f"{few:,} rows rest on fewer than {minimum} copies of an allele."


def _is_short(table: Table, judging: Judging) -> bool:
    few = table.n_rows <= judging.policy.genomic.most_lead_variants
    return few and not with_role(table, Role.EFFECT)


def _fits_probabilities(table: Table, judging: Judging) -> bool:
    roles = set(roles_of(table))
    return is_about_variants(table) and Role.PROBABILITY in roles


def _probabilities(table: Table, judging: Judging) -> Objections:
    """Object to posterior probabilities with anything else beside them."""
    allowed = _PLACES | {Role.PROBABILITY, Role.OTHER_COUNT, Role.P}
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role not in allowed:
            yield f"The column “{column.name}” does not belong to posterior probabilities."
        if role is Role.OTHER_COUNT and not column.is_integer:
            yield f"“{column.name}” is not a whole number throughout."
    if table.n_rows > _MOST_LISTED:
        yield f"It has {table.n_rows:,} rows."
    yield from _twice(table)


SHAPES = (
    Shape("posterior probabilities of variants", _fits_probabilities, _probabilities),
    Shape("statistics of variants", _fits_statistics, _statistics),
)
