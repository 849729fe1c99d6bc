"""Tables as programs print them: columns by where they stand, names above what they name.

R, SAS, SPSS, Stata, pandas and statsmodels align columns with spaces. What divides columns is the
gap that runs through every line of numbers; each word of the lines above belongs to the column it
stands over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gdi_spe.disclosure.forms.writing.columns.aligned import (
    NUMBER,
    columns_of,
    names_in_order,
    names_over,
    rows_of,
    without_heads,
)
from gdi_spe.disclosure.forms.writing.columns.flush import read_flush
from gdi_spe.disclosure.forms.writing.columns.headers import names_limits
from gdi_spe.disclosure.forms.writing.columns.vectors import read_vector
from gdi_spe.disclosure.forms.writing.programs.prompts import without_prompts

_STARS = re.compile(r"\*{1,3}|\.|†|‡")
# Stars right after a number, which mark small p-values.
_ATTACHED = re.compile(r"(?<=[\d.)])\*{1,4}(?=\s|$)")
_IN_BRACKETS = re.compile(r"\([-+]?[\d.,]+\)")
_WIDEST_GAP = 3
_BOUND = re.compile(r"([<>≤≥]) (?=[\d.])")
_LEADERS = re.compile(r"(?<=\s)\.{3,}(?=\s)|\s(\. ){3,}|(?<!_)_{4,}+(?=\s*\d)")
_BAR = re.compile(r"(?<!\S)[|│](?!\S)|^[|│]|[|│]$")
RULER = re.compile(r"[\s=\-_+|:*~─━═┌┐└┘├┤┬┴┼╞╡╪│┆]*")
# What R's tibbles say of a column's kind.
_KINDS = re.compile(
    r"\s*(<(chr|int|dbl|lgl|fct|date|dttm|ord)>\s*)+"
    r"|[\s|│┆]*((str|[iu](8|16|32|64)|f(32|64)|bool|cat|date)([\s|│┆]+|$)){2,}"
)
# A node of a decision tree, as rpart prints it.
_NODE = re.compile(r"\s*\d+\)\s")
_ITEM = re.compile(r"\s*(\d{1,3}[.)]|[-*+•])\s+[A-Za-z]")
_OPENED = re.compile(r"([(\[])( +)(?=[\d.])")
# A value that stands after its name, as in "AIC: 3998" and "p=<2e-16".
_NAMES_ONE = re.compile(r"(?<![<>])[:=]\s*[<>]?[-+]?\.?\d|[=:]$")
# What pandas writes below a series.
_SERIES = re.compile(r"Name: (?P<name>[A-Za-z_]\w{0,40}), (?:Length: \d+, )?dtype: \w+")
_SERIES_WIDTH = 2
_MARKDOWN_BARS = 3
# An assignment of R and an option of a command are no rows.
CODE = re.compile(
    r"\s*[A-Za-z.][\w.$]*(\[[^\]]{0,60}\])?\s*<-(\s|$)"
    r"|\s*--[A-Za-z][\w-]*([ =][^\s|]{1,200}+){0,4}+\s*\\?$"
)
# Lines that programs draw between cells, and those of Markdown.
_FRAME = re.compile(r"(?<!-)-{3,}+(?:[+┼]-{3,}|\+$)|[┌├└]─")
_MARKDOWN = re.compile(r"\s*+(?:\|\s*+)?:?-{2,}+:?\s*+\|")
_FEW_WORDS = 4
_SENTENCE = re.compile(r"\b(the|of|and|is|are|was|were|to)\b")
_LONGEST_LABEL = 70
_MOST_HEADERS = 4
_LEAST_ALIKE = 4
_LEAST_NAMES = 3
_MOST_LINES = 20_000
_CONFIDENCE = re.compile(r"\[?9\d(\.\d)?%\]?")
_TOTALS = re.compile(r"totals?|all|sum", re.IGNORECASE)


@dataclass(frozen=True)
class Printed:
    """A table found among lines: its names, its rows, and the lines it takes."""

    names: list[str]
    rows: list[list[str]]
    lines: range


def read_printed(lines: list[str]) -> Iterator[Printed]:
    """Yield the tables of numbers among lines, in order."""
    lines = _without_marks(lines)
    framed = any(_FRAME.search(line) for line in lines) and not any(map(_MARKDOWN.match, lines))
    lines = [_plain(line, framed) for line in without_prompts(lines[:_MOST_LINES])]
    at = 0
    last: Printed | None = None
    while at < len(lines):
        if (vector := read_vector(lines, at)) is not None:
            name, values, after = vector
            names = [*[""] * (len(values[0]) - 1), name or "values"]
            names = ["quantile", "values"] if name == "quantile" else names
            yield Printed(names, values, range(at, after))
            at = after
            continue
        if (flush := read_flush(lines, at)) is not None:
            names, rows, after = flush
            yield Printed(names, rows, range(at, after))
            at = after
            continue
        end = _end_of_run(lines, at)
        if end is None:
            at += 1
            continue
        found = _table(lines, at, end)
        if found is not None and last is not None and _continues(last, found, lines):
            last = Printed(
                last.names, [*last.rows, *found.rows], range(last.lines.start, found.lines.stop)
            )
        else:
            if last is not None:
                yield last
            last = found
        at = end
    if last is not None:
        yield last


def _without_marks(lines: list[str]) -> list[str]:
    """Return lines without the mark that knitr writes before each line of output."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < _LEAST_NAMES - 1 or not all(line.startswith("##") for line in filled):
        return lines
    return [line.replace("##", "  ", 1) for line in lines]


