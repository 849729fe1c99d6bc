"""The parts a file is made of, beside tables: text, trees of JSON, pictures, bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.drawings.sheet import Sheet
from gdi_spe.disclosure.figures.filled.tiles import Tiling
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
    tiling: Tiling = field(default_factory=Tiling)
    # Open lines of several corners: each may be a person's course.
    n_lines: int = 0
    # Its lines, areas and words with their places.
    sheet: Sheet | None = None
    # The most steps at uneven places that one curve goes up or down by.
    n_steps: int = 0

    @property
    def n_cells(self) -> int:
        """Boxes of the commonest size."""
        return self.tiling.n_cells

    @property
    def n_colours(self) -> int:
        """Colours that these boxes have."""
        return self.tiling.n_colours


Part = Table | Text | Picture | Marks | Opaque
