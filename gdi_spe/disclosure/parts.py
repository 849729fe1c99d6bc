"""The parts a file is made of, beside tables: text, trees of JSON, pictures, bytes."""

from __future__ import annotations

from dataclasses import dataclass

from gdi_spe.disclosure.marks import Seen
from gdi_spe.disclosure.table import Table


@dataclass(frozen=True)
class Text:
    """Words for people."""

    path: str
    text: str


@dataclass(frozen=True)
class Picture:
    """Pixels."""

    path: str
    width: int
    height: int
    seen: Seen | None = None


@dataclass(frozen=True)
class Opaque:
    """Bytes that no rule can explain."""

    path: str
    what: str


Part = Table | Text | Picture | Opaque
