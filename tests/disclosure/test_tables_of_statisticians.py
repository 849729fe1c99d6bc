# ruff: noqa: E501  # made exports read better with one item a line
"""Tables and words of statisticians that may leave, each beside its nearest harm."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

import pytest

from gdi_spe.boundary.findings import Verdict

BANDS = "age_group,women,men\n{},61,58\n40-49,711,640\n50-59,988,845\n>=60,1186,932\n"

ROWS = 'Characteristic,Cases (n=2914),Controls (n=3190)\n"Female, n",1388,{}\n"Current smoker, n",702,991\n{},63.4,58.9\n"Age, SD",9.8,11.2\n'
LATEX = (
    "\\begin{tabular}{lll}\n\\toprule\nCharacteristic & Discovery & Replication \\\\\n\\midrule\nn & 3\\,408 & 2\\,130 \\\\\n"
    "Women, n (\\%) & 1\\,511 (44.3) & {} \\\\\nAge, mean (SD) & 58.2 (10.9) & 61.7 (9.4) \\\\\n\\bottomrule\n\\end{tabular}\n"
)
SECTIONS = "Variable,Control,T2D\nSmoking,,\nnever,2530,571\ncurrent,900,219\nAlcohol,,\nnever,1530,{}\ncurrent,1900,419\n"
TESTS = "<table><tr><th></th><th>Value</th><th>df</th><th>Asymp. Sig.</th></tr><tr><td>{}</td><td>8.114</td><td>4</td><td>.087</td></tr><tr><td>N of Valid Cases</td><td>{}</td><td></td><td></td></tr></table>"
CROSSED = "centre\tsex\tno\tyes\nLeuven\tF\t1411\t90\nLeuven\tM\t1225\t{}\nTartu\tF\t976\t81\nTartu\tM\t787\t80\n"
MARGINS = (
    '"","Current","Never","Sum"\n"Riga",340,1040,1380\n"Tartu",356,{},1396\n"Sum",696,2080,{}\n'
)
DICTIONARY = "variable,label,type,unit,codes\nage,Age at recruitment,integer,years,\nsex,Sex,code,,1=female; 2=male\n{},Time to infarction or censoring,{},years,\n"
LIFE_TABLE = "years,at_risk,events,survival\n0-2,2400,138,0.941\n2-4,2101,146,0.87\n4-6,1669,129,0.797\n{},878,{},0.668\n"
MEANS = "sex,ageband,bmi,ldl,n\nF,<50,26.11,3.12,{}\nF,50+,27.42,3.51,1102\nM,<50,26.82,3.22,902\nM,50+,27.91,3.48,998\n"
QUANTILES = (
    "ageband,count,mean,std,5%,50%,95%\n<50,{},3.2,0.9,1.7,3.2,4.7\n50+,2110,3.4,0.9,1.9,3.4,4.9\n"
)
NESTED = """Analysis of Variance Table

Model 1: ldl ~ age + sex
Model 2: ldl ~ age + sex + bmi + smoking
  Res.Df    RSS Df Sum of Sq      F Pr(>F)
