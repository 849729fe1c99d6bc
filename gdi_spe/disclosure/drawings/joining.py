"""Words of a drawing put together again: programs write formulas letter by letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gdi_spe.disclosure.drawings.sheet import Word

# So far apart, of their size, are letters and words of one line.
_BESIDE, _SPACE = 0.35, 0.12
_RAISED = 0.9
_SIGNS, _BESIDE_SIGN = ("-", "\u2212", "\u2013", "+"), 0.6
_LIGATURES = "ﬀﬁﬂﬃﬄ"
_LETTERS = str.maketrans(dict(zip(_LIGATURES, ("ff", "fi", "fl", "ffi", "ffl"), strict=True)))


def joined(words: Sequence[Word]) -> list[Word]:
    """Put pieces of one line together, in the order that they were written."""
    found: list[Word] = []
    for word in words:
        if found and (together := _together(found[-1], word)) is not None:
            found[-1] = together
        else:
            found.append(word)
    return [replace(w, text=w.text.translate(_LETTERS), long=w.length) for w in found]


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
