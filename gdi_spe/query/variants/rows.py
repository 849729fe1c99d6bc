"""The annotations of one chromosome's variants, with what finds rows without reading them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.query.places import Allele, Span

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class VariantRows:
    """Annotations, a row a variant, sorted by position."""

    table: pa.Table

    @cached_property
    def positions(self) -> NDArray[np.int32]:
        """First base of each variant, from 1."""
        return np.asarray(self.table["position"].to_numpy())

    @cached_property
    def longest_reference(self) -> int:
        """Bases of the longest reference allele: how far before a place a variant may begin."""
        return int(pc.max(pc.binary_length(self.table["reference"])).as_py() or 1)

    @cached_property
    def by_gene(self) -> GeneRows:
        """Which rows are annotated with a gene."""
        return GeneRows.of(self.table)

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


@dataclass(frozen=True)
class GeneRows:
    """Rows by gene symbol and identifier: ``rows[starts[name]:ends[name]]``, however many genes
    a variant has.
    """

    names: dict[str, int]
    edges: Ints
    rows: Ints

    @staticmethod
    def of(table: pa.Table) -> GeneRows:
        """Look once which gene is where."""
        parents, others = other_genes(table)
        own = np.arange(table.num_rows)
        columns = [(table, own, "gene"), (table, own, "gene_id"),
                   (others, parents, "gene"), (others, parents, "gene_id")]  # fmt: skip
        told = pa.chunked_array([c for each, _, name in columns for c in each[name].chunks],
                                pa.string())  # fmt: skip
        rows = np.concatenate([numbers for _, numbers, _ in columns])
        encoded = told.combine_chunks().dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        edges = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
        names = {name: code for code, name in enumerate(encoded.dictionary.to_pylist())}
        return GeneRows(names, edges.astype(np.int64), rows[order].astype(np.int64))

    def of_genes(self, genes: Iterable[str]) -> Ints:
        """Return the rows annotated with any of the genes, in order."""
        parts = [
            self.rows[self.edges[code] : self.edges[code + 1]]
            for code in (self.names.get(gene) for gene in genes)
            if code is not None
        ]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def other_genes(table: pa.Table) -> tuple[Ints, pa.Table]:
    """Return what is told of the further genes at variants, and the row of each."""
    column = table["other_genes"].combine_chunks()
    parents = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    return parents, pa.Table.from_struct_array(pc.list_flatten(column))


def union(parts: Sequence[Ints]) -> Ints:
    """Return the rows of several lists, in order and once each."""
    return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
