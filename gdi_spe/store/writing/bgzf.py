"""Write BGZF, the blocked gzip of VCF files (SAM specification, section 4.1).

The same text always gives the same bytes: a block's cuts depend on the text alone, and there is
no file name and no time in it.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Self

import numpy as np

from gdi_spe.store.kernels.library import library, pointer

BLOCK_BYTES = 0xFF00
END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_HEADER = struct.Struct("<4BI2BH2BHH")
_FOOTER = struct.Struct("<II")
_LEVEL = 4
_AT_ONCE = 64 * BLOCK_BYTES
_THREADS = 2


def pack(data: bytes) -> bytes:
    """Compress bytes into blocks."""
    found = library()
    if found is None:
        return pack_by_zlib(data)
    given = np.frombuffer(data, np.uint8)
    n_blocks = -(-len(data) // BLOCK_BYTES)
    out = np.empty(n_blocks * 0x10000, np.uint8)
    found.spe_bgzf_pack.restype = ctypes.c_int64
    n_written = found.spe_bgzf_pack(
        pointer(given),
        ctypes.c_int64(len(given)),
        ctypes.c_int(_LEVEL),
        pointer(out),
        ctypes.c_int64(len(out)),
    )
    if n_written < 0:
        raise MemoryError("no room to compress")
    return out[:n_written].tobytes()


def pack_by_zlib(data: bytes) -> bytes:
    """Compress bytes into blocks: the twin of the kernel, whose blocks are other bytes."""
    return b"".join(
        _block(data[at : at + BLOCK_BYTES], _LEVEL) for at in range(0, len(data), BLOCK_BYTES)
    )


def _block(data: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    size = _HEADER.size + len(packed) + _FOOTER.size
    if size > 0x10000:  # incompressible: stored blocks add five bytes at most
        return _block(data, level=0)
    header = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, size - 1)
    return header + packed + _FOOTER.pack(zlib.crc32(data), len(data))


class BgzfWriter:
    """A file that compresses what is written to it, on two threads and in order."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._held = file, bytearray()
        self._threads = ThreadPoolExecutor(_THREADS)
        self._packing: deque[Future[bytes]] = deque()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take some more bytes."""
        self._held += data
        while len(self._held) >= _AT_ONCE:
            self._start(bytes(self._held[:_AT_ONCE]))
            del self._held[:_AT_ONCE]

    def _start(self, data: bytes) -> None:
        self._packing.append(self._threads.submit(pack, data))
        if len(self._packing) > _THREADS:
            self._file.write(self._packing.popleft().result())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left and the empty block that marks the end."""
        with self._threads:
            if kind is not None:
                return
            if self._held:
                self._start(bytes(self._held))
            for packed in self._packing:
                self._file.write(packed.result())
            self._file.write(END_OF_FILE)
