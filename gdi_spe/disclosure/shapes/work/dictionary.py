"""Data dictionaries: one row a variable, with what it means, its type, its unit and its codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.prose import doubts
from gdi_spe.disclosure.contents.words.vocabulary import person_numbers
from gdi_spe.disclosure.shapes.shape import Objections, Shape

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_NAME = re.compile(r"(variable|field|column|item|feature)(_?(name|id))?|var(_name)?|name|element")
_MEANING = re.compile(
    r"((variable|field|column)_)?(label|description|definition|meaning|question(_text)?|title|explanation)"
)
_KIND = re.compile(r"((data|variable|field|value)_?)?(type|class|format|scale|storage)(_\w{1,8})?")
_BESIDE = re.compile(
    r"units?|codes?|coding|values?(_labels)?|levels?|categories|categor(y|ies)|choices|options|allowed(_values)?|ontology|vocabulary|term|domain"
    r"|table|dataset|source|instrument|section|group|module|notes?|comments?|remarks?|required|missing(_codes?)?|((permitted|allowed|valid|possible)_?)?(values?|range)|ranges?|code_?lists?|unit_of_measure|format|derivation|derived_from|reference|example",
)
_CODES = re.compile(
    r"((permitted|allowed|valid|possible)_?)?(values?|codes?|levels|categories|coding|value_labels|choices|options)"
)
_CODE = re.compile(r"(?:^|(?<=[;,|/(])\s*)\d{1,2}(?:\s*+[=:.-])?\s++(?=[A-Za-z])")
_TYPES = re.compile(
    r"int(eger)?\d{0,2}|num(eric|ber)?|decimal|float\d{0,2}|double|real|code[ds]?|categor\w*|factor|nominal|ordinal|binary|bool(ean)?|logical"
    r"|char(acter)?|str(ing)?|text|date(time)?|timestamp|time|continuous|count|object|flag|enum|labelled|(varchar|char)\(\d{1,4}\)|byte|long|quantitative|qualitative",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,40}")
_SERIES = re.compile(r"[A-Za-z]{1,6}[-_]?\d{2,}")
_MOST_VARIABLES = 1000


def _first(table: Table, pattern: re.Pattern[str]) -> Column | None:
    return next((c for c in table.columns if pattern.fullmatch(c.plain)), None)


def _read(column: Column) -> list[str]:
    """Return cells as words, without codes before what they mean, as in "2 other death"."""
    if not _CODES.fullmatch(column.plain):
        return column.texts()
    return [_CODE.sub(" ", cell) for cell in column.texts()]


def _fits(table: Table, judging: Judging) -> bool:
    known = (_NAME, _MEANING, _KIND, _BESIDE)
    return (
        _first(table, _NAME) is not None
        and _first(table, _MEANING) is not None
        and all(any(p.fullmatch(c.plain) for p in known) for c in table.columns)
        and all(c.numbers is None or not c.n_distinct for c in table.columns)
    )


def _dictionary(table: Table, judging: Judging) -> Objections:
    """Object to rows that need not be variables: by their names, their types or their words."""
    names, kinds = _first(table, _NAME), _first(table, _KIND)
    assert names is not None  # noqa: S101  # it fits
    cells = names.texts()
    if not all(map(_IDENTIFIER.fullmatch, cells)) or len(set(cells)) != len(cells):
        yield "Its names need not be those of variables."
    # TRUST: people are numbered in a series; few variables are.
    if sum(bool(_SERIES.fullmatch(c) or person_numbers(c)) for c in cells) > len(cells) / 3:
        yield "Its names are a series, as people are numbered in."
    if kinds is None or not all(_TYPES.fullmatch(cell) for cell in kinds.cells if cell):
        yield "Not every variable has a type that is known."
    if table.n_rows > _MOST_VARIABLES:
        yield f"It has {table.n_rows:,} rows."
    rows = zip(*(_read(c) for c in table.columns if c is not names), strict=True)
    told = "\n".join(". ".join(filter(None, row)) for row in rows)
    yield from doubts(told, is_alone=False)


SHAPES = (Shape("data dictionary", _fits, _dictionary),)
