"""Pseudonyms in disguise: in other letters, backwards, encoded, or as a hash."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_JOINTS = re.compile(r"[-_. :/]")
_HEX = re.compile(r"[0-9a-fA-F]{10,128}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=+/-]{3,}")
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_PREFIX_BYTES = 5
_HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


def disguised(text: str, known: frozenset[str]) -> set[str]:
    """Return the words of a text that are, under some disguise, a known pseudonym.

    A hash counts from its first ten hexadecimal digits on; one made with a secret key cannot be
    recognised.
    """
    words = {word.rstrip(".:,;=") for word in _TOKEN.findall(text)} | set(_TOKEN.findall(text))
    if not known:
        return set()
    short = {word for word in _SHORT.findall(text) if word in known}
    if not words:
        return short
    spelled = _spellings(known)
    found = {word for word in words if _bare(word) in spelled or word in spelled}
    hexes = [word for word in words - found if _HEX.fullmatch(word)]
    if hexes:
        hashes = _hashes(known)
        found |= {word for word in hexes if bytes.fromhex(word[: 2 * _PREFIX_BYTES]) in hashes}
    return found | short


def _bare(word: str) -> str:
    return _JOINTS.sub("", word).casefold()


@lru_cache(maxsize=4)
def _spellings(known: frozenset[str]) -> frozenset[str]:
    return frozenset(_each_spelling(known))


def _each_spelling(known: Iterable[str]) -> Iterator[str]:
    for name in known:
        bare = _bare(name)
        if len(bare) < 4:
            yield name
            continue
        yield from (name, bare, bare[::-1])
        raw = name.encode()
        yield raw.hex()
        for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode):
            encoded = encode(raw).decode()
            yield from (encoded, encoded.rstrip("="))


@lru_cache(maxsize=4)
def _hashes(known: frozenset[str]) -> frozenset[bytes]:
    return frozenset(
        make(spelled.encode()).digest()[:_PREFIX_BYTES]
        for name in known
        for spelled in {name, name.lower(), _JOINTS.sub("", name)}
        for make in _HASHES
    )
