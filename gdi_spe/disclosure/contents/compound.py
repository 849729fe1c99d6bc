"""Cells taken apart: counts with shares, values with spreads, arrays, and commas for points."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.rows.cells_of_variants import of_variants
from gdi_spe.disclosure.contents.rows.characteristics import is_statistic
from gdi_spe.disclosure.contents.rows.pairs_of_numbers import in_two
from gdi_spe.disclosure.contents.rows.regressions import NOTHING
from gdi_spe.disclosure.contents.rows.things import says_people, tells_of_sets
from gdi_spe.disclosure.contents.table import NUMBER, Column, Table, column_of

_MOST_CELLS = 5000
# "1,152", and "1 152" or "1'152" as in French and Swiss tables.
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:(,\d{3})+(\.\d+)?|([ '’]\d{3})+([.,]\d+)?)")
# A comma before one, two or more than three digits divides no thousands.
DECIMAL_COMMA = re.compile(r"[-+]?(\d+,(\d{1,2}|\d{4,})|0,\d+)([eE][-+]?\d{1,4})?")
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
WHOLE = re.compile(r"\d{5,12}")
INTEGER = re.compile(r"\d{1,12}")
# What is measured, or not known, and counts no group of people.
_MEASURED = re.compile(
    r"\b(years?|months?|kg|mmol|mg|cm|mm|bpm|units?|unknown|missing|follow-?up|age|bmi)\b|%", re.I
)
_FIRST_CELLS = 50
_DIGITS = 15
_LONGEST_NAME = 24


def parts_of(column: Column, table: Table) -> Iterator[Column]:
    """Yield a column, or what its cells are made of."""
    if column.numbers is None and column.cells and (parts := of_variants(column)):
        yield from parts
        return
    if column.numbers is None and column.cells and all(map(_ARRAY.fullmatch, column.cells)):
        yield _last_of_arrays(column)
        return
    if column.n_rows > _MOST_CELLS and column.numbers is None and has_commas(column):
        yield Column(column.name, *with_points(column))
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
    simple = all_simplified(texts)
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


def has_commas(column: Column) -> bool:
    """Whether every cell is a number, some of them with a comma for the point."""
    if not all(map(_may_be_number, column.cells[:_FIRST_CELLS])):
        return False
    simple = all_simplified(list(column.cells))
    return all(NUMBER.fullmatch(each) or each in NOTHING for each in simple)


def _may_be_number(cell: str) -> bool:
    """Whether a cell is a number in one of the two ways to write it."""
    read = (simplified(cell), simplified(re.sub(r"(?<=\d),(?=\d)", ".", cell)))
    return cell in NOTHING or any(map(NUMBER.fullmatch, read))


def with_points(column: Column) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return cells with points, and which of them each row has."""
    simple = ["" if cell in NOTHING else cell for cell in all_simplified(list(column.cells))]
    place = {cell: i for i, cell in enumerate(dict.fromkeys(simple))}
    mapping = np.array([place[cell] for cell in simple], dtype=np.int32)
    return tuple(place), mapping[column.codes]


def _last_of_arrays(column: Column) -> Column:
    """Return the last number of each array: of counts by allele, the alternate's."""
    name = column.name.rpartition(".")[2] or column.name
    last = [text.strip("[]").split(",")[-1].strip() for text in column.texts()]
    return column_of(name, pa.array(last), _DIGITS)


def all_simplified(texts: list[str]) -> list[str]:
    """Return cells as numbers where they are; one comma that is a point makes all points."""
    if any(map(DECIMAL_COMMA.fullmatch, texts)):
        return [simplified(re.sub(r"(?<=\d),(?=\d)", ".", text)) for text in texts]
    return [simplified(text) for text in texts]


def simplified(text: str) -> str:
    """Return a number without separators of thousands and percent sign, or the text."""
    if _THOUSANDS.fullmatch(text):
        whole = re.sub(r"[ '’]", "", text)
        return whole.replace(",", "") if whole == text else whole.replace(",", ".")
    if DECIMAL_COMMA.fullmatch(text):
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
        if _IS_SIZE.fullmatch(label) and INTEGER.fullmatch(simplified(text))
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
        elif INTEGER.fullmatch(simplified(text)) and not _is_measured(labels[row]):
            counts[row] = simplified(text)
        elif simplified(text) != text or NUMBER.fullmatch(text):
            values[row] = simplified(text)
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
