"""Which rows have a name: looked up once and found at once, or found among those of few groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
    def of(column: pa.ChunkedArray) -> Index:
        """Index a column of texts."""
        encoded = column.combine_chunks().dictionary_encode()
        codes = numbers(encoded.indices, empty=-1)
        order = np.argsort(codes, kind="stable").astype(np.int64)
        edges = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
        names = {name: code for code, name in enumerate(encoded.dictionary.to_pylist())}
        return Index(names, edges.astype(np.int64), order)

    def rows_of(self, names: Iterable[str]) -> Ints:
        """Return the rows with any of some names, in order and once each."""
        parts = [
            self.rows[self.edges[code] : self.edges[code + 1]]
            for code in (self.names.get(name) for name in names)
            if code is not None
        ]
        return distinct(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


@dataclass(frozen=True)
class GroupIndex:
    """Rows by name where those of a name lie near each other, as the variants of a gene do.

    A column comes in groups, each with the list of its own names. Nothing is sorted: the groups
    that have a name are looked through when it is asked, so that millions of rows cost little
    more than reading them.
    """

    # Of each group: the place of each entry's name in the group's list, its first entry's number,
    # and which rows the entries stand for, where these are not their numbers.
    groups: list[tuple[Ints, int, Ints | None]] = field(default_factory=list)
    # Of each name: the groups that have it, and its place there.
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def names(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """The names that some row has."""
        return self.places

    def add(self, column: pa.ChunkedArray, rows: Ints | None = None) -> None:
        """Take in a column of codes; ``rows`` are the rows that its entries stand for."""
        first = 0
        for group in column.chunks:
            for code, name in enumerate(group.dictionary.to_pylist()):
                self.places.setdefault(name, []).append((len(self.groups), code))
            self.groups.append((numbers(group.indices, empty=-1), first, rows))
            first += len(group)

    def rows_of(self, names: Iterable[str]) -> Ints:
        """Return the rows with any of some names, in order and once each."""
        parts = [np.zeros(0, np.int64)]
        for name in names:
            for group, code in self.places.get(name, ()):
                codes, first, rows = self.groups[group]
                entries = first + np.flatnonzero(codes == code)
                parts.append(entries if rows is None else rows[entries])
        return distinct(np.concatenate(parts))


def distinct(rows: Ints) -> Ints:
    """Return row numbers in order and once each; NumPy's own way loads its masked arrays."""
    ordered = np.sort(rows)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(rows) else rows
