"""Present, excluded and not recorded are three things; a contradiction is the third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.node.cohorts.phenotypes.agreement import believed
from gdi_spe.node.cohorts.phenotypes.findings import Findings
from gdi_spe.store.schemas import PHENOTYPIC_FEATURES
from tests.node.cohorts.people_from import read, rows

STATUSES = st.sampled_from(("present", "excluded"))
ROWS = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from(("HP:0000508", "HP:0001250")),
        STATUSES,
        st.none() | st.sampled_from(("P1Y", "P2Y")),
    )
)


def _table(told: list[tuple[Any, ...]]) -> pa.Table:
    names = ("individual_id", "term", "status", "onset_age")
    made = [{**dict(zip(names, row, strict=True)), "label": "x"} for row in told]
    return pa.Table.from_pylist(made, schema=PHENOTYPIC_FEATURES)


def _feature(status: str, **onset: Any) -> dict[str, Any]:
    kind = {"type": {"id": "HP:0000508", "label": "Ptosis"}, "excluded": status == "excluded"}
    return {**kind, **({"onset": onset} if onset else {})}


def test_excluded_is_a_row_and_not_recorded_is_none(node: Any, packet: Any) -> None:
    folder = node.packets(
        packet("A", phenotypicFeatures=[_feature("present")]),
        packet("B", phenotypicFeatures=[_feature("excluded")]),
        packet("C", phenotypicFeatures=[]),
    )

    found = rows(read("ABC", phenopackets=folder), "phenotypic_features")

    assert [(r["individual_id"], r["status"]) for r in found] == [
        ("A", "present"),
        ("B", "excluded"),
    ]


def test_present_and_excluded_at_once_is_not_recorded_and_told(node: Any, packet: Any) -> None:
    both = [_feature("present"), _feature("excluded")]

    people = read("A", phenopackets=node.packets(packet("A", phenotypicFeatures=both)))

    assert rows(people, "phenotypic_features") == []
    told = people.findings.contradictions.examples
    assert list(told.values()) == [["A HP:0000508"]]


def test_absent_then_and_there_now_are_both_kept(node: Any, packet: Any) -> None:
    both = [
        _feature("excluded", age={"iso8601duration": "P1Y"}),
        _feature("present", age={"iso8601duration": "P5Y"}),
    ]

    people = read("A", phenopackets=node.packets(packet("A", phenotypicFeatures=both)))

    assert len(rows(people, "phenotypic_features")) == 2


def test_sources_contradict_each_other_as_records_do(
    node: Any, packet: Any, tmp_path: Path
) -> None:
    folder = node.packets(packet("A", phenotypicFeatures=[_feature("present")]))
    text = "individual_id term label status\nA HP:0000508 Ptosis excluded\n"
    table = node.table("phenotypic_features", text)

    people = read("A", phenopackets=folder, tables=table)

    assert rows(people, "phenotypic_features") == []


@given(ROWS)
def test_what_is_kept_never_contradicts_itself(told: list[tuple[Any, ...]]) -> None:
    kept = believed(_table(told), "phenotypic_features", Findings()).to_pylist()

    for row in kept:
        opposite = [
            other
            for other in kept
            if (other["individual_id"], other["term"]) == (row["individual_id"], row["term"])
            and other["status"] != row["status"]
        ]
        ages = {other["onset_age"] for other in opposite}
        assert not ages & {row["onset_age"], None}
        assert not opposite or row["onset_age"] is not None


@given(ROWS)
def test_what_nobody_contradicts_is_kept_once(told: list[tuple[Any, ...]]) -> None:
    kept = believed(_table(told), "phenotypic_features", Findings()).to_pylist()

    found = [(r["individual_id"], r["term"], r["status"], r["onset_age"]) for r in kept]
    assert len(found) == len(set(found))
    for row in set(told):
        statuses = {other[2] for other in told if other[:2] == row[:2]}
        assert len(statuses) == 2 or row in found
