"""The cells of a sheet of a workbook, as a reader sees them, and what is hidden among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from gdi_spe.disclosure.intake.form import Impossible

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_MOST_MERGED = 2000
_YES = ("1", "true")


def events(data: bytes, start: Any, end: Any = None, text: Any = None) -> None:
    """Walk a part of an office document; entities are refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise Impossible("a sheet defines entities")

    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Impossible(f"a part of the workbook is not well-formed: {error}") from None


@dataclass
class _Reader:
    """What has been read of a sheet: rows by their numbers, and which are hidden."""

    strings: list[str]
    used: set[int]
    rows: dict[int, list[str]] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    number: int = 0
    kind: str = ""
    words: str = ""
    place: int = 0
    is_inside: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        is_hidden = attributes.get("hidden") in _YES
        if tag == "row":
            told = attributes.get("r", "")
            self.number = max(self.number + 1, int(told) if told.isdecimal() else 0)
            self.rows[self.number] = []
            self.hidden_rows |= {self.number} if is_hidden else set()
        elif tag == "col" and is_hidden:
            limits = (attributes.get("min", "1"), attributes.get("max", "1"))
            self.hidden_columns.append((int(limits[0]) - 1, int(limits[1]) - 1))
        elif tag == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif tag == "c":
            letters = re.match(r"[A-Z]{1,3}", attributes.get("r", ""))
            self.place = place_of(letters.group()) if letters else len(self._row())
            self.kind, self.words = attributes.get("t", "n"), ""
        self.is_inside = self.is_inside or tag in ("v", "t")

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.is_inside = False
        elif tag == "c" and self.rows:
            self._row().extend([""] * (self.place - len(self._row())))
            self._row().append(self._value())

    def text(self, words: str) -> None:
        self.words += words if self.is_inside else ""

    def _row(self) -> list[str]:
        return self.rows.get(self.number, [])

    def _value(self) -> str:
        if self.kind != "s":
            return self.words
        try:
            self.used.add(int(self.words))
            return self.strings[int(self.words)]
        except (ValueError, IndexError):
            raise Impossible("a cell names words that are not there") from None

    def n_unseen(self) -> int:
        """Return how many hidden rows and columns hold something."""
        rows = sum(any(self.rows[number]) for number in self.hidden_rows)
        filled = {i for row in self.rows.values() for i, cell in enumerate(row) if cell}
        columns = {i for i in filled for low, high in self.hidden_columns if low <= i <= high}
        return rows + len(columns)


def read_sheet(data: bytes, strings: list[str], used: set[int]) -> tuple[list[list[str]], int]:
    """Return a sheet's rows, and how many filled rows and columns are hidden.

    A formula counts as its value, a hidden row as a row; merged cells all hold what they show.
    """
    if not data:
        raise Impossible("a sheet is missing")
    reader = _Reader(strings, used)
    events(data, reader.start, reader.end, reader.text)
    unseen = reader.n_unseen()
    fill_merged(reader.rows, reader.merged)
    filled = [reader.rows[number] for number in sorted(reader.rows) if any(reader.rows[number])]
    return filled, unseen


def fill_merged(rows: dict[int, list[str]], references: Sequence[str]) -> None:
    """Write what merged cells show into each of them, other than titles over whole rows."""
    width = max((len(row) for row in rows.values()), default=0)
    for reference in references[:_MOST_MERGED]:
        found = _REFERENCE.fullmatch(reference)
        if not found:
            continue
        left, right = place_of(found[1]), place_of(found[3])
        top, bottom = int(found[2]), int(found[4])
        shown = rows.get(top, [])
        if left >= len(shown) or not shown[left] or right - left + 1 >= width > 1:
            continue
        for number in range(top, min(bottom, max(rows)) + 1):
            row = rows.setdefault(number, [])
            row.extend([""] * (right + 1 - len(row)))
            row[left : right + 1] = [shown[left]] * (right + 1 - left)


def place_of(letters: str) -> int:
    """Return the place of a column that a spreadsheet names by letters: "A" is 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