def _continues(table: Printed, more: Printed, lines: list[str]) -> bool:
    """Whether rows without names of columns go on below a gap with as many cells each."""
    between = lines[table.lines.stop : more.lines.start]
    bare = not any(more.names) and any(table.names[1:]) and len(more.names) == len(table.names)
    return bare and len(between) <= _WIDEST_GAP and all(map(_is_ruler, between))


def _plain(line: str, is_framed: bool) -> str:
    """Return a line of the same width without what only leads the eye."""
    line = line.expandtabs(8).rstrip()
    line = _ATTACHED.sub(lambda m: " " * len(m.group()), line).rstrip()
    line = _LEADERS.sub(lambda m: " " * len(m.group()), line)
    line = _BOUND.sub(r" \1", line)
    line = _OPENED.sub(r"\2\1", line)
    n_bars = line.count("|") + line.count("│") + line.count("┆")
    if is_framed and n_bars:
        # The heads of tests, as in "P>|t|", have bars that divide nothing.
        return re.sub(r"(>\|[tz]\|)|[|│┆]", lambda m: m.group(1) or " ", line).rstrip()
    return _BAR.sub(" ", line) if 0 < n_bars < _MARKDOWN_BARS else line


def is_row(line: str) -> bool:
    """Whether a line is a name and numbers: after the first number, at least half are numbers."""
    words = line.split()
    numbers = [bool(NUMBER.fullmatch(word)) for word in words]
    if (
        not any(numbers)
        or line.lstrip().startswith('"')
        or RULER.fullmatch(line)
        or _NAMES_ONE.search(line)
        or CODE.match(line)
        or line.count("|") >= _MARKDOWN_BARS
    ):
        return False
    # An item of a list has its number before words; so has nothing that is a row of one number.
    if _ITEM.match(line) and sum(numbers) == 1:
        return False
    # Values in code have commas between them; R's str() shows a column of people in each line.
    if sum(word.endswith(",") for word in words) > 1 or words[0] == "$" or _NODE.match(line):
        return False
    first = numbers.index(True)
    label, rest = words[:first], words[first:]
    # Levels before "Total", and levels of confidence, are parts of names.
    if not label and _TOTALS.fullmatch(rest[-1]):
        return False
    given = [w for w, n in zip(words, numbers, strict=True) if n]
    if label and (all(map(_CONFIDENCE.fullmatch, given)) or names_limits(label, given)):
        return False
    if sum(map(len, label)) + len(label) > _LONGEST_LABEL:
        return False
    named = [bool(NUMBER.fullmatch(word) or _STARS.fullmatch(word)) for word in rest]
    if len(rest) == 1 and label:
        return bool(re.search(r"\s{2,}\S+$", line)) or len(label) == 1
    return sum(named) >= 0.5 * len(rest) and not re.fullmatch(r".*[a-z]{2,}\.", line)


def _end_of_run(lines: list[str], at: int) -> int | None:
    """Return where a run of rows that begins here ends; None if none begins."""
    if not is_row(lines[at]):
        return _end_of_pattern(lines, at)
    end = at + 1
    while end < len(lines):
        if is_row(lines[end]) or (_is_ruler(lines[end]) and _goes_on(lines, end)):
            end += 1
        elif _is_heading(lines[end]) and end + 1 < len(lines) and is_row(lines[end + 1]):
            end += 2
        elif (gap := _gap_below_errors(lines, end)) > 0:
            end += gap
        else:
            break
    return end


