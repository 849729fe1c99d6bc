"""Results that programs say by name and in columns pass; people who are said so do not."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.programs.results import without_results

DELONG = """Controls: 39758  Cases: 8354
95% CI: 0.681-0.694 (DeLong)
95% CI: 0.704-0.716 (DeLong)
DeLong Z = -13.687  p = <2e-16
"""
ESTTAB = """----------------------------------------------------
                        (1)           (2)
                        sbp           sbp
----------------------------------------------------
male                               5.021***
                                 (0.397)
age                0.589***      0.589***
                 (0.017)       (0.017)
_cons             97.562***     95.333***
                 (0.985)       (0.989)
----------------------------------------------------
N                   {0}          {0}
R-sq               0.165         0.186
----------------------------------------------------
Standard errors in parentheses
* p<0.05, ** p<0.01, *** p<0.001
"""
REGRESS = """. regress sbp age male bmi

      Source |       SS           df       MS      Number of obs   =     {1}
-------------+----------------------------------   F(3, {2})      =    677.60
       Model |        455403         3      151801   Prob > F        =    0.0000
    Residual |   1.35088e+06     {0}     224.027   R-squared       =    0.2521
-------------+----------------------------------   Adj R-squared   =    0.2517
       Total |   1.80629e+06     {1}     299.401   Root MSE        =    14.968

------------------------------------------------------------------------------
         sbp | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]
-------------+----------------------------------------------------------------
         age |   0.569966  0.0162246    35.13   0.000      0.53816    0.601773
        male |    4.15223   0.388893    10.68   0.000      3.38986      4.9146
         bmi |   0.963568  0.0426849    22.57   0.000     0.879891     1.04725
       _cons |    70.7427    1.43995    49.13   0.000      67.9199     73.5655
------------------------------------------------------------------------------
"""
DTABLE = """. dtable age i.sex, by(hypertension)

--------------------------------------------------------------
                       0             1           Total
--------------------------------------------------------------
N          3,209 (51.7%)  2,994 (48.3%)  6,203 (100.0%)
age         52.99 (11.00) 62.11 (11.00) 57.39 (11.90)
Female       {}  1,557 (52.0%)  3,418 (55.1%)
Male         1,348 (42.0%)  1,437 (48.0%)  2,785 (44.9%)
--------------------------------------------------------------
"""
TTEST = "TtestResult(statistic=np.float64(-8.569), pvalue=np.float64(1e-17), df=6201.0)\n"


@pytest.mark.parametrize(
    "text",
    [
        DELONG, TTEST, ESTTAB.format(6203), REGRESS.format("6,030", "6,034", "6030"),
        DTABLE.format("1,861 (58.0%)"),
    ],
)  # fmt: skip
def test_results_as_programs_say_them_pass(report, text: str) -> None:
    found = report(text, "run.log", n=6203)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize(
    "text",
    [
        DELONG.replace("8354", "3"),
        DELONG + "".join(f"score = {i * 37 % 101 / 10}\n" for i in range(25)),
        DELONG + "The patient aged 43 has Z = 3.1 there.\n",
        DELONG + "BMI = 31.2\nLDL = 3.4\nage = 43\n",
        ESTTAB.format(6), REGRESS.format("6", "9", "6"), DTABLE.format("6 (0.2%)"),
    ],
)  # fmt: skip
def test_few_people_and_values_of_people_said_alike_do_not(report, text: str) -> None:
    assert report(text, "run.log", n=6203).verdict is not Verdict.PASS


@pytest.mark.parametrize(
    "words", ["age = 43, sex = 1, BMI: 31.2\n", "The patient weight = 80.\n", "code = 12\n"]
)
def test_traits_are_no_results(words: str) -> None:
    assert without_results(words) == words


def test_words_before_a_result_are_left() -> None:
    assert "The patient aged 43 has" in without_results("The patient aged 43 has Z = 3.1 there.")


LEVELS = "\n   1    2    3 \n{} 2056 2060 \n"
INTERVALS = "\n (0,40] (40,60] (60,120] \n{:>7}    3417     2375 \n"
KERAS = "Epoch 1/5\n301/301 ━━━━━━━━━━━━━━━━━━━━ 4s 9ms/step - AUC: 0.5814 - loss: 0.4922\n"
LINKED = "The licence is MIT, see <https://opensource.org/license/mit> for the text of it.\n"


@pytest.mark.parametrize("text", [LEVELS.format(2087), INTERVALS.format(411), KERAS, LINKED])
def test_tables_of_one_line_bars_of_progress_and_addresses_pass(report, text: str) -> None:
    found = report(text, "run.log", n=6203)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize("text", [LEVELS.format("   3"), INTERVALS.format(3)])
def test_few_people_in_a_table_of_one_line_are_blocked(report, text: str) -> None:
    assert report(text, "run.log", n=6203).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "\n  1   2   3 \n 43  54  61 \n",
        KERAS + "age 43 bmi 31 sex F\nage 54 bmi 22 sex M\n",
        LINKED.replace("https://opensource.org/license/mit", "person id='12'"),
    ],
)
def test_values_of_few_and_marks_beside_them_do_not(report, text: str) -> None:
    assert report(text, "run.log", n=6203).verdict is not Verdict.PASS


def test_how_many_variants_scores_are_of_is_one_number(report) -> None:
    assert report("1190321\n", "eur.l2.M_5_50", n=20_000).verdict is Verdict.PASS
    assert report("43\n", "eur.l2.M_5_50", n=20_000).verdict is not Verdict.PASS
    assert report("1190321\n", "notes.txt", n=20_000).verdict is not Verdict.PASS


SESSION = """>>> df.groupby("sex").ldl.agg(["count", "mean", "std"]).round(2)
        count  mean   std
sex
Female   2521  3.41  0.88
Male     2087  3.34  0.86
>>> df.t2d.value_counts()
t2d
0    3975
1    {}
Name: count, dtype: int64
"""
KABLE = """|            | Estimate| Std. Error|Pr(>&#124;t&#124;) |
|:-----------|--------:|----------:|:--------|
|(Intercept) |  100.000|      0.020|0.000    |
|age         |    0.612|      0.017|0.000    |
|sexMale     |    0.010|      0.397|0.981    |
"""


@pytest.mark.parametrize("text", [SESSION.format(835), KABLE])
def test_series_and_bars_in_cells_of_markdown_pass(report, text: str) -> None:
    found = report(text, "run.md", n=6203)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


def test_few_people_in_a_series_are_blocked(report) -> None:
    assert report(SESSION.format("  3"), "run.md", n=6203).verdict is Verdict.BLOCK


ASKED = """> d <- readRDS("d.rds")
> table(d$site)

Leuven  Porto  Tartu
  2070   {}   2044
> summary(d$prs > 1)
"""


PEOPLE_ASKED = "> table(d$name)\n\n Anna   Mari Peeter\n   43     54     61\n"


def test_a_table_that_was_asked_for_is_of_counts(report) -> None:
    found = report(ASKED.format("2089"), "run.Rout", n=6203)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize("text", [ASKED.format("   3"), PEOPLE_ASKED])
def test_few_in_it_and_values_nobody_counted_do_not_pass(report, text: str) -> None:
    assert report(text, "run.Rout", n=6203).verdict is not Verdict.PASS
