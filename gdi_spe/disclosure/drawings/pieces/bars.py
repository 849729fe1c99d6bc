"""Bars of a drawing: which way they stand, what they are called, what they are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gdi_spe.disclosure.drawings.pieces.axes import Axis, number_of
from gdi_spe.disclosure.drawings.sheet import Piece, Sheet, Word, is_plain

_NEAR_LABEL = 14.0
_TOUCHING = 0.06
_LEAST_HISTOGRAM = 4
_SPECK = 5.0


@dataclass(frozen=True)
class Bars:
    """Bars of one direction, with what they are worth where that can be read."""

    pieces: tuple[Piece, ...]
    is_lying: bool
    values: tuple[float, ...]
    axis: Axis | None
    n_named: int
    n_places: int
    is_histogram: bool
    label: str
    # Whether the numbers at the bars were taken, for want of an axis.
    is_told: bool = False


def bars_of(
    boxes: Sequence[Piece], sheet: Sheet, up: Sequence[Axis], across: Sequence[Axis]
) -> tuple[Bars | None, list[Piece]]:
    """Return the bars among boxes, and the boxes that are none."""
    standing, lying = _alike(boxes, 0), _alike(boxes, 1)
    is_lying = len(lying) > len(standing) or (
        len(lying) == len(standing) and _n_bases(lying, 1) < _n_bases(standing, 0)
    )
    pieces = lying if is_lying else standing
    # One empty box is a rim around something.
    if not pieces or (len(pieces) == 1 and is_plain(pieces[0])):
        return None, list(boxes)
    # Specks are none; more of them than a few are told of as boxes without a meaning.
    if max(max(p.wide, p.high) for p in pieces) < _SPECK:
        return None, list(boxes)
    rest = [b for b in boxes if not any(b is p for p in pieces)]
    side = 0 if is_lying else 1
    axis = _axis_for(pieces, across if is_lying else up, side)
    values = [_value(p, axis, side) for p in pieces] if axis else []
    told = _told_at(pieces, sheet, is_lying) if axis is None else []
    places = _places(pieces, 1 - side)
    named = _named(places, sheet.words, pieces, 1 - side, axis)
    other = up if is_lying else across
    histogram = len(pieces) >= _LEAST_HISTOGRAM and bool(other) and _touch(pieces, 1 - side)
    if histogram:
        named = 0
    used = {id(w) for a in (*up, *across) for w in a.words}
    label = label_of(sheet, is_lying, used)
    bars = Bars(tuple(pieces), is_lying, tuple(values or told), axis, named, len(places),
                histogram, label, bool(told))  # fmt: skip
    return bars, rest


def _alike(boxes: Sequence[Piece], side: int) -> list[Piece]:
    """Return the boxes of the commonest width (or height) that stand on one line or each other."""
    sizes = Counter(round((b.wide, b.high)[side] * 2) / 2 for b in boxes)
    if not sizes:
        return []
    size, n = sizes.most_common(1)[0]
    near = [b for b in boxes if abs((b.wide, b.high)[side] - size) <= 0.75]
    if n == 1 and len(boxes) > 1:
        return []
    other = 1 - side
    ends = Counter(round(e) for b in near for e in {round(b.box[other]), round(b.box[other + 2])})
    base = ends.most_common(1)[0][0]
    on = [b for b in near if any(abs(e - base) <= 1.5 for e in (b.box[other], b.box[other + 2]))]
    grown = len(on)
    while True:
        on = [b for b in near if any(b is o for o in on) or any(_stacked(b, o, side) for o in on)]
        if len(on) == grown:
            return on if len(on) >= 0.5 * len(near) or len(near) <= 3 else near
        grown = len(on)


def _stacked(one: Piece, other: Piece, side: int) -> bool:
    along = 1 - side
    return abs(one.box[side] - other.box[side]) <= 1 and (
        abs(one.box[along] - other.box[along + 2]) <= 1
        or abs(one.box[along + 2] - other.box[along]) <= 1
    )


def _n_bases(pieces: Sequence[Piece], side: int) -> int:
    other = 1 - side
    return min(
        len({round(p.box[other]) for p in pieces}), len({round(p.box[other + 2]) for p in pieces})
    )


def _axis_for(pieces: Sequence[Piece], axes: Sequence[Axis], side: int) -> Axis | None:
    """Return the axis along bars: it goes as far as they do, and stands beside them."""
    low, high = min(p.box[side] for p in pieces), max(p.box[side + 2] for p in pieces)
    able = [a for a in axes if a.low - 0.5 * (a.high - a.low) <= high and a.high >= low - 1]
    able = [a for a in able if a.covers(max(low, a.low), min(high, max(a.high, a.low)))]
    edge = min(p.box[1 - side] for p in pieces)
    return min(able, key=lambda a: abs(a.across - edge), default=None)


def _value(piece: Piece, axis: Axis, side: int) -> float:
    ends = axis.value(piece.box[side]), axis.value(piece.box[side + 2])
    return max(ends) if axis.is_log else abs(ends[0] - ends[1])


def _told_at(pieces: Sequence[Piece], sheet: Sheet, is_lying: bool) -> list[float]:
    """Return the numbers at bars, if each has one."""
    numbers = [(w, n) for w in sheet.words if (n := _leading(w.text)) is not None]
    found = []
    for piece in pieces:
        near = [n for w, n in numbers if _is_at(w, piece, is_lying)]
        if not near:
            return []
        found.append(min(near))
    return found


def _leading(text: str) -> float | None:
    """Return the number that words are or begin with: "642", "642 (12%)"."""
    whole = number_of(text)
    return whole if whole is not None else number_of(text.split(" ")[0].split("(")[0])


def _is_at(word: Word, piece: Piece, is_lying: bool) -> bool:
    x, y = word.middle
    left, top, right, bottom = piece.box
    if is_lying:
        return top - 2 <= y <= bottom + 2 and left - _NEAR_LABEL <= word.box[0] <= (
            right + _NEAR_LABEL
        )
    return left - 4 <= x <= right + 4 and top - _NEAR_LABEL - word.size <= y <= bottom


def _places(pieces: Sequence[Piece], side: int) -> list[tuple[float, float]]:
    """Return where groups of bars stand: bars that nearly touch are one group."""
    ends = sorted({(round(p.box[side], 1), round(p.box[side + 2], 1)) for p in pieces})
    found: list[tuple[float, float]] = []
    for low, high in ends:
        if found and low - found[-1][1] <= _TOUCHING * (high - low) + 0.3 and low > found[-1][0]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        elif not found or low >= found[-1][1] - 0.3:
            found.append((low, high))
    return found


def _named(
    places: Sequence[tuple[float, float]], words: Sequence[Word], pieces: Sequence[Piece],
    side: int, axis: Axis | None,
) -> int:  # fmt: skip
    """Count the groups of bars that have a word of their own beyond their ends."""
    low = min(p.box[1 - side] for p in pieces)
    high = max(p.box[3 - side] for p in pieces)
    used = {id(w) for w in axis.words} if axis else set()
    free = [w for w in words if id(w) not in used]
    n = 0
    for start, end in places:
        slack = 0.2 * (end - start) + 2
        n += any(
            any(start - slack <= at <= end + slack for at in _ends(w, side))
            and (w.middle[1 - side] >= high - 2 or w.middle[1 - side] <= low + 2)
            for w in free
        )
    return n


def _ends(word: Word, side: int) -> tuple[float, ...]:
    return (word.middle[side], word.box[side], word.box[side + 2])


def _touch(pieces: Sequence[Piece], side: int) -> bool:
    """Whether most bars begin where another ends, as those of a histogram do."""
    starts = sorted({round(p.box[side], 1) for p in pieces})
    ends = sorted({round(p.box[side + 2], 1) for p in pieces})
    wide = max(0.5, ends[0] - starts[0])
    near = sum(any(abs(s - e) <= _TOUCHING * wide + 0.3 for e in ends) for s in starts[1:])
    return len(starts) >= _LEAST_HISTOGRAM and near >= 0.7 * (len(starts) - 1)


def label_of(sheet: Sheet, is_lying: bool, used: set[int]) -> str:
    """Return the words along the axis of values, or every word where none stands there."""
    words = [w for w in sheet.words if id(w) not in used and number_of(w.text) is None]
    if is_lying:
        lowest = max((w.base for w in sheet.words), default=0.0)
        near = [w for w in words if not w.is_upright and w.base >= lowest - 1.5 * w.size]
    else:
        rim = max(0.15 * sheet.wide, 60.0 * (sheet.left > 0))
        near = [
            w
            for w in words
            if w.is_upright
            and len(w.text) > 1
            and not rim <= w.middle[0] - sheet.left <= sheet.wide - rim
        ]
    near = [w for w in near if any(c.isalpha() for c in w.text)]
    return " ".join(w.text for w in near or words)
