"""Encrypted files are read with the node's key, in memory, and never beyond what is authentic."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import pytest
from crypt4gh import header as c4gh_header
from crypt4gh import lib as c4gh
from crypt4gh.keys import get_private_key, get_public_key

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.intake import open_text
from tests.store.test_intake import PACKED, TEXT

OURS, OTHERS, SENDER = Crypt4ghKey.generate(), Crypt4ghKey.generate(), Crypt4ghKey.generate()
SEGMENT = 65536 + 28


def encrypted(text: bytes, *readers: Crypt4ghKey) -> bytes:
    out = io.BytesIO()
    c4gh.encrypt([(0, SENDER.secret, r.public) for r in readers], io.BytesIO(text), out)
    return out.getvalue()


def with_edits(whole: bytes, edits: list[int]) -> bytes:
    """Add an edit list to the header, as the standard has it."""
    stream = io.BytesIO(whole)
    packets = list(c4gh_header.parse(stream))
    edit = c4gh_header.make_packet_data_edit_list(edits)
    packets += c4gh_header.encrypt(edit, [(0, SENDER.secret, OURS.public)])
    return bytes(c4gh_header.serialize(packets)) + stream.read()


def read(path: Path, key: Crypt4ghKey | None = OURS) -> bytes:
    with open_text(path, key) as source:
        return b"".join(chunk.tobytes() for chunk in source.chunks(1 << 16))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.vcf.gz.c4gh"


@pytest.mark.parametrize("how", PACKED)
def test_the_inner_stream_may_have_any_form(how: str, path: Path) -> None:
    path.write_bytes(encrypted(PACKED[how](TEXT), OTHERS, OURS))

    assert read(path) == TEXT


def test_a_file_for_others_is_refused_with_the_remedy(path: Path) -> None:
    path.write_bytes(encrypted(TEXT, OTHERS))

    with pytest.raises(BadInput, match=r"not encrypted for this node's .*gdi-spe keys crypt4gh"):
        read(path)


def test_a_node_without_key_says_how_to_make_one(path: Path) -> None:
    path.write_bytes(encrypted(TEXT, OURS))

    with pytest.raises(BadInput, match=r"this node has no key.*gdi-spe keys crypt4gh"):
        read(path, None)


@pytest.mark.parametrize("segment", [1, 2, 20])
def test_a_damaged_segment_is_refused_by_its_number(segment: int, path: Path) -> None:
    whole = bytearray(encrypted(TEXT * 3, OURS))
    start = len(encrypted(b"", OURS))
    whole[start + (segment - 1) * SEGMENT + 5000] ^= 1
    path.write_bytes(whole)

    with pytest.raises(BadInput, match=rf"damaged or cut short \(segment {segment}\)"):
        read(path)


@pytest.mark.parametrize("cut", [8, 12, 15, 16, 20, 30, 100, 130, 5000, 28_000])
def test_a_cut_file_is_refused(cut: int, path: Path) -> None:
    whole = encrypted(PACKED["bgzip"](TEXT), OURS)
    path.write_bytes(whole[:cut])

    with pytest.raises(BadInput, match=r"Crypt4GH"):
        read(path)


def test_a_bgzip_file_cut_between_segments_is_refused(path: Path) -> None:
    packed = PACKED["bgzip"](random.Random(1).randbytes(200_000))
    whole = encrypted(packed, OURS)
    path.write_bytes(whole[: len(encrypted(b"", OURS)) + 2 * SEGMENT])

    with pytest.raises(BadInput, match="cut short"):
        read(path)


@pytest.mark.parametrize("edits", [[0, 10], [5, 100_000], [70_000, 3, 70_000, 9], [100_000]])
def test_edit_lists_are_honoured(edits: list[int], path: Path) -> None:
    path.write_bytes(with_edits(encrypted(TEXT, OURS), edits))
    kept, at = b"", 0
    for place, length in enumerate(edits):
        kept += TEXT[at : at + length] if place % 2 else b""
        at += length
    kept += TEXT[at:] if len(edits) % 2 else b""

    assert read(path) == kept


@pytest.mark.parametrize("edits", [[], [1 << 40, 1], [0, 1 << 60]])
def test_an_edit_list_that_does_not_fit_is_refused(edits: list[int], path: Path) -> None:
    path.write_bytes(with_edits(encrypted(TEXT, OURS), edits))

    with pytest.raises(BadInput, match="edit list"):
        read(path)


def test_two_edit_lists_are_refused(path: Path) -> None:
    path.write_bytes(with_edits(with_edits(encrypted(TEXT, OURS), [0, 1]), [0, 1]))

    with pytest.raises(BadInput, match="header cannot be used"):
        read(path)


@pytest.mark.parametrize("field", [(8, 2), (12, 0), (12, 1 << 31), (16, 0), (16, 1 << 31)])
def test_a_header_that_lies_is_refused_and_costs_no_memory(
    field: tuple[int, int], path: Path
) -> None:
    whole = bytearray(encrypted(TEXT, OURS))
    struct.pack_into("<I", whole, *field)
    path.write_bytes(whole)

    with pytest.raises(BadInput, match=r"Crypt4GH"):
        read(path)


def test_keys_are_in_the_form_that_other_tools_read(tmp_path: Path) -> None:
    secret, public = tmp_path / "k.sec", tmp_path / "k.pub"
    secret.write_text(OURS.private_text())
    public.write_text(OURS.public_text())

    assert get_private_key(secret, None) == OURS.secret
    assert get_public_key(public) == OURS.public
    assert Crypt4ghKey.load(secret) == OURS
    assert OURS.secret.hex() not in repr(OURS)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k.sec"
    path.write_text("no key")

    with pytest.raises(BadInput, match="no Crypt4GH key"):
        Crypt4ghKey.load(path)
