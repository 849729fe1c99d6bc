"""Genes by position, for variants that came without annotation.

Where genes overlap, the one told in ``gene`` is protein-coding if any is, then the shortest, then
the first by id; the others are kept in ``other_genes``, so that a variant is found under each.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.schemas import ANNOTATION_COLUMNS, OTHER_GENES

_STR, _INT = pa.string(), pa.int32()
# One row a gene and chromosome; `start` and `end` are 0-based and half-open.
GENES = pa.schema(
    [
        pa.field("gene_id", _STR, nullable=False),
        pa.field("version", _STR),
        pa.field("symbol", _STR),
        pa.field("chromosome", _STR, nullable=False),
        pa.field("start", _INT, nullable=False),
        pa.field("end", _INT, nullable=False),
        pa.field("strand", _STR, nullable=False),
        pa.field("biotype", _STR),
    ]
)
_ANSWER = pa.schema([("gene", _STR), ("gene_id", _STR), ("other_genes", OTHER_GENES)])
# An annotator that said one of these has spoken: its "intergenic" is an answer too.
_SPOKEN = ("gene", "gene_id", "consequence")

Int = NDArray[np.int64]


@dataclass(frozen=True)
class _Chromosome:
    """Where the genes at hand change along a chromosome, and which they are in between.

    Stretch ``i`` reaches from ``bounds[i - 1]`` to ``bounds[i]``; its genes, the preferred one
    first, are ``ranks[offsets[i]:offsets[i + 1]]``. Its answer is row ``base + i`` of them all.
    """

    bounds: Int
    offsets: Int
    ranks: Int
    base: int

    def union(self, first: int, last: int) -> Int:
        """Return the genes of several stretches, the preferred one first."""
        return np.unique(self.ranks[self.offsets[first] : self.offsets[last + 1]])


class GeneIndex:
    """The genes of one release, ready to be asked by position.

    Parameters
    ----------
    genes
        One row a gene, columns as in ``GENES``.
    """

    def __init__(self, genes: pa.Table) -> None:
        ranked = _ranked(genes)
        self._genes = _told(ranked)
        self._chromosomes: dict[str, _Chromosome] = {}
        names = np.array(ranked["chromosome"].to_pylist(), object)
        start, end = (ranked[name].to_numpy().astype(np.int64) for name in ("start", "end"))
        # Row 0 answers for chromosomes without genes.
        counts, ranks, base = [np.zeros(1, np.int64)], [], 1
        for name in sorted(set(names)):
            here = np.flatnonzero(names == name)
            found = _cut(start[here], end[here], here, base)
            self._chromosomes[name] = found
            counts.append(np.diff(found.offsets))
            ranks.append(found.ranks)
            base += len(found.offsets) - 1
        flat = np.concatenate([*ranks, np.zeros(0, np.int64)])
        self._answers = self._tell(np.concatenate(counts), flat)

    @staticmethod
    def read(path: Path) -> GeneIndex:
        """Open a gene table that ``gdi-spe reference add gtf`` made."""
        try:
            return GeneIndex(pq.read_table(path, schema=GENES))
        except (OSError, pa.ArrowException) as error:
            raise BadInput(f"is no gene table ({error})", source=str(path)) from None

    def annotate(self, table: pa.Table) -> pa.Table:
        """Fill ``gene``, ``gene_id`` and ``other_genes`` where no annotator said anything.

        Parameters
        ----------
        table
            Variants, with ``chromosome``, ``position`` and ``reference`` at least. A variant is in
            each gene that its reference allele touches, the anchoring base of an indel included.

        Returns
        -------
        The same rows in the same order; the three columns are added where they were not there. An
        unnamed gene has a ``gene_id`` and no ``gene``. Being in a gene's span says nothing about
        an effect on it.
        """
        silent = _silent(table)
        if not silent.any():
            return table
        answers = self._of(table)
        for field in _ANSWER:
            column = answers[field.name]
            has = field.name in table.column_names
            if has and not silent.all():
                both = pa.chunked_array([*table[field.name].cast(field.type).chunks, column])
                rows = np.arange(table.num_rows)
                column = both.take(pa.array(np.where(silent, rows + table.num_rows, rows)))
            place = table.column_names.index(field.name) if has else table.num_columns
            put = table.set_column if has else table.add_column
            table = put(place, pa.field(field.name, field.type), column)
        return table

    def _of(self, table: pa.Table) -> pa.RecordBatch:
        """Return the answer for each variant."""
        names = pc.dictionary_encode(table["chromosome"]).combine_chunks()
        codes = names.indices.to_numpy(zero_copy_only=False)
        start = table["position"].to_numpy().astype(np.int64) - 1
        end = start + pc.binary_length(table["reference"]).to_numpy().astype(np.int64)
        row = np.zeros(table.num_rows, np.int64)
        unions: list[Int] = []
        for code, name in enumerate(names.dictionary.to_pylist()):
            chromosome = self._chromosomes.get(name)
            if chromosome is None:
                continue
            here = np.flatnonzero(codes == code)
            first = np.searchsorted(chromosome.bounds, start[here], side="right")
            last = np.searchsorted(chromosome.bounds, end[here] - 1, side="right")
            row[here] = chromosome.base + first
            for place in np.flatnonzero(last > first):
                row[here[place]] = self._answers.num_rows + len(unions)
                unions.append(chromosome.union(int(first[place]), int(last[place])))
        return self._with(unions).take(pa.array(row))

    def _with(self, unions: list[Int]) -> pa.RecordBatch:
        """Return the answers of the stretches, and after them those of several at once."""
        if not unions:
            return self._answers
        counts = np.array([len(ranks) for ranks in unions], np.int64)
        more = self._tell(counts, np.concatenate(unions))
        return pa.concat_batches([self._answers, more])

    def _tell(self, counts: Int, ranks: Int) -> pa.RecordBatch:
        """Say of groups of genes what the columns say: of the first, and of the others."""
        ends = np.cumsum(counts)
        starts = ends - counts
        is_first = np.zeros(len(ranks), bool)
        is_first[starts[counts > 0]] = True
        first = np.zeros(len(counts), np.int64)
        first[counts > 0] = ranks[is_first]
        best = self._genes.take(pa.array(first, mask=counts == 0))
        offsets = np.concatenate([[0], np.cumsum(np.maximum(counts - 1, 0))]).astype(np.int32)
        others = pa.ListArray.from_arrays(
            pa.array(offsets, mask=np.append(counts < 2, False)),
            self._genes.take(pa.array(ranks[~is_first])),
        )
        return pa.RecordBatch.from_arrays(
            [best.field("gene"), best.field("gene_id"), others.cast(OTHER_GENES)], schema=_ANSWER
        )


def _ranked(genes: pa.Table) -> pa.Table:
    """Return the genes, the preferred ones first."""
    keys = {
        "is_other": pc.invert(pc.fill_null(pc.equal(genes["biotype"], "protein_coding"), False)),
        "n_bases": pc.subtract(genes["end"], genes["start"]),
    }
    for name, column in keys.items():
        genes = genes.append_column(name, column)
    order = [("is_other", "ascending"), ("n_bases", "ascending"), ("gene_id", "ascending")]
    return genes.sort_by([*order, ("chromosome", "ascending")]).combine_chunks()


def _told(genes: pa.Table) -> pa.StructArray:
    """Return what a variant's columns say of each gene."""
    told = {name: pa.nulls(genes.num_rows, _STR) for name in ANNOTATION_COLUMNS}
    for column, name in (("gene", "symbol"), ("gene_id", "gene_id")):
        told[column] = genes[name].combine_chunks().cast(_STR)
    return pa.StructArray.from_arrays(list(told.values()), fields=list(OTHER_GENES.value_type))


def _cut(start: Int, end: Int, rank: Int, base: int) -> _Chromosome:
    """Cut a chromosome where a gene begins or ends."""
    bounds = np.unique(np.concatenate([start, end]))
    first = np.searchsorted(bounds, start, side="right")
    n_stretches = np.searchsorted(bounds, end, side="right") - first
    gene = np.repeat(np.arange(len(start)), n_stretches)
    begun = np.cumsum(n_stretches) - n_stretches
    stretch = first[gene] + np.arange(len(gene)) - begun[gene]
    order = np.lexsort((rank[gene], stretch))
    counts = np.bincount(stretch, minlength=len(bounds) + 1)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return _Chromosome(bounds, offsets, rank[gene][order], base)


def _silent(table: pa.Table) -> NDArray[np.bool_]:
    """Say where no annotator said anything."""
    silent = np.ones(table.num_rows, bool)
    for name in _SPOKEN:
        if name in table.column_names:
            silent &= pc.is_null(table[name]).to_numpy()
    return silent
