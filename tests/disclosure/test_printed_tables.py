# ruff: noqa: E501  # made exports read better with one item a line
"""Tables as R, SAS, SPSS, Stata and pandas print them, read by where columns stand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.forms.writing.columns.printed import read_printed

LM = """Coefficients:
            Estimate Std. Error t value Pr(>|t|)
(Intercept) 24.91523    0.33410  74.575  < 2e-16 ***
age          0.04121    0.00540   7.631 2.79e-14 ***
sexM         0.61222    0.42110   1.455   0.1457
"""
STATA = """           |         case
      gene |         0          1 |     Total
-----------+----------------------+----------
     BRCA1 |       412        {:>3} |       415
      none |     3,797      1,169 |     4,966
-----------+----------------------+----------
     Total |     4,209      1,172 |     5,381
"""
SAS = """                                                 Cumulative    Cumulative
             diagnosis   Frequency     Percent     Frequency      Percent
             ----------------------------------------------------------------
             G71.0             812       16.24           812        16.24
             G71.1            {:>4}        0.08           816        16.32
             none             4184       83.68          5000       100.00
"""
R_TABLE = """
         control case
  carrier    112 {:>4}
  none      2888 1919
"""
R_LEVELS = """   sex
case    0    1
   F 1203 {:>4}
   M 1188  312
