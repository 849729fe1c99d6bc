"""The annotations of one chromosome's variants, with what finds rows without reading them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.query.index import GroupIndex, distinct
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.variants.source import Ints, Source
from gdi_spe.store import compute as pc
from gdi_spe.store.columns import numbers


@dataclass(frozen=True)
class VariantRows:
    """Annotations, a row a variant, sorted by position."""

    source: Source

    @cached_property
    def positions(self) -> NDArray[np.int32]:
        """First base of each variant, from 1."""
        return numbers(self.source.columns(["position"])["position"])

    @cached_property
    def longest_reference(self) -> int:
        """Bases of the longest reference allele: how far before a place a variant may begin."""
        references = self.source.columns(["reference"])["reference"]
        return int(pc.max(pc.binary_length(references)).as_py() or 1)

    @cached_property
    def by_gene(self) -> GroupIndex:
        """Which rows are annotated with a gene, by symbol and identifier, the further ones too."""
        table, found = self.source.genes(), GroupIndex()
        parents, others = other_genes(table)
        for each, rows in ((table, None), (others, parents)):
            for name in ("gene", "gene_id"):
                found.add(_coded(each[name]), rows)
        return found

    def within(self, span: Span) -> Ints:
        """Return rows that may lie within a span: all that do are among them."""
        first = max(span.start_from, span.end_from - self.longest_reference)
        start, end = np.searchsorted(self.positions, [first + 1, span.start_to + 1])
        return np.arange(start, end)

    def at(self, allele: Allele) -> Ints:
        """Return rows at the place of an allele."""
        place = np.int32(min(allele.position, 2**31 - 1))
        start, end = (np.searchsorted(self.positions, place, side) for side in ("left", "right"))
        return np.arange(start, end)


def other_genes(table: pa.Table) -> tuple[Ints, pa.Table]:
    """Return what is told of the further genes at variants, and the row of each."""
    column = table["other_genes"].combine_chunks()
    edges = numbers(column.offsets).astype(np.int64)  # a variant without others has none between
    parents = np.repeat(np.arange(len(column)), np.diff(edges))
    return parents, pa.Table.from_struct_array(column.values[edges[0] : edges[-1]])


def union(parts: Sequence[Ints]) -> Ints:
    """Return the rows of several lists, in order and once each."""
    return distinct(np.concatenate([np.zeros(0, np.int64), *parts]))


def _coded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
