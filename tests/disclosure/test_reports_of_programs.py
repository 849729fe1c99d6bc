"""Texts that programs of genomics write: reports of annotation, logs of runs, chains."""

# ruff: noqa: E501  # lines as programs write them

from __future__ import annotations

import pytest

RUN = """[VEP run statistics]
VEP version (API)\t112 (112)
Species\thomo_sapiens
Command line options\t--cache --offline --fork 8
Start time\t2026-09-18 08:41:12
Run time\t4903 seconds

[General statistics]
Lines of input read\t18402933
Novel / existing variants\t2219407 (12.1) / 16183304 (87.9)
"""
SORTS = "stop_gained\t16022\nmissense_variant\t392811\nmature_miRNA_variant\t8\nstart_lost\t4\n"


def test_a_report_of_annotation_counts_variants_however_few(report):
    text = f"{RUN}\n[Consequences (most severe)]\n{SORTS}\n[SIFT summary]\ntolerated\t5\n"

    assert report(text, "summary.txt", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "section",
    [
        f"[Carriers by consequence]\n{SORTS}",
        "[Consequences by sample]\nS0412\t16\nS0413\t8\nS0414\t4\n",
        "[Variants by diagnosis]\ncarriers of stop_gained\t3\nother carriers\t4\n",
    ],
)
def test_a_section_about_people_is_none_about_variants(report, section):
    text = f"{RUN}\n[Consequences (all)]\n{SORTS}\n{section}"

    assert report(text, "summary.txt", n=5_000).verdict.word != "pass"


def test_sections_without_any_sort_of_variant_are_of_something_else(report):
    text = f"{RUN}\n[Variant classes]\nTallinn\t8\nTartu\t4\n\n[SIFT summary]\nyes\t3\nno\t5\n"

    assert report(text, "summary.txt", n=5_000).verdict.word != "pass"


SUMMARY = """# Summary table

Name , Value
Genome , GRCh38.105
Date , 2026-09-20 11:08
SnpEff_version , SnpEff 5.2c (build 2024-04-09 12:24)

# Effects by functional class

Type , Count , Percent
MISSENSE , 52140 , 56.471%
NONSENSE , 9 , 0.01%
SILENT , 39288 , 42.552%

Missense_Silent_ratio , 1.3271
"""


def test_a_summary_of_effects_is_a_report_too(report):
    assert report(SUMMARY, "snpEff_summary.csv", n=20_000).verdict.word == "pass"


def test_a_table_of_genotypes_by_person_in_a_summary_is_looked_at(report):
    text = f"{SUMMARY}\n# Hom/Het table\n\nSample_names , S1, S2\nHet , 31, 7\nHom , 12, 3\n"

    assert report(text, "snpEff_summary.csv", n=20_000).verdict.word != "pass"


# --- logs ------------------------------------------------------------------------------------

LOG = """Start time: Tue Sep  8 21:14:02 2026
Copyright (c) 2020-2024 the authors of a program. Distributed under the MIT License.
Options in effect:
  --step 1 --bed array_pruned --bsize 1000 --out fit_bmi --rg T2D.stats.gz,BMI.stats.gz,LDL.stats.gz,CAD.stats.gz
Fitting null model
 * number of individuals used in analysis = 48210
"""
WORK = "".join(f" block [{i}/90] : {i + 400} snps  ({3000 + i}ms)\n" for i in range(1, 90))
END = "Elapsed time : 2781.33s\nEnd time: Tue Sep  8 22:00:23 2026\n"


def test_a_log_may_have_many_numbers_of_its_run(report):
    assert report(LOG + WORK + END, "fit.log", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f" sample S{4000 + 7 * i}: missing rate {0.01 * i:.3f}\n" for i in range(12)),
        "".join(f" excluded value {1.37 * i:.3f} of a row\n" for i in range(90)),
        " the individual of 34 years with rs7412 was removed\n",
        " 3 carriers were left out\n",
    ],
)
def test_what_a_log_says_of_people_is_looked_at(report, lines):
    assert report(LOG + WORK + lines + END, "fit.log", n=5_000).verdict.word != "pass"


# --- chains ----------------------------------------------------------------------------------


def chain(length: int = 249250621) -> str:
    head = f"chain 20851231461 chr1 {length} + 10000 240000 chr1 248956422 + 10000 241000 2\n"
    return head + "14273\t3\t7\n87969\t0\t1\n52412\n\n"


def test_a_chain_between_assemblies_is_of_nobody(report):
    assert report(chain(), "hg19ToHg38.over.chain", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [
        chain(249250600),
        chain() + "61\t2\t1\n" * 4 + "F\t54\t1\n",
        chain().replace("14273", "990000"),
    ],
)
def test_numbers_below_the_head_of_a_chain_are_held_to_its_span(report, text):
    assert report(text, "hg19ToHg38.over.chain", n=5_000).verdict.word != "pass"


# --- loci ------------------------------------------------------------------------------------


def hypotheses(factor: float = 1.0, beside: str = "Liver", name: str = "tissue") -> str:
    rows = [
        f"{gene}\t{beside}\t{900 + i}\t0.0\t{0.5 * factor:.4f}\t0.0012\t0.0288\t0.47"
        for i, gene in enumerate(("PCSK9", "SORT1", "APOB", "LDLR", "HMGCR", "LPA"))
    ]
    names = "\t".join(f"PP.H{i}.abf" for i in range(5))
    return "\n".join([f"gene\t{name}\tnsnps\t{names}", *rows]) + "\n"


def test_hypotheses_of_loci_that_add_up_to_one_need_no_number_of_people(report):
    assert report(hypotheses(), "coloc.tsv", n=None).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [hypotheses(beside="S0412", name="carrier"), hypotheses(name="proband")],
)
def test_hypotheses_that_do_not_add_up_or_have_people_beside_them_are_looked_at(report, text):
    assert report(text, "coloc.tsv", n=None).verdict.word != "pass"


def regions(name: str, n: int) -> str:
    rows = "".join(
        f"{1 + i % 22}\t{100_000 + 50_321 * i}\t{1_700_000 + 50_321 * i}\t{0.0001 + i / 9e5:.6f}\t{0.01 * (37 * i % 97):.2f}\n"
        for i in range(1, 60)
    )
    return f"chr\tstart\tend\t{name}\tp\n{rows}"


@pytest.mark.parametrize(
    ("name", "n", "wanted"),
    [
        ("local_h2g", 48_000, "pass"),
        ("local_h2g", 60, "review"),
        ("proband_ratio", 48_000, "review"),
    ],
)
def test_regions_are_tested_in_many_people(report, name, n, wanted):
    found = report(regions(name, n), "step2.txt", n=n)

    assert (found.verdict.word == "pass") == (wanted == "pass")
