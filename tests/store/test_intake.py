"""Whatever the bytes of a file are, its text comes out whole, or the file is refused."""

from __future__ import annotations

import gzip
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.kernels import bgzf
from gdi_spe.store.kernels.library import library
from gdi_spe.store.reading.inflate import LAST_BLOCK
from gdi_spe.store.reading.intake import open_text

TEXT = b"".join(b"%d\t%s\n" % (n, b"0|1" * (n % 97)) for n in range(20_000))


def bgzip(text: bytes) -> bytes:
    return subprocess.run(["bgzip", "-c"], input=text, capture_output=True, check=True).stdout


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "gzip": gzip.compress,
    "gzip of many members": lambda text: gzip.compress(text[:1000]) + gzip.compress(text[1000:]),
    "gzip with an empty member": lambda text: gzip.compress(b"") + gzip.compress(text),
    "bgzip": bgzip,
    "bgzip with an empty block within": lambda text: bgzip(text[:999]) + bgzip(text[999:]),
}


@pytest.fixture(params=["native", "numpy"])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GDI_SPE_KERNELS", request.param)
    library.cache_clear()
    yield request.param
    library.cache_clear()


def read(path: Path, n_bytes: int = 1 << 16) -> list[bytes]:
    with open_text(path) as source:
        return [chunk.tobytes() for chunk in source.chunks(n_bytes)]


@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("n_bytes", [1 << 16, 8 << 20])
def test_every_compression_gives_the_same_whole_lines(
    how: str, n_bytes: int, kernels: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(PACKED[how](TEXT))

    chunks = read(path, n_bytes)

    assert b"".join(chunks) == TEXT
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert chunks == read(path, n_bytes)


@pytest.mark.parametrize("how", PACKED)
def test_a_last_line_without_its_newline_is_read(how: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(PACKED[how](TEXT[:-1]))

    assert b"".join(read(path)) == TEXT[:-1]


def test_a_line_longer_than_a_chunk_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bgzip(b"a\n" + b"x" * 300_000 + b"\nb\n"))

    lengths = [len(chunk) for chunk in read(path)]

    assert lengths == [2, 300_003]


@pytest.mark.parametrize("how", [how for how in PACKED if how != "plain"])
def test_a_compressed_file_cut_anywhere_is_refused(how: str, kernels: str, tmp_path: Path) -> None:
    whole = PACKED[how](TEXT)
    path = tmp_path / "cut.vcf.gz"
    ends = {0: len(gzip.compress(TEXT[:1000])), 1: len(gzip.compress(b""))}
    clean = {ends[0]} if "many" in how else {ends[1]} if "empty member" in how else set()
    places = {3, 11, 17, 18, 19, 100, len(whole) // 2, len(whole) - 29, len(whole) - 28}
    for cut in (places | {len(whole) - 1, len(whole) - 8}) - clean:
        path.write_bytes(whole[:cut])

        with pytest.raises(BadInput, match=rf"{path}.*(cut short|damaged)"):
            read(path)


@pytest.mark.parametrize("how", [how for how in PACKED if how != "plain"])
@pytest.mark.parametrize("more", [b"x", b"\0" * 512, b"chr1\t1\n", b"\x1f\x8b", LAST_BLOCK[:-1]])
def test_bytes_after_the_end_are_refused(
    how: str, more: bytes, kernels: str, tmp_path: Path
) -> None:
    path = tmp_path / "more.vcf.gz"
    path.write_bytes(PACKED[how](TEXT) + more)

    with pytest.raises(BadInput, match=r"cut short|damaged"):
        read(path)


@pytest.mark.parametrize("how", [how for how in PACKED if how != "plain"])
def test_a_flipped_bit_in_compressed_text_is_never_read_as_other_text(
    how: str, kernels: str, tmp_path: Path
) -> None:
    whole = bytearray(PACKED[how](TEXT))
    path = tmp_path / "flipped.vcf.gz"
    for place in range(len(whole) // 3, len(whole), len(whole) // 40):
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        path.write_bytes(flipped)

        try:
            text = b"".join(read(path))
        except BadInput:
            continue
        assert text == TEXT


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(bgzip(TEXT),))
    writer.start()

    chunks = read(path)

    writer.join()
    assert b"".join(chunks) == TEXT


def test_a_cut_pipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(bgzip(TEXT)[:-28],))
    writer.start()

    with pytest.raises(BadInput, match="lacks its last block"):
        read(path)
    writer.join()


def test_progress_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(bgzip(TEXT))

    with open_text(path) as source:
        assert source.consumed_bytes == 0
        list(source.chunks())

        assert source.consumed_bytes == source.size_bytes == path.stat().st_size


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.binary(max_size=300), max_size=4),
    st.integers(0, 400),
    st.integers(0, 255),
    st.integers(0, 400),
)
def test_the_kernel_and_its_twin_find_and_inflate_the_same_blocks(
    texts: list[bytes], place: int, byte: int, cut: int
) -> None:
    whole = bytearray(b"".join(bgzip(text) for text in texts))
    if place < len(whole):
        whole[place] = byte
    data = np.frombuffer(bytes(whole[: len(whole) - cut % (len(whole) + 1)]), np.uint8)

    found = bgzf.find_blocks(data, 1 << 20)
    twin = bgzf._find_blocks(data.tobytes(), 1 << 20)

    assert found.starts.tolist() == twin.starts.tolist()
    assert found.texts.tolist() == twin.texts.tolist()
    assert (found.is_broken, found.is_full) == (twin.is_broken, twin.is_full)
    assert inflated(bgzf.inflate_blocks, data, found) == inflated(bgzf._inflate_blocks, data, twin)


def inflated(inflate: Callable[..., None], data: np.ndarray, blocks: bgzf.Blocks) -> bytes | str:
    out = np.zeros(blocks.n_text_bytes, np.uint8)
    try:
        inflate(data if inflate is bgzf.inflate_blocks else data.tobytes(), blocks, out)
    except bgzf.BlockDamaged as error:
        return str(error)
    return out.tobytes()
