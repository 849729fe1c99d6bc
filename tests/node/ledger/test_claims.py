"""What a side-car says of a file is counted again, in every form that exports have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.claims import Recount, recount
from gdi_spe.node.ledger.cohort import Cohort
from gdi_spe.query import conditions as ask
from gdi_spe.query.written import data_of
from tests.query import small_cohort

N = 300
SEX = np.array(["F", "M"] * (N // 2))
SITE = np.array(["A", "B", "C"] * (N // 3))


@pytest.fixture
def people(tmp_path: Path) -> Cohort:
    table = pa.table({"individual_id": [f"I{i}" for i in range(N)], "sex": SEX, "site": SITE})
    pq.write_table(table, tmp_path / "individuals.parquet")
    told = {"cohort_id": "C", "version": 1, "project": {"slug": "p"}}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    return Cohort(tmp_path)


def sizes(found: Recount) -> dict[str, int]:
    return {cell.name: int(cell.mask.sum()) for cell in found.cells}


def test_a_cross_table_with_its_margins_is_counted_cell_by_cell(people):
    table = b"site,F,M,All\nA,50,50,100\nB,50,50,100\nC,50,50,100\nAll,150,150,300\n"

    found = recount("t.csv", table, SideCar(by=("site", "sex")), people)

    assert found.differs == ()
    assert len(found.cells) == 12
    assert sizes(found)["t.csv[A, F]"] == 50
    assert sizes(found)["t.csv[C, All]"] == 100
    assert sizes(found)["t.csv[All, All]"] == 300


def test_a_cell_of_a_cross_table_that_is_wrong_is_named(people):
    table = b"site,F,M\nA,50,51\nB,50,50\nC,50,50\n"

    found = recount("t.csv", table, SideCar(by=("site", "sex")), people)

    assert found.differs == ("t.csv[A, M]",)


def test_a_cell_that_is_hidden_tells_nothing_and_a_mean_beside_it_does(people):
    hidden = b"site,n_individuals\nA,100\nB,<10\nC,\n"
    means = b"site,n_individuals,mean_age\nA,100,40.5\nB,<10,41\nC,,\n"

    bare = recount("t.csv", hidden, SideCar(by=("site",)), people)
    beside = recount("t.csv", means, SideCar(by=("site",)), people)

    assert set(sizes(bare)) == {"t.csv[A]"}
    assert set(sizes(beside)) == {"t.csv[A]", "t.csv[B]"}


def test_groups_of_nobody_are_counted_as_nobody(people):
    right = recount("t.csv", b"site,n\nA,100\nZ,0\n", SideCar(by=("site",)), people)
    wrong = recount("t.csv", b"site,n\nA,100\nZ,7\n", SideCar(by=("site",)), people)

    assert right.differs == ()
    assert wrong.differs == ("t.csv[Z]",)


def test_the_number_behind_a_figure_is_that_of_those_whom_it_is_of(people):
    right = recount("f.png", None, SideCar(where={"sex": "F"}, n_individuals=150), people)
    wrong = recount("f.png", None, SideCar(where={"sex": "F"}, n_individuals=149), people)

    assert right.differs == ()
    assert sizes(right) == {"f.png[all]": 150}
    assert wrong.differs == ("f.png: 149 people are declared, 150 counted",)
    assert sizes(wrong) == {"f.png[all]": 150}


@pytest.mark.parametrize(
    ("side_car", "why"),
    [
        (SideCar(by=("ward",)), "no column 'ward'"),
        (SideCar(by=("sex",)), "no column 'sex'"),
        (SideCar(where={"ward": "1"}), "no column 'ward'"),
        (SideCar(selection={"is": "Everything"}), "no condition 'Everything'"),
    ],
)
def test_what_cannot_be_counted_says_why(people, side_car, why):
    found = recount("t.csv", b"site,n\nA,100\nB,100\n", side_car, people)

    assert why in found.why_not
    assert found.cells == ()


def test_the_same_group_has_one_name_in_every_version(people):
    by_label = recount("a.csv", b"site,n\nA,100\nB,100\n", SideCar(by=("site",)), people)
    by_value = recount("b.png", None, SideCar(where={"site": "A"}), people)

    assert by_label.cells[0].where == by_value.cells[0].where


def test_whom_a_selection_selects_the_node_finds_itself(tmp_path):
    folder = small_cohort.make(tmp_path / "twelve")
    cohort = Cohort(folder.path)
    women = ask.IsOneOf("sex", ("female",))
    braf = ask.HasBiomarker(("BRAF V600E",))

    told = SideCar(selection=data_of(women - braf), n_individuals=12)
    found = recount("f.svg", None, told, cohort)

    from gdi_spe.query.evaluate import Evaluator

    wanted = Evaluator(folder).outcome(women - braf).present
    chosen = {n for n, is_in in zip(cohort.names, found.cells[0].mask, strict=True) if is_in}
    assert chosen == wanted
    assert 0 < len(wanted) < 12
    assert found.differs == (f"f.svg: 12 people are declared, {len(wanted)} counted",)
