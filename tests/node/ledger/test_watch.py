"""The node counts again what a side-car claims, and asks the ledger before anything leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.bounds import NotBounded
from gdi_spe.node.ledger.memory import Ledger
from gdi_spe.node.ledger.watch import Claimed, Watch

N = 600
PICK = np.random.default_rng(3)
SEX = PICK.choice(["F", "M"], N)
SITE = PICK.choice(["A", "B", "C"], N)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    table = pa.table({"individual_id": [f"I{i}" for i in range(N)], "sex": SEX, "site": SITE})
    pq.write_table(table, tmp_path / "individuals.parquet")
    return Watch(Ledger(tmp_path), tmp_path)


def table(by: str, values: np.ndarray, kept: np.ndarray, shift: int = 0) -> bytes:
    rows = [f"{v},{int((kept & (values == v)).sum()) + shift}" for v in np.unique(values)]
    return "\n".join([f"{by},n_individuals", *rows, ""]).encode()


def claimed(name: str, by: str, values: np.ndarray, shift: int = 0, **where: str) -> Claimed:
    kept = np.ones(N, dtype=bool)
    for column, value in where.items():
        kept &= {"sex": SEX, "site": SITE, "individual_id": np.array([f"I{i}" for i in range(N)])}[
            column
        ] == value
    return Claimed(name, table(by, values, kept, shift), SideCar(by=(by,), where=where))


def test_a_table_that_the_node_counts_alike_has_no_finding(watch):
    found = watch.findings([claimed("t.csv", "site", SITE)], 10)

    assert found == {"t.csv": []}


def test_numbers_that_the_node_counts_otherwise_are_told(watch):
    found = watch.findings([claimed("t.csv", "site", SITE, shift=3)], 10)["t.csv"]

    assert [(f.rule, f.severity) for f in found] == [("DIF302", Verdict.REVIEW)]
    assert found[0].evidence["n_rows"] == 3


def test_what_was_released_is_remembered_and_its_difference_is_blocked(watch):
    everybody = claimed("all.csv", "site", SITE)
    women = claimed("women.csv", "site", SITE, sex="F")
    # All but three of the women of site A, by another name of the same people.
    few = np.flatnonzero((SEX == "F") & (SITE == "A"))[:3]
    group = np.where(np.isin(np.arange(N), few), "x", SITE)
    read = pq.read_table(watch.folder / "individuals.parquet")
    pq.write_table(
        read.append_column("group", pa.array(group)), watch.folder / "individuals.parquet"
    )
    watch.prepare("r1", [everybody, women])

    before = watch.findings([claimed("t.csv", "group", np.where(group == "x", "C", group))], 10)
    watch.ledger.settle("r1")
    asked = Claimed("t.csv", b"group,n_individuals\nA,100\n", SideCar(by=("group",)))
    after = watch.findings([asked], 10)["t.csv"]

    assert not [f for f in before["t.csv"] if f.rule == "DIF301"]
    assert {f.severity for f in after if f.rule == "DIF301"} == {Verdict.BLOCK}


def test_a_table_that_claims_nothing_is_left_to_the_other_checks(watch):
    asked = Claimed("t.csv", b"site,n\nA,100\n", SideCar())

    assert watch.findings([asked], 10) == {"t.csv": []}
    assert watch.prepare("r1", [asked]) == 0


def test_a_table_rounded_by_a_step_is_no_miscount_and_is_kept_as_rounded(watch):
    asked = rounded_table(5)

    assert watch.findings([asked], 10) == {"t.csv": []}
    watch.prepare("r1", [asked])
    watch.ledger.settle("r1")
    kept = watch.ledger.recall(watch._name(), N)
    assert {each.step for each in kept} == {5}


def test_exact_sums_beside_rounded_counts_leave_nothing_rounded(watch):
    plain = rounded_table(5)
    lines = plain.canonical.decode().splitlines()
    with_sums = "\n".join(
        [f"{lines[0]},mean_age", *(f"{line},{40 + i}" for i, line in enumerate(lines[1:]))]
    )

    found = watch.findings([Claimed("t.csv", with_sums.encode(), plain.side_car)], 10)["t.csv"]

    assert [each.rule for each in found] == ["DIF302"]


def test_two_requests_that_wait_are_compared_with_each_other(watch):
    read = pq.read_table(watch.folder / "individuals.parquet")
    others = np.where(np.arange(N) == np.flatnonzero(SITE == "A")[0], "x", SITE)
    pq.write_table(
        read.append_column("group", pa.array(others)), watch.folder / "individuals.parquet"
    )
    watch.prepare("first", [claimed("all.csv", "site", SITE)])
    asked = Claimed("t.csv", b"group,n_individuals\nA,100\n", SideCar(by=("group",)))

    alone = watch.findings([asked], 10)["t.csv"]
    beside = watch.findings([asked], 10, {"first"})["t.csv"]

    assert not [each for each in alone if each.rule == "DIF301"]
    assert {each.severity for each in beside if each.rule == "DIF301"} == {Verdict.BLOCK}


def test_rounded_numbers_that_cannot_be_bounded_are_for_a_person(watch, monkeypatch):
    def fails(*_: object) -> list:
        raise NotBounded("time limit")

    monkeypatch.setattr("gdi_spe.node.ledger.differencing.bounded", fails)
    monkeypatch.setattr(
        "gdi_spe.node.ledger.differencing.cannot_grow_exactly", lambda *_: np.array([0])
    )

    found = watch.findings([rounded_table(5)], 10)["t.csv"]

    assert [(f.rule, f.severity) for f in found] == [("DIF303", Verdict.REVIEW)]


def rounded_table(step: int) -> Claimed:
    counts = [(v, step * round(int((v == SITE).sum()) / step)) for v in np.unique(SITE)]
    rows = "\n".join(f"{value},{n}" for value, n in counts)
    return Claimed("t.csv", f"site,n_individuals\n{rows}\n".encode(), SideCar(by=("site",)))
