"""Lines and areas of a drawing that may be of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from gdi_spe.disclosure.drawings.pieces.axes import number_of
from gdi_spe.disclosure.drawings.pieces.curves import is_chosen, n_turns
from gdi_spe.disclosure.drawings.pieces.kinds import Kinds, paint_of
from gdi_spe.disclosure.drawings.pieces.marks import named_slants
from gdi_spe.disclosure.drawings.sheet import Piece, Sheet
from gdi_spe.disclosure.rules.rule import Judging

_MOST_SERIES, _MOST_OF_LOOK = 14, 3
_MOST_SLANTS, _MOST_OF_SLANTS = 12, 3


def doubts_of_curves(kinds: Kinds, sheet: Sheet, judging: Judging) -> Iterator[str]:
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
    named = {id(s) for s in named_slants(kinds, sheet)}
    slants = Counter(paint_of(s.ink) for s in kinds.slants
                     if max(s.wide, s.high) > 14 and id(s) not in named)  # fmt: skip
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
