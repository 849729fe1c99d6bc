"""The calls of one chromosome as they are read: those of few variants by themselves, else all."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from gdi_spe.store.calls import Calls, CallsBroken, Ints
from gdi_spe.store.columns import numbers
from gdi_spe.store.opening import naming

# Row groups are read by themselves until they are this share of the chromosome's.
_FEW = 1 / 4


class HeldCalls:
    """Packed calls that stay in memory once they were read.

    Parameters
    ----------
    file, name
        The variants of the chromosome, opened, and what to call them where they are broken.
    n_samples
        How many samples each variant has a call of.
    """

    def __init__(self, file: ParquetFile, name: str, n_samples: int) -> None:
        self._file, self._name, self._n_samples = file, name, n_samples
        metadata = file.metadata
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self._edges = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._groups: dict[int, Calls] = {}

    def __len__(self) -> int:
        return int(self._edges[-1])

    @cached_property
    def whole(self) -> Calls:
        """The calls of all variants."""
        with naming(self._name):
            column = self._file.read(columns=["calls"])["calls"]
            calls = Calls.from_arrow(column, self._n_samples)
        self._groups.clear()
        return calls

    @cached_property
    def positions(self) -> NDArray[np.int32]:
        """First base of each variant, from 1."""
        with naming(self._name):
            return numbers(self._file.read(columns=["position"])["position"])

    def take(self, rows: Ints) -> Calls:
        """Return the calls of some variants, in the order asked."""
        groups = np.searchsorted(self._edges, rows, side="right") - 1
        needed = np.flatnonzero(np.bincount(groups, minlength=1)).tolist()
        if "whole" in self.__dict__ or not self._are_few({*self._groups, *needed}):
            return self.whole.take(rows)
        order = np.argsort(groups, kind="stable")
        parts = [
            self._group(group).take(rows[order][groups[order] == group] - self._edges[group])
            for group in needed
        ]
        if len(parts) == 1:
            return parts[0]
        return Calls.joined(parts, self._n_samples).take(np.argsort(order))

    def _are_few(self, groups: set[int]) -> bool:
        return len(groups) <= _FEW * (len(self._edges) - 1)

    def _group(self, group: int) -> Calls:
        if group not in self._groups:
            with naming(self._name):
                column = self._file.read_row_group(group, columns=["calls"])["calls"]
                try:
                    self._groups[group] = Calls.from_arrow(column, self._n_samples)
                except CallsBroken:  # reading all tells which value of the file it is
                    return self.whole.take(slice(*self._edges[group : group + 2].tolist()))
        return self._groups[group]
