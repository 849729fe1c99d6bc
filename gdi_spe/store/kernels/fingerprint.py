"""Numbers that tell whether memory is what it was, made as fast as memory is read."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer
from gdi_spe.store.kernels.packed import n_threads

_AT_ONCE = 1 << 19  # words
_PLACE, _FIRST, _SECOND = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
Bytes = NDArray[np.uint8]


def fingerprints(pieces: Sequence[Bytes]) -> list[int]:
    """Return a number of 64 bits for each piece of memory.

    Any change of one word changes it; it is no protection against somebody who looks for other
    bytes with the same number. The length is not part of it where the rest would be zeros.
    """
    parts = [
        (piece, first, min(first + _AT_ONCE, -(-len(piece) // 8)))
        for piece in pieces
        for first in range(0, -(-len(piece) // 8), _AT_ONCE)
    ]
    one = _in_numpy if library() is None else _native
    if sum(end - first for _, first, end in parts) < _AT_ONCE:
        told = [one(*part) for part in parts]
    else:
        with ThreadPoolExecutor(n_threads()) as pool:
            told = list(pool.map(lambda part: one(*part), parts))
    sums = {id(piece): 0 for piece in pieces}
    for (piece, *_), number in zip(parts, told, strict=True):
        sums[id(piece)] = (sums[id(piece)] + number) & 0xFFFF_FFFF_FFFF_FFFF
    return [sums[id(piece)] for piece in pieces]


@cache
def _kernel() -> Any:
    found = library()
    if found is None:
        raise RuntimeError("there are no compiled kernels here")
    function = found.spe_fingerprint
    function.restype = ctypes.c_uint64
    function.argtypes = [ctypes.c_void_p, *[ctypes.c_int64] * 3]
    return function


def _native(piece: Bytes, first: int, end: int) -> int:
    return int(_kernel()(pointer(piece), len(piece), first, end))


def _in_numpy(piece: Bytes, first: int, end: int) -> int:
    """The twin of the kernel."""
    part = piece[8 * first : 8 * end]
    words = np.zeros(end - first, np.uint64)
    words.view(np.uint8)[: len(part)] = part
    places = np.arange(first + 1, end + 1, dtype=np.uint64) * _PLACE
    mixed = (words ^ places) * _FIRST
    mixed ^= mixed >> np.uint64(32)
    return int((mixed * _SECOND).sum(dtype=np.uint64))