1 {:>6} 5058.7
2 {:>6} 5056.0  3    2.7639 1.1287 0.3359
"""
PRINTED = "Coefficients:\n(Intercept)          age      sexMale          bmi\n   {}      0.04012      0.21451      0.08211\n"
REPORT = ",precision,recall,f1-score,support\ncontrol,0.83,0.97,0.89,{}\nT2D,0.51,0.14,0.22,1140\naccuracy,0.8,0.8,0.8,0.8\nmacro avg,0.67,0.55,0.56,6180\n"
MAY_LEAVE = {
    "means under the names of traits": (MEANS.format(911), "t.csv"),
    "quantiles of groups": (QUANTILES.format(1210), "t.csv"),
    "a comparison of models": (NESTED.format(6197, 6194), "t.txt"),
    "printed coefficients": (PRINTED.format("-6.0001"), "t.txt"),
    "counts by centre and sex": (CROSSED.format(88), "t.tsv"),
    "counts with their sums": (MARGINS.format(1040, 2776), "t.csv"),
    "a data dictionary": (DICTIONARY.format("t_mi", "decimal"), "t.csv"),
    "a life table by intervals": (LIFE_TABLE.format("6-8", 72), "t.csv"),
    "a curve of specificity on a grid": (
        "specificity\tsensitivity\n"
        + "".join(f"{1 - i / 20:g}\t{(i / 20) ** 0.5:.3f}\n" for i in range(21)),
        "t.tsv",
    ),
    "an assignment in R": (
        "res <- read.csv('results/subgroups.csv')\nres$lower <- exp(res$beta - 1.96 * res$se)\nres$upper <- exp(res$beta + 1.96 * res$se)\n",
        "t.R",
    ),
    "rows of counts and of means": (ROWS.format(1602, '"Age, mean"'), "t.csv"),
    "a first table in LaTeX": (LATEX.replace("{}", "1\\,040 (48.8)"), "t.tex"),
    "rows under headings": (SECTIONS.format(371), "t.csv"),
    "tests of a cross table": (TESTS.format("Pearson Chi-Square", 9366), "t.html"),
    "bands of age with an open end below": (BANDS.format("<40"), "t.csv"),
    "bands in German": (
        "Altersgruppe;Frauen;Männer\n<40;402;377\n40–59;1699;1485\n60+;1186;932\n",
        "t.csv",
    ),
    "a histogram with open ends": (
        "bin,count\n<20,188\n20-24.9,2011\n25-29.9,2560\n>=30,1180\n",
        "t.csv",
    ),
    "thousands with spaces": (
        "<table><tr><th>Centre</th><th>Femmes</th><th>Total</th></tr><tr><td>Lyon</td><td>612</td><td>1 152</td></tr>"
        "<tr><td>Lille</td><td>588</td><td>1 100</td></tr></table><p>Tableau des effectifs par centre de la cohorte.</p>",
        "t.html",
    ),
    "French words": (
        "Un diabète de type 2 était présent chez 1 165 participants, soit une part plus grande que chez les témoins.\n",
        "t.txt",
    ),
    "words about people of an age and above": (
        "Participants aged 70 years or older, and those aged 40 to 49, were analysed as groups of their own.\n",
        "t.txt",
    ),
}
MAY_NOT = {
    "a mean of few people": (MEANS.format(4), "t.csv"),
    "people under the names of traits": (
        "sex,centre,bmi,ldl,n_visits\n"
        + "".join(
            f"{'FM'[i % 2]},{'ABC'[i % 3]},{19.1 + 3.3 * i:.1f},{2.1 + 0.41 * i:.2f},{11 + i}\n"
            for i in range(6)
        ),
        "t.csv",
    ),
    "more people in groups than there are": (MEANS.format(9110), "t.csv"),
    "quantiles of few people": (QUANTILES.format(64), "t.csv"),
    "a share for a quantile": ("group,n,5%\nA,1200,0.3\nB,1100,0.4\n", "t.csv"),
    "models with few degrees of freedom": (NESTED.format(7, 4), "t.txt"),
    "classes of few people": (REPORT.format(4), "t.csv"),
    "few people of a centre and sex": (CROSSED.format(4), "t.tsv"),
    "rows of people with two groups": (
        "sex\tsmoker\tsteps\tsleep\n"
        + "".join(
            f"{'FM'[i % 2]}\t{'yn'[i % 3 % 2]}\t{4011 + 371 * i}\t{401 + 17 * i}\n"
            for i in range(9)
        ),
        "t.tsv",
    ),
    "a sum that is none": (MARGINS.format(1040, 9999), "t.csv"),
    "few people beside sums": (MARGINS.format(3, 2776).replace("1396", "359"), "t.csv"),
    "people for variables": (DICTIONARY.format("anna", "54"), "t.csv"),
    "somebody described in a dictionary": (
        DICTIONARY.format("t_mi", "decimal").replace(
            "Age at recruitment", "The carrier aged 54 of Tartu"
        ),
        "t.csv",
    ),
    "few events in an interval": (LIFE_TABLE.format("6-8", 2), "t.csv"),
    "intervals where somebody died": (LIFE_TABLE.format("6.13-6.17", 72), "t.csv"),
    "a curve with a step a person": (
        "specificity\tsensitivity\n"
        + "".join(f"{1 - (i * i) / 40000:.5f}\t{i / 200:.4f}\n" for i in range(201)),
        "t.tsv",
    ),
    "few people among rows of means": (ROWS.format(2, '"Age, mean"'), "t.csv"),
    "a fraction that no name explains": (ROWS.format(1602, "Anna"), "t.csv"),
    "few people in LaTeX": (LATEX.replace("{}", "4 (0.2)"), "t.tex"),
    "few people under a heading": (SECTIONS.format(3), "t.csv"),
    "a test of few people": (TESTS.format("Pearson Chi-Square", 7), "t.html"),
    "a person for a test": (TESTS.format("Anna Tamm", 9366), "t.html"),
    "a row of traits for each person": (
        'trait,P01,P02,P03,P04,P05,P06\n"N, n",100,100,100,100,100,100\n"Age, mean",54.1,61.2,38.3,44.4,29.5,51.6\n"BMI, mean",24.1,27.3,31.2,22.9,26.4,25.5\n',
        "t.csv",
    ),
    "a hidden count among counts": ("centre,women,men\nA,<40,58\nB,402,377\nC,711,640\n", "t.csv"),
    "counts hidden in bands": ("centre,n\nA,<10\nB,10-19\nC,20-49\n", "t.csv"),
    "a hidden count beside bands": (BANDS.format("<40").replace(",61,", ",<10,"), "t.csv"),
    "few people below the open end": (BANDS.format("<40").replace(",61,", ",6,"), "t.csv"),
    "few people in French": (
        "Le variant était présent chez 3 participants de la cohorte, soit une part plus petite que chez les témoins.\n",
        "t.txt",
    ),
    "somebody of an age": (
        "The carrier aged 70 years lives near the sea, and was analysed in a group with others of the cohort.\n",
        "t.txt",
    ),
    "a row for each patient": (
        "The lines below are of patient p12 and patient p17 of the cohort, as seen in clinic.\n",
        "t.txt",
    ),
}


@pytest.mark.parametrize("case", MAY_LEAVE)
def test_what_statisticians_write_of_groups_passes(report, case: str) -> None:
    content, name = MAY_LEAVE[case]

    found = report(content, name, n=6200)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]


@pytest.mark.parametrize("case", MAY_NOT)
def test_what_stands_nearest_to_it_and_tells_of_few_does_not(report, case: str) -> None:
    content, name = MAY_NOT[case]

    found = report(content, name, n=6200)

    assert found.verdict is not Verdict.PASS


def workbook(rows: list[list[object]], merged: tuple[str, ...] = (), hidden: int = 0) -> bytes:
    """Write a sheet as a person lays it out."""
    lines = [
        f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n == hidden else ""}>'
        + "".join(
            _cell(each, f"{chr(65 + i)}{n}") for i, each in enumerate(row) if each is not None
        )
        + "</row>"
        for n, row in enumerate(rows, 1)
    ]
    spans = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="T" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>',
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{''.join(lines)}</sheetData><mergeCells>{spans}</mergeCells></worksheet>",
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        for name, body in files.items():
            made.writestr(name, body)
    return sink.getvalue()


def _cell(value: object, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def shown(canonical: bytes) -> list[str]:
    """Return the words of a sheet in canonical form, in order."""
    with zipfile.ZipFile(io.BytesIO(canonical)) as book:
        return re.findall("<t>([^<]*)</t>", book.read("xl/worksheets/sheet1.xml").decode())


TITLED: list[list[object]] = [
    ["Table 1. Characteristics of the people in the study", None, None],
    ["Characteristic", "Control (N = 5,035)", "T2D (N = 1,165)"],
    ["Age (years), mean (SD)", "55.4 (11.0)", "59.0 (10.5)"],
    ["Women, n (%)", "2,740 (54.4)", "612 (52.5)"],
    ["Values are means with standard deviations, or numbers of people.", None, None],
]


def test_a_sheet_with_a_title_and_a_note_passes_and_keeps_both(judged) -> None:
    found = judged(workbook(TITLED, ("A1:C1",)), "t.xlsx", n=6200)

    words = shown(found.canonical.data)
    assert found.report.verdict is Verdict.PASS
    assert words[0] == TITLED[0][0]
    assert words[-1] == TITLED[4][0]


def test_few_people_below_a_title_are_blocked(report) -> None:
    rows = [*TITLED[:3], ["Women, n (%)", "2,740 (54.4)", "3 (0.3)"], TITLED[4]]

    found = report(workbook(rows, ("A1:C1",)), "t.xlsx", n=6200)

    assert found.verdict is Verdict.BLOCK


def test_somebody_described_in_a_note_is_blocked(report) -> None:
    note = "One carrier, a 34-year-old woman from Tartu, had p.R2452W and died in 2019."

    found = report(workbook([*TITLED[:4], [note, None, None]]), "t.xlsx", n=6200)

    assert found.verdict is Verdict.BLOCK


def test_a_filled_row_that_is_hidden_is_told(report) -> None:
    found = report(workbook(TITLED, hidden=4), "t.xlsx", n=6200)

    assert "HID101" in {finding.rule for finding in found.findings}


def test_merged_names_stand_in_each_row_and_column(report) -> None:
    rows: list[list[object]] = [
        ["Centre", "Sex", "Controls", "Cases"],
        ["Tartu", "F", 411, 90],
        [None, "M", 225, 88],
        ["Turku", "F", 335, 81],
        [None, "M", 387, 80],
    ]

    found = report(workbook(rows, ("A2:A3", "A4:A5")), "t.xlsx", n=6200)

    assert found.verdict is Verdict.PASS


def test_the_accuracy_below_support_counts_nobody(report) -> None:
    found = report(REPORT.format(5040), "t.csv", n=6200)

    assert found.verdict < Verdict.BLOCK


@pytest.mark.parametrize(
    ("row", "verdict"), [("Age, SD", Verdict.REVIEW), ("Stroke", Verdict.BLOCK)]
)
def test_a_small_whole_number_called_a_spread_goes_to_a_person(
    report, row: str, verdict: Verdict
) -> None:
    table = f'Characteristic,Cases,Controls\n"Women, n",612,702\n"{row}",9,8\n'

    found = report(table, "t.csv", n=6200)

    assert found.verdict is verdict


def test_groups_with_a_space_in_their_thousands_are_not_small(report):
    head = "Characteristic,Rectum (n = 9 873),Colon (n = 21 404)\n"
    rows = (
        '"Women, n (%)",4 102 (41.5),10 611 (49.6)\n"Stage IV, n (%)",1 911 (19.4),4 790 (22.4)\n'
    )

    large = report(head + rows, "t.csv", n=31_277)
    small = report(head.replace("9 873", "9") + rows, "t.csv", n=31_277)

    assert large.verdict.word != "block"
    assert small.verdict.word == "block"


def test_lists_of_people_with_a_space_in_their_thousands_are_not_small(report):
    words = "- Rectum: 9 873 women\n- Colon: 21 404 women\n"

    large = report(words, "flow.md", n=40_000)
    small = report(words.replace("9 873", "9"), "flow.md", n=40_000)

    assert large.verdict.word != "block"
    assert small.verdict.word == "block"
