"""Which rows have a name: looked up once, found at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store.columns import numbers

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """Rows by name: those of the name with number n are ``rows[edges[n]:edges[n + 1]]``."""

    names: dict[str, int]
    edges: Ints
    rows: Ints

    @staticmethod
    def of(column: pa.ChunkedArray, rows: Ints | None = None) -> Index:
        """Index a column of texts; ``rows`` are the rows that its entries stand for."""
        whole = column.combine_chunks()
        encoded = whole if pa.types.is_dictionary(column.type) else whole.dictionary_encode()
        codes = numbers(encoded.indices, empty=-1)
        order = np.argsort(codes, kind="stable").astype(np.int64)
        edges = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
        names = {name: code for code, name in enumerate(encoded.dictionary.to_pylist())}
        return Index(names, edges.astype(np.int64), order if rows is None else rows[order])

    def rows_of(self, names: Iterable[str]) -> Ints:
        """Return the rows with any of some names, in order and once each."""
        parts = [
            self.rows[self.edges[code] : self.edges[code + 1]]
            for code in (self.names.get(name) for name in names)
            if code is not None
        ]
        return distinct(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def distinct(rows: Ints) -> Ints:
    """Return row numbers in order and once each; NumPy's own way loads its masked arrays."""
    ordered = np.sort(rows)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(rows) else rows
