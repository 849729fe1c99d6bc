"""Marks of a drawing: which have a name, an interval or a line, and which stand alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.drawings.pieces.axes import number_of
from gdi_spe.disclosure.drawings.pieces.curves import is_stairs
from gdi_spe.disclosure.drawings.pieces.kinds import MARK, Kinds, paint_of
from gdi_spe.disclosure.drawings.pieces.ticks import n_loose
from gdi_spe.disclosure.drawings.sheet import Piece, Places, Sheet, Word, within

_NEAR, _NEAR_GAPS, _FEW_CORNERS = 2.5, 8.0, 60
_GRID = 3
_MANY_SIGNS = 6
_MOST_MARKS = 3000
_MOST_SLANTS, _TO_NAME = 60, 20.0
_LEAST_ROWS = 2


@dataclass(frozen=True)
class Marks:
    """Marks by what explains them."""

    n_named: int
    n_with_intervals: int
    n_on_lines: int
    alone: Places
    # Short strokes and signs that are neither ticks nor ends of intervals.
    n_loose: int


def marks_of(sheet: Sheet, kinds: Kinds) -> Marks:
    """Tell marks apart by what explains them."""
    signs = _signs(sheet)
    middles = np.array([m.middle for m in kinds.marks] + [w.middle for w in signs])
    middles = middles.reshape(-1, 2)
    if len(middles) > _MOST_MARKS:
        return Marks(0, 0, 0, middles, 0)
    on_line = _on_curves(middles, kinds.curves) | _at_ends(middles, named_slants(kinds, sheet))
    within_interval = _on_intervals(middles, kinds.strokes) & ~on_line
    looks = [(*paint_of(m.ink), len(m.places)) for m in kinds.marks] + [("", "", 0)] * len(signs)
    named = _named(middles, looks, sheet, kinds) & ~on_line & ~within_interval
    alone = middles[~(on_line | within_interval | named)]
    return Marks(int(named.sum()), int(within_interval.sum()), int(on_line.sum()), alone,
                 n_loose(sheet, kinds))  # fmt: skip


def named_slants(kinds: Kinds, sheet: Sheet) -> list[Piece]:
    """Return straight lines that a name stands at the end of, each a line and a name of its own."""
    names = [w for w in sheet.words if not w.is_upright and sum(c.isalpha() for c in w.text) > 1]
    taken: dict[int, Piece] = {}
    for line in kinds.slants[:_MOST_SLANTS]:
        (left, right) = sorted((line.places[0], line.places[-1]), key=lambda end: float(end[0]))
        for word in names:
            before = -2 <= left[0] - word.box[2] <= _TO_NAME and _is_level(word, left[1])
            behind = -2 <= word.box[0] - right[0] <= _TO_NAME and _is_level(word, right[1])
            if (before or behind) and id(word) not in taken:
                taken[id(word)] = line
                break
    return list(taken.values())


def _is_level(word: Word, at: float) -> bool:
    return abs(word.middle[1] - at) <= 0.6 * word.size


def _at_ends(middles: Places, lines: Sequence[Piece]) -> NDArray[np.bool_]:
    found = np.zeros(len(middles), dtype=bool)
    for line in lines:
        for end in (line.places[0], line.places[-1]):
            found |= np.abs(middles - end).max(axis=1) <= _NEAR if len(middles) else False
    return found


def _signs(sheet: Sheet) -> list[Word]:
    """Return letters that stand for marks: one sign, again and again."""
    lone = Counter(w.text for w in sheet.words if len(w.text) == 1 and not w.text.isdigit())
    many = {text for text, n in lone.items() if n >= _MANY_SIGNS}
    return [w for w in sheet.words if w.text in many]


def _on_curves(middles: Places, curves: Sequence[Piece]) -> NDArray[np.bool_]:
    found = np.zeros(len(middles), dtype=bool)
    for curve in curves:
        if is_stairs(curve) or not len(middles):
            continue
        near = _NEAR_GAPS if len(curve.places) <= _FEW_CORNERS else _NEAR
        away = np.abs(middles[:, None] - curve.places[None, :_MOST_MARKS]).max(axis=2).min(axis=1)
        found |= away <= near
    return found


def _on_intervals(middles: Places, strokes: Sequence[Piece]) -> NDArray[np.bool_]:
    """Tell marks that a stroke of their own goes through; lines of a grid are nobody's own."""
    spans = Counter(_span(s) for s in strokes)
    own = [s for s in strokes if spans[_span(s)] < _GRID and max(s.wide, s.high) > 4]
    found = np.zeros(len(middles), dtype=bool)
    for stroke in own:
        left, top, right, bottom = stroke.box
        x, y = middles[:, 0], middles[:, 1]
        if stroke.wide >= stroke.high:
            found |= (np.abs(y - top) <= 1.5) & (x >= left - 1) & (x <= right + 1)
        else:
            found |= (np.abs(x - left) <= 1.5) & (y >= top - 1) & (y <= bottom + 1)
    return found


