"""Runs of lines that look alike, and the cells they are divided into: by bars, commas, spaces."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from html import unescape

from gdi_spe.disclosure.contents.table import NUMBER
from gdi_spe.disclosure.contents.words.listings import are_pins
from gdi_spe.disclosure.forms.writing.columns.printed import CODE, RULER

_MARKDOWN_RULER = re.compile(r"\s*+(?:\|\s*+)?:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+(?:\|\s*+)?")
_TWO_SPACES = re.compile(r"\s{2,}|\t")
_NUMERIC = re.compile(r"[<>≤~]?[-+]?[\d.,]+([eE][-+]?\d+)?%?|NA|NaN|nan|\.|-")
_INNER_BARS = re.compile(r"(?<=[0-9.])\|(?=[0-9.](?:\s|,|;|$))|>\s?\|[tz]\|")
_TOKEN = re.compile(r"[A-Za-z0-9_.:|/+=-]+")
_LEAST_LINES = 3
_LEAST_LISTED = 10
_LEAST_NAMED = 3
_NAME = re.compile(r"[A-Za-z#][\w.()/%+#-]{0,40}( [\w.]{1,12})?")


def blocks(text: str) -> Iterator[list[str]]:
    """Yield runs of lines that look alike: by bars, by columns, by single words, or by nothing."""
    block: list[str] = []
    sort: object = None
    for line in text.split("\n"):
        found = _sort(line)
        if found == "ruler" and sort is not None and block:
            block.append(line)
            continue
        # Reports leave a line empty below the names of columns.
        if found is None and not line.strip() and _are_names(block, sort):
            continue
        if block and found != sort and not _is_header_of(block, sort, found):
            yield block
            block = []
        sort = found
        block.append(line)
    if block:
        yield block


def names_above(line: str, rows: list[list[str]]) -> list[str] | None:
    """Return the words of a line that stands above rows without a header, one a column."""
    width = len(rows[0])
    if width < _LEAST_NAMED or not any(_NUMERIC.fullmatch(cell) for cell in rows[0][1:]):
        return None
    # EIGENSOFT calls one of its columns so.
    line = line.replace("effect. n", "effect_n")
    for names in (line.split(), _TWO_SPACES.split(line.strip())):
        named = len(names) in (width, width - 1) and all(map(_NAME.fullmatch, names))
        if named and not line.rstrip().endswith((".", ":", ",")):
            return ["", *names] if len(names) < width else names
    return None


def _are_names(block: list[str], sort: object) -> bool:
    """Whether a block is one line of names far apart, and nothing else."""
    if len(block) != 1 or not isinstance(sort, tuple) or sort[0] != "spaced":
        return False
    names = _TWO_SPACES.split(block[0].strip())
    return len(names) > 2 and not any(_NUMERIC.fullmatch(name) for name in names)


def _is_header_of(block: list[str], sort: object, found: object) -> bool:
    """Whether one line of words stands above what follows as its header."""
    lines = [line for line in block if not RULER.fullmatch(line)]
    if len(lines) != 1 or not isinstance(sort, tuple) or not isinstance(found, tuple):
        return False
    if sort[0] != found[0]:
        return False
    return int(found[1]) - int(sort[1]) in (0, 1)


def _sort(line: str) -> object:
    """Say what a line is like: how it is divided, and into how many."""
    stripped = line.strip()
    if not stripped:
        return None
    # Phased genotypes and the heads of tests, as in "P>|t|", have bars that divide nothing.
    bare = _INNER_BARS.sub(" ", stripped)
    if bare.count("|") >= 2 or (_MARKDOWN_RULER.fullmatch(stripped) and "|" in stripped):
        return "bars"
    if RULER.fullmatch(stripped):
        return "ruler"
    # Code, names with their values, and items of a list, are words.
    if (
        CODE.match(stripped)
        or re.match(r"[-*+]\s|\d+[.)]\s", stripped)
        or re.search(r"[A-Za-z)%.]:(\s|$)|\s=\s", stripped)
    ):
        return None
    for delimiter in ("\t", ",", ";"):
        n = stripped.count(delimiter)
        if n and len(_TWO_SPACES.split(stripped)) <= n + 1 and f"{delimiter} " not in stripped:
            return (delimiter, n + 1)
    wide = len(_TWO_SPACES.split(stripped))
    if wide > 1:
        return ("spaced", len(stripped.split()))
    return ("spaced", len(stripped.split())) if _is_tabular(stripped) else None


def _is_tabular(line: str) -> bool:
    """Whether a line of single spaces is cells more than words."""
    fields = line.split()
    if len(fields) == 1:
        return bool(_TOKEN.fullmatch(line)) and len(line) <= 200
    # R writes names in quotation marks.
    if re.fullmatch(r'("[^"]*"\s*)+', line):
        return True
    numeric = sum(bool(_NUMERIC.fullmatch(field)) for field in fields)
    # A header has no number: names with joints, or very few words.
    return numeric >= len(fields) / 2 or all(
        re.search(r"[_\d#]|^[A-Z0-9]{1,12}$", f) for f in fields
    )


def rows_in(block: list[str]) -> list[list[str]] | None:
    """Return a block's cells if it is a table."""
    lines = [line.strip() for line in block if line.strip() and not RULER.fullmatch(line)]
    if not lines:
        return None
    sorts = {_sort(line) for line in lines}
    if sorts == {"bars"}:
        # Bars within cells are written as entities.
        rows = [[unescape(c.strip()) for c in line.strip("|").split("|")] for line in lines]
        return rows if len(rows) >= 2 else None
    first = next(iter(sorts))
    if not isinstance(first, tuple):
        return None
    if first[0] in ("\t", ",", ";"):
        return _delimited(lines, str(first[0]))
    return _spaced(lines)


