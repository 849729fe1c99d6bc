"""A table as the rules judge it: without row numbers, and with compound cells taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.estimated import with_estimates, with_scores
from gdi_spe.disclosure.contents.records.named_values import with_values_by_name
from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.rows.cells_of_variants import of_variants
from gdi_spe.disclosure.contents.rows.characteristics import by_kind_of_row, is_statistic
from gdi_spe.disclosure.contents.rows.pairs_of_numbers import in_two
from gdi_spe.disclosure.contents.rows.regressions import NOTHING, with_footers, with_models
from gdi_spe.disclosure.contents.rows.things import says_people, tells_of_sets, with_things
from gdi_spe.disclosure.contents.rows.unnamed import with_places
from gdi_spe.disclosure.contents.table import NUMBER, Column, Table, column_of
from gdi_spe.disclosure.contents.words.dialects import understood
from gdi_spe.disclosure.contents.words.vocabulary import EXTREMES, NOT_PEOPLE

_MOST_CELLS = 5000
_MOST_KEYS = 200
# "1,152", and "1 152" or "1'152" as in French and Swiss tables.
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:(,\d{3})+(\.\d+)?|([ '’]\d{3})+([.,]\d+)?)")
# A comma before one, two or more than three digits divides no thousands.
_DECIMAL_COMMA = re.compile(r"[-+]?(\d+,(\d{1,2}|\d{4,})|0,\d+)([eE][-+]?\d{1,4})?")
_PERCENT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*\\?%")
_FIRST = r"([-+]?\d[\d,]*(?:\.\d+)?)"
# "640 (53.3%)" counts people; "54.2 (11.3)", "1.2 [1.0-1.4]" and "3.1 ± 0.2" do not.
# "3 (<0.1%)" is a count and less than a share.
_SHARED = re.compile(rf"{_FIRST}\s*[(\[]\s*[<≤~≈]?\s*([-+]?(?:\d+(?:\.\d+)?|\.\d+))\s*%\s*[)\]]")
_SPREAD = re.compile(rf"{_FIRST}\s*(?:[(\[±]|\+/-)\s*([^)\]]*\d[^)\]]*)[)\]]?")
_SHARE_LABEL = re.compile(r"n\s*\(\s*%\s*\)|,\s*n\b|\bno\.\s*\(%\)|\(%\)", re.IGNORECASE)
_BARE_SHARE = re.compile(rf"{_FIRST}\s*\(\s*(\d+(?:\.\d+)?)\s*\)")
# Numbers by allele, as Hail writes them: the reference's first.
_ARRAY = re.compile(r"\[\s*[\d.eE+-]+\s*,\s*[\d.eE+-]+\s*\]")
_SIZE_OF_GROUP = re.compile(
    r"[,(\[]?\s{0,9}\b[nN]\s{0,9}=\s{0,9}(\d[\d,. ]{0,24}\d|\d)\s{0,9}[)\]]?"
)
_IS_SIZE = re.compile(
    r"n|no\.?|total( n)?|n total|participants|individuals|patients", re.IGNORECASE
)
# A whole number that would have had a mark for its thousands.
_WHOLE = re.compile(r"\d{5,12}")
_INTEGER = re.compile(r"\d{1,12}")
# What programs call a column that nobody named.
_UNNAMED = ("", "column_1", "index", "level_0", "Unnamed: 0")
_STARTS_AS_VALUE = re.compile(r"[<>≤≥]?\s?[-+−]?\d")
# What is measured, or not known, and counts no group of people.
_MEASURED = re.compile(
    r"\b(years?|months?|kg|mmol|mg|cm|mm|bpm|units?|unknown|missing|follow-?up|age|bmi)\b|%", re.I
)
_FIRST_CELLS = 50
_DIGITS = 15
_LEAST_FLOW = 2
_MOST_STATISTICS = 30
_LONGEST_NAME = 24


def as_judged(table: Table, people: int | None = None) -> Table:
    """Return the table that rules look at; the canonical bytes keep every cell."""
    table = _words_first(_with_first_step(_filled_down(with_models(with_footers(table)))))
    table = by_kind_of_row(_below_headings(_upright(with_values_by_name(table))))
    table = _with_decimal_points(table)
    columns = tuple(c for c in _without_row_numbers(table) if c.n_missing < table.n_rows)
    columns = columns or table.columns
    parts = [part for column in columns for part in _parts_of(column, table)]
    parted = replace(table, columns=tuple(sorted(parts, key=_names_rows)))
    told = with_scores(with_estimates(understood(with_places(parted))))
    return with_things(told, people)


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
    simple = [_simple(cell) for cell in cells]
    if not simple or not all(map(_INTEGER.fullmatch, simple)):
        return None
    return np.array([float(cell) for cell in simple])


def _with_decimal_points(table: Table) -> Table:
    """Write points for decimal commas in all of a table, if one of its cells tells of them.

    "38,308" alone may be thousands; beside "0,037" and a whole number of as many digits without a
    comma it is none.
    """
    words = [c for c in table.columns if c.numbers is None and c.n_rows <= _MOST_CELLS]
    told = any(_DECIMAL_COMMA.fullmatch(cell) for c in words for cell in c.cells)
    cells = [cell for c in table.columns for cell in c.cells] if told else []
    if not any(_WHOLE.fullmatch(cell) for cell in cells):
        return table
    columns = [c if c not in words or not _has_commas(c) else _pointed(c) for c in table.columns]
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


def _parts_of(column: Column, table: Table) -> Iterator[Column]:
    """Yield a column, or what its cells are made of."""
    if column.numbers is None and column.cells and (parts := of_variants(column)):
        yield from parts
        return
    if column.numbers is None and column.cells and all(map(_ARRAY.fullmatch, column.cells)):
        yield _last_of_arrays(column)
        return
    if column.n_rows > _MOST_CELLS and column.numbers is None and _has_commas(column):
        yield Column(column.name, *_with_points(column))
        return
    if column.n_rows > _MOST_CELLS or column.numbers is not None or not column.cells:
        yield column
        return
    texts = column.texts()
    filled = [text for text in texts if text not in NOTHING]
    # TRUST: "13/212" beside a set is of genes, unless its name says that it is of people.
    parts = in_two(column.name, texts)
    if parts and (says_people(column.name) or not tells_of_sets(table)):
        yield from parts
        return
    simple = _all_simple(texts)
    changed = any(a != b for a, b in zip(simple, texts, strict=True)) or _has_reference(
        column, filled
    )
    if filled and changed and all(NUMBER.fullmatch(s) for s in simple if s not in NOTHING):
        # Percent signs stay in the name, so that the numbers are known to be shares.
        is_share = any(_PERCENT.fullmatch(text) for text in filled)
        name = f"percent_{column.name}" if is_share else column.name
        yield column_of(name, pa.array(["" if s in NOTHING else s for s in simple]), _DIGITS)
        return
    yield from _compound(column, texts, filled, table)


def _has_reference(column: Column, filled: list[str]) -> bool:
    """Whether a column of estimates has a stroke for the level that others are compared with."""
    if len(filled) == column.n_rows or not filled or not all(map(NUMBER.fullmatch, filled)):
        return False
    role = role_of(column_of(column.name, pa.array(filled), _DIGITS))
    return role in (Role.EFFECT, Role.ERROR, Role.P)


def _is_measured(label: str) -> bool:
    return is_statistic(label) or bool(_MEASURED.search(label.replace("n (%)", "")))


def _has_commas(column: Column) -> bool:
    """Whether every cell is a number, some of them with a comma for the point."""
    if not all(map(_may_be_number, column.cells[:_FIRST_CELLS])):
        return False
    simple = _all_simple(list(column.cells))
    return all(NUMBER.fullmatch(each) or each in NOTHING for each in simple)


def _may_be_number(cell: str) -> bool:
    """Whether a cell is a number in one of the two ways to write it."""
    read = (_simple(cell), _simple(re.sub(r"(?<=\d),(?=\d)", ".", cell)))
    return cell in NOTHING or any(map(NUMBER.fullmatch, read))


def _with_points(column: Column) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return cells with points, and which of them each row has."""
    simple = ["" if cell in NOTHING else cell for cell in _all_simple(list(column.cells))]
    place = {cell: i for i, cell in enumerate(dict.fromkeys(simple))}
    mapping = np.array([place[cell] for cell in simple], dtype=np.int32)
    return tuple(place), mapping[column.codes]


