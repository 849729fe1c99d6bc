"""Data in what a page does not show: short scripts, styles that are numbered, attributes.

A library of a page is long and has few numbers; what a report's own script holds is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gdi_spe.disclosure.contents.words.vocabulary import is_public

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_OWN_SCRIPT = 20_000
_LOOKED_AT = 200_000
_LIST = re.compile(rf"(?<![\w.])(?:{_NUMBER}\s{{0,9}},\s{{0,9}}){{7,2000}}")
_LEAST_DIFFERENT = 6
_QUOTED = re.compile(r"\"([^\"\n]{3,60000})\"|'([^'\n]{3,60000})'|`([^`]{3,60000})`")
_IN_WORDS = re.compile(r"(?<![\w.#])\d{1,6}(?:[.,]\d{1,8})?(?![\w%])")
_DRAWN_PATH = frozenset("MmLlHhVvCcSsQqTtAaZz0123456789.,eE+- \t")
_LEAST_IN_WORDS = 8
_MEASURED = re.compile(r"(?<![\w.#$])(?:\d{1,5}\.\d{1,8}|\d{2,6})(?![\w.%])")
_LEAST_MEASURED, _MOST_APART = 20, 80
_CODE = re.compile(r"(?P<stem>[A-Za-z]{1,8}[-_]?)\d{3,14}")
_LITERAL = re.compile(r"\{[^{}]{4,400}\}")
_KEY = re.compile(r"[\"']?([A-Za-z_]\w{0,24})[\"']?\s*:\s*([\"'][^\"']{0,60}[\"']|-?\d[\d.]*)")
_PERSONAL = re.compile(
    r"age|sex|gender|dob|birth\w*|born|bmi|ldl|hdl|sbp|dbp|hba1c|diagnosis|dx|phenotype|genotype|onset|zygosity|variant",
    re.IGNORECASE,
)
_SEXED = re.compile(
    r"(?<![\w.])[\"']?(?:F|M|female|male|woman|man)[\"']?[\s,;:|/]{1,3}[\"']?\d{1,3}(?![\w%])", re.I
)
_LEAST_RECORDS, _LEAST_SEXED = 3, 3
_PROGRAM = re.compile(
    r"|module|text/(java|ecma)script|application/(x-)?javascript|text/x-mathjax.*|math/tex.*", re.I
)
# Selectors and properties that are numbered; a styled table has rows and columns.
_NUMBERED = re.compile(
    r"(?:[.#]|--)([A-Za-z][A-Za-z_-]{0,30})(\d{1,6})(?![\w-])\s*(?:[:{,][^{}:;]{0,40}:?\s*([-+]?\d*\.?\d+)?)"
)
_LEAST_NUMBERED = 25
# Variables of a style: "--v0:3.4", "--d:54,61,38". A theme names them by words and gives units.
_OWN = re.compile(
    rf"--([A-Za-z][\w-]{{0,40}}?)(\d{{0,6}})\s*:\s*({_NUMBER}(?:(?:\s*+,\s*+|\s++){_NUMBER})*)\s*(?=[;}}\"']|$)"
)
_LEAST_OWN, _MOST_OWN = 8, 20
_MOST_TURNS = 0.3
_CONTENT = re.compile(r"content\s*:\s*([\"'])((?:(?!\1).){2,}?)\1")
_GLYPH = re.compile(r"\\[0-9a-fA-F]{2,6}")
_LEAST_SHOWN = 5
_COUNTING = re.compile(
    r"data-(\w+-)*(numbers?|levels?|lines?|index|pos|ids?|order|rows?|cols?|sort|start|delay|target|\w*id)",
    re.I,
)
_MEASURED_VALUE = re.compile(r"[-+]?\d{1,6}(\.\d{1,8})?")
_PLACED = re.compile(r"(?:^|;)(?:left|top|bottom|right|width|height):(\d+\.?\d*)")
_LEAST_VALUES = 8


def data_in_own_script(code: str, kind: str | None) -> Iterator[str]:
    """Yield what data a short script holds, or one that no browser runs."""
    if not _PROGRAM.fullmatch((kind or "").strip()) and _holds_data(code[:_LOOKED_AT]):
        yield f"data of the type {(kind or '')[:40]}"
    if len(code) > _OWN_SCRIPT:  # a library
        return
    for found in _LIST.finditer(code):
        if len(set(re.findall(_NUMBER, found.group()))) >= _LEAST_DIFFERENT:
            yield "a list of numbers"
            break
    words = ["".join(each) for each in _QUOTED.findall(code)]
    if any(_lists_numbers(each) for each in words):
        yield "numbers in words"
    if _has_series(words):
        yield "codes in one series"
    if _are_records(code) or len(set(_SEXED.findall(code))) >= _LEAST_SEXED:
        yield "records"
    measured = set(_MEASURED.findall(code))
    if len(measured) >= _LEAST_MEASURED and len(code) < _MOST_APART * len(measured):
        yield f"{len(measured):,} different numbers"


def _holds_data(code: str) -> bool:
    numbers = set(_IN_WORDS.findall(code))
    return (
        len(numbers) >= _LEAST_DIFFERENT
        or _are_records(code)
        or bool(len(set(_SEXED.findall(code))) >= _LEAST_SEXED)
    )


def _lists_numbers(words: str) -> bool:
    if words[:1] in "Mm" and set(words) <= _DRAWN_PATH:
        return False
    return len(set(_IN_WORDS.findall(words))) >= _LEAST_IN_WORDS


def _has_series(words: Iterable[str]) -> bool:
    """Whether several words in quotation marks are codes that are numbered in one series."""
    stems: dict[str, set[str]] = {}
    for each in words:
        found = _CODE.fullmatch(each)
        if found and not is_public(each):
            stems.setdefault(found["stem"], set()).add(each)
    return max(map(len, stems.values()), default=0) >= _LEAST_DIFFERENT


def _are_records(code: str) -> bool:
    """Whether literals repeat the same names before different values, or name what people have."""
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for found in _LITERAL.finditer(code):
        pairs = _KEY.findall(found.group())
        numbers = tuple(value for _, value in pairs if re.fullmatch(r"-?\d[\d.]+", value))
        names = tuple(name.lower() for name, _ in pairs)
        personal = sum(bool(_PERSONAL.fullmatch(name)) for name in names)
        if len(names) >= 2 and (numbers or personal >= 2):
            seen.setdefault(names, set()).add(tuple(value for _, value in pairs))
    return max(map(len, seen.values()), default=0) >= _LEAST_RECORDS


def data_in_numbered_style(style: str) -> Iterator[str]:
    """Yield what data a style holds in its names, and words that it would show."""
    yield from data_in_own_variables(style)
    stems: dict[str, dict[int, float]] = {}
    for stem, number, value in _NUMBERED.findall(style):
        if not re.search(r"row\d*_?(col)?$|col$|level", stem):
            stems.setdefault(stem, {}).setdefault(int(number), float(value or 0))
    for stem, values in stems.items():
        if len(values) >= _LEAST_NUMBERED and _go_anyhow([values[k] for k in sorted(values)]):
            yield f"{len(values):,} rules of the kind “{stem}” with values in no order"
    shown = {_GLYPH.sub("", words) for _, words in _CONTENT.findall(style)}
    told = [words for words in shown if re.search(r"\d", words) and re.search(r"[A-Za-z]", words)]
    if len(told) >= _LEAST_SHOWN:
        yield "words that a style would show"


def data_in_own_variables(style: str) -> Iterator[str]:
    """Yield what numbers a style keeps under names of its own, which no element need ask for."""
    stems: dict[str, dict[str, str]] = {}
    for name, number, value in _OWN.findall(style[:_LOOKED_AT]):
        if len(set(re.findall(_NUMBER, value))) >= _LEAST_DIFFERENT:
            yield f"a list of numbers under “--{name[:20]}{number}”"
        stems.setdefault(name if number else "", {})[name + number] = value
    for stem, values in stems.items():
        least = _LEAST_OWN if stem else _MOST_OWN
        if len(set(values.values())) >= least:
            yield f"{len(values):,} numbers under names of its own"


def _go_anyhow(values: list[float]) -> bool:
    """Whether values go up and down from one number to the next; those of a scale do not."""
    steps = [b - a for a, b in pairwise(values)]
    turned = sum(a * b < 0 for a, b in pairwise(steps))
    return turned >= _MOST_TURNS * len(steps)


def packs_words(data: bytes) -> bool:
    """Whether compressed data of a font has a long run of written numbers and words."""
    runs = re.findall(rb"[\t\n\r -~]{80,}", data)
    return any(sum(48 <= c <= 57 for c in run) > 0.2 * len(run) for run in runs)


class Attributes:
    """What the attributes of a page's elements say, name by name."""

    def __init__(self) -> None:
        self._values: dict[str, set[str]] = {}
        self._stems: dict[str, set[int]] = {}
        self._places: set[tuple[str, ...]] = set()
        self._own: list[str] = []

    def add(self, name: str, value: str) -> None:
        """Take one attribute of one element."""
        if name.startswith("data-") or name == "value":
            if _MEASURED_VALUE.fullmatch(value) and not _COUNTING.fullmatch(name):
                self._values.setdefault(name, set()).add(value)
        elif name in ("class", "id"):
            for word in value.split():
                if found := re.fullmatch(r"([A-Za-z_-]{1,12})(\d{1,9})", word):
                    self._stems.setdefault(found[1], set()).add(int(found[2]))
        elif name == "style" and (told := next(data_in_own_variables(value), "")):
            self._own.append(told)
        elif name == "style" and (places := _PLACED.findall(value.lower().replace(" ", ""))):
            self._places.add(tuple(places))

    def told(self) -> Iterator[str]:
        """Yield what they hold that a page's look does not need."""
        yield from self._own[:1]
        for name, values in self._values.items():
            if len(values) >= _LEAST_VALUES:
                yield f"{len(values):,} values in the attribute {name[:40]}"
        for stem, numbers in self._stems.items():
            if len(numbers) >= _LEAST_VALUES and max(numbers) > 2 * len(numbers):
                yield f"{len(numbers):,} numbers in names of the kind “{stem}”"
        if sum(len(each) >= 2 for each in self._places) >= _LEAST_VALUES:
            yield "elements that stand at places of their own, as marks do"
