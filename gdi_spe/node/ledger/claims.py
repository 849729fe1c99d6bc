"""Recompute from the cohort what a side-car claims of a table: who stands behind each number.

A table of counts names the columns of the cohort's individuals that its labels are of, and the
values that everybody in it has. The node counts again; what it counts is the set that the ledger
remembers, and a number that differs from it is a finding.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.roles import Role, role_of
from gdi_spe.disclosure.table import Column, column_of
from gdi_spe.node.ledger.differencing import QuerySet

_DIGITS = 15
_MOST_ROWS = 1000
# To what counts are rounded, the finest first: a coarser one would promise more than there is.
_STEPS = (2, 3, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True)
class Recount:
    """The sets behind a table's numbers; ``differs`` names rows that were counted otherwise."""

    sets: tuple[QuerySet, ...]
    differs: tuple[str, ...] = ()
    why_not: str = ""


def recount(name: str, canonical: bytes, side_car: SideCar, individuals: pa.Table) -> Recount:
    """Count again what a table says, by the columns and values that its side-car names."""
    if not side_car.by and not side_car.where:
        return Recount((), why_not="nothing says which people its numbers are of")
    known = set(individuals.column_names)
    unknown = [each for each in (*side_car.by, *side_car.where) if each not in known]
    if unknown:
        return Recount((), why_not=f"individuals have no column {unknown[0]!r}")
    table = _read(canonical)
    if table is None:
        return Recount((), why_not="the table cannot be read")
    return _recounted(name, table, side_car, individuals)


def _read(canonical: bytes) -> dict[str, Column] | None:
    text = canonical.decode("utf-8", errors="replace")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(rows) < 2 or len(rows) > _MOST_ROWS or len({len(row) for row in rows}) != 1:
        return None
    header, *body = rows
    return {
        name: column_of(name, pa.array([row[i] for row in body]), _DIGITS)
        for i, name in enumerate(header)
    }


def _recounted(
    name: str, table: Mapping[str, Column], side_car: SideCar, individuals: pa.Table
) -> Recount:
    base = _mask(individuals, side_car.where)
    counted = next((c for c in table.values() if role_of(c) is Role.PEOPLE), None)
    missing = [each for each in side_car.by if each not in table]
    if missing:
        return Recount((), why_not=f"the table has no column {missing[0]!r}")
    labels = [table[each].texts() for each in side_car.by]
    n_rows = next(iter(table.values())).n_rows
    masks, names = [], []
    for row in range(n_rows):
        values = {by: cells[row] for by, cells in zip(side_car.by, labels, strict=True)}
        masks.append(base & _mask(individuals, values))
        names.append(f"{name}[{', '.join(values.values()) or row + 1}]")
    counts = np.array([mask.sum() for mask in masks], dtype=np.float64)
    if counted is None or counted.numbers is None:
        return Recount(tuple(map(QuerySet.of, names, masks)))
    told = counted.numbers
    only_counts = set(table) == {*side_car.by, counted.name}
    step = rounding_of(told, counts) if only_counts else 0
    if step:
        sets = [
            QuerySet.of(label, mask, step, int(number))
            for label, mask, number in zip(names, masks, told.tolist(), strict=True)
        ]
        return Recount(tuple(sets))
    other = np.isfinite(told) & (np.trunc(told) != counts)
    differs = tuple(label for label, is_other in zip(names, other, strict=True) if is_other)
    return Recount(tuple(map(QuerySet.of, names, masks)), differs)


def rounding_of(told: NDArray[np.float64], counts: NDArray[np.float64]) -> int:
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


def _mask(individuals: pa.Table, where: Mapping[str, str]) -> NDArray[np.bool_]:
    """Return who has every one of these values."""
    mask = np.ones(individuals.num_rows, dtype=bool)
    for name, value in where.items():
        cells = np.array(
            individuals[name].cast(pa.string()).fill_null("").to_pylist(), dtype=object
        )
        mask &= cells == value
    return mask


def read_individuals(folder: Path) -> pa.Table:
    """Read the individuals of a cohort's folder, plain columns only."""
    read = pq.read_table(folder / "individuals.parquet")
    plain = [
        f.name for f in read.schema
        if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
        or pa.types.is_integer(f.type) or pa.types.is_boolean(f.type)
    ]  # fmt: skip
    return read.select(plain)


def families_of(individuals: pa.Table) -> NDArray[np.int64] | None:
    """Return each person's family, where the cohort knows it."""
    names: Sequence[str] = ("family_id", "pedigree_id", "family")
    name = next((each for each in names if each in individuals.column_names), None)
    if name is None:
        return None
    cells = individuals[name].cast(pa.string()).to_pylist()
    # Whoever has no family on record is a family of their own.
    told = [cell if cell else f"\0{place}" for place, cell in enumerate(cells)]
    return np.unique(np.array(told, dtype=object), return_inverse=True)[1].astype(np.int64)
