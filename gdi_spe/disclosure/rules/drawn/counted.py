"""Bars and numbers of a picture that stand for few people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Picture
from gdi_spe.disclosure.figures.charts import Chart
from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.letters.labels import labelled_numbers
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.letters.scale import number_in
from gdi_spe.disclosure.figures.scene import Scene
from gdi_spe.disclosure.rules.drawn.vocabulary import (
    AT_RISK,
    COUNTED,
    EFFECT,
    N_IS,
    NAMED_VARIANT,
    NUMBER_OF,
    OTHER,
    PEOPLE,
    RATE,
)
from gdi_spe.disclosure.rules.rule import Hit, Judging

# So many numbers along an axis agree by no accident.
_SURE = 4


def small_bars(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find bars and numbers of few people."""
    if part.scene is None:
        return
    minimum = judging.policy.counts.minimum
    for chart in part.scene.charts:
        label = axis_label(part.scene, chart)
        is_sure = _is_sure(chart, minimum)
        small = _surely_small(chart, minimum) if is_sure else []
        numbers = small_numbers(part.scene.words, chart.bars.frame, minimum)
        if is_sure and _is_speck(numbers, part.scene.words, chart.bars.frame):
            numbers = []
        if not is_of_counts(label):
            continue
        if small or numbers:
            n = len(small) + len(numbers)
            why = f"{n:,} bars or numbers of people are below the policy's minimum of {minimum}."
            yield Hit(why, {"n_small": n, "minimum": minimum})
    at_risk = next((w for w in part.scene.words if AT_RISK.search(w.text)), None)
    if at_risk is not None:
        below = [w for w in part.scene.words if w.box[0].start >= at_risk.box[0].start - 2]
        lines = [line for line in _lines_of_numbers(below) if not _is_axis(line)]
        low = [line for line in lines if any(_has_small(w.text, minimum) for w, _ in line)]
        if low:
            why = f"{len(low):,} lines at risk go below the policy's minimum of {minimum}."
            # Those at risk become fewer; where numbers rise they were read in pieces.
            sure = any(_never_rises(line) for line in low)
            evidence = {"n_small": len(low), "minimum": minimum}
            yield Hit(why, evidence, severity=None if sure else Verdict.REVIEW)


def is_of_counts(label: str) -> bool:
    """Whether an axis counts people: not variants, and not what is measured of groups."""
    of_people = PEOPLE.search(label) is not None and OTHER.search(label) is None
    return of_people and (RATE.search(label) is None or NUMBER_OF.search(label) is not None)


def _lines_of_numbers(words: list[Words]) -> list[list[tuple[Words, float]]]:
    """Return the words that stand in one line and are numbers, from left to right."""
    lines: list[list[tuple[Words, float]]] = []
    for word in sorted(words, key=lambda w: (w.box[0].stop, w.box[1].start)):
        value = number_in(word.text)
        if value is None:
            continue
        if lines and abs(lines[-1][0][0].box[0].stop - word.box[0].stop) <= word.height // 2:
            lines[-1].append((word, value))
        else:
            lines.append([(word, value)])
    return [sorted(line, key=lambda each: each[0].box[1].start) for line in lines]


def _is_axis(line: list[tuple[Words, float]]) -> bool:
    """Whether numbers go up by one step: the times below which people stand."""
    steps = {round(b - a, 6) for (_, a), (_, b) in pairwise(line)}
    return len(line) >= _SURE and len(steps) == 1 and min(steps) > 0


def _never_rises(line: list[tuple[Words, float]]) -> bool:
    return all(b <= a for (_, a), (_, b) in pairwise(line))


def _is_sure(chart: Chart, minimum: int) -> bool:
    """Whether enough numbers agree on the scale, and some bars are large: it was read rightly."""
    scale = chart.scale
    return scale is not None and scale.n_numbers >= _SURE and max(chart.values) >= minimum


def axis_label(scene: Scene, chart: Chart) -> str:
    """Return the words along the axis that bars are measured by."""
    down, across = chart.bars.frame
    if chart.bars.is_lying:
        near = [w for w in scene.words if w.box[0].start >= down.stop]
    else:
        near = [w for w in scene.words if w.is_upright and w.box[1].stop <= across.start + 8]
    return " ".join(w.text for w in near if number_in(w.text) is None)


def small_bars_of(chart: Chart, minimum: int) -> list[float]:
    """Return the bars that are seen to stand for fewer than the minimum."""
    if chart.scale is None:
        return []
    off = 1.5 * abs(chart.scale.step)
    return [v for v in chart.values if off < v < minimum - 0.5 or 0 < off < v + off < minimum]


def _surely_small(chart: Chart, minimum: int) -> list[float]:
    """Return the bars that would be too small even if they were measured a little short."""
    off = 1.5 * abs(chart.scale.step) if chart.scale is not None else 0.0
    return [v for v in small_bars_of(chart, minimum) if v + off < minimum]


def small_numbers(words: tuple[Words, ...], frame: Box, minimum: int) -> list[Words]:
    """Return the words in a frame that are small numbers."""
    return [w for w in _within(words, frame) if _has_small(w.text, minimum)]


def _is_speck(numbers: list[Words], words: tuple[Words, ...], frame: Box) -> bool:
    """Whether one digit stands alone within axes: where bars have numbers, others have some too."""
    lone = len(numbers) == 1 and len(numbers[0].text.strip()) == 1
    others = [w for w in _within(words, frame) if number_in(w.text) is not None]
    return lone and len(others) == 1


def _within(words: tuple[Words, ...], frame: Box) -> list[Words]:
    down, across = frame
    return [
        w for w in words
        if down.start <= w.box[0].start <= down.stop
        and across.start <= w.box[1].start <= across.stop
    ]  # fmt: skip


def few_in_labels(text: str, judging: Judging) -> Iterator[Hit]:
    """Find numbers of few people among words that are of no axis."""
    minimum = judging.policy.counts.minimum
    if not PEOPLE.search(text) or EFFECT.search(text) or RATE.search(text):
        return
    few = [n for n in labelled_numbers(text) if 0 < n < minimum]
    few += [int(n) for n in N_IS.findall(text) if 0 < int(n) < minimum]
    if not few:
        return
    # Names of variants, or people named first, say what the numbers count.
    is_sure = bool(NAMED_VARIANT.search(text)) or bool(COUNTED.search(text))
    severity = None if is_sure else Verdict.REVIEW
    why = f"{len(few):,} numbers drawn beside people are below the policy's minimum of {minimum}."
    yield Hit(why, {"n_small": len(few), "minimum": minimum}, severity=severity)


def _has_small(text: str, minimum: int) -> bool:
    return any(
        re.fullmatch(r"\d{1,3}", each) and 0 < int(each) < minimum
        for each in re.split(r"[\s=()]+", text)
    )
