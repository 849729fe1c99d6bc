"""Blocks of bgzip: find them, inflate them, each checked by its CRC-32 and its size."""

from __future__ import annotations

import ctypes
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer

MAX_TEXT = 1 << 16  # of one block, by the format
_HEADER, _TRAILER = 12, 8
_MAX_BLOCKS = 1 << 14

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Whole blocks at the start of a buffer: where each begins, how long its text is."""

    starts: Ints  # one more than there are blocks: the last is where they end
    texts: Ints
    is_broken: bool  # what follows is no block
    is_full: bool  # there may be more, beyond the limit

    @property
    def n_bytes(self) -> int:
        """Compressed bytes of all blocks."""
        return int(self.starts[-1])

    @property
    def n_text_bytes(self) -> int:
        """Bytes of all blocks when inflated."""
        return int(self.texts.sum())


class BlockDamaged(ValueError):
    """A block does not inflate to what its CRC-32 and size say."""


def find_blocks(data: Bytes, max_text: int) -> Blocks:
    """Find the whole blocks at the start of ``data`` with at most ``max_text`` bytes of text."""
    kernels = library()
    if kernels is None:
        return _find_blocks(data.tobytes(), max_text)
    starts, texts = np.zeros(_MAX_BLOCKS + 1, np.int64), np.zeros(_MAX_BLOCKS, np.int64)
    status = ctypes.c_int64()
    find = kernels.spe_bgzf_blocks
    find.restype = ctypes.c_int64
    n_blocks = find(
        pointer(data),
        ctypes.c_int64(len(data)),
        ctypes.c_int64(_MAX_BLOCKS),
        ctypes.c_int64(max_text),
        pointer(starts),
        pointer(texts),
        ctypes.byref(status),
    )
    return Blocks(starts[: n_blocks + 1], texts[:n_blocks], status.value == 2, status.value == 1)


def inflate_blocks(data: Bytes, blocks: Blocks, out: Bytes) -> None:
    """Write the text of all blocks into ``out``, which is exactly as long.

    Raises
    ------
    BlockDamaged
        If a block is not what its CRC-32 and size say.
    """
    if len(out) != blocks.n_text_bytes:
        raise ValueError("the output is not as long as the blocks' text")
    kernels = library()
    if kernels is None:
        _inflate_blocks(data.tobytes(), blocks, out)
        return
    inflate = kernels.spe_bgzf_inflate
    inflate.restype = ctypes.c_int64
    damaged = inflate(
        pointer(data),
        ctypes.c_int64(len(data)),
        ctypes.c_int64(len(blocks.texts)),
        pointer(blocks.starts),
        pointer(blocks.texts),
        pointer(out),
        ctypes.c_int64(len(out)),
    )
    if damaged < 0:
        raise MemoryError("no memory to inflate")
    if damaged:
        raise BlockDamaged(f"block {damaged}")


def _find_blocks(data: bytes, max_text: int) -> Blocks:
    starts, text = [0], 0
    texts: list[int] = []
    is_broken, is_full = False, False
    while len(texts) < _MAX_BLOCKS:
        length = _block_length(data, starts[-1])
        if length is None:
            is_broken = True
            break
        if not length:
            break
        end = starts[-1] + length
        size = int.from_bytes(data[end - 4 : end], "little")
        is_broken, is_full = size > MAX_TEXT, text + size > max_text
        if is_broken or is_full:
            break
        starts.append(end)
        texts.append(size)
        text += size
    else:
        is_full = True
    return Blocks(np.array(starts), np.array(texts, np.int64), is_broken, is_full and not is_broken)


def _block_length(data: bytes, start: int) -> int | None:
    """Return the block's length, 0 if more bytes are needed, None if it is no block."""
    if data[start : start + 4] != b"\x1f\x8b\x08\x04"[: len(data) - start]:
        return None
    if len(data) - start < _HEADER:
        return 0
    at = start + _HEADER
    end = at + int.from_bytes(data[start + 10 : at], "little")
    if len(data) < end:
        return 0
    while at + 4 <= end:
        size = int.from_bytes(data[at + 2 : at + 4], "little")
        if data[at : at + 2] == b"BC" and size == 2:
            length = int.from_bytes(data[at + 4 : at + 6], "little") + 1
            if at + 6 > end or start + length <= end + _TRAILER:
                return None
            return length if start + length <= len(data) else 0
        at += 4 + size
    return None


def _inflate_blocks(data: bytes, blocks: Blocks, out: Bytes) -> None:
    written = 0
    for number, size in enumerate(blocks.texts.tolist()):
        start, end = int(blocks.starts[number]), int(blocks.starts[number + 1])
        body = start + _HEADER + int.from_bytes(data[start + 10 : start + _HEADER], "little")
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            text = inflater.decompress(data[body : end - _TRAILER], MAX_TEXT + 1)
        except zlib.error:
            raise BlockDamaged(f"block {number + 1}") from None
        is_whole = inflater.eof and not inflater.unused_data and len(text) == size
        if not is_whole or zlib.crc32(text) != int.from_bytes(data[end - 8 : end - 4], "little"):
            raise BlockDamaged(f"block {number + 1}")
        out[written : written + size] = np.frombuffer(text, np.uint8)
        written += size
