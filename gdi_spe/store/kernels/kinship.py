"""Bits of genotypes a person, and what pairs of people share."""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer

Words = NDArray[np.uint64]
Counts = NDArray[np.int32]


@dataclass(frozen=True)
class Planes:
    """Genotypes of people over variants: a row a person, a bit a variant."""

    heterozygous: Words
    reference: Words
    alternate: Words
    missing: Words

    @staticmethod
    def of(codes: NDArray[np.uint8]) -> Planes:
        """Make planes of codes (0, 1, 2, and 3 for missing), shape ``(variants, people)``."""
        by_person = np.ascontiguousarray(codes.T)
        return Planes(*(_packed(by_person == code) for code in (1, 0, 2, 3)))

    @property
    def n_people(self) -> int:
        """Rows."""
        return len(self.heterozygous)


def _packed(mask: NDArray[np.bool_]) -> Words:
    packed = np.packbits(mask, axis=1, bitorder="little")
    short = -packed.shape[1] % 8
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, short)))).view("<u8")


@dataclass
class Shared:
    """Of each pair of a first and a second person: variants that tell how near they are."""

    both_heterozygous: Counts
    opposite: Counts
    # Heterozygous variants of one where the other is missing.
    first_lost: Counts
    second_lost: Counts

    @staticmethod
    def none(n_first: int, n_second: int) -> Shared:
        """Start counting."""
        return Shared(*(np.zeros((n_first, n_second), np.int32) for _ in range(4)))


def add_shared(planes: Planes, first: slice, second: slice, into: Shared) -> None:
    """Count what the people of two slices share, and add it to what was counted before."""
    rows = range(first.start, first.stop, 64)

    def work(start: int) -> None:
        part = slice(start, min(start + 64, first.stop))
        count = _native if library() is not None else _in_numpy
        own = slice(part.start - first.start, part.stop - first.start)
        count(planes, part, second, Shared(*(array[own] for array in vars(into).values())))

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for _ in pool.map(work, rows):
            pass


def _native(planes: Planes, first: slice, second: slice, into: Shared) -> None:
    found = library()
    assert found is not None  # noqa: S101 - asked before
    n_words = planes.heterozygous.shape[1]
    numbers = [n_words, first.start, first.stop - first.start, second.start,
               second.stop - second.start]  # fmt: skip
    words = [ctypes.c_int64(number) for number in numbers]
    found.spe_kinship(
        pointer(planes.heterozygous), pointer(planes.reference), pointer(planes.alternate), *words,
        pointer(into.both_heterozygous), pointer(into.opposite),
    )  # fmt: skip
    for one, other, lost in (
        (first, second, into.first_lost), (second, first, into.second_lost),
    ):  # fmt: skip
        bits, where, starts = _sparse(planes.missing, other)
        if not len(bits):
            continue
        out = np.zeros((one.stop - one.start, other.stop - other.start), np.int32)
        sizes = [n_words, one.start, len(out), 0, out.shape[1]]
        found.spe_kinship_missing(
            pointer(planes.heterozygous), *(ctypes.c_int64(size) for size in sizes),
            pointer(bits), pointer(where), pointer(starts), pointer(out),
        )  # fmt: skip
        lost += out if one is first else out.T


def _sparse(missing: Words, people: slice) -> tuple[Words, NDArray[np.int32], NDArray[np.int64]]:
    """Return the words with any missing call, where they are, and where each person's start."""
    part = missing[people]
    person, word = np.nonzero(part)
    starts = np.searchsorted(person, np.arange(len(part) + 1)).astype(np.int64)
    return np.ascontiguousarray(part[person, word]), word.astype(np.int32), starts


def _in_numpy(planes: Planes, first: slice, second: slice, into: Shared) -> None:
    one = {name: plane[first][:, None] for name, plane in vars(planes).items()}
    two = {name: plane[second][None, :] for name, plane in vars(planes).items()}
    into.both_heterozygous += _bits(one["heterozygous"] & two["heterozygous"])
    into.opposite += _bits(
        (one["reference"] & two["alternate"]) | (one["alternate"] & two["reference"])
    )
    into.first_lost += _bits(one["heterozygous"] & two["missing"])
    into.second_lost += _bits(two["heterozygous"] & one["missing"])


def _bits(words: Words) -> Counts:
    n_bits: Counts = np.bitwise_count(words).sum(axis=-1, dtype=np.int32)
    return n_bits
