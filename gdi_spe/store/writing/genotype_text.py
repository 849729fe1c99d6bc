"""Packed calls as the genotypes of VCF records, a whole batch at once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.calls import Bytes, Calls, CallsBroken, Words, mask_of, n_words
from gdi_spe.store.kernels.library import library, pointer

# What a cell depends on: code (two bits), one allele only, written with |, alternate first.
_HAPLOID, _PHASED, _FIRST = 4, 8, 16


def cell(code: int, *, haploid: bool, phased: bool, first: bool) -> str:
    """Write one regular call."""
    mark = "|" if phased else "/"
    if haploid:
        return "011."[code]
    return mark.join(["00", "10" if first else "01", "11", ".."][code])


def odd_cell(
    ploidy: int, n_alternate: int, n_missing: int, *, phased: bool, first: bool | None
) -> str:
    """Write a call that is half-missing or of three alleles or more.

    ``first`` says whether the alternate comes first, None where that was not kept: then the
    alleles stand in order, what is missing last.
    """
    others, lost = "0" * (ploidy - n_alternate - n_missing), "." * n_missing
    alternates = "1" * n_alternate
    if first:
        alleles = alternates + others + lost
    elif first is None or others:
        alleles = others + alternates + lost
    else:
        alleles = lost + alternates
    return ("|" if phased else "/").join(alleles)


def _table() -> NDArray[np.uint32]:
    cells = [
        cell(
            index & 3,
            haploid=bool(index & _HAPLOID),
            phased=bool(index & _PHASED),
            first=bool(index & _FIRST),
        )
        for index in range(32)
    ]
    text = b"".join(f"{each}\t".encode().ljust(4, b"\0") for each in cells)
    return np.frombuffer(text, "<u4")


_CELLS = _table()


class Phase:
    """Who is written with ``|``, and whose first allele is the alternate, of many variants."""

    def __init__(self, values: list[bytes | None], n_samples: int) -> None:
        n = n_words(n_samples)
        empty = bytes(16 * n)
        if any(value is not None and len(value) != 16 * n for value in values):
            raise CallsBroken("a phase is not two planes of the samples")
        words = np.frombuffer(b"".join(value or empty for value in values), "<u8")
        planes: Words = words.reshape(len(values), 2 * n)
        self.phased = mask_of(planes[:, :n], n_samples)
        self.first = mask_of(planes[:, n:], n_samples)


def genotype_lines(
    calls: Calls, phase: Phase | None = None, *, at_most_two: bool = False
) -> Iterator[memoryview]:
    """Yield the sample columns of each variant: from the first genotype to the end of the line.

    ``at_most_two`` writes calls of three alleles or more as missing.
    """
    index = calls.codes()
    if calls.has_haploid.any():
        index |= mask_of(calls.haploid_words(), calls.n_samples).view(np.uint8) * _HAPLOID
    if phase is not None:
        index |= phase.phased.view(np.uint8) * _PHASED
        index |= phase.first.view(np.uint8) * _FIRST
    odd = _odd_cells(calls, phase, 2 if at_most_two else 255)
    table = np.take(_CELLS, index)
    for row in range(len(calls)):
        cells = table[row].view(np.uint8).reshape(-1, 4)
        wide = _patched(cells, odd.get(row, {}))
        if wide:
            cells = _widened(cells, wide)
            yield _ended(cells[cells != 0])
        elif calls.has_haploid[row]:
            yield _ended(squeezed(cells))
        else:
            yield _ended(cells.reshape(-1))


def _patched(cells: Bytes, odd: dict[int, str]) -> dict[int, str]:
    """Write the odd calls of three characters in their places; return the others."""
    for sample, text in odd.items():
        if len(text) == 3:
            cells[sample] = np.frombuffer(f"{text}\t".encode(), np.uint8)
    return {sample: text for sample, text in odd.items() if len(text) != 3}


def squeezed(cells: Bytes) -> Bytes:
    """Put cells together, without what pads those of one allele."""
    found = library()
    if found is None:
        return np.asarray(cells[cells != 0])
    out: Bytes = np.empty(cells.size, np.uint8)
    found.spe_squeeze_cells.restype = ctypes.c_int64
    n = int(found.spe_squeeze_cells(pointer(cells), ctypes.c_int64(len(cells)), pointer(out)))
    return out[:n]


def _ended(line: Bytes) -> memoryview:
    line[-1] = ord("\n")
    return line.data


def _odd_cells(calls: Calls, phase: Phase | None, most_alleles: int) -> dict[int, dict[int, str]]:
    """Return by variant and sample the text of what two bits cannot hold."""
    variants, exceptions = calls.exceptions
    found: dict[int, dict[int, str]] = {}
    for row, exception in zip(variants.tolist(), exceptions.tolist(), strict=True):
        sample, ploidy, n_alternate, n_missing, _ = exception
        if ploidy > most_alleles:
            continue
        found.setdefault(row, {})[sample] = odd_cell(
            ploidy,
            n_alternate,
            n_missing,
            phased=phase is not None and bool(phase.phased[row, sample]),
            first=None if phase is None else bool(phase.first[row, sample]),
        )
    return found


def _widened(cells: Bytes, odd: dict[int, str]) -> Bytes:
    """Write the cells of odd calls, which may be longer than three characters."""
    width = max([4, *(len(text) + 1 for text in odd.values())])
    out = np.zeros((len(cells), width), np.uint8)
    out[:, :4] = cells
    for sample, text in odd.items():
        out[sample] = np.frombuffer(f"{text}\t".encode().ljust(width, b"\0"), np.uint8)
    return out
