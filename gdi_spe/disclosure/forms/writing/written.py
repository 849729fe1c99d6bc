"""Tables that are written into words: Markdown, LaTeX, columns of spaces, lists, lines of JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.programs.statements import Code, read_code
from gdi_spe.disclosure.contents.records import trees
from gdi_spe.disclosure.contents.records.locks import as_pins
from gdi_spe.disclosure.contents.table import NUMBER, Table
from gdi_spe.disclosure.contents.words.listings import are_pins, pins_and_comments
from gdi_spe.disclosure.forms.tabular.cells import named_table, table_of_rows
from gdi_spe.disclosure.forms.writing.coded import of_people, typed_tables
from gdi_spe.disclosure.forms.writing.headers import is_header_alone
from gdi_spe.disclosure.forms.writing.inis import read_sections
from gdi_spe.disclosure.forms.writing.latex import without_tabulars
from gdi_spe.disclosure.forms.writing.logs import without_branches, without_jobs
from gdi_spe.disclosure.forms.writing.margins import beside_apart
from gdi_spe.disclosure.forms.writing.pairs import lines_of_pairs
from gdi_spe.disclosure.forms.writing.printed import CODE, RULER, read_printed
from gdi_spe.disclosure.forms.writing.sessions import without_session
from gdi_spe.disclosure.forms.writing.stacked import counts_alone, named_statistics
from gdi_spe.disclosure.intake.form import Impossible

_MARKDOWN_RULER = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")
_TWO_SPACES = re.compile(r"\s{2,}|\t")
_NUMERIC = re.compile(r"[<>≤~]?[-+]?[\d.,]+([eE][-+]?\d+)?%?|NA|NaN|nan|\.|-")
_INNER_BARS = re.compile(r"(?<=[0-9.])\|(?=[0-9.](?:\s|,|;|$))|>\s?\|[tz]\|")
# What is left of the people when a model is fitted, as R and Stata write it.
_DEGREES = re.compile(
    r"\b(?:error|deviance)\b[^\n]{0,40}\bon\s+(\d[\d,]*)\s+degrees of freedom"
    r"|\bon\s+\d+\s+and\s+(\d[\d,]*)\s+DF\b"
    r"|\bF\(\s*\d+,\s*(\d[\d,]*)\)|\bResidual\s*\|\s+\S+\s+(\d[\d,]*)",
    re.IGNORECASE,
)
# The freedom of a test is none of a model's people.
_OF_A_TEST = re.compile(r"(null_distribution = chi squared\s+)degrees_of_freedom\b")
_TOKEN = re.compile(r"[A-Za-z0-9_.:|/+=-]+")
_COUNTED = re.compile(r"['\"]([^'\"{}\n]{1,60})['\"]\s*:\s*(\d{1,12})(?![\d.])")
_COUNTER = re.compile(
    r"(?:\b(?:Counter|frozendict|OrderedDict|dict))?\(?"
    r"(?P<counts>\{(?:\s*['\"][^'\"{}\n]{1,60}['\"]\s*:\s*\d{1,12}\s*(?:,|(?=\}))){1,300}\s*\})\)?"
)
# A confusion matrix, as NumPy prints one of whole numbers.
_MATRIX = re.compile(
    r"(?:array\()?\[(?:\s*\[\s*\d{1,9}(?:[,\s]+\d{1,9}){1,20}\s*\],?){2,20}\s*\](?:, dtype=\w+)?\)?"
)
_MOST_CLASSES = 10
_LEAST_LINES = 3
_MOST_ABOVE = 5
_LEAST_LISTED = 10
_LEAST_NAMED = 3
_NAME = re.compile(r"[A-Za-z#][\w.()/%+#-]{0,40}( [\w.]{1,12})?")
# statsmodels pads the cells of what it calls CSV.
_PADDED = re.compile(r"\s,|,\s{2,}")
_PAIR = re.compile(
    r"([A-Za-z][A-Za-z0-9 ._()%-]{0,40}?)['\"]?\s*[:=]\s*"
    r"([-+]?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?)(?=\s|,(?!\d)|[;)\]}<\"'|]|$)"
)
# A call of a function by a name that no word of prose has: what it is given counts nobody.
_CALL = re.compile(r"\b(?:\w{1,30}\.\w{1,30}|[a-z]{1,20}[A-Z]\w{1,30})\([^()\n]{0,200}\)")
_MOST_LINES = 200_000


def words_and_tables(path: str, text: str, policy: DisclosurePolicy) -> tuple[Part, ...]:
    """Return the tables that a text holds, and the words that are left of it."""
    digits = policy.files.significant_digits
    # TRUST: a line that is not looked at would leave unseen.
    if text.count("\n") > _MOST_LINES:
        raise Impossible(f"it has more than {_MOST_LINES:,} lines")
    lines = _lines_of_json(text)
    if lines is not None:
        return trees.parts_of(lines, digits)
    pins, comments = pins_and_comments(as_pins(text))
    if pins:
        told = [Text(path, comments, is_alone=False)] if comments.strip() else []
        return (Text(f"{path}.packages", pins, is_alone=False), *told)
    if (code := read_code(text)) is not None:
        return _of_code(path, text, code, policy)
    text, packages = without_session(text)
    text, tables = without_jobs(text, path, digits)
    text, branches = without_branches(text)
    text = beside_apart(_without_padding(text))
    if is_header_alone(text):
        return (Text("header", text, is_alone=False),)
    text = _without_counters(text, tables, path, digits)
    sections = read_sections(text)
    if sections is not None:
        try:
            return trees.parts_of(trees.canonical(sections, digits), digits)
        except (trees.NotATree, ValueError):
            sections = None
    text = _without_matrices(text, tables, path, digits)
    text = without_tabulars(text, tables, path, digits)
    text = _without_printed(text, tables, path, digits)
    kept: list[str] = []
    for block in _blocks(text):
        rows = _rows(block)
        if rows and (named := lines_of_pairs(rows)) is not None:
            kept += named
            continue
        if rows and kept and (names := _names_above(kept[-1], rows)):
            rows = [names, *rows]
            kept.pop()
        table = table_of_rows(f"{path}.table[{len(tables) + 1}]", rows, digits) if rows else None
        if table is None:
            kept += [line for line in block if not line or not RULER.fullmatch(line)]
        else:
            tables.append(table)
    rest = "\n".join(kept)
    parts: list[Part] = list(tables)
    if branches:
        parts.append(Text(f"{path}.tree", branches, is_alone=False))
    if packages:
        parts.append(Text(f"{path}.packages", packages, is_alone=False))
    if rest.strip() or not (tables or branches):
        parts.append(Text(path, rest, is_alone=not tables))
    quoted = _quoted(rest, digits)
    return (*parts, *([quoted] if quoted else []))


def _of_code(path: str, text: str, code: Code, policy: DisclosurePolicy) -> tuple[Part, ...]:
    """Return code as it is, the tables that are typed into it, and the words beside it.

    TRUST: what is no statement, and what stands in comments and long strings, is read as words
    and tables are anywhere; less text is left each time.
    """
    digits = policy.files.significant_digits
    tables = typed_tables(path, text, digits)
    _without_counters(text, tables, path, digits)
    words: tuple[Part, ...] = ()
    if code.words.strip():
        found = words_and_tables(f"{path}.words", code.words, policy)
        words = tuple(replace(p, is_alone=False) if isinstance(p, Text) else p for p in found)
    quoted = _quoted(text, digits)
    named = quoted and of_people(quoted)
    return (*tables, Text(path, text, is_alone=False), *words, *([named] if named else []))


# --- lines of JSON ----------------------------------------------------------------------------


def _lines_of_json(text: str) -> list[object] | None:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(line.lstrip()[:1] in "{[" for line in lines):
        return None
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None


def _without_counters(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take counts by name, as Python prints them, out of a text: {'EUR': 6120, 'AFR': 733}."""
    if "{" not in text:
        return text
    for found in _COUNTER.finditer(text):
        rows = [[name, number] for name, number in _COUNTED.findall(found["counts"])]
        place = f"{path}.table[{len(tables) + 1}]"
        tables.append(named_table(place, ["name", "n"], rows, digits))
    return _COUNTER.sub("", text)


