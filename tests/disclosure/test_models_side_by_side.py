# ruff: noqa: E501  # made exports read better with one item a line
"""Tables of models side by side and of groups by level, each beside its nearest harm."""

from __future__ import annotations

import pytest

STARGAZER = r"""\begin{table}[!htbp] \centering
\caption{Blood pressure}
\begin{tabular}{@{\extracolsep{5pt}}lcc}
\\[-1.8ex]\hline
& \multicolumn{2}{c}{\textit{Dependent variable: sbp}} \
\cr \cline{2-3}
\\[-1.8ex] & (1) & (2) \\
\hline \\[-1.8ex]
 Intercept & 97.562$^{***}$ & 95.333$^{***}$ \\
& (0.985) & (0.989) \\
 age & 0.589$^{***}$ & 0.589$^{***}$ \\
& (0.017) & (0.017) \\
\hline \\[-1.8ex]
 Observations & %s & 6203 \\
 $R^2$ & 0.165 & 0.186 \\
 Residual Std. Error & 15.758 (df=%s) & 15.560 (df=6200) \\
 F Statistic & 1229.507$^{***}$ (df=1; %s) & 710.380$^{***}$ (df=2; 6200) \\
\hline
\textit{Note:} & \multicolumn{2}{r}{$^{*}$p$<$0.1; $^{**}$p$<$0.05; $^{***}$p$<$0.01} \\
\end{tabular}
\end{table}
"""
PAGE = (
    "Blood pressure and age<br><table><tr><td></td><td>(1)</td><td>(2)</td></tr>\n"
    "<tr><td>age</td><td>0.589<sup>***</sup></td><td>0.580<sup>***</sup></td></tr><tr><td></td><td>(0.017)</td><td>(0.017)</td></tr>\n"
    "<tr><td>bmi</td><td></td><td>0.965<sup>***</sup></td></tr><tr><td></td><td></td><td>(0.043)</td></tr>\n"
    "<td colspan='3'></td></tr>\n<tr><td>Observations</td><td>{}</td><td>6034</td></tr></table>"
)
ESTTAB = '"","(1)","(2)"\n"","ldl","ldl"\n"age","0.0109***","0.0101***"\n"","(0.001)","(0.001)"\n"male","0.052*","0.048*"\n"","(0.023)","(0.023)"\n"N","{}","6200"\n'
LEVELS = (
    "|                |        | Missing | Overall     | 0           | 1           |\n|--|--|--|--|--|--|\n"
    "| n              |        |         | 6203        | 3209        | 2994        |\n"
    "| age, mean (SD) |        | 0       | 57.4 (11.9) | 53.0 (11.0) | 62.1 (11.0) |\n"
    "| sex, n (%)     | Female |         | {} (55.1) | 1861 (58.0) | {} (52.0) |\n"
    "|                | Male   |         | 2785 (44.9) | 1348 (42.0) | 1437 (48.0) |\n"
    "| case, n (%)    | 0      |         | 3209 (51.7) | 3209 (100.0)| {} |\n"
    "|                | 1      |         | 2994 (48.3) | 0 (0.0)     | 2994 (100.0)|\n"
)
SHARES = "site\tband\tstatus\tn\tpct\nPorto\t<40\tNo\t{}\t{}\nPorto\t<40\tYes\t120\t16.5\nPorto\t40+\tNo\t1266\t70.8\nPorto\t40+\tYes\t521\t29.2\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (STARGAZER % (6203, 6201, 6201), "t.tex"),
        (PAGE.format(6203), "t.html"),
        (ESTTAB.format(6200), "t.csv"),
        (LEVELS.format(3418, 1557, "0 (0.0)"), "t.md"),
        (SHARES.format(609, 83.5), "t.tsv"),
    ],
)
def test_models_side_by_side_and_groups_by_level_pass(report, text, name):
    assert report(text, name, n=6203).verdict.word == "pass"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (STARGAZER % (8, 6201, 6201), "t.tex"),
        (STARGAZER % (6203, 4, 4), "t.tex"),
        (PAGE.format(8), "t.html"),
        (ESTTAB.format(8), "t.csv"),
        (LEVELS.format(1559, 2, "0 (0.0)"), "t.md"),
        # Someone of the other group among those that the groups are named after.
        (LEVELS.format(3418, 1557, "3 (0.1)"), "t.md"),
        (SHARES.format(4, 3.2), "t.tsv"),
        # A share that no count beside it gives is of other people.
        (SHARES.format(609, 0.3), "t.tsv"),
    ],
)
def test_few_people_in_models_and_groups_by_level_do_not_pass(report, text, name):
    assert report(text, name, n=6203).verdict.word != "pass"


def test_a_number_that_belongs_to_no_model_is_not_taken_for_one(report):
    text = ESTTAB.format(6200) + '"F-104","born 1961","4"\n'

    assert report(text, "t.csv", n=6203).verdict.word != "pass"
