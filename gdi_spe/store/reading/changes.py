"""One change of the sequence written in two ways, found without a reference sequence.

What REF and ALT share at their ends can be cut off: ``TAT>TGT`` at 123 is ``A>G`` at 124. Two
records of one change contradict each other or count carriers twice, as two equal records do.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

KEYS = ("position", "reference", "alternate")
Key = tuple[int, str, str]


def trimmed(position: int, reference: str, alternate: str) -> Key:
    """Cut off what both alleles share: first at their ends, then at their starts."""
    while len(reference) > 1 and len(alternate) > 1 and reference[-1] == alternate[-1]:
        reference, alternate = reference[:-1], alternate[:-1]
    while len(reference) > 1 and len(alternate) > 1 and reference[0] == alternate[0]:
        position, reference, alternate = position + 1, reference[1:], alternate[1:]
    return position, reference, alternate


class Changes:
    """Looks at a chromosome's rows, which come sorted, for a change that is there twice."""

    def __init__(self) -> None:
        # Trimmed form -> as it is written, of rows that have a shorter form further on.
        self._shorter: dict[Key, Key] = {}
        self._last: list[Key] = []

    def first_twice(self, rows: pa.Table) -> tuple[Key, Key] | None:
        """Return two rows of one change, or None."""
        positions = rows["position"].to_numpy()
        fresh = self._add(rows, _may_be_shorter(rows))
        if isinstance(fresh, tuple):
            return fresh
        found = next((key for key in self._last if key in fresh), None)
        if found is None and self._shorter:
            wanted = np.isin(positions, [key[0] for key in self._shorter])
            keys = _keys(rows, np.flatnonzero(wanted))
            found = next((key for key in keys if key in self._shorter), None)
        if found is not None:
            return self._shorter[found], found
        self._forget(rows, positions)
        return None

    def _add(self, rows: pa.Table, candidates: NDArray[np.int64]) -> set[Key] | tuple[Key, Key]:
        """Note the shorter forms of rows; return them, or two rows that have the same."""
        fresh: set[Key] = set()
        for key in _keys(rows, candidates):
            short = trimmed(*key)
            if short == key:
                continue
            if short in self._shorter:
                return self._shorter[short], key
            self._shorter[short] = key
            fresh.add(short)
        return fresh

    def _forget(self, rows: pa.Table, positions: NDArray[np.int64]) -> None:
        last = int(positions[-1])
        self._shorter = {k: v for k, v in self._shorter.items() if k[0] >= last}
        self._last = _keys(rows, np.flatnonzero(positions == last))


def _may_be_shorter(rows: pa.Table) -> NDArray[np.int64]:
    """Return the rows whose alleles are sequences of two bases or more, both."""
    long = pc.and_(*(pc.greater(pc.binary_length(rows[name]), 1) for name in KEYS[1:]))
    found: NDArray[np.int64] = np.flatnonzero(long.to_numpy())
    alternates = rows["alternate"].take(pa.array(found)).to_pylist()
    is_sequence = np.array([text.isalpha() for text in alternates], bool)
    chosen: NDArray[np.int64] = found[is_sequence]
    return chosen


def _keys(rows: pa.Table, places: NDArray[np.int64]) -> list[Key]:
    if not len(places):
        return []
    part = rows.select(KEYS).take(pa.array(places))
    return list(zip(*(part[name].to_pylist() for name in KEYS), strict=True))
