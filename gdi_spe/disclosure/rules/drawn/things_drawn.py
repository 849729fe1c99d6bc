"""Marks of a drawing that are variants, genes or studies, by the axes of each panel and by form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from gdi_spe.disclosure.drawings.pieces.axes import number_of
from gdi_spe.disclosure.drawings.pieces.kinds import Kinds
from gdi_spe.disclosure.drawings.pieces.tests_drawn import thins_out
from gdi_spe.disclosure.drawings.sheet import Box, Places, Sheet, Word, within
from gdi_spe.disclosure.rules.drawn.things import are_few_beside, tells_of_people
from gdi_spe.disclosure.rules.drawn.vocabulary import LEAST_PEOPLE
from gdi_spe.disclosure.rules.rule import Judging

# Letters of a drawing are exact: these words are held to what they say, unlike those of pictures.
_TOLD = {
    "p": re.compile(
        r"[-\u2212\u2013]\s?log|\blog_?\{?\(?10\)?\}?\s?\(?\s?p\b|\b[pq][- ]?values?\b|\bFDR\b",
        re.IGNORECASE,
    ),
    "effect": re.compile(
        r"\bodds ratio|\blog.?(?:OR|HR)\b|hazard ratio|effect (?:size|estimate|of (?:the )?allele)"
        r"|\bbeta\b(?!.?(?:cell|block|func))|fold.?change|\blog2? ?FC\b",
        re.IGNORECASE,
    ),
    "error": re.compile(r"\b[Ss]tandard error|\bSE\b"),
    "place": re.compile(
        r"\bchr(?:omosome)?(?:\d{1,2}|X|Y)?\b|genomic (?:position|coord)|\bposition \("
        r"|\bMb\b|\bkb\b",
        re.IGNORECASE,
    ),
}
# p-values are told by their form besides; estimates have none, and are few.
_OF_TESTS, _OF_ESTIMATES = ({"p", "place"}, {"p", "effect"}), ({"effect", "error"},)
# Panels that share an axis overlap so much; numbers of an axis stand so near to it.
_SHARES, _NEAR = 0.75, 16.0
_MOST_PANELS = 100


def are_things_drawn(at: Places, kinds: Kinds, sheet: Sheet, judging: Judging) -> bool:
    """Whether the axes of each panel tell tests or estimates, and its marks lie as these do.

    TRUST: as of pictures: words alone can be written under people. p-values thin out upwards, and
    estimates are no more than policy allows; the cohort is large, the marks of no panel, nor all
    together, are about as many as people, and no word speaks of people.
    """
    people = judging.context.n_individuals
    panels = _panels(at, kinds, sheet)
    if people is None or people < LEAST_PEOPLE or tells_of_people(sheet.told):
        return False
    counts = [*map(len, panels.values()), len(at)]
    if sum(map(len, panels.values())) < len(at):
        return False
    if not all(are_few_beside(n, people) for n in counts):
        return False
    most = judging.policy.pictures.most_estimates
    return all(_are_things(box, here, panels, kinds, sheet, most) for box, here in panels.items())


def _panels(at: Places, kinds: Kinds, sheet: Sheet) -> dict[Box, Places]:
    """Return the boxes that marks lie in, the smallest around each, and the marks in each."""
    boxes = {
        p.box for p in (*kinds.grounds, *kinds.frames)
        if p.wide * p.high < 0.9 * sheet.wide * sheet.high
    }  # fmt: skip
    if len(boxes) > _MOST_PANELS:
        return {}
    found: dict[Box, Places] = {}
    left = at
    for box in sorted(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1])):
        is_within = ((left >= np.array(box[:2]) - 1) & (left <= np.array(box[2:]) + 1)).all(axis=1)
        if is_within.any():
            found[box] = left[is_within]
        left = left[~is_within]
    return found


def _are_things(
    panel: Box, at: Places, panels: Mapping[Box, Places], kinds: Kinds, sheet: Sheet, most: int
) -> bool:
    others = sorted({*panels, *(g.box for g in kinds.grounds)} - {panel})
    others = [box for box in others if not within(panel, box, 1) and not within(box, panel, 1)]
    up, across = _beside(panel, others, sheet.words), _below(panel, others, sheet.words)
    told = [{one, other} for one in _things(up) for other in _things(across)]
    if any(pair in _OF_ESTIMATES for pair in told):
        return len(at) <= most
    heights = (panel[3] - at[:, 1]) / (panel[3] - panel[1])
    return any(pair in _OF_TESTS for pair in told) and thins_out(heights)


def _things(words: Sequence[Word]) -> list[str]:
    told = " ".join(w.text for w in words)
    return [thing for thing, form in _TOLD.items() if form.search(told)]


def _beside(panel: Box, others: Sequence[Box], words: Sequence[Word]) -> list[Word]:
    """Return the words left of a panel, up to the next one; of its row, where it has no numbers."""
    left, top, _, bottom = panel
    row = [box for box in others if _overlap(top, bottom, box[1], box[3])]
    before = max((box[2] for box in row if box[2] <= left + 1), default=0.0)
    own = [w for w in words if before <= w.middle[0] <= left and top <= w.middle[1] <= bottom]
    if any(number_of(w.text) is not None and left - w.box[2] <= _NEAR for w in own) or before == 0:
        return own
    near = next(box for box in row if box[2] == before)
    return _beside(near, [box for box in others if box != near], words)


def _below(panel: Box, others: Sequence[Box], words: Sequence[Word]) -> list[Word]:
    """Return the words below a panel, up to the next one; those of its column, if it has none."""
    left, _, right, bottom = panel
    column = [box for box in others if _overlap(left, right, box[0], box[2])]
    end = min((box[1] for box in column if box[1] >= bottom - 1), default=float("inf"))
    own = [w for w in words if bottom <= w.middle[1] <= end and left <= w.middle[0] <= right]
    has_numbers = any(number_of(w.text) is not None and w.box[1] - bottom <= _NEAR for w in own)
    if has_numbers or end == float("inf"):
        return own
    near = next(box for box in column if box[1] == end)
    return _below(near, [box for box in others if box != near], words)


def _overlap(low: float, high: float, start: float, end: float) -> bool:
    """Whether most of the shorter of two spans lies within the other."""
    return min(high, end) - max(low, start) >= _SHARES * min(high - low, end - start)