def _without_matrices(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take small square matrices of whole numbers, as NumPy prints them, out of a text."""
    if "[[" not in text:
        return text

    def taken(match: re.Match[str]) -> str:
        rows = [re.findall(r"\d+", row) for row in re.findall(r"\[([\d\s,]+)\]", match.group())]
        if not 1 < len(rows) <= _MOST_CLASSES or any(len(row) != len(rows) for row in rows):
            return match.group()
        names = [f"column_{i + 1}" for i in range(len(rows))]
        tables.append(named_table(f"{path}.confusion_matrix[{len(tables)}]", names, rows, digits))
        return ""

    return _MATRIX.sub(taken, text)


def _without_printed(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take tables that programs printed in columns out of a text."""
    lines = text.split("\n")
    taken: set[int] = set()
    for found in read_printed(lines):
        place = f"{path}.table[{len(tables) + 1}]"
        names = [
            name or ("" if i == 0 else f"column_{i + 1}") for i, name in enumerate(found.names)
        ]
        above = "\n".join(lines[max(0, found.lines.start - _MOST_ABOVE) : found.lines.start])
        made = named_statistics(above, names, found.rows) or counts_alone(names, found.rows)
        names, rows = made or (names, found.rows)
        tables.append(named_table(place, names, rows, digits))
        taken |= set(found.lines)
    return "\n".join("" if i in taken else line for i, line in enumerate(lines))


# --- blocks of lines --------------------------------------------------------------------------


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield runs of lines that look alike: by bars, by columns, by single words, or by nothing."""
    block: list[str] = []
    sort: object = None
    for line in text.split("\n")[:_MOST_LINES]:
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


def _names_above(line: str, rows: list[list[str]]) -> list[str] | None:
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


def _without_padding(text: str) -> str:
    """Return a text without spaces about commas; names with their values stand in lines."""
    if " ," not in text:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        bare = _unpadded(line)
        named = lines_of_pairs([bare.split(",")]) if bare != line else None
        lines += [bare.replace(":,", ": ")] if named is None else named
    return "\n".join(lines)


def _unpadded(line: str) -> str:
    """Return a line of cells without the spaces about its commas; prose has none before one."""
    return re.sub(r"[ \t]*,[ \t]*", ",", line) if _PADDED.search(line) else line


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


def _rows(block: list[str]) -> list[list[str]] | None:
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


def _quoted(text: str, digits: int) -> Table | None:
    """Return numbers that words name one by one: rules look at them, the words explain them."""
    pairs: dict[str, str] = {}
    text = _OF_A_TEST.sub(r"\1test_df", _CALL.sub(" ", text) if "(" in text else text)
    said = [("residual df", m[m.lastindex or 0]) for m in _DEGREES.finditer(text[:_MOST_LINES])]
    for name, value in (*said, *_PAIR.findall(text[:_MOST_LINES])):
        short = " ".join(name.split()[-4:])
        pairs.setdefault(short if short not in pairs else f"{short}_{len(pairs)}", value)
        if len(pairs) >= 200:
            break
    if not pairs:
        return None
    values = [value.replace(",", "") for value in pairs.values()]
    table = table_of_rows("numbers", [list(pairs), values], digits)
    return table and Table(table.path, table.columns, is_quoted=True)
