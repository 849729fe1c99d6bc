"""Columns about people's calls that an admin asked to keep, carried into a cohort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store.calls import CallsBroken, Ints, bits_of, mask_of, n_words
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.merge import OWN, STAND_IN, People
from gdi_spe.store.writing.matching import Matched

PHASE = "phase"
_NUMBERS = pa.list_(pa.int32())
_CELLS_AT_ONCE = 8_000_000


def is_optional(name: str) -> bool:
    """Say whether a column of variants is one that an admin asked to keep of people's calls."""
    return name == PHASE or name.startswith("format_")


def optional_schema(folders: Sequence[Folder]) -> list[pa.Field]:
    """Return the optional columns that one of the datasets has, in order of their names."""
    names = {
        name
        for folder in folders
        for chromosome in folder.chromosomes
        for name in folder.variants_file(chromosome).schema_arrow.names
        if is_optional(name)
    }
    return [pa.field(n, pa.binary() if n == PHASE else _NUMBERS) for n in sorted(names)]


def optional_columns(
    names: Sequence[str],
    window: Sequence[pa.Table],
    matched: Matched,
    people: Sequence[People],
    rows: Ints,
) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield the optional columns of some rows: people's values at their places in the cohort.

    Where a dataset has no record of the allele its people have none. Phase is an exception: a
    record that stands in says how it was written, since its missing calls count too.
    """
    n_cohort = people[0].n_cohort if people else 0
    step = max(1, _CELLS_AT_ONCE // max(n_cohort, *(p.n_samples for p in people), 1))
    for name in names:
        make, kind = (_phase, pa.binary()) if name == PHASE else (_numbers, _NUMBERS)
        chunks = []
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            parts = [
                _Part(table[name], who, own[some], kinds[some])
                for table, who, own, kinds in zip(
                    window, people, matched.rows, matched.kinds, strict=True
                )
                if name in table.schema.names
            ]
            chunks.append(make(parts, len(some), n_cohort))
        yield name, pa.chunked_array(chunks, kind)


@dataclass(frozen=True)
class _Part:
    """One dataset's column, the people taken from it, and its row for each of the cohort's."""

    column: pa.ChunkedArray
    people: People
    rows: Ints
    kinds: NDArray[np.uint8]

    def taken(self, last_kind: int) -> tuple[Ints, pa.Array]:
        """Return which rows have a record, up to a kind of it, and its values."""
        there = np.flatnonzero(self.kinds <= last_kind)
        found = self.column.take(pa.array(self.rows[there])).combine_chunks()
        known = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
        return there[known], found.take(pa.array(known))


def _phase(parts: Sequence[_Part], n_rows: int, n_cohort: int) -> pa.Array:
    planes = np.zeros((2, n_rows, n_cohort), bool)
    for part in parts:
        there, values = part.taken(STAND_IN)
        n = n_words(part.people.n_samples)
        words = _fixed(values.buffers()[2], values, 16 * n)
        is_own = (part.kinds[there] == OWN)[:, None]
        where = np.ix_(there, part.people.places)
        written = mask_of(words.view("<u8").reshape(-1, 2, n), part.people.n_samples)
        planes[0][where] = written[:, 0, part.people.columns]
        planes[1][where] = written[:, 1, part.people.columns] & is_own
    packed = np.ascontiguousarray(bits_of(planes).transpose(1, 0, 2))
    offsets = np.arange(n_rows + 1, dtype=np.int32) * (16 * n_words(n_cohort))
    return pa.Array.from_buffers(
        pa.binary(), n_rows, [None, pa.py_buffer(offsets), pa.py_buffer(packed)]
    )


def _fixed(data: pa.Buffer | None, values: pa.Array, width: int) -> NDArray[np.uint8]:
    """Return the bytes of values that all have one width."""
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)
    if not (np.diff(offsets) == width).all():
        raise CallsBroken("a phase is not as long as its samples ask")
    if data is None or not len(values):
        return np.zeros(0, np.uint8)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]


def _numbers(parts: Sequence[_Part], n_rows: int, n_cohort: int) -> pa.Array:
    numbers = np.zeros((n_rows, n_cohort), np.int32)
    unknown = np.ones((n_rows, n_cohort), bool)
    for part in parts:
        there, values = part.taken(OWN)
        flat, n = values.flatten(), part.people.n_samples
        lengths = values.value_lengths().to_numpy(zero_copy_only=False)
        if not (lengths == n).all():
            raise CallsBroken("a column of FORMAT is not as long as its samples ask")
        where = np.ix_(there, part.people.places)
        known = flat.is_valid().to_numpy(zero_copy_only=False).reshape(-1, n)
        given = flat.fill_null(0).to_numpy().reshape(-1, n)
        numbers[where] = given[:, part.people.columns]
        unknown[where] = ~known[:, part.people.columns]
    values = pa.array(numbers.reshape(-1), mask=unknown.reshape(-1))
    offsets = pa.array(np.arange(n_rows + 1, dtype=np.int32) * n_cohort)
    return pa.ListArray.from_arrays(offsets, values)
