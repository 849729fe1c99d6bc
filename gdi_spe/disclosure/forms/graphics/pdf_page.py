"""What a page of a PDF draws: lines, areas and words, written anew by operators that only draw."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from gdi_spe.disclosure.contents.parts import Part, Picture, Text
from gdi_spe.disclosure.drawings.paths import SAME as _SAME
from gdi_spe.disclosure.drawings.paths import Matrix, times
from gdi_spe.disclosure.drawings.pictures_within import cells_of
from gdi_spe.disclosure.drawings.sheet import Pad, width_of
from gdi_spe.disclosure.drawings.stairs import is_stairs, uneven_steps
from gdi_spe.disclosure.figures.filled.tiles import Tiles
from gdi_spe.disclosure.forms.graphics import pdf_paints, pdf_places
from gdi_spe.disclosure.forms.graphics.pdf_letters import decoded
from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Scanner, Stream
from gdi_spe.disclosure.forms.graphics.pdf_pictures import Written, embedded, written_anew
from gdi_spe.disclosure.intake.form import Impossible

_PATH = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4, b"h": 0, b"re": 4}
_PAINT = {b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"n"}
_STATE = {b"q": 0, b"Q": 0, b"cm": 6, b"w": 1, b"J": 1, b"j": 1, b"M": 1, b"W": 0, b"W*": 0}
_COLOURS = {b"rg": 3, b"RG": 3, b"g": 1, b"G": 1, b"k": 4, b"K": 4}
_BY_NUMBER = {1: (b"g", b"G"), 3: (b"rg", b"RG"), 4: (b"k", b"K")}
_NOTHING = {b"cs", b"CS", b"ri", b"i", b"BMC", b"BDC", b"EMC", b"MP", b"DP", b"d"}
_TINY = 3.0
_MOST_CORNERS = 300
# A circle has four; a tick has one.
_LEAST_CORNERS = 3
_LEAST_COURSE, _MOST_OF_BOX = 4, 4
_MOST_OPERATORS = 200_000
_MOST_DEPTH = 6


# Writes a picture anew: its parts, and the PNG that is left of it.
Embed = Callable[[bytes], tuple[list[Part], bytes]]


@dataclass
class Page:
    """A page as it is drawn: canonical operators, the words, and counts of shapes."""

    file: File
    limit: int
    box: tuple[float, float, float, float]
    out: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    marks: int = 0
    areas: int = 0
    curves: int = 0
    # Filled shapes larger than marks: bars, and cells of a matrix.
    boxes: int = 0
    tiles: Tiles = field(default_factory=Tiles)
    lines_drawn: int = 0
    steps: int = 0
    n_operators: int = 0
    pad: Pad = field(default_factory=Pad)
    # How a picture is written anew, and those that the page holds.
    embed: Embed | None = None
    pictures: list[Written] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def top(self) -> tuple[float, float]:
        """The top left of the page."""
        return self.box[0], self.box[3]

    def draw(self, content: bytes, resources: dict[str, Any], at: Matrix, depth: int = 0) -> None:
        """Go through the operators of a content stream."""
        _Drawing(self, resources, at, depth).run(content)

    def lines(self) -> str:
        """Return the words of the page in lines from top to bottom."""
        by_line: dict[tuple[int, float], list[tuple[float, str]]] = {}
        for word in self.pad.sheet().words:
            # Words that go up stand in a line of their own.
            at = (round(word.base / 3), word.left if word.is_upright else 0.0)
            by_line.setdefault(at, []).append((word.left, word.text))
        return "\n".join("  ".join(t for _, t in sorted(by_line[k])) for k in sorted(by_line))


@dataclass
class _Drawing:
    page: Page
    resources: dict[str, Any]
    matrix: Matrix
    depth: int
    stack: list[tuple[Matrix, bool, str, str, float, str, frozenset[str]]] = field(
        default_factory=list
    )
    operands: list[Any] = field(default_factory=list)
    path: list[tuple[bytes, list[float]]] = field(default_factory=list)
    text: Matrix = _SAME
    line: Matrix = _SAME
    font: Any = None
    size: float = 1.0
    leading: float = 0.0
    is_white: bool = False
    colour: str = ""
    stroke: str = "#000000"
    width: float = 1.0
    dashes: str = ""
    mode: int = 0
    # What is painted so that all shows through: areas (ca), lines (CA).
    clear: frozenset[str] = frozenset()
    is_mixed: bool = False

    def run(self, content: bytes) -> None:
        scanner = Scanner(content)
        while (token := scanner.token()) is not None:
            value = scanner.of(token, 0)
            if not isinstance(value, bytes) or not _is_operator(value, scanner):
                self.operands.append(value)
                continue
            self.page.n_operators += 1
            if self.page.n_operators > _MOST_OPERATORS:
                raise Impossible("a page of the PDF draws too much")
            self._do(value)
            self.operands = []

    def _do(self, operator: bytes) -> None:
        if operator in _PATH:
            self.path.append((operator, self._numbers(_PATH[operator])))
        elif operator in _PAINT:
            self._paint(operator)
        elif operator in _STATE:
            self._state(operator)
        elif operator in _COLOURS:
            self._plainly(operator)
        elif operator in (b"sc", b"scn", b"SC", b"SCN"):
            self._any_colour(operator)
        elif operator == b"Do":
            self._reuse()
        elif operator in _TEXT:
            _TEXT[operator](self)
        elif operator == b"d":
            self.dashes = str(self.operands[0]) if self.operands and self.operands[0] else ""
        elif operator == b"gs":
            self._see_through()
        elif operator not in _NOTHING:
            raise Impossible(f"a page of the PDF uses {operator[:8]!r}")

    def _see_through(self) -> None:
        """Take how much shows through; what cannot be seen at all is not written either."""
        states = self.page.file.get(self.resources.get("ExtGState")) or {}
        name = self.operands[-1] if self.operands else None
        state = self.page.file.get(states.get(name.word)) if isinstance(name, Name) else None
        for key in ("ca", "CA"):
            if isinstance(state, dict) and _is_number(amount := self.page.file.get(state.get(key))):
                self.clear = self.clear | {key} if amount == 0 else self.clear - {key}

    def _numbers(self, n: int) -> list[float]:
        found = [float(v) for v in self.operands[len(self.operands) - n :] if _is_number(v)]
        if len(found) != n:
            raise Impossible("a page of the PDF is damaged")
        return found

    def _write(self, numbers: list[float], operator: bytes) -> None:
        told = [f"{n:.2f}".rstrip("0").rstrip(".") or "0" for n in numbers]
        self.page.out.append(" ".join([*told, operator.decode()]))

    def _state(self, operator: bytes) -> None:
        numbers = self._numbers(_STATE[operator])
        if operator == b"q":
            self.stack.append((self.matrix, self.is_white, self.colour, self.stroke, self.width,
                               self.dashes, self.clear))  # fmt: skip
        elif operator == b"Q" and self.stack:
            (self.matrix, self.is_white, self.colour, self.stroke, self.width,
             self.dashes, self.clear) = self.stack.pop()  # fmt: skip
        elif operator == b"w":
            self.width = numbers[0]
        elif operator == b"cm":
            self.matrix = times(_matrix(numbers), self.matrix)
        if operator in (b"W", b"W*"):
            self.path.append((operator, []))
        elif operator == b"cm":
            self.page.out.append(" ".join(f"{n:.5f}" for n in numbers) + " cm")
        else:
            self._write(numbers, operator)

    def _plainly(self, operator: bytes) -> None:
        self.is_mixed = False
        self._colour(operator, self._numbers(_COLOURS[operator]))

    def _colour(self, operator: bytes, numbers: list[float]) -> None:
        if operator in (b"rg", b"g", b"k"):
            self.is_white = min(numbers) > 0.97 and operator != b"k"
            self.colour = pdf_places.hex_colour(numbers)
        else:
            self.stroke = pdf_places.hex_colour(numbers)
        self._write(numbers, operator)

    def _any_colour(self, operator: bytes) -> None:
        numbers = [float(v) for v in self.operands if _is_number(v)]
        self.is_mixed = False
        if self.operands and isinstance(name := self.operands[-1], Name):
            paint = pdf_paints.paint_of(name, numbers, self.resources, self.page.file)
            self.page.problems += paint.problems
            self.is_mixed = paint.is_mixed
            self._colour(b"RG" if operator.isupper() else b"rg", list(paint.colour))
            return
        kinds = _BY_NUMBER.get(len(numbers))
        if kinds is None or len(numbers) != len(self.operands):
            raise Impossible("a page of the PDF is painted with patterns")
        self._colour(kinds[operator.isupper()], numbers)

    def _paint(self, operator: bytes) -> None:
        path, self.path = self.path, []
        operator = pdf_places.seen(operator, self.clear)
        for name, numbers in path:
            self._write(numbers, name)
        self._write([], operator)
        drawn = [(name, numbers) for name, numbers in path if name not in (b"W", b"W*")]
        if operator != b"n" and drawn and len(drawn) == len(path):
            self._count(drawn, operator)
            fill = self.colour or "#000000"
            ink = pdf_places.ink_of(operator, fill, self.stroke, self.width, self.dashes)
            ink = replace(ink, is_mixed=self.is_mixed)
            pdf_places.draw(self.page.pad, drawn, operator, self.matrix, self.page.top, ink)

    def _count(self, path: list[tuple[bytes, list[float]]], operator: bytes) -> None:
        """Count marks, areas and curves as a drawing does."""
        starts = sum(name in (b"m", b"re") for name, _ in path)
        places = [place for name, numbers in path for place in pdf_places.corners_of(name, numbers)]
        corners = sum(name in (b"l", b"c", b"v", b"y") for name, _ in path)
        hull = [place for name, numbers in path for place in pdf_places.hull_of(name, numbers)]
        wide = (max(x for x, _ in hull) - min(x for x, _ in hull)) if hull else 0.0
        high = (max(y for _, y in hull) - min(y for _, y in hull)) if hull else 0.0
        across, down = wide * abs(self.matrix[0] or 1), high * abs(self.matrix[3] or 1)
        filled = operator not in (b"S", b"s")
        is_unseen = self.is_white and operator in (b"f", b"F", b"f*")
        stairs = is_stairs(" ".join(f"{x} {y}" for x, y in places))
        page = self.page
        page.steps = max(page.steps, uneven_steps(places) if starts <= 1 else 0)
        page.marks += max(0, starts - 1) + (corners > _MOST_CORNERS)
        page.curves += corners > _MOST_CORNERS or (corners > 12 and stairs)
        is_page = across > 0.7 * (page.box[2] - page.box[0])
        page.areas += filled and across > 4 and down > 12 and not is_page and not is_unseen
        small = 0 < across <= 12 and 0 < down <= 12
        page.marks += small and (filled or corners >= _LEAST_CORNERS)
        page.boxes += filled and not small and not is_page and min(across, down) > 0
        page.lines_drawn += not filled and corners >= _LEAST_COURSE and path[-1][0] != b"h"
        if filled and starts == 1 and corners <= _MOST_OF_BOX and not is_page:
            x, y = min(x for x, _ in hull), min(y for _, y in hull)
            at = times((1, 0, 0, 1, x, y), self.matrix)
            page.tiles.add(at[4], at[5], across, down, self.colour)

    def _reuse(self) -> None:
        name = self.operands[-1] if self.operands else None
        forms = self.page.file.get(self.resources.get("XObject")) or {}
        form = self.page.file.get(forms.get(name.word)) if isinstance(name, Name) else None
        if isinstance(form, Stream) and form.about.get("Subtype") == Name("Image"):
            self._picture(form)
            return
        if not isinstance(form, Stream) or form.about.get("Subtype") != Name("Form"):
            raise Impossible("a page of the PDF draws what is no form and no picture")
        if self.depth > _MOST_DEPTH:
            raise Impossible("forms of the PDF go in a circle")
        matrix = _matrix([float(n) for n in form.about.get("Matrix", _SAME)])
        inner = self.page.file.get(form.about.get("Resources")) or self.resources
        content = form.data(self.page.limit)
        before = (self.page.areas, self.page.curves, self.page.marks)
        self.page.out += ["q", " ".join(f"{n:.5f}" for n in matrix) + " cm"]
        self.page.draw(content, inner, times(matrix, self.matrix), self.depth + 1)
        self.page.out.append("Q")
        # What is drawn again and again is a mark, unless it is a short line: a tick.
        n_corners = len(re.findall(rb"\b[lcvy]\b", content))
        if (self.page.areas, self.page.curves, self.page.marks) == before and n_corners > 1:
            self.page.marks += 1

    def _picture(self, image: Stream) -> None:
        """Put a picture down: its cells as boxes of the page, or itself to be judged alone."""
        page = self.page
        found = embedded(image, page.file, page.limit, self.colour or "#000000")
        parts, written = page.embed(found) if page.embed is not None else ([], b"")
        cells = cells_of(written)
        pdf_places.put_picture(page.pad, self.matrix, page.top)
        if cells is not None:
            # TRUST: cells are judged as boxes of the page, with the names that stand beside.
            parts = [part for part in parts if not isinstance(part, Picture | Text)]
            for x, y, wide, high, colour in pdf_places.cells(
                page.pad, cells, self.matrix, page.top
            ):
                page.tiles.add(x, y, wide, high, colour)
        page.parts += parts
        page.pictures.append(written_anew(written))
        page.out.append(f"/Im{len(page.pictures)} Do")

    # --- words --------------------------------------------------------------------------------

    def begin(self) -> None:
        self.text = self.line = _SAME

    def set_font(self) -> None:
        fonts = self.page.file.get(self.resources.get("Font")) or {}
        name = self.operands[0] if self.operands else None
        self.font = self.page.file.get(fonts.get(name.word)) if isinstance(name, Name) else None
        self.size = self._numbers(1)[0]

    def move(self) -> None:
        x, y = self._numbers(2)
        self.line = self.text = times((1, 0, 0, 1, x, y), self.line)

    def move_leading(self) -> None:
        self.leading = -self._numbers(2)[1]
        self.move()

    def set_leading(self) -> None:
        self.leading = self._numbers(1)[0]

    def next_line(self) -> None:
        self.line = self.text = times((1, 0, 0, 1, 0, -self.leading), self.line)

    def set_matrix(self) -> None:
        self.line = self.text = _matrix(self._numbers(6))

    def set_mode(self) -> None:
        self.mode = int(self._numbers(1)[0])

    def show(self) -> None:
        raw = self.operands[-1] if self.operands else b""
        pieces = raw if isinstance(raw, list) else [raw]
        told = "".join(
            self._letters(p) if isinstance(p, bytes) else " " * (p < -200)
            for p in pieces if isinstance(p, bytes) or _is_number(p)
        )  # fmt: skip
        self._put(told)

    def _letters(self, raw: bytes) -> str:
        return decoded(raw, self.font, self.page.file, self.page.limit)

    def show_next(self) -> None:
        self.next_line()
        self.show()

    def _put(self, told: str) -> None:
        placed = times(self.text, self.matrix)
        scale = max(abs(placed[0]), abs(placed[1]), abs(placed[3])) * abs(self.size)
        x, y = placed[4], placed[5]
        low_x, low_y, high_x, high_y = self.page.box
        seen = low_x - 9 <= x <= high_x and low_y - 9 <= y <= high_y
        if told.strip() and (scale < _TINY or self.mode == 3 or not seen):
            self.page.problems.append("words that nobody can see")
        if "ca" in self.clear:
            # A shadow of words that are shown is none of its own; others are told at the end.
            self.page.unseen.append(told.strip())
            self.text = times((1, 0, 0, 1, self.size * width_of(told), 0), self.text)
            return
        if len(told) > 12 and self.is_white:
            self.page.problems.append("white words")
        colour = self.colour or "#000000"
        pdf_places.write(self.page.pad, told, placed, self.size, self.page.top, colour)
        safe = told.encode("cp1252", errors="replace").replace(b"\\", b"\\\\")
        safe = safe.replace(b"(", b"\\(").replace(b")", b"\\)")
        place = " ".join(f"{n:.3f}" for n in self.text)
        self.page.out.append(
            f"BT /F1 {self.size:.2f} Tf {place} Tm ({safe.decode('latin-1')}) Tj ET"
        )
        self.text = times((1, 0, 0, 1, self.size * width_of(told), 0), self.text)


_TEXT: dict[bytes, Callable[[_Drawing], None]] = {
    b"BT": _Drawing.begin, b"ET": lambda d: None, b"Tf": _Drawing.set_font, b"Td": _Drawing.move,
    b"TD": _Drawing.move_leading, b"TL": _Drawing.set_leading, b"T*": _Drawing.next_line,
    b"Tm": _Drawing.set_matrix, b"Tr": _Drawing.set_mode, b"Tj": _Drawing.show,
    b"TJ": _Drawing.show, b"'": _Drawing.show_next, b"Tc": lambda d: None, b"Tw": lambda d: None,
    b"Tz": lambda d: None, b"Ts": lambda d: None, b"d0": lambda d: None, b"d1": lambda d: None,
}  # fmt: skip


def _is_operator(value: bytes, scanner: Scanner) -> bool:
    """Tell an operator from a string, which the scanner gives as bytes too."""
    end = scanner.data[scanner.at - 1 : scanner.at]
    return end not in (b")", b">") and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _matrix(numbers: Any) -> Matrix:
    a, b, c, d, e, f = (float(n) for n in numbers)
    return a, b, c, d, e, f