def _span(stroke: Piece) -> tuple[bool, float, float]:
    lies = stroke.wide >= stroke.high
    side = 0 if lies else 1
    return lies, round(stroke.box[side], 1), round(stroke.box[side + 2], 1)


def _named(
    middles: Places, looks: list[tuple[str, str, int]], sheet: Sheet, kinds: Kinds
) -> NDArray[np.bool_]:
    """Tell marks that are the only one of their look in a row or a column with a name."""
    found = np.zeros(len(middles), dtype=bool)
    if not len(middles):
        return found
    named = [w for w in sheet.words if number_of(w.text) is None
             and any(c.isalpha() for c in w.text) and len(w.text) > 1]  # fmt: skip
    panels = max(1, len(kinds.frames))
    low, high = middles.min(axis=0), middles.max(axis=0)
    for side in (0, 1):
        other = 1 - side
        names = [
            w for w in named
            if (w.box[other] >= high[other] - MARK or w.box[other + 2] <= low[other] + MARK)
        ]  # fmt: skip
        rows: dict[tuple[int, tuple[str, str, int]], list[int]] = {}
        for i, place in enumerate(middles):
            row = next((k for k, w in enumerate(names) if _beside(w, place[side], side)), None)
            if row is not None:
                rows.setdefault((row, looks[i]), []).append(i)
        for inside in rows.values():
            if len(inside) <= panels:
                found[inside] = True
    return found


def _beside(word: Word, at: float, side: int) -> bool:
    slack = 0.6 * word.size
    if side == 0 and not word.is_upright:
        # Names below stand in the middle of their column.
        return bool(abs(word.middle[0] - at) <= max(3.0, 0.2 * word.length))
    return bool(word.box[side] - slack / 2 <= at <= word.box[side + 2] + slack / 2)


def is_membership(at: Places, sheet: Sheet, columns: Sequence[float]) -> bool:
    """Whether marks fill a grid of named rows below bars: which sets each bar is of."""
    if not len(at) or not columns:
        return False
    rows = np.unique(at[:, 1].round(0))
    across = np.unique(at[:, 0].round(0))
    names = [w for w in sheet.words if number_of(w.text) is None and len(w.text) > 1]
    named = sum(any(abs(w.middle[1] - r) <= 0.8 * w.size for w in names) for r in rows)
    on_bars = sum(min(abs(x - c) for c in columns) <= 3 for x in across)
    return bool(
        len(rows) >= _LEAST_ROWS and len(at) == len(rows) * len(across)
        and named >= len(rows) and on_bars == len(across) == len(columns)
    )  # fmt: skip


def n_beside_boxes(marks: Sequence[Piece], boxes: Sequence[Piece], kinds: Kinds) -> int:
    """Count marks outside of boxes that have a stroke across them: what a box leaves out."""
    crossed = [b for b in boxes if any(_crosses(s, b) for s in kinds.strokes)]
    if not crossed:
        return 0
    return sum(not any(within(m.box, b.box, MARK / 2) for b in boxes) for m in marks)


def _crosses(stroke: Piece, box: Piece) -> bool:
    side = 0 if stroke.wide >= stroke.high else 1
    return within(stroke.box, box.box, 1) and abs(
        (stroke.box[side + 2] - stroke.box[side]) - (box.box[side + 2] - box.box[side])
    ) <= 2  # fmt: skip
