"""Tables that are typed into code: lists of one length side by side, and counts of people by name."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE, PERSON_COLUMN, TRAIT
from gdi_spe.disclosure.forms.tabular.cells import named_table

_ITEM = r"(?:-?[\d.]+(?:[eE][-+]?\d+)?|\"[^\"\n]{0,60}\"|'[^'\n]{0,60}'|NA|None|np\.nan)"
_COLUMN = re.compile(
    r"[\"']?\b(?P<name>[A-Za-z_][\w .%-]{0,40})[\"']?\s*(?:=|:|<-)\s*(?:np\.array\(|pd\.Series\(|list\()?(?:c\s*\(|\[|\()\s*"
    rf"(?P<items>(?:{_ITEM}\s*,\s*){{1,2000}}{_ITEM})\s*,?\s*[\])]\)?"
)
_EACH = re.compile(_ITEM)
_BETWEEN = re.compile(r"[\s,;]*")
_LEAST_COLUMNS = 2
# Numbers of code that are of people: "n" and "size" alone set something.
_OF_PEOPLE = re.compile(
    r"\b(carriers?|patients?|participants?|people|persons?|individuals?|cases|controls|deaths|died|events|hom\w*|het\w*|probands?|affected|women|men|males?|females?|subjects|donors|famil\w+)\b",
    re.IGNORECASE,
)
_LEAST_SET = re.compile(r"\b(min|minimum|least|max|threshold|at_least|mac)\b", re.IGNORECASE)


def typed_tables(path: str, text: str, digits: int) -> list[Table]:
    """Return the tables of people that are typed into code, column by column."""
    tables: list[Table] = []
    for columns in _side_by_side(text):
        names = [name for name, _ in columns]
        if not any(map(_is_of_people, names)):
            continue
        rows = list(zip(*(items for _, items in columns), strict=True))
        tables.append(named_table(f"{path}.typed[{len(tables) + 1}]", names, rows, digits))
    return tables


def _is_of_people(name: str) -> bool:
    plain = re.sub(r"\W+", "_", name.strip()).lower()
    return any(kind.fullmatch(plain) for kind in (PEOPLE, TRAIT, PERSON_COLUMN))


def _side_by_side(text: str) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield lists of one length that follow each other, with their names."""
    columns: list[tuple[str, list[str]]] = []
    end = 0
    for found in _COLUMN.finditer(text):
        items = [each.strip("\"'") for each in _EACH.findall(found["items"])]
        follows = _BETWEEN.fullmatch(text[end : found.start()]) is not None
        if columns and not (follows and len(items) == len(columns[0][1])):
            if len(columns) >= _LEAST_COLUMNS:
                yield columns
            columns = []
        columns.append((found["name"].strip(), items))
        end = found.end()
    if len(columns) >= _LEAST_COLUMNS:
        yield columns


def of_people(quoted: Table) -> Table | None:
    """Return of numbers that code names those that are of people, and that nobody chose."""
    kept = tuple(
        column for column in quoted.columns
        if _OF_PEOPLE.search(name := column.name.replace("_", " ")) and not _LEAST_SET.search(name)
    )  # fmt: skip
    return replace(quoted, columns=kept) if kept else None
