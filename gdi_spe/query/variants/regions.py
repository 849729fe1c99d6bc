"""Stretches of a chromosome, joined where they touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store.columns import numbers


@dataclass(frozen=True)
class Regions:
    """Stretches in order, 0-based and half-open, none of which touches the next."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @staticmethod
    def of(table: pa.Table) -> Regions:
        """Take the columns ``start`` and ``end``, in any order and overlapping or not."""
        starts, ends = (numbers(table[name]).astype(np.int64) for name in ("start", "end"))
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], np.maximum.accumulate(ends[order])
        begins = np.append(True, starts[1:] > ends[:-1])
        return Regions(starts[begins], ends[np.append(begins[1:], True)])

    def contain(self, start: int, end: int) -> bool:
        """Say whether one of the stretches has every base of another."""
        index = int(np.searchsorted(self.starts, start, side="right")) - 1
        return index >= 0 and end <= int(self.ends[index])
