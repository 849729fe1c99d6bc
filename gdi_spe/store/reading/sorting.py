"""The rows of a chromosome in order, whatever order they come in, within bounded memory.

Rows that come in order, or nearly so, go straight to the chromosome's file. Where they do not,
what is written so far becomes a sorted run, later rows become further runs, and all runs are
merged at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.errors import SpeError
from gdi_spe.store.reading.changes import KEYS, Changes, Key
from gdi_spe.store.writing.folders import VariantsFile
from gdi_spe.store.writing.groups import ROW_GROUP, RowGroups

WINDOW = 1000  # bases by which a row may come late, as left-alignment makes some do

_SETTLE_BYTES = 16 << 20
_RUN_BYTES = 64 << 20  # of a run that is sorted in memory
_RUN_GROUP_ROWS, _RUN_GROUP_BYTES = 512, 2 << 20
_MERGED_AT_ONCE = 16

Ints = NDArray[np.int64]
Change = Callable[[pa.Table], pa.Table]


class AlleleTwice(SpeError):
    """Two records tell of one allele, perhaps written in two ways."""

    code = "bad-input"

    def __init__(self, chromosome: str, key: Key, other: Key | None = None) -> None:
        super().__init__(f"{chromosome}:{key} has two records")
        self.chromosome, self.keys = chromosome, (key,) if other is None else (key, other)


@dataclass(frozen=True)
class Layout:
    """How a chromosome's rows become its file."""

    schema: pa.Schema
    n_samples: int
    populations: Sequence[str]
    # Applied to rows as they come, in the order of the file: checks and left-alignment.
    prepared: Change
    # Applied to sorted rows: adds genes and counts, keeps the columns of the schema.
    completed: Change


class _SortedFile:
    """A file of sorted rows: takes them as they come, and refuses an allele that comes twice."""

    def __init__(
        self, path: Path, chromosome: str, layout: Layout, completed: Change, groups: RowGroups
    ) -> None:
        self._chromosome, self._completed, self._groups = chromosome, completed, groups
        self._file = VariantsFile(path, layout.schema, layout.n_samples, layout.populations)
        self._last: pa.Table | None = None
        self._changes = Changes()

    def add(self, table: pa.Table) -> None:
        """Take rows that come after all before them."""
        if table.num_rows:
            self._refuse_twice(table)
            self._write(self._groups.add(table))

    def close(self) -> int:
        """Write the rest; return how many rows there were."""
        self._write(self._groups.rest())
        self._file.close()
        return self._file.n_variants

    def _write(self, groups: list[pa.Table]) -> None:
        for group in groups:
            self._file.write(self._completed(group))

    def _refuse_twice(self, table: pa.Table) -> None:
        keys = table.select(KEYS)
        both = keys if self._last is None else pa.concat_tables([self._last, keys])
        self._last = keys.slice(keys.num_rows - 1)
        row = _first_twice(both)
        if row is not None:
            position, reference, alternate = (both[name][row].as_py() for name in KEYS)
            raise AlleleTwice(self._chromosome, (position, reference, alternate))
        twice = self._changes.first_twice(keys)
        if twice is not None:
            raise AlleleTwice(self._chromosome, *twice)


class ChromosomeSorter:
    """Takes the rows of one chromosome and writes its file."""

    def __init__(self, chromosome: str, target: Path, scratch: Path, layout: Layout) -> None:
        self._chromosome, self._target, self._scratch = chromosome, target, scratch
        self._layout = layout
        self._raw: list[pa.Table] = []
        self._held: list[pa.Table] = []
        self.n_waiting_bytes = 0
        self._n_waiting_rows = 0
        self._highest, self._written_below = -1, -1
        self._runs: list[Path] = []
        self._n_runs = 0
        self._in_order: _SortedFile | None = self._file(target, layout.completed, RowGroups())

    def add(self, table: pa.Table) -> None:
        """Take rows as the files have them."""
        self._raw.append(table)
        self.n_waiting_bytes += table.nbytes
        self._n_waiting_rows += table.num_rows
        if self._in_order is None:
            if self.n_waiting_bytes >= _RUN_BYTES:
                self.settle()
        elif self._n_waiting_rows >= ROW_GROUP or self.n_waiting_bytes >= _SETTLE_BYTES:
            self.settle()

    def settle(self) -> None:
        """Write what can be written, so that less waits in memory."""
        if self._raw:
            fresh = pa.concat_tables(self._raw, promote_options="default").combine_chunks()
            self._raw = []
            self._held.append(self._layout.prepared(fresh))
        if self._in_order is not None and self._held:
            self._settle_in_order(self._in_order)
        elif self._held:
            self._write_run()
        self._n_waiting_rows = sum(table.num_rows for table in self._held)
        self.n_waiting_bytes = sum(table.nbytes for table in self._held)

    def close(self) -> int:
        """Write the rest; return how many rows the chromosome has."""
        self.settle()
        if self._in_order is not None:
            for table in self._held:
                self._in_order.add(table)
            return self._in_order.close()
        if self._held:
            self._write_run()
        while len(self._runs) > _MERGED_AT_ONCE:
            first, self._runs = self._runs[:_MERGED_AT_ONCE], self._runs[_MERGED_AT_ONCE:]
            together = self._new_run()
            self._merge(first, together, _small_groups())
            self._runs.insert(0, together)
        return self._merge(self._runs, self._target, RowGroups())

    def _settle_in_order(self, file: _SortedFile) -> None:
        rows = sorted_rows(self._held)
        positions = rows["position"].to_numpy()
        if positions[0] < self._written_below:
            self._held = [rows]
            self._begin_runs(file)
            return
        self._highest = max(self._highest, int(positions[-1]))
        self._written_below = self._highest - WINDOW
        n_ready = int(np.searchsorted(positions, self._written_below))
        file.add(rows.slice(0, n_ready))
        self._held = [rows.slice(n_ready)] if n_ready < rows.num_rows else []

    def _begin_runs(self, file: _SortedFile) -> None:
        """Make what is written the first run, since the rows are not in order."""
        file.close()
        self._in_order = None
        self._runs.append(self._new_run())
        self._target.rename(self._runs[0])

    def _new_run(self) -> Path:
        self._scratch.mkdir(exist_ok=True)
        self._n_runs += 1
        return self._scratch / f"{self._chromosome}-{self._n_runs}.parquet"

    def _write_run(self) -> None:
        path = self._new_run()
        file = self._file(path, self._layout.completed, _small_groups())
        file.add(sorted_rows(self._held))
        file.close()
        self._runs.append(path)
        self._held = []

    def _merge(self, runs: list[Path], target: Path, groups: RowGroups) -> int:
        file = self._file(target, lambda rows: rows, groups)
        for rows in merged(runs):
            file.add(rows)
        for path in runs:
            path.unlink()
        return file.close()

    def _file(self, path: Path, completed: Change, groups: RowGroups) -> _SortedFile:
        return _SortedFile(path, self._chromosome, self._layout, completed, groups)


