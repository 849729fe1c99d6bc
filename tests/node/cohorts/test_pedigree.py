"""A pedigree tells of people among themselves, and nothing of others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.pedigree import restricted
from gdi_spe.node.cohorts.phenotypes.putting_together import People
from gdi_spe.store.schemas import PEDIGREE
from tests.node.cohorts.people_from import read, rows, written

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


PED = """# family individual father mother sex affected
F A B C 1 2
F B 0 0 1 1
F C 0 0 2 0
G D X 0 0 0
"""


def _read(tmp_path: Path, text: str, names: str = "ABCD", **sources: Any) -> People:
    path = tmp_path / "family.ped"
    path.write_text(text)
    return read(names, pedigree=path, **sources)


def test_a_pedigree_file_tells_parents_families_and_sexes(tmp_path: Path) -> None:
    people = _read(tmp_path, PED)

    found = [tuple(row[name] for name in NAMES) for row in rows(people, "pedigree")]
    assert found == [("A", "B", "C", "F"), ("B", None, None, "F"), ("C", None, None, "F")]
    assert [r["sex"] for r in rows(people, "individuals")] == ["male", "male", "female", "unknown"]


BROKEN = {
    "a column too few": ("F A B C 1\n", "line 1: 5 columns where a pedigree has six"),
    "a person twice": ("F A 0 0 1 0\nF A 0 0 1 0\n", "line 2: individual 'A' is on line 1"),
    "nobody": ("F 0 0 0 1 0\n", "line 1: 0 is nobody"),
    "an unknown sex": ("F A 0 0 3 0\n", "line 1: sex '3' is none of"),
    "a father who is female": (PED.replace("B 0 0 1", "B 0 0 2"), "the father of 'A', 'B', is fem"),
    "a mother who is male": (PED.replace("C 0 0 2", "C 0 0 1"), "the mother of 'A', 'C', is male"),
    "one parent twice": ("F A B B 1 0\n", "one person as father and as mother"),
    "one's own father": ("F A A 0 1 0\n", "line 1: 'A' descends from itself"),
    "a circle": ("F A B 0 1 0\nF B D 0 1 0\nF D A 0 1 0\n", "'A' descends from itself .and 2 more"),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_pedigree_that_cannot_be_is_refused(why: str, tmp_path: Path) -> None:
    text, told = BROKEN[why]

    with pytest.raises(BadInput, match=f"family.ped, .*{told}|family.ped.*{told}"):
        _read(tmp_path, text)


def test_relatives_of_a_circle_stay(tmp_path: Path) -> None:
    text = "F A B 0 1 0\nF B A 0 1 0\nF C A 0 2 0\nF D 0 C 1 0\n"

    people = _read(tmp_path, text, skip_faulty=True)

    found = {row["individual_id"]: row["father_id"] for row in rows(people, "pedigree")}
    assert found == {"C": "A", "D": None}


def test_a_family_of_phenopackets_gives_a_pedigree(node: Any, packet: Any) -> None:
    persons = [
        {"familyId": "F", "individualId": "A", "paternalId": "B", "maternalId": "0", "sex": "MALE"},
        {"familyId": "F", "individualId": "B", "paternalId": "0", "maternalId": "0", "sex": "MALE"},
    ]
    family = {
        "id": "F",
        "proband": packet("A"),
        "relatives": [packet("B")],
        "pedigree": {"persons": persons},
    }

    people = read("AB", phenopackets=written(node.files, family))

    found = [tuple(row[name] for name in NAMES) for row in rows(people, "pedigree")]
    assert found == [("A", "B", None, "F"), ("B", None, None, "F")]


def test_sources_that_differ_in_a_parent_name_none(node: Any, tmp_path: Path) -> None:
    table = node.table("pedigree", "individual_id father_id family_id\nA C F\nB - F\n")
    (table / "pedigree.tsv").write_text("individual_id\tfather_id\tfamily_id\nA\tC\tF\nB\t\tF\n")

    people = _read(tmp_path, "F A B 0 1 0\n", tables=table)

    assert rows(people, "pedigree")[0]["father_id"] is None
    assert "the sources differ in father_id" in people.findings.contradictions.counts
