"""SVG: shapes and words are kept with rounded places; scripts, links and comments are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Marks, Opaque, Part, Picture, Text
from gdi_spe.disclosure.contents.table import clean_text
from gdi_spe.disclosure.drawings.pictures_within import cells_at
from gdi_spe.disclosure.drawings.pieces.cells import beside_cells
from gdi_spe.disclosure.figures.filled.tiles import Tiles, fill_of
from gdi_spe.disclosure.forms.documents.embedded import picture_within
from gdi_spe.disclosure.forms.graphics.svg_places import Places
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible, named

_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use"}
_FRAMES = {"svg", "g", "defs", "clipPath", "text", "tspan", "symbol", "marker"}
_QUIET = {"style", "metadata", "title", "desc"}
_ATTRIBUTES = {
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points",
    "transform", "viewBox", "fill", "stroke", "stroke-width", "style", "id", "href", "xlink:href",
    "clip-path", "text-anchor", "font-size", "font-family", "opacity", "fill-opacity",
    "preserveAspectRatio", "stroke-dasharray", "dx", "dy", "font-weight", "stroke-linecap",
}  # fmt: skip
_PLACED = {"x", "y", "width", "height", "transform", "preserveAspectRatio"}
_NUMBER = re.compile(r"-?\d+\.\d+(?:[eE]-?\d+)?")
_UNSEEN = re.compile(
    r"\bopacity:\s*0(?![.\d])|display:\s*none|visibility:\s*hidden|font-size:\s*[0-2](px|pt)?(?![.\d])"
)
_ANY_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# A mark is so large at most.
_MARK = 12.0
_DOT = re.compile(
    r"[Mm]\s{0,3}[-\d.]{1,12}[\s,]{1,3}[-\d.]{1,12}\s{0,3}(?:[hv]\s?0|l\s?0[\s,]{1,3}0)(?=[\sMmzZ]|$)"
)
_MANY_DOTS = 6
_MOST_BESIDE = 400
# Names of shapes, which libraries write, are many in a large drawing.
_MOST_NAMES = 40
_LONGEST_WORDS = 120
_WORDY = {"fill", "stroke", "font-family", "clip-path", "text-anchor", "preserveAspectRatio"}
_MOST_DEPTH = 60
_MOST_CORNERS = 300
# A line with so many corners is a course of values.
_LEAST_CORNERS = 4
_MOST_LETTERS = 600


Embed = Callable[[str], tuple[list[Part], str]]


# Steps of a curve, and what is no step at all.
_LEAST_STEPS, _STILL = 8, 0.05


@dataclass
class _Drawing:
    embed: Embed
    pictures: list[Part] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    marks: int = 0
    areas: int = 0
    curves: int = 0
    tooltips: int = 0
    glyphs: int = 0
    lines: int = 0
    steps: int = 0
    tiles: Tiles = field(default_factory=Tiles)
    stack: list[str] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    # What can be used again: the path of each shape that has a name.
    named: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self.stack.append(tag)
        self.places.start(tag, attributes)
        if len(self.stack) > _MOST_DEPTH:
            raise Impossible("it is nested too deeply")
        self.tooltips += tag == "title" and len(self.stack) > 2
        if self._is_quiet():
            return
        if tag == "image":
            self._picture(attributes)
            return
        if tag not in _SHAPES | _FRAMES:
            self.problems.append(f"a <{tag[:40]}> element")
            return
        kept = {k: v for k, v in attributes.items() if k in _ATTRIBUTES}
        for key, value in attributes.items():
            self._attribute(key, value)
        if "id" in attributes and tag == "path":
            self.named[f"#{attributes['id']}"] = attributes.get("d", "")
        if tag in _SHAPES and "defs" not in self.stack and "clipPath" not in self.stack:
            self._count(tag, kept)
        words = " ".join(f"{k}={quoteattr(self._written(k, v))}" for k, v in kept.items())
        self.out.append(f"<{tag} {words}>" if words else f"<{tag}>")

    def _picture(self, attributes: dict[str, str]) -> None:
        """Write a picture inside the drawing anew; heat maps and colour bars are such."""
        source = attributes.get("xlink:href") or attributes.get("href") or ""
        found, written = self.embed(source)
        cells = cells_at(written)
        if cells is not None:
            # TRUST: cells are judged as boxes of the drawing, with the names that stand beside.
            found = [part for part in found if not isinstance(part, Picture | Text)]
            for x, y, wide, high, colour in self.places.cells(cells):
                self.tiles.add(x, y, wide, high, colour)
        self.pictures += found
        for key, value in attributes.items():
            if not key.endswith("href"):
                self._attribute(key, value)
        kept = {k: _rounded(v) for k, v in attributes.items() if k in _PLACED}
        words = " ".join(f"{k}={quoteattr(v[:_LONGEST_WORDS])}" for k, v in kept.items())
        if written:
            self.out.append(f'<image {words} xlink:href="{written}"/>')

    def _written(self, key: str, value: str) -> str:
        """Write a value with rounded numbers, and names by their order: a name can say anything."""
        if key == "id":
            return self._alias(value)
        if key.endswith("href"):
            return f"#{self._alias(value[1:])}"
        value = re.sub(r"url\(#([^)]*)\)", lambda m: f"url(#{self._alias(m.group(1))})", value)
        if len(value) > _LONGEST_WORDS and key in _WORDY:
            self.problems.append(f"a {key} of {len(value):,} characters")
            return ""
        return _rounded(value)

    def _alias(self, name: str) -> str:
        return self.aliases.setdefault(name, f"n{len(self.aliases) + 1}")

    def _is_quiet(self) -> bool:
        return bool(_QUIET & set(self.stack))

    def _attribute(self, key: str, value: str) -> None:
        if key.startswith("on"):
            self.problems.append(f"the attribute {key[:40]}")
        if key.endswith("href") and not value.startswith("#"):
            self.problems.append("a link or an embedded picture")
        if key == "id" or (key not in _ATTRIBUTES and not key.startswith("xmlns")):
            # What is short is a name; what is long says something.
            size = max(0, len(value) - _MOST_NAMES)
            self.beside["attributes"] = self.beside.get("attributes", 0) + size
        if _UNSEEN.search(value):
            self.problems.append("something that is not shown")

    def _count(self, tag: str, attributes: dict[str, str]) -> None:
        """Count marks, filled areas, and lines with many corners."""
        if tag in ("circle", "ellipse"):
            self.marks += 1
        elif tag == "use":
            self._count_use(attributes)
        elif tag == "rect":
            high, wide = _size(attributes.get("height")), _size(attributes.get("width"))
            self.areas += high > 12 and wide > 4
            self.marks += 0 < high <= 12 and 0 < wide <= 12
            x, y = _place(attributes.get("x")), _place(attributes.get("y"))
            self.tiles.add(x, y, wide, high, _fill(attributes))
        elif tag in ("path", "polyline", "polygon"):
            drawn = attributes.get("d") or attributes.get("points") or ""
            corners = len(re.findall(r"[LlCcQqHhVvAaSsTt]", drawn)) or drawn.count(",")
            self.curves += corners > _MOST_CORNERS or (corners > 12 and is_stairs(drawn))
            self.marks += corners > _MOST_CORNERS
            self.steps = max(self.steps, uneven_steps(points_of(drawn)))
            # Strokes of no length are drawn as dots where their ends are round.
            if len(_DOT.findall(drawn)) >= _MANY_DOTS:
                self.problems.append("marks that are strokes of no length")
            # One path can hold many marks: each begins where the pen is put down.
            n_starts = len(re.findall(r"[Mm]", drawn))
            self.marks += max(0, n_starts - 1)
            is_line = tag != "polygon" and _is_open(drawn) and corners >= _LEAST_CORNERS
            self.lines += is_line and _fill(attributes) in ("none", "")
            if n_starts <= 1 and corners >= 3:
                self._count_closed(drawn, attributes)

    def _count_closed(self, drawn: str, attributes: dict[str, str]) -> None:
        """Count a small shape as a mark, and a box as a cell of its size and colour."""
        found = [float(number) for number in _ANY_NUMBER.findall(drawn)]
        across, down = found[::2], found[1::2]
        if not across or not down or drawn != drawn.replace("a", "").replace("A", ""):
            return
        wide, high = max(across) - min(across), max(down) - min(down)
        self.marks += 0 < wide <= _MARK and 0 < high <= _MARK
        if len(found) <= 10 and wide > 0 and high > 0:
            self.tiles.add(min(across), min(down), wide, high, _fill(attributes))

    def _count_use(self, attributes: dict[str, str]) -> None:
        """Tell ticks, which are short lines, and letters, which have no place, from marks."""
        drawn = self.named.get(attributes.get("xlink:href") or attributes.get("href") or "", "")
        is_tick = len(re.findall(r"[A-Za-z]", drawn)) == 2 and bool(drawn)
        if "x" in attributes and "y" in attributes:
            self.marks += not is_tick
        else:
            self.glyphs += 1
            self.marks += self.glyphs > _MOST_LETTERS

    def data(self, text: str) -> None:
        self.places.data(text)
        if not text.strip():
            return
        where = next((tag for tag in self.stack if tag in _QUIET), "")
        if where in ("metadata", "style"):
            self.beside[where] = self.beside.get(where, 0) + len(text)
            return
        self.words.append(clean_text(text))
        if not where:
            self.out.append(escape(self.words[-1]))

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        quiet = self._is_quiet()
        self.stack.pop()
        self.places.end()
        if not quiet and tag in _SHAPES | _FRAMES:
            self.out.append(f"</{tag}>")

    def comment(self, text: str) -> None:
        # Plotting libraries write each label once more as a comment.
        if len(text) > 100:
            self.problems.append(f"a comment of {len(text):,} characters")
        self.words.append(clean_text(text))
        self.places.comment(text)


def is_stairs(drawn: str) -> bool:
    """Whether a line goes across and down in turn: each step of such a curve may be a person."""
    if len(re.findall(r"[HhVv]", drawn)) > 12:
        return True
    found = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]
    places = list(zip(found[::2], found[1::2], strict=False))
    turns = [abs(a[0] - b[0]) < 0.05 or abs(a[1] - b[1]) < 0.05 for a, b in pairwise(places)]
    return len(turns) > 12 and sum(turns) > 0.8 * len(turns)


def points_of(drawn: str) -> list[tuple[float, float]]:
    """Return the places that a line goes through; none for one that goes by other ways."""
    if re.search(r"[a-zCcQqSsTtAa]", re.sub(r"[zZeE]", "", drawn)) and not re.search(
        r"^[\d\s,.+-]+$", drawn
    ):
        return []
    places: list[tuple[float, float]] = []
    for command, rest in re.findall(r"([MLHV]?)([^A-Za-z]+)", drawn):
        found = [float(number) for number in _ANY_NUMBER.findall(rest)]
        if command in ("H", "V") and places:
            x, y = places[-1]
            places += [(n, y) if command == "H" else (x, n) for n in found]
        else:
            places += zip(found[::2], found[1::2], strict=False)
    return places


def uneven_steps(places: list[tuple[float, float]]) -> int:
    """Return how many steps a line has that goes one way only, at places that are not even."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)]
    across = [abs(dx) for dx, dy in steps if abs(dy) < _STILL and abs(dx) >= _STILL]
    down = [dy for dx, dy in steps if abs(dx) < _STILL and abs(dy) >= _STILL]
    if len(across) + len(down) < 0.9 * len(steps) or len(down) < _LEAST_STEPS:
        return 0
    one_way = all(dy > 0 for dy in down) or all(dy < 0 for dy in down)
    ordered = sorted(across)
    # Months are of 28 to 31 days: steps are uneven where some are half as wide as others.
    uneven = (
        len(ordered) >= _LEAST_STEPS
        and ordered[len(ordered) // 5] < 0.6 * ordered[-len(ordered) // 5]
    )
    return len(down) if one_way and uneven else 0


def _rounded(value: str) -> str:
    return _NUMBER.sub(lambda m: f"{float(m.group()):.1f}".rstrip("0").rstrip("."), value)


def _is_open(drawn: str) -> bool:
    """Whether a line does not end where it begins."""
    found = _ANY_NUMBER.findall(drawn)
    return not re.search(r"[Zz]", drawn) and found[:2] != found[-2:]


def _fill(attributes: dict[str, str]) -> str:
    return fill_of(attributes.get("style", ""), attributes.get("fill", ""))


def _place(value: str | None) -> float:
    found = re.match(r"-?\d+(\.\d+)?", value or "")
    return float(found.group()) if found else 0.0


def _size(value: str | None) -> float:
    found = re.match(r"\d+(\.\d+)?", value or "")
    return float(found.group()) if found else 0.0


def encode(text: str, name: str, policy: DisclosurePolicy, inner: Encode) -> Canonical:
    """Write a drawing anew."""
    drawing = _read(text, lambda source: picture_within(source, "drawing.picture", policy, inner))
    sheet = drawing.places.sheet()
    parts: list[Part] = [
        Marks("drawing", drawing.marks, drawing.areas, drawing.curves, drawing.tooltips,
              " ".join(drawing.words)[:2000], drawing.tiles.commonest(), drawing.lines,
              sheet, drawing.steps)
    ]  # fmt: skip
    if drawing.words:
        parts.append(Text("labels", "\n".join(beside_cells(drawing.words, sheet)), is_alone=False))
    parts += drawing.pictures
    for what, size in drawing.beside.items():
        if size > _MOST_BESIDE * (5 if what == "style" else 1):
            parts.append(Opaque(what, f"{size:,} characters of {what}, which nobody sees"))
    parts += [Opaque("drawing", f"It has {what}") for what in dict.fromkeys(drawing.problems)]
    body = "".join(drawing.out).replace(
        "<svg ",
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1,
    )  # fmt: skip
    media_type = "image/svg+xml"
    return Canonical(f"{body}\n".encode(), media_type, named(name, media_type), tuple(parts))


def _read(text: str, embed: Embed) -> _Drawing:
    drawing, parser = _Drawing(embed), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = drawing.start
    parser.EndElementHandler = drawing.end
    parser.CharacterDataHandler = drawing.data
    parser.CommentHandler = drawing.comment

    def refuse(*_: object) -> None:
        raise Impossible("it defines entities or has instructions for programs")

    # TRUST: entities can read files and grow without end; none is needed for a drawing.
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise Impossible(f"it is not well-formed: {error}") from None
    return drawing
