"""Names of people in disguise: in other letters, backwards, encoded, or as a hash."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.disclosure.names.sieve import Listed, Sieve

if TYPE_CHECKING:
    from gdi_spe.disclosure.evidence.context import CheckContext

_HEX = re.compile(r"[0-9a-fA-F]{10,128}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=+/-]{3,}")
_SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


def sieves_of(context: CheckContext) -> tuple[Sieve | Listed, ...]:
    """Return the names that a check knows, as marks or as they were listed."""
    return _sieves(context.identifiers, context.sieves)


@lru_cache(maxsize=4)
def _sieves(identifiers: frozenset[str], paths: tuple[Path, ...]) -> tuple[Sieve | Listed, ...]:
    listed = (Listed(identifiers),) if identifiers else ()
    return (*listed, *(Sieve.opened(path) for path in paths))


def disguised(text: str, sieves: Collection[Sieve | Listed]) -> set[str]:
    """Return the words of a text that are, under some disguise, the name of somebody.

    A hash counts from its first ten hexadecimal digits on; one made with a secret key cannot be
    recognised.
    """
    if not sieves:
        return set()
    long = {word.rstrip(".:,;=") for word in _TOKEN.findall(text)} | set(_TOKEN.findall(text))
    words, every = sorted(long - {""}), sorted(long | set(_SHORT.findall(text)))
    hexes = [word for word in words if _HEX.fullmatch(word)]
    found: set[str] = set()
    for sieve in sieves:
        found |= sieve.exact(every) | sieve.bared(words) | sieve.hashes(hexes)
    return found
