"""Kernel messages on a WebSocket: the binary protocol v1, and the text one.

The hop to the container speaks v1 alone; browsers may speak either. Decoding is strict: a frame
that is not canonical (gaps between parts, a tail, non-finite numbers) is refused whole, because
every freedom of the encoding is a place to hide data in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Any, NoReturn

from gdi_spe.boundary.errors import Refused

Json = dict[str, Any]

CHANNELS = frozenset({"shell", "control", "iopub", "stdin"})
_PARTS = ("header", "parent_header", "metadata", "content")
_MAX_OFFSETS = 64
_MAX_ENVELOPE_BYTES = 65_536


class Protocol(Enum):
    """How messages are framed; the value is the WebSocket subprotocol's name."""

    V1 = "v1.kernel.websocket.jupyter.org"
    TEXT = ""


class NotCanonical(Refused):
    """A frame or body that is not in the one form that is accepted."""

    code = "gateway-not-canonical"


@dataclass(frozen=True)
class Message:
    """One kernel message, without its buffers: those never pass."""

    channel: str
    header: Json
    parent_header: Json
    content: Json
    metadata: Json = field(default_factory=dict)
    # The size of a content that was too large to be parsed; 0 when it was parsed.
    oversize_bytes: int = 0

    @property
    def type(self) -> str:
        """The message's type, or nothing that any rule knows."""
        value = self.header.get("msg_type")
        return value if isinstance(value, str) else ""


def parse_json(data: bytes | str) -> Any:
    """Parse strict JSON: finite numbers only, no number or nesting that breaks a parser."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"json: {type(error).__name__}") from None


def to_json(value: Any) -> bytes:
    """Serialise in the gateway's own way; a lone surrogate becomes a question mark."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def decode(data: bytes | str, protocol: Protocol, max_content_bytes: int) -> Message:
    """Read one frame of either protocol.

    Raises
    ------
    NotCanonical
        If the frame is anything but the canonical form; nothing else is ever raised.
    """
    if protocol is Protocol.V1:
        if isinstance(data, str):
            raise NotCanonical("text frame in the binary protocol")
        return _decode_v1(data, max_content_bytes)
    return _decode_text(data, max_content_bytes)


def encode(message: Message, protocol: Protocol) -> bytes | str:
    """Write one frame, always without buffers."""
    if protocol is Protocol.V1:
        return _encode_v1(message)
    envelope = {part: getattr(message, part) for part in _PARTS}
    ids = {name: message.header.get(name, "") for name in ("msg_id", "msg_type")}
    return to_json({**envelope, **ids, "channel": message.channel, "buffers": []}).decode()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise NotCanonical("not an object")
    return value


def _channel(value: Any) -> str:
    if not isinstance(value, str) or value not in CHANNELS:
        raise NotCanonical("channel")
    return value


def _decode_v1(data: bytes, max_content_bytes: int) -> Message:
    channel, *parts = _split(data)
    # Layout: header, parent header, metadata, content, then buffers, which are dropped here.
    if any(len(part) > _MAX_ENVELOPE_BYTES for part in (channel, *parts[:3])):
        raise NotCanonical("envelope too large")
    # Not even parsed, so that one kernel cannot keep the event loop busy for everybody.
    oversize = len(parts[3]) if len(parts[3]) > max_content_bytes else 0
    content = {} if oversize else _object(parse_json(parts[3]))
    header, parent, metadata = (_object(parse_json(part)) for part in parts[:3])
    name = _channel(channel.decode("ascii", "replace"))
    return Message(name, header, parent, content, metadata, oversize)


def _split(data: bytes) -> list[bytes]:
    """Cut a v1 frame at its offsets, which must cover it exactly."""
    n_offsets = int.from_bytes(data[:8], "little")
    if not 6 <= n_offsets <= _MAX_OFFSETS:
        raise NotCanonical("number of parts")
    start = 8 * (n_offsets + 1)
    offsets = [int.from_bytes(data[i : i + 8], "little") for i in range(8, start, 8)]
    # TRUST: no gap before, between or after the parts can carry bytes past the rules.
    if offsets[0] != start or offsets[-1] != len(data) or offsets != sorted(offsets):
        raise NotCanonical("offsets")
    return [data[a:b] for a, b in pairwise(offsets)]


def _decode_text(data: bytes | str, max_content_bytes: int) -> Message:
    text = data if isinstance(data, str) else _strip_buffers(data)
    if len(text) > max_content_bytes + 4 * _MAX_ENVELOPE_BYTES:
        raise NotCanonical("message too large")
    message = _object(parse_json(text))
    header, parent, metadata, content = (_object(message.get(part, {})) for part in _PARTS)
    return Message(_channel(message.get("channel", "shell")), header, parent, content, metadata)


def _strip_buffers(data: bytes) -> bytes:
    """Return the JSON part of the older binary form: u32 count, u32 offsets, JSON, buffers."""
    n_parts = int.from_bytes(data[:4], "big")
    if not 1 <= n_parts <= _MAX_OFFSETS:
        raise NotCanonical("number of parts")
    start = 4 * (n_parts + 1)
    offsets = [int.from_bytes(data[i : i + 4], "big") for i in range(4, start, 4)]
    offsets.append(len(data))
    if offsets[0] != start or offsets != sorted(offsets):
        raise NotCanonical("offsets")
    return data[offsets[0] : offsets[1]]


def _encode_v1(message: Message) -> bytes:
    parts: Sequence[bytes] = (
        message.channel.encode(),
        *(to_json(getattr(message, part)) for part in _PARTS),
    )
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    words = (len(offsets), *offsets)
    return b"".join((*(word.to_bytes(8, "little") for word in words), *parts))
