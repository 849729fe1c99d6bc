from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.demo.synthetic import bgzf


def blocks(data: bytes) -> list[bytes]:
    """Walk the blocks by the sizes in their headers, as htslib does."""
    found = []
    while data:
        magic, subfield, size = data[:4], data[12:14], struct.unpack_from("<H", data, 16)[0] + 1
        assert magic == b"\x1f\x8b\x08\x04"
        assert subfield == b"BC"
        found.append(data[:size])
        data = data[size:]
    return found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=200_000), max_size=4))
def test_what_is_written_is_read_back_by_gzip(tmp_path_factory: object, lines: list[bytes]) -> None:
    path = Path(tmp_path_factory.mktemp("bgzf") / "x.gz")  # type: ignore[attr-defined]

    bgzf.write(path, lines)

    assert gzip.decompress(path.read_bytes()) == b"".join(lines)


def test_every_block_names_its_size_and_the_last_is_empty(tmp_path: Path) -> None:
    data = os.urandom(3 * bgzf.BLOCK_BYTES + 5)

    bgzf.write(tmp_path / "x.gz", [data])

    found = blocks((tmp_path / "x.gz").read_bytes())
    assert len(found) == 5
    assert found[-1] == bgzf.END_OF_FILE
    assert all(len(gzip.decompress(each)) <= bgzf.BLOCK_BYTES for each in found)
