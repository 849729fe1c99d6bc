"""A table as the rules judge it: without row numbers, and with compound cells taken apart."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.compound import (
    DECIMAL_COMMA,
    INTEGER,
    WHOLE,
    has_commas,
    parts_of,
    simplified,
)
from gdi_spe.disclosure.contents.estimated import with_estimates, with_scores
from gdi_spe.disclosure.contents.records.named_values import with_values_by_name
from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.rows.characteristics import by_kind_of_row
from gdi_spe.disclosure.contents.rows.regressions import NOTHING, with_footers, with_models
from gdi_spe.disclosure.contents.rows.things import with_things
from gdi_spe.disclosure.contents.rows.unnamed import with_places
from gdi_spe.disclosure.contents.table import Column, Table, column_of
from gdi_spe.disclosure.contents.words.dialects import understood
from gdi_spe.disclosure.contents.words.vocabulary import EXTREMES, NOT_PEOPLE

_MOST_CELLS = 5000
_MOST_KEYS = 200
# What programs call a column that nobody named.
_UNNAMED = ("", "column_1", "index", "level_0", "Unnamed: 0")
_STARTS_AS_VALUE = re.compile(r"[<>≤≥]?\s?[-+−]?\d")
_FIRST_CELLS = 50
_DIGITS = 15
_LEAST_FLOW = 2
_MOST_STATISTICS = 30


def as_judged(table: Table, people: int | None = None) -> Table:
    """Return the table that rules look at; the canonical bytes keep every cell."""
    table = _words_first(_with_first_step(_filled_down(with_models(with_footers(table)))))
    table = by_kind_of_row(_below_headings(_upright(with_values_by_name(table))))
    table = _with_decimal_points(table)
    columns = _without_row_numbers(table)
    parts = [part for column in columns for part in parts_of(column, table)]
    parted = replace(table, columns=tuple(sorted(parts, key=_names_rows)))
    told = with_scores(with_estimates(understood(with_places(parted))))
    return with_things(_without_empty(told), people)


def _without_empty(table: Table) -> Table:
    """Leave out columns without a value, once they have helped to tell which program wrote them."""
    filled = tuple(c for c in table.columns if c.n_missing < table.n_rows)
    return replace(table, columns=filled or table.columns)


def _words_first(table: Table) -> Table:
    """Put columns of words before those of values: in another order it is the same table."""
    first, *rest = table.columns
    if first.name.strip() in _UNNAMED:
        return table
    return replace(table, columns=tuple(sorted((first, *rest), key=_has_values)))


def _has_values(column: Column) -> bool:
    """Whether cells begin with digits: numbers, or counts with shares and means with spreads."""
    some = column.cells[:_FIRST_CELLS] if column.numbers is None else ()
    return column.numbers is not None or any(map(_STARTS_AS_VALUE.match, some))


def _upright(table: Table) -> Table:
    """Turn a table whose rows are named by statistics, one of them a count of people."""
    if len(table.labels) != 1 or len(table.columns) < 2 or table.n_rows > _MOST_STATISTICS:
        return table
    first, rest = table.labels[0], [c for c in table.columns if c.numbers is not None]
    if first.n_distinct != table.n_rows or any(c.numbers is None for c in rest):
        return table
    rows = [
        column_of(name, pa.array([c.text(i) for c in rest]), _DIGITS)
        for i, name in enumerate(first.texts())
    ]
    roles = [role_of(row) for row in rows]
    # Groups may have a name that a statistic has: F is one of them.
    above = any(role_of(c) is Role.PEOPLE for c in rest)
    if above or Role.PEOPLE not in roles or Role.STATISTIC not in roles:
        return table
    unknown = [row for role, row in zip(roles, rows, strict=True) if role is Role.UNKNOWN]
    if not all(EXTREMES.fullmatch(row.plain) for row in unknown):
        return table
    names = column_of("group", pa.array([c.name for c in rest]), _DIGITS)
    return replace(table, columns=(names, *rows))


def _filled_down(table: Table) -> Table:
    """Write a label into the rows below that leave it out, where a second label tells them apart.

    TRUST: what a row is of is said once above it; without it a count would have no name.
    """
    first, *rest = table.columns
    if len(rest) < 2 or first.numbers is not None or table.n_rows > _MOST_CELLS:
        return table
    labels, second = first.texts(), rest[0].texts()
    if not labels[0] or "" not in labels or rest[0].numbers is not None:
        return table
    if not all(a or b for a, b in zip(labels, second, strict=True)):
        return table
    named = list(accumulate(labels, _or_above))
    return replace(table, columns=(column_of(first.name, pa.array(named), _DIGITS), *rest))


def _with_first_step(table: Table) -> Table:
    """Fill the cell of a flow of people above which nobody can have left, as the next one is.

    TRUST: every other cell of the column is what is lost between two rows, and is judged; the cell
    of the first row hides nobody.
    """
    if table.columns[0].numbers is not None or table.n_rows <= _LEAST_FLOW:
        return table
    whole = [_as_counts(c) for c in table.columns]
    for place, column in enumerate(table.columns):
        cells = column.texts() if 2 <= table.n_rows <= _MOST_STATISTICS else [""]
        lost = _counts_of(cells[1:])
        if cells[0] not in NOTHING or lost is None:
            continue
        if any(left is not None and np.array_equal(-np.diff(left), lost) for left in whole):
            made = column_of(column.name, pa.array([cells[1], *cells[1:]]), _DIGITS)
            return replace(
                table, columns=(*table.columns[:place], made, *table.columns[place + 1 :])
            )
    return table


def _as_counts(column: Column) -> NDArray[np.float64] | None:
    return _counts_of(column.texts()) if column.n_rows <= _MOST_STATISTICS else None


def _counts_of(cells: list[str]) -> NDArray[np.float64] | None:
    """Return whole numbers, with or without marks of thousands; None if a cell is none."""
    simple = [simplified(cell) for cell in cells]
    if not simple or not all(map(INTEGER.fullmatch, simple)):
        return None
    return np.array([float(cell) for cell in simple])


def _with_decimal_points(table: Table) -> Table:
    """Write points for decimal commas in all of a table, if one of its cells tells of them.

    "38,308" alone may be thousands; beside "0,037" and a whole number of as many digits without a
    comma it is none.
    """
    words = [c for c in table.columns if c.numbers is None and c.n_rows <= _MOST_CELLS]
    told = any(DECIMAL_COMMA.fullmatch(cell) for c in words for cell in c.cells)
    cells = [cell for c in table.columns for cell in c.cells] if told else []
    if not any(WHOLE.fullmatch(cell) for cell in cells):
        return table
    columns = [c if c not in words or not has_commas(c) else _pointed(c) for c in table.columns]
    return replace(table, columns=tuple(columns))


def _pointed(column: Column) -> Column:
    texts = [re.sub(r"(?<=\d),(?=\d)", ".", text) for text in column.texts()]
    return column_of(column.name, pa.array(texts), _DIGITS)


def _or_above(above: str, label: str) -> str:
    return label or above


def _below_headings(table: Table) -> Table:
    """Put words that stand alone in a row before the names of the rows below them.

    TRUST: they are kept as parts of names, so that every rule reads them there.
    """
    first, *rest = table.columns
    if first.numbers is not None or not rest or not 2 <= table.n_rows <= _MOST_CELLS:
        return table
    texts = [c.texts() for c in rest]
    alone = [all(cells[row] in ("", "NA") for cells in texts) for row in range(table.n_rows)]
    labels = first.texts()
    if not any(alone) or alone[-1] or sum(alone) > len(alone) / 2 or not all(labels):
        return table
    named, heading = [], ""
    for label, is_heading in zip(labels, alone, strict=True):
        heading = label if is_heading else heading
        if not is_heading:
            named.append(f"{heading}: {label}" if heading else label)
    kept = np.flatnonzero(~np.array(alone))
    columns = [column_of(first.name, pa.array(named), _DIGITS)]
    columns += [
        column_of(c.name, pa.array([cells[row] for row in kept]), _DIGITS)
        for c, cells in zip(rest, texts, strict=True)
    ]
    return replace(table, columns=tuple(columns))


def _names_rows(column: Column) -> int:
    """Sort what names rows before what is told of them: the order of columns means nothing."""
    if column.numbers is None:
        return 0
    is_key = column.is_integer and column.n_distinct == column.n_rows <= _MOST_KEYS
    if not is_key or role_of(column) not in (Role.UNKNOWN, Role.OTHER_COUNT, Role.CHROMOSOME):
        return 3
    return 1 if NOT_PEOPLE.fullmatch(column.plain) else 2


def _without_row_numbers(table: Table) -> tuple[Column, ...]:
    """Leave out a first column without a name that counts the rows."""
    first, *rest = table.columns
    if not rest or first.name.strip() not in _UNNAMED:
        return table.columns
    numbers = first.numbers
    if numbers is None or not np.isfinite(numbers).all():
        return table.columns
    start = float(numbers.min())
    counted = np.array_equal(np.sort(numbers), np.arange(start, start + numbers.size))
    return tuple(rest) if start in (0, 1) and counted else table.columns
