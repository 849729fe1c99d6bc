"""Recompute from the cohort what a side-car claims of a file: who stands behind each number.

A file names the columns of the cohort's individuals that its labels are of, the values that
everybody in it has, and the condition that selected them. The node counts again; what it counts is
the set that the ledger remembers, and a number that differs from it is a finding.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import Column, column_of
from gdi_spe.node.ledger.cohort import Cohort, NotAsked

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

_DIGITS = 15
_MOST_ROWS = 1000
# Labels of a row or column that sums all others.
_MARGINS = {"all", "total", "sum", "overall", "margin", "margins"}
# To what counts are rounded, the finest first: a coarser one would promise more than there is.
_STEPS = (2, 3, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True)
class Cell:
    """One number of a table: its name, whose it is, and how many people it says, if it does."""

    name: str
    where: str
    mask: Mask
    told: float = np.nan
    # Whether something else is told of these people: a mean, a share.
    has_more: bool = False

    @property
    def is_told(self) -> bool:
        """Whether anything is told of these people: a hidden cell tells nothing."""
        return self.has_more or bool(np.isfinite(self.told))


@dataclass(frozen=True)
class Recount:
    """The cells of a file; ``step`` is to what its counts are rounded.

    ``differs`` names numbers that were counted otherwise; ``why_not`` says why nothing was.
    """

    cells: tuple[Cell, ...] = ()
    step: int = 0
    differs: tuple[str, ...] = ()
    why_not: str = ""


def recount(name: str, table: bytes | None, side_car: SideCar, cohort: Cohort) -> Recount:
    """Count again what a file says, by what its side-car names.

    Parameters
    ----------
    name
        The file's name.
    table
        Its table as CSV or TSV; None where it has none.
    side_car
        What is declared of it.
    cohort
        Whose people are counted.
    """
    if not (side_car.by or side_car.where or side_car.selection):
        return Recount(why_not="nothing says which people its numbers are of")
    try:
        base = cohort.those(side_car.where) & cohort.selected(side_car.selection)
        read = _read(table) if table is not None else None
        cells = tuple(_cells(name, read, side_car, cohort, base))
    except NotAsked as error:
        return Recount(why_not=str(error))
    told = _total(name, side_car, base)
    found = _compared(cells) if read is not None else Recount(cells)
    return Recount(found.cells, found.step, (*told, *found.differs))


def _total(name: str, side_car: SideCar, base: Mask) -> Iterator[str]:
    """Compare the number of people that is declared with that of those selected."""
    n, counted = side_car.n_individuals, int(base.sum())
    if n is not None and n != counted:
        # TRUST: what is declared is never used for what is counted; it is compared and told.
        yield f"{name}: {n:,} people are declared, {counted:,} counted"


def _read(table: bytes) -> dict[str, Column]:
    text = table.decode("utf-8", errors="replace")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(rows) < 2 or len({len(row) for row in rows}) != 1:
        raise NotAsked("the table cannot be read")
    if len(rows) > _MOST_ROWS + 1:
        raise NotAsked(f"the table has more than {_MOST_ROWS:,} rows")
    header, *body = rows
    return {
        name: column_of(name, pa.array([row[i] for row in body]), _DIGITS)
        for i, name in enumerate(header)
    }


def _cells(
    name: str, table: Mapping[str, Column] | None, side_car: SideCar, cohort: Cohort, base: Mask
) -> Iterator[Cell]:
    """Yield each number of the file, or all its people where they are one group."""
    fixed = {**side_car.where, "": json.dumps(side_car.selection, sort_keys=True)}
    if table is None or not side_car.by:
        n = side_car.n_individuals
        told = float(n) if n is not None else np.nan
        yield Cell(f"{name}[all]", _words(cohort, fixed), base, told, has_more=True)
        return
    across = [each for each in side_car.by if each not in table]
    if len(across) > 1 or (across and not _is_across(table, across[0], side_car, cohort)):
        raise NotAsked(f"the table has no column {across[0]!r}")
    along = [each for each in side_car.by if each in table]
    labels = [table[each].texts() for each in along]
    n_rows = next(iter(table.values())).n_rows
    for row in range(n_rows):
        values = {by: cells[row] for by, cells in zip(along, labels, strict=True)}
        if across:
            rest = [c for column, c in table.items() if column not in along]
            for column in rest:
                of_cell = {**values, across[0]: column.name}
                yield _cell(name, of_cell, fixed, cohort, base, (_number(column, row), False))
        else:
            yield _cell(name, values, fixed, cohort, base, _row(table, along, row))


def _is_across(
    table: Mapping[str, Column], by: str, side_car: SideCar, cohort: Cohort
) -> bool:  # fmt: skip
    """Whether the names of a table's columns are values of this column of the individuals."""
    names = [name for name in table if name not in side_car.by]
    values = cohort.values(by)
    return bool(names) and all(n in values or n.casefold() in _MARGINS for n in names)


def _row(table: Mapping[str, Column], along: Sequence[str], row: int) -> tuple[float, bool]:
    """Return how many people a row says it is of, and whether it tells anything else."""
    told, has_more = np.nan, False
    for name, column in table.items():
        if name in along:
            continue
        number = _number(column, row)
        if role_of(column) is Role.PEOPLE and not np.isfinite(told):
            told = number
        else:
            has_more = has_more or bool(np.isfinite(number))
    return told, has_more


def _number(column: Column, row: int) -> float:
    """Return the number in a cell; none where it is hidden, also beside others that are."""
    if column.numbers is not None:
        return float(column.numbers[row])
    try:
        return float(column.texts()[row].replace(",", ""))
    except ValueError:
        return np.nan


def _cell(
    name: str, values: Mapping[str, str], fixed: Mapping[str, str], cohort: Cohort, base: Mask,
    told: tuple[float, bool],
) -> Cell:  # fmt: skip
    meant = {
        by: value for by, value in values.items()
        if value in cohort.values(by) or value.casefold() not in _MARGINS
    }  # fmt: skip
    mask = base & cohort.those(meant)
    label = f"{name}[{', '.join(values.values())}]"
    return Cell(label, _words(cohort, {**fixed, **meant}), mask, *told)


def _words(cohort: Cohort, where: Mapping[str, str]) -> str:
    """Name a group of a cohort, the same in each of its versions."""
    return json.dumps([cohort.id, sorted(where.items())], ensure_ascii=False)


def _compared(cells: tuple[Cell, ...]) -> Recount:
    """Compare what is told with what is counted."""
    counts = np.array([cell.mask.sum() for cell in cells], dtype=np.float64)
    told = np.array([cell.told for cell in cells], dtype=np.float64)
    kept = tuple(cell for cell in cells if cell.is_told)
    is_said = np.isfinite(told)
    has_more = any(cell.has_more for cell in cells)
    step = 0 if has_more or not is_said.any() else rounding_of(told[is_said], counts[is_said])
    if step:
        return Recount(kept, step)
    differs = is_said & (np.trunc(told) != counts)
    named = (c.name for c, is_other in zip(cells, differs, strict=True) if is_other)
    return Recount(kept, 0, tuple(named))


def rounding_of(told: Numbers, counts: Numbers) -> int:
    """Return to what step all numbers told are rounded counts, or 0 if they are not.

    Numbers that are all exact are of no step, even if a step divides them.
    """
    # TRUST: whoever reads exact numbers takes them for such; only what differs hides anything.
    if not np.isfinite(told).all() or (told == counts).all():
        return 0
    return next(
        (
            step for step in _STEPS
            if not (told % step).any() and (np.abs(told - counts) <= step / 2).all()
        ), 0,
    )  # fmt: skip
