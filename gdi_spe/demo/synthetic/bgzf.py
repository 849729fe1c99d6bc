"""Write BGZF, the blocked gzip of VCF files (SAM specification, section 4.1).

The bytes depend on nothing but the input and zlib: no file name, no time.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

# A block holds less than 64 KiB; htslib fills them as far as this.
BLOCK_BYTES = 0xFF00
_HEADER = struct.Struct("<4BI2BH2BHH")
_FOOTER = struct.Struct("<II")
END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def block(data: bytes, level: int = 6) -> bytes:
    """Return one BGZF block of at most ``BLOCK_BYTES`` bytes of input."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    size = _HEADER.size + len(packed) + _FOOTER.size
    if size > 0x10000:  # incompressible: stored blocks add five bytes at most
        return block(data, level=0)
    header = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, size - 1)
    return header + packed + _FOOTER.pack(zlib.crc32(data), len(data))


def write(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines into a BGZF file, with the empty block that marks its end."""
    held = bytearray()
    with path.open("wb") as file:
        for line in lines:
            held += line
            while len(held) >= BLOCK_BYTES:
                file.write(block(bytes(held[:BLOCK_BYTES])))
                del held[:BLOCK_BYTES]
        if held:
            file.write(block(bytes(held)))
        file.write(END_OF_FILE)
