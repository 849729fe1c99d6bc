"""Which records of several datasets are of one allele, and what the others know of its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.store.kernels.merge import ABSENT, OWN, REFERENCE, STAND_IN

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Matched:
    """The alleles of a window in order, and the row that each dataset has of them or for them.

    ``source`` and ``row`` name one record of each allele; ``rows`` and ``kinds`` hold, for each
    dataset, what `gdi_spe.store.kernels.merge` reads.
    """

    source: Ints
    row: Ints
    rows: list[Ints]
    kinds: list[NDArray[np.uint8]]


def match(tables: Sequence[pa.Table], looked_at: Sequence[Intervals]) -> Matched:
    """Join the windows of several datasets, each sorted by position, reference and alternate.

    A symbolic allele (``<DEL>``) is told from another of its place by an end that the store does
    not keep, so each record of one is an allele of its own, and what the people of other datasets
    have there is not known.
    """
    sizes = [table.num_rows for table in tables]
    if len(tables) == 1:
        row = np.arange(sizes[0])
        return Matched(np.zeros(sizes[0], np.int64), row, [row], [np.zeros(sizes[0], np.uint8)])
    source = np.repeat(np.arange(len(tables)), sizes)
    row = np.concatenate([np.arange(size) for size in sizes])
    position = np.concatenate([t["position"].to_numpy().astype(np.int64) for t in tables])
    reference, alternate = (
        _ranks([t[name] for t in tables]) for name in ("reference", "alternate")
    )
    symbolic = np.concatenate([_is_symbolic(table["alternate"]) for table in tables])
    own = np.where(symbolic, 1 + np.arange(len(source)), 0)
    order = np.lexsort((own, source, alternate, reference, position))
    is_new = np.ones(len(order), bool)
    is_new[1:] = False
    for key in (position, reference, alternate, own):
        is_new[1:] |= key[order][1:] != key[order][:-1]
    allele = np.empty(len(order), np.int64)
    allele[order] = np.cumsum(is_new) - 1
    one = order[is_new]
    place = position * (int(reference.max(initial=0)) + 1) + reference
    rows, kinds = [], []
    for number, where in enumerate(looked_at):
        mine = source == number
        found, kind = _known(
            allele[mine], position[mine], place[mine], position[one], place[one], where
        )
        kind[symbolic[one] & (kind != OWN)] = ABSENT
        rows.append(found)
        kinds.append(kind)
    return Matched(source[one], row[one], rows, kinds)


def _is_symbolic(alternate: pa.ChunkedArray) -> Bools:
    found: Bools = pc.starts_with(alternate, "<").to_numpy()
    return found


def _known(
    allele: Ints, position: Ints, place: Ints, wanted: Ints, wanted_place: Ints, where: Intervals
) -> tuple[Ints, NDArray[np.uint8]]:
    """Return the row of one dataset for each wanted allele, and what that row is to it.

    A record of the same position and reference stands in before one of the same position alone.
    """
    rows = np.zeros(len(wanted), np.int64)
    kinds = np.where(where.contain(wanted - 1), REFERENCE, ABSENT).astype(np.uint8)
    for own, of_wanted in ((position, wanted), (place, wanted_place)):
        if len(own):
            first = np.minimum(np.searchsorted(own, of_wanted), len(own) - 1)
            same = own[first] == of_wanted
            rows[same], kinds[same] = first[same], STAND_IN
    rows[allele], kinds[allele] = np.arange(len(allele)), OWN
    return rows, kinds


def _ranks(columns: Sequence[pa.ChunkedArray]) -> Ints:
    """Number texts so that their numbers are in the order of the texts."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    together = pa.chunked_array(chunks, pa.string()).combine_chunks()
    encoded = together.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    numbers: Ints = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    return numbers


class Intervals:
    """Stretches of a chromosome, 0-based and half-open, that may overlap."""

    def __init__(self, starts: Ints, ends: Ints) -> None:
        order = np.argsort(starts, kind="stable")
        self._starts = starts[order]
        self._ends = np.maximum.accumulate(ends[order]) if len(ends) else ends

    @staticmethod
    def nothing() -> Intervals:
        """Return no stretch at all."""
        return Intervals(np.zeros(0, np.int64), np.zeros(0, np.int64))

    @staticmethod
    def of(table: pa.Table, chromosome: str) -> Intervals:
        """Take a chromosome's rows of the table of assessed regions."""
        chosen = table.filter(pc.equal(table["chromosome"], chromosome))
        starts, ends = (chosen[name].to_numpy().astype(np.int64) for name in ("start", "end"))
        return Intervals(starts, ends)

    def contain(self, places: Ints) -> Bools:
        """Say which places lie in one of the stretches."""
        if not len(self._starts):
            return np.zeros(len(places), bool)
        last = np.searchsorted(self._starts, places, side="right") - 1
        return (last >= 0) & (places < self._ends[np.maximum(last, 0)])
