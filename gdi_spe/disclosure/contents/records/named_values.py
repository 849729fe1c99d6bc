"""Lists of a name and its value in two columns, as reports have them."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import Table, column_of

_DIGITS = 15
_MOST = 60
_NAMED = re.compile(
    r"metrics?|statistics?|measures?|parameters?|items?|summary|quantity|field", re.IGNORECASE
)
_VALUES = re.compile(r"values?|results?", re.IGNORECASE)


def with_values_by_name(table: Table) -> Table:
    """Return one row with a column for each name, if all are known: each is held to its own."""
    if len(table.columns) != 2 or not 1 < table.n_rows <= _MOST:
        return table
    first, second = table.columns
    named = _NAMED.fullmatch(first.plain) and _VALUES.fullmatch(second.plain)
    if not named or first.numbers is not None or second.numbers is None:
        return table
    names = first.texts()
    turned = [column_of(name, pa.array([second.text(i)]), _DIGITS) for i, name in enumerate(names)]
    unknown = any(role_of(c) in (Role.UNKNOWN, Role.LABEL) for c in turned)
    if unknown or len(set(names)) < len(names):
        return table
    return replace(table, columns=tuple(turned))
