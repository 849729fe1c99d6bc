"""Columns that no list of names holds, beside rows that are proven to be genes or variants."""

from __future__ import annotations

import numpy as np
import pytest

GENES = (  # noqa: SIM905  # symbols read better without quotation marks
    "LDLR APOB PCSK9 APOE LPL CETP ANGPTL3 HMGCR TCF7L2 FTO MC4R KCNJ11 SLC30A8 PPARG HNF1A GCK"
    " CDKAL1 IGF2BP2 SORT1 ABCG5 ABCG8 NPC1L1 TM6SF2 PNPLA3 GCKR TRIB1 LIPC LIPG ABCA1 APOA5"
).split()


def genes_tested(name: str, cells: list[str]) -> str:
    rng = np.random.default_rng(3)
    rows = [f"{gene}\t{rng.uniform():.4f}\t{cell}" for gene, cell in zip(GENES, cells, strict=True)]
    return "\n".join([f"gene\tpvalue\t{name}", *rows]) + "\n"


def measured() -> list[str]:
    return [f"{each:.4f}" for each in np.random.default_rng(4).normal(2, 1, len(GENES))]


def copies() -> list[str]:
    return [str(each) for each in np.random.default_rng(5).integers(0, 3, len(GENES))]


@pytest.mark.parametrize("name", ["tmi", "anchor weight", "CondJointDelta", "gain_index_v2"])
def test_a_column_of_words_beside_tests_of_genes_needs_no_known_name(report, name):
    found = report(genes_tested(name, measured()), "genes.tsv", n=40_000)

    assert found.verdict.word == "pass"


@pytest.mark.parametrize(
    "name",
    ["proband", "P_0412", "carrier_age", "expression", "vaf", "sample 7", "mother",
     "x", "tumourDepth"],
)  # fmt: skip
def test_a_column_that_may_be_of_somebody_is_looked_at(report, name):
    found = report(genes_tested(name, measured()), "genes.tsv", n=40_000)

    assert found.verdict.word != "pass"


@pytest.mark.parametrize("cells", [copies(), [str(1 + i % 7) for i in range(len(GENES))]])
def test_marks_and_small_whole_numbers_are_looked_at_under_any_words(report, cells):
    found = report(genes_tested("anchor weight", cells), "genes.tsv", n=40_000)

    assert found.verdict.word != "pass"


def test_many_columns_of_one_name_may_be_one_a_person(report):
    rng = np.random.default_rng(6)
    names = "\t".join(f"anchor_{letter}" for letter in "abcdefghijkl")
    rows = [f"{g}\t0.5\t" + "\t".join(f"{x:.3f}" for x in rng.normal(size=12)) for g in GENES]

    found = report("\n".join([f"gene\tpvalue\t{names}", *rows]), "genes.tsv", n=40_000)

    assert found.verdict.word != "pass"


# --- genotype counts of PLINK 2, and files without a header -----------------------------------


def counts_by_genotype(n: int, frequency: float) -> str:
    head = "#CHROM\tID\tREF\tALT\tHOM_REF_CT\tHET_REF_ALT_CTS\tTWO_ALT_GENO_CTS\tHAP_REF_CT"
    two, het = round(n * frequency**2), round(2 * n * frequency * (1 - frequency))
    rows = [
        f"1\trs{5000 + 31 * i}\tA\tG\t{n - two - het - i}\t{het + i}\t{two}\t0\t0\t0"
        for i in range(40)
    ]
    return "\n".join([f"{head}\tHAP_ALT_CTS\tMISSING_CT", *rows]) + "\n"


@pytest.mark.parametrize(
    ("n", "frequency", "wanted"), [(40_000, 0.2, "pass"), (2_000, 0.0005, "block")]
)
def test_genotype_counts_of_plink_are_counts_of_people(report, n, frequency, wanted):
    found = report(counts_by_genotype(n, frequency), "cohort.gcount", n=n, variants=40)

    assert found.verdict.word == wanted


@pytest.mark.parametrize(("n", "wanted"), [(20_000, "pass"), (2_000, "block")])
def test_genotype_counts_have_one_meaning_under_short_names(report, n, wanted):
    rows = "".join(
        f"rs{5000 + 31 * i}\t{n - 1_000}\t{n // 25 + i}\t{n // 220}\n" for i in range(30)
    )

    found = report(f"ID\tHOM_REF_CT\tHET_CT\tHOM_ALT_CT\n{rows}", "counts.tsv", n=n, variants=30)

    assert (found.verdict.word == "pass") is (wanted == "pass")


