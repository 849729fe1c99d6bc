# ruff: noqa: E501  # made exports read better with one item a line
"""Tables as pandas, Stata, SPSS and scikit-learn print them, each beside its nearest harm."""

from __future__ import annotations

import json

import pytest

REPORT = "              precision    recall  f1-score   support\n\n           0      0.867     0.896     0.881     15935\n           1      0.401     0.336     0.366      {}\n\n    accuracy                          0.800     19245\n   macro avg      0.634     0.616     0.623     19245\nweighted avg      0.787     0.800     0.792     19245\n"
LEVELS = "grp            Control   T2D   All\ncentre sex                        \nRiga   Female      837   225  1062\n       Male        820   {:>3}   987\nTartu  Female      905   191  1096\n       Male        724   171   895\nAll               3286   754  4040\n"
BANDS = "                  ldl\n                 mean   std count\nsex    ageband\nFemale <40      26.79  4.84   208\n       40-49    27.16  4.43   729\n       >=50     26.98  4.21  1153\nMale   <40      26.70  4.27   {}\n       40-49    26.95  4.31   613\n       >=50     26.92  4.28  1020\n"
TABSTAT = "Summary statistics: N, mean, SD, p25, p50, p75\nGroup variable: sex\n\n   sex |       bmi       ldl\n-------+--------------------\nFemale |      3348      3348\n       |  26.98214  3.402214\n       |  4.401123  .8998121\n       |      24.0      2.79\n       |      27.0       3.4\n       |      30.0      4.01\n-------+--------------------\n  Male |{:>10}      2852\n       |  27.01131  3.411041\n       |  4.387241  .9021213\n       |      24.1       2.8\n       |      27.0      3.41\n       |      30.0      4.02\n----------------------------\n"
DTABLE = "--------------------------------------------------------------\n                       0             1           Total\n--------------------------------------------------------------\nN          3,209 (51.7%)  2,994 (48.3%)  6,203 (100.0%)\nage         52.99 (11.00) 62.11 (11.00) 57.39 (11.90)\nFemale       1,861 (58.0%)  {}  3,418 (55.1%)\n--------------------------------------------------------------\n"
FIT = "      Source |       SS           df       MS      Number of obs   =     {}\n-------------+----------------------------------   F(3, {}) =    677.60\n       Model |        455403         3      151801   Prob > F        =    0.0000\n    Residual |   1.35088e+06     {}     224.027   R-squared       =    0.2521\n-------------+----------------------------------   Adj R-squared   =    0.2517\n       Total |   1.80629e+06     {}     299.401   Root MSE        =    14.968\n\n------------------------------------------------------------------------------\n         sbp | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]\n-------------+----------------------------------------------------------------\n         age |   0.569966  0.0162246    35.13   0.000      0.53816    0.601773\n       _cons |    70.7427    1.43995    49.13   0.000      67.9199     73.5655\n------------------------------------------------------------------------------\n"
ESTTAB = "--------------------------------------------\n                      (1)             (2)\n                      sbp             sbp\n--------------------------------------------\nage              0.589***        0.570***\n                  (0.017)         (0.016)\nbmi                              0.965***\n                                  (0.043)\n--------------------------------------------\nN                {:>8}            6034\n--------------------------------------------\nStandard errors in parentheses\n* p<0.05, ** p<0.01, *** p<0.001\n"
STEPS = "| Step | Remaining | Excluded |\n|---|---:|---:|\n| Consented | 51,204 | {} |\n| Genotype QC | 50,371 | 833 |\n| Complete follow-up | {} |\n"
ANSWERS = "item|wording|disagree|neutral|agree\nQ1|I understood the form|528|1586|{}\nQ2|I would share data abroad|679|774|1209\nQ3|I trust the biobank|361|319|1982\n"
CODES = "variable,type,permitted_values,unit,description\nsex,categorical,Female; Male,,Sex at birth\nevent,categorical,0 censored; 1 CVD; 2 other death,,Event type\nage,numeric,18 to 110 allowed,years,{}\n"
SAID = "Controls: 39758  Cases: {} \n95% CI: 0.681-0.694 (DeLong)\n95% CI: 0.704-0.716 (DeLong)\nDeLong Z = -13.687  p = <2e-16 \n"
TYPES = "site             object\nsex              object\nage             float64\n{}\nt2d               int64\ndtype: object\n"
MAXIMA = "site,n,{},max_sbp\nA,{},5.51,182\nB,600,5.74,174\nC,457,6.68,173\n"
QUANTILES = "ageband,0.1,0.25,0.5,0.75,0.9,n\n<40,2.27,2.81,3.36,3.97,4.52,{}\n40-49,2.21,2.77,3.36,3.96,4.47,1342\n50+,2.25,2.77,3.38,4.02,4.55,2173\n"
SPSS = "Crosstabs\n\nsmoking * t2d Crosstabulation\n                                 t2d\n                           Control     T2D     Total\nsmoking  Current  Count        900     {:>3}     {:>4}\n                  % within    80.4%   19.6%   100.0%\n         Former   Count       1605     375      1980\n                  % within    81.1%   18.9%   100.0%\nTotal             Count       2505     {:>3}     {:>4}\n                  % within    80.8%   19.2%   100.0%\n"
ARRAY = "Confusion matrix:\n[[3460 1600]\n [ 496  {}]]\n"
KNITR = "##        \n##         Control  T2D\n##   Riga     1660  395\n##   Tartu    1702  {}\n##   Turku    1673  390\n"
STARGAZER = "=============================================\n                        (1)           (2)\n---------------------------------------------\nage                  0.011***      0.010***\n                      (0.001)       (0.001)\n\nbmi                                0.021***\n                                    (0.003)\n\nConstant             2.801***      2.233***\n                      (0.059)       (0.091)\n\n---------------------------------------------\nObservations           {:>5}         6,200\nR2                     0.018         0.028\n=============================================\nNote:            *p<0.1; **p<0.05; ***p<0.01\n"
INFO = "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 6200 entries, 0 to 6199\nData columns (total 2 columns):\n #   Column   Non-Null Count  Dtype  \n---  ------   --------------  -----  \n 0   age      6200 non-null   float64\n 1   variant  {} non-null   object \ndtypes: float64(1), object(1)\nmemory usage: 242.3+ KB\n"
ODDS = "                Point          95% Wald\nEffect       Estimate      Confidence Limits\n\nage             1.041       1.034       1.047\nbmi             1.083       1.067       1.100\n"
INVITED = "step,n_remaining,n_excluded,reason\nInvited,59840,,\nConsented,57012,2828,declined or no reply\nGenotyped,{},no DNA sample\nAnalysed,46200,450,call rate\n"
MAY_LEAVE = {
    "a report of a classifier": (REPORT.format(3310), "t.txt"),
    "a cross table of several levels": (LEVELS.format(167), "t.txt"),
    "means by several levels": (BANDS.format(198), "t.txt"),
    "statistics told once above": (TABSTAT.format(2852), "t.log"),
    "numbers with brackets out of line": (DTABLE.format("1,557 (52.0%)"), "t.log"),
    "a fit beside its analysis of variance": (FIT.format("6,034", 6030, "6,030", "6,033"), "t.log"),
    "models with stars": (ESTTAB.format(6203), "t.txt"),
    "steps of a flow": (STEPS.format("–", "48,112 | 2,259"), "t.md"),
    "questions and their answers": (ANSWERS.format(548), "t.csv"),
    "codes and what they mean": (CODES.format("Age at baseline"), "t.csv"),
    "statistics that are said": (SAID.format(8354), "t.txt"),
    "types of columns": (TYPES.format("rs7903146         int64"), "t.txt"),
    "quantiles of groups": (QUANTILES.format(406), "t.csv"),
    "counts and percents by name": (SPSS.format(219, 1119, 594, 3099), "t.txt"),
    "a matrix of NumPy": (ARRAY.format(644), "t.txt"),
    "output of knitr": (KNITR.format(380), "t.txt"),
    "models with gaps between terms": (STARGAZER.format("6,200"), "t.txt"),
    "what pandas says of columns": (INFO.format(5982), "t.txt"),
    "odds ratios of SAS": (ODDS, "t.lst"),
    "a flow that begins with more": (INVITED.format("46650,10362"), "t.csv"),
}
MUST_NOT = {
    "a report of a classifier": (REPORT.format(7), "t.txt"),
    "a cross table of several levels": (LEVELS.format(7), "t.txt"),
    "means by several levels": (BANDS.format("  4"), "t.txt"),
    "statistics told once above": (TABSTAT.format(6), "t.log"),
    "numbers with brackets out of line": (DTABLE.format("    3 (0.1%)"), "t.log"),
    "a fit of few people": (FIT.format("7", 3, "3", "6"), "t.log"),
    "models with stars": (ESTTAB.format(9), "t.txt"),
    "steps of a flow": (STEPS.format("–", "50,368 | 3"), "t.md"),
    "a hidden step": (STEPS.format("120", "48,112 | –"), "t.md"),
    "questions and their answers": (ANSWERS.format(4), "t.csv"),
    "words about somebody beside codes": (CODES.format("the patient F-104 was born 12.03.1961"), "t.csv"),
    "few people that are said": (SAID.format(4), "t.txt"),
    "genotypes among types": (TYPES.format("rs7903146         0/1"), "t.txt"),
    "quantiles of few": (QUANTILES.format(31), "t.csv"),
    "counts and percents by name": (SPSS.format(3, 903, 378, 2883), "t.txt"),
    "a matrix of NumPy": (ARRAY.format(6), "t.txt"),
    "output of knitr": (KNITR.format(3), "t.txt"),
    "models with gaps between terms": (STARGAZER.format("9"), "t.txt"),
    "what pandas says of columns": (INFO.format(4), "t.txt"),
    "a flow that loses few": (INVITED.format("57009,3"), "t.csv"),
    "values of people under quantiles": ("pat,0.1,0.25,0.5,x\n" + "".join(f"P-{i:04},{i}.5,{i}.7,2.1,{i}\n" for i in range(12)), "t.csv"),
}  # fmt: skip


