"""Who carries a variant, who was seen not to, and about whom nothing can be said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.outcome import Ids, Outcome
from gdi_spe.query.records import Records
from gdi_spe.query.variants.looked_at import looked_at
from gdi_spe.query.variants.matching import (
    KINDS,
    NotAnnotated,
    UnknownGene,
    alleles_among,
    chromosomes_of,
    matching,
    require_annotations,
    require_genes,
    rows_of,
)
from gdi_spe.store.columns import column_of
from gdi_spe.store.ploidy import (
    ABSENT,
    AS_WRITTEN,
    ONE,
    can_be_sex_linked,
    expected_alleles,
    is_sex_linked,
)

__all__ = [
    "KINDS",
    "NotAnnotated",
    "UnknownGene",
    "carries_variant",
    "matching",
    "require_genes",
]

Mask = NDArray[np.bool_]
# Calls that are looked at together.
_CALLS_AT_ONCE = 1 << 22


@dataclass
class _Seen:
    """What the calls of the matching variants said of each sample."""

    has: Mask
    unsure: Mask
    n_matched: int = 0
    n_alleles: int = 0


def carries_variant(records: Records, condition: CarriesVariant) -> Outcome:
    """Answer a condition about variants."""
    if condition.is_strict:
        require_annotations(records, condition)
        require_genes(records, condition.genes)
    seen = _look(records, condition)
    asked = _asked(records, condition)
    present = records.people_of(seen.has & asked)
    # One with any sample in doubt is not excluded.
    doubtful = records.people_of(seen.unsure & asked)
    sampled = records.people_of(asked)
    known = looked_at(records, condition, seen.n_matched, seen.n_alleles)
    excluded = sampled & known & ~present & ~doubtful
    return Outcome(records.named(present), records.named(excluded))


def carrying_samples(records: Records, condition: CarriesVariant) -> pa.Table:
    """Return the rows of the samples that carry a variant as asked."""
    has = _look(records, condition).has & _asked(records, condition)
    return records.folder.samples.filter(column_of(has))


def doubtful(records: Records, condition: CarriesVariant) -> Ids:
    """Return who has a sample with a missing call at a variant that is asked for."""
    unsure = _look(records, condition).unsure & _asked(records, condition)
    return records.named(records.people_of(unsure))


def _asked(records: Records, condition: CarriesVariant) -> Mask:
    """Say which samples are asked about."""
    if condition.origin is None:
        return np.ones(records.folder.n_samples, bool)
    return np.asarray(records.sample_origins == condition.origin)


def _look(records: Records, condition: CarriesVariant) -> _Seen:
    n_samples = records.folder.n_samples
    seen = _Seen(np.zeros(n_samples, bool), np.zeros(n_samples, bool))
    at_once = max(1, _CALLS_AT_ONCE // max(n_samples, 1))
    for chromosome in chromosomes_of(records, condition):
        found = rows_of(records, chromosome, condition)
        seen.n_matched += len(found)
        seen.n_alleles += alleles_among(records, chromosome, found, condition)
        for start in range(0, len(found), at_once):
            _look_at(records, chromosome, found[start : start + at_once], condition, seen)
    return seen


def _look_at(
    records: Records,
    chromosome: str,
    rows: NDArray[np.int64],
    condition: CarriesVariant,
    seen: _Seen,
) -> None:
    """Note who carries one of some variants as asked, and whose call is not known."""
    folder = records.folder
    dosage = folder.dosages(chromosome, rows)
    rule = _expected(records, chromosome, rows)
    lost = dosage < 0
    seen.unsure |= (lost if rule is None else lost & (rule != ABSENT)).any(axis=0)
    if not condition.zygosity:
        seen.has |= folder.carrying(chromosome, rows)
        return
    single = folder.genotypes(chromosome, rows)[..., 1] == -2
    if rule is not None:
        single |= rule == ONE
    of = {
        "heterozygous": (dosage == 1) & ~single,
        "homozygous": (dosage >= 2) & ~single,
        "hemizygous": (dosage >= 1) & single,
    }
    has = reduce(np.logical_or, [of[each] for each in condition.zygosity])
    seen.has |= has.any(axis=0)


def _expected(
    records: Records, chromosome: str, rows: NDArray[np.int64]
) -> NDArray[np.int8] | None:
    """Alleles each sample can have at each variant: none, one, or as written; None if all so."""
    if not can_be_sex_linked(chromosome):
        return None
    positions = records.variant_rows(chromosome).positions[rows]
    linked = is_sex_linked(records.folder.assembly, chromosome, positions)
    if not linked.any():
        return None
    by_sex = expected_alleles(chromosome, records.folder.sample_sexes)
    return np.where(linked[:, None], by_sex[None, :], AS_WRITTEN).astype(np.int8)