def _delimited(lines: list[str], delimiter: str) -> list[list[str]] | None:
    rows = list(csv.reader(lines, delimiter=delimiter))
    return rows if len(rows) >= _LEAST_LINES and _has_numbers(rows[1:]) else None


def _spaced(lines: list[str]) -> list[list[str]] | None:
    """Return rows of columns of spaces; a header may lack the name of the first."""
    rows = [_fields(line) for line in lines]
    width = len(rows[-1])
    if width == 1:
        return _listed(rows)
    wide = [_TWO_SPACES.split(line) for line in lines]
    widths = {len(row) for row in wide[1:]}
    if len(widths) == 1 and max(widths) > 1 and max(widths) - len(wide[0]) in (0, 1):
        rows, width = wide, max(widths)
    if len(rows[0]) == width - 1:
        rows[0] = ["", *rows[0]]
    if len(rows) < _LEAST_LINES - (width > 3) or any(len(row) != width for row in rows):
        return None
    return rows if _has_numbers(rows[1:]) or _is_repetitive(rows) else None


def _fields(line: str) -> list[str]:
    """Split at spaces; R writes names in quotation marks."""
    if line.startswith('"') and line.count('"') % 2 == 0:
        return next(csv.reader([line], delimiter=" ", skipinitialspace=True))
    return line.split()


def _listed(rows: list[list[str]]) -> list[list[str]] | None:
    """Return a list of one column of numbers, or of words with digits in them."""
    cells = [row[0] for row in rows]
    body = cells[1:]
    if len(body) < _LEAST_LISTED or are_pins(cells):
        return None
    odd = sum(bool(re.search(r"\d", cell)) for cell in body)
    if odd < 0.9 * len(body):
        return None
    if (
        all(re.fullmatch(r"[0-39.?-]{20,}", cell) for cell in body)
        and len(set(map(len, body))) == 1
    ):
        return [[f"column_{i + 1}" for i in range(len(body[0]))], *map(list, cells)]
    return [["values"], *rows] if NUMBER.fullmatch(cells[0]) else rows


def _has_numbers(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows for cell in row[1:] or row if cell]
    return bool(cells) and sum(bool(_NUMERIC.fullmatch(c)) for c in cells) >= 0.3 * len(cells)


def _is_repetitive(rows: list[list[str]]) -> bool:
    """Whether the same few short words fill the cells, as letters of genotypes do."""
    cells = [cell for row in rows for cell in row[1:]]
    return len(cells) >= 60 and len(set(cells)) <= len(cells) / 10 and max(map(len, cells)) <= 8
