"""Tables of public atlases and catalogues, steps that variants go through, and their neighbours."""

# ruff: noqa: E501  # lines as programs write them

from __future__ import annotations

import numpy as np
import pytest

from tests.disclosure.test_columns_beside_things import GENES

TISSUES = ("Brain_Cortex", "Liver", "Whole_Blood", "Heart_Left_Ventricle", "Lung", "Thyroid")
PEOPLE = ("Brenda", "Oliver", "Tiina", "Person_D", "S0412", "S0413")
PUBLIC = "public-annotation"


def marks(names: tuple[str, ...]) -> str:
    rng = np.random.default_rng(3)
    rows = [",".join([gene, *map(str, rng.integers(0, 2, len(names)))]) for gene in GENES]
    return "\n".join([",".join(["gene_name", *names]), *rows]) + "\n"


def test_genes_expressed_in_tissues_are_no_genotypes_of_people(report):
    assert report(marks(TISSUES), "gtex.csv", kind=PUBLIC, n=5_200).verdict.word == "pass"


@pytest.mark.parametrize("names", [PEOPLE, (*TISSUES[:5], "blood_of_Tiina"), ("Liver", *PEOPLE)])
def test_a_column_that_is_no_tissue_may_be_a_person(report, names):
    assert report(marks(names), "gtex.csv", kind=PUBLIC, n=5_200).verdict.word != "pass"


def test_tissues_of_as_many_as_there_are_people_may_be_theirs(report):
    assert report(marks(TISSUES), "gtex.csv", kind=PUBLIC, n=12).verdict.word != "pass"


def genes_placed(strand: str, names: list[str]) -> str:
    rows = [
        f"chr{1 + i % 20}\t{1_000_000 + 70_001 * i}\t{1_004_000 + 70_001 * i}\t{name}\t0\t{strand[i % len(strand)]}"
        for i, name in enumerate(names)
    ]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (genes_placed("+-", GENES), True),
        # Without strands, genes are what somebody may have lost; codes are people.
        (genes_placed(".", GENES), False),
        (genes_placed("+-", [f"S{4000 + 7 * i}" for i in range(30)]), False),
    ],
)
def test_places_that_genes_name_on_both_strands_are_annotation(report, text, passes):
    assert (report(text, "genes.bed", n=None).verdict.word == "pass") is passes


def published(study: str, paper: str = "30275531", beside: str = "") -> str:
    head = (
        "DATE\tPUBMEDID\tMAPPED_TRAIT\tCHR_ID\tCHR_POS\tSNPS\tP-VALUE\tOR or BETA\tSTUDY ACCESSION"
    )
    rows = [
        f"2018-10-01\t{paper}\tLDL cholesterol\t{1 + i % 20}\t{900_000 + 7_001 * i}\trs{4000 + 17 * i}\t4E-15\t0.0{1 + i % 9}\t{study}{beside}"
        for i in range(20)
    ]
    return "\n".join([head + ("\tcarrier" if beside else ""), *rows]) + "\n"


def test_published_associations_need_no_number_of_people(report):
    assert report(published("GCST004232"), "catalogue.tsv", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [
        published("study 4", "17"),
        published("GCST004232", beside="\tS0412"),
        published("GCST004232").replace("DATE", "date_of_birth"),
    ],
)
def test_associations_of_no_publication_or_with_somebody_are_looked_at(report, text):
    assert report(text, "catalogue.tsv", n=None).verdict.word != "pass"


def steps(*names: str) -> str:
    rows = [f"{name},{9000 - 300 * i},{4 + i},{8700 - 300 * i}" for i, name in enumerate(names)]
    return "\n".join(["step,n_before,n_removed,n_after", *rows]) + "\n"


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (steps("call rate", "HWE", "MAF", "ambiguous strand"), True),
        (steps("call rate", "HWE", "MAF", "sex mismatch of samples"), False),
        (steps("invited", "consented", "genotyped"), False),
    ],
)
def test_steps_that_variants_go_through_may_take_few_away(report, text, passes):
    assert (report(text, "qc.csv", n=None).verdict.word == "pass") is passes


def batches(names: list[str], least: int = 380) -> str:
    rows = [f"{name}\t{least + i}\t99.2\t32.{i % 9}\t2.06" for i, name in enumerate(names)]
    head = "Sample\tn_libraries\tsamtools_flagstat-mapped_passed_pct_mean"
    return (
        "\n".join([f"{head}\tmosdepth-median_coverage_mean\tbcftools_stats-tstv_mean", *rows])
        + "\n"
    )


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (batches([f"batch_{i:02d}" for i in range(1, 13)]), True),
        (batches([f"batch_{i:02d}" for i in range(1, 13)], least=1), False),
        (batches([f"EB{4000 + 7 * i}" for i in range(12)]), False),
    ],
)
def test_batches_of_many_libraries_are_no_people(report, text, passes):
    assert (report(text, "multiqc.txt", n=6_000).verdict.word == "pass") is passes
