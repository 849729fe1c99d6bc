"""A cohort that was materialised is counted again by what an export of it says."""

from __future__ import annotations

from typing import Any

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.memory import Ledger
from gdi_spe.node.ledger.watch import Claimed, Watch
from gdi_spe.query import conditions as ask
from gdi_spe.query.written import data_of


def made_of(node: Any, n: int) -> Watch:
    names = tuple(f"P{i}" for i in range(n))
    calls = " ".join("0/1" if i % 3 == 0 else "0/0" for i in range(n))
    path = node.vcf([f"1 100 . A C . . . GT {calls}"], names)
    rows = "".join(f"{name} {'female' if i % 2 else 'male'}\n" for i, name in enumerate(names))
    folder = node.table("individuals", f"individual_id sex\n{rows}")
    node.ingest(vcf=(path,), tables=folder)
    node.define()
    return Watch(Ledger(node.home), node.materialise().path)


def test_numbers_of_a_real_cohort_are_counted_by_its_columns_and_by_selections(node: Any) -> None:
    watch = made_of(node, 60)
    table = b"sex,n_individuals\nfemale,30\nmale,30\n"
    carriers = data_of(ask.CarriesVariant(spans=(ask.Span.overlapping("chr1", 99, 100),)))

    found = watch.findings(
        [
            Claimed("sex.csv", table, SideCar(by=("sex",))),
            Claimed("f.png", None, SideCar(selection=carriers, n_individuals=20)),
            Claimed("g.png", None, SideCar(selection=carriers, n_individuals=21)),
        ],
        10,
    )

    assert found["sex.csv"] == []
    assert found["f.png"] == []
    assert [f.rule for f in found["g.png"]] == ["DIF302"]


def test_a_release_of_a_real_cohort_bars_the_same_but_for_one_person(node: Any) -> None:
    watch = made_of(node, 60)
    everybody = Claimed("t.csv", b"sex,n_individuals\nmale,30\n", SideCar(by=("sex",)))
    watch.prepare("r1", [everybody])
    watch.ledger.settle("r1")
    one = watch.cohort.names[0]
    sex = watch.cohort.individuals["sex"][0].as_py()
    asked = Claimed("u.csv", None, SideCar(where={"individual_id": one}, n_individuals=1))
    again = Claimed("v.csv", everybody.table, everybody.side_car)

    found = Watch(watch.ledger, watch.folder).findings([asked, again], 10)

    assert sex in ("male", "female")
    assert {f.severity for f in found["u.csv"]} == {Verdict.BLOCK}
    assert found["v.csv"] == []
    assert (node.home / "ledger" / watch.cohort.project / "people.json").is_file()