def _gap_below_errors(lines: list[str], at: int) -> int:
    """Return how many empty lines and rulers stand below errors in brackets, before more rows."""
    if not all(_IN_BRACKETS.fullmatch(word) for word in lines[at - 1].split()):
        return 0
    for n in range(1, _WIDEST_GAP + 1):
        if at + n >= len(lines) or not _is_ruler(lines[at + n - 1]):
            return 0
        if is_row(lines[at + n]):
            return n
    return 0


def _end_of_pattern(lines: list[str], at: int) -> int | None:
    """Return where lines end that have words and numbers in the same places; None if few have."""
    pattern = _pattern(lines[at])
    end = at
    while pattern is not None and end < len(lines) and _pattern(lines[end]) == pattern:
        end += 1
    return end if end - at >= _LEAST_ALIKE else None


def _pattern(line: str) -> tuple[bool, ...] | None:
    """Return which words of a line are numbers, if one is and they are cells more than words."""
    words = [] if CODE.match(line) else line.split()
    numbers = tuple(bool(NUMBER.fullmatch(word)) for word in words)
    is_cells = len(words) > 1 and any(numbers) and line.count("|") < _MARKDOWN_BARS
    return numbers if is_cells and not re.search(r"[:;,=]", line) else None


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether rows go on below a ruler."""
    return bool(lines[at].strip()) and at + 1 < len(lines) and is_row(lines[at + 1])


def _is_ruler(line: str) -> bool:
    return bool(RULER.fullmatch(line) or _KINDS.fullmatch(line))


def _is_heading(line: str) -> bool:
    """Whether a line between rows names the rows below it: few words, and no sentence."""
    words = line.split()
    return 0 < len(words) <= 4 and len(line.strip()) <= 40 and not re.search(r"[.:;=?!]$", line)


def _table(lines: list[str], at: int, end: int) -> Printed | None:
    body = [line for line in lines[at:end] if line.strip() and not _is_ruler(line)]
    above = _headers(lines, at) or _same_width(lines, at, body)
    while len(above) > 1 and _is_caption(lines[above[0]], lines[above[-1]], body):
        above = above[1:]
    spans = columns_of([line for line in body if is_row(line)] or body, [lines[i] for i in above])
    body, heads = without_heads(body, spans)
    named = [*(lines[i] for i in above), *heads]
    rows = rows_of(body, spans)
    if rows is None:
        return None
    names = names_over(named, spans, body)
    if len(names) != len(rows[0]):
        names = names_in_order(named, len(rows[0]))
    found = _without_stars(Printed(names, rows, range(min([at, *above]), end)))
    bare = [i for i, name in enumerate(found.names) if not name]
    unnamed = any(NUMBER.fullmatch(row[i]) for i in bare for row in found.rows[:_LEAST_ALIKE])
    if unnamed and len(named) == 1 and len(words := named[0].split()) == len(found.names):
        # As many words as columns, stars aside, name them in order wherever they stand.
        found = Printed(words, found.rows, found.lines)
    below = lines[end] if end < len(lines) else ""
    found = _of_series(found, below, lines[at - 1] if at else "")
    return _filled_down(found) if _is_whole(found) else None


def _of_series(table: Printed, below: str, above: str) -> Printed:
    """Name the one column of values as pandas does below it, and its index by the word above."""
    found = _SERIES.fullmatch(below.strip())
    if found is None or len(table.names) != _SERIES_WIDTH or not all(r[1] for r in table.rows):
        return table
    index = above.strip() if re.fullmatch(r"\s*[A-Za-z_]\w*\s*", above) else table.names[0]
    # Levels that are numbers are told with what they are levels of.
    numbered = all(re.fullmatch(r"\d{1,2}", row[0]) for row in table.rows)
    rows = [[f"{index} {row[0]}", row[1]] for row in table.rows] if numbered else table.rows
    return Printed([index, found["name"]], rows, table.lines)


def _filled_down(table: Printed) -> Printed:
    """Write a label into the rows below that leave it out, as pandas does with levels."""
    told = all(row[1] or _TOTALS.fullmatch(row[0]) for row in table.rows)
    if len(table.names) < _LEAST_NAMES or not told:
        return table
    if any(_is_plain_number(row[i]) for row in table.rows for i in (0, 1)):
        return table
    rows, above = [], ""
    for row in table.rows:
        above = row[0] or above
        rows.append([above, *row[1:]])
    return Printed(table.names, rows, table.lines)


def _is_plain_number(cell: str) -> bool:
    """Whether a cell is a number, and no band of ages below or above one."""
    return bool(NUMBER.fullmatch(cell)) and cell[:1] not in "<>≤≥~"


def _is_whole(table: Printed) -> bool:
    """Whether a table has names, or several rows: one row of words and a number is a sentence."""
    if len(table.names) < 2 or not table.rows:
        return False
    numbers = [i for i, cell in enumerate(table.rows[0]) if NUMBER.fullmatch(cell)]
    # A number of the only row needs no name.
    named = [table.names[i] or (i == 0 and table.rows[0][0] == "1") for i in numbers]
    return len(table.rows) > 1 or (len(numbers) > 1 and all(named))


def _headers(lines: list[str], at: int) -> list[int]:
    """Return the lines above that name columns: no rows, no sentences, at most one gap."""
    found: list[int] = []
    gaps = 0
    for place in range(at - 1, max(-1, at - 9), -1):
        line = lines[place]
        if not line.strip():
            gaps += 1
            if gaps > 1 or found:
                break
            continue
        if _is_ruler(line):
            continue
        if is_row(line) or not _may_name(line) or len(found) == _MOST_HEADERS:
            break
        found.insert(0, place)
    return found


def _is_caption(first: str, last: str, body: list[str]) -> bool:
    """Whether a line is words over the whole table, whose last line of names names each column."""
    if re.search(r"\S\s{2,}\S", first.strip()):
        return False
    spans = columns_of(body, [last])
    names = names_over([last], spans, body)[1:]
    # Columns of words may be unnamed, as levels of variables are.
    words = [not any(NUMBER.fullmatch(line[a:b].strip()) for line in body) for a, b in spans[1:]]
    return any(names) and all(n or w for n, w in zip(names, words, strict=True))


def _same_width(lines: list[str], at: int, body: list[str]) -> list[int]:
    """Return the line above if it has a word for each cell of every row, the first's name aside."""
    widths = {len(line.split()) for line in body}
    above = lines[at - 1].split() if at else []
    if len(widths) != 1 or len(above) < 3 or any(map(NUMBER.fullmatch, above)):
        return []
    return [at - 1] if widths.pop() - len(above) in (0, 1) else []


