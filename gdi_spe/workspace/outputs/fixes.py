"""Mend a file by what the rules asked for: round, suppress, drop metadata, drop rare alleles.

What comes out is checked again like any other file; a mended file earns nothing by being mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.boundary.policy import DisclosurePolicy

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.disclosure.contents.table import Table

_TOTAL = re.compile(r"all|totals?|sum|overall|margins?", re.IGNORECASE)
# Where policy does not round, a fix that was asked for rounds to this.
_ROUND_TO = 5
_COUNTED = "Keep allele_count and allele_number, as allele_frequencies gives them"


def mended(path: Path, how: str, policy: DisclosurePolicy) -> Path:
    """Write a mended copy beside a file and return where it is.

    Parameters
    ----------
    path
        A table as CSV, TSV, Parquet or Excel; any file that can be re-encoded for
        ``drop-metadata``.
    how
        ``round``: counts of people to the policy's step. ``suppress``: small counts, a second
        cell in each row and column that has one, and the totals. ``drop-metadata``: the canonical
        form. ``mac``: variants whose minor allele count is too small are left out.
    policy
        The node's numbers.

    Raises
    ------
    BadInput
        If there is no such fix, or the file is of no form that it can mend.
    """
    from gdi_spe.disclosure.contents.table import Table
    from gdi_spe.disclosure.intake.canonical import canonicalise
    from gdi_spe.disclosure.intake.form import Canonical

    form = canonicalise(path, path.name, policy)
    if not isinstance(form, Canonical):
        raise BadInput(
            f"{path.name} cannot be re-encoded: {form.why}", remedy="Write the table anew as .csv"
        )
    out = path.with_name(f"{path.name.split('.')[0]}.{how}{Path(form.name).suffix}")
    if how == "drop-metadata":
        out.write_bytes(form.data)
        return out
    mend = FIXES.get(how)
    if mend is None:
        raise BadInput(f"there is no fix {shown(how)}", remedy=f"One of {', '.join(NAMES)}")
    tables = [part for part in form.parts if isinstance(part, Table)]
    if len(tables) != 1:
        raise BadInput(
            f"{path.name} is not one table, so it cannot be mended by {how}",
            remedy="Mend each table by itself, or drop-metadata",
        )
    _written(mend(tables[0], policy), out)
    return out


def _written(table: pd.DataFrame, out: Path) -> None:
    if table.empty:
        raise BadInput(
            "nothing would be left of the table", remedy="Count over fewer or larger groups"
        )
    if out.suffix == ".parquet":
        table.to_parquet(out, index=False)
    else:
        table.to_csv(out, index=False, sep="\t" if out.suffix in (".tsv", ".tab") else ",")


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({c.name: c.texts() for c in table.columns}, dtype=object)


def _counts(table: Table) -> list[str]:
    """Return the names of the columns that count people."""
    from gdi_spe.disclosure.contents.roles import Role, cross_table_columns, with_role

    found = with_role(table, Role.PEOPLE) or cross_table_columns(table)
    return [column.name for column in found]


def _rounded(table: Table, policy: DisclosurePolicy) -> pd.DataFrame:
    """Round each count to the step of the policy; small ones become zero or the step."""
    step = policy.counts.round_to or max(_ROUND_TO, policy.counts.minimum)
    frame = _frame(table)
    for name in _counts(table):
        column = table.column_named(name)
        numbers = np.rint(np.asarray(column.numbers) / step) * step
        frame[name] = ["" if np.isnan(n) else str(int(n)) for n in numbers]
    return frame


def _suppressed(table: Table, policy: DisclosurePolicy) -> pd.DataFrame:
    """Hide small counts, and enough others that no sum gives them back; leave the totals out."""
    minimum = policy.counts.minimum
    frame = _frame(table)
    names = [name for name in _counts(table) if not _TOTAL.fullmatch(name)]
    label = frame.columns[0]
    frame = frame[[not _TOTAL.fullmatch(str(cell)) for cell in frame[label]]]
    frame = frame.drop(columns=[name for name in frame.columns if _TOTAL.fullmatch(str(name))])
    numbers = frame[names].apply(lambda c: c.map(lambda cell: float(cell or "nan"))).to_numpy()
    hidden = (numbers > 0) & (numbers < minimum)
    _hide_seconds(numbers, hidden)
    _hide_seconds(numbers.T, hidden.T)
    for place, name in enumerate(names):
        cells = frame[name].to_numpy(dtype=object).copy()
        cells[hidden[:, place]] = "suppressed"
        frame[name] = cells
    return frame


def _hide_seconds(numbers: np.ndarray, hidden: np.ndarray) -> None:
    """Hide the smallest other cell of each row in which a single one is hidden."""
    if numbers.shape[1] < 2:
        return
    for row in np.flatnonzero(hidden.sum(axis=1) == 1):
        open_cells = np.where(hidden[row], np.inf, np.nan_to_num(numbers[row], nan=np.inf))
        hidden[row, int(open_cells.argmin())] = True


def _common(table: Table, policy: DisclosurePolicy) -> pd.DataFrame:
    """Keep the variants of which both alleles were counted often enough."""
    from gdi_spe.disclosure.contents.roles import Role, with_role
    from gdi_spe.disclosure.contents.rows.variants import is_total, minor_allele_counts

    counted = [c for c in with_role(table, Role.PEOPLE) if is_total(c.plain)]
    numbers = with_role(table, Role.ALLELE_NUMBER)
    if counted:
        people = np.asarray(counted[0].numbers)
    elif numbers:
        people = np.asarray(numbers[0].numbers) / 2
    else:
        raise BadInput("no column says how many people a variant was seen in", remedy=_COUNTED)
    counts = minor_allele_counts(table, people)
    if counts is None:
        raise BadInput("no column says how common an allele is", remedy=_COUNTED)
    return _frame(table)[counts >= policy.genomic.minimum_allele_count]


FIXES: dict[str, Callable[[Table, DisclosurePolicy], pd.DataFrame]] = {
    "round": _rounded,
    "suppress": _suppressed,
    "mac": _common,
}
NAMES = ("drop-metadata", *FIXES)
