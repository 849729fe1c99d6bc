"""The node counts again what a side-car claims, and asks the ledger before anything leaves."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.bounds import NotBounded
from gdi_spe.node.ledger.differencing import QuerySet
from gdi_spe.node.ledger.memory import Ledger, LedgerDamaged
from gdi_spe.node.ledger.people import people_of
from gdi_spe.node.ledger.watch import Claimed, Watch

N = 600
PICK = np.random.default_rng(3)
SEX = PICK.choice(["F", "M"], N)
SITE = PICK.choice(["A", "B", "C"], N)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    table = pa.table({"individual_id": [f"I{i}" for i in range(N)], "sex": SEX, "site": SITE})
    return cohort(tmp_path / "v1", table)


def cohort(folder: Path, table: pa.Table, version: int = 1, name: str = "C-1") -> Watch:
    folder.mkdir()
    pq.write_table(table, folder / "individuals.parquet")
    told = {"cohort_id": name, "version": version, "project": {"slug": "p"}}
    (folder / "manifest.json").write_text(json.dumps(told))
    return Watch(Ledger(folder.parent), folder)


def again(watch: Watch) -> Watch:
    """The same cohort, read anew."""
    return Watch(watch.ledger, watch.folder)


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
    watch = again(watch)
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
    kept = watch.ledger.recall("p", N)
    assert {each.step for each in kept} == {5}


def test_exact_sums_beside_rounded_counts_leave_nothing_rounded(watch):
    plain = rounded_table(5)
    lines = plain.table.decode().splitlines()
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


def released(watch: Watch, release: str, *files: Claimed) -> None:
    watch.prepare(release, list(files))
    watch.ledger.settle(release)


def by_site(n: int, left: frozenset[int] = frozenset()) -> pa.Table:
    kept = [i for i in range(n) if i not in left]
    return pa.table(
        {"individual_id": [f"I{i}" for i in kept], "site": [("A", "B")[i % 2] for i in kept]}
    )


def counts_by_site(table: pa.Table) -> Claimed:
    site = np.array(table["site"].to_pylist())
    rows = "\n".join(f"{v},{(site == v).sum()}" for v in ("A", "B"))
    text = f"site,n_individuals\n{rows}\n".encode()
    return Claimed("t.csv", text, SideCar(kind="counts", by=("site",)))


def test_the_table_of_a_version_that_few_left_is_recognised_and_blocked(tmp_path):
    first, second = by_site(200), by_site(200, frozenset({4}))
    released(cohort(tmp_path / "v1", first), "r1", counts_by_site(first))

    found = cohort(tmp_path / "v2", second, 2).findings([counts_by_site(second)], 10)["t.csv"]

    assert [(f.rule, f.severity) for f in found] == [("DIF305", Verdict.BLOCK)]
    assert "version 1" in found[0].why
    assert "version 2" in found[0].why


def test_the_table_of_a_version_that_many_left_is_recognised_and_may_pass(tmp_path):
    first, second = by_site(200), by_site(200, frozenset(range(60)))
    released(cohort(tmp_path / "v1", first), "r1", counts_by_site(first))

    found = cohort(tmp_path / "v2", second, 2).findings([counts_by_site(second)], 10)["t.csv"]

    assert [(f.rule, f.severity) for f in found] == [("DIF305", Verdict.PASS)]


def test_two_cohorts_of_a_project_are_compared_person_by_person(tmp_path):
    everybody, but_one = by_site(200), by_site(200, frozenset({7}))
    released(cohort(tmp_path / "v1", everybody, name="C-1"), "r1", counts_by_site(everybody))

    other = cohort(tmp_path / "other", but_one, name="C-2")
    found = other.findings([counts_by_site(but_one)], 10)["t.csv"]

    assert [(f.rule, f.severity) for f in found] == [("DIF301", Verdict.BLOCK)]


def test_a_file_that_names_another_cohort_is_counted_in_that_one(tmp_path):
    table = by_site(200)
    asked = counts_by_site(table)
    named = Claimed(asked.name, asked.table, asked.side_car.model_copy(update={"cohort": "C-2"}))

    watch = cohort(tmp_path / "v1", by_site(90), name="C-1")

    assert watch.findings([named], 10) == {"t.csv": []}
    assert watch.prepare("r1", [named]) == 0


def test_families_of_the_pedigree_are_counted_once(tmp_path):
    table = by_site(200)
    few = by_site(200, frozenset(range(0, 24, 2)))
    pedigree = pa.table({
        "individual_id": [f"I{i}" for i in range(0, 24, 2)], "father_id": [None] * 12,
        "mother_id": [None] + ["I0"] * 11, "family_id": [None] * 12,
    })  # fmt: skip
    for name, is_known in (("known", True), ("unknown", False)):
        (tmp_path / name).mkdir()
        before = cohort(tmp_path / name / "v1", table)
        released(before, "r1", counts_by_site(table))
        watch = cohort(tmp_path / name / "v2", few, 1, "C-2")
        if is_known:
            pq.write_table(pedigree, watch.folder / "pedigree.parquet")

        found = watch.findings([counts_by_site(few)], 10)["t.csv"]

        # Twelve who are missing are more than ten, unless they are a mother and her children.
        assert ("DIF301" in {f.rule for f in found}) is is_known


def test_a_basis_that_was_kept_says_what_one_made_anew_says(watch):
    released(watch, "r1", claimed("all.csv", "site", SITE))
    watch.ledger.known("p", np.arange(N))
    released(watch, "r2", claimed("w.csv", "site", SITE, sex="F"))

    kept = watch.ledger.known("p", np.arange(N))
    next(watch.folder.parent.rglob("basis.cache")).unlink()
    anew = watch.ledger.known("p", np.arange(N))

    assert [each.label for each in kept.sets] == [each.label for each in anew.sets]
    assert kept.exact.rank == anew.exact.rank == 6
    assert np.allclose(kept.exact.leverage, anew.exact.leverage)


def test_a_release_that_is_gone_or_changed_is_told(watch):
    released(watch, "r1", claimed("all.csv", "site", SITE))
    watch.ledger.known("p", np.arange(N))
    path = next(watch.folder.parent.rglob("r1.npz"))
    data = path.read_bytes()

    path.unlink()
    with pytest.raises(LedgerDamaged, match="gone"):
        watch.ledger.known("p", np.arange(N))
    path.write_bytes(data)
    watch.ledger.remember("p", "r1", N, [QuerySet.of("other", SITE == "A")])
    with pytest.raises(LedgerDamaged, match="changed"):
        watch.ledger.known("p", np.arange(N))


def test_people_who_join_a_project_are_in_no_earlier_release(tmp_path):
    first, second = by_site(101), by_site(150)
    released(cohort(tmp_path / "v1", first), "r1", counts_by_site(first))

    found = cohort(tmp_path / "v2", second, 2).findings([counts_by_site(second)], 10)["t.csv"]

    assert {f.severity for f in found} == {Verdict.PASS}


def test_what_was_kept_by_cohort_before_is_kept_by_project_now(watch):
    import hashlib

    names = hashlib.sha256("\n".join(f"I{i}" for i in range(N)).encode()).hexdigest()[:32]
    watch.ledger.remember(names, "r0", N, [QuerySet.of("old", np.arange(N) > 2)])
    everybody = Claimed("t.csv", None, SideCar(selection={"is": "Everyone"}, n_individuals=N))
    plain = Watch(watch.ledger, watch.folder)
    plain.cohort.selected = lambda condition: np.ones(N, dtype=bool)  # type: ignore[method-assign]

    found = plain.findings([everybody], 10)["t.csv"]

    assert "DIF301" in {f.rule for f in found}


def test_many_at_once_give_nobody_the_place_of_somebody_else(tmp_path):
    folder = tmp_path / "p"
    versions = [[f"I{i}" for i in range(k, k + 40)] for k in range(0, 400, 10)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda names: people_of(folder, "p", tmp_path, names), versions))

    whole = people_of(folder, "p", tmp_path, [])
    places: dict[str, int] = {}
    for names, people in zip(versions, found, strict=True):
        for name, place in zip(names, people.places.tolist(), strict=True):
            assert places.setdefault(name, place) == place
    assert whole.n_people == len(set(places.values())) == 430


def test_a_family_is_known_of_those_who_left_too(tmp_path):
    pedigree = pa.table({
        "individual_id": ["I1", "I2", "I3"], "father_id": [None, "I1", None],
        "mother_id": [None, None, None], "family_id": [None, None, "F"],
    })  # fmt: skip
    first, second = tmp_path / "v1", tmp_path / "v2"
    for folder in (first, second):
        folder.mkdir()
    pq.write_table(pedigree, first / "pedigree.parquet")

    people_of(tmp_path / "p", "p", first, ["I0", "I1", "I2", "I3"])
    later = people_of(tmp_path / "p", "p", second, ["I0", "I3"])

    assert later.n_people == 4
    assert later.family[1] == later.family[2]
    assert np.unique(later.family).size == 3
