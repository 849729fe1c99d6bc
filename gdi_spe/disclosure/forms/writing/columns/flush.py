"""Tables whose cells end where the names above them end, as pandas prints frames with words."""

from __future__ import annotations

import re

from gdi_spe.disclosure.forms.writing.columns.aligned import NUMBER, WORD

# A bound was moved to its number, which leaves two spaces.
_BOUND = re.compile(r"  (?=[<>≤≥])")
_COUNTED = re.compile(r"(\d{1,6})\s+(\S.*)")
_LEAST_NAMES = 3
_LEAST_ROWS = 2
_MOST_ROWS = 5_000
Found = tuple[list[str], list[list[str]], int]


def read_flush(lines: list[str], at: int) -> Found | None:
    """Return names, rows and the line after, if every cell ends under the end of its name.

    Only where a cell has a space within: what has none is divided by its spaces.
    """
    header = lines[at]
    words = header.split()
    numbers = [bool(NUMBER.fullmatch(word)) for word in words]
    # "Trait 1" and "95% CI" are names; a row has more numbers.
    if len(words) < _LEAST_NAMES or 3 * sum(numbers) > len(words) or numbers[-1]:
        return None
    end = at + 1
    while end < len(lines) and end - at <= _MOST_ROWS and len(lines[end]) == len(header):
        end += 1
    body = lines[at + 1 : end]
    whole = end == len(lines) or not lines[end].strip()
    padded = sum("  " in line for line in (header, *body)) > _LEAST_ROWS
    if len(body) < _LEAST_ROWS or not whole or not padded:
        return None
    edges = [m.end() for m in WORD.finditer(header) if all(_ends(r, m.end()) for r in body)]
    if len(edges) < _LEAST_NAMES or edges[-1] != len(header):
        return None
    names, *rows = (_cut(line, edges) for line in (header, *body))
    rows = _without_index(rows)
    if not all(all(row) for row in rows) or not any(" " in cell for row in rows for cell in row):
        return None
    # Two cells in one would have more than a space between them.
    if any("  " in cell for row in (names, *rows) for cell in row):
        return None
    return names, rows, end


def _ends(line: str, place: int) -> bool:
    return line[place - 1] != " " and (place == len(line) or line[place] == " ")


def _cut(line: str, edges: list[int]) -> list[str]:
    cells = (line[a:b].strip() for a, b in zip([0, *edges], edges, strict=False))
    return [_BOUND.sub(" ", cell) for cell in cells]


def _without_index(rows: list[list[str]]) -> list[list[str]]:
    """Leave out numbers of rows, which have no name, before the first cell."""
    found = [_COUNTED.fullmatch(row[0]) for row in rows]
    numbers = [int(each[1]) for each in found if each]
    if len(numbers) != len(rows) or numbers != list(range(len(rows))):
        return rows
    return [[m[2], *row[1:]] for m, row in zip(found, rows, strict=True) if m]
