"""Who is counted: one germline sample of each individual, by the rules of sex-linked places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store import compute as pc
from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import COUNTS, Calls
from gdi_spe.store.columns import numbers, text
from gdi_spe.store.schemas import COUNT_COLUMNS, POPULATION_COLUMNS


@dataclass(frozen=True)
class Samples:
    """Who is in the columns of the calls: identifiers, sex, population, who stands for whom.

    ``germline`` holds the sample that is counted of each individual; ``populations`` the
    population of each sample's individual, empty where none is recorded.
    """

    ids: tuple[str, ...]
    sexes: tuple[str, ...]
    germline: NDArray[np.int64]
    populations: tuple[str, ...] = ()

    @cached_property
    def population_names(self) -> tuple[str, ...]:
        """Populations that somebody who is counted has, in order."""
        return tuple(name for name, _ in self._by_population)

    @cached_property
    def _by_population(self) -> list[tuple[str, NDArray[np.int64]]]:
        if not self.populations:
            return []
        of_counted = np.array(self.populations, object)[self.germline]
        names = sorted(set(of_counted.tolist()) - {""})
        return [(name, self.germline[of_counted == name]) for name in names]

    @property
    def groups(self) -> list[NDArray[np.int64]]:
        """Samples to count: everybody's, then those of each population."""
        return [self.germline, *(samples for _, samples in self._by_population)]


def samples_from(samples: pa.Table, individuals: pa.Table) -> Samples:
    """Say who is in the columns of the calls from the tables of samples and individuals."""
    ordered = samples.sort_by("sample_index")
    found = pc.index_in(ordered["individual_id"], individuals["individual_id"])
    sexes = pc.fill_null(individuals["sex"].take(found), "unknown")
    populations = pc.fill_null(individuals["population"].take(found), "")
    return Samples(
        tuple(ordered["sample_id"].to_pylist()),
        tuple(sexes.to_pylist()),
        stand_ins(ordered),
        tuple(populations.to_pylist()),
    )


def stand_ins(samples: pa.Table) -> NDArray[np.int64]:
    """Return the samples that stand for individuals: the first germline sample of each."""
    germline = samples.filter(pc.equal(samples["origin"], text("germline")))
    germline = germline.sort_by("sample_index").combine_chunks()
    of_whom = numbers(germline["individual_id"].combine_chunks().dictionary_encode().indices)
    _, first = np.unique(of_whom, return_index=True)
    return np.sort(numbers(germline["sample_index"])[first].astype(np.int64))


def count_germline(
    calls: Calls,
    chromosome: str,
    positions: NDArray[np.integer],
    samples: Samples,
    assembly: str,
) -> NDArray[np.void]:
    """Count one germline sample of each individual, by the rules of sex-linked places.

    Returns
    -------
    ``COUNTS``, shape ``(1 + populations, variants)``: everybody, then each population.
    """
    linked = ploidy.is_sex_linked(assembly, chromosome, positions)
    if not linked.any():
        return counts.count(calls, samples.groups)
    expected = ploidy.expected_alleles(chromosome, samples.sexes)
    if linked.all():
        return counts.count(calls, samples.groups, expected)
    out = np.zeros((len(samples.groups), len(calls)), COUNTS)
    out[:, ~linked] = counts.count(calls.take(np.flatnonzero(~linked)), samples.groups)
    out[:, linked] = counts.count(calls.take(np.flatnonzero(linked)), samples.groups, expected)
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
    """Add the columns of counts to a table of variants, as `count_germline` gives them."""
    everybody = found[0]
    for name in COUNT_COLUMNS:
        table = table.append_column(name, pa.array(everybody[name]))
    number = everybody["allele_number"].astype(np.float64)
    frequency = np.divide(
        everybody["allele_count"], number, out=np.zeros(len(number)), where=number > 0
    )
    table = table.append_column("allele_frequency", pa.array(frequency, mask=number == 0))
    offsets = pa.array(np.arange(len(number) + 1, dtype=np.int32) * (len(found) - 1))
    for name, column in zip(COUNT_COLUMNS, POPULATION_COLUMNS, strict=True):
        values = pa.array(np.ascontiguousarray(found[1:][name].T).reshape(-1))
        table = table.append_column(column, pa.ListArray.from_arrays(offsets, values))
    return table