def without_header(beside) -> str:
    rng = np.random.default_rng(8)
    rows = []
    for i in range(200):
        told = "\t".join(beside(rng))
        rows.append(f"{1 + i // 10}\t{900_000 + 7_001 * i}\trs{4000 + 17 * i}\tA\tG\t{told}")
    return "\n".join(rows) + "\n"


def alleles(rng) -> list[str]:
    total = 2 * int(rng.integers(19_800, 20_000))
    return [str(total), f"{int(rng.integers(2_000, 18_000)) / total:.6f}"]


def shares_of_nothing(rng) -> list[str]:
    return [str(2 * int(rng.integers(19_800, 20_000))), f"{rng.uniform(0.1, 0.9):.6f}"]


def reads(rng) -> list[str]:
    depth = int(rng.integers(20, 60))
    return [str(depth), f"{rng.binomial(depth, 0.5) / depth:.6f}"]


def test_shares_that_are_whole_alleles_of_all_are_frequencies(report):
    found = report(without_header(alleles), "query.txt", n=20_000, variants=200)

    assert found.verdict.word == "pass"


@pytest.mark.parametrize("beside", [shares_of_nothing, reads])
def test_shares_of_reads_or_of_nothing_are_no_frequencies(report, beside):
    found = report(without_header(beside), "query.txt", n=20_000, variants=200)

    assert found.verdict.word != "pass"


# --- people under codes of several words -----------------------------------------------------


def codes(n: int) -> list[str]:
    return [f"HU-BIO-{each}" for each in np.random.default_rng(9).integers(100_000, 999_999, n)]


def test_codes_of_two_words_and_a_number_name_people(report):
    rows = "".join(f"{c}\t{c}\t{i % 90}\t20000\t0.0043\n" for i, c in enumerate(codes(60)))

    found = report(f"#FID\tIID\tMISSING_CT\tOBS_CT\tF_MISS\n{rows}", "qc.smiss", n=300)

    assert found.verdict.word == "block"


def test_a_file_of_families_without_a_header_names_people(report):
    rows = "".join(f"{c} {c} 0 0 {1 + i % 2} -9\n" for i, c in enumerate(codes(60)))

    found = report(rows, "study.fam", n=None)

    assert found.verdict.word == "block"


# --- reports of bcftools ---------------------------------------------------------------------


def statistics(n_samples: int) -> str:
    return (
        "# This file was produced by bcftools stats (1.17+htslib-1.17)\n"
        "# SN\t[2]id\t[3]key\t[4]value\n"
        f"SN\t0\tnumber of samples:\t{n_samples}\nSN\t0\tnumber of records:\t12031\n"
        "SN\t0\tnumber of others:\t7\n"
        "# IDD, InDel distribution:\n"
        "# IDD\t[2]id\t[3]length (deletions negative)\t[4]number of sites\t[5]number of genotypes"
        "\t[6]mean VAF\nIDD\t0\t-10\t4\t0\t.\nIDD\t0\t1\t302\t0\t.\n"
    )


@pytest.mark.parametrize(("n_samples", "wanted"), [(0, "pass"), (640, "pass"), (1, "review")])
def test_a_report_of_sites_says_itself_how_many_people_it_is_of(report, n_samples, wanted):
    found = report(statistics(n_samples), "chr22.stats.txt", n=None)

    assert (found.verdict.word == "pass") == (wanted == "pass")


@pytest.mark.parametrize(("n", "wanted"), [(20_000, "pass"), (40, "review")])
def test_distances_of_populations_tell_nobody_where_people_are_many(report, n, wanted):
    rng = np.random.default_rng(2)
    rows = "".join(
        f"1\trs{5000 + 31 * i}\t{1_000_000 + 701 * i}\t{n}\t{x:.6g}\n"
        for i, x in enumerate(rng.exponential(0.01, 90))
    )

    found = report(f"CHR\tSNP\tPOS\tNMISS\tFST\n{rows}", "nordic.fst", n=n, variants=90)

    assert found.verdict.word == wanted


def enriched(name: str) -> str:
    rows = [
        f"GO:00{54961 + 7 * i},insulin secretion,{4 + i}/212,1e-05,{'/'.join(GENES[i : 2 * i + 4])}"
        for i in range(8)
    ]
    return "\n".join([f"ID,Description,{name},pvalue,geneID", *rows]) + "\n"


def test_genes_among_those_of_a_set_are_no_people_and_carriers_are(report):
    assert report(enriched("GeneRatio"), "enrichGO.csv", n=40_000).verdict.word == "pass"
    assert report(enriched("carriers"), "enrichGO.csv", n=40_000).verdict.word != "pass"
