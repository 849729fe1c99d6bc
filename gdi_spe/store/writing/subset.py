"""Variants of chosen people, from one dataset or several, as a cohort holds them.

Absent is not reference. Where a dataset has no record of an allele, its people are missing
unless the dataset is known to have looked there: at a position where it has another record
(whose missing calls stay missing), or inside a region that it declared as assessed. Alleles
that nobody in the cohort carries are dropped, and allele numbers are given anew, so that
nothing tells what people outside the cohort carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import Region
from gdi_spe.store.calls import EXCEPTION, MISSING, Bools, Call, Calls, encode, mask_of
from gdi_spe.store.chromosomes import rank_of
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.germline import Samples, count_germline, with_counts
from gdi_spe.store.schemas import (
    ANNOTATION_COLUMNS,
    ASSESSED,
    COUNT_COLUMNS,
    POPULATION_COLUMNS,
    VARIANTS,
)
from gdi_spe.store.writing.folders import write_table, write_variants

_CHUNK = 1024
_KEY = ("position", "reference", "alternate")
Key = tuple[int, str, str]


@dataclass(frozen=True)
class Source:
    """The people taken from one dataset: their columns there, and their places in the cohort."""

    folder: DatasetFolder
    columns: NDArray[np.int64]
    places: NDArray[np.int64]

    @cached_property
    def place_of(self) -> NDArray[np.int64]:
        """Place in the cohort of each column of the dataset, -1 for people left out."""
        place = np.full(self.folder.n_samples, -1, np.int64)
        place[self.columns] = self.places
        return place


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
    schema = pa.schema([*VARIANTS, *(pa.field(f"info_{name}", pa.string()) for name in keep_info)])
    names = {name for source in sources for name in source.folder.chromosomes}
    n_variants = 0
    for chromosome in sorted(names, key=rank_of):
        merge = _Merge(chromosome, sources, samples, assembly, regions, schema)
        if merge.keys:
            n_variants += write_variants(
                folder,
                chromosome,
                merge.batches(),
                schema,
                len(samples.ids),
                samples.population_names,
            )
    write_table(folder, "assessed", _declared(sources))
    return n_variants


def _declared(sources: Sequence[Source]) -> pa.Table:
    """Return the regions that datasets declared; their sites would tell of people left out."""
    tables = [s.folder.table("assessed") for s in sources if s.folder.manifest.declares_regions]
    return pa.concat_tables([ASSESSED.empty_table(), *(t.cast(ASSESSED) for t in tables)])


def write_without(
    folder: Path, source: DatasetFolder, columns: NDArray[np.int64], samples: Samples
) -> int:
    """Write a dataset's variants again with the samples of some columns only; sites all stay."""
    n_variants = 0
    for chromosome in source.chromosomes:
        schema = pq.read_schema(source.path_of(f"variants/{chromosome}")).remove_metadata()
        batches = _without(source, chromosome, columns, samples, schema)
        n_variants += write_variants(
            folder, chromosome, batches, schema, len(columns), samples.population_names
        )
    write_table(folder, "assessed", source.table("assessed"))
    return n_variants


def _without(
    source: DatasetFolder,
    chromosome: str,
    columns: NDArray[np.int64],
    samples: Samples,
    schema: pa.Schema,
) -> Iterator[pa.Table]:
    counted = (*COUNT_COLUMNS, "allele_frequency", *POPULATION_COLUMNS)
    plain = [name for name in schema.names if name not in (*counted, "calls")]
    table = source.variants(chromosome, plain)
    place = np.full(source.n_samples, -1, np.int64)
    place[columns] = np.arange(len(columns))
    for start in range(0, table.num_rows, _CHUNK):
        part = table.slice(start, _CHUNK)
        calls = source.calls(chromosome).take(slice(start, start + _CHUNK))
        values = [encode(call) for call in _picked(calls, columns, place)]
        kept = Calls.of(values, len(columns))
        positions = part["position"].to_numpy()
        found = count_germline(kept, chromosome, positions, samples, source.assembly)
        part = part.append_column("calls", pa.array(values, pa.binary()))
        yield with_counts(part, found).select(schema.names)


