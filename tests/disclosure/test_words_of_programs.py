# ruff: noqa: E501  # made exports read better with one item a line
"""Code, settings and lists of software that may leave, each beside people under the same words."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict

CODE = """library(ggplot2)
res <- read.delim("results/subgroups.tsv")
res$label <- with(res, sprintf("%s (n = %d)", subgroup, n))
ggplot(res, aes(y = label, x = hr, xmin = lower, xmax = upper)) +
  geom_pointrange(size = 0.3, colour = "grey20")
ggsave("figures/forest.pdf", width = 7, height = 5, dpi = 300)
"""
SETTINGS = """trait: LDL
regenie:
  step1: {bsize: 1000, cv: 5, lowmem: true}
  step2: {bsize: 400, firth: true, approx: true, pThresh: 0.05, minMAC: 20}
"""
SESSION = """R version 4.3.2 (2023-10-31)
Platform: x86_64-pc-linux-gnu (64-bit)
Running under: Ubuntu 22.04.4 LTS

locale:
 [1] LC_CTYPE=en_US.UTF-8       LC_NUMERIC=C               LC_TIME=en_US.UTF-8

attached base packages:
[1] splines   stats     graphics  grDevices utils     datasets  methods   base

other attached packages:
 [1] survival_3.5-7    data.table_1.15.0 lubridate_1.9.3   {}
 [6] dplyr_1.1.4       purrr_1.0.2       readr_2.1.5       tidyr_1.3.1       tibble_3.2.1
"""
PACKAGES = "Package     Version\n----------- --------\nnumpy       1.26.4\npandas      2.2.1\nscipy       1.12.0\n{}\n"
CITATION = """cff-version: 1.2.0
message: "If you use this software, please cite it as below."
title: "ldl-analysis"
date-released: 2026-02-11
license: MIT
"""
STUDY = "A case-control study and the patient organisation helped to set up the cohort, which is described elsewhere at length.\n"

MAY_LEAVE = {
    "code in R": (CODE, "plot.R"),
    "settings in braces": (SETTINGS, "config.yaml"),
    "the session of R": (SESSION.format("forcats_1.0.0"), "session.txt"),
    "packages as pip lists them": (PACKAGES.format("PyYAML      6.0.1"), "pip.txt"),
    "a citation with its day": (CITATION, "CITATION.cff"),
    "settings of a program": (
        "regenie:\n  bsize: 400\n  minMAC: 20\n  threads: 16\n",
        "config.yaml",
    ),
    "versions of programs": ('"FREQ":\n  plink2: 2.00a5\n  bcftools: 1.19\n', "versions.yml"),
    "words about a study": (STUDY, "t.txt"),
}
MAY_NOT = {
    "facts of somebody as arguments": (CODE.replace("dpi = 300", "age = 54, bmi = 31.2"), "plot.R"),
    "somebody among settings": (SETTINGS.replace("lowmem: true", "age: 54, sex: F"), "config.yaml"),
    "a height that is no picture's": (
        CODE.replace("width = 7, height = 5, dpi", "width = 172, height = 181, dpi"),
        "plot.R",
    ),
    "values without a meaning": (
        "The lines say a1 = 54, b1 = 31, c1 = 12 and then go on with more words of this sort.\n",
        "t.txt",
    ),
    "a person for a package": (
        PACKAGES.format("Tamm        54.2\nSepp        61.1\nKask        38.4\nRebane      47.9"),
        "pip.txt",
    ),
    "values for versions": ("name,version\nanna,54.2\nbert,61.1\ncarl,38.4\n", "t.csv"),
    "days of people": (
        CITATION + "".join(f"date: 2026-0{i}-11\n" for i in range(1, 6)),
        "CITATION.cff",
    ),
    "words about somebody": (
        "A case was seen in the clinic, and the patient went home; both are described elsewhere at length.\n",
        "t.txt",
    ),
}


@pytest.mark.parametrize("case", MAY_LEAVE)
def test_what_programs_are_told_and_say_of_themselves_passes(report, case: str) -> None:
    content, name = MAY_LEAVE[case]

    found = report(content, name, n=6200)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize("case", MAY_NOT)
def test_people_under_the_same_words_do_not(report, case: str) -> None:
    content, name = MAY_NOT[case]

    found = report(content, name, n=6200)

    assert found.verdict is not Verdict.PASS


def test_an_odd_word_among_packages_stays_a_part_of_the_text(report) -> None:
    found = report(SESSION.format("EGIP123456789"), "session.txt", n=6200)

    assert found.verdict is Verdict.BLOCK
