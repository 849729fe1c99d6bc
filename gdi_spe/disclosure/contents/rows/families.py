"""Whether rows are a family: who they are, their parents among them, and their sex."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from gdi_spe.disclosure.contents.table import Column, Table

_NOBODY = {"0", "", "NA", "."}
_LEAST = 3
_MOST_ROWS = 5_000
_MOST_COLUMNS = 40
# More columns that seem to name rows are numbers that happen to be as small.
_MOST_PARENTS = 6
_ALIKE = 0.8


def is_family(table: Table) -> bool:
    """Whether a column names rows whose parents two others name, fathers of one sex, mothers not.

    No name of a column is asked: files for linkage have none, and their order may be any.
    """
    if not _LEAST <= table.n_rows <= _MOST_ROWS or len(table.columns) > _MOST_COLUMNS:
        return False
    for people in table.columns:
        if people.n_distinct != table.n_rows or people.n_missing:
            continue
        names = people.texts()
        parents = [
            texts for c in table.columns if c is not people and (texts := _parents(c, set(names)))
        ]
        if len(parents) > _MOST_PARENTS:
            continue
        for father, mother in permutations(parents, 2):
            if any(_tells(sex, names, father, mother) for sex in _sexes(table)):
                return True
    return False


def _parents(column: Column, names: set[str]) -> list[str]:
    """Return the cells of a column that names rows of the table, or nobody; else none."""
    texts = column.texts()
    named = set(texts)
    founded = bool(named & _NOBODY)
    return texts if founded and named - _NOBODY and named <= names | _NOBODY else []


def _sexes(table: Table) -> Iterator[list[str]]:
    for column in table.columns:
        if column.n_distinct in (2, 3):
            yield column.texts()


def _tells(sex: list[str], names: list[str], father: list[str], mother: list[str]) -> bool:
    """Whether fathers have one value, mothers another, and nobody has one parent twice."""
    of = dict(zip(names, sex, strict=True))
    pairs = [(f, m) for f, m in zip(father, mother, strict=True) if f in of and m in of]
    if any(f == m for f, m in pairs) or not pairs:
        return False
    # Who has one parent in the family has the other there as well, but for a few.
    both = sum((f in of) == (m in of) for f, m in zip(father, mother, strict=True))
    if both < _ALIKE * len(names):
        return False
    # A row is nobody's own parent.
    if any(n in (f, m) for n, f, m in zip(names, father, mother, strict=True)):
        return False
    fathers, mothers = {of[f] for f, _ in pairs}, {of[m] for _, m in pairs}
    return len(fathers) == len(mothers) == 1 and fathers != mothers
