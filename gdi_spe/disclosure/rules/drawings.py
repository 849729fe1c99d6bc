"""Rules about drawings: every line and area is explained, or a person looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks
from gdi_spe.disclosure.drawings.pieces.axes import (
    Axis,
    axes_across,
    axes_up,
    multiplied,
    number_of,
)
from gdi_spe.disclosure.drawings.pieces.bars import Bars, bars_of
from gdi_spe.disclosure.drawings.pieces.curves import is_chosen, n_turns
from gdi_spe.disclosure.drawings.pieces.kinds import Kinds, kinds_of, paint_of
from gdi_spe.disclosure.drawings.pieces.marks import Places, is_membership, marks_of, n_beside_boxes
from gdi_spe.disclosure.drawings.pieces.tests_drawn import (
    are_quantiles,
    falls_off,
    is_mirrored,
    is_volcano,
)
from gdi_spe.disclosure.drawings.sheet import Piece, Sheet, colour_of, within
from gdi_spe.disclosure.rules.drawn.counted import few_in_labels
from gdi_spe.disclosure.rules.drawn.explained import n_codes
from gdi_spe.disclosure.rules.drawn.vocabulary import (
    COUNT,
    EXPECTED,
    GENOME,
    LOG_P,
    OBSERVED,
    OTHER,
    PEOPLE,
    PHENOME,
    SHARE,
    SIZE,
)
from gdi_spe.disclosure.rules.hidden import is_density, shows_variants
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LEAST_PEOPLE = 1000
_SURE = 4
# So few pieces need no words: they hold next to nothing.
_FEW_PIECES = 3
_NAMED_SHARE = 0.75
_MOST_SERIES, _MOST_OF_LOOK = 14, 3
_MOST_SLANTS, _MOST_OF_SLANTS = 12, 3
_SMALLEST_LETTERS = 2.5
_LARGE_SHEET = 3000
_SMALLEST_PICTURE = 3.0
_ESTIMATES = re.compile(
    r"\bbeta\b|effect|\blog ?OR\b|odds|hazard|estimate|log2|fold|coefficient|\br_?g\b|Z[- ]?score"
    r"|frequency|\bMAF\b|standard error|precision|p-?value",
    re.IGNORECASE,
)
_OF_TESTS = re.compile(
    r"variant|\balleles?\b|\bSNPs?\b|loc[iu]s?\b|\bgenes?\b|stud(y|ies)|cohorts?\b|trait|pathway|instrument",
    re.IGNORECASE,
)
_GROUPED = re.compile(
    r"decile|quintile|quartile|tertile|tenths|percentile|predicted|calibration|bins?\b"
    r"|component|\bPC\b|cluster",
    re.IGNORECASE,
)
_MOST_ESTIMATES = 200
_MOST_GROUPS = 20
_LARGEST_ESTIMATE = 10.0
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
    _, bars = _read(part.sheet)
    for each in bars:
        small = _small(each, minimum)
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


def _read(sheet: Sheet) -> tuple[Kinds, list[Bars]]:
    """Return the kinds of pieces, and the bars taken from among the boxes."""
    kinds = kinds_of(sheet)
    up = multiplied(axes_up(sheet.words), sheet.words)
    across = multiplied(axes_across(sheet.words), sheet.words)
    bars, rest = bars_of(kinds.boxes, sheet, up, across)
    found = [bars] if bars is not None else []
    if rest and bars is not None:
        more, rest = bars_of(rest, sheet, up, across)
        found += [more] if more is not None else []
    kinds.boxes = rest
    return kinds, found


def doubts(part: Marks, sheet: Sheet, judging: Judging) -> Iterator[str]:
    """Yield what in a drawing is not explained."""
    if not sheet.is_whole:
        yield "it draws too much to be taken apart"
        return
    kinds, bars = _read(sheet)
    drawn = len(kinds.marks) + len(kinds.curves) + len(kinds.areas) + len(bars) + len(kinds.tiles)
    if drawn > _FEW_PIECES and not sheet.words:
        yield "no words say what it shows"
    if sheet.n_unread:
        yield f"{sheet.n_unread:,} of its letters cannot be read"
    n = max(n_codes(sheet.told), len(set(_PERSON.findall(sheet.told))))
    if n >= _SURE:
        yield f"{n:,} of its words are codes of one kind, as people have"
    shown = (kinds.grounds, kinds.frames, kinds.boxes, kinds.tiles, *(b.pieces for b in bars))
    yield from _doubts_of_words(sheet, [p for group in shown for p in group])
    other = [b for b in kinds.boxes if b.ink.is_filled]
    if len(other) > judging.policy.pictures.most_marks:
        yield f"{len(other):,} of its boxes are neither bars nor cells with names"
    if _EXTREME.search(sheet.told):
        yield "it tells an extreme, which is one person's value"
    if not is_density(part, judging):
        yield from _doubts_of_tiles(kinds.tiles, sheet, judging)
    yield from _doubts_of_curves(kinds, sheet, judging)
    is_sets = bool(bars) and PEOPLE.search(bars[0].label) is not None and is_membership(
        marks_of(sheet, kinds).alone, sheet, [p.middle[0] for p in bars[0].pieces])  # fmt: skip
    is_grouped = _GROUPED.search(sheet.told) is not None
    for each in bars:
        yield from _doubts_of_bars(each, judging, is_sets, is_grouped)
    if not is_sets and not shows_variants(part, judging):
        yield from _doubts_of_marks(
            kinds, [p for each in bars for p in each.pieces], sheet, judging
        )


def _doubts_of_words(sheet: Sheet, boxes: Sequence[Piece]) -> Iterator[str]:
    """Yield why words may not be seen, or shapes: off the page, beneath others, in their colour."""
    page = (-0.05 * sheet.wide, -0.05 * sheet.high, 1.05 * sheet.wide, 1.05 * sheet.high)
    hidden = sum(1 for w in sheet.words if w.size < _SMALLEST_LETTERS)
    away = [w for w in sheet.words if not (page[0] <= w.middle[0] <= page[2]
                                           and page[1] <= w.middle[1] <= page[3])]  # fmt: skip
    boxes = [p for p in boxes if p.ink.is_filled][:_LARGE_SHEET]
    for word in sheet.words:
        beneath = [b for b in boxes if within(word.middle * 2, b.box, 0)]
        covered = any(b.order > word.order for b in beneath)
        ground = max(beneath, key=lambda b: b.order).ink.fill if beneath else "#ffffff"
        hidden += covered or _is_like(word.colour, ground)
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


def _is_like(one: str, other: str) -> bool:
    a, b = colour_of(one), colour_of(other)
    return a is not None and b is not None and max(
        abs(x - y) for x, y in zip(a, b, strict=True)) < 0.12  # fmt: skip


def _small(bars: Bars, minimum: int) -> list[float]:
    if bars.is_told and any(v != round(v) for v in bars.values):
        return []
    off = 0.0 if bars.axis is None or bars.axis.is_log else 0.3 * abs(bars.axis.step)
    return [v for v in bars.values if off < v < minimum - 0.5]


def _doubts_of_bars(bars: Bars, judging: Judging, is_sets: bool, is_grouped: bool) -> Iterator[str]:
    minimum, people = judging.policy.counts.minimum, judging.context.n_individuals
    if len(bars.pieces) > judging.policy.pictures.most_bars * max(1, bars.is_histogram * 2):
        yield f"it has {len(bars.pieces):,} bars"
    is_named = is_sets or bars.n_named >= max(1, _NAMED_SHARE * bars.n_places)
    is_named = is_named or (is_grouped and bars.n_places <= _MOST_GROUPS)
    if not is_named and not bars.is_histogram:
        yield "its bars have no names"
    label = bars.label
    if OTHER.search(label) and not PEOPLE.search(label):
        return
    if not bars.values:
        yield "the numbers along the axis of its bars cannot be read"
        return
    small: list[float] = []
    most = max(bars.values)
    if SHARE.search(label) and most <= 105 and people:
        whole = people if most <= 1.05 else people / 100
        small = [v for v in bars.values if 0.5 < v * whole < minimum - 0.5]
    elif PEOPLE.search(label) or COUNT.search(label) or bars.is_histogram or not label:
        small = _small(bars, minimum)
    if small:
        yield f"{len(small):,} bars may stand for fewer than {minimum} people"
    if (
        bars.is_histogram
        and not is_named
        and not (PEOPLE.search(label) or COUNT.search(label) or re.search("density", label, re.I))
    ):
        yield "its bars have no names"


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


def _doubts_of_curves(kinds: Kinds, sheet: Sheet, judging: Judging) -> Iterator[str]:
    """Yield why lines and areas may be of people: too many, alike, or where the data chose."""
    limits = judging.policy.pictures
    courses = [*kinds.curves, *kinds.areas]
    if len(courses) > 3 * _MOST_SERIES:
        yield f"it has {len(courses):,} lines and areas"
        return
    panels = max(1, len(kinds.frames))
    lines = [c for c in kinds.curves if not _has_right_angles(c)]
    alike = Counter(paint_of(c.ink) for c in lines if not _is_named(c, sheet))
    if alike and max(alike.values()) > _MOST_OF_LOOK * panels:
        yield f"{max(alike.values()):,} of its lines look alike, so nothing says whose they are"
    if len(lines) > _MOST_SERIES * panels:
        yield f"it has {len(lines):,} lines"
    turns = [n_turns(c.places, sheet.high) for c in kinds.curves]
    if turns and max(turns) > limits.most_turns:
        yield f"a curve turns {max(turns):,} times"
    data_chose = sum(not is_chosen(c) for c in courses)
    if data_chose:
        yield f"{data_chose:,} of its lines go where the data chose, not on an even grid"
    slants = Counter(paint_of(s.ink) for s in kinds.slants if max(s.wide, s.high) > 14)
    if slants and (max(slants.values()) > _MOST_OF_SLANTS * panels
                   or slants.total() > _MOST_SLANTS):  # fmt: skip
        yield f"{slants.total():,} of its straight lines may each be a person's"


def _is_named(line: Piece, sheet: Sheet) -> bool:
    """Whether a word stands at the foot or the end of a line, outside of it: its name."""
    last = line.places[-1]
    for word in sheet.words:
        if word.is_upright or number_of(word.text) is not None or len(word.text) < 2:
            continue
        middle = word.middle[1]
        is_left = word.box[2] <= line.box[0] + 8 and abs(middle - line.box[3]) <= word.size
        is_right = -2 <= word.box[0] - last[0] <= 14 and abs(middle - last[1]) <= word.size
        if is_left or is_right:
            return True
    return False


def _has_right_angles(piece: Piece) -> bool:
    """Whether a line of few corners joins branches, as those of a tree do."""
    step = np.abs(np.diff(piece.places, axis=0))
    return len(piece.places) <= 5 and bool((step.min(axis=1) < 0.1).all())


def _doubts_of_marks(
    kinds: Kinds, bars: list[Piece], sheet: Sheet, judging: Judging
) -> Iterator[str]:
    limits, minimum = judging.policy.pictures, judging.policy.counts.minimum
    n = judging.context.n_individuals
    marks = marks_of(sheet, kinds)
    if marks.n_loose > limits.most_marks:
        yield f"it has about {marks.n_loose:,} short strokes that are no ticks"
    if marks.n_with_intervals + marks.n_on_lines + marks.n_named > limits.most_estimates:
        yield "it has more marks on lines than estimates are drawn"
    if beside := n_beside_boxes(kinds.marks, [*kinds.boxes, *bars], kinds):
        yield f"{beside:,} marks beside boxes are single people's values"
    if len(marks.alone) <= limits.most_marks:
        return
    if n is not None and len(marks.alone) >= minimum and abs(len(marks.alone) - n) <= n // 50:
        yield f"it has {len(marks.alone):,} marks, as many as people"
    elif not _are_of_tests(marks.alone, kinds, sheet, judging):
        yield f"it has {len(marks.alone):,} marks that no line, interval or name explains"


def _are_of_tests(at: Places, kinds: Kinds, sheet: Sheet, judging: Judging) -> bool:
    """Whether marks are of variants, genes, studies or groups: form and words agree."""
    # TRUST: either alone can be had of people; form and words together are the form of results.
    people, told = judging.context.n_individuals, sheet.told
    if people is None or people < _LEAST_PEOPLE:
        return False
    up, across = axes_up(sheet.words), axes_across(sheet.words)
    vertical = _covering(up, at[:, 1])
    level = _covering(across, at[:, 0])
    if vertical is None:
        return False
    y = np.array([vertical.value(v) for v in at[:, 1]])
    along = bool(GENOME.search(told)) or judging.side_car.kind.lower() == "manhattan"
    is_along = bool(LOG_P.search(told)) and (along or PHENOME.search(told) is not None)
    if is_along and (falls_off(y, 0.0) or is_mirrored(y)):
        return True
    x = np.array([level.value(v) for v in at[:, 0]]) if level is not None else None
    if x is None:
        return False
    if LOG_P.search(told) and EXPECTED.search(told) and OBSERVED.search(told):
        return are_quantiles(x, y)
    if LOG_P.search(told) and SIZE.search(told) and is_volcano(x, y, 0.0):
        return True
    return _are_estimates(x, y, told) or _are_groups(x, y, told)


def _covering(axes: Sequence[Axis], at: Places) -> Axis | None:
    low, high = float(at.min()), float(at.max())
    return next((a for a in axes if a.covers(low, high)), None)


def _are_estimates(x: Places, y: Places, told: str) -> bool:
    """Whether marks are estimates of tests or studies, set against each other or their errors."""
    if len(x) > _MOST_ESTIMATES or not _OF_TESTS.search(told):
        return False
    # Each axis says so.
    is_of_estimates = len(_ESTIMATES.findall(told)) >= len(("across", "up"))
    return is_of_estimates and max(np.abs(y).max(), np.abs(x).max()) <= _LARGEST_ESTIMATE


def _are_groups(x: Places, y: Places, told: str) -> bool:
    """Whether a few marks rise together, as what is predicted of groups and what is seen do."""
    if len(x) > 25 or not _GROUPED.search(told):
        return False
    order = np.argsort(x)
    rises = np.corrcoef(x, y)[0, 1] >= 0.9 or bool((np.diff(y[order]) <= 0).mean() >= 0.9)
    return bool(rises and float(x.min()) >= 0 and float(np.diff(x[order]).min()) > 0)


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
