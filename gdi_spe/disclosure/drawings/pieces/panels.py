"""Bars of a drawing, taken from each of its panels by the axes that stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gdi_spe.disclosure.drawings.pieces.axes import Axis, axes_across, axes_up, multiplied
from gdi_spe.disclosure.drawings.pieces.bars import Bars, bars_of
from gdi_spe.disclosure.drawings.pieces.kinds import Kinds, kinds_of
from gdi_spe.disclosure.drawings.sheet import Box, Piece, Sheet, Word

# Bars of one panel are no further apart than this, or than so many of their widths.
_APART, _WIDTHS = 8.0, 1.5
_MOST_PANELS, _MOST_BOXES = 24, 500


def read(sheet: Sheet) -> tuple[Kinds, list[Bars]]:
    """Return the kinds of pieces, and the bars taken from among the boxes."""
    kinds = kinds_of(sheet)
    panels = _panels(kinds.boxes)
    whole, rest = _bars_in(kinds.boxes, sheet, sheet.words)
    if 1 < len(panels) <= _MOST_PANELS:
        words = _nearest(panels, sheet.words)
        each = [_bars_in(boxes, _part(sheet, boxes), words[i]) for i, boxes in enumerate(panels)]
        found = [bars for some, _ in each for bars in some]
        left = [box for _, some in each for box in some]
        # TRUST: bars are worth what the axis beside them says; without one of its own in each
        # panel they are read together, as before.
        if found and not left and all(bars.axis is not None for bars in found):
            kinds.boxes = []
            return kinds, found
    kinds.boxes = rest
    return kinds, whole


def _bars_in(
    boxes: Sequence[Piece], sheet: Sheet, words: Sequence[Word]
) -> tuple[list[Bars], list[Piece]]:
    sheet = replace(sheet, words=tuple(words))
    up, across = _axes(sheet)
    bars, rest = bars_of(boxes, sheet, up, across)
    found = [bars] if bars is not None else []
    if rest and bars is not None:
        more, rest = bars_of(rest, sheet, up, across)
        found += [more] if more is not None else []
    return found, rest


def _axes(sheet: Sheet) -> tuple[list[Axis], list[Axis]]:
    words = sheet.words
    return multiplied(axes_up(words), words), multiplied(axes_across(words), words)


def _panels(boxes: Sequence[Piece]) -> list[list[Piece]]:
    """Put boxes together that stand beside or over each other."""
    if len(boxes) > _MOST_BOXES:
        return []
    panels: list[list[Piece]] = []
    for box in sorted(boxes, key=lambda b: (b.box[0], b.box[1])):
        near = [p for p in panels if any(_are_near(box, other) for other in p)]
        joined = [box, *(other for p in near for other in p)]
        panels = [p for p in panels if not any(p is n for n in near)] + [joined]
    return panels


def _are_near(one: Piece, other: Piece) -> bool:
    wide, high = max(one.wide, other.wide), max(one.high, other.high)
    across = max(one.box[0], other.box[0]) - min(one.box[2], other.box[2])
    down = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
    is_beside = across <= max(_APART, _WIDTHS * min(wide, 30.0)) and down <= 0.5
    is_over = down <= max(_APART, _WIDTHS * min(high, 30.0)) and across <= 0.5
    return is_beside or is_over


def _around(boxes: Sequence[Piece]) -> Box:
    return (
        min(b.box[0] for b in boxes), min(b.box[1] for b in boxes),
        max(b.box[2] for b in boxes), max(b.box[3] for b in boxes),
    )  # fmt: skip


def _nearest(panels: Sequence[Sequence[Piece]], words: Sequence[Word]) -> list[list[Word]]:
    """Give each word to the panel that it stands nearest to; those to the right are others'."""
    around = [_around(boxes) for boxes in panels]
    found: list[list[Word]] = [[] for _ in panels]
    for word in words:
        x, y = word.middle
        away = [
            max(left - x, 2 * (x - right), 0.0) + max(top - y, y - bottom, 0.0)
            for left, top, right, bottom in around
        ]
        found[away.index(min(away))].append(word)
    return found


def _part(sheet: Sheet, boxes: Sequence[Piece]) -> Sheet:
    """Return the part of a sheet around boxes: its rim is where their label may stand."""
    left, _, right, _ = _around(boxes)
    return replace(sheet, left=max(0.0, left - _RIM), wide=right - left + 2 * _RIM)


_RIM = 60.0
