"""Who is counted: one germline sample of each individual, by the rules of sex-linked places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import COUNTS, Calls
from gdi_spe.store.schemas import COUNT_COLUMNS


@dataclass(frozen=True)
class Samples:
    """Who is in the columns of the calls: identifiers, sex, and who stands for an individual."""

    ids: tuple[str, ...]
    sexes: tuple[str, ...]
    germline: NDArray[np.int64]


def count_germline(
    calls: Calls,
    chromosome: str,
    positions: NDArray[np.integer],
    samples: Samples,
    assembly: str,
) -> NDArray[np.void]:
    """Count one germline sample of each individual, by the rules of sex-linked places."""
    linked = ploidy.is_sex_linked(assembly, chromosome, positions)
    out = np.zeros(len(calls), COUNTS)
    plain, sexed = np.flatnonzero(~linked), np.flatnonzero(linked)
    out[plain] = counts.count(calls.take(plain), [samples.germline])[0]
    expected = ploidy.expected_alleles(chromosome, samples.sexes)
    out[sexed] = counts.count(calls.take(sexed), [samples.germline], expected)[0]
    return out


def torn_calls(
    calls: Calls,
    chromosome: str,
    positions: NDArray[np.integer],
    samples: Samples,
    assembly: str,
) -> int:
    """Count calls of two different alleles where the individual has one: taken for missing."""
    linked = np.flatnonzero(ploidy.is_sex_linked(assembly, chromosome, positions))
    expected = ploidy.expected_alleles(chromosome, samples.sexes)
    single = [np.flatnonzero(expected == ploidy.ONE)]
    by_rule = counts.count(calls.take(linked), single, expected)["n_missing"].sum()
    return int(by_rule - counts.count(calls.take(linked), single)["n_missing"].sum())


def with_counts(table: pa.Table, found: NDArray[np.void]) -> pa.Table:
    """Add the columns of counts to a table of variants."""
    for name in COUNT_COLUMNS:
        table = table.append_column(name, pa.array(found[name]))
    number = found["allele_number"].astype(np.float64)
    frequency = np.divide(
        found["allele_count"], number, out=np.zeros(len(number)), where=number > 0
    )
    return table.append_column("allele_frequency", pa.array(frequency, mask=number == 0))