def _picked(calls: Calls, columns: NDArray[np.int64], place: NDArray[np.int64]) -> Iterator[Call]:
    codes = calls.codes()[:, columns]
    haploid = mask_of(calls.haploid_words(), calls.n_samples)[:, columns]
    variant, exceptions = calls.exceptions
    for i in range(len(calls)):
        own = exceptions[variant == i].copy()
        own = own[place[own["sample"]] >= 0]
        own["sample"] = place[own["sample"]]
        yield Call(codes[i], haploid[i], own)


class _Part:
    """One dataset's variants of a chromosome, and what it says where it has none."""

    def __init__(self, source: Source, chromosome: str, columns: Sequence[str]) -> None:
        self.source, self.chromosome = source, chromosome
        self.is_there = chromosome in source.folder.chromosomes
        self.rows: dict[Key, dict[str, Any]] = {}
        self.row_of: dict[Key, int] = {}
        self.positions = np.zeros(0, np.int64)
        if self.is_there:
            table = source.folder.variants(chromosome, columns)
            self.positions = table["position"].to_numpy().astype(np.int64)
            self._table = table
            self.row_of = {key: i for i, key in enumerate(_keys(table))}

    def carried(self, regions: Sequence[Region]) -> dict[Key, dict[str, Any]]:
        """Return the alleles that somebody chosen here carries, inside the regions."""
        if not self.is_there or not len(self.source.columns):
            return {}
        counts = self.source.folder.counts(self.chromosome, groups=[self.source.columns])[0]
        keep = counts["allele_count"] > 0
        if regions:
            keep &= _inside(self._table, self.chromosome, regions)
        rows = self._table.take(pa.array(np.flatnonzero(keep)))
        return dict(zip(_keys(rows), rows.to_pylist(), strict=True))

    def fill(self, keys: Sequence[Key], codes: NDArray[np.uint8], haploid: Bools) -> list[Any]:
        """Fill in the calls of this dataset's people; return their exceptions."""
        source, places = self.source, self.source.places
        own = np.array([self.row_of.get(key, -1) for key in keys], np.int64)
        stand_in = own.copy()
        positions = np.array([key[0] for key in keys], np.int64)
        if len(self.positions):
            near = np.minimum(np.searchsorted(self.positions, positions), len(self.positions) - 1)
            same = (own < 0) & (self.positions[near] == positions)
            stand_in[same] = near[same]
        unseen = (stand_in < 0) & ~self._assessed(positions)
        codes[np.ix_(unseen, places)] = MISSING
        there = np.flatnonzero(stand_in >= 0)
        if not len(there):
            return []
        calls = source.folder.calls(self.chromosome).take(stand_in[there])
        written = calls.codes()[:, source.columns]
        is_own = own[there] >= 0
        written[~is_own] = np.where(written[~is_own] == MISSING, MISSING, 0)
        codes[np.ix_(there, places)] = written
        single = mask_of(calls.haploid_words(), calls.n_samples)[:, source.columns]
        haploid[np.ix_(there, places)] = single
        return self._exceptions(calls, there, is_own)

    def _exceptions(self, calls: Calls, there: NDArray[np.int64], is_own: Bools) -> list[Any]:
        variant, found = calls.exceptions
        place = self.source.place_of[found["sample"]]
        keep = (place >= 0) & is_own[variant]
        moved = found[keep].copy()
        moved["sample"] = place[keep]
        return list(zip(there[variant[keep]].tolist(), moved, strict=True))

    @cached_property
    def _looked_at(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        table = self.source.folder.table("assessed")
        chosen = table.filter(pc.equal(table["chromosome"], self.chromosome))
        starts = chosen["start"].to_numpy().astype(np.int64)
        order = np.argsort(starts, kind="stable")
        return starts[order], chosen["end"].to_numpy().astype(np.int64)[order]

    def _assessed(self, positions: NDArray[np.int64]) -> Bools:
        starts, ends = self._looked_at
        if not len(starts):
            return np.zeros(len(positions), bool)
        last = np.searchsorted(starts, positions - 1, side="right") - 1
        return (last >= 0) & (positions - 1 < ends[np.maximum(last, 0)])


class _Merge:
    """All datasets' variants of one chromosome, brought together."""

    def __init__(
        self,
        chromosome: str,
        sources: Sequence[Source],
        samples: Samples,
        assembly: str,
        regions: Sequence[Region],
        schema: pa.Schema,
    ) -> None:
        self._chromosome, self._samples, self._assembly = chromosome, samples, assembly
        self._schema = schema
        kept = [name for name in schema.names if name.startswith("info_")]
        columns = [*_KEY, "id", *ANNOTATION_COLUMNS, "other_genes", *kept]
        self._parts = [_Part(source, chromosome, columns) for source in sources]
        self._facts: dict[Key, dict[str, Any]] = {}
        for part in self._parts:
            for key, row in part.carried(regions).items():
                self._facts.setdefault(key, row)
        self.keys = sorted(self._facts)
        self._number = _numbered(self.keys)

    def batches(self) -> Iterator[pa.Table]:
        """Yield the cohort's variants in order, with their counts."""
        for start in range(0, len(self.keys), _CHUNK):
            keys = self.keys[start : start + _CHUNK]
            values = self._encoded(keys)
            rows = [
                {
                    **self._facts[key],
                    "chromosome": self._chromosome,
                    "allele_index": self._number[key],
                    "calls": value,
                }
                for key, value in zip(keys, values, strict=True)
            ]
            plain = [field for field in self._schema if field.name in rows[0]]
            table = pa.Table.from_pylist(rows, schema=pa.schema(plain))
            positions = np.array([key[0] for key in keys])
            found = count_germline(
                Calls.of(values, len(self._samples.ids)),
                self._chromosome,
                positions,
                self._samples,
                self._assembly,
            )
            yield with_counts(table, found).select(self._schema.names)

    def _encoded(self, keys: Sequence[Key]) -> list[bytes]:
        n_samples = len(self._samples.ids)
        codes = np.zeros((len(keys), n_samples), np.uint8)
        haploid = np.zeros((len(keys), n_samples), bool)
        odd: dict[int, list[Any]] = {}
        for part in self._parts:
            for variant, exception in part.fill(keys, codes, haploid):
                odd.setdefault(variant, []).append(exception)
        values = []
        for i in range(len(keys)):
            exceptions = np.array(
                sorted((tuple(e) for e in odd.get(i, ())), key=lambda e: e[0]), EXCEPTION
            )
            values.append(encode(Call(codes[i], haploid[i], exceptions)))
        return values


def _keys(table: pa.Table) -> list[Key]:
    return list(zip(*(table[name].to_pylist() for name in _KEY), strict=True))


def _numbered(keys: Sequence[Key]) -> dict[Key, int]:
    """Number the alleles of each place and reference anew, from 1."""
    seen: dict[tuple[int, str], int] = {}
    numbers: dict[Key, int] = {}
    for key in keys:
        seen[key[:2]] = numbers[key] = seen.get(key[:2], 0) + 1
    return numbers


def _inside(table: pa.Table, chromosome: str, regions: Sequence[Region]) -> Bools:
    starts = table["position"].to_numpy().astype(np.int64) - 1
    ends = starts + np.array([len(text) for text in table["reference"].to_pylist()], np.int64)
    keep = np.zeros(len(starts), bool)
    for region in regions:
        if region.chromosome == chromosome:
            keep |= (starts < region.end) & (ends > region.start)
    return keep
