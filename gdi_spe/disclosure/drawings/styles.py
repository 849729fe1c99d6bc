"""Sheets of style in a drawing: which rules hold for an element, what paints nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DECLARED = re.compile(r"(?<![\w-])([\w-]++)\s*+:\s*([^;]+)")
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*+)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"([.#]?)([\w-]+|\*)")
# What is written again, where its value is plain.
_PAINTS = frozenset({
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "fill-opacity", "stroke-opacity", "opacity", "fill-rule", "font-size",
    "font-family", "font-weight", "font-style", "text-anchor", "dominant-baseline", "stop-color",
    "stop-opacity", "marker-start", "marker-mid", "marker-end", "clip-path",
})  # fmt: skip
_PLAIN = re.compile(r"[\w#.,%()'\" +-]{0,120}")
# What only says how a program lays words out, or reacts; it is left out.
_LAYS_OUT = re.compile(
    r"font|text-|letter-|word-|white-space|line-height|-inkscape-|shape-|stroke|paint-|mix-|"
    r"isolation|enable-|overflow|pointer-|cursor|display|visibility|baseline-|color|marker|clip|"
    r"filter|mask|solid-|vector-|image-|writing-|direction|transition|user-select|margin|padding|"
    r"background|width|height|position|align|justify|box-|flex|unicode|kerning|block-|inline-|"
    r"alignment-|vertical-|transform|animation|-webkit-|-moz-|-ms-|border|src|content-|max-|min-|"
    r"top|left|right|bottom|outline|z-index|orphans|widows|tab-|shadow|rendering|d$|r$|cx$|cy$",
)
_LONGEST, _LONGEST_FONTS = 60, 300
_OF_FONTS = ("font-family", "font")
# How letters of a font look: slant, weight, size and height of a line, before its names.
_LETTERS = re.compile(
    r"(?:(?:italic|oblique|normal|bold|bolder|lighter|small-caps|[1-9]00)\s+){0,3}"
    r"(?:\d{1,3}(?:\.\d{1,6})?(?:px|pt|em|rem|%)?(?:\s*/\s*\d{1,3}(?:\.\d{1,6})?\w{0,3})?\s+)?"
)
_FONTS = re.compile(r"[A-Za-z '\",-]*")


@dataclass
class Styles:
    """The rules of a drawing, in the order that they were written."""

    rules: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # What each asks of an element: its kind, its classes and its name.
    asked: list[tuple[list[tuple[str, str]], dict[str, str]]] = field(default_factory=list)
    # What explains nothing of how it looks: comments, names and values of its own.
    unknown: list[str] = field(default_factory=list)

    def add(self, told: str) -> None:
        """Take a sheet of style."""
        self.unknown += _COMMENT.findall(told)
        plain = _COMMENT.sub("", told)
        for names, body in _RULE.findall(plain):
            declared = dict(DECLARED.findall(body))
            for name in names.split(","):
                self.rules.append((name.strip(), declared))
                if (asked := _asked(name.strip())) is not None:
                    self.asked.append((asked, declared))
            self.unknown.append(rest_of(body))
        rest = _RULE.sub("", plain).strip()
        self.unknown += [rest] if rest else []

    @property
    def carries_numbers(self) -> bool:
        """Whether its rules are full of numbers that no look of a drawing needs."""
        return bool(_numbers_in(self.rules))

    @property
    def names(self) -> str:
        """What its rules are for; a name can say anything."""
        return "\n".join(dict.fromkeys(names for names, _ in self.rules))

    def holding(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return what the rules say of an element."""
        found: dict[str, str] = {}
        own = {".": set(attributes.get("class", "").split()), "#": {attributes.get("id", "")}}
        for asked, declared in self.asked:
            if all(word in own[sign] if sign else word in ("*", tag) for sign, word in asked):
                found |= declared
        return found


_NUMBER = re.compile(r"(?<![#\w.])\d+(?:\.\d+)?(?![\w%]*[a-f]{3})")
_IN_NAME = re.compile(r"\d{1,9}")
_MOST_SIZES, _MOST_NUMBERED = 15, 20


def _numbers_in(rules: list[tuple[str, dict[str, str]]]) -> list[str]:
    """Return numbers that rules carry: sizes of one sort that all differ, names that count nothing.

    TRUST: a style has a few sizes, and names that are numbered count up; data do neither.
    """
    sizes: dict[str, set[str]] = {}
    for _, declared in rules:
        for key, value in declared.items():
            sizes.setdefault(key, set()).update(_NUMBER.findall(value))
    told = [key for key, values in sizes.items() if len(values) > _MOST_SIZES]
    named = [int(n) for name in {name for name, _ in rules} for n in _IN_NAME.findall(name)]
    different = set(named)
    odd = len(different) > _MOST_NUMBERED and max(different) > 2 * len(different)
    repeated = len(named) > 2 * _MOST_NUMBERED and len(named) > 1.5 * len(rules)
    return [*told, *(["names"] if odd or repeated else [])]


def _asked(selector: str) -> list[tuple[str, str]] | None:
    """Return what a selector asks of the element itself, if that is all that it asks."""
    last = re.split(r"[\s>+~]+", selector)[-1] if selector else ""
    asked = _SIMPLE.findall(last)
    return asked if asked and "".join(a + b for a, b in asked) == last else None


def is_customary(key: str, value: str) -> bool:
    """Whether a declaration is one that programs make, with a short value."""
    known = key in _PAINTS or _LAYS_OUT.match(key) is not None
    is_fonts = key in _OF_FONTS and _FONTS.fullmatch(_LETTERS.sub("", value, count=1)) is not None
    return known and len(value) <= (_LONGEST_FONTS if is_fonts else _LONGEST)


def painting(declared: Mapping[str, str]) -> str:
    """Write what paints, without the rest."""
    size = re.search(r"[\d.]+(?:px|pt)", declared.get("font", ""))
    declared = {"font-size": size.group(), **declared} if size else declared
    kept = {k: v.strip() for k, v in declared.items() if k in _PAINTS}
    return ";".join(f"{k}:{v}" for k, v in kept.items() if _PLAIN.fullmatch(v))


def rest_of(told: str) -> str:
    """Return what of a style is no customary declaration."""
    return "".join(rests_of(told))


def rests_of(told: str) -> list[str]:
    """Return each declaration of a style that is not customary, fonts without their size.

    Programs name the same fonts, some of them with a number, in each style of a drawing: what says
    the same again says nothing more, whatever stands beside it.
    """
    odd = [(k, v) for k, v in DECLARED.findall(told) if not is_customary(k, v)]
    odd = [(k, _LETTERS.sub("", v, count=1) if k in _OF_FONTS else v) for k, v in odd]
    rest = [*(f"{k}:{v}" for k, v in odd), DECLARED.sub("", told)]
    return [short for each in rest if (short := re.sub(r"[;\s]+", "", each))]