def _may_name(line: str) -> bool:
    """Whether a line can be the names of columns: words apart, or one over several columns."""
    stripped = line.strip()
    apart = bool(re.search(r"\S\s{2,}\S", stripped))
    # Formulas of models stand above a comparison of them.
    if re.search(r"\d: |\S ~ \S|^~ ", stripped):
        return False
    if re.search(r"[:;?!,]$", stripped) or re.search(r"[a-z]: |[a-z] = | = ", stripped):
        return False
    words = stripped.split()
    if apart or (len(words) <= _FEW_WORDS and not stripped.endswith(".")):
        return True
    return (
        not stripped.endswith(".")
        and sum(map(len, words)) > len(words)
        and not _SENTENCE.search(stripped)
    )


def _with_levels(names: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Take the first row for names where it numbers the columns, as levels 0, 1, 2 do."""
    first, *rest = rows
    levels = [cell for cell in first[1:] if cell and not _TOTALS.fullmatch(cell)]
    if not rest or not levels or all(names[1:]) or re.search(r"\d", first[0]):
        return names, rows
    numbers = [int(level) for level in levels if re.fullmatch(r"\d{1,2}", level)]
    counted = len(numbers) == len(levels) and numbers[0] in (0, 1)
    if not counted or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return names, rows
    return [f"{n} {c}".strip() for n, c in zip(names, first, strict=True)], rest


def _without_stars(table: Printed) -> Printed:
    """Leave out a column of the stars that mark small p-values, and take levels for names."""
    keep = [
        i for i in range(len(table.names))
        if not all(_STARS.fullmatch(row[i]) for row in table.rows if row[i])
        or (table.names[i] and any(row[i] for row in table.rows))
    ]  # fmt: skip
    names = [table.names[i] for i in keep]
    return Printed(
        *_with_levels(names, [[row[i] for i in keep] for row in table.rows]), table.lines
    )
