"""The records of a JSON file: one document, an array, or a value a line; a record at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.reading.places import Place

_CHUNK_CHARS = 1 << 20
_MAX_CHARS = 512 << 20
_BLANK = " \t\r\n"
_ENDINGS = (".json", ".jsonl", ".ndjson")


def files_of(path: Path, what: str) -> list[Path]:
    """Return a file itself, or the JSON files of a folder in their order.

    Raises
    ------
    BadInput
        If there is none.
    """
    if path.is_file():
        return [path]
    found = sorted(p for p in path.glob("*") if p.suffix in _ENDINGS and p.is_file())
    if not found:
        raise BadInput(f"there are no {what} ({', '.join(_ENDINGS)}) here", source=str(path))
    return found


def read_values(path: Path) -> Iterator[tuple[dict[str, Any], Place]]:
    """Give every JSON object of a file with its place.

    An array at the top gives its entries one by one, so that memory holds a record at a time
    however long it is; so does a file of JSON lines.

    Raises
    ------
    BadInput
        Naming file and line of what is no JSON, or no object.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _Scanner(file, str(path)).objects()
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 ({error.reason})", source=str(path)) from None
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", source=str(path)) from None


class _Doubled(ValueError):
    """An object that has a name twice."""


class _Scanner:
    """Decodes one value after the other from a text that is read in pieces."""

    def __init__(self, file: TextIO, source: str) -> None:
        self._file, self._source = file, source
        self._text, self._at, self._at_end = "", 0, False
        # Line breaks before the text held, and those before a place in it counted so far.
        self._lines_before, self._n_lines, self._counted_to = 0, 0, 0
        self._decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)

    def objects(self) -> Iterator[tuple[dict[str, Any], Place]]:
        first = self._peek()
        if not first:
            raise BadInput("is empty", source=self._source)
        yield from self._array() if first == "[" else self._values()

    def _values(self) -> Iterator[tuple[dict[str, Any], Place]]:
        while self._peek():
            line = self._line()
            value = self._value()
            # A document alone needs no line: its pointer is from its beginning.
            alone = line == 1 and not self._peek()
            yield self._checked(value, Place(self._source, None if alone else line))

    def _array(self) -> Iterator[tuple[dict[str, Any], Place]]:
        top, number = Place(self._source), 0
        self._at += 1
        while self._peek() != "]" or number:
            yield self._checked(self._value(), top.under(number))
            number += 1
            mark = self._peek()
            if mark == "]":
                break
            if mark != ",":
                raise self._refuse("not JSON: neither a comma nor the end of the array")
            self._at += 1
        self._at += 1
        if self._peek():
            raise self._refuse("not JSON: something follows the array")

    def _checked(self, value: Any, place: Place) -> tuple[dict[str, Any], Place]:
        if not isinstance(value, dict):
            pointer = f"{place.pointer}: " if place.pointer else ""
            raise BadInput(f"{pointer}not a JSON object", source=self._source, line=place.line)
        return value, place

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill(_CHUNK_CHARS):
                return ""

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # Twice as much each time: a long record is looked at a bounded number of times.
                if not self._fill(max(_CHUNK_CHARS, len(self._text) - self._at)):
                    line = self._lines_before + error.lineno
                    raise BadInput(
                        f"not JSON: {error.msg}", source=self._source, line=line
                    ) from None
            except (_Doubled, RecursionError, ValueError) as error:
                why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
                raise self._refuse(f"not JSON: {why}") from None
            else:
                return value

    def _fill(self, n_chars: int) -> bool:
        if self._at_end:
            return False
        self._lines_before = self._line() - 1
        more = self._file.read(n_chars)
        self._text, self._at = self._text[self._at :] + more, 0
        self._n_lines, self._counted_to = 0, 0
        if len(self._text) > _MAX_CHARS:
            raise self._refuse("a record is larger than can be held")
        self._at_end = not more
        return bool(more)

    def _line(self) -> int:
        self._n_lines += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._lines_before + self._n_lines + 1

    def _refuse(self, why: str) -> BadInput:
        return BadInput(why, source=self._source, line=self._line())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    # TRUST: of "excluded": true and "excluded": false in one object, neither may silently win.
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Doubled(f"an object has {twice[:40]!r} twice")
    return made


def _refuse_constant(name: str) -> Any:
    raise _Doubled(f"{name} is no number")
