"""Axes of a drawing: numbers in a row or a column that rise with their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gdi_spe.disclosure.drawings.sheet import Word

_NUMBER = re.compile(
    r"([-+]?)(\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:[eE]([-+]?\d{1,3}))?([kKM%]?)"
)
_POWER = re.compile(r"(?:(\d+(?:\.\d+)?)\s*[x×*·]\s*)?10\^\{?([-−+]?\d{1,3})\}?")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TIMES = {"k": 1e3, "K": 1e3, "M": 1e6}
_LEAST, _MOST = 3, 24
_OFF = 0.02
_MOSTLY = 0.5


@dataclass(frozen=True)
class Axis:
    """What places along a page mean: value = start + step * place, or ten to the power of that."""

    start: float
    step: float
    is_log: bool
    n_numbers: int
    # From the first to the last number, and across: where they stand.
    low: float
    high: float
    across: float
    words: tuple[Word, ...] = ()
    times: float = 1.0

    def value(self, place: float) -> float:
        """Return the value at a place."""
        at = self.start + self.step * place
        return self.times * float(10 ** min(300.0, at) if self.is_log else at)

    def covers(self, low: float, high: float) -> bool:
        """Whether it goes along these places, give or take a half of its length."""
        slack = 0.5 * (self.high - self.low)
        return low >= self.low - slack and high <= self.high + slack


def number_of(told: str) -> float | None:
    """Return the number that words are, if they are one."""
    told = told.strip().replace("\u2212", "-").replace("\u2013", "-").replace("\u00a0", " ")
    told = re.sub(r"^- (?=[\d.])", "-", told.replace("\u2009", " ").replace("\u202f", " "))
    told = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: f"^{m.group().translate(_RAISED)}", told)
    if power := _POWER.fullmatch(told):
        return float(power.group(1) or 1) * 10.0 ** int(power.group(2).replace("−", "-"))
    found = _NUMBER.fullmatch(told)
    if found is None:
        return None
    sign, digits, exponent, unit = found.groups()
    if re.fullmatch(r"\d{1,3}([ ,']\d{3})+(\.\d+)?", digits):
        digits = re.sub(r"[ ,']", "", digits)
    value = float(digits.replace(",", ".")) * 10.0 ** int(exponent or 0) * _TIMES.get(unit, 1.0)
    return -value if sign == "-" else value


def axes_up(words: Sequence[Word]) -> list[Axis]:
    """Return the axes that go up the page: numbers below each other."""
    numbers = [(w, n) for w in words if (n := number_of(w.text)) is not None]
    groups = [
        group for turned in (False, True)
        for group in _columns([each for each in numbers if each[0].is_upright == turned])
    ]  # fmt: skip
    found = [_fitted(group, lambda w: w.middle[1], lambda w: w.box[2]) for group in groups]
    return [axis for axis in found if axis is not None]


def axes_across(words: Sequence[Word]) -> list[Axis]:
    """Return the axes that go across the page: numbers beside each other."""
    numbers = [(w, n) for w in words if (n := number_of(w.text)) is not None]
    rows: list[list[tuple[Word, float]]] = []
    for word, n in sorted(numbers, key=lambda each: each[0].middle[1]):
        if rows and abs(rows[-1][-1][0].middle[1] - word.middle[1]) <= 0.3 * word.size:
            rows[-1].append((word, n))
        else:
            rows.append([(word, n)])
    found: list[Axis] = []
    for row in rows:
        left = sorted(row, key=lambda each: each[0].middle[0])
        for _ in range(_MOST):
            axis = _fitted(left, lambda w: w.middle[0], lambda w: w.middle[1])
            if axis is None:
                break
            found.append(axis)
            left = [each for each in left if each[0] not in axis.words]
    return found


def _columns(numbers: list[tuple[Word, float]]) -> list[list[tuple[Word, float]]]:
    """Put numbers together that stand over each other."""
    groups: list[list[tuple[Word, float]]] = []
    for word, n in sorted(numbers, key=lambda each: each[0].box[0]):
        for group in groups:
            left = min(w.box[0] for w, _ in group)
            right = max(w.box[2] for w, _ in group)
            if word.box[0] <= right + 1 and word.box[2] >= left - 1:
                group.append((word, n))
                break
        else:
            groups.append([(word, n)])
    return groups


def _fitted(
    numbers: list[tuple[Word, float]], at: Callable[[Word], float], across: Callable[[Word], float]
) -> Axis | None:
    """Fit the relation that most numbers agree with, straight or by powers."""
    best: tuple[bool, list[tuple[Word, float]]] = (False, [])
    for is_log in (False, True):
        pairs = [(w, float(np.log10(n)) if is_log else n)
                 for w, n in numbers[:_MOST] if n > 0 or not is_log]  # fmt: skip
        on = _agreeing(pairs, at)
        if len(on) > len(best[1]):
            best = (is_log, on)
    is_log, on = best
    if len(on) < _LEAST or len(on) < _MOSTLY * len(numbers[:_MOST]):
        return None
    places, values = np.array([(at(w), v) for w, v in on]).T
    step, start = np.polyfit(places, values, 1)
    words = tuple(w for w, _ in on)
    return Axis(
        float(start), float(step), is_log, len(on), float(places.min()), float(places.max()),
        float(np.median([across(w) for w in words])), words,
    )  # fmt: skip


def _agreeing(
    pairs: list[tuple[Word, float]], at: Callable[[Word], float]
) -> list[tuple[Word, float]]:
    best: list[tuple[Word, float]] = []
    places = [at(w) for w, _ in pairs]
    reach = max(places, default=0.0) - min(places, default=0.0)
    slack = max(1.5, _OFF * reach)
    for (i, (_, a)), (j, (_, b)) in combinations(enumerate(pairs), 2):
        if a == b or abs(places[i] - places[j]) < 3:
            continue
        step = (b - a) / (places[j] - places[i])
        on = [
            (w, v) for (w, v), place in zip(pairs, places, strict=True)
            if abs((v - a) / step - (place - places[i])) <= slack
        ]  # fmt: skip
        if len(on) > len(best):
            best = on
    return best


def multiplied(axes: Iterable[Axis], words: Sequence[Word]) -> list[Axis]:
    """Give axes the power that stands at their end, as "1e6" does."""
    from dataclasses import replace

    axes = list(axes)
    used = {id(w) for axis in axes for w in axis.words}
    powers = [w for w in words if re.fullmatch(r"[x×]?\s*1e[+-]?\d+", w.text) and id(w) not in used]
    for power in powers:
        factor = float(power.text.lstrip("x× "))
        axes = [replace(axis, times=factor) for axis in axes]
    return axes
