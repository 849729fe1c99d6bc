"""Tables of software: packages with their versions, as pip, conda and R list them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.prose import doubts
from gdi_spe.disclosure.shapes.shape import Objections, Shape

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_NAMED = re.compile(r"packages?|library|libraries|module|software|tool|program|name|dependency")
_PACKAGE = re.compile(r"[A-Za-z_][A-Za-z0-9._+-]{0,40}( [A-Za-z0-9.]{1,12}){0,2}")
_VERSIONED = re.compile(r"(loaded|installed|latest)?_?version")
_VERSION = re.compile(
    r"[vr]?\d{1,4}([._-](\d{1,8}[a-z]{0,3}\d{0,4}|[a-z]{1,4}\d{0,4}))*[a-z]{0,2}\d{0,4}"
)
_BESIDE = re.compile(
    r"build|channel|source|location|editable_project_location|licen[cs]e|priority|repository|type|purpose|use"
)
_MOST_PACKAGES = 1000


def _columns(table: Table) -> tuple[Column | None, Column | None]:
    """Return the names of packages and their versions."""
    versions = [c for c in table.columns if _VERSIONED.fullmatch(c.plain)]
    names = [c for c in table.columns if _NAMED.fullmatch(c.plain) and c.numbers is None]
    return (names[0] if names else None), (versions[0] if versions else None)


def is_software(table: Table) -> bool:
    """Whether rows are packages with versions, whatever stands beside them."""
    names, versions = _columns(table)
    if names is None or versions is None:
        return False
    pointed = sum(cell.count(".") > 1 for cell in versions.cells) >= len(versions.cells) / 2
    return (
        pointed
        and all(map(_PACKAGE.fullmatch, names.cells))
        and all(cell[:1].isdigit() for cell in versions.cells)
    )


def _fits(table: Table, judging: Judging) -> bool:
    names, versions = _columns(table)
    return names is not None and versions is not None


def _packages(table: Table, judging: Judging) -> Objections:
    """Object to rows that need not be packages: versions have several numbers."""
    names, versions = _columns(table)
    assert names is not None  # noqa: S101  # it fits
    assert versions is not None  # noqa: S101  # it fits
    if not all(map(_PACKAGE.fullmatch, names.cells)) or distinct_rows([names]) != table.n_rows:
        yield "Its names need not be those of packages."
    if not all(map(_VERSION.fullmatch, versions.cells)) or table.n_rows > _MOST_PACKAGES:
        yield "Its versions need not be such."
    # TRUST: a value of somebody has one point at most; versions mostly have two.
    if sum(cell.count(".") > 1 for cell in versions.cells) < len(versions.cells) / 2:
        yield "Its versions are numbers that may be of something else."
    for column in table.columns:
        if column in (names, versions):
            continue
        if not _BESIDE.fullmatch(column.plain) or column.numbers is not None:
            yield f"The column “{column.name}” does not belong to software."
        else:
            yield from _words(column)


def _words(column: Column) -> Objections:
    yield from doubts(". ".join(column.cells), is_alone=False)


SHAPES = (Shape("versions of software", _fits, _packages),)
