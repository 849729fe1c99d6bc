"""Row groups of variants: cut by the rows alone, however they come."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ROW_GROUP = 8192
ROW_GROUP_BYTES = 32 << 20


class RowGroups:
    """Takes variants piece by piece and gives whole row groups.

    A group has as many rows as fit into both limits, and one at least.
    """

    def __init__(self, most_bytes: int = ROW_GROUP_BYTES, most_rows: int = ROW_GROUP) -> None:
        self._most_bytes, self._most_rows = most_bytes, most_rows
        self._waiting: list[pa.Table] = []

    def add(self, piece: pa.Table) -> list[pa.Table]:
        """Take the next rows; return the groups that no further row would make longer."""
        self._waiting.append(piece)
        is_long = sum(part.num_rows for part in self._waiting) >= self._most_rows
        if not is_long and sum(part.nbytes for part in self._waiting) < self._most_bytes:
            return []
        groups = self._cut()
        self._waiting = groups[-1:]
        return groups[:-1]

    def rest(self) -> list[pa.Table]:
        """Return the last groups."""
        groups = self._cut() if self._waiting else []
        self._waiting = []
        return groups

    def _cut(self) -> list[pa.Table]:
        table = pa.concat_tables(self._waiting, promote_options="default")
        if not table.num_rows:
            return []
        before = np.concatenate([[0], np.cumsum(_bytes_about_people(table))])
        ends, start = [], 0
        while start < table.num_rows:
            last = int(np.searchsorted(before, before[start] + self._most_bytes, "right")) - 1
            start = min(max(last, start + 1), start + self._most_rows, table.num_rows)
            ends.append(start)
        bounds = itertools.pairwise([0, *ends])
        return [table.slice(start, end - start).combine_chunks() for start, end in bounds]


def row_groups(
    batches: Iterator[pa.Table], most_bytes: int = ROW_GROUP_BYTES
) -> Iterator[pa.Table]:
    """Cut variants into row groups."""
    groups = RowGroups(most_bytes)
    for batch in batches:
        yield from groups.add(batch)
    yield from groups.rest()


def _bytes_about_people(table: pa.Table) -> NDArray[np.int64]:
    """Return the size of each row's columns that grow with the samples."""
    total = np.zeros(table.num_rows, np.int64)
    for name in table.schema.names:
        if name in ("calls", "phase"):
            sizes = pc.fill_null(pc.binary_length(table[name]), 0)
            total += sizes.to_numpy().astype(np.int64)
        elif name.startswith("format_"):
            sizes = pc.fill_null(pc.list_value_length(table[name]), 0)
            total += 4 * sizes.to_numpy().astype(np.int64)
    return total
