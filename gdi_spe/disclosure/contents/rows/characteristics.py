"""Tables of characteristics whose rows differ in kind: counts, shares, and means with spreads.

Each group is a column, as in the first table of a paper; what a row holds stands in its name.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import Column, Table, column_of, plain_name
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE

_STATISTIC = re.compile(
    r"\b(sd|s\.d\.|se|sem|mean|means|median|iqr|average|avg|std|stdev|q[13]|quartile|percentile|p\d{2}|rate|ratio|score"
    r"|standard (deviation|error)|mittelwert|moyenne|media|mediana|keskiarvo|medelvärde|gemiddelde|smd)\b|±",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|\b(percent(age)?|proportion|share|prozent|pourcentage)\b", re.I)
_UNIT = re.compile(
    r"\b(years?|yrs?|kg|kg/m\S*|mmol\S*|mg/\S+|g/\S+|mm ?hg|cm|bpm|u/l|ml\S*|points?)\b|[µμ]\w+",
    re.IGNORECASE,
)
# Names of columns that may be people one by one, as "P01" and "S-102".
_CODED = re.compile(r"[A-Za-z]{0,8}[-_]?\d{1,12}")
_LEAST_CODED = 3
_MOST_ROWS = 100
_MOST_GROUPS = 16
_LONGEST_NAME = 24
_DIGITS = 15


def by_kind_of_row(table: Table) -> Table:
    """Return a table whose columns of groups are divided into counts, shares and other values.

    TRUST: this only happens where a row counts people by its name, and where each row with
    fractions is a mean, spread or share by its name: rows of single people have neither.
    """
    groups = _groups(table)
    if not groups:
        return table
    columns = [part for c in table.columns for part in (_parts(c, table) if c in groups else (c,))]
    return replace(table, columns=tuple(columns))


def is_statistic(label: str) -> bool:
    """Whether a row of this name holds a mean, a spread or another value that counts nobody."""
    return bool(_STATISTIC.search(label))


def _groups(table: Table) -> list[Column]:
    """Return the columns of groups, if rows differ in kind and their names say so."""
    first, *rest = table.columns
    if first.numbers is not None or not rest or not 2 <= table.n_rows <= _MOST_ROWS:
        return []
    groups = [c for c in rest if c.numbers is not None and _may_be_group(c)]
    others = [c for c in rest if c not in groups]
    known = (Role.LABEL, Role.P, Role.STATISTIC)
    if not groups or len(groups) > _MOST_GROUPS or any(role_of(c) not in known for c in others):
        return []
    if sum(bool(_CODED.fullmatch(c.name.strip())) for c in groups) >= _LEAST_CODED:
        return []
    labels = first.texts()
    fractions = [_has_fraction(groups, row) for row in range(table.n_rows)]
    told = [is_statistic(x) or bool(_SHARE.search(x) or _UNIT.search(x)) for x in labels]
    counted = any(_counts(x) and not f for x, f in zip(labels, fractions, strict=True))
    explained = all(t for t, f in zip(told, fractions, strict=True) if f)
    return groups if counted and any(fractions) and explained else []


def _may_be_group(column: Column) -> bool:
    return not column.is_integer and role_of(column) in (Role.PEOPLE, Role.UNKNOWN)


def _has_fraction(groups: list[Column], row: int) -> bool:
    return any("." in column.text(row) for column in groups)


def _counts(label: str) -> bool:
    """Whether a row counts people by its name: "n", "Women", "Current smokers, n"."""
    if is_statistic(label) or _SHARE.search(label.replace("n (%)", "")):
        return False
    return bool(re.search(r"\bn\b|\bno\.", label, re.I) or PEOPLE.fullmatch(plain_name(label)))


def _parts(column: Column, table: Table) -> Iterator[Column]:
    """Yield the counts, the shares and the other values of one group."""
    labels, texts = table.columns[0].texts(), column.texts()
    sorts: dict[str, list[str]] = {
        s: [""] * len(texts) for s in ("n_individuals", "percent", "mean")
    }
    for row, (label, text) in enumerate(zip(labels, texts, strict=True)):
        sorts[_sort(label, _has_fraction(_columns_of_numbers(table), row))][row] = text
    name = re.sub(r"\W+", "_", column.name).strip("_")[:_LONGEST_NAME]
    for sort, cells in sorts.items():
        if any(cells):
            part = column_of(f"{sort}_{name}", pa.array(cells), _DIGITS)
            part.is_part = True
            yield part


def _columns_of_numbers(table: Table) -> list[Column]:
    return [c for c in table.columns[1:] if c.numbers is not None and _may_be_group(c)]


def _sort(label: str, has_fraction: bool) -> str:
    """Say what a row holds; whole numbers are counts, whatever else the row is called."""
    if not has_fraction:
        return "n_individuals"
    return "percent" if _SHARE.search(label) and not is_statistic(label) else "mean"
