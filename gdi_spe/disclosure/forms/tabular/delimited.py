"""Delimited text: one quoting, one line ending, comments and invisible characters left out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.table import Column, Table, clean_text, column_of
from gdi_spe.disclosure.forms.tabular.cells import are_quantiles
from gdi_spe.disclosure.forms.writing.programs.regions import with_attributes
from gdi_spe.disclosure.intake.digits import without_exact_counts
from gdi_spe.disclosure.intake.form import Canonical, Impossible, named
from gdi_spe.disclosure.intake.sniff import delimiter_of
from gdi_spe.disclosure.intake.tracks import is_about_track, said_of_track

# A row of so many numbers from 0 or 1 on, one by one, is no row of values.
_LEAST_COUNTED = 5
_MOST_LEVELS = 4
_LEAST_LEVELS = 2
_SCORE = re.compile(r"PGS\d{6}")
# Fewer lines of words and numbers may be a report.
_LEAST_SPACED = 500
_LEAST_FIELDS = 3
_LEAST_RAGGED = 3
# From so many cells on, Arrow writes a table.
_MANY_CELLS = 200_000


def encode(text: str, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write a table anew."""
    delimiter = delimiter_of(text)
    if delimiter is None:
        raise Impossible("its lines do not have the same number of columns")
    text, below = _without_notes_below(text, delimiter)
    comments, header, body = split_header(text, delimiter)
    comments += below
    table = read_body(header, body, delimiter, policy)
    table = replace(table, source=_score_of(comments, table.n_rows))
    media_type = "text/tab-separated-values" if delimiter == "\t" else "text/csv"
    notes: tuple[Part, ...] = (
        (Text("comments", "\n".join(map(said_of_track, comments)), is_alone=False),)
        if comments
        else ()
    )
    dropped: tuple[str, ...] = (f"{len(comments)} comment lines",) if comments else ()
    # TRUST: rules look at the digits as they were; fewer are written.
    coarse = without_exact_counts(table)
    dropped += () if coarse is table else ("digits of frequencies that give counts away",)
    written = write(coarse, "\t" if delimiter == "\t" else ",")
    judged = with_attributes(table) or table
    return Canonical(written, media_type, named(name, media_type), (judged, *notes), dropped)


def _without_notes_below(text: str, delimiter: str) -> tuple[str, list[str]]:
    """Take off comment lines below a table: words after a mark, or not as many cells as rows."""
    notes: list[str] = []
    width = text.count(delimiter, 0, max(text.find("\n"), 0))
    while True:
        text = text.rstrip("\n")
        at = text.rfind("\n") + 1
        last = text[at:]
        is_note = last.startswith("# ") or last.count(delimiter) != width
        if not at or not last.startswith("#") or not is_note:
            return text + "\n", notes[::-1]
        notes.append(last)
        text = text[:at]


def _score_of(comments: list[str], n_rows: int) -> str:
    """Return the identifier of the public score that a standard header says a table is of."""
    if not comments or not comments[0].startswith("###PGS CATALOG SCORING FILE"):
        return ""
    told = dict(line.lstrip("#").split("=", 1) for line in comments[1:] if "=" in line)
    same = told.get("variants_number", "").strip() == str(n_rows)
    found = _SCORE.fullmatch(told.get("pgs_id", "").strip())
    return found.group() if found and same else ""


