"""Bars of a drawing that may stand for few people, or have no names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.disclosure.drawings.pieces.bars import Bars
from gdi_spe.disclosure.rules.drawn.vocabulary import COUNT, OTHER, PEOPLE, SHARE, TRACK
from gdi_spe.disclosure.rules.rule import Judging

_NAMED_SHARE = 0.75
_MOST_GROUPS = 20
_MOST_TRACKS = 3


def small_of(bars: Bars, minimum: int) -> list[float]:
    """Return what bars are worth that are below the minimum."""
    if bars.is_told and any(v != round(v) for v in bars.values):
        return []
    off = 0.0 if bars.axis is None or bars.axis.is_log else 0.3 * abs(bars.axis.step)
    return [v for v in bars.values if off < v < minimum - 0.5]


def doubts_of_bars(
    bars: Bars, judging: Judging, is_sets: bool, is_grouped: bool, told: str
) -> Iterator[str]:
    """Yield why bars may be of few people, or of single ones."""
    minimum, people = judging.policy.counts.minimum, judging.context.n_individuals
    if len(bars.pieces) > judging.policy.pictures.most_bars * max(1, bars.is_histogram * 2):
        yield f"it has {len(bars.pieces):,} bars"
    is_named = is_sets or bars.n_named >= max(1, _NAMED_SHARE * bars.n_places)
    is_named = is_named or (is_grouped and bars.n_places <= _MOST_GROUPS)
    if is_track(bars, told):
        return
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
        small = small_of(bars, minimum)
    if small:
        yield f"{len(small):,} bars may stand for fewer than {minimum} people"
    if (
        bars.is_histogram
        and not is_named
        and not (PEOPLE.search(label) or COUNT.search(label) or re.search("density", label, re.I))
    ):
        yield "its bars have no names"


def is_track(bars: Bars, told: str) -> bool:
    """Whether boxes are parts of a gene or a protein: of one height, on a few lines."""
    # TRUST: they tell lengths along a sequence only; what is one row a person has more rows.
    lines = {(round(p.box[1]), round(p.box[3])) for p in bars.pieces}
    is_of_sequence = bool(TRACK.search(told)) and PEOPLE.search(told) is None
    return len(lines) <= _MOST_TRACKS and is_of_sequence
