"""Children of simulated parents have no errors, what is planted is found, and bcftools agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.analysis.inheritance.compound import compound_heterozygous
from gdi_spe.analysis.inheritance.mendel import mendelian_errors
from gdi_spe.analysis.inheritance.patterns import Bounds, de_novo, inherited
from gdi_spe.analysis.inheritance.pedigree import NoPedigree
from gdi_spe.analysis.variants.seen import QualitiesNotKept
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from tests.analysis.making import Person, Site, make

# Two families and two strangers; the daughter's father is not in the cohort.
PEOPLE = (
    Person("SON", "male"), Person("DAD", "male"), Person("MUM", "female"),
    Person("DAUGHTER", "female"), Person("MOTHER", "female"),
    *(Person(f"O{number}", "female" if number % 2 else "male") for number in range(8)),
)  # fmt: skip
PEDIGREE = [
    {"individual_id": "SON", "father_id": "DAD", "mother_id": "MUM", "family_id": "F1"},
    {"individual_id": "DAUGHTER", "father_id": None, "mother_id": "MOTHER", "family_id": "F2"},
]


def site(position: int, *calls: str, chromosome: str = "chr1", other: str = "0/0",
         **more: object) -> Site:  # fmt: skip
    texts = [*calls, *[other] * (len(PEOPLE) - len(calls))]
    return Site(chromosome, position, "A", "G", texts, {"GENE": "stop_gained"}, **more)  # type: ignore[arg-type]


def made(root: Path, *sites: Site, keep: tuple[str, ...] = ()) -> CohortFolder:
    return make(root / "made", PEOPLE, sites, {"pedigree": PEDIGREE}, keep)


def places(table: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(table["individual_id"], table["position"], strict=True))


def seen(call: str, gq: int, reference: int, alternate: int) -> str:
    return f"{call}:{gq}:{reference + alternate}:{reference},{alternate}"


def test_new_mutations_are_found_where_all_three_were_seen_well(tmp_path: Path) -> None:
    good, dad, mum = seen("0/1", 60, 15, 15), seen("0/0", 50, 30, 0), seen("0/0", 40, 25, 0)
    trios = {
        100: (good, dad, mum),  # the only one
        200: (seen("0/1", 10, 15, 15), dad, mum),  # the child's GQ
        300: (good, seen("0/0", 50, 27, 3), mum),  # reads in the father
        400: (seen("0/1", 60, 30, 5), dad, mum),  # too few of the child's reads
        500: (good, dad, seen("0/0", 40, 5, 0)),  # the mother's depth
        600: (good, seen("./.", 0, 0, 0), mum),  # the father was not called
        700: (good, seen("0/1", 60, 15, 15), mum),  # inherited
    }
    folder = made(
        tmp_path,
        *(site(at, *calls, other=seen("0/0", 50, 30, 0), format="GT:GQ:DP:AD")
          for at, calls in trios.items()),
        keep=("GQ", "DP", "AD"),
    )  # fmt: skip

    found = de_novo(folder)
    loose = de_novo(folder, bounds=Bounds(0, 0, 0, 1))

    assert places(found) == [("SON", 100)]
    assert found.attrs["not_kept"] == []
    assert found.attrs["exportable"] is False
    row = found.iloc[0]
    assert (row["gq"], row["father_gq"], row["mother_dp"]) == (60, 50, 25)
    assert row["allele_balance"] == 0.5
    assert places(loose) == [("SON", at) for at in (100, 200, 300, 400, 500)]


def test_what_was_not_kept_is_said(tmp_path: Path) -> None:
    folder = made(tmp_path, site(100, "0/1", "0/0", "0/0"))

    with pytest.warns(QualitiesNotKept, match="AD, DP, GQ"):
        found = de_novo(folder)

    assert places(found) == [("SON", 100)]
    assert found["gq"].isna().all()


@pytest.mark.filterwarnings("ignore::gdi_spe.analysis.variants.seen.QualitiesNotKept")
def test_what_strangers_have_is_not_new(tmp_path: Path) -> None:
    shared = ["0/1", "0/0", "0/0", "0/0", "0/0", "0/1"]
    folder = made(tmp_path, site(100, *shared))

    assert places(de_novo(folder)) == []
    assert places(de_novo(folder, max_frequency=0.1)) == [("SON", 100)]


@pytest.mark.filterwarnings("ignore::gdi_spe.analysis.variants.seen.QualitiesNotKept")
def test_on_x_and_y_and_mitochondria_the_parent_who_gives_it_decides(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        # A son's X is his mother's alone: what his father has does not matter.
        site(5_000_000, "1", "1", "0/0", chromosome="chrX", other="0/0"),
        site(5_000_001, "1", "0", "0/1", chromosome="chrX", other="0/0"),
        # In the pseudoautosomal region both parents give.
        site(2_000_000, "0/1", "0/1", "0/0", chromosome="chrX"),
        site(6_000_000, "1", "0", "0/0", chromosome="chrY", other="0"),
        site(100, "1", "1", "0", chromosome="chrM", other="0"),
    )

    found = de_novo(folder)

    assert sorted(places(found)) == [("SON", 100), ("SON", 5_000_000), ("SON", 6_000_000)]


def test_recessive_asks_for_carriers_and_the_unaffected(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        site(100, "1/1", "0/1", "0/1"),
        site(200, "1/1", "0/1", "0/0"),  # a mistake, or a deletion
        site(300, "0/1", "0/1", "0/1"),
        site(400, "0/0", "0/1", "0/1", "1/1", "0/1"),
        site(500, "1/1", "0/1", "0/1", "0/0", "0/0", "1/1"),
        site(600, "1/1", "./.", "0/1"),
    )

    found = inherited(folder, "recessive", max_frequency=0.2)
    strict = inherited(folder, "recessive", max_frequency=0.2, unaffected=["O0"])

    assert places(found) == [("SON", 100), ("DAUGHTER", 400), ("SON", 500), ("SON", 600)]
    assert found["parents"].tolist() == ["both", "mother", "both", "mother"]
    assert places(strict) == [("SON", 100), ("DAUGHTER", 400), ("SON", 600)]


def test_x_linked_is_of_sons_with_a_mother_who_carries(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        site(5_000_000, "1", "0", "0/1", chromosome="chrX"),
        site(5_000_100, "1", "1", "0/0", chromosome="chrX"),
        site(5_000_200, "0", "0", "0/1", "0/1", "0/1", chromosome="chrX"),
        site(5_000_300, "1/1", "0/0", "0/1", "0/0", "0/0", "1/1", chromosome="chrX"),
    )

    found = inherited(folder, "x-linked", max_frequency=0.2)
    strict = inherited(folder, "x-linked", max_frequency=0.2, unaffected=["O0"])

    assert places(found) == [("SON", 5_000_000), ("SON", 5_000_300)]
    assert places(strict) == [("SON", 5_000_000)]


def pairs(table: pd.DataFrame) -> dict[tuple[str, int, int], str]:
    return {
        (row.individual_id, row.position_1, row.position_2): row.phase for row in table.itertuples()
    }


def test_compound_heterozygotes_are_told_by_parents_then_by_phase(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        site(100, "0|1", "0|1", "0|0"),  # from the father
        site(200, "1|0", "0|0", "0|1"),  # from the mother
        site(300, "0|1", "0|1", "0|0"),  # from the father too
        site(400, "1|0", "0|1", "0|1"),  # from either
        site(500, "0/0", "0/0", "0/0", "0|1", "1|1"),
        site(600, "0/0", "0/0", "0/0", "1|0", "0|0"),
        site(700, "0/0", "0/0", "0/0", "0|1", "0|1"),
        keep=("phase",),
    )

    found = pairs(compound_heterozygous(folder))
    by_parents = pairs(compound_heterozygous(folder, use_phase=False))
    sure = pairs(compound_heterozygous(folder, use_phase=False, unknown=False))

    both, one = "trans by both parents", "trans by one parent"
    calls, unknown = "trans by phased calls", "unknown"
    assert by_parents == {
        ("SON", 100, 200): both, ("SON", 200, 300): both,
        ("SON", 100, 400): unknown, ("SON", 200, 400): unknown, ("SON", 300, 400): unknown,
        ("DAUGHTER", 500, 600): one, ("DAUGHTER", 500, 700): unknown,
        ("DAUGHTER", 600, 700): unknown,
    }  # fmt: skip
    assert found == {
        ("SON", 100, 200): both, ("SON", 200, 300): both,
        ("SON", 100, 400): calls, ("SON", 300, 400): calls,
        ("DAUGHTER", 500, 600): one, ("DAUGHTER", 600, 700): calls,
    }  # fmt: skip
    assert set(sure.values()) == {both, one}


def simulated(root: Path, n_errors: int) -> tuple[CohortFolder, Path, np.ndarray]:
    """Ten trios whose children inherit, but for calls that are changed to what cannot be."""
    rng = np.random.default_rng(23)
    people: list[Person] = []
    pedigree: list[dict[str, object]] = []
    for number in range(10):
        child, dad, mum = (f"{role}{number}" for role in "CFM")
        people += [Person(child, "male" if number % 2 else "female"), Person(dad, "male"),
                   Person(mum, "female")]  # fmt: skip
        pedigree.append({"individual_id": child, "father_id": dad, "mother_id": mum,
                         "family_id": f"F{number}"})  # fmt: skip
    planted = np.zeros(10, int)
    sites = []
    for row in range(400):
        haplotypes = rng.random((10, 2, 2)) < rng.uniform(0.05, 0.6)
        given = haplotypes[np.arange(10)[:, None], [[0, 1]], rng.integers(0, 2, (10, 2))]
        calls: list[str] = []
        for number in range(10):
            dad, mum = (haplotypes[number, side].sum() for side in (0, 1))
            child = int(given[number].sum())
            if planted.sum() < n_errors and row % 7 == number and dad == mum and dad in (0, 2):
                child = 2 - child
                planted[number] += 1
            texts = [("0/0", "0/1", "1/1")[count] for count in (child, dad, mum)]
            if rng.random() < 0.05:
                texts[rng.integers(0, 3)] = "./."
            calls += texts
        sites.append(Site("chr2", 1000 + row, "A", "G", calls))
    folder = make(root / "trios", people, sites, {"pedigree": pedigree})
    return folder, root / "trios" / "calls.vcf", planted


def test_children_of_their_parents_have_no_errors(tmp_path: Path) -> None:
    folder, _, _ = simulated(tmp_path, 0)

    table = mendelian_errors(folder)

    assert table["n_errors"].tolist() == [0] * 10
    assert (table["n_variants"] > 300).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QualitiesNotKept)
        assert de_novo(folder, max_frequency=1).empty


def test_errors_equal_those_that_bcftools_counts(tmp_path: Path) -> None:
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not on this machine")
    folder, vcf, planted = simulated(tmp_path, 40)
    trios = tmp_path / "trios.txt"
    trios.write_text("".join(f"M{number},F{number},C{number}\n" for number in range(10)))
    told = subprocess.run(
        ["bcftools", "+mendelian", str(vcf), "-T", str(trios), "-c"], capture_output=True, text=True
    )
    if told.returncode:
        pytest.skip(f"this bcftools has no plugin mendelian: {told.stderr[:200]}")
    lines = re.findall(r"^(\d+)\t(\d+)\t\d+\t(M\d),F\d,C\d$", told.stdout + told.stderr, re.M)
    theirs = {f"C{trio[1:]}": int(bad) for _good, bad, trio in lines}

    table = mendelian_errors(folder)

    assert dict(zip(table["individual_id"], table["n_errors"], strict=True)) == theirs
    cells = [line.split("\t")[9:] for line in vcf.read_text().splitlines() if line[0] != "#"]
    whole = [sum("./." not in row[at : at + 3] for row in cells) for at in range(0, 30, 3)]
    assert table["n_variants"].tolist() == whole
    assert planted.sum() > 20
    assert 0 < table["n_errors"].sum() <= planted.sum()


def test_a_pedigree_can_be_given_and_strangers_are_no_family(tmp_path: Path) -> None:
    folder, _, _ = simulated(tmp_path, 0)
    wrong = pd.DataFrame({"individual_id": ["C0"], "father_id": ["F1"], "mother_id": ["M2"]})

    table = mendelian_errors(folder, wrong)

    assert table["error_rate"].iloc[0] > 0.05


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([("SON", "DAD", "DAD")], BadInput, "one person"),
        ([("SON", "MUM", "DAD")], BadInput, "father of SON is female"),
        ([("SON", "DAD", None), ("DAD", "SON", None)], BadInput, "ancestor of themselves"),
        ([("SON", "DAD", None), ("SON", None, "MUM")], BadInput, "twice"),
        ([("SON", "NOBODY", None)], NoPedigree, "none of these"),
    ],
)
def test_a_pedigree_that_cannot_be_is_refused(
    tmp_path: Path, rows: list[tuple[str | None, ...]], error: type[BadInput], said: str
) -> None:
    folder = made(tmp_path, site(100, "0/1"))
    pedigree = pd.DataFrame(rows, columns=["individual_id", "father_id", "mother_id"])

    with pytest.raises(error, match=said):
        inherited(folder, "recessive", pedigree)


def test_a_cohort_is_asked_in_the_same_words(tmp_path: Path) -> None:
    made(tmp_path, site(100, "1/1", "0/1", "0/1"), site(200, "0/1", "0/1", "0/0"),
         site(300, "0/1", "0/0", "0/1"))  # fmt: skip
    cohort = Cohort(tmp_path / "made" / "cohort")
    son = cohort.individuals(sex="male")

    assert places(cohort.inherited("recessive", individuals=son)) == [("SON", 100)]
    assert len(cohort.compound_heterozygous(individuals=son)) == 1
    assert cohort.mendelian_errors()["n_errors"].tolist() == [0]
    with pytest.warns(QualitiesNotKept):
        assert cohort.de_novo().empty
