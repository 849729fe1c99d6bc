"""Two requests that wait at the same time are judged as if both were to leave."""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.node.ledger.watch import Watch

WID = "w0123456789"


def submit_counts(world, by: str, groups: np.ndarray, watch: Watch) -> tuple[str, dict]:
    rid = world.draft()
    rows = [f"{v},{int((groups == v).sum())}" for v in np.unique(groups)]
    world.put(rid, "t.csv", "\n".join([f"{by},n_individuals", *rows, ""]).encode(), kind="")
    world.desk.declare(WID, rid, "t.csv", SideCar(kind="counts", by=(by,)))
    return rid, world.desk.submit(WID, rid, CheckContext(n_individuals=600), [watch])


def cohort(world, tmp_path) -> tuple[np.ndarray, np.ndarray, Watch]:
    site = np.array(["A", "B", "C"] * 200)
    moved = site.copy()
    moved[0] = "B"
    ids = [f"I{i}" for i in range(600)]
    pq.write_table(
        pa.table({"individual_id": ids, "site": site, "centre": moved}),
        tmp_path / "individuals.parquet",
    )
    told = {"cohort_id": "C-1", "version": 1, "project": {"slug": "p1"}}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    return site, moved, Watch(world.desk.ledger, tmp_path)


def test_of_two_that_tell_of_a_person_together_the_later_is_blocked(world, tmp_path):
    site, moved, watch = cohort(world, tmp_path)

    first, _ = submit_counts(world, "site", site, watch)
    second, told = submit_counts(world, "centre", moved, watch)

    assert world.status(first) == "submitted"
    assert world.status(second) == "blocked"
    assert "DIF301" in {f["rule"] for file in told["files"] for f in file["findings"]}


def test_a_request_that_was_taken_back_is_in_nobodys_way(world, tmp_path):
    site, moved, watch = cohort(world, tmp_path)

    first, _ = submit_counts(world, "site", site, watch)
    world.desk.withdraw(first, "u-ada")
    second, _ = submit_counts(world, "centre", moved, watch)

    assert world.status(second) == "submitted"


def test_a_table_in_parquet_is_counted_again_as_one_in_csv_is(world, tmp_path):
    _, _, watch = cohort(world, tmp_path)
    rid = world.draft()
    sink = io.BytesIO()
    pq.write_table(pa.table({"site": ["A", "B", "C"], "n_individuals": [200, 201, 200]}), sink)
    world.put(rid, "t.parquet", sink.getvalue(), kind="")
    world.put(rid, "t.json", json.dumps({"site": ["A", "B"], "n_individuals": [190, 200]}).encode())
    for name in ("t.parquet", "t.json"):
        world.desk.declare(WID, rid, name, SideCar(kind="counts", by=("site",)))

    told = world.desk.submit(WID, rid, CheckContext(n_individuals=600), [watch])

    found = {
        file["file"]: [f["why"] for f in file["findings"] if f["rule"] == "DIF302"]
        for file in told["files"]
    }
    assert "t.parquet[B]" in found["t.parquet"][0]
    assert "t.json[A]" in found["t.json"][0]


def test_a_figure_whose_numbers_are_not_sent_is_looked_at(world):
    rid = world.draft()
    world.put(rid)
    world.desk.declare(WID, rid, "t.csv", SideCar(kind="counts", data="t.data.csv"))

    told = world.desk.submit(WID, rid, CheckContext(n_individuals=1000))

    assert ("DIF306", "review") in {
        (f["rule"], f["severity"]) for f in told["files"][0]["findings"]
    }


def test_reviewers_read_whose_the_numbers_are_said_to_be(world):
    rid = world.draft()
    world.put(rid)
    women = {"is": "IsOneOf", "column": "sex", "values": ["female"]}
    told = SideCar(kind="counts", by=("population",), selection=women, n_individuals=425)
    world.desk.declare(WID, rid, "t.csv", told)
    world.desk.submit(WID, rid, CheckContext(n_individuals=1000))

    shown = world.desk.show_for_review(rid, world.rosa)["files"][0]["declared"]["whose"]

    assert shown == "425 individuals; by population; is one of column sex, values female"
