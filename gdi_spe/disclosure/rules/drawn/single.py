"""Whether marks of a figure are single people: its words say so, or how many people it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.disclosure.contents.parts import Marks, Picture
from gdi_spe.disclosure.rules.drawn.explained import all_words
from gdi_spe.disclosure.rules.drawn.vocabulary import EXPECTED, GENOME, LOG_P, SIZE
from gdi_spe.disclosure.rules.rule import Hit, Judging

_WHO = (
    r"(?:participant|patient|individual|sample|person|subject|donor|case|proband|carrier|volunteer"
    r"|child|woman|man)"
)
_MARK = (
    r"(?:dots?|points?|circles?|symbols?|markers?|squares?|tiles?|bars?|lanes?|lines?|columns?"
    r"|rows?|triangles?|crosses?)"
)
# "each dot is a participant", "one point per patient", "dots: individual patients".
_EACH = re.compile(
    rf"\b(?:each|every|one|single|an?)\s+{_MARK}\s*(?:is|are|=|:|represents?|shows?|stands? for|per"
    rf"|for each|for|corresponds? to|denotes?|marks?)\s*(?:each|one|an?|the|single|individual)?\s*"
    rf"{_WHO}\b(?![- ](?:group|cohort|set))"
    rf"|\b{_MARK}\s*(?:are|=|:|represent|show|stand for|denote)\s*(?:single|individual)\s+{_WHO}",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:\bn\s*=\s*(?P<n>\d{2,3})(?![\d.,]))|(?:(?<![\w.,])(?P<m>\d{2,3})\s+"
    r"(?:patient|participant|individual|people|persons|subjects|donors|probands|carriers|potila))",
    re.IGNORECASE,
)
# Marks that lie on each other are counted as fewer; a few of them are letters.
_FEWEST, _MOST = 0.35, 1.1


def marks_of_people(part: Picture | Marks, judging: Judging) -> Iterator[Hit]:
    """Find figures that say each mark is a person, and those with nearly as many as people."""
    words, n_marks = _words(part), _n_marks(part)
    minimum = judging.policy.counts.minimum
    if n_marks >= minimum and _EACH.search(words):
        why = f"It says that each mark is one person's, and has {n_marks:,} of them."
        yield Hit(why, {"n_marks": n_marks})
        return
    if isinstance(part, Marks) or _is_of_tests(words):
        return
    clouds = [t.n_marks for t in part.scene.traces if t.cloud] if part.scene is not None else []
    told = {int(m["n"] or m["m"]) for m in _TOLD.finditer(words)}
    for n in sorted(told):
        found = max(clouds, default=0)
        if found >= minimum and _FEWEST * n <= found <= _MOST * n:
            why = f"It says that it is of {n:,} people, and shows about {found:,} marks."
            yield Hit(why, {"n_marks": found, "n_told": n})
            return


def steps_of_people(part: Marks, judging: Judging) -> Iterator[Hit]:
    """Find curves that step at uneven places: at the times of events, or scores, of people."""
    if part.n_steps >= judging.policy.counts.minimum:
        why = (
            f"A curve has {part.n_steps:,} steps at uneven places, each exact: the times or "
            "scores of single people."
        )
        yield Hit(why, {"n_steps": part.n_steps})


def _words(part: Picture | Marks) -> str:
    if isinstance(part, Marks):
        return part.words
    return all_words(part.scene) if part.scene is not None else ""


def _n_marks(part: Picture | Marks) -> int:
    if isinstance(part, Marks):
        return max(part.n_marks, part.n_lines, part.n_cells)
    if part.scene is None:
        return 0
    bars = [len(chart.bars.bars) for chart in part.scene.charts]
    return max([t.n_marks for t in part.scene.traces] + bars, default=0)


def _is_of_tests(words: str) -> bool:
    """Whether words are of variants, genes or effects, which are many whatever the people."""
    return any(each.search(words) for each in (GENOME, LOG_P, SIZE, EXPECTED))
