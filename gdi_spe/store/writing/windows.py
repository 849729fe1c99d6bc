"""The variants of several datasets side by side: the same stretch of a chromosome of each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import Region
from gdi_spe.store.folder import Folder

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
T = TypeVar("T")


def windows(
    folders: Sequence[Folder], chromosome: str, schema: pa.Schema, regions: Sequence[Region]
) -> Iterator[list[pa.Table]]:
    """Yield a table of each dataset with the columns of ``schema``; no position is cut in two.

    With regions only the row groups are read that have a position of an allele in one of them.
    """
    wanted = _positions_inside(folders, chromosome, regions) if regions else None
    cursors = [_Cursor(folder, chromosome, schema, wanted) for folder in folders]
    while True:
        for cursor in cursors:
            while not cursor.table.num_rows and not cursor.is_done:
                cursor.load()
        ends = [cursor.last_position for cursor in cursors if not cursor.is_done]
        end = min(ends, default=None)
        tables = [cursor.take(end) for cursor in cursors]
        if any(table.num_rows for table in tables):
            yield tables
        elif not ends:
            return
        else:
            # Nothing but one position is waiting where the row group ended: read on there.
            next(c for c in cursors if not c.is_done and c.last_position == end).load()


class _Cursor:
    """How far one dataset's chromosome has been read."""

    def __init__(
        self, folder: Folder, chromosome: str, schema: pa.Schema, wanted: Ints | None
    ) -> None:
        self._columns, self._groups = schema.names, iter(range(0))
        self.is_done = chromosome not in folder.chromosomes
        self.table = schema.empty_table()
        if not self.is_done:
            self._file = folder.variants_file(chromosome)
            self._groups = iter(self._groups_with(wanted))
            known = self._file.schema_arrow
            self._columns = [name for name in schema.names if name in known.names]
            self.table = known.empty_table().select(self._columns)

    def _groups_with(self, wanted: Ints | None) -> list[int]:
        numbers = list(range(self._file.num_row_groups))
        if wanted is None:
            return numbers
        found = []
        for number in numbers:
            positions = self._file.read_row_group(number, ["position"])["position"].to_numpy()
            if np.isin(positions, wanted).any():
                found.append(number)
        return found

    @property
    def last_position(self) -> int:
        """Last position that has been read; more of it may come."""
        return int(self.table["position"][-1].as_py())

    def load(self) -> None:
        """Read one row group more."""
        number = next(self._groups, None)
        if number is None:
            self.is_done = True
            return
        more = self._file.read_row_group(number, self._columns)
        self.table = pa.concat_tables([self.table, more]) if self.table.num_rows else more

    def take(self, end: int | None) -> pa.Table:
        """Take what lies before a position, or all there is."""
        positions = self.table["position"].to_numpy()
        n = len(positions) if end is None else int(np.searchsorted(positions, end))
        taken, self.table = self.table.slice(0, n), self.table.slice(n)
        return taken


def inside(table: pa.Table, chromosome: str, regions: Sequence[Region]) -> Bools:
    """Say which alleles overlap one of the regions; all of them where there are none."""
    starts = table["position"].to_numpy().astype(np.int64) - 1
    if not regions:
        return np.ones(len(starts), bool)
    ends = starts + pc.binary_length(table["reference"]).to_numpy()
    keep = np.zeros(len(starts), bool)
    for region in regions:
        if region.chromosome == chromosome:
            keep |= (starts < region.end) & (ends > region.start)
    return keep


def _positions_inside(
    folders: Sequence[Folder], chromosome: str, regions: Sequence[Region]
) -> Ints:
    found = [np.zeros(0, np.int64)]
    for folder in folders:
        if chromosome in folder.chromosomes:
            file = folder.variants_file(chromosome)
            for number in range(file.num_row_groups):
                keys = file.read_row_group(number, ["position", "reference"])
                found.append(keys["position"].to_numpy()[inside(keys, chromosome, regions)])
    return np.unique(np.concatenate(found))


def ahead(items: Iterator[T], most: int = 2) -> Iterator[T]:
    """Work on the next items in a thread while the caller is busy with one."""
    waiting: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(most)
    is_over = threading.Event()

    def put(item: T | None, error: BaseException | None) -> None:
        while not is_over.is_set():
            try:
                waiting.put((item, error), timeout=0.1)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put(item, None)
                if is_over.is_set():
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, error = waiting.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        is_over.set()
        thread.join()
