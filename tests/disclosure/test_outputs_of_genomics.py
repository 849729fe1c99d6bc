"""Tables that programs of genetics write of many people pass; one row or mark a person does not."""

from __future__ import annotations

import numpy as np
import pytest

LOCI = [(f"rs{41_000 + 977 * i}", 1 + i // 2, 1_000_000 + 3_100_000 * i) for i in range(24)]


def rows(head: str, lines: list[list[object]], delimiter: str = "\t") -> str:
    return "\n".join([head, *(delimiter.join(map(str, line)) for line in lines)]) + "\n"


def correlations_of_traits(first: list[str]) -> str:
    lines = [
        [name, "SCZ.sumstats.gz", 0.31, 0.05, 6.2, 4e-9, 0.21, 0.01, 1.02, 0.008] for name in first
    ]
    return rows("p1\tp2\trg\tse\tz\tp\th2_obs\th2_obs_se\th2_int\tgcov_int", lines)


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (["MDD.sumstats.gz", "BIP.sumstats.gz", "insomnia.sumstats.gz"], True),
        ([f"P{i:04d}" for i in range(3)], False),
        ([f"{i:04d}" for i in range(3)], False),
    ],
)
def test_genetic_correlations_are_of_traits_and_not_of_numbered_rows(report, first, wanted):
    found = report(correlations_of_traits(first), "rg.tsv", n=None)

    assert (found.verdict.word == "pass") is wanted


def lead_variants(numbers: list[int]) -> str:
    lines = [
        [locus, name, chromosome, position, "A/G", 0.31, "0.052 (0.006)", 2.1e-17, "FTO"]
        for locus, (name, chromosome, position) in zip(numbers, LOCI, strict=True)
    ]
    head = "Locus,Lead SNP,Chr,Position (GRCh38),EA/OA,EAF,β (SE),P,Nearest gene"
    return rows(head, lines, ",")


def test_lead_variants_may_be_numbered_by_locus_but_not_by_copies(report):
    counted = report(lead_variants(list(range(1, 25))), "lead.csv", n=50_000)
    copies = report(lead_variants([0, 1, 2, 1, 0, 0] * 4), "lead.csv", n=50_000)

    assert counted.verdict.word == "pass"
    assert copies.verdict.word != "pass"


def fine_mapping(extra: str = "") -> str:
    shares = np.random.default_rng(3).dirichlet(np.full(24, 0.2))
    lines = [
        [name, round(float(share), 4), 1, round(0.2 * float(share), 5), 0.004]
        + ([i % 3] if extra else [])
        for i, ((name, _, _), share) in enumerate(zip(LOCI, shares, strict=True))
    ]
    return rows("variant\tpip\tcs\tposterior_mean\tposterior_sd" + extra, lines)


@pytest.mark.parametrize(("n", "extra", "wanted"), [
    (50_000, "", True), (60, "", False), (None, "", False), (50_000, "\tproband", False),
])  # fmt: skip
def test_posterior_effects_pass_where_they_are_of_many_people(report, n, extra, wanted):
    found = report(fine_mapping(extra), "susie.tsv", n=n)

    assert (found.verdict.word == "pass") is wanted
