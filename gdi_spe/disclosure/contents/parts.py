"""The parts a file is made of, beside tables: text, trees of JSON, pictures, bytes."""

from __future__ import annotations

from dataclasses import dataclass

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.figures.marks import Seen
from gdi_spe.disclosure.figures.scene import Scene


@dataclass(frozen=True)
class Text:
    """Words for people."""

    path: str
    text: str
    # Whether nothing but these words is there to be judged.
    is_alone: bool = True


@dataclass(frozen=True)
class Picture:
    """Pixels."""

    path: str
    width: int
    height: int
    seen: Seen | None = None
    scene: Scene | None = None


@dataclass(frozen=True)
class Opaque:
    """Bytes that no rule can explain."""

    path: str
    what: str


@dataclass(frozen=True)
class Marks:
    """The shapes of a vector graphic."""

    path: str
    n_marks: int
    n_areas: int
    n_curves: int
    n_tooltips: int
    words: str = ""
    # Boxes of one size, and their colours: a matrix.
    n_cells: int = 0
    n_colours: int = 0


Part = Table | Text | Picture | Marks | Opaque
