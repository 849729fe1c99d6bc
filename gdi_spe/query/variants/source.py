"""Where annotations come from: a table in memory, or a file of which a part is read at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from gdi_spe.store.columns import column_of
from gdi_spe.store.opening import naming

Ints = NDArray[np.int64]
# Row groups that are kept after they were read: some two million variants.
_MOST_GROUPS = 256
_OTHER = "other_genes.list.element"
_NAMES = ["gene", "gene_id", f"{_OTHER}.gene", f"{_OTHER}.gene_id"]


class Source(Protocol):
    """Annotations of one chromosome's variants, a row a variant."""

    @property
    def n_rows(self) -> int:
        """How many variants there are."""

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""

    def genes(self) -> pa.Table:
        """Return the columns that name genes, of all rows; texts may be codes of a dictionary."""

    def take(self, rows: Ints) -> pa.Table:
        """Return some rows, in the order asked."""

    def parts(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield all rows in their order, with the number of the first of each part."""


@dataclass(frozen=True)
class InMemory:
    """A table that is small enough to be kept."""

    table: pa.Table

    @property
    def n_rows(self) -> int:
        """How many variants there are."""
        return int(self.table.num_rows)

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""
        return self.table.select(list(names))

    def genes(self) -> pa.Table:
        """Return the columns that name genes, of all rows."""
        return self.table.select(["gene", "gene_id", "other_genes"])

    def take(self, rows: Ints) -> pa.Table:
        """Return some rows, in the order asked."""
        return self.table.take(column_of(rows))

    def parts(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the table."""
        yield 0, self.table


class OnDisk:
    """A file of which the row groups are read that a question needs."""

    def __init__(self, root: Path, name: str, file: ParquetFile, kept: Sequence[str]) -> None:
        self._path, self._name, self._file, self.kept = root / name, name, file, tuple(kept)
        metadata = file.metadata
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self._edges = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._groups: OrderedDict[int, pa.Table] = OrderedDict()

    @property
    def n_rows(self) -> int:
        """How many variants there are."""
        return int(self._edges[-1])

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""
        with naming(self._name):
            return self._file.read(columns=list(names))

    def genes(self) -> pa.Table:
        """Return the columns that name genes, of all rows; as codes, as the file has them."""
        with naming(self._name):
            coded = ParquetFile(self._path, metadata=self._file.metadata, read_dictionary=_NAMES)
            return coded.read(columns=_NAMES)

    def take(self, rows: Ints) -> pa.Table:
        """Return some rows, in the order asked."""
        groups = np.searchsorted(self._edges, rows, side="right") - 1
        needed, place = np.unique(groups, return_inverse=True)
        tables = [self._group(int(group)) for group in needed]
        if not tables:
            return self._file.schema_arrow.empty_table().select(list(self.kept))
        before = np.concatenate([[0], np.cumsum([table.num_rows for table in tables])])[:-1]
        local = rows - self._edges[groups] + before[place]
        return pa.concat_tables(tables).combine_chunks().take(column_of(local))

    def parts(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the row groups; they are not kept."""
        for group, start in enumerate(self._edges[:-1].tolist()):
            yield start, self._groups.get(group) or self._read(group)

    def _group(self, group: int) -> pa.Table:
        if group not in self._groups:
            self._groups[group] = self._read(group)
            if len(self._groups) > _MOST_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(group)
        return self._groups[group]

    def _read(self, group: int) -> pa.Table:
        with naming(self._name):
            return self._file.read_row_group(group, columns=list(self.kept))


class WhenNeeded:
    """A file that is small enough to be kept: read whole when a question first needs its rows."""

    def __init__(self, file: OnDisk) -> None:
        self._file = file

    @property
    def n_rows(self) -> int:
        """How many variants there are."""
        return self._file.n_rows

    def genes(self) -> pa.Table:
        """Return the columns that name genes, of all rows; the others are not read for it."""
        return self._file.genes()

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""
        return self._whole.columns(names)

    def take(self, rows: Ints) -> pa.Table:
        """Return some rows, in the order asked."""
        return self._whole.take(rows)

    def parts(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield the table."""
        return self._whole.parts()

    @cached_property
    def _whole(self) -> InMemory:
        return InMemory(self._file.columns(self._file.kept).combine_chunks())
