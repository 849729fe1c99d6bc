"""What is read of one genome blocks in any layout, and tables of groups with such names do not."""

# ruff: noqa: E501  # files are written as programs write them
from __future__ import annotations

import json

import numpy as np
import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

RNG = np.random.default_rng(11)


def judged(content: str, name: str = "t.csv", **context: object) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext.model_validate(context))
    return judge_bytes(content.encode(), judging).report


def rules(report: FileReport) -> set[str]:
    return {finding.rule for finding in report.findings}


def chances(n_variants: int, n_people: int, front: str = "7 rs{i} {at} A G") -> str:
    drawn = RNG.dirichlet([0.3] * 3, (n_variants, n_people)).reshape(n_variants, -1)
    return "\n".join(
        f"{front.format(i=i, at=1000 + i)} {' '.join(f'{v:.3f}' for v in row)}"
        for i, row in enumerate(drawn)
    )


@pytest.mark.parametrize("front", ["7 rs{i} {at} A G", "--- rs{i} {at} A G", "rs{i} A G"])
def test_three_chances_a_person_are_genotypes_whatever_stands_before_them(front):
    report = judged(chances(30, 20, front) + "\n", "chunk.txt")

    assert report.verdict is Verdict.BLOCK
    assert "GEN104" in rules(report)


def test_shares_of_three_ancestries_are_no_genotypes():
    rows = ["region,n,african,european,asian"]
    rows += [f"r{i},{400 + i},0.2,0.7,0.1" for i in range(20)]

    assert "GEN104" not in rules(judged("\n".join(rows) + "\n"))


@pytest.mark.parametrize(
    "content",
    [
        "Gene\tVariant\tZygosity\tACMG\nPMM2\t16:8811146:G:A\thet\tP\nTTN\t2:178532834:G:T\thet\tVUS\n",
        "gene,hgvs_c,found\nMYH7,c.1208G>A,present in mother\nTTN,c.1400G>A,de novo\n",
        "chrom,pos,ref,alt,DP,GQ\n" + "".join(f"7,{1000 + i},A,G,{30 + i},99\n" for i in range(9)),
        "pos,LRR,BAF\n" + "".join(f"{1000 + i},0.0{i},0.5{i}\n" for i in range(9)),
        "".join(f"chr7\t{100 + i}\tA\t12\t..,.,,G.,.,.\tFFFFFFFFFFFF\n" for i in range(9)),
    ],
)  # fmt: skip
def test_what_a_laboratory_tells_of_one_person_blocks(content):
    report = judged(content, "t.tsv" if "\t" in content else "t.csv")

    assert report.verdict is Verdict.BLOCK
    assert "GEN105" in rules(report)


@pytest.mark.parametrize(
    "content",
    [
        "gene,inheritance,n_carriers\nMYH7,AD,40\nTTN,AR,31\n",
        "variant,zygosity,n_individuals\nrs1,het,400\nrs1,hom,30\n",
        "CHROM,POS,REF,ALT,AC,AN,mean_dp\n7,1000,A,G,400,4000,31.2\n7,2000,A,G,300,4000,30.1\n",
    ],
)
def test_numbers_of_carriers_by_zygosity_are_no_report_of_one_person(content):
    assert "GEN105" not in rules(judged(content, n_individuals=5000))


def test_repeats_at_forensic_loci_and_diplotypes_are_profiles():
    repeats = "D3S1358,vWA,FGA,TH01\n" + "".join(f"{9 + i % 7}/15,16/17,2{i % 5}/22,6/9\n" for i in range(12))  # fmt: skip
    stars = "CYP2D6,CYP2C19\n" + "".join(f"*1/*{1 + i % 4},*1/*{1 + i % 3}\n" for i in range(12))

    assert "GEN106" in rules(judged(repeats))
    assert "GEN106" in rules(judged(stars))


def test_what_diplotypes_mean_and_how_common_repeats_are_is_no_profile():
    meaning = "CYP2D6,phenotype\n*1/*1,normal\n*1/*4,intermediate\n*4/*4,poor\n*1/*2,normal\n*2/*2,normal\n"  # fmt: skip
    common = "allele,D3S1358,vWA,FGA,TH01\n" + "".join(f"{i},0.1{i},0.2,0.1,0.3\n" for i in range(8, 16))  # fmt: skip

    assert "GEN106" not in rules(judged(meaning))
    assert "GEN106" not in rules(judged(common))


def test_places_of_carriers_in_a_file_name_them():
    table = "variant,het\n" + "".join(f"rs{i},{i};{i + 40};{i + 99}\n" for i in range(1, 12))
    tree = json.dumps({f"rs{i}": [i, i + 3, i + 9, i + 30, i + 31, i + 70] for i in range(1, 9)})

    assert judged(table).verdict is Verdict.BLOCK
    assert judged(tree, "t.json").verdict is Verdict.BLOCK


def test_where_exons_begin_names_nobody():
    table = "gene,exon_starts\n" + "".join(f"G{i},{i};{i + 40};{i + 99}\n" for i in range(1, 12))

    assert "GEN107" not in rules(judged(table))


def test_a_matrix_one_cell_a_row_is_a_matrix():
    rows = [f"{i},rs{j},{RNG.integers(0, 3)}" for i in range(20) for j in range(20)]

    report = judged("a,b,c\n" + "\n".join(rows) + "\n")

    assert "GEN108" in rules(report)


@pytest.mark.parametrize("words", [("low", "mid", "high"), ("aa", "bb", "cc"), ("x", "y", "z")])
def test_a_matrix_of_three_words_is_one_of_genotypes(words):
    rows = [",".join(RNG.choice(words, 30)) for _ in range(40)]
    report = judged(",".join(f"c{i}" for i in range(30)) + "\n" + "\n".join(rows) + "\n")

    assert report.verdict is Verdict.BLOCK


def test_marks_of_significance_of_genes_by_traits_are_not_blocked():
    rows = [f"GENE{i}," + ",".join(RNG.choice(["ns", "*", "**"], 24)) for i in range(24)]
    report = judged("gene," + ",".join(f"trait_{i}" for i in range(24)) + "\n" + "\n".join(rows))

    assert report.verdict is not Verdict.BLOCK
