"""Gradients and patterns of a PDF: each is one colour here, and nothing else may be in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Stream
from gdi_spe.disclosure.intake.form import Impossible

_TILING, _SHADING = 1, 2
_RGB = re.compile(rb"([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+(?:rg|RG|sc|scn|SC|SCN)\b")
_DRAWS_MORE = re.compile(rb"\b(?:BT|Do|BI|Tj|TJ)\b")
_LONGEST, _MOST_FUNCTIONS, _LARGEST_TABLE = 4000, 64, 4096
_MIXED = 5


@dataclass(frozen=True)
class Paint:
    """The colour that stands for a gradient or a pattern, and what is odd about it."""

    colour: tuple[float, float, float] = (0.5, 0.5, 0.5)
    is_mixed: bool = False
    problems: tuple[str, ...] = ()


def paint_of(name: Name, numbers: list[float], resources: dict[str, Any], file: File) -> Paint:
    """Return the colour that stands for a pattern."""
    patterns = file.get(resources.get("Pattern")) or {}
    pattern = file.get(patterns.get(name.word))
    about = pattern.about if isinstance(pattern, Stream) else pattern
    kind = file.get(about.get("PatternType")) if isinstance(about, dict) else None
    if kind == _SHADING:
        return _of_shading(file.get(about["Shading"]), file)
    if kind == _TILING and isinstance(pattern, Stream):
        return _of_tiles(pattern, numbers)
    raise Impossible("a page of the PDF is painted with what is no pattern")


def _of_tiles(pattern: Stream, numbers: list[float]) -> Paint:
    drawn = pattern.data(10 * _LONGEST)
    told = [tuple(float(n) for n in found) for found in _RGB.findall(drawn)]
    colour = told[0] if told else tuple(numbers) if len(numbers) == 3 else (0.5, 0.5, 0.5)
    much = len(drawn) > _LONGEST or _DRAWS_MORE.search(drawn) is not None
    problems = ("a pattern that draws more than a pattern",) if much else ()
    return Paint((colour[0], colour[1], colour[2]), False, problems)


def _of_shading(shading: Any, file: File) -> Paint:
    about = shading.about if isinstance(shading, Stream) else shading
    if not isinstance(about, dict) or isinstance(shading, Stream):
        raise Impossible("a page of the PDF is painted with a mesh of colours")
    told = file.get(about.get("Function"))
    colours = [c for each in (told if isinstance(told, list) else [told])
               for c in _colours(each, file, 0)]  # fmt: skip
    inks = [_rgb(c) for c in colours]
    known = [ink for ink in inks if ink is not None]
    if not known:
        return Paint()
    if len(known) > _MOST_FUNCTIONS:
        return Paint(known[0], True, ("a gradient of very many colours",))
    # Words are compared with the lightest that may lie beneath them, or be theirs.
    return Paint(max(known, key=sum), len(set(known)) >= _MIXED)


def _rgb(inks: list[float]) -> tuple[float, float, float] | None:
    if len(inks) == 1:
        inks = inks * 3
    if len(inks) == 4:
        inks = [(1 - ink) * (1 - inks[3]) for ink in inks[:3]]
    return (inks[0], inks[1], inks[2]) if len(inks) == 3 else None


def _colours(function: Any, file: File, depth: int) -> list[list[float]]:
    """Return the colours that a function goes through."""
    function = file.get(function)
    about = function.about if isinstance(function, Stream) else function
    if not isinstance(about, dict) or depth > 3:
        raise Impossible("the colours of a gradient of the PDF are not known")
    kind = file.get(about.get("FunctionType"))
    if kind == 2:
        ends = (file.get(about.get("C0")) or [0.0], file.get(about.get("C1")) or [1.0])
        return [[float(file.get(n)) for n in end] for end in ends]
    if kind == 3:
        inner = file.get(about.get("Functions")) or ()
        return [c for each in inner for c in _colours(each, file, depth + 1)]
    if kind == 0 and isinstance(function, Stream) and file.get(about["BitsPerSample"]) == 8:
        n_inks = len(file.get(about["Range"])) // 2
        table = np.frombuffer(function.data(_LARGEST_TABLE), dtype=np.uint8)
        rows = table[: len(table) // n_inks * n_inks].reshape(-1, n_inks)
        step = max(1, len(rows) // 16)
        return [[float(v) / 255 for v in row] for row in rows[::step]]
    raise Impossible("the colours of a gradient of the PDF are not known")
