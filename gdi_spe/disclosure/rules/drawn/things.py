"""Marks that are estimates of studies or variants, by what both of their axes tell."""

from __future__ import annotations

import re

from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.inked.traces import Traces
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.letters.scale import number_in
from gdi_spe.disclosure.figures.scene import Scene
from gdi_spe.disclosure.rules.drawn.vocabulary import LEAST_PEOPLE
from gdi_spe.disclosure.rules.rule import Judging

# Marks as many as people, by this share of them, may be people whatever is written.
_AS_MANY = 0.2
_TICK = 8
_EFFECT = re.compile(
    r"odds.?ratio|\blog.?(OR|HR)\b|hazard.?ratio|\bbeta\b|[βß]|\beffects?\b|fold.?change|log.?FC"
    r"|SNP coefficient",
    re.IGNORECASE,
)
_ERROR = re.compile(r"standard.?error|\bs\.?e\.?\b|precision", re.IGNORECASE)
_OF_PEOPLE = re.compile(
    r"residual|fitted|leverage|predicted|patient|participant|subject|individual\b|per person"
    r"|carrier|proband|donor|sample id",
    re.IGNORECASE,
)


def are_estimates(traces: Traces, scene: Scene, judging: Judging) -> bool:
    """Whether the axes tell effects and their errors, or two effects, and the marks are few.

    TRUST: p-values are told by their form as well, in `clouded`; estimates have no form of their
    own, so who writes such words along both axes of people's marks is believed for as many as
    policy allows, if the cohort is large and the marks are not about as many as people.
    """
    people = judging.context.n_individuals
    told = " ".join(words.text for words in words_about(traces.frame, scene))
    n_marks, n_effects = traces.n_marks, len(_EFFECT.findall(told))
    if not 0 < n_marks <= judging.policy.pictures.most_estimates or tells_of_people(told):
        return False
    if people is not None and (people < LEAST_PEOPLE or not are_few_beside(n_marks, people)):
        return False
    is_funnel = n_effects > 0 and _ERROR.search(told) is not None
    return is_funnel or (people is not None and n_effects > 1)


def tells_of_people(told: str) -> bool:
    """Whether words beside marks say that people have them."""
    return _OF_PEOPLE.search(told) is not None


def are_few_beside(n_marks: int, people: int) -> bool:
    """Whether marks are not about as many as people."""
    return abs(n_marks - people) > _AS_MANY * people


def words_about(frame: Box, scene: Scene) -> tuple[Words, ...]:
    """Return the words within a frame and beside it, up to the frames that come next.

    Frames in one row or column without numbers of their own have the axis of their neighbours.
    """
    frames = [t.frame for t in scene.traces]
    own = _beside(frame, frames, scene)
    found = list(own)
    if not any(_is_number(w) and w.box[1].stop <= frame[1].start + _TICK for w in own):
        row = [f for f in frames if _alike(f[0], frame[0])]
        first = min(row, key=lambda f: f[1].start)
        found += [w for w in _beside(first, frames, scene) if w.box[1].stop <= first[1].start]
    if not any(_is_number(w) and w.box[0].start >= frame[0].stop - _TICK for w in own):
        column = [f for f in frames if _alike(f[1], frame[1])]
        last = max(column, key=lambda f: f[0].start)
        found += [w for w in _beside(last, frames, scene) if w.box[0].start >= last[0].stop]
    return tuple(found)


def _beside(frame: Box, frames: list[Box], scene: Scene) -> tuple[Words, ...]:
    """Return the words nearer to a frame than the next frames are."""
    bounds = []
    for side, whole in ((0, scene.shape[0]), (1, scene.shape[1])):
        others = [f for f in frames if f != frame and _meets(f[1 - side], frame[1 - side])]
        before = [f[side].stop for f in others if f[side].stop <= frame[side].start + 1]
        after = [f[side].start for f in others if f[side].start >= frame[side].stop - 1]
        bounds.append((max(before, default=0), min(after, default=whole)))
    return tuple(
        w for w in scene.words
        if all(low <= (s.start + s.stop) / 2 <= high
               for s, (low, high) in zip(w.box, bounds, strict=True))
    )  # fmt: skip


def _is_number(words: Words) -> bool:
    return number_in(words.text) is not None


def _meets(one: slice, other: slice) -> bool:
    return bool(min(one.stop, other.stop) > max(one.start, other.start))


def _alike(one: slice, other: slice) -> bool:
    """Whether frames begin and end together."""
    return bool(abs(one.start - other.start) <= _TICK and abs(one.stop - other.stop) <= _TICK)
