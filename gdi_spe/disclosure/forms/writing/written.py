"""Tables that are written into words: Markdown, LaTeX, columns of spaces, lists, lines of JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.programs.statements import Code, read_code
from gdi_spe.disclosure.contents.records import trees
from gdi_spe.disclosure.contents.records.locks import as_pins
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.listings import pins_and_comments
from gdi_spe.disclosure.forms.tabular.cells import named_table, table_of_rows
from gdi_spe.disclosure.forms.writing.columns.blocks import blocks, names_above, rows_in
from gdi_spe.disclosure.forms.writing.columns.headers import is_header_alone
from gdi_spe.disclosure.forms.writing.columns.margins import beside_apart
from gdi_spe.disclosure.forms.writing.columns.pairs import lines_of_pairs
from gdi_spe.disclosure.forms.writing.columns.printed import RULER, read_printed
from gdi_spe.disclosure.forms.writing.columns.stacked import counts_alone, named_statistics
from gdi_spe.disclosure.forms.writing.markup.inis import read_sections
from gdi_spe.disclosure.forms.writing.markup.latex import without_tabulars
from gdi_spe.disclosure.forms.writing.programs.coded import of_people, typed_tables
from gdi_spe.disclosure.forms.writing.programs.literals import without_counters, without_matrices
from gdi_spe.disclosure.forms.writing.programs.logs import without_branches, without_jobs
from gdi_spe.disclosure.forms.writing.programs.sessions import without_session
from gdi_spe.disclosure.intake.form import Impossible

# What is left of the people when a model is fitted, as R and Stata write it.
_DEGREES = re.compile(
    r"\b(?:error|deviance)\b[^\n]{0,40}\bon\s+(\d[\d,]*)\s+degrees of freedom"
    r"|\bon\s+\d+\s+and\s+(\d[\d,]*)\s+DF\b"
    r"|\bF\(\s*\d+,\s*(\d[\d,]*)\)|\bResidual\s*\|\s+\S+\s+(\d[\d,]*)",
    re.IGNORECASE,
)
# The freedom of a test is none of a model's people.
_OF_A_TEST = re.compile(r"(null_distribution = chi squared\s+)degrees_of_freedom\b")
_MOST_ABOVE = 5
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
    if is_header_alone(text) and not tables:
        return (Text("header", text, is_alone=False),)
    text = without_counters(text, tables, path, digits)
    sections = read_sections(text)
    if sections is not None:
        try:
            # TRUST: what was taken out of the text before is looked at beside it.
            taken = tables or branches or packages
            beside = _told(path, "", tables, (branches, packages), digits) if taken else ()
            return (*beside, *trees.parts_of(trees.canonical(sections, digits), digits))
        except (trees.NotATree, ValueError):
            sections = None
    text = without_matrices(text, tables, path, digits)
    text = without_tabulars(text, tables, path, digits)
    text = _without_printed(text, tables, path, digits)
    rest = _without_blocks(text, tables, path, digits)
    return _told(path, rest, tables, (branches, packages), digits)


def _without_blocks(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take blocks of lines that are divided alike out of a text; names may stand above them."""
    kept: list[str] = []
    for block in blocks(text):
        rows = rows_in(block)
        if rows and (named := lines_of_pairs(rows)) is not None:
            kept += named
            continue
        if rows and kept and (names := names_above(kept[-1], rows)):
            rows = [names, *rows]
            kept.pop()
        table = table_of_rows(f"{path}.table[{len(tables) + 1}]", rows, digits) if rows else None
        if table is None:
            kept += [line for line in block if not line or not RULER.fullmatch(line)]
        else:
            tables.append(table)
    return "\n".join(kept)


def _told(
    path: str, rest: str, tables: list[Table], beside: tuple[str, str], digits: int
) -> tuple[Part, ...]:
    """Put together what a text holds: tables, what programs add, words, and numbers in them."""
    branches, packages = beside
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
    without_counters(text, tables, path, digits)
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
