"""A project may do with data what their conditions of use allow, and a person decides the rest."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts import datasets, definitions, duo, seals
from gdi_spe.node.cohorts.duo import CC, DS, GRU, HMB, NCU, NPOA, NPU, NPUNCU, NRES, POA, Match
from gdi_spe.node.cohorts.selecting import CommitteeNeeded, PurposeNotPermitted

LIST = Path(__file__).parents[4] / "shared" / "data" / "duo" / "duo.csv"
CANCER, MELANOMA, COVID = "MONDO:0004992", "MONDO:0005105", "MONDO:0100096"
IRB = "DUO:0000021"
GIVEN = "{},XX,opt_in,secondary_use,given,2024-01-01,,paper,{}"


def kinds(term: str) -> frozenset[str]:
    return frozenset({CANCER, MELANOMA}) if term == CANCER else frozenset({term})


# Condition of the data, purposes of the project -> what follows.
CASES = [
    (NRES, (), Match.YES),
    (NRES, (POA,), Match.YES),
    (GRU, (), Match.YES),
    (GRU, (POA,), Match.YES),
    (GRU, (CC,), Match.COMMITTEE),
    (HMB, (), Match.NO),
    (HMB, (GRU,), Match.NO),
    (HMB, (HMB,), Match.YES),
    (HMB, (f"{DS}={COVID}",), Match.YES),
    (HMB, (POA,), Match.NO),
    (HMB, (HMB, POA), Match.NO),
    (f"{DS}={CANCER}", (f"{DS}={CANCER}",), Match.YES),
    (f"{DS}={CANCER}", (f"{DS}={MELANOMA}",), Match.YES),
    (f"{DS}={MELANOMA}", (f"{DS}={CANCER}",), Match.NO),
    (f"{DS}={CANCER}", (HMB,), Match.NO),
    (DS, (f"{DS}={CANCER}",), Match.COMMITTEE),
    (POA, (POA,), Match.YES),
    (POA, (HMB,), Match.NO),
    (CC, (HMB,), Match.YES),
    (NPOA, (HMB,), Match.YES),
    (NPOA, (GRU,), Match.NO),
    (NPOA, (GRU, NPOA), Match.YES),
    (NCU, (GRU,), Match.NO),
    (NCU, (GRU, NCU), Match.YES),
    (NCU, (GRU, NPUNCU), Match.YES),
    (NPUNCU, (GRU, NPU), Match.NO),
    (NPUNCU, (GRU, NPU, NCU), Match.YES),
    (IRB, (GRU, IRB), Match.COMMITTEE),
]


@pytest.mark.parametrize(("condition", "purposes", "expected"), CASES)
def test_a_condition_is_met_or_not(
    condition: str, purposes: tuple[str, ...], expected: Match
) -> None:
    assert duo.match(duo.read(condition), duo.purposes_of(purposes), kinds) is expected


def test_every_code_of_duo_is_known_and_no_other() -> None:
    if not LIST.exists():
        pytest.skip("the list of DUO is not on this machine")
    with LIST.open() as file:
        listed = {row["id"] for row in csv.DictReader(file)}

    # The two headings say nothing about use.
    assert set(duo.TERMS) == listed - {"DUO:0000001", "DUO:0000017"}


codes = st.sampled_from(sorted(duo.TERMS)).map(lambda c: f"{DS}={CANCER}" if c == DS else c)


@given(codes, st.lists(codes, max_size=4), codes)
def test_asking_for_more_never_meets_a_condition_that_was_not_met(
    condition: str, purposes: list[str], more: str
) -> None:
    use, asks = duo.read(condition), [p for p in purposes if p in (GRU, HMB, POA, f"{DS}={CANCER}")]
    if not asks or more not in (GRU, HMB, POA, CC):
        return

    before = duo.match(use, duo.purposes_of(purposes), kinds)
    after = duo.match(use, duo.purposes_of([*purposes, more]), kinds)

    assert before is Match.YES or after is not Match.YES


@given(st.lists(codes, max_size=4))
def test_purposes_cover_themselves(purposes: list[str]) -> None:
    own = duo.purposes_of(purposes)

    assert duo.covers(own, own)


@pytest.mark.parametrize(
    "text", ["DUO:00000042", "DUO:0000001", "GRU", "DUO:0000007=nothing", "DUO:0000022=EE,FI", ""]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        duo.read(text)


def test_a_disease_as_purpose_needs_its_name() -> None:
    with pytest.raises(BadInput, match="names no disease"):
        duo.purposes_of([DS])


@pytest.fixture
def four(node: Any) -> Any:
    path = node.vcf(["1 100 . A C . . . GT 0/1 1/1 0/0 0/1"], "ABCD")
    rows = [GIVEN.format(*pair) for pair in zip("ABCD", (GRU, HMB, IRB, ""), strict=True)]
    node.ingest(vcf=(path,), consent=node.consent(*rows))
    return node


def test_a_persons_own_condition_leaves_the_person_out(four: Any) -> None:
    four.define(purposes=(GRU,))

    made = four.materialise()

    assert made.n_individuals == 2
    seal = seals.opened(four.home, made.seal, made.signature)
    assert seal.excluded == {"committee": 1, "purpose": 1}


def test_a_committees_word_brings_the_person_in(four: Any) -> None:
    four.define(purposes=(HMB,))
    before = four.materialise()
    with four.database.write() as session:
        definitions.approve(session, "C1", IRB, "decision 17", before.materialised_at)

    after = four.materialise()

    assert (before.n_individuals, after.n_individuals) == (3, 4)
    assert "cohort.condition-approved" in four.events()


def test_a_datasets_condition_refuses_the_cohort(four: Any) -> None:
    four.define(purposes=(GRU,))
    now = four.define("C2", purposes=(HMB,)).defined_at
    with four.database.write() as session:
        datasets.set_conditions(session, "D1", [HMB], now)

    with pytest.raises(PurposeNotPermitted, match=HMB):
        four.materialise("C1")

    assert four.materialise("C2").n_individuals == 3


def test_a_condition_told_at_ingest_needs_the_committee(node: Any) -> None:
    path = node.vcf(["1 100 . A C . . . GT 0/1"], "A")
    node.ingest(vcf=(path,), duo=(IRB,))
    now = node.define().defined_at

    with pytest.raises(CommitteeNeeded, match="cohort approve"):
        node.materialise()

    with node.database.write() as session:
        definitions.approve(session, "C1", IRB, "decision 17", now)
    assert node.materialise().n_individuals == 1