def with_tabs(text: str) -> str | None:
    """Return a long table of columns of spaces with tabs instead; None if it is something else.

    So do many programs of genetics write: each line has as many fields, and no cell has a space.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    first = next((i for i, line in enumerate(lines) if not line.startswith("#")), 0)
    # A header may itself begin with the mark of a comment.
    above = lines[first - 1].lstrip("# ").split() if first else []
    first -= bool(above) and len(above) == len(lines[first].split())
    body = [line.split() for line in lines[first:]]
    widths = {len(fields) for fields in body}
    if len(body) < _LEAST_SPACED or len(widths) != 1 or widths.pop() < _LEAST_FIELDS:
        return None
    if any('"' in line or "\t" in line for line in lines[max(first, 0) :]):
        return None
    if any(_is_number(field) for field in body[0]) or not any(map(_is_number, body[1])):
        return None
    return "\n".join((*lines[:first], *("\t".join(fields) for fields in body))) + "\n"


def with_even_rows(text: str) -> str | None:
    """Return lines of cells between tabs with as many in each as in the header, or None.

    GCTA leaves out what a row has no value for.
    """
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    widths = [line.count("\t") for line in lines]
    if len(lines) < _LEAST_RAGGED or min(widths) < 1 or max(widths) != widths[0]:
        return None
    if any(_is_number(cell) for cell in lines[0].split("\t")) or '"' in text:
        return None
    n = widths[0]
    return "".join(f"{line}{chr(9) * (n - w)}\n" for line, w in zip(lines, widths, strict=True))


def split_header(text: str, delimiter: str) -> tuple[list[str], list[str], str]:
    """Take comment lines and the header off; the last comment may itself be the header."""
    comments: list[str] = []
    at = 0
    while (end := text.find("\n", at)) >= 0:
        line = text[at:end]
        if line and not (line.startswith("#") or is_about_track(line)):
            break
        comments += [line] if line else []
        at = end + 1
    end = text.find("\n", at)
    first, after = (text[at:], len(text)) if end < 0 else (text[at:end], end + 1)
    fields = next(csv.reader([first], delimiter=delimiter))
    if comments and comments[-1].count(delimiter) == first.count(delimiter):
        header = next(csv.reader([comments.pop().lstrip("# ")], delimiter=delimiter))
        return comments, unique_names(header), text[at:]
    if (levels := _levels(text, at, delimiter)) is not None:
        return comments, unique_names(levels[0]), text[levels[1] :]
    named = _are_places(fields) or _are_levels(fields, text[after:], delimiter)
    named = named or are_quantiles(fields)
    if any(_is_number(field) for field in fields) and not named:
        return comments, [f"column_{i + 1}" for i in range(len(fields))], text[at:]
    return comments, unique_names(fields), text[after:]


def _levels(text: str, at: int, delimiter: str) -> tuple[list[str], int] | None:
    """Return the names that several header lines make, and where they end.

    The last of them names the rows and nothing else, as pandas writes columns of several levels.
    """
    lines: list[list[str]] = []
    for _ in range(_MOST_LEVELS):
        end = text.find("\n", at)
        if end < 0:
            return None
        lines.append(next(csv.reader([text[at:end]], delimiter=delimiter), []))
        at = end + 1
        row = lines[-1]
        # Below names that are all told stands a heading over rows, and no name of rows.
        told = len(lines) == _LEAST_LEVELS and all(lines[0])
        if len(lines) > 1 and row and row[0] and not any(row[1:]) and not told:
            above = [" ".join(filter(None, column)) for column in zip(*lines[:-1], strict=False)]
            return [row[0], *above[1:]], at
    return None


def _are_places(fields: list[str]) -> bool:
    """Whether a first line counts the columns, as pandas names those that nobody named."""
    counted = fields[1:] if fields and not fields[0] else fields
    if len(counted) < _LEAST_COUNTED or counted[0] not in ("0", "1"):
        return False
    start = int(counted[0])
    return counted == [str(i) for i in range(start, start + len(counted))]


def _are_levels(fields: list[str], body: str, delimiter: str) -> bool:
    """Whether a first line names rows and then numbers the columns, as levels 0, 1, 2 do."""
    name, *levels = fields
    rest = [level for level in levels if level not in ("All", "Total", "total")]
    if not re.fullmatch(r"[a-z_][\w .]{0,40}|", name) or not all(map(str.isdecimal, rest)):
        return False
    numbers = [int(level) for level in rest]
    first = next(csv.reader([body.partition("\n")[0]], delimiter=delimiter), [])
    counted = numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return bool(counted and numbers[0] in (0, 1) and first and not _is_number(first[0]))


def _is_number(field: str) -> bool:
    if "_" in field:
        return False  # Python reads "0_0" as a number; here it names a person
    try:
        float(field)
    except ValueError:
        return False
    return True


def unique_names(names: list[str]) -> list[str]:
    """Return the names of columns, clean, each once."""
    seen: dict[str, int] = {}
    unique = []
    for name in (clean_text(name).strip() for name in names):
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def read_body(header: list[str], body: str, delimiter: str, policy: DisclosurePolicy) -> Table:
    """Read the lines below a header; every cell is text first."""
    places = [str(i) for i in range(len(header))]
    try:
        read = pacsv.read_csv(
            io.BytesIO(body.encode()),
            read_options=pacsv.ReadOptions(column_names=places, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values='"' in body),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Impossible("its lines do not have the same number of columns") from None
    within_rows(read.num_rows, policy)
    digits = policy.files.significant_digits
    columns = []
    for name in header:
        columns.append(column_of(name, read.column(0), digits))
        read = read.remove_column(0)  # what has been read is let go
    return Table("table", tuple(columns))


def within_rows(n_rows: int, policy: DisclosurePolicy) -> None:
    """Refuse tables without a row, or with more than policy allows."""
    if n_rows == 0:
        raise Impossible("the table has no row")
    if n_rows > policy.files.max_rows:
        raise Impossible(
            f"it has {n_rows:,} rows, more than the policy's {policy.files.max_rows:,}"
        )


def write(table: Table, delimiter: str) -> bytes:
    """Write a table: one quoting, one line ending, no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow([harmless(column.name) for column in table.columns])
    if table.n_rows * len(table.columns) >= _MANY_CELLS:
        return out.getvalue().encode() + _write_many(table, delimiter)
    columns = []
    for column in table.columns:
        cells = column.cells
        if column.numbers is None:
            cells = tuple(harmless(cell) for cell in cells)
        columns.append([cells[code] for code in column.codes.tolist()])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode()


def _write_many(table: Table, delimiter: str) -> bytes:
    arrays = [_arrow(column) for column in table.columns]
    out = pa.Table.from_arrays(arrays, names=[str(i) for i in range(len(arrays))])
    sink = io.BytesIO()
    options = pacsv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="needed")
    pacsv.write_csv(out, sink, options)
    return sink.getvalue()


def _arrow(column: Column) -> pa.Array:
    numbers = column.numbers
    if numbers is None:
        cells = pa.array(column.cells, pa.string())
        if pc.any(pc.match_substring_regex(cells, r"^([=+@|-]|$)")).as_py():
            cells = pa.array([harmless(cell) or None for cell in column.cells], pa.string())
        return pa.DictionaryArray.from_arrays(column.codes, cells).dictionary_decode()
    missing = np.isnan(numbers)
    if column.is_integer and np.abs(numbers[~missing]).max(initial=0) < 2**53:
        return pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=missing)
    return pa.array(numbers, mask=missing)


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell[:1] in set("=+-@|") and not _is_number(cell) else cell
