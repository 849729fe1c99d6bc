"""The compiled kernel that puts a cohort's calls together, and what it is given."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.calls import Calls, Ints, Words, bits_of, n_words
from gdi_spe.store.kernels.library import library, pointer

# What a dataset knows of an allele: its own record; another record of the same position, whose
# calls say who was missing; that it looked there and found the reference; nothing.
OWN, STAND_IN, REFERENCE, ABSENT = 0, 1, 2, 3
_ROOM_BYTES = 32 << 20


@dataclass(frozen=True)
class People:
    """The people taken from one dataset: their columns there, and their places in the cohort."""

    columns: Ints
    places: Ints
    n_samples: int
    n_cohort: int

    def __post_init__(self) -> None:
        for where, n in ((self.columns, self.n_samples), (self.places, self.n_cohort)):
            if len(where) and (where.min() < 0 or where.max() >= n):
                raise IndexError(f"a place that is none of {n}")
        if len(self.columns) != len(self.places):
            raise ValueError("a place for each column")

    @cached_property
    def place_of(self) -> NDArray[np.int32]:
        """Place of each column, in whole words; beyond the last word for those left out."""
        out = np.full(n_words(self.n_samples) * 64, n_words(self.n_cohort) * 64, np.int32)
        out[self.columns] = self.places
        return out

    @cached_property
    def chosen(self) -> Words:
        """The plane of those who have a place."""
        return _plane(self.columns, self.n_samples)

    @cached_property
    def filled(self) -> Words:
        """The plane of the places that they fill."""
        return _plane(self.places, self.n_cohort)


def _plane(samples: Ints, n_samples: int) -> Words:
    inside = np.zeros(n_samples, bool)
    inside[samples] = True
    return bits_of(inside)


@dataclass(frozen=True)
class Piece:
    """One dataset's part of some rows of a cohort.

    ``rows`` names the value of ``calls`` that serves each row where ``kinds`` is OWN or STAND_IN.
    """

    calls: Calls
    people: People
    rows: Ints
    kinds: NDArray[np.uint8]

    def __post_init__(self) -> None:
        used = self.rows[self.kinds <= STAND_IN]
        if len(used) and (used.min() < 0 or used.max() >= len(self.calls)):
            raise IndexError(f"a row that is none of {len(self.calls)}")
        if len(self.rows) != len(self.kinds) or self.people.n_samples != self.calls.n_samples:
            raise ValueError("rows, kinds and people that do not belong together")


@dataclass(frozen=True)
class Merged:
    """Some rows of a cohort, put together.

    ``rows`` are the rows that are kept, ``calls`` their values and ``first`` the first dataset
    in which somebody chosen carries them (-1 where nobody does).
    """

    rows: Ints
    calls: Calls
    first: NDArray[np.int32]


class _Source(ctypes.Structure):
    _fields_ = (
        ("words", ctypes.c_void_p),
        ("starts", ctypes.c_void_p),
        ("ends", ctypes.c_void_p),
        ("n_samples", ctypes.c_int64),
        ("rows", ctypes.c_void_p),
        ("kinds", ctypes.c_void_p),
        ("place", ctypes.c_void_p),
        ("chosen", ctypes.c_void_p),
        ("places", ctypes.c_void_p),
    )


def merge(
    pieces: Sequence[Piece], n_rows: int, n_samples: int, *, keep_all: bool
) -> Iterator[Merged]:
    """Put the calls of some rows together, as many at once as fit into bounded memory.

    Parameters
    ----------
    pieces
        What each dataset has; their places together are those of the cohort.
    n_rows, n_samples
        Size of the result.
    keep_all
        Keep alleles that nobody chosen carries.
    """
    found = library()
    if found is None:
        raise RuntimeError("there are no compiled kernels here")
    if any(len(p.rows) != n_rows or p.people.n_cohort != n_samples for p in pieces):
        raise ValueError("pieces of other rows or another cohort")
    kernel = found["spe_calls_merge"]
    kernel.restype = ctypes.c_int64
    described, alive = _described(pieces)
    plane = n_words(n_samples)
    scratch = np.empty(3 * (plane + 1) + n_samples, np.uint64)
    lengths, first = np.zeros(n_rows, np.int64), np.zeros(n_rows, np.int32)
    largest = 1 + 3 * plane + n_samples
    room = max(largest, min(n_rows * (1 + 3 * plane) + n_samples, _ROOM_BYTES // 8))
    start = 0
    while start < n_rows:
        out = np.empty(room, np.uint64)
        end = kernel(
            described, ctypes.c_int64(len(pieces)), ctypes.c_int64(start), ctypes.c_int64(n_rows),
            ctypes.c_int64(n_samples), ctypes.c_int64(keep_all), pointer(scratch), pointer(out),
            ctypes.c_int64(room), pointer(lengths), pointer(first),
        )  # fmt: skip
        rows = start + np.flatnonzero(lengths[start:end])
        ends = np.cumsum(lengths[rows])
        calls = Calls(out, ends - lengths[rows], ends, n_samples)
        yield Merged(rows, calls, first[rows])
        start = end
    del alive


def _described(pieces: Sequence[Piece]) -> tuple[ctypes.Array[_Source], list[Any]]:
    """Return what the kernel reads of the pieces, and the arrays that must outlive it."""
    described: ctypes.Array[_Source] = (_Source * len(pieces))()
    alive: list[Any] = []
    for place, piece in zip(described, pieces, strict=True):
        people, calls = piece.people, piece.calls
        arrays: tuple[NDArray[Any], ...] = (
            calls.words,
            calls.starts,
            calls.ends,
            np.ascontiguousarray(piece.rows, np.int64),
            np.ascontiguousarray(piece.kinds, np.uint8),
            people.place_of,
            people.chosen,
            people.filled,
        )
        names = ("words", "starts", "ends", "rows", "kinds", "place", "chosen", "places")
        for name, array in zip(names, arrays, strict=True):
            setattr(place, name, pointer(array).value)
        place.n_samples = people.n_samples
        alive.append(arrays)
    return described, alive
