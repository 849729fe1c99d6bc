"""Genotypes as bits a variant, and how variants go together; with their NumPy twins."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.calls import MISSING, Calls
from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.slices import in_slices

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
_WORTH_A_THREAD = 256  # rows


@dataclass(frozen=True)
class Bits:
    """Genotypes of people over variants: a row a variant, a bit a person.

    ``like`` are calls of two like alleles, ``alternate`` those of them that are the alternate,
    ``known`` those that are not missing.
    """

    like: Words
    alternate: Words
    known: Words
    n_people: int

    @staticmethod
    def of(calls: Calls, people: Ints) -> Bits:
        """Make rows of packed calls; exceptions are missing."""
        n_words = (len(people) + 63) // 64
        planes = [np.zeros((len(calls), n_words), np.uint64) for _ in range(3)]
        found, who = library(), np.ascontiguousarray(people, np.int64)
        if found is None:
            codes = calls.codes()[:, people]
            masks = ((codes == 0) | (codes == 2), codes == 2, codes != MISSING)
            like, alternate, known = (_packed(mask, n_words) for mask in masks)
            return Bits(like, alternate, known, len(people))

        def work(start: int, end: int) -> None:
            scratch = np.empty(calls.n_samples, np.uint8)
            found.spe_linkage_bits(
                *_of_calls(calls, start, end), pointer(who), _number(len(who)), pointer(scratch),
                *map(pointer, planes),
            )  # fmt: skip

        in_slices(len(calls), work, _WORTH_A_THREAD)
        return Bits(planes[0], planes[1], planes[2], len(people))

    def __len__(self) -> int:
        return len(self.like)

    def take(self, rows: Ints) -> Bits:
        """Return some rows."""
        like, alternate, known = (
            np.ascontiguousarray(plane[rows]) for plane in (self.like, self.alternate, self.known)
        )
        return Bits(like, alternate, known, self.n_people)

    def after(self, earlier: Bits) -> Bits:
        """Return these rows below others."""
        return Bits(
            np.concatenate([earlier.like, self.like]),
            np.concatenate([earlier.alternate, self.alternate]),
            np.concatenate([earlier.known, self.known]),
            self.n_people,
        )

    def sums(self) -> Ints:
        """Return of each row the known calls, the sum of -1, 0 and 1, and that of their squares."""
        known, squares, alternates = (
            np.bitwise_count(plane).sum(axis=1, dtype=np.int64)
            for plane in (self.known, self.like, self.alternate)
        )
        return np.ascontiguousarray(np.column_stack([known, 2 * alternates - squares, squares]))


def numbers(calls: Calls, people: Ints, of_code: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a number of each call, shape ``(variants, people)``, by variant and code."""
    found, who = library(), np.ascontiguousarray(people, np.int64)
    if found is None:
        codes = calls.codes()[:, people].astype(np.intp)
        return np.take_along_axis(of_code, codes, axis=1)
    table = np.ascontiguousarray(of_code, np.float32)
    if table.shape != (len(calls), 4):
        raise ValueError("four numbers a variant")
    out = np.empty((len(calls), len(who)), np.float32)

    def work(start: int, end: int) -> None:
        scratch = np.empty(calls.n_samples, np.uint8)
        found.spe_linkage_numbers(
            *_of_calls(calls, start, end), pointer(who), _number(len(who)), pointer(scratch),
            pointer(table), pointer(out),
        )  # fmt: skip

    in_slices(len(calls), work, _WORTH_A_THREAD)
    return out


def correlations(bits: Bits, first: Ints, second: Ints) -> Floats:
    """Return Pearson's correlation of pairs of rows among those known in both.

    NaN where one of them does not vary.
    """
    found, sums = library(), bits.sums()
    if found is None:
        return _correlations(bits, first, second)
    one, two = (np.ascontiguousarray(rows, np.int64) for rows in (first, second))
    out = np.empty(len(one))

    def work(start: int, end: int) -> None:
        found.spe_linkage_pairs(
            *_of_bits(bits, sums), pointer(one), pointer(two), _number(start), _number(end),
            pointer(out),
        )  # fmt: skip

    in_slices(len(one), work, _WORTH_A_THREAD)
    return out


