"""Words of a drawing put together again: programs write formulas letter by letter."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from gdi_spe.disclosure.drawings.sheet import Word

# So far apart, of their size, are letters and words of one line.
_BESIDE, _SPACE = 0.35, 0.12
_RAISED = 0.9
_SIGNS, _BESIDE_SIGN = ("-", "\u2212", "\u2013", "+"), 0.6
# Letters of one width take even steps.
_LEAST_RUN, _EVEN, _MOSTLY = 3, 0.03, 0.6
_WIDEST, _STRETCHED = 0.75, (0.7, 1.4)
_LIGATURES = "ﬀﬁﬂﬃﬄ"
_LETTERS = str.maketrans(dict(zip(_LIGATURES, ("ff", "fi", "fl", "ffi", "ffl"), strict=True)))


def joined(words: Sequence[Word]) -> list[Word]:
    """Put pieces of one line together, in the order that they were written."""
    found: list[Word] = []
    for word in _spaced(words):
        if found and (together := _together(found[-1], word)) is not None:
            found[-1] = together
        else:
            found.append(word)
    return [replace(w, text=w.text.translate(_LETTERS), long=w.length) for w in found]


def _spaced(words: Sequence[Word]) -> list[Word]:
    """Give letters that were written one by one the width that their font has."""
    spaced = list(words)
    start = 0
    for end in range(1, len(words) + 1):
        if end < len(words) and _is_next(words[end - 1], words[end]):
            continue
        run = words[start:end]
        if len(run) > _LEAST_RUN:
            spaced[start:end] = _of_one_font(run)
        start = end
    return spaced


def _is_next(one: Word, other: Word) -> bool:
    """Whether two single letters stand beside each other in one line."""
    if len(one.text) != 1 or len(other.text) != 1 or one.is_upright != other.is_upright:
        return False
    return 0 < _advance(one, other) <= 2 * one.size and abs(_off(one, other)) <= 0.1 * one.size


def _advance(one: Word, other: Word) -> float:
    return one.base - other.base if one.is_upright else other.left - one.left


def _off(one: Word, other: Word) -> float:
    return other.left - one.left if one.is_upright else other.base - one.base


def _of_one_font(run: Sequence[Word]) -> list[Word]:
    steps = [_advance(a, b) for a, b in pairwise(run)]
    middle = median(steps)
    even = sum(abs(step - middle) <= _EVEN * middle for step in steps)
    if even >= _MOSTLY * len(steps):
        # Numbers along an axis stand evenly too, but further apart than letters do.
        return [replace(w, long=middle) if middle <= _WIDEST * w.size else w for w in run]
    stretch = median(step / w.length for step, w in zip(steps, run, strict=False))
    is_font = _STRETCHED[0] <= stretch <= _STRETCHED[1]
    return [replace(w, long=stretch * w.length) for w in run] if is_font else list(run)


def _together(one: Word, other: Word) -> Word | None:
    """Return two pieces as one if the second goes on where the first ends."""
    if one.is_upright != other.is_upright or not 0.5 <= other.size / max(one.size, 0.1) <= 2:
        return None
    is_short = min(len(one.text), len(other.text)) <= 2
    if not is_short:
        return None
    if one.is_upright:
        gap, off = one.box[1] - other.box[3], other.left - one.left
    else:
        gap, off = other.box[0] - one.box[2], other.base - one.base
    size = max(one.size, other.size)
    # Signs of numbers are of very different widths.
    is_sign = one.text in _SIGNS and other.text[:1].isdigit()
    beside = _BESIDE_SIGN if is_sign else _BESIDE
    if not -0.35 * size <= gap <= beside * size or abs(off) > 0.6 * size:
        return None
    is_raised = other.size < _RAISED * one.size and off < -0.1 * size
    between = "^" if is_raised and re.search(r"10$", one.text) else ""
    if not between and not is_sign and gap > _SPACE * size and one.text[-1:] not in _LIGATURES:
        between = " "
    end = max(one.box[2], other.box[2]) - one.box[0]
    if one.is_upright:
        end = one.box[3] - min(one.box[1], other.box[1])
    return replace(one, text=f"{one.text}{between}{other.text}", long=end)


def plain_formula(told: str) -> str:
    """Return a formula of TeX as it is read: "10^{4}" for ten to the fourth."""
    told = re.sub(
        r"\\\\?(mathdefault|mathregular|mathrm|log|text|operatorname)\b",
        lambda m: "log" if m.group(1) == "log" else "",
        told,
    )
    told = html.unescape(told).replace("\\times", "×")
    told = re.sub(r"(10\^)\{([^{}]*)\}", r"\1\2", told.replace("$", ""))
    return re.sub(r"[{}\\]", "", told).strip()
