"""The names of a cohort's people as marks: numbers that say whether a word is one of them.

Each spelling of a name, and the start of each of its hashes, leaves a mark of eight bytes; sorted
marks are looked up in a file without reading all of it. A mark does not tell the name.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
import os
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import Tampered

_MAGIC = b"gdi-spe sieve 1\n"
_HEAD = struct.Struct("<16sQ?7x")
_JOINTS = re.compile(r"[-_. :/]")
_HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
# Hexadecimal digits of a hash that are looked at: few where few are there.
_PREFIXES = (10, 16)


class SieveDamaged(Tampered):
    """The marks of a cohort's names cannot be read."""

    code = "sieve-damaged"


@dataclass(frozen=True)
class Sieve:
    """Sorted marks; ``has_numbers`` says whether a name is nothing but digits.

    Notes
    -----
    A word that is no name passes for one in n / 2^64 cases, for n marks: 3.4e-13 for 100,000 people
    with a sample each, who leave about 6.2 million. A word of 10 to 15 hexadecimal digits passes
    for the start of a hash in 2.2e-6.
    """

    marks: NDArray[np.uint64]
    has_numbers: bool

    @classmethod
    def of(cls, names: Iterable[str]) -> Sieve:
        """Mark names with their spellings and hashes."""
        named = sorted(set(names))
        found = np.fromiter(_marks(named), dtype="<u8")
        return cls(np.unique(found), any(name.isdigit() for name in named))

    @classmethod
    def opened(cls, path: Path) -> Sieve:
        """Open marks that were written; only what is looked up is read.

        Raises
        ------
        SieveDamaged
            If the file is not whole.
        """
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            magic, n, has_numbers = _HEAD.unpack_from(held)
        except (OSError, ValueError, struct.error) as error:
            raise SieveDamaged(f"{path.name}: {error}") from None
        # TRUST: marks that are missing are names that nobody finds.
        if magic != _MAGIC or size != _HEAD.size + 8 * n:
            raise SieveDamaged(f"{path.name} is not whole")
        return cls(np.frombuffer(held, dtype="<u8", offset=_HEAD.size), bool(has_numbers))

    def to_bytes(self) -> bytes:
        """Return what is written."""
        head = _HEAD.pack(_MAGIC, self.marks.size, self.has_numbers)
        return head + self.marks.astype("<u8").tobytes()

    def hold(self, marks: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which marks are here."""
        if not self.marks.size:
            return np.zeros(marks.size, dtype=bool)
        place = np.minimum(np.searchsorted(self.marks, marks), self.marks.size - 1)
        return np.asarray(self.marks[place] == marks)

    def exact(self, words: Sequence[str]) -> set[str]:
        """Return the words that are a name or one of its spellings, as they stand."""
        marks = np.fromiter(map(_mark, words), dtype=np.uint64, count=len(words))
        return {word for word, is_one in zip(words, self.hold(marks), strict=True) if is_one}

    def bared(self, words: Sequence[str]) -> set[str]:
        """Return the words that are one without what joins their parts, in small letters."""
        plain = {word: bare(word) for word in words}
        found = self.exact(sorted(set(plain.values())))
        return {word for word in words if plain[word] in found}

    def hashes(self, words: Sequence[str]) -> set[str]:
        """Return the words of hexadecimal digits that begin as the hash of a name does."""
        marks = np.fromiter(map(_mark, map(_start_of, words)), dtype=np.uint64, count=len(words))
        held = self.hold(marks)
        return {word for word, is_one in zip(words, held, strict=True) if is_one}


def bare(word: str) -> str:
    """Return a word without what joins its parts, in small letters."""
    return _JOINTS.sub("", word).casefold()


class Listed:
    """Names that are given one by one: asked as a sieve is, without marks for what nobody asks."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self.has_numbers = any(name.isdigit() for name in self._names)

    @cached_property
    def _spelled(self) -> frozenset[str]:
        return frozenset(each for name in self._names for each in spellings(name))

    @cached_property
    def _starts(self) -> frozenset[str]:
        return frozenset(each for name in self._names for each in _hash_starts(name))

    def exact(self, words: Sequence[str]) -> set[str]:
        """Return the words that are a name or one of its spellings, as they stand."""
        return {word for word in words if word in self._spelled}

    def bared(self, words: Sequence[str]) -> set[str]:
        """Return the words that are one without what joins their parts, in small letters."""
        return {word for word in words if bare(word) in self._spelled}

    def hashes(self, words: Sequence[str]) -> set[str]:
        """Return the words of hexadecimal digits that begin as the hash of a name does."""
        return {word for word in words if _start_of(word) in self._starts}


def _start_of(word: str) -> str:
    """Return as much of a hash as is looked at."""
    return f"#{word[: max(n for n in _PREFIXES if n <= len(word))].lower()}"


def _mark(spelled: str) -> int:
    return int.from_bytes(hashlib.blake2b(spelled.encode(), digest_size=8).digest(), "little")


def _marks(names: Iterable[str]) -> Iterator[int]:
    for name in names:
        yield from map(_mark, {*spellings(name), *_hash_starts(name)})


def spellings(name: str) -> Iterator[str]:
    """Yield a name in each way that it may be written."""
    yield name
    plain = bare(name)
    if len(plain) < 4:
        return
    yield from (plain, plain[::-1])
    raw = name.encode()
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode):
        encoded = encode(raw).decode()
        yield from (encoded, encoded.rstrip("="))


def _hash_starts(name: str) -> Iterator[str]:
    for spelled in {name, name.lower(), _JOINTS.sub("", name)}:
        for make in _HASHES:
            digest = make(spelled.encode()).hexdigest()
            yield from (f"#{digest[:n]}" for n in _PREFIXES)