@pytest.mark.parametrize("what", MAY_LEAVE)
def test_what_many_programs_print_passes(report, what):
    text, name = MAY_LEAVE[what]

    assert report(text, name, n=48_112 if "answers" not in what else 2_662).verdict.word == "pass"


@pytest.mark.parametrize("what", MUST_NOT)
def test_people_in_what_many_programs_print_do_not_pass(report, what):
    text, name = MUST_NOT[what]

    assert report(text, name, n=48_112 if "answers" not in what else 2_662).verdict.word != "pass"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (MAXIMA.format("max_ldl", 776), "review"),
        (MAXIMA.format("max_ldl", 24), "block"),
        (MAXIMA.format("oldest_participant_age", 776), "block"),
    ],
)
def test_extremes_of_large_groups_are_looked_at_and_of_small_ones_block(report, text, wanted):
    assert report(text, "t.csv", n=6_203).verdict.word == wanted


@pytest.mark.parametrize("share", ["largest_share", "share_of_largest_patient"])
def test_a_sum_that_one_person_makes_up_is_looked_at(report, share):
    text = f"centre,n_patients,total_eur,{share}\nA,412,820000,0.93\nB,388,640000,0.02\n"

    found = report(text, "t.csv", n=6_203)

    assert found.verdict.word == "review"
    assert "TAB107" in {finding.rule for finding in found.findings}


def test_settings_are_no_extremes_in_a_tree(report):
    settings = {"traits": ["ldl"], "rule": {"at_least": 2}, "min_cell": 10}

    assert report(json.dumps(settings), "t.json").verdict.word == "pass"


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("| N | 6203 | 2994 |\n| Haemophilia | 310 (5.0) | 150 (5.0) |\n", "pass"),
        # No sign says that it is a share; the number of people above does.
        ("| N | 6203 | 2994 |\n| Haemophilia | 3 (0.0) | 4 (0.1) |\n", "block"),
        (
            "| c(1, 2), n (%) | 3 (0.1) | 2 (1.0) |\n| f(x), n (%) | 310 (5.0) | 150 (5.0) |\n",
            "block",
        ),
    ],
)
def test_counts_in_a_table_of_markdown_are_counts_whatever_else_looks_like_code(
    report, rows, wanted
):
    text = f"# Characteristics\n\n| Characteristic | All | Cases |\n|---|---|---|\n{rows}| Age, mean (SD) | 52.1 (4.2) | 51.0 (3.1) |\n"

    assert report(text, "t.md", n=6_900).verdict.word == wanted