"""
CONTINGENCY = {"Stata": STATA, "SAS": SAS, "R": R_TABLE, "R with levels": R_LEVELS}


def test_names_stand_over_their_columns_though_they_are_of_two_words() -> None:
    (table,) = read_printed(LM.split("\n"))

    assert table.names == ["", "Estimate", "Std. Error", "t value", "Pr(>|t|)"]
    assert table.rows[0] == ["(Intercept)", "24.91523", "0.33410", "74.575", "<2e-16"]
    assert table.rows[2] == ["sexM", "0.61222", "0.42110", "1.455", "0.1457"]


def test_names_over_several_columns_are_part_of_each_name() -> None:
    (table,) = read_printed(SAS.format(4).split("\n"))

    assert table.names[-2:] == ["Cumulative Frequency", "Cumulative Percent"]


def test_levels_of_a_variable_name_columns_and_are_no_counts() -> None:
    (table,) = read_printed(R_LEVELS.format(212).split("\n"))

    assert table.rows == [["F", "1203", "212"], ["M", "1188", "312"]]


def test_no_number_of_a_row_is_lost_where_names_are_fewer() -> None:
    lines = ["          n  carrier", "arm", "cases   120   0.025", "controls 80   0.125"]

    (table,) = read_printed(lines)

    assert table.rows == [["cases", "120", "0.025"], ["controls", "80", "0.125"]]


@pytest.mark.parametrize("program", CONTINGENCY)
def test_small_cells_are_found_in_printed_tables(judged, program) -> None:
    found = judged(CONTINGENCY[program].format(3), "t.txt", n=6000)

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


@pytest.mark.parametrize("program", ["SAS", "R", "R with levels"])
def test_tables_of_enough_people_pass_as_they_are_printed(judged, program) -> None:
    found = judged(CONTINGENCY[program].format(204).replace("0.08", "4.08"), "t.txt", n=6000)

    assert found.report.verdict is Verdict.PASS, found.report.findings


def test_marks_of_few_genes_are_no_counts_of_people(judged) -> None:
    found = judged("gene,mask\nBRCA1,1\nBRCA2,0\nTTN,1\nRYR1,0\nPCSK9,1\n")

    assert found.report.verdict is Verdict.PASS, found.report.findings


def test_marks_of_people_over_genes_do_not_pass(judged) -> None:
    found = judged("gene,S1,S2\nBRCA1,1,0\nBRCA2,0,1\nTTN,1,1\nRYR1,0,0\n")

    assert found.report.verdict is not Verdict.PASS


def test_numbers_behind_names_with_dots_keep_what_they_count(judged) -> None:
    found = judged('{"n.total": 5000, "n.carriers.RYR1": 3}', "c.json")

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


def test_families_are_found_without_zeros_for_founders(judged) -> None:
    rows = "".join(f"C{i},F{i},M{i},{60 + i % 5}\n" for i in range(15))

    found = judged(f"child,father,mother,n_denovo\n{rows}")

    assert found.report.verdict is Verdict.BLOCK


VECTORS = np.random.default_rng(0).normal(size=(40, 3))
RESIDUALS = "\n".join(
    "".join(f"{i + k:>9}" for k in range(6))
    + "\n"
    + "".join(f"{((i + k) * 37 % 101) / 50 - 1:>9.4f}" for k in range(6))
    for i in range(1, 31, 6)
)
OF_SINGLE_PEOPLE = {
    "residuals by observation": RESIDUALS,
    "influence of a few": "    92    126    167    271     89\n0.0715 0.0466 0.0380 3.0165 2.4839\n",
    "outliers": "$stats\n[1] 1.7 3.2 3.9 4.3 5.8\n\n$out\n[1] 6.18 9.13 0.21\n",
    "counts of a histogram": "$breaks\n [1] 10 20 30 40\n\n$counts\n [1] 130 44 1\n",
    "extremes of UNIVARIATE": (
        "        Extreme Observations\n\n   -----Lowest----    ----Highest----\n\n"
        "   Value      Obs      Value     Obs\n\n"
        "     3.1      288       88.4      41\n     3.3       17       94.0     502\n"
    ),
    "scores between single spaces": "FID IID In_Regression PRS\n"
    + "".join(f"F{i} F{i} Yes {((i * 37) % 101) / 5e4 - 0.001}\n" for i in range(30)),
    "a relationship matrix as a triangle": "".join(
        f"{i}\t{j}\t900\t{1 if i == j else i * j / 1e4}\n" for i in range(1, 21) for j in range(1, i + 1)
    ),
    "support vectors under a short name": json.dumps({"sv": VECTORS.round(4).tolist()}),
}  # fmt: skip
OF_MANY = {
    "eigenvalues": "\n".join(f"{30 / (i + 1) ** 1.3:.4f}" for i in range(24)) + "\n",
    "a curve without names": "".join(f"{i / 40},{min(1, i / 30):.4f}\n" for i in range(41)),
    "coefficients by name": "(Intercept)         age        sexM \n     2.9593      0.0100     -0.0220 \n",
}


@pytest.mark.parametrize("what", OF_SINGLE_PEOPLE)
def test_values_of_single_people_are_found_as_they_are_printed(judged, what) -> None:
    found = judged(OF_SINGLE_PEOPLE[what], "t.json" if "vectors" in what else "t.txt", n=323)

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


@pytest.mark.parametrize("what", OF_MANY)
def test_values_of_many_are_not_taken_for_those_of_single_people(judged, what) -> None:
    found = judged(OF_MANY[what], "t.txt", n=2000)

    assert found.report.verdict is not Verdict.BLOCK, found.report.findings


def test_sorting_values_of_people_hides_none_of_them(judged) -> None:
    numbers = sorted((i * 37 % 101) / 7 - 5 for i in range(60))

    found = judged("values\n" + "".join(f"{number:.4f}\n" for number in numbers))

    assert found.report.verdict is Verdict.BLOCK


def sas(last: int) -> str:
    rule = "---------+---------+---------+---------+\n"
    rows = ((1, 2210, 840), (2, 1502, 711), (3, 690, 402), (4, 288, last))
    lines = [f"{g:<9}|{a:>8} |{b:>8} |{a + b:>8}\n" for g, a, b in rows]
    first, second = (sum(row[i] for row in rows) for i in (1, 2))
    total = f"Total    |{first:>8} |{second:>8} |{first + second:>8}\n"
    return f"Frequency|  none   |   one   |  Total\n{rule}{rule.join(lines)}{rule}{total}"


def test_frequencies_of_sas_pass_with_enough_people_in_each_cell_and_not_with_few(report):
    assert report(sas(190), "freq.lst", n=8000).verdict is Verdict.PASS
    assert report(sas(3), "freq.lst", n=8000).verdict is Verdict.BLOCK


def test_contamination_by_batch_is_no_share_of_its_people_and_a_trait_is(report):
    def table(name: str) -> str:
        rows = "".join(f"plate_{i:02},{192 + 96 * (i % 3)},0.00{91 + 7 * i}\n" for i in range(12))
        return f"Batch,n_samples,{name}\n{rows}"

    assert report(table("verifybamid_freemix_mean"), n=4000).verdict is Verdict.PASS
    assert report(table("has_diabetes_mean"), n=4000).verdict is not Verdict.PASS
