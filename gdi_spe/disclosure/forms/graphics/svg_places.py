"""Where SVG puts things: transforms, styles and shapes that are used again are followed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.drawings.glyphs import Glyph, words_of
from gdi_spe.disclosure.drawings.joining import plain_formula
from gdi_spe.disclosure.drawings.paths import (
    SAME,
    Line,
    Matrix,
    lines_of,
    moved,
    times,
    transform_of,
)
from gdi_spe.disclosure.drawings.pictures_within import Cells
from gdi_spe.disclosure.drawings.sheet import Ink, Pad, Sheet, Word, colour_of
from gdi_spe.disclosure.drawings.styles import DECLARED, Styles

_INHERITED = (
    "fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "text-anchor",
    "fill-opacity", "stroke-opacity", "opacity", "marker-start", "marker-mid", "marker-end",
    "is-mixed",
)  # fmt: skip
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_DEFINED = {"defs", "clipPath", "symbol", "marker", "pattern", "mask", "filter"}
# What fonts' letters are called where they are drawn as shapes; what is called so is read.
_LETTER = re.compile(r"#(glyph[-\w]*|[A-Za-z][\w -]{0,60}-[0-9a-fA-F]{1,6})")
_PAINT = re.compile(r"url\(['\"]?#([^)'\"]*)")
_GRADIENT = re.compile(
    r"<\w*Gradient\b[^>]*\bid=\"([^\"]+)\"[^>]*[^/]>(.*?)</\w*Gradient>", re.DOTALL
)
_STOP = re.compile(r"stop-color\s*[:=]\s*[\"']?([^;\"'>]+)")
_LENGTH = re.compile(r"\s*(-?\d*\.?\d+(?:[eE][-+]?\d+)?)(px|pt|em|%)?")
_CIRCLE = np.linspace(0, 2 * np.pi, 17)
_MOST_LETTERS = 6000
_ENDS = ("start", "mid", "end")
_DOT = 4.0
_MIXED = 5


@dataclass
class _State:
    at: Matrix
    style: dict[str, str]
    tag: str
    name: str = ""
    string: int = 0


@dataclass
class _Defined:
    """A shape that has a name."""

    at: Matrix
    shapes: list[tuple[list[Line], Matrix, dict[str, str]]] = field(default_factory=list)


@dataclass
class Places:
    """Follows a drawing from its first element to its last."""

    pad: Pad = field(default_factory=Pad)
    stack: list[_State] = field(default_factory=list)
    styles: Styles = field(default_factory=Styles)
    # The colours that gradients and patterns consist of, by their names.
    paints: dict[str, list[str]] = field(default_factory=dict)
    pictured: set[str] = field(default_factory=set)
    defined: dict[str, _Defined] = field(default_factory=dict)
    open_names: list[tuple[int, str]] = field(default_factory=list)
    glyphs: list[Glyph] = field(default_factory=list)
    told: dict[int, str] = field(default_factory=dict)
    n_strings: int = 0
    text: list[str] = field(default_factory=list)
    place: tuple[float, float] = (0.0, 0.0)

    def start(self, tag: str, attributes: dict[str, str]) -> dict[str, str]:
        """Enter an element; return what the rules of style say of it."""
        above = self.stack[-1] if self.stack else _State(SAME, {}, "")
        turned = attributes.get("transform", "") or attributes.get("patternTransform", "")
        at = times(transform_of(turned), above.at)
        ruled = self.styles.holding(tag, attributes)
        style = self._style(attributes, above.style, ruled)
        self._take_paint(tag, attributes, style, ruled)
        state = _State(at, style, tag, string=above.string)
        self.stack.append(state)
        if tag == "svg" and len(self.stack) == 1:
            self._page(attributes)
        if tag in ("g", "text") and not self._is_defining():
            self.n_strings += 1
            state.string = self.n_strings
        if "id" in attributes and (self._is_defining() or tag in _SHAPES):
            self.open_names.append((len(self.stack), f"#{attributes['id']}"))
            self.defined[f"#{attributes['id']}"] = _Defined(above.at)
        if tag in _SHAPES:
            self._shape(tag, attributes, state)
        elif tag == "use":
            self._use(attributes, state)
        elif tag == "image":
            self._image(attributes, at)
        elif tag in ("text", "tspan"):
            self._begin_words(attributes)
        return ruled

    def _take_paint(
        self, tag: str, attributes: dict[str, str], style: dict[str, str], ruled: dict[str, str]
    ) -> None:
        """Remember what gradients and patterns are painted with; what refers to one is like it."""
        if tag in ("linearGradient", "radialGradient", "pattern"):
            like = attributes.get("xlink:href") or attributes.get("href") or ""
            self.paints[attributes.get("id", "")] = list(self.paints.get(like[1:], ()))
        elif self._is_painting() and tag in ("use", "image"):
            # TRUST: the picture of a pattern is judged as a picture.
            self.pictured.add(next(reversed(self.paints)))
        elif self.paints and self._is_painting():
            written = dict(DECLARED.findall(attributes.get("style", "")))
            told = {**attributes, **ruled, **written}
            colour = told.get("stop-color", "#000000") if tag == "stop" else style.get("fill", "")
            if colour not in ("none", ""):
                self.paints[next(reversed(self.paints))].append(colour.strip())

    def _is_painting(self) -> bool:
        return any(s.tag in ("linearGradient", "radialGradient", "pattern") for s in self.stack)

    def end(self) -> None:
        """Leave an element."""
        state = self.stack[-1]
        if state.tag in ("text", "tspan"):
            self._flush(state)
        self.stack.pop()
        while self.open_names and self.open_names[-1][0] > len(self.stack):
            self.open_names.pop()

    def data(self, told: str) -> None:
        """Take words, or rules of style."""
        if self.stack and self.stack[-1].tag == "style":
            self.styles.add(told)
        elif self.stack and self.stack[-1].tag in ("text", "tspan"):
            self.text.append(told)

    def comment(self, told: str) -> None:
        """Take what a string of letters says of itself."""
        if self.stack and self.stack[-1].string:
            self.told[self.stack[-1].string] = plain_formula(told)

    def foresee(self, told: str) -> None:
        """Take the colours of gradients that are defined behind what they paint."""
        for name, inner in _GRADIENT.findall(told):
            self.paints[name] = [c.strip() for c in _STOP.findall(inner)]

    def sheet(self) -> Sheet:
        """Return the drawing, with its letters read."""
        words, unread = words_of(self.glyphs[:_MOST_LETTERS], self._told_below())
        self.pad.words += words
        self.pad.n_unread += unread + max(0, len(self.glyphs) - _MOST_LETTERS)
        return self.pad.sheet()

    def _told_below(self) -> dict[int, str]:
        """Give what is told of a group to the group within it that has the letters."""
        drawn = sorted({g.string for g in self.glyphs})
        found: dict[int, str] = {}
        for number, said in self.told.items():
            below = next((d for d in drawn if d >= number), None)
            if below is not None and below - number <= 1:
                found[below] = said
        return found

    def _is_defining(self) -> bool:
        return any(state.tag in _DEFINED for state in self.stack)

    def _page(self, attributes: dict[str, str]) -> None:
        box = [float(n) for n in re.findall(r"-?[\d.]+", attributes.get("viewBox", ""))]
        if len(box) == 4:
            self.pad.wide, self.pad.high = box[2], box[3]
            self.stack[-1].at = (1, 0, 0, 1, -box[0], -box[1])
        else:
            self.pad.wide = _length(attributes.get("width", ""), 0)
            self.pad.high = _length(attributes.get("height", ""), 0)

    def _style(
        self, attributes: dict[str, str], above: dict[str, str], ruled: dict[str, str]
    ) -> dict[str, str]:
        style = {k: v for k, v in above.items() if k in _INHERITED}
        own = {k: attributes[k].strip() for k in _INHERITED if k in attributes}
        written = dict(DECLARED.findall(attributes.get("style", "")))
        wanted = own | {k: v.strip() for k, v in (ruled | written).items() if k in _INHERITED}
        font = re.search(r"([\d.]+)(?:px|pt)", written.get("font", ruled.get("font", "")))
        if font and "font-size" not in wanted:
            wanted["font-size"] = font.group(1)
        if "fill" in wanted:
            found = _PAINT.match(wanted["fill"])
            n_colours = len(set(self.paints.get(found.group(1), ()))) if found else 0
            wanted["is-mixed"] = "yes" * (n_colours >= _MIXED)
        wanted |= {k: self._plain_colour(wanted[k]) for k in ("fill", "stroke") if k in wanted}
        return style | wanted

    def _plain_colour(self, told: str) -> str:
        """Return one colour for a gradient or a pattern: the lightest of theirs."""
        found = _PAINT.match(told)
        if found is None:
            return told
        if found.group(1) in self.pictured:
            return "none"
        colours = self.paints.get(found.group(1), [])
        return max(colours, key=lambda c: sum(colour_of(c) or (0.5, 0.5, 0.5)), default="#808080")

    def _shape(self, tag: str, attributes: dict[str, str], state: _State) -> None:
        lines = _lines(tag, attributes, self.pad)
        if self.open_names:
            for _, name in self.open_names:
                kept = self.defined[name]
                kept.shapes.append((lines, times(state.at, _inverse(kept.at)), state.style))
        if not self._is_defining():
            self._draw(lines, state.at, state.style)

    def _draw(self, lines: list[Line], at: Matrix, style: dict[str, str]) -> None:
        ink = _ink(style, at)
        if style.get("is-mixed"):
            ink = replace(ink, is_mixed=True)
        for line in lines:
            places = line.places(at)
            self.pad.draw(places, line.is_closed, line.is_bent, ink)
            self._mark(places, style)

    def _mark(self, places: NDArray[np.float64], style: dict[str, str]) -> None:
        """Put down the marks that a line has at its corners, or a dot of a line at its ends."""
        marked = [style.get(f"marker-{where}", "none") != "none" for where in _ENDS]
        is_dot = bool(len(places)) and np.ptp(places, axis=0).max() < _DOT
        at = places[1:-1] if marked[1] else places[:0]
        if is_dot and any(marked):
            at = places[:1]
        for x, y in at:
            around = np.column_stack([x + 2 * np.cos(_CIRCLE), y + 2 * np.sin(_CIRCLE)])
            self.pad.draw(around, True, True, Ink(fill=style.get("stroke", "#000000")))

    def _use(self, attributes: dict[str, str], state: _State) -> None:
        name = attributes.get("xlink:href") or attributes.get("href") or ""
        defined = self.defined.get(name)
        if defined is None or self._is_defining():
            return
        across, down = _length(attributes.get("x", "0"), 0), _length(attributes.get("y", "0"), 0)
        at = times((1, 0, 0, 1, across, down), state.at)
        for lines, inner, style in defined.shapes:
            whole = times(inner, at)
            if _LETTER.fullmatch(name):
                self._letter(lines, whole, state, name.rpartition("-")[0])
            else:
                # What is told where it is used holds where the shape tells nothing.
                self._draw(lines, whole, {**state.style, **style})

    def _letter(self, lines: list[Line], at: Matrix, state: _State, font: str) -> None:
        drawn = tuple(line.places(at) for line in lines if len(line.corners) > 2)
        if not drawn:
            return
        self.pad.n_drawn += 1
        upright = self._runs_up(at)
        colour = state.style.get("fill", "#000000")
        self.glyphs.append(
            Glyph(drawn, colour, self.pad.n_drawn, state.string, upright, (at[4], at[5]), font)
        )

    def _runs_up(self, at: Matrix) -> bool:
        """Whether letters stand on the right side of their line; shapes may be turned already."""
        return abs(at[1]) > abs(at[0])

    def _image(self, attributes: dict[str, str], at: Matrix) -> None:
        size = [_length(attributes.get(k, "0"), 0) for k in ("x", "y", "width", "height")]
        corners = np.array([[size[0], size[1]], [size[0] + size[2], size[1] + size[3]]])
        placed = moved(corners, at)
        low, high = placed.min(axis=0), placed.max(axis=0)
        self.pad.pictures.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    def cells(self, cells: Cells) -> list[tuple[float, float, float, float, str]]:
        """Put the cells of the last picture down as boxes; return their places and colours."""
        if cells.is_bar_of_colours or not self.pad.pictures:
            return []
        left, top, right, bottom = self.pad.pictures[-1]
        at = self.stack[-1].at
        # A picture that is drawn upside down has its first row at the foot.
        rows = top + cells.rows * (bottom - top)
        if at[3] < 0:
            rows = bottom - cells.rows * (bottom - top)
        columns = left + cells.columns * (right - left)
        found = []
        for i, (y0, y1) in enumerate(pairwise(rows)):
            for j, (x0, x1) in enumerate(pairwise(columns)):
                red, green, blue = (int(v) for v in cells.colours[i, j])
                colour = f"#{red:02x}{green:02x}{blue:02x}"
                corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
                self.pad.draw(corners, True, False, Ink(fill=colour))
                found.append((float(x0), float(min(y0, y1)), float(x1 - x0), float(abs(y1 - y0)),
                              colour))  # fmt: skip
        return found

    def _begin_words(self, attributes: dict[str, str]) -> None:
        state = self.stack[-1]
        if state.tag == "text" or "x" in attributes or "y" in attributes:
            if len(self.stack) > 1:
                self._flush(self.stack[-2])
            x, y = self.place if state.tag == "tspan" else (0.0, 0.0)
            self.place = (
                _length(attributes.get("x", str(x)), x),
                _length(attributes.get("y", str(y)), y),
            )
        elif "dy" in attributes:
            if len(self.stack) > 1:
                self._flush(self.stack[-2])
            self.place = self.place[0], self.place[1] + _length(attributes["dy"], 0)

    def _flush(self, state: _State) -> None:
        text = " ".join("".join(self.text).split())
        self.text = []
        if not text or state.tag not in ("text", "tspan") or self._is_defining():
            return
        scale = float(np.hypot(state.at[0], state.at[1]))
        size = _length(state.style.get("font-size", "12"), 12) * scale
        ((x, y),) = moved(np.array([self.place]), state.at)
        upright = abs(state.at[1]) > abs(state.at[0])
        long = Word(text, 0, 0, size).length
        back = {"middle": 0.5, "end": 1.0}.get(state.style.get("text-anchor", ""), 0.0) * long
        colour = state.style.get("fill", "#000000")
        left, base = (x, y + back) if upright else (x - back, y)
        self.pad.write(
            Word(text, float(left), float(base), size, upright, colour, self.pad.n_drawn)
        )


def _lines(tag: str, attributes: dict[str, str], pad: Pad) -> list[Line]:
    """Return the lines of a shape in its own places."""
    if tag == "path":
        return lines_of(attributes.get("d", ""))
    n = {k: _length(v, pad.wide if k in ("x", "width", "cx", "x1", "x2") else pad.high)
         for k, v in attributes.items() if k in _SIZES}  # fmt: skip
    if tag == "rect":
        x, y, w, h = (n.get(k, 0.0) for k in ("x", "y", "width", "height"))
        return [Line([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], True)]
    if tag in ("circle", "ellipse"):
        rx, ry = n.get("rx", n.get("r", 0.0)), n.get("ry", n.get("r", 0.0))
        x, y = n.get("cx", 0.0), n.get("cy", 0.0)
        round_ = [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in _CIRCLE]
        return [Line(round_, True, True)]
    if tag == "line":
        x1, y1, x2, y2 = (n.get(k, 0.0) for k in ("x1", "y1", "x2", "y2"))
        return [Line([(x1, y1), (x2, y2)])]
    numbers = [float(v) for v in re.findall(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?",
                                            attributes.get("points", ""))]  # fmt: skip
    corners = list(zip(numbers[::2], numbers[1::2], strict=False))
    return [Line(corners, tag == "polygon")] if corners else []


_SIZES = {"x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "x1", "y1", "x2", "y2"}


def _length(told: str, whole: float) -> float:
    """Return a length; a share is of the whole page."""
    found = _LENGTH.match(told)
    if found is None:
        return whole
    number, unit = float(found.group(1)), found.group(2)
    if unit == "%":
        return number * whole / 100
    return number * 12 if unit == "em" else number


def _ink(style: dict[str, str], at: Matrix) -> Ink:
    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    if _is_clear(style, "fill-opacity") or fill == "transparent":
        fill = "none"
    if _is_clear(style, "stroke-opacity") or stroke == "transparent":
        stroke = "none"
    dashes = style.get("stroke-dasharray", "none")
    scale = float(np.hypot(at[0], at[1]))
    return Ink(
        "" if fill == "none" else fill, "" if stroke == "none" else stroke,
        scale * _length(style.get("stroke-width", "1"), 1), "" if dashes == "none" else dashes,
    )  # fmt: skip


def _is_clear(style: dict[str, str], what: str) -> bool:
    return any(_length(style.get(k, "1"), 1) == 0 for k in (what, "opacity"))


def _inverse(at: Matrix) -> Matrix:
    a, b, c, d, e, f = at
    size = a * d - b * c
    if abs(size) < 1e-12:
        return SAME
    return (
        d / size, -b / size, -c / size, a / size,
        (c * f - d * e) / size, (b * e - a * f) / size,
    )  # fmt: skip