def _small_groups() -> RowGroups:
    """Groups of a run, of which many are merged at a time."""
    return RowGroups(_RUN_GROUP_BYTES, _RUN_GROUP_ROWS)


def sorted_rows(tables: Sequence[pa.Table]) -> pa.Table:
    """Return rows by position, reference and alternate; equal ones as they came."""
    table = pa.concat_tables(tables, promote_options="default").combine_chunks()
    positions = table["position"].to_numpy()
    if (positions[1:] > positions[:-1]).all():
        return table
    order = np.argsort(positions, kind="stable")
    same = np.flatnonzero(np.diff(positions[order]) == 0)
    if len(same):
        order = _by_alleles(table, order, same)
    if (order == np.arange(len(order))).all():
        return table
    return table.take(pa.array(order)).combine_chunks()


def _by_alleles(table: pa.Table, order: Ints, same: Ints) -> Ints:
    """Put rows of one position in the order of their alleles; `same` is like the row after it."""
    breaks = np.flatnonzero(np.diff(same) > 1) + 1
    for stretch in np.split(same, breaks):
        first, last = int(stretch[0]), int(stretch[-1]) + 2
        rows = order[first:last].tolist()
        keys = {row: tuple(table[k][row].as_py() for k in KEYS[1:]) for row in rows}
        order[first:last] = sorted(rows, key=keys.__getitem__)
    return order


def merged(paths: Sequence[Path]) -> Iterator[pa.Table]:
    """Merge sorted files; equal rows come in the order of the files."""
    runs = [_Run(path) for path in paths]
    while any(run.head is not None for run in runs):
        going_on = [run for run in runs if run.head is not None and run.has_more]
        limit = min((run.last for run in going_on), default=None)
        parts = [part for run in runs if (part := run.take_below(limit)) is not None]
        if parts:
            yield sorted_rows(parts)
        else:
            for run in going_on:
                if run.last == limit:
                    run.extend()


class _Run:
    """A sorted file, of which one row group is in memory."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        self._next = 0
        self.head: pa.Table | None = None
        self.extend()

    @property
    def has_more(self) -> bool:
        return bool(self._next < self._file.num_row_groups)

    @property
    def last(self) -> int:
        return int(self.head["position"][-1].as_py()) if self.head is not None else -1

    def extend(self) -> None:
        """Read the next row group."""
        if self.has_more:
            group = self._file.read_row_group(self._next)
            self._next += 1
            self.head = group if self.head is None else pa.concat_tables([self.head, group])

    def take_below(self, limit: int | None) -> pa.Table | None:
        """Give the rows before a position, all of them without one."""
        if self.head is None:
            return None
        positions = self.head["position"].to_numpy()
        n = len(positions) if limit is None else int(np.searchsorted(positions, limit))
        part, rest = self.head.slice(0, n), self.head.slice(n)
        self.head = rest if rest.num_rows else None
        if self.head is None:
            self.extend()
        return part if part.num_rows else None


def _first_twice(keys: pa.Table) -> int | None:
    """Return the first row that is as the one before it.

    Symbolic alleles name a kind of change, not a sequence: two of them at one place are two
    changes, and the specification's suite has files with such.
    """
    positions = keys["position"].to_numpy()
    for row in np.flatnonzero(positions[1:] == positions[:-1]).tolist():
        is_symbolic = keys["alternate"][row].as_py().startswith("<")
        if not is_symbolic and all(keys[name][row + 1] == keys[name][row] for name in KEYS[1:]):
            return int(row)
    return None
