"""Variants of chosen people, from one dataset or several, as a cohort holds them.

Absent is not reference. Where a dataset has no record of an allele, its people are missing
unless the dataset is known to have looked there: at a position where it has another record
(whose missing calls stay missing, and whose haploid and incomplete calls stay so), or inside a
region that it declared as assessed. Alleles that nobody in the cohort carries are dropped, and
allele numbers are given anew, so that nothing tells what people outside the cohort carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import Region
from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import Calls
from gdi_spe.store.chromosomes import rank_of
from gdi_spe.store.folder import DatasetFolder, Folder
from gdi_spe.store.germline import Samples, count_germline, with_counts
from gdi_spe.store.kernels import merge as compiled
from gdi_spe.store.kernels import numpy_merge, packed
from gdi_spe.store.kernels.merge import Merged, People, Piece
from gdi_spe.store.schemas import (
    ASSESSED,
    COUNT_COLUMNS,
    POPULATION_COLUMNS,
    VARIANTS,
)
from gdi_spe.store.writing.carried import is_optional, optional_columns, optional_schema
from gdi_spe.store.writing.folders import write_table, write_variants
from gdi_spe.store.writing.matching import Intervals, Matched, match
from gdi_spe.store.writing.windows import ahead, inside, windows

_COUNTED = (*COUNT_COLUMNS, "allele_frequency", *POPULATION_COLUMNS)
_MADE = ("chromosome", "allele_index", *_COUNTED, "calls")
_FACTS = tuple(name for name in VARIANTS.names if name not in _MADE)


@dataclass(frozen=True)
class Source:
    """The people taken from one dataset: their columns there, and their places in the cohort."""

    folder: Folder
    columns: NDArray[np.int64]
    places: NDArray[np.int64]

    @cached_property
    def assessed(self) -> pa.Table:
        """Where the dataset says it looked."""
        return self.folder.table("assessed")

    def people(self, n_cohort: int) -> People:
        """Say where its people go in a cohort of ``n_cohort`` samples."""
        return People(self.columns, self.places, self.folder.n_samples, n_cohort)


def write_subset(
    folder: Path,
    sources: Sequence[Source],
    samples: Samples,
    assembly: str,
    regions: Sequence[Region] = (),
    keep_info: Sequence[str] = (),
) -> int:
    """Write ``variants/*.parquet`` and ``assessed.parquet`` of a cohort; return how many variants.

    Parameters
    ----------
    folder
        Where to write.
    sources
        The chosen people of each dataset.
    samples
        The cohort's samples, in the order of its calls.
    assembly
        The assembly of all datasets.
    regions
        Stretches to keep; without any, everything.
    keep_info
        INFO fields that all datasets have kept.
    """
    # TRUST: a dataset of which nobody is chosen has no part in what the cohort says.
    used = [source for source in sources if len(source.columns)]
    info = [pa.field(f"info_{name}", pa.string()) for name in keep_info]
    schema = pa.schema([*VARIANTS, *info, *optional_schema([s.folder for s in used])])
    n_variants = 0
    for chromosome in sorted({c for s in used for c in s.folder.chromosomes}, key=rank_of):
        cohort = _Chromosome(chromosome, used, samples, assembly, regions, schema)
        n_variants += cohort.write(folder)
    write_table(folder, "assessed", _declared(sources))
    return n_variants


def _declared(sources: Sequence[Source]) -> pa.Table:
    """Return the regions that datasets declared; their sites would tell of people left out."""
    tables = [
        s.assessed
        for s in sources
        if isinstance(s.folder, DatasetFolder) and s.folder.manifest.declares_regions
    ]
    return pa.concat_tables([ASSESSED.empty_table(), *(t.cast(ASSESSED) for t in tables)])


def write_without(
    folder: Path,
    source: Folder,
    columns: NDArray[np.int64],
    samples: Samples,
    regions: Sequence[Region] = (),
) -> int:
    """Write a folder's variants again with the samples of some columns only.

    Sites that nobody left carries stay; with regions those inside do.
    """
    part, n_variants = Source(source, columns, np.arange(len(columns))), 0
    for chromosome in source.chromosomes:
        schema = pq.read_schema(source.path_of(f"variants/{chromosome}")).remove_metadata()
        again = _Chromosome(
            chromosome, [part], samples, source.assembly, regions, schema, keep_all=True
        )
        n_variants += again.write(folder)
    write_table(folder, "assessed", source.table("assessed"))
    return n_variants


class _Chromosome:
    """All datasets' variants of one chromosome, brought together window by window."""

    def __init__(
        self,
        chromosome: str,
        sources: Sequence[Source],
        samples: Samples,
        assembly: str,
        regions: Sequence[Region],
        schema: pa.Schema,
        *,
        keep_all: bool = False,
    ) -> None:
        self._name, self._sources, self._samples = chromosome, sources, samples
        self._assembly, self._regions, self._schema = assembly, regions, schema
        self._keep_all, self._n_samples = keep_all, len(samples.ids)
        self._people = [source.people(self._n_samples) for source in sources]
        several = len(sources) > 1
        self._looked_at = [Intervals.of(s.assessed, chromosome) for s in sources if several]
        self._optional = [name for name in schema.names if is_optional(name)]
        self._numbers = _Numbers()

    def write(self, folder: Path) -> int:
        """Write the file, unless nothing is left to write; return how many variants."""
        tables = ahead(self._tables())
        first = next(tables, None)
        if first is None:
            return 0
        return write_variants(
            folder,
            self._name,
            _chain(first, tables),
            self._schema,
            self._n_samples,
            self._samples.population_names,
        )

    def _tables(self) -> Iterator[pa.Table]:
        folders = [source.folder for source in self._sources]
        made = {*_MADE} - ({"allele_index"} if self._keep_all else set())
        made.remove("calls")
        read = pa.schema([field for field in self._schema if field.name not in made])
        for window in ahead(windows(folders, self._name, read, self._regions)):
            yield from self._merged(window)

    def _merged(self, window: list[pa.Table]) -> Iterator[pa.Table]:
        matched = match(window, self._looked_at or [Intervals.nothing()])
        offsets = np.cumsum([0, *(table.num_rows for table in window)])
        facts = self._facts(window)
        keys = facts.select(["position", "reference"]).take(
            pa.array(offsets[matched.source] + matched.row)
        )
        wanted = np.flatnonzero(inside(keys, self._name, self._regions))
        pieces = [
            Piece(calls, people, rows[wanted], kinds[wanted])
            for calls, people, rows, kinds in zip(
                self._calls(window), self._people, matched.rows, matched.kinds, strict=True
            )
        ]
        merge = compiled.merge if packed.is_native() else numpy_merge.merge
        for part in merge(pieces, len(wanted), self._n_samples, keep_all=self._keep_all):
            if len(part.rows):
                rows = wanted[part.rows]
                yield from self._finished(part, window, matched, rows, facts, offsets)

    def _facts(self, window: list[pa.Table]) -> pa.Table:
        """Return the columns that say what a variant is, and nothing of people, one by one."""
        about_people = {"calls", *self._optional}
        names = [name for name in window[0].schema.names if name not in about_people]
        schema = pa.schema([self._schema.field(name) for name in names])
        return pa.concat_tables([table.select(names).cast(schema) for table in window])

    def _calls(self, window: list[pa.Table]) -> list[Calls]:
        return [
            Calls.from_arrow(table["calls"], source.folder.n_samples)
            for table, source in zip(window, self._sources, strict=True)
        ]

    def _finished(
        self,
        part: Merged,
        window: list[pa.Table],
        matched: Matched,
        rows: NDArray[np.int64],
        facts: pa.Table,
        offsets: NDArray[np.int64],
    ) -> Iterator[pa.Table]:
        first = np.maximum(part.first, 0)
        own = np.stack(matched.rows)[first, rows]
        table = facts.take(pa.array(offsets[first] + own))
        positions = table["position"].to_numpy()
        found = count_germline(part.calls, self._name, positions, self._samples, self._assembly)
        table = table.append_column("calls", part.calls.to_arrow())
        for name, column in optional_columns(self._optional, window, matched, self._people, rows):
            table = table.append_column(name, column)
        table = with_counts(table, found)
        table = table.append_column("chromosome", pa.repeat(self._name, len(rows)))
        if not self._keep_all:
            carried = self._carried(part.calls, positions)
            table = table if carried.all() else table.filter(pa.array(carried))
            table = table.append_column("allele_index", self._numbers.of(table))
        if table.num_rows:
            yield table.select(self._schema.names)

    def _carried(self, calls: Calls, positions: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say which alleles are carried by the rules of sex-linked places too."""
        carried = np.ones(len(calls), bool)
        linked = np.flatnonzero(ploidy.is_sex_linked(self._assembly, self._name, positions))
        if len(linked):
            expected = ploidy.expected_alleles(self._name, self._samples.sexes)
            everybody = [np.arange(self._n_samples)]
            counted = counts.count(calls.take(linked), everybody, expected)[0]
            carried[linked] = counted["allele_count"] > 0
        return carried


def _chain(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from rest


class _Numbers:
    """Numbers the alleles of each position and reference from 1, table after table."""

    def __init__(self) -> None:
        self._last: tuple[int, str, int] = (-1, "", 0)

    def of(self, table: pa.Table) -> pa.Array:
        """Number the rows of the next table."""
        n = table.num_rows
        if not n:
            return pa.array([], pa.int16())
        positions = table["position"].to_numpy()
        references = table["reference"].to_numpy(zero_copy_only=False)
        is_new = np.ones(n, bool)
        is_new[1:] = (positions[1:] != positions[:-1]) | (references[1:] != references[:-1])
        starts = np.maximum.accumulate(np.where(is_new, np.arange(n), 0))
        numbers = np.arange(n) - starts + 1
        if self._last[:2] == (int(positions[0]), references[0]):
            numbers[starts == 0] += self._last[2]
        self._last = (int(positions[-1]), references[-1], int(numbers[-1]))
        return pa.array(numbers, pa.int16())
