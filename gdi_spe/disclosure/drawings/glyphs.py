"""Letters that were drawn as shapes: put together in lines, and read as an eye reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gdi_spe.disclosure.drawings.sheet import Box, Places, Word
from gdi_spe.disclosure.figures.letters.letters import HEIGHT, read_lines

_MOST_LINES = 400
_LEAST_CERTAIN = 0.6
# Letters of a line: so far apart at most, of their height.
_GAP, _BESIDE = 0.9, 1.2
_FINE = 4


@dataclass(frozen=True, eq=False)
class Glyph:
    """One letter as it was drawn: its lines on the page, and what belongs to one string."""

    lines: tuple[Places, ...]
    colour: str
    order: int
    string: int
    is_upright: bool
    # Where the pen was put down for it.
    foot: tuple[float, float] = (0.0, 0.0)
    # Programs keep letters that are turned apart from others, as a font of their own.
    font: str = ""

    @property
    def box(self) -> Box:
        """Left, top, right and bottom."""
        every = np.vstack(self.lines)
        (left, top), (right, bottom) = every.min(axis=0), every.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


def words_of(glyphs: Iterable[Glyph], told: dict[int, str]) -> tuple[list[Word], int]:
    """Read letters; return words, and how many letters could not be read.

    ``told`` is what a string says of itself, by its number. It is believed where the letters were
    read as much the same: it has the signs that are read with errors.
    """
    groups = _grouped(_directed(list(glyphs)))[:_MOST_LINES]
    read = read_lines([_inked(group) for group in groups]) if groups else []
    words, unread = [], 0
    for group, line in zip(groups, read, strict=True):
        said = told.get(group[0].string, "")
        text = said if said and _alike(said, line.text) else line.text
        if text is not said and line.certainty < _LEAST_CERTAIN:
            unread += len(group)
            continue
        words.append(_word(text, group))
    return words, unread


def _directed(glyphs: list[Glyph]) -> list[Glyph]:
    """Tell which letters follow each other upwards: their shapes may be turned already."""
    turned: list[Glyph] = []
    for before, glyph, after in zip([None, *glyphs], glyphs, [*glyphs[1:], None], strict=False):
        beside = [g for g in (before, after) if g is not None and g.string == glyph.string]
        if not beside or glyph.is_upright:
            turned.append(glyph)
            continue
        steps = [(abs(g.foot[0] - glyph.foot[0]), abs(g.foot[1] - glyph.foot[1])) for g in beside]
        turned.append(replace(glyph, is_upright=all(y > x for x, y in steps)))
    fonts = {
        new.font
        for old, new in zip(glyphs, turned, strict=True)
        if new.is_upright and not old.is_upright and new.font
    }
    strings = Counter(g.string for g in turned)
    return [
        replace(g, is_upright=True) if g.font in fonts and strings[g.string] == 1 else g
        for g in turned
    ]


def _grouped(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Put the letters of each string together, parted where it begins a new line."""
    groups: list[list[Glyph]] = []
    for glyph in glyphs:
        if groups and groups[-1][0].string == glyph.string and _follows(groups[-1][-1], glyph):
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    return groups


def _follows(last: Glyph, this: Glyph) -> bool:
    """Whether a letter stands after another in one line."""
    a, b = last.box, this.box
    if this.is_upright:
        high = max(a[2] - a[0], b[2] - b[0], 4.0)
        return abs(a[2] - b[2]) <= high and -high <= a[1] - b[3] <= _GAP * 2 * high
    high = max(a[3] - a[1], b[3] - b[1], 4.0)
    return abs(a[3] - b[3]) <= high and -high <= b[0] - a[2] <= _GAP * 2 * high


def _word(text: str, group: list[Glyph]) -> Word:
    left, top, right, bottom = _around(group)
    upright = group[0].is_upright
    size = max((right - left) if upright else (bottom - top), 1.0)
    long = (bottom - top) if upright else (right - left)
    return Word(
        text, right if upright else left, bottom, size, upright, group[0].colour,
        group[0].order, long,
    )  # fmt: skip


def _around(group: list[Glyph]) -> Box:
    boxes = np.array([g.box for g in group])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _inked(group: list[Glyph]) -> NDArray[np.float32]:
    """Paint a line of letters, of the height that letters are read at."""
    left, top, right, bottom = _around(group)
    upright = group[0].is_upright
    high, wide = (right - left, bottom - top) if upright else (bottom - top, right - left)
    scale = HEIGHT * _FINE / max(high, 1e-6)
    size = min(max(2, round(wide * scale)), 40 * HEIGHT * _FINE)
    ink = np.zeros((HEIGHT * _FINE, size), dtype=bool)
    for glyph in group:
        ink ^= _painted([_turned(p, (left, top, right, bottom), upright) * scale
                         for p in glyph.lines], ink.shape)  # fmt: skip
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    fine = picture.resize((max(2, size // _FINE), HEIGHT), Image.Resampling.BOX)
    return np.asarray(fine, dtype=np.float32) / np.float32(255)


def _turned(places: Places, box: Box, upright: bool) -> Places:
    if not upright:
        return np.asarray(places - np.array([box[0], box[1]]))
    return np.column_stack([box[3] - places[:, 1], places[:, 0] - box[0]])


def _painted(lines: list[Places], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Paint one letter: where an even number of its lines lies over each other is none."""
    whole = np.zeros(shape, dtype=bool)
    for line in lines:
        if len(line) < 3:
            continue
        sheet = Image.new("1", (shape[1], shape[0]))
        ImageDraw.Draw(sheet).polygon([(float(x), float(y)) for x, y in line], fill=1)
        whole ^= np.asarray(sheet)
    return whole


def _alike(said: str, read: str) -> bool:
    """Whether most letters agree, whatever their case: what is told is what was drawn."""
    import difflib

    one = "".join(c for c in said.lower() if c.isalnum())
    other = "".join(c for c in read.lower() if c.isalnum())
    if not one or not other:
        return len(one) == len(other) and len(said) <= 2
    return difflib.SequenceMatcher(None, one, other).ratio() >= 0.6
