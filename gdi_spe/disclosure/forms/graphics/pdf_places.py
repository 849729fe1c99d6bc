"""Where a page of a PDF puts its lines, areas and words, counted from the top left."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from gdi_spe.disclosure.drawings.paths import Line, Matrix, bent, moved
from gdi_spe.disclosure.drawings.pictures_within import Cells
from gdi_spe.disclosure.drawings.sheet import Ink, Pad, Places, Word

Path = list[tuple[bytes, list[float]]]
_FILLS = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}
_STROKES = {b"S", b"s", b"B", b"B*", b"b", b"b*"}
_CLOSES = {b"s", b"b", b"b*"}


def hex_colour(numbers: list[float]) -> str:
    """Return the colour that numbers of PDF tell: grey, red green blue, or four inks."""
    if len(numbers) == 1:
        numbers = numbers * 3
    elif len(numbers) == 4:
        numbers = [(1 - n) * (1 - numbers[3]) for n in numbers[:3]]
    red, green, blue = (round(255 * min(1.0, max(0.0, n))) for n in numbers)
    return f"#{red:02x}{green:02x}{blue:02x}"


def ink_of(operator: bytes, fill: str, stroke: str, width: float, dashes: str) -> Ink:
    """Return how a path is painted by an operator."""
    return Ink(
        fill if operator in _FILLS else "", stroke if operator in _STROKES else "", width, dashes
    )


def seen(operator: bytes, clear: frozenset[str]) -> bytes:
    """Return the operator without what is painted so that it cannot be seen."""
    fills, strokes = operator in _FILLS, operator in _STROKES
    if fills and "ca" in clear:
        if strokes and "CA" not in clear:
            return b"s" if operator in _CLOSES else b"S"
        return b"n"
    if strokes and "CA" in clear:
        return (b"f*" if operator.endswith(b"*") else b"f") if fills else b"n"
    return operator


def draw(
    pad: Pad, path: Path, operator: bytes, at: Matrix, top: tuple[float, float], ink: Ink
) -> None:
    """Put the lines of a path on a pad."""
    for line in _lines(path):
        if len(line.corners) > 1:
            places = _from_top(line.places(at), top)
            pad.draw(places, line.is_closed or operator in _CLOSES, line.is_bent, ink)


def _from_top(places: Places, top: tuple[float, float]) -> Places:
    return np.column_stack([places[:, 0] - top[0], top[1] - places[:, 1]])


def _lines(path: Path) -> list[Line]:
    lines: list[Line] = []
    for name, n in path:
        if name == b"m":
            lines.append(Line([(n[0], n[1])]))
        elif name == b"re":
            x, y, w, h = n
            lines.append(Line([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], True))
        elif not lines:
            continue
        elif name == b"h":
            lines[-1].is_closed = True
        elif name == b"l":
            lines[-1].corners.append((n[0], n[1]))
        else:
            _bend(lines[-1], name, n)
    return lines


def _bend(line: Line, name: bytes, n: list[float]) -> None:
    start = line.corners[-1]
    if name == b"c":
        handles = [(n[0], n[1]), (n[2], n[3])]
    else:
        handles = [start, (n[0], n[1])] if name == b"v" else [(n[0], n[1]), (n[2], n[3])]
    line.is_bent = True
    line.corners += bent(start, handles, (n[-2], n[-1]))


def write(
    pad: Pad, told: str, at: Matrix, size: float, top: tuple[float, float], colour: str
) -> None:
    """Put words on a pad."""
    ((x, y),) = _from_top(moved(np.array([[0.0, 0.0]]), at), top)
    upright = abs(at[1]) > abs(at[0])
    scale = float(np.hypot(at[0], at[1])) * abs(size)
    text = re.sub(r"\s+", " ", told.strip())
    pad.write(Word(text, float(x), float(y), scale, upright, colour, pad.n_drawn))


def put_picture(pad: Pad, at: Matrix, top: tuple[float, float]) -> None:
    """Say where a picture lies: it fills a square of one by one."""
    placed = _from_top(moved(np.array([[0.0, 0.0], [1.0, 1.0]]), at), top)
    (left, high), (right, low) = placed.min(axis=0), placed.max(axis=0)
    pad.pictures.append((float(left), float(high), float(right), float(low)))


def cells(
    pad: Pad, found: Cells, at: Matrix, top: tuple[float, float]
) -> list[tuple[float, float, float, float, str]]:
    """Put the cells of a picture down as boxes; return their places and colours."""
    if found.is_bar_of_colours:
        return []
    told = []
    for i, (y0, y1) in enumerate(pairwise(1 - found.rows)):
        for j, (x0, x1) in enumerate(pairwise(found.columns)):
            red, green, blue = (int(v) for v in found.colours[i, j])
            colour = f"#{red:02x}{green:02x}{blue:02x}"
            square = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
            corners = _from_top(moved(square, at), top)
            pad.draw(corners, True, False, Ink(fill=colour))
            (left, high), (right, low) = corners.min(axis=0), corners.max(axis=0)
            told.append((float(left), float(high), float(right - left), float(low - high), colour))
    return told


def corners_of(name: bytes, numbers: list[float]) -> list[tuple[float, float]]:
    """Return the corners that a piece of a path adds; a box adds two."""
    if name == b"re":
        x, y, wide, high = numbers
        return [(x, y), (x + wide, y + high)]
    return list(zip(numbers[-2::2], numbers[-1::2], strict=False))


def hull_of(name: bytes, numbers: list[float]) -> list[tuple[float, float]]:
    """Return points around a piece of a path: a curve stays within its own and their handles."""
    return (
        corners_of(name, numbers)
        if name == b"re"
        else list(zip(numbers[::2], numbers[1::2], strict=True))
    )
