"""A tumour's own alleles and its losses are found, and the germline's are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gdi_spe.analysis.tumours.pairs import NoTumours, loss_of_heterozygosity, somatic
from gdi_spe.analysis.variants.seen import QualitiesNotKept
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from tests.analysis.making import Person, Site, make

PEOPLE = (
    Person("ANN", "female", samples={"ANN-g": "germline", "ANN-t": "tumour", "ANN-u": "tumour"}),
    Person("BOB", "male", samples={"BOB-t": "tumour", "BOB-g": "germline"}),
    Person("CAT", "female", samples={"CAT-t": "tumour"}),
    Person("DAN", "male"),
)
# In the order of the samples: Ann's germline and two tumours, Bob's tumour and germline, Cat's
# tumour, Dan.
KEEP = ("GQ", "DP", "AD")


def seen(call: str, reference: int, alternate: int, gq: int = 50) -> str:
    return f"{call}:{gq}:{reference + alternate}:{reference},{alternate}"


def made(
    root: Path, sites: dict[tuple[str, int], tuple[str, ...]], kept: bool = False
) -> CohortFolder:
    records = [
        Site(chromosome, position, "A", "G", calls, {"BRAF": "missense_variant"},
             format="GT:GQ:DP:AD" if kept else "GT")
        for (chromosome, position), calls in sites.items()
    ]  # fmt: skip
    return make(root / "made", PEOPLE, records, keep_format=KEEP if kept else ())


def found_in(table: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(table["sample_id"], table["position"], strict=True))


def test_alleles_of_the_tumour_alone_are_somatic(tmp_path: Path) -> None:
    folder = made(tmp_path, {
        ("chr7", 100): ("0/0", "0/1", "0/0", "0/0", "0/0", "0/1", "0/0"),
        ("chr7", 200): ("0/1", "0/1", "0/1", "0/0", "0/0", "0/0", "0/0"),
        ("chr7", 300): ("./.", "0/1", "0/1", "0/1", "./0", "0/0", "0/0"),
        ("chr7", 400): ("0/0", "0/0", "1/1", "0/1", "0/0", "0/0", "0/0"),
        ("chr7", 500): ("0/0", "0/1", "0/0", "0/0", "0/0", "0/0", "0/1"),
        ("chrX", 5_000_000): ("0/0", "0/0", "0/0", "0/1", "0", "0/0", "0"),
    })  # fmt: skip

    with pytest.warns(QualitiesNotKept):
        found = somatic(folder)

    assert found_in(found) == [
        ("ANN-t", 100), ("ANN-u", 400), ("BOB-t", 400), ("BOB-t", 5_000_000),
    ]  # fmt: skip
    assert found["individual_id"].tolist() == ["ANN", "ANN", "BOB", "BOB"]
    assert found.attrs["exportable"] is False
    assert found["tumour_dp"].isna().all()


def test_reads_decide_where_they_were_kept(tmp_path: Path) -> None:
    rest = (seen("0/0", 30, 0),) * 6
    folder = made(tmp_path, {
        ("chr7", 100): (seen("0/0", 40, 0), seen("0/1", 30, 10), *rest[:5]),
        ("chr7", 200): (seen("0/0", 37, 3), seen("0/1", 30, 10), *rest[:5]),  # in the germline
        ("chr7", 300): (seen("0/0", 40, 0), seen("0/1", 99, 1), *rest[:5]),  # too few reads
        ("chr7", 400): (seen("0/0", 5, 0), seen("0/1", 30, 10), *rest[:5]),  # germline's depth
    }, kept=True)  # fmt: skip

    found = somatic(folder)

    assert found_in(found) == [("ANN-t", 100)]
    assert found["tumour_allele_balance"].iloc[0] == 0.25
    assert found["germline_dp"].iloc[0] == 40
    assert found.attrs["not_kept"] == []
    loose = somatic(folder, min_dp=0, min_balance=0, max_germline_balance=1)
    assert [place for _, place in found_in(loose)] == [100, 200, 300, 400]


def test_lost_alleles_are_listed_and_counted_by_chromosome(tmp_path: Path) -> None:
    folder = made(tmp_path, {
        ("chr7", 100): ("0/1", "0/0", "0/1", "1/1", "0/1", "0/0", "0/0"),
        ("chr7", 200): ("0/1", "1/1", "./.", "0/1", "0/1", "0/0", "0/0"),
        ("chr7", 300): ("1/1", "0/0", "0/0", "0/0", "0/0", "0/0", "0/0"),
        ("chr9", 400): ("0/1", "0/1", "0/1", "0/0", "0/0", "0/0", "0/0"),
        # One allele in the germline is none to lose.
        ("chrX", 5_000_000): ("0/0", "0/0", "0/0", "0/0", "1", "0/0", "0"),
    })  # fmt: skip

    found = loss_of_heterozygosity(folder)

    lost = dict(zip(found_in(found), found["lost"], strict=True))
    assert lost == {
        ("ANN-t", 100): "alternate", ("BOB-t", 100): "reference", ("ANN-t", 200): "reference",
    }  # fmt: skip
    counted = found.attrs["informative"].set_index(["sample_id", "chromosome"])
    assert counted.loc[("ANN-t", "chr7"), ["n_informative", "n_lost"]].tolist() == [2, 2]
    assert counted.loc[("ANN-u", "chr7"), ["n_informative", "n_lost"]].tolist() == [1, 0]
    assert counted.loc[("ANN-t", "chr9"), "share"] == 0
    assert counted.loc[("BOB-t", "chrX"), "n_informative"] == 0


def test_without_both_samples_nothing_is_compared(tmp_path: Path) -> None:
    folder = made(tmp_path, {("chr7", 100): ("0/0", "0/1", *["0/0"] * 5)})

    with pytest.raises(NoTumours, match="germline"):
        somatic(folder, ["CAT", "DAN"])


def test_a_cohort_is_asked_in_the_same_words(tmp_path: Path) -> None:
    made(tmp_path, {("chr7", 100): ("0/1", "0/1", "0/0", "0/1", "0/0", "0/0", "0/0")})
    cohort = Cohort(tmp_path / "made" / "cohort")
    women = cohort.individuals(sex="female")

    with pytest.warns(QualitiesNotKept):
        assert found_in(cohort.somatic(gene="BRAF", max_frequency=1)) == [("BOB-t", 100)]
    assert found_in(cohort.loss_of_heterozygosity(individuals=women)) == [("ANN-u", 100)]