def _last_of_arrays(column: Column) -> Column:
    """Return the last number of each array: of counts by allele, the alternate's."""
    name = column.name.rpartition(".")[2] or column.name
    last = [text.strip("[]").split(",")[-1].strip() for text in column.texts()]
    return column_of(name, pa.array(last), _DIGITS)


def _all_simple(texts: list[str]) -> list[str]:
    """Return cells as numbers where they are; one comma that is a point makes all points."""
    if any(map(_DECIMAL_COMMA.fullmatch, texts)):
        return [_simple(re.sub(r"(?<=\d),(?=\d)", ".", text)) for text in texts]
    return [_simple(text) for text in texts]


def _simple(text: str) -> str:
    """Return a number without separators of thousands and percent sign, or the text."""
    if _THOUSANDS.fullmatch(text):
        whole = re.sub(r"[ '’]", "", text)
        return whole.replace(",", "") if whole == text else whole.replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    if text.endswith(" non-null"):
        return text.removesuffix(" non-null")
    share = _PERCENT.fullmatch(text)
    return share.group(1) if share else text


def _bare_share(text: str, label: str, size: float | None) -> re.Match[str] | None:
    """Return a count with its share in brackets, without a sign, if something says that it is one.

    TRUST: how many people a column is of, by its name ("Overall, N = 48,112") or by a row of it,
    tells which whole numbers are counts of them; no count has a fraction.
    """
    found = _BARE_SHARE.fullmatch(text)
    if found is None or "." in found.group(1):
        return None
    if _SHARE_LABEL.search(label):
        return found
    count = float(found.group(1).replace(",", ""))
    half = 0.51 * 10.0 ** -len(found.group(2).partition(".")[2])
    is_told = bool(size) and abs(100 * count / (size or 1) - float(found.group(2))) <= half
    return found if is_told else None


