"""What the pieces of a drawing are: grounds, strokes, bars, cells, marks, curves, areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gdi_spe.disclosure.drawings.pieces.axes import number_of
from gdi_spe.disclosure.drawings.sheet import Ink, Piece, Sheet, Word, is_plain, within

# A mark is so large at most, and a key of a legend; a ground is so much of the page.
MARK, _KEY, _GROUND = 14.0, 30.0, 0.5
_HOLDS = 3
_LEAST_TILES, _LEAST_ACROSS = 9, 2
_MOST_KEYS = 20
_THIN = 0.15
# Pieces of a broken line follow each other so closely.
_NEAR = 16.0
_MOST_HELD = 4000
_BANNER = 0.9
_MOST_ESTIMATES, _LONGEST_INTERVAL = 120, 80.0
# The corner of an arrow's head, and how near it is to the end of its line.
_HEAD, _AT_END = 3, 2.5
_BESIDE_BAR, _LEAST_NUMBERS, _LONG_BAR = 16.0, 3, 5.0


@dataclass
class Kinds:
    """The pieces of a drawing, each once."""

    grounds: list[Piece] = field(default_factory=list)
    # Boxes around words, and keys of legends.
    frames: list[Piece] = field(default_factory=list)
    keys: list[Piece] = field(default_factory=list)
    boxes: list[Piece] = field(default_factory=list)
    tiles: list[Piece] = field(default_factory=list)
    # Straight along the page; straight and aslant; anything longer.
    strokes: list[Piece] = field(default_factory=list)
    slants: list[Piece] = field(default_factory=list)
    curves: list[Piece] = field(default_factory=list)
    areas: list[Piece] = field(default_factory=list)
    marks: list[Piece] = field(default_factory=list)


def kinds_of(sheet: Sheet) -> Kinds:
    """Sort the pieces of a drawing."""
    kinds, boxes = Kinds(), list[Piece]()
    for piece in sheet.pieces:
        _sort(_on_page(piece, sheet, kinds), sheet, kinds, boxes)
    _sort_boxes(_without_estimates(_without_squares(_once(boxes), kinds), kinds), sheet, kinds)
    _chain(kinds)
    _take_heads(kinds)
    _take_keys(sheet, kinds)
    return kinds


def _sort(piece: Piece, sheet: Sheet, kinds: Kinds, boxes: list[Piece]) -> None:
    thin = min(piece.wide, piece.high) <= _THIN
    if piece.wide * piece.high >= _GROUND * sheet.wide * sheet.high and piece.is_box:
        kinds.grounds.append(piece)
    elif thin and not (piece.is_closed and piece.ink.is_filled and _long(piece) < 1):
        if _long(piece) > 0:
            kinds.strokes.append(piece)
    elif piece.is_box and (piece.is_closed or piece.ink.is_filled):
        boxes.append(piece)
    elif len(piece.places) == 2:
        kinds.slants.append(piece)
    elif max(piece.wide, piece.high) <= MARK and (piece.is_closed or piece.ink.is_filled):
        kinds.marks.append(piece)
    elif piece.ink.is_filled:
        kinds.areas.append(piece)
    elif piece.is_closed or _comes_back(piece):
        (kinds.marks if max(piece.wide, piece.high) <= MARK else kinds.areas).append(piece)
    else:
        kinds.curves.append(piece)


def _on_page(piece: Piece, sheet: Sheet, kinds: Kinds) -> Piece:
    """Cut a box where the page ends: bars of a logarithmic axis begin far below."""
    if not piece.is_box or within(piece.box, (0, 0, sheet.wide, sheet.high), 1):
        return piece
    left, top, right, bottom = (
        kinds.grounds[-1].box if kinds.grounds else (0, 0, sheet.wide, sheet.high)
    )
    return replace(piece, places=np.clip(piece.places, (left, top), (right, bottom)))


def _comes_back(piece: Piece) -> bool:
    return piece.is_bent and bool(np.abs(piece.places[0] - piece.places[-1]).max() < 0.5)


def _without_squares(boxes: list[Piece], kinds: Kinds) -> list[Piece]:
    """Take small squares of one size at different heights for marks."""
    square = [b for b in boxes if max(b.wide, b.high) <= MARK
              and abs(b.wide - b.high) <= 0.1 * b.wide + 0.1]  # fmt: skip
    sizes: dict[int, list[Piece]] = {}
    for box in square:
        sizes.setdefault(round(2 * box.wide), []).append(box)
    apart = [same for same in sizes.values() if len({round(b.box[3]) for b in same}) > 1]
    found = [b for same in apart for b in same]
    rows, columns = {round(b.box[1]) for b in found}, {round(b.box[0]) for b in found}
    if len(found) == len(boxes) and len(rows) * len(columns) <= 1.3 * len(found):
        return boxes
    kinds.marks += found
    return [b for b in boxes if not any(b is f for f in found)]


def _without_estimates(boxes: list[Piece], kinds: Kinds) -> list[Piece]:
    """Take squares for marks that an interval goes through: the larger, the more a study weighs."""
    if len(boxes) > _MOST_ESTIMATES:
        return boxes
    square = [b for b in boxes if max(b.wide, b.high) <= 2 * MARK and b.ink.is_filled
              and abs(b.wide - b.high) <= 0.15 * b.wide + 0.1]  # fmt: skip
    found = [b for b in square if any(_goes_through(s, b) for s in kinds.strokes)]
    kinds.marks += found
    return [b for b in boxes if not any(b is f for f in found)]


def _goes_through(stroke: Piece, box: Piece) -> bool:
    """Whether a stroke lies on the middle of a box and beyond it, to both sides."""
    side = 0 if stroke.wide >= stroke.high else 1
    return (
        abs(stroke.middle[1 - side] - box.middle[1 - side]) <= 1
        and stroke.box[side] < box.box[side] - 0.5
        and stroke.box[side + 2] > box.box[side + 2] + 0.5
        and max(stroke.wide, stroke.high) <= _LONGEST_INTERVAL * max(box.wide, box.high)
    )


def _long(piece: Piece) -> float:
    return max(piece.wide, piece.high)


def _once(boxes: list[Piece]) -> list[Piece]:
    """Keep each box once: programs paint an area and then its rim."""
    found: dict[tuple[float, ...], Piece] = {}
    for box in boxes:
        key = tuple(round(v * 2) / 2 for v in box.box)
        if key not in found or (box.ink.is_filled and not found[key].ink.is_filled):
            found[key] = box
    return list(found.values())


def _sort_boxes(boxes: list[Piece], sheet: Sheet, kinds: Kinds) -> None:
    """Tell boxes that hold others or words, cells of one size, and bars."""
    sizes = Counter((round(b.wide), round(b.high)) for b in boxes)
    tiles = {size for size, n in sizes.items() if n >= _LEAST_TILES}
    named = [w for w in sheet.words if number_of(w.text) is None and len(w.text) > 1]
    for box in boxes:
        size = (round(box.wide), round(box.high))
        of_size = [b for b in boxes if (round(b.wide), round(b.high)) == size]
        if size in tiles and _stand_in_rows(of_size):
            kinds.tiles.append(box)
        elif _holds(box, boxes, sheet, kinds) or (
            box.wide >= _BANNER * sheet.wide and any(within(w.box, box.box, 2) for w in named)
        ):
            kinds.grounds.append(box)
        elif is_plain(box) and any(within(w.box, box.box, 2) for w in named):
            kinds.frames.append(box)
        else:
            kinds.boxes.append(box)


def _stand_in_rows(boxes: Sequence[Piece]) -> bool:
    rows, columns = {round(b.box[1]) for b in boxes}, {round(b.box[0]) for b in boxes}
    return min(len(rows), len(columns)) >= _LEAST_ACROSS and len(boxes) > max(
        len(rows), len(columns)
    )


def _holds(box: Piece, boxes: list[Piece], sheet: Sheet, kinds: Kinds) -> bool:
    """Whether a light box lies behind what was drawn after it: the ground of axes or a legend."""
    if not is_plain(box) or (len(sheet.pieces) > _MOST_HELD and box.wide * box.high < 5000):
        return False
    held = [b for b in (*boxes, *kinds.strokes, *kinds.marks, *kinds.curves, *kinds.slants)
            if b is not box and within(b.box, box.box)
            and (b.order > box.order or not box.ink.is_filled)]  # fmt: skip
    return len(held) >= _HOLDS


def _chain(kinds: Kinds) -> None:
    """Put pieces of a line together that stop short of its marks."""
    chains: list[list[Piece]] = []
    lines = sorted((*kinds.slants, *kinds.strokes), key=lambda p: p.order)
    for piece in lines:
        if chains and chains[-1][-1].look == piece.look and _follows(chains[-1][-1], piece):
            chains[-1].append(piece)
        else:
            chains.append([piece])
    slants = {id(p) for p in kinds.slants}
    chains = [chain for chain in chains if len(chain) > 1 and any(id(p) in slants for p in chain)]
    used = {id(p) for chain in chains for p in chain}
    kinds.slants = [p for p in kinds.slants if id(p) not in used]
    kinds.strokes = [p for p in kinds.strokes if id(p) not in used]
    for chain in chains:
        if len(chain) > 1:
            ends = [chain[0].places[0], *(p.places[1] for p in chain)]
            first = chain[0]
            kinds.curves.append(Piece(np.array(ends), False, False, first.ink, first.order))


def _follows(one: Piece, other: Piece) -> bool:
    near = np.abs(one.places[-1] - other.places[0]).max() <= _NEAR
    goes_on = other.places[0][0] >= one.places[-1][0] - 0.5 and other.wide > 0 and one.wide > 0
    return bool(near and goes_on)


def _take_heads(kinds: Kinds) -> None:
    """Take the heads of arrows away: small corners at the end of a line."""
    small = [c for c in kinds.curves if len(c.places) == _HEAD and max(c.wide, c.high) <= MARK]
    if not small or len(kinds.curves) > _MOST_HELD:
        return
    lines = [*kinds.strokes, *kinds.slants, *(c for c in kinds.curves if len(c.places) > _HEAD
                                              or max(c.wide, c.high) > MARK)]  # fmt: skip
    ends = np.array([end for line in lines for end in (line.places[0], line.places[-1])])
    heads = [c for c in small if len(ends)
             and np.abs(ends - c.places[1]).max(axis=1).min() <= _AT_END]  # fmt: skip
    kinds.keys += heads
    kinds.curves = [c for c in kinds.curves if not any(c is h for h in heads)]


def _take_keys(sheet: Sheet, kinds: Kinds) -> None:
    """Take the keys of legends away: small, each of its own look, with a word right beside it."""
    named = [w for w in sheet.words if re_letters(w) and not w.is_upright]
    any_words = [w for w in sheet.words if not w.is_upright]
    behind = [b for b in kinds.boxes if is_plain(b) and _is_key(b, any_words)]
    behind += [b for b in kinds.boxes if b.ink.is_mixed and _has_numbers(b, sheet)]
    behind += [b for b in kinds.tiles if is_plain(b) and _is_key(b, any_words)]
    kinds.boxes = [b for b in kinds.boxes if not any(b is k for k in behind)]
    kinds.tiles = [b for b in kinds.tiles if not any(b is k for k in behind)]
    kinds.keys += behind
    for name in ("boxes", "marks", "strokes", "slants", "areas", "curves"):
        pieces: list[Piece] = getattr(kinds, name)
        if len(pieces) > _MOST_HELD:
            continue
        keys = [p for p in pieces if any(within(p.middle * 2, b.box, 0) for b in behind)]
        if keys and len(keys) <= _MOST_KEYS:
            kinds.keys += keys
            pieces = [p for p in pieces if not any(p is k for k in keys)]
            setattr(kinds, name, pieces)
        keys = [p for p in pieces if _is_key(p, named)]
        looks = {(p.look, *((round(p.wide), len(p.places)) * (name == "marks"))) for p in keys}
        if keys and len(keys) <= _MOST_KEYS and len(looks) * 2 >= len(keys):
            kinds.keys += keys
            setattr(kinds, name, [p for p in pieces if not any(p is k for k in keys)])


def re_letters(word: Word) -> bool:
    """Whether words have letters, or a range as groups have."""
    return any(c.isalpha() for c in word.text) or number_of(word.text) is None


def _is_key(piece: Piece, named: Sequence[Word]) -> bool:
    if max(piece.wide, piece.high) > _KEY:
        return False
    _, middle = piece.middle
    return any(
        0 <= w.box[0] - piece.box[2] <= 16 and abs(w.middle[1] - middle) <= 0.6 * w.size
        for w in named
    )


def _has_numbers(box: Piece, sheet: Sheet) -> bool:
    """Whether numbers stand along a box, from end to end: what its colours mean."""
    left, top, right, bottom = box.box
    numbers = [w for w in sheet.words if number_of(w.text) is not None]
    side = 1 if box.high >= box.wide else 0
    if side:
        near = [w for w in numbers if 0 <= w.box[0] - right <= _BESIDE_BAR
                or 0 <= left - w.box[2] <= _BESIDE_BAR]  # fmt: skip
    else:
        near = [w for w in numbers if 0 <= w.box[1] - bottom <= _BESIDE_BAR
                or 0 <= top - w.box[3] <= _BESIDE_BAR]  # fmt: skip
    at = [w.middle[side] for w in near
          if box.box[side] - w.size <= w.middle[side] <= box.box[side + 2] + w.size]  # fmt: skip
    long = max(box.wide, box.high) >= _LONG_BAR * min(box.wide, box.high)
    return len(at) >= (2 if long else _LEAST_NUMBERS) and max(at) - min(at) >= 0.5 * max(
        box.wide, box.high
    )


def paint_of(ink: Ink) -> tuple[str, str]:
    """Return the colours that tell one series from another."""
    return ink.fill or ink.stroke, ink.dashes
