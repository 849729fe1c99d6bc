"""Numbers that stand in the cells of a matrix or along axes, and the words beside them."""

from __future__ import annotations

from gdi_spe.disclosure.drawings.pieces.axes import Axis, axes_across, axes_up, number_of
from gdi_spe.disclosure.drawings.pieces.kinds import kinds_of
from gdi_spe.disclosure.drawings.sheet import Box, Sheet, within

_MANY_WORDS = 40
_LEAST_AXES, _LEAST_NUMBERS = 2, 3
_TICK, _THIN, _MOSTLY = 12.0, 0.2, 0.7


def beside_cells(words: list[str], sheet: Sheet) -> list[str]:
    """Leave out the number in each cell of a matrix: it is judged with its cell."""
    if len(words) < _MANY_WORDS:
        return words
    cells = kinds_of(sheet).tiles
    held = [w.text for c in cells for w in sheet.words
            if within(w.middle * 2, c.box, 0) and number_of(w.text) is not None]  # fmt: skip
    if len(held) > len(cells):
        return words
    rest = list(words)
    for each in held:
        same = next((w for w in rest if w.strip() == each), None)
        if same is not None:
            rest.remove(same)
    return rest


def beside_axes(words: str, sheet: Sheet) -> list[str]:
    """Leave out the numbers along the axes of a figure; a page of words has few lines drawn."""
    axes = [*axes_up(sheet.words), *axes_across(sheet.words)]
    axes = [a for a in axes if a.n_numbers >= _LEAST_NUMBERS and _has_ticks(a, sheet)]
    lines = words.split("\n")
    if len(axes) < _LEAST_AXES:
        return lines
    along = {w.text for axis in axes for w in axis.words}
    kept = ["  ".join(t for t in line.split("  ") if t not in along) for line in lines]
    return [line for line in kept if line.strip()]


def _has_ticks(axis: Axis, sheet: Sheet) -> bool:
    """Whether a short line is drawn beside most numbers of an axis."""
    ticks = [p for p in sheet.pieces if 0 < max(p.wide, p.high) <= _TICK
             and min(p.wide, p.high) <= _THIN]  # fmt: skip
    n = sum(any(_is_beside(word.box, tick.box, word.size) for tick in ticks) for word in axis.words)
    return n >= _MOSTLY * len(axis.words)


def _is_beside(word: Box, tick: Box, size: float) -> bool:
    across = max(word[0] - tick[2], tick[0] - word[2], 0.0)
    down = max(word[1] - tick[3], tick[1] - word[3], 0.0)
    return max(across, down) <= 1.2 * size and min(across, down) <= 1.0
