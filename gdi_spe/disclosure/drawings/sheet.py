"""What a drawing puts on its page: pieces of lines and areas, and words, each where it is seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]
Box = tuple[float, float, float, float]

# More than this is not taken apart; who draws so much is looked at.
MOST_PIECES = 40_000
# Letters are about so wide, of their size: those of most fonts for figures.
_LETTER = 0.55
_WIDE = {
    **dict.fromkeys("ijl|'!,.:;I[]/\\ft ", 0.28), **dict.fromkeys("r()-`\"°*", 0.35),
    **dict.fromkeys("mM%@", 0.86), **dict.fromkeys("wABEKPSVXYCDHNRUGOQ&", 0.7), "W": 0.94,
    "\u2212": 0.7,
}  # fmt: skip
_NAMED = {
    "white": (1.0, 1.0, 1.0), "black": (0.0, 0.0, 0.0), "grey": (0.5, 0.5, 0.5),
    "gray": (0.5, 0.5, 0.5), "lightgray": (0.83, 0.83, 0.83), "lightgrey": (0.83, 0.83, 0.83),
    "whitesmoke": (0.96, 0.96, 0.96), "ivory": (1.0, 1.0, 0.94), "snow": (1.0, 0.98, 0.98),
}  # fmt: skip


@dataclass(frozen=True)
class Ink:
    """How something is painted: empty words where it is not."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dashes: str = ""
    # Whether many colours go over into each other.
    is_mixed: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether an area is painted."""
        return bool(self.fill)


@dataclass(frozen=True, eq=False)
class Piece:
    """One line or area, pen down to pen up: its corners on the page, from the top left."""

    places: Places
    is_closed: bool
    is_bent: bool
    ink: Ink
    order: int = 0

    @cached_property
    def box(self) -> Box:
        """Left, top, right and bottom."""
        (left, top), (right, bottom) = self.places.min(axis=0), self.places.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def wide(self) -> float:
        """From left to right."""
        return self.box[2] - self.box[0]

    @property
    def high(self) -> float:
        """From top to bottom."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def look(self) -> tuple[str, str, float, str]:
        """What pieces of one series have in common."""
        return self.ink.fill, self.ink.stroke, round(self.ink.width, 1), self.ink.dashes

    @cached_property
    def is_box(self) -> bool:
        """Whether it is four straight sides along the page."""
        if self.is_bent or not 4 <= len(self.places) <= 6 or min(self.wide, self.high) <= 0:
            return False
        near = np.minimum(np.abs(self.places - self.box[:2]), np.abs(self.places - self.box[2:]))
        return bool((near < 0.02 * max(self.wide, self.high) + 0.05).all())


@dataclass(frozen=True)
class Word:
    """Words in one line, with the place where they are seen."""

    text: str
    left: float
    base: float
    size: float
    is_upright: bool = False
    colour: str = "#000000"
    order: int = 0
    # Where it is known from the letters themselves.
    long: float = 0.0

    @property
    def length(self) -> float:
        """How long it is along its line."""
        return self.long or self.size * width_of(self.text)

    @property
    def box(self) -> Box:
        """Left, top, right and bottom."""
        if self.is_upright:
            return self.left - 0.8 * self.size, self.base - self.length, self.left, self.base
        return self.left, self.base - 0.75 * self.size, self.left + self.length, self.base

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


def width_of(text: str) -> float:
    """Return about how wide words are, of the size of their letters."""
    return sum(_WIDE.get(letter, _LETTER) for letter in text)


@dataclass(frozen=True)
class Sheet:
    """A page or a drawing."""

    wide: float
    high: float
    pieces: tuple[Piece, ...] = ()
    words: tuple[Word, ...] = ()
    # Pictures within it: their boxes.
    pictures: tuple[Box, ...] = ()
    # Shapes that stand where letters would, and could not be read.
    n_unread: int = 0
    is_whole: bool = True
    left: float = 0.0

    @cached_property
    def told(self) -> str:
        """Every word."""
        return "  ".join(word.text for word in self.words)


@dataclass
class Pad:
    """A sheet while it is drawn on."""

    wide: float = 0.0
    high: float = 0.0
    pieces: list[Piece] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    n_unread: int = 0
    n_drawn: int = 0

    def draw(self, places: Places, is_closed: bool, is_bent: bool, ink: Ink) -> None:
        """Put down one piece; what is not painted is not there."""
        self.n_drawn += 1
        if len(places) < 3 and ink.fill:
            ink = replace(ink, fill="")
        if len(self.pieces) >= MOST_PIECES or not len(places) or not (ink.fill or ink.stroke):
            return
        self.pieces.append(Piece(places, is_closed, is_bent, ink, self.n_drawn))

    def write(self, word: Word) -> None:
        """Put down words."""
        self.n_drawn += 1
        if word.text.strip():
            self.words.append(word)

    def sheet(self) -> Sheet:
        """Return what was drawn."""
        from gdi_spe.disclosure.drawings.joining import joined

        ends = [p.box[2:] for p in self.pieces] + [w.box[2:] for w in self.words]
        wide = self.wide if self.wide > 0 else max((x for x, _ in ends), default=1.0)
        high = self.high if self.high > 0 else max((y for _, y in ends), default=1.0)
        return Sheet(
            wide, high, tuple(self.pieces), tuple(joined(self.words)), tuple(self.pictures),
            self.n_unread, len(self.pieces) < MOST_PIECES,
        )  # fmt: skip


def colour_of(told: str) -> tuple[float, float, float] | None:
    """Return red, green and blue from 0 to 1, if they are told."""
    told = told.strip().lower()
    if found := re.fullmatch(r"#([0-9a-f]{6})([0-9a-f]{2})?", told):
        red, green, blue = bytes.fromhex(found.group(1))
        return red / 255, green / 255, blue / 255
    if re.fullmatch(r"#[0-9a-f]{3}", told):
        red, green, blue = (int(each * 2, 16) for each in told[1:])
        return red / 255, green / 255, blue / 255
    if told.startswith("rgb"):
        parts = re.findall(r"([\d.]+)(%?)", told)[:3]
        shares = [float(n) / (100 if percent else 255) for n, percent in parts]
        return (shares[0], shares[1], shares[2]) if len(shares) == 3 else None
    return _NAMED.get(told)


def is_light(told: str, least: float = 0.85) -> bool:
    """Whether a colour is nearly that of paper."""
    colour = colour_of(told)
    return colour is not None and min(colour) >= least


def is_plain(piece: Piece) -> bool:
    """Whether a piece is empty, or of nearly the colour of paper."""
    return not piece.ink.is_filled or is_light(piece.ink.fill)


def within(inner: Sequence[float], outer: Sequence[float], slack: float = 0.5) -> bool:
    """Whether a box lies in another."""
    return (
        inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack
    )  # fmt: skip
