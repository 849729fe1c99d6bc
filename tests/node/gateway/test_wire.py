"""Frames: one canonical form, and nothing but a refusal for everything else."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall.wire import (
    CHANNELS,
    Message,
    NotCanonical,
    Protocol,
    decode,
    encode,
    parse_json,
    to_json,
)

MAX = 100_000
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
objects = st.dictionaries(texts, values, max_size=5)
messages = st.builds(Message, st.sampled_from(sorted(CHANNELS)), objects, objects, objects, objects)


@settings(max_examples=50)
@given(messages, st.sampled_from(Protocol))
def test_what_is_encoded_decodes_to_the_same(message: Message, protocol: Protocol) -> None:
    assert decode(encode(message, protocol), protocol, MAX) == message


@settings(max_examples=50)
@given(messages)
def test_encoding_again_gives_the_same_bytes(message: Message) -> None:
    once = encode(message, Protocol.V1)

    assert encode(decode(once, Protocol.V1, MAX), Protocol.V1) == once


@given(st.binary(max_size=400), st.sampled_from(Protocol))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes, protocol: Protocol) -> None:
    with contextlib.suppress(Refused):
        decode(data, protocol, MAX)


@settings(max_examples=50)
@given(messages, st.data())
def test_a_damaged_frame_raises_nothing_but_a_refusal(message: Message, data: Any) -> None:
    frame = bytearray(encode(message, Protocol.V1))
    for _ in range(3):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refused):
        decode(bytes(frame), Protocol.V1, MAX)


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    with contextlib.suppress(Refused):
        decode(text, Protocol.TEXT, MAX)


@pytest.mark.parametrize("hidden", [{"gap": b"SECRET"}, {"tail": b"SECRET"}])
def test_bytes_between_or_behind_the_parts_are_refused(wire: Any, hidden: Any) -> None:
    with pytest.raises(NotCanonical, match="offsets"):
        decode(wire.v1("iopub", "stream", {}, **hidden), Protocol.V1, MAX)


def test_overlapping_parts_are_refused(wire: Any) -> None:
    frame = bytearray(wire.v1("iopub", "stream", {}))
    frame[16:24], frame[24:32] = frame[24:32], frame[16:24]

    with pytest.raises(NotCanonical, match="offsets"):
        decode(bytes(frame), Protocol.V1, MAX)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 100_000 + b"}",
        b"[1]",
        b"\xff\xfe{\x00}\x00",
        b"{}{}",
        b"",
    ],
    ids=["deep", "nan", "infinity", "overflow", "huge", "list", "utf-16", "two", "empty"],
)
def test_content_that_is_no_plain_object_is_refused(wire: Any, content: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(wire.v1("iopub", "stream", content), Protocol.V1, 1 << 30)


def test_too_large_a_content_is_not_parsed(wire: Any) -> None:
    message = decode(wire.v1("iopub", "stream", b"x" * 5000), Protocol.V1, 4999)

    assert message.oversize_bytes == 5000
    assert message.content == {}


def test_an_unknown_channel_is_refused(wire: Any) -> None:
    with pytest.raises(NotCanonical, match="channel"):
        decode(wire.v1(wire.secret, "stream", {}), Protocol.V1, MAX)


def test_a_channel_that_is_no_text_is_refused() -> None:
    with pytest.raises(NotCanonical, match="channel"):
        decode(json.dumps({"channel": [], "header": {}}), Protocol.TEXT, MAX)


def test_buffers_of_the_older_binary_form_are_left_out() -> None:
    body = json.dumps({"channel": "shell", "header": {"msg_type": "x"}}).encode()
    offsets = [12, 12 + len(body)]
    frame = b"".join(n.to_bytes(4, "big") for n in (2, *offsets)) + body + b"BUFFER"

    message = decode(frame, Protocol.TEXT, MAX)

    assert message.type == "x"
    assert "BUFFER" not in str(encode(message, Protocol.TEXT))


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert to_json(parse_json(b'{"a":"\\ud800"}')) == b'{"a":"?"}'
