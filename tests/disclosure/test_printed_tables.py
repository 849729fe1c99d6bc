"""Tables as R, SAS, SPSS, Stata and pandas print them, read by where columns stand."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.forms.printed import read_printed

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
