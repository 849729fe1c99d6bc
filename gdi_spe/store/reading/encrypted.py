"""Crypt4GH: the node's key, and a stream that is decrypted segment by segment in memory.

GA4GH File Encryption Standard 1.0: a header whose packets are encrypted for each reader, then
segments of 64 KiB, each sealed by ChaCha20-Poly1305. The standard has no end mark: a file cut
between segments is told only by what is inside it.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.streams import ByteStream

MAGIC = b"crypt4gh"
SEGMENT = 65536
_NONCE, _TAG = 12, 16
_MAX_PACKETS, _MAX_PACKET_BYTES = 1024, 1 << 20
_SEGMENTS_A_READ = 16
_BEGIN, _END = "-----BEGIN CRYPT4GH {}-----", "-----END CRYPT4GH {}-----"


@dataclass(frozen=True)
class Crypt4ghKey:
    """A node's X25519 key; who has its public half can encrypt for the node."""

    secret: bytes = field(repr=False)

    @staticmethod
    def generate() -> Crypt4ghKey:
        """Make a new key."""
        return Crypt4ghKey(os.urandom(32))

    @staticmethod
    def load(path: Path) -> Crypt4ghKey:
        """Read a private key that has no passphrase.

        Raises
        ------
        BadInput
            If it is no such key.
        """
        try:
            from crypt4gh.keys import get_private_key

            secret = get_private_key(path, None)
        except Exception as error:  # the package raises whatever its parser meets
            raise BadInput(
                f"no Crypt4GH key without passphrase ({error})", source=str(path)
            ) from None
        if len(secret) != 32:
            raise BadInput("the Crypt4GH key has not 32 bytes", source=str(path))
        return Crypt4ghKey(bytes(secret))

    def private_text(self) -> str:
        """Write the key in the form that Crypt4GH's tools read."""
        parts = (b"none", b"none", self.secret)
        lengths = (len(part).to_bytes(2, "big") for part in parts)
        body = b"c4gh-v1" + b"".join(n + part for n, part in zip(lengths, parts, strict=True))
        return _armoured("PRIVATE KEY", body)

    def public_text(self) -> str:
        """Write the public half, for those who submit data."""
        return _armoured("PUBLIC KEY", self.public)

    @property
    def public(self) -> bytes:
        """The public half's 32 bytes."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()


def _armoured(kind: str, body: bytes) -> str:
    return "\n".join([_BEGIN.format(kind), base64.b64encode(body).decode(), _END.format(kind), ""])


def decrypted(stream: ByteStream, key: Crypt4ghKey | None, source: str) -> Iterator[bytes]:
    """Yield what a Crypt4GH stream holds; nothing that is not authentic is yielded.

    Raises
    ------
    BadInput
        Without the right key, or where the stream is damaged or cut short.
    """
    if key is None:
        raise BadInput(
            "encrypted by Crypt4GH, and this node has no key",
            source=source,
            remedy="Make one with `gdi-spe keys crypt4gh` and have the file encrypted for it",
        )
    session_keys, edits = _open_header(stream, key, source)
    segments = _segments(stream, session_keys, source)
    return segments if edits is None else _edited(segments, edits, source)


def _open_header(
    stream: ByteStream, key: Crypt4ghKey, source: str
) -> tuple[list[bytes], list[int] | None]:
    """Return the keys of the segments, and the edit list if there is one."""
    from crypt4gh import header

    # TRUST: at its finer levels the package's log holds secret keys.
    logging.getLogger("crypt4gh").setLevel(logging.CRITICAL + 1)
    ours = [(0, key.secret, None)]
    opened = [header.decrypt_packet(packet, ours) for packet in _packets(stream, source)]
    try:
        data, edits = header.partition_packets([bytes(p) for p in opened if p is not None])
        session_keys = [bytes(header.parse_enc_packet(packet)) for packet in data]
        lengths = None if edits is None else list(header.parse_edit_list_packet(edits))
    except ValueError as error:
        raise BadInput(f"the Crypt4GH header cannot be used ({error})", source=source) from None
    if not session_keys:
        raise BadInput(
            "not encrypted for this node's Crypt4GH key",
            source=source,
            remedy="Have it encrypted for the key that `gdi-spe keys crypt4gh` prints",
        )
    if any(len(each) != 32 for each in session_keys):
        raise BadInput("the Crypt4GH header is damaged", source=source)
    return session_keys, lengths


def _packets(stream: ByteStream, source: str) -> Iterator[bytes]:
    """Yield the header's packets, none of them larger than a header can need."""
    start = stream.read(16)
    if start[:8] != MAGIC or start[8:12] != b"\x01\0\0\0":
        raise BadInput("not Crypt4GH of version 1", source=source)
    n_packets = int.from_bytes(start[12:], "little")
    if len(start) < 16 or not 0 < n_packets <= _MAX_PACKETS:
        raise BadInput("the Crypt4GH header is damaged or cut short", source=source)
    for _ in range(n_packets):
        length = int.from_bytes(stream.read(4), "little") - 4
        packet = stream.read(length) if 0 < length <= _MAX_PACKET_BYTES else b""
        if not packet or len(packet) < length:
            raise BadInput("the Crypt4GH header is damaged or cut short", source=source)
        yield packet


def _segments(stream: ByteStream, session_keys: list[bytes], source: str) -> Iterator[bytes]:
    """Yield the segments, decrypted and authentic, some at a time."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    ciphers = [ChaCha20Poly1305(key) for key in session_keys]
    size = _NONCE + SEGMENT + _TAG
    number = 0
    while sealed := stream.read(size * _SEGMENTS_A_READ):
        opened = []
        for start in range(0, len(sealed), size):
            number += 1
            nonce, rest = sealed[start : start + _NONCE], sealed[start + _NONCE : start + size]
            for cipher in ciphers:
                try:
                    opened.append(cipher.decrypt(nonce, rest, None))
                    break
                except (InvalidTag, ValueError):
                    continue
            else:
                # TRUST: a segment whose seal is broken was changed; nothing of it is used.
                raise BadInput(
                    f"the Crypt4GH file is damaged or cut short (segment {number})", source=source
                )
        yield b"".join(opened)


def _edited(segments: Iterator[bytes], edits: list[int], source: str) -> Iterator[bytes]:
    """Apply an edit list: skip so many bytes, keep so many, and so on."""
    if not edits:
        raise BadInput("the Crypt4GH edit list is empty", source=source)
    waiting = b""
    for place, wanted in enumerate(edits):
        missing = wanted
        while missing:
            waiting = waiting or next(segments, b"")
            if not waiting:
                raise BadInput("the Crypt4GH edit list is longer than the file", source=source)
            part, waiting = waiting[:missing], waiting[missing:]
            missing -= len(part)
            if place % 2:
                yield part
    if len(edits) % 2:
        yield waiting
        yield from segments
