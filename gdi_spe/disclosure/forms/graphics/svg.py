"""SVG: shapes and words are kept with rounded places; scripts, links and comments are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Marks, Opaque, Part, Picture, Text
from gdi_spe.disclosure.contents.table import clean_text
from gdi_spe.disclosure.drawings.lengths import NUMBER, place_of, rounded, size_of
from gdi_spe.disclosure.drawings.pictures_within import cells_at
from gdi_spe.disclosure.drawings.pieces.cells import beside_cells
from gdi_spe.disclosure.drawings.stairs import is_stairs, points_of, uneven_steps
from gdi_spe.disclosure.drawings.styles import DECLARED, painting, rests_of
from gdi_spe.disclosure.figures.filled.tiles import Tiles, fill_of
from gdi_spe.disclosure.forms.documents.embedded import picture_within
from gdi_spe.disclosure.forms.graphics.svg_places import Places
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible, named

_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use"}
_DEFINED = {"pattern", "marker", "linearGradient", "radialGradient"}
_FRAMES = {"svg", "g", "defs", "clipPath", "text", "tspan", "symbol", "switch", "stop", *_DEFINED}
# What is left out: it is about the file, or changes how something is seen, and is then seen.
_LEFT_OUT = {"metadata", "namedview", "filter", "mask", "foreignObject"}
_QUIET = {"style", "title", "desc", *_LEFT_OUT}
_ATTRIBUTES = {
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points",
    "transform", "viewBox", "fill", "stroke", "stroke-width", "style", "id", "href", "xlink:href",
    "clip-path", "text-anchor", "font-size", "font-family", "opacity", "fill-opacity",
    "preserveAspectRatio", "stroke-dasharray", "dx", "dy", "font-weight", "stroke-linecap",
    "stroke-opacity", "stroke-linejoin", "stroke-miterlimit", "fill-rule", "font-style",
    "dominant-baseline", "offset", "stop-color", "stop-opacity", "gradientUnits",
    "gradientTransform", "spreadMethod", "fx", "fy", "patternUnits", "patternContentUnits",
    "patternTransform", "markerWidth", "markerHeight", "markerUnits", "refX", "refY", "orient",
    "marker-start", "marker-mid", "marker-end",
}  # fmt: skip
_PLACED = {"x", "y", "width", "height", "transform", "preserveAspectRatio"}
_UNSEEN = re.compile(
    r"(?<![-\w])opacity:\s*0+(?:\.0*)?(?![.\d])|display:\s*none|visibility:\s*(hidden|collapse)"
    r"|font-size:\s*[0-2](px|pt)?(?![.\d])"
)
_MOST_UNSEEN = 12
# What readers of a screen are told, and names that programs give.
_READ_OUT = ("aria-", "role", "class", "data-unformatted", "data-math")
_MOST_STOPS, _MOST_IN_PATTERN, _LARGEST_PATTERN = 64, 16, 60.0
_EXACT = ("transform", "gradientTransform", "patternTransform", "offset")
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
_TOKEN = re.compile(r"\w+")
_MOST_CORNERS = 300
# A line with so many corners is a course of values.
_LEAST_CORNERS = 4
_MOST_LETTERS = 600


Embed = Callable[[str], tuple[list[Part], str]]


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
    # Where something that is not shown begins, and how much of it there is.
    unseen_from: int = 0
    n_unseen: int = 0
    # What was defined to paint with: shapes, or colours, in each.
    n_defined: dict[str, int] = field(default_factory=dict)
    read_out: list[str] = field(default_factory=list)
    styled: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self.stack.append(tag)
        ruled = self.places.start(tag, attributes)
        if len(self.stack) > _MOST_DEPTH:
            raise Impossible("it is nested too deeply")
        for key, value in attributes.items():
            self._attribute(key, value)
        if self._is_unseen(attributes):
            self.n_unseen += tag in _SHAPES
            return
        if self._is_quiet():
            return
        if tag == "image":
            self.named[f"#{attributes.get('id', '')}"] = ""
            self._picture(attributes)
            return
        if tag not in _SHAPES | _FRAMES:
            self.problems.append(f"a <{tag[:40]}> element")
            return
        if "id" in attributes and tag == "path":
            self.named[f"#{attributes['id']}"] = attributes.get("d", "")
        self._define(tag, attributes)
        kept = {k: v for k, v in attributes.items() if k in _ATTRIBUTES and k != "style"}
        if style := painting({**ruled, **dict(DECLARED.findall(attributes.get("style", "")))}):
            kept["style"] = style
        if tag in _SHAPES and not {"defs", "clipPath", *_DEFINED} & set(self.stack):
            self._count(tag, kept)
        words = " ".join(f"{k}={quoteattr(self._written(k, v))}" for k, v in kept.items())
        self.out.append(f"<{tag} {words}>" if words else f"<{tag}>")

    def _is_unseen(self, attributes: dict[str, str]) -> bool:
        """Whether an element is not shown, by its own style or that of one around it."""
        if not self.unseen_from and _UNSEEN.search(attributes.get("style", "")):
            self.unseen_from = len(self.stack)
        return self.unseen_from > 0

    def _define(self, tag: str, attributes: dict[str, str]) -> None:
        """Count what patterns, marks of lines and gradients are made of."""
        within_one = next((each for each in self.stack[:-1] if each in _DEFINED), "")
        if tag in _DEFINED:
            self.n_defined[tag] = 0
            size = max(size_of(attributes.get("width")), size_of(attributes.get("height")))
            is_fixed = attributes.get("patternUnits") == "userSpaceOnUse"
            self.n_defined["large"] = tag == "pattern" and is_fixed and size > _LARGEST_PATTERN
        elif within_one:
            self.n_defined[within_one] += self._amount(tag, attributes)
            most = _MOST_STOPS if within_one.endswith("Gradient") else _MOST_IN_PATTERN
            much = self.n_defined[within_one] > most or (
                self.n_defined.get("large") and tag in _SHAPES and self.n_defined[within_one] > 1
            )
            if much or tag in ("text", "tspan"):
                self.problems.append(f"a <{within_one}> that draws more than a pattern")

    def _amount(self, tag: str, attributes: dict[str, str]) -> int:
        """Return how much one element of a pattern draws: of a path, a part for each few steps."""
        name = attributes.get("xlink:href") or attributes.get("href") or ""
        drawn = attributes.get("d") or attributes.get("points") or self.named.get(name, "")
        if tag == "use" and not drawn and name not in self.named:
            return _MOST_IN_PATTERN + 1
        return 1 + (len(re.findall(r"[A-Za-z]", drawn)) + drawn.count(",")) // 12

    def _picture(self, attributes: dict[str, str]) -> None:
        """Write a picture inside the drawing anew; heat maps and colour bars are such."""
        source = attributes.get("xlink:href") or attributes.get("href") or ""
        found, written = self.embed(source)
        cells = cells_at(written)
        if cells is not None:
            # TRUST: cells are judged as boxes of the drawing, with the names that stand beside.
            found = [part for part in found if not isinstance(part, Picture | Text)]
            if cells.is_bar_of_colours and self.places.pad.pictures:
                self.places.pad.pictures.pop()
            for x, y, wide, high, colour in self.places.cells(cells):
                self.tiles.add(x, y, wide, high, colour)
        self.pictures += found
        for key, value in attributes.items():
            if not key.endswith("href"):
                self._attribute(key, value)
        kept = {k: rounded(v) for k, v in attributes.items() if k in _PLACED}
        words = " ".join(f"{k}={quoteattr(v[:_LONGEST_WORDS])}" for k, v in kept.items())
        if written:
            self.out.append(f'<image {words} xlink:href="{written}"/>')

    def _written(self, key: str, value: str) -> str:
        """Write a value with rounded numbers, and names by their order: a name can say anything."""
        if key == "id":
            return self._alias(value)
        if key.endswith("href"):
            return f"#{self._alias(value[1:])}"
        value = re.sub(
            r"url\(['\"]?#([^)'\"]*)['\"]?\)", lambda m: f"url(#{self._alias(m.group(1))})", value
        )
        if len(value) > _LONGEST_WORDS and key in _WORDY:
            self.problems.append(f"a {key} of {len(value):,} characters")
            return ""
        return rounded(value, ".4g" if key in _EXACT else ".1f")

    def _alias(self, name: str) -> str:
        return self.aliases.setdefault(name, f"n{len(self.aliases) + 1}")

    def _is_quiet(self) -> bool:
        return bool(_QUIET & set(self.stack))

    def _attribute(self, key: str, value: str) -> None:
        if key.startswith("on"):
            self.problems.append(f"the attribute {key[:40]}")
        if key.endswith("href") and not value.startswith("#") and self.stack[-1] != "image":
            self.problems.append("a link or an embedded picture")
        if key.startswith(_READ_OUT):
            self.read_out.append(value)
        elif key == "style":
            # The same again says nothing more.
            new = set(rests_of(value)) - self.styled
            self.styled |= new
            self._beside("attributes", sum(map(len, new)))
        elif key == "id" or (key not in _ATTRIBUTES and not key.startswith("xmlns")):
            # What is short is a name; what is long says something.
            self._beside("attributes", max(0, len(value) - _MOST_NAMES))

    def _beside(self, what: str, size: int) -> None:
        self.beside[what] = self.beside.get(what, 0) + size

    def _count(self, tag: str, attributes: dict[str, str]) -> None:
        """Count marks, filled areas, and lines with many corners."""
        if tag in ("circle", "ellipse"):
            self.marks += 1
        elif tag == "use":
            self._count_use(attributes)
        elif tag == "rect":
            high, wide = size_of(attributes.get("height")), size_of(attributes.get("width"))
            self.areas += high > 12 and wide > 4
            self.marks += 0 < high <= 12 and 0 < wide <= 12
            x, y = place_of(attributes.get("x")), place_of(attributes.get("y"))
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
        found = [float(number) for number in NUMBER.findall(drawn)]
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
        if where == "foreignObject":
            self.foreign.append(clean_text(text))
            return
        if where == "title" and len(self.stack) > 2:
            self.titles.append(clean_text(text))
        if where in _LEFT_OUT:
            self._beside(where, len(text))
        if where in _LEFT_OUT or where == "style":
            return
        self.words.append(clean_text(text))
        if self.unseen_from:
            self.problems.append("words that are not shown")
        elif not where:
            self.out.append(escape(self.words[-1]))

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        quiet = self._is_quiet() or self.unseen_from > 0
        self.stack.pop()
        self.places.end()
        if self.unseen_from > len(self.stack):
            self.unseen_from = 0
        if not quiet and tag in _SHAPES | _FRAMES:
            self.out.append(f"</{tag}>")

    def finish(self) -> None:
        """Judge what only the whole tells: words that stand twice, and what nobody sees."""
        shown = set(_TOKEN.findall(" ".join(self.words)))
        told = [t for t in self.titles if not _is_name(t) and not set(_TOKEN.findall(t)) <= shown]
        self.tooltips = len(told)
        again = [t for t in self.foreign if not set(_TOKEN.findall(t)) <= shown]
        if again:
            self.words += again
            self.problems.append("words of a page within it")
        if self.n_unseen > _MOST_UNSEEN:
            self.problems.append("something that is not shown")
        self._beside("style", sum(map(len, self.places.styles.unknown)))
        if self.places.styles.carries_numbers:
            self._beside("style", _MOST_BESIDE + 1)

    def comment(self, text: str) -> None:
        # Plotting libraries write each label once more as a comment.
        if len(text) > 100:
            self.problems.append(f"a comment of {len(text):,} characters")
        self.words.append(clean_text(text))
        self.places.comment(text)


def _is_name(title: str) -> bool:
    """Whether words that show when pointed at are a name that programs give to nodes and edges."""
    return len(title) <= _MOST_NAMES and not re.search(r"\s|\d{3}", title)


def _is_open(drawn: str) -> bool:
    """Whether a line does not end where it begins."""
    found = NUMBER.findall(drawn)
    return not re.search(r"[Zz]", drawn) and found[:2] != found[-2:]


def _fill(attributes: dict[str, str]) -> str:
    return fill_of(attributes.get("style", ""), attributes.get("fill", ""))


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
    names = [*dict.fromkeys(drawing.read_out), drawing.places.styles.names]
    if any(names):
        parts.append(Text("unseen words", clean_text("\n".join(names)), is_alone=False))
    for what, size in drawing.beside.items():
        if size > _MOST_BESIDE:
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
    drawing.places.foresee(text)
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
    drawing.finish()
    return drawing
