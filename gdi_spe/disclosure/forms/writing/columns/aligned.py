"""Where columns stand in lines that a program aligned, and which words stand over each."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import itemgetter

NUMBER = re.compile(
    r"[(\[]?[<>≤≥~]?[-+]?(\d[\d,]*(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?%?[)\],]?|\(?(NA|NaN|nan|-?inf|-?Inf|\.|—|--?)\)?",
)
_IN_BRACKETS = re.compile(r"[(\[][\d.,%–-]+[)\]]")
_BARE = re.compile(r"\d[\d,]*(\.\d+)?")
WORD = re.compile(r"\S+")
Spans = list[tuple[int, int]]


def rows_of(body: list[str], spans: Spans) -> list[list[str]] | None:
    """Cut lines into cells: by the gaps, or by words where those are as many in each line."""
    rows = [_cells(line, spans) for line in body]
    words = [_with_brackets(line.split()) for line in body]
    mixed = any(_is_mixed(cell) or _is_crowded(cell) for row in rows for cell in row)
    if mixed and len({len(row) for row in words}) == 1:
        rows = words
    if not rows or len(rows[0]) < 2 or any(_is_crowded(cell) for row in rows for cell in row):
        return None
    return rows


def _with_brackets(words: list[str]) -> list[str]:
    """Put a number in brackets beside the number before it: "3,209 (51.7%)" is one cell."""
    cells: list[str] = []
    for word in words:
        beside = bool(cells) and _IN_BRACKETS.fullmatch(word) and _BARE.fullmatch(cells[-1])
        if beside:
            cells[-1] = f"{cells[-1]} {word}"
        else:
            cells.append(word)
    return cells


def _is_mixed(cell: str) -> bool:
    """Whether a word and a number that belong to two columns stand in one cell."""
    words = cell.split()
    return len(words) > 1 and bool(re.fullmatch(r"[\d.,]+", words[-1]))


def names_in_order(named: list[str], width: int) -> list[str]:
    """Name columns from the right by the line of most words; a line of one word names the rows."""
    words = max((line.split() for line in named), key=len, default=[])[-width:]
    rows = [line.split()[0] for line in named if len(line.split()) == 1]
    names = [*[""] * (width - len(words)), *words]
    return [rows[-1] if rows and not names[0] else names[0], *names[1:]]


def without_heads(body: list[str], spans: Spans) -> tuple[list[str], list[str]]:
    """Take off the first line where it holds words over columns of numbers, as "lower .95" does."""
    if len(body) < 2 or len(spans) < 2:
        return body, []
    first, *rest = (
        [bool(NUMBER.fullmatch(c)) if c else None for c in _cells(line, spans)] for line in body
    )
    numbers = [i for i in range(len(spans)) if all(row[i] is not False for row in rest)]
    words = sum(first[i] is False for i in numbers)
    return (body[1:], body[:1]) if words and words >= len(numbers) / 2 else (body, [])


def columns_of(rows: list[str], above: list[str]) -> Spans:
    """Return where columns begin and end: what is a space in every row divides them."""
    width = max(map(len, rows))
    taken = [False] * (width + 1)
    for row in rows:
        for word in WORD.finditer(row):
            for place in range(word.start(), word.end()):
                taken[place] = True
    spans, start = [], None
    for place, is_taken in enumerate(taken):
        if is_taken and start is None:
            start = place
        elif not is_taken and start is not None:
            spans.append((start, place))
            start = None
    return _joined(spans, rows, above)


def _joined(spans: Spans, rows: list[str], above: list[str]) -> Spans:
    """Join what only happens to be apart: words of one name, and a number with its brackets."""
    joined: Spans = []
    for span in spans:
        cells = [cell for row in rows if (cell := row[span[0] : span[1]].strip())]
        before = [row[joined[-1][0] : joined[-1][1]].strip() for row in rows] if joined else []
        near = bool(joined) and span[0] - joined[-1][1] == 1
        spread = all(re.fullmatch(r"[(\[±].*", cell) for cell in cells) and any(before)
        unnamed = not any(line[span[0] - 1 : span[1]].strip() for line in above)
        words = near and unnamed and not any(map(NUMBER.fullmatch, [*cells, *filter(None, before)]))
        if joined and (spread or words):
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _cells(line: str, spans: Spans) -> list[str]:
    """Cut a line into cells; a word that two columns share belongs to the one it is more under."""
    cells, right = [""] * len(spans), [False] * len(spans)
    for word in WORD.finditer(line):
        place = _column_of(word, spans, right)
        cells[place] = f"{cells[place]} {word.group()}".strip()
    return cells


def _is_crowded(cell: str) -> bool:
    """Whether several numbers stand in one cell, other than one with its spread in brackets."""
    words = cell.split()
    if len(words) < 2:
        return False
    plain = [w for w in words if NUMBER.fullmatch(w) and not (w[0] in "([" or w[-1] in ")]")]
    return len(plain) > 1


def names_over(above: list[str], spans: Spans, body: list[str]) -> list[str]:
    """Return each column's name: the words over it, from top to bottom."""
    right = _right_aligned(spans, body)
    names = [""] * len(spans)
    if above and _is_shifted(_over(above[-1], spans, right), spans, body):
        words = above[-1].split()
        if len(words) in (len(spans), len(spans) - 1):
            return [*[""] * (len(spans) - len(words)), *words]
    for line in above:
        names = [f"{a} {b}".strip() for a, b in zip(names, _over(line, spans, right), strict=True)]
    return names


def _is_shifted(names: list[str], spans: Spans, body: list[str]) -> bool:
    """Whether names do not stand over their columns: one has two, and a column of numbers none."""
    bare = [span for span, name in zip(spans[1:], names[1:], strict=True) if not name]
    return any(" " in name for name in names) and any(
        all(NUMBER.fullmatch(cell) for line in body if (cell := line[start:end].strip()))
        for start, end in bare
    )


def _over(line: str, spans: Spans, right: list[bool]) -> list[str]:
    """Return the words of one line that stand over each column."""
    names = [""] * len(spans)
    for word in WORD.finditer(line):
        place = _column_of(word, spans, right)
        names[place] = f"{names[place]} {word.group()}".strip()
    return names


def _right_aligned(spans: Spans, body: list[str]) -> list[bool]:
    """Return which columns end at one place in most rows, as printed numbers do."""
    found = []
    for start, end in spans:
        cells = [line[start:end].rstrip() for line in body if line[start:end].strip()]
        full = sum(len(cell) == end - start for cell in cells)
        found.append(bool(cells) and full >= 0.5 * len(cells))
    return found


def _column_of(word: re.Match[str], spans: Spans, right: list[bool]) -> int:
    """Return which column a word stands over: by overlap, or by the side that cells keep to."""
    start, end = word.span()
    # Columns follow each other: those under the word are a few in a row.
    first = bisect_right(spans, start, key=itemgetter(1))
    after = bisect_left(spans, end, key=itemgetter(0))
    if first < after:
        shared = [min(end, stop) - max(start, begin) for begin, stop in spans[first:after]]
        return first + shared.index(max(shared))
    if after == len(spans):
        return len(spans) - 1
    if after == 0 or right[after]:
        return after
    return after if spans[after][0] - end < start - spans[after - 1][1] else after - 1
