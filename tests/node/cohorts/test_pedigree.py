"""A pedigree tells of people among themselves, and nothing of others."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.node.cohorts.pedigree import restricted
from gdi_spe.store.schemas import PEDIGREE

Row = tuple[str, str | None, str | None, str | None]
NAMES = ("individual_id", "father_id", "mother_id", "family_id")
PEOPLE = st.sampled_from("ABCDEF")
ROWS = st.lists(
    st.tuples(
        PEOPLE, st.none() | PEOPLE, st.none() | PEOPLE, st.none() | st.sampled_from(("F1", "F2"))
    ),
    unique_by=lambda row: row[0],
)


def _table(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in rows], PEDIGREE)


def _rows(table: pa.Table) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in NAMES) for row in table.to_pylist()]


def test_a_parent_outside_is_not_named_and_a_family_of_one_is_none() -> None:
    table = _table([("A", "B", "C", "F1"), ("B", None, None, "F1"), ("D", "E", None, "F2")])

    found = restricted(table, {"A", "B", "D"})

    assert _rows(found) == [("A", "B", None, "F1"), ("B", None, None, "F1")]


@given(ROWS, st.sets(PEOPLE))
def test_a_restricted_pedigree_names_only_people_inside(rows: list[Row], people: set[str]) -> None:
    found = restricted(_table(rows), people)

    named = {x for row in _rows(found) for x in row[:3] if x is not None}
    assert named <= people
    families = [row[3] for row in _rows(found) if row[3] is not None]
    assert all(families.count(family) > 1 for family in families)


@given(ROWS, st.sets(PEOPLE))
def test_people_outside_leave_no_trace_in_a_pedigree(rows: list[Row], people: set[str]) -> None:
    without = [row for row in rows if row[0] in people]

    assert restricted(_table(rows), people).equals(restricted(_table(without), people))


@given(ROWS, st.sets(PEOPLE))
def test_restricting_twice_is_restricting_once(rows: list[Row], people: set[str]) -> None:
    once = restricted(_table(rows), people)

    assert restricted(once, people).equals(once)
    assert once.schema.equals(PEDIGREE)
