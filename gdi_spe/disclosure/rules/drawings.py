"""Rules about drawings: every line and area is explained, or a person looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks
from gdi_spe.disclosure.drawings.pieces.axes import axes_across, axes_up, number_of
from gdi_spe.disclosure.drawings.pieces.marks import is_membership, marks_of
from gdi_spe.disclosure.drawings.pieces.panels import read
from gdi_spe.disclosure.drawings.sheet import Piece, Sheet, Word, colour_of, within
from gdi_spe.disclosure.rules.drawn.bars_drawn import doubts_of_bars, small_of
from gdi_spe.disclosure.rules.drawn.counted import few_in_labels
from gdi_spe.disclosure.rules.drawn.courses import doubts_of_curves
from gdi_spe.disclosure.rules.drawn.explained import n_codes
from gdi_spe.disclosure.rules.drawn.marks_drawn import GROUPED, doubts_of_marks
from gdi_spe.disclosure.rules.drawn.vocabulary import OTHER, PEOPLE
from gdi_spe.disclosure.rules.hidden import is_density, shows_variants
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_SURE = 4
# So few pieces need no words: they hold next to nothing.
_FEW_PIECES = 3
_NAMED_SHARE = 0.75
_SMALLEST_LETTERS = 2.5
_LARGE_SHEET = 3000
_HALO = 3.0
_SMALLEST_PICTURE = 3.0
_PERSON = re.compile(
    r"\b(?:pt|patient|subject|participant|person|individual|sample|case|donor|id|s|p|i)"
    r"[ _#.-]{0,2}\d{1,10}\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(r"\b(max(imum)?|min(imum)?|highest|lowest)\b(?! (allele|likelihood))", re.I)


def small_bars_drawn(part: Marks, judging: Judging) -> Iterator[Hit]:
    """Find bars that stand for few people by the numbers along their axis."""
    if part.sheet is None:
        return
    minimum = judging.policy.counts.minimum
    _, bars = read(part.sheet)
    for each in bars:
        small = small_of(each, minimum)
        sure = each.is_told or (each.axis is not None and each.axis.n_numbers >= _SURE)
        if not small or not sure or max(each.values) < minimum:
            continue
        if PEOPLE.search(each.label) and not OTHER.search(each.label):
            why = f"{len(small):,} bars of people are below the policy's minimum of {minimum}."
            yield Hit(why, {"n_small": len(small), "minimum": minimum})


def small_labels_drawn(part: Marks, judging: Judging) -> Iterator[Hit]:
    """Find numbers of few people among the words of a drawing, beside those of its axes."""
    if part.sheet is None:
        return
    words = part.sheet.words
    across = [a for a in axes_across(words) if a.n_numbers >= _SURE]
    used = {id(w) for a in (*axes_up(words), *across) for w in a.words}
    text = "\n".join(w.text for w in words if id(w) not in used)
    yield from few_in_labels(text, judging)


def unexplained_drawing(part: Marks, judging: Judging) -> Iterator[Hit]:
    """A drawing passes if each piece of it is explained, and none of them can be a person."""
    if part.sheet is None:
        yield Hit("A drawing was not taken apart; a person looks at it.", {})
        return
    found = list(dict.fromkeys(doubts(part, part.sheet, judging)))
    if found:
        yield Hit(f"A person looks at it: {'; '.join(found)}.", {"n_doubts": len(found)})


def doubts(part: Marks, sheet: Sheet, judging: Judging) -> Iterator[str]:
    """Yield what in a drawing is not explained."""
    if not sheet.is_whole:
        yield "it draws too much to be taken apart"
        return
    kinds, bars = read(sheet)
    drawn = len(kinds.marks) + len(kinds.curves) + len(kinds.areas) + len(bars) + len(kinds.tiles)
    if drawn > _FEW_PIECES and not sheet.words:
        yield "no words say what it shows"
    if sheet.n_unread:
        yield f"{sheet.n_unread:,} of its letters cannot be read"
    n = max(n_codes(sheet.told), len(set(_PERSON.findall(sheet.told))))
    if n >= _SURE:
        yield f"{n:,} of its words are codes of one kind, as people have"
    shown = (kinds.grounds, kinds.frames, kinds.boxes, kinds.tiles, *(b.pieces for b in bars))
    yield from _doubts_of_words(sheet, [p for group in shown for p in group], kinds.areas)
    other = [b for b in kinds.boxes if b.ink.is_filled]
    if len(other) > judging.policy.pictures.most_marks:
        yield f"{len(other):,} of its boxes are neither bars nor cells with names"
    if _EXTREME.search(sheet.told):
        yield "it tells an extreme, which is one person's value"
    if not is_density(part, judging):
        yield from _doubts_of_tiles(kinds.tiles, sheet, judging)
    yield from doubts_of_curves(kinds, sheet, judging)
    is_sets = bool(bars) and PEOPLE.search(bars[0].label) is not None and is_membership(
        marks_of(sheet, kinds).alone, sheet, [p.middle[0] for p in bars[0].pieces])  # fmt: skip
    is_grouped = GROUPED.search(sheet.told) is not None
    for each in bars:
        yield from doubts_of_bars(each, judging, is_sets, is_grouped, sheet.told)
    if not is_sets and not shows_variants(part, judging):
        yield from doubts_of_marks(kinds, [p for each in bars for p in each.pieces], sheet, judging)


def _doubts_of_words(sheet: Sheet, boxes: Sequence[Piece], areas: Sequence[Piece]) -> Iterator[str]:
    """Yield why words may not be seen, or shapes: off the page, beneath others, in their colour."""
    page = (-0.05 * sheet.wide, -0.05 * sheet.high, 1.05 * sheet.wide, 1.05 * sheet.high)
    hidden = sum(1 for w in sheet.words if w.size < _SMALLEST_LETTERS)
    away = [w for w in sheet.words if not (page[0] <= w.middle[0] <= page[2]
                                           and page[1] <= w.middle[1] <= page[3])]  # fmt: skip
    boxes = [p for p in boxes if p.ink.is_filled][:_LARGE_SHEET]
    areas = [p for p in areas if p.ink.is_filled][:_LARGE_SHEET]
    for word in sheet.words:
        beneath = [b for b in boxes if within(word.middle * 2, b.box, 0)]
        covered = any(b.order > word.order for b in beneath)
        beneath += [a for a in areas if a.order <= word.order and _is_in(word.middle, a)]
        ground = max(beneath, key=lambda b: b.order).ink.fill if beneath else "#ffffff"
        unseen = covered or _is_like(word.colour, ground)
        hidden += unseen and not _is_again(word, sheet)
    if hidden or away:
        yield f"{hidden + len(away):,} of its words can hardly be seen"
    off = [p for p in sheet.pieces if p.box[2] < page[0] or p.box[0] > page[2]
           or p.box[3] < page[1] or p.box[1] > page[3]]  # fmt: skip
    if off:
        yield f"{len(off):,} of its pieces lie beyond its page"
    tiny = [p for p in sheet.pictures if min(p[2] - p[0], p[3] - p[1]) < _SMALLEST_PICTURE
            or not within(p, page, 0)]  # fmt: skip
    if tiny:
        yield f"{len(tiny):,} of its pictures can hardly be seen"


def _is_in(place: tuple[float, float], area: Piece) -> bool:
    """Whether a place lies within a closed line: as many of its sides lie left as right."""
    x, y = place
    if not within(place * 2, area.box, 0):
        return False
    at, after = area.places, np.roll(area.places, -1, axis=0)
    crosses = (at[:, 1] > y) != (after[:, 1] > y)
    rise = np.where(crosses, after[:, 1] - at[:, 1], 1.0)
    across = at[:, 0] + (y - at[:, 1]) / rise * (after[:, 0] - at[:, 0])
    return bool((crosses & (across > x)).sum() % 2)


def _is_again(word: Word, sheet: Sheet) -> bool:
    """Whether words are written once more beside themselves, as a halo around letters is."""
    return any(
        other.text == word.text and other.order > word.order
        and max(abs(other.left - word.left), abs(other.base - word.base)) <= _HALO
        for other in sheet.words
    )  # fmt: skip


def _is_like(one: str, other: str) -> bool:
    a, b = colour_of(one), colour_of(other)
    return a is not None and b is not None and max(
        abs(x - y) for x, y in zip(a, b, strict=True)) < 0.12  # fmt: skip


def _doubts_of_tiles(tiles: Sequence[Piece], sheet: Sheet, judging: Judging) -> Iterator[str]:
    if not tiles:
        return
    rows = sorted({round(t.middle[1]) for t in tiles})
    columns = sorted({round(t.middle[0]) for t in tiles})
    n, most = judging.context.n_individuals, judging.policy.pictures.most_cells_a_side
    if max(len(rows), len(columns)) > most:
        yield f"it has a matrix of {len(rows):,} by {len(columns):,} cells"
        return
    names = [w for w in sheet.words if number_of(w.text) is None]
    slack = 0.6 * max(tiles[0].wide, tiles[0].high)
    by_row = sum(any(abs(w.middle[1] - r) <= slack for w in names) for r in rows)
    by_column = sum(any(abs(w.middle[0] - c) <= slack for w in names) for c in columns)
    n_names = len({w.text for w in names})
    if (by_row < _NAMED_SHARE * len(rows) or by_column < _NAMED_SHARE * len(columns)
            or n_names < _NAMED_SHARE * max(len(rows), len(columns))):  # fmt: skip
        yield f"rows or columns of a matrix ({len(rows)} by {len(columns)}) have no names"
    for side in (len(rows), len(columns)):
        if n and side >= judging.policy.counts.minimum and abs(side - n) <= max(1, n // 50):
            yield "a matrix has a row or column for each individual"


RULES = (
    Rule(
        "IMG104", "Numbers of few people in a drawing", Verdict.BLOCK,
        "Merge groups, or leave those of few people out, and draw it again.",
        Marks, small_labels_drawn,
    ),
    Rule(
        "VEC102", "Bars of few people in a drawing", Verdict.BLOCK,
        "Merge groups, or leave bars of few people out, and draw it again.",
        Marks, small_bars_drawn,
    ),
    Rule(
        "VEC901", "Drawing", Verdict.REVIEW,
        "Draw groups with axes, names and few marks; export the numbers behind it beside it.",
        Marks, unexplained_drawing,
    ),
)  # fmt: skip