def tables(bits: Bits, first: Ints, second: Ints) -> Ints:
    """Count people by their genotypes at pairs of rows, shape ``(pairs, 3, 3)``.

    The axes are copies of the alternate allele of the first and of the second row.
    """
    found, sums = library(), bits.sums()
    if found is None:
        return _tables(bits, first, second)
    one, two = (np.ascontiguousarray(rows, np.int64) for rows in (first, second))
    out = np.empty((len(one), 3, 3), np.int64)

    def work(start: int, end: int) -> None:
        found.spe_linkage_tables(
            *_of_bits(bits, sums), pointer(one), pointer(two), _number(start), _number(end),
            pointer(out),
        )  # fmt: skip

    in_slices(len(one), work, _WORTH_A_THREAD)
    return out


def pruned(
    bits: Bits, positions: Ints, window: int, max_r2: float, n_fixed: int = 0
) -> NDArray[np.bool_]:
    """Say which rows stay when of two that go together the first stays.

    Parameters
    ----------
    bits, positions
        Rows in the order of their positions.
    window
        Rows further apart are not compared.
    max_r2
        The largest squared correlation that two may have.
    n_fixed
        So many of the first rows stay in any case.
    """
    found, sums = library(), bits.sums()
    at = np.ascontiguousarray(positions, np.int64)
    stays, kept = np.zeros(len(bits), np.uint8), np.zeros(len(bits), np.int64)
    if found is None:
        return _pruned(bits, at, window, max_r2, n_fixed)
    found.spe_linkage_prune(
        *_of_bits(bits, sums), _number(len(bits)), _number(n_fixed), pointer(at),
        _number(window), ctypes.c_double(max_r2), pointer(kept), pointer(stays),
    )  # fmt: skip
    return stays.astype(bool)


def _packed(mask: NDArray[np.bool_], n_words: int) -> Words:
    packed = np.packbits(mask, axis=1, bitorder="little")
    padded = np.pad(packed, ((0, 0), (0, n_words * 8 - packed.shape[1])))
    return np.ascontiguousarray(padded).view("<u8")


def _as_numbers(bits: Bits, rows: Ints) -> Floats:
    """Return rows as -1, 0 and 1, NaN where missing."""
    masks = [
        np.unpackbits(plane[rows].view(np.uint8), axis=1, bitorder="little")[:, : bits.n_people]
        for plane in (bits.like, bits.alternate, bits.known)
    ]
    like, alternate, known = (mask.astype(float) for mask in masks)
    return np.where(known > 0, 2 * alternate - like, np.nan)


def _correlations(bits: Bits, first: Ints, second: Ints) -> Floats:
    out = np.full(len(first), np.nan)
    for index, (one, two) in enumerate(zip(first, second, strict=True)):
        x, y = _as_numbers(bits, np.array([one, two]))
        both = ~np.isnan(x) & ~np.isnan(y)
        x, y = x[both], y[both]
        if len(x) and x.std() > 0 and y.std() > 0:
            out[index] = ((x - x.mean()) * (y - y.mean())).mean() / (x.std() * y.std())
    return out


def _tables(bits: Bits, first: Ints, second: Ints) -> Ints:
    out = np.zeros((len(first), 3, 3), np.int64)
    for index, (one, two) in enumerate(zip(first, second, strict=True)):
        x, y = _as_numbers(bits, np.array([one, two])) + 1
        for a in range(3):
            for b in range(3):
                out[index, a, b] = ((x == a) & (y == b)).sum()
    return out


def _pruned(
    bits: Bits, positions: Ints, window: int, max_r2: float, n_fixed: int
) -> NDArray[np.bool_]:
    stays = np.ones(len(bits), bool)
    for row in range(n_fixed, len(bits)):
        near = np.flatnonzero(stays[:row] & (positions[:row] >= positions[row] - window))
        r = _correlations(bits, near, np.full(len(near), row))
        stays[row] = not (r**2 > max_r2 + 1e-9).any()
    return stays


def _of_calls(calls: Calls, start: int, end: int) -> list[ctypes.c_void_p | ctypes.c_int64]:
    arrays = [pointer(array) for array in (calls.words, calls.starts, calls.ends)]
    return [*arrays, _number(start), _number(end), _number(calls.n_samples)]


def _of_bits(bits: Bits, sums: Ints) -> list[ctypes.c_void_p | ctypes.c_int64]:
    planes = [pointer(plane) for plane in (bits.like, bits.alternate, bits.known)]
    return [*planes, pointer(sums), _number(bits.like.shape[1]), _number(bits.n_people)]


def _number(value: int) -> ctypes.c_int64:
    return ctypes.c_int64(value)