def _size_of(column: Column, labels: list[str], texts: list[str]) -> float | None:
    """Return how many people a column is of, if its name or one of its rows tells."""
    named = _SIZE_OF_GROUP.search(column.name)
    told = [named[1]] if named else []
    told += [
        text for label, text in zip(labels, texts, strict=True)
        if _IS_SIZE.fullmatch(label) and _INTEGER.fullmatch(_simple(text))
    ]  # fmt: skip
    return float(re.sub(r"\D", "", told[0])) if told else None


def _told_labels(column: Column, labels: list[str], table: Table) -> list[str]:
    """Return what says of each cell what it is: its row, its column, and what names the rows."""
    name, above = _SIZE_OF_GROUP.sub("", column.name), table.columns[0].name
    rows = above if _SHARE_LABEL.search(above) else ""
    return [f"{x} {name}" if is_statistic(x) else f"{x} {name} {rows}" for x in labels]


def _compound(
    column: Column, texts: list[str], filled: list[str], table: Table
) -> Iterator[Column]:
    """Take counts with shares, and values with spreads, apart."""
    labels = table.columns[0].texts() if table.columns else texts
    told, size = _told_labels(column, labels, table), _size_of(column, labels, texts)
    counts, shares, values = [""] * len(texts), [""] * len(texts), [""] * len(texts)
    n_found = n_compound = 0
    for row, text in enumerate(texts):
        shared = _SHARED.fullmatch(text) or _bare_share(text, told[row], size)
        if shared:
            counts[row], shares[row] = shared.group(1).replace(",", ""), shared.group(2)
            n_compound += 1
        elif spread := _SPREAD.fullmatch(text):
            values[row] = spread.group(1).replace(",", "")
            n_compound += 1
        elif _INTEGER.fullmatch(_simple(text)) and not _is_measured(labels[row]):
            counts[row] = _simple(text)
        elif _simple(text) != text or NUMBER.fullmatch(text):
            values[row] = _simple(text)
        n_found += bool(counts[row] or values[row])
    if not n_compound or n_found < 0.6 * len(filled) or column is table.columns[0]:
        yield column
        return
    sorts = (("n_individuals", counts), ("percent", shares), ("mean", values))
    for sort, cells in sorts:
        if any(cells):
            named = re.sub(r"\W+", "_", column.name).strip("_")[:_LONGEST_NAME]
            made = column_of(f"{sort}_{named}", pa.array(cells), _DIGITS)
            made.is_part = True
            yield made
