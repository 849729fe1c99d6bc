# ruff: noqa: E501  # made exports read better with one item a line
"""What statisticians keep of a study, as programs write it, each beside its nearest harm."""

from __future__ import annotations

import io
import zipfile

import pytest

ROUT = """> d <- read.csv("d.csv")
> dim(d)
[1] 6203   18
> table(d$band, d$sex)

        Female Male
  <40      252  220
  40-49    654  {}
  50+     2512 2060
> round(coef(summary(m)), 4)
            Estimate Std. Error  z value Pr(>|z|)
(Intercept)  -7.3694     0.3010 -24.4819        0
age           0.0555     0.0032  17.2361        0
> proc.time()
   user  system elapsed
  0.143   0.057   0.323
"""
MEANS = "> aggregate(cbind(ldl, sbp) ~ site, d, mean)\n       site      ldl      sbp\n1    Leuven 3.411863 131.1660\n2 Ljubljana 3.322090 131.3793\n3     Porto {} {}\n4     Tartu 3.385495 131.5981\n"
QUANTILES = "            {} {} {}\n(Intercept)    24.924    26.666    28.993\nage             0.112     0.128     0.140\nsexMale         0.004    -0.069    -0.049\n"
PARTS = "site,sex,n,n_statin,pct_statin\nLeuven,F,2384,569,23.9\nLeuven,M,{},{},{}\nPorto,F,1335,311,23.3\nPorto,M,1402,595,42.4\n"
TIMES = "tau_years\tsex\trmst_years\tn\n5\tFemale\t4.795\t26398\n5\tMale\t4.646\t{}\n8\tFemale\t7.503\t26398\n8\tMale\t7.163\t{}\n"
CURVE = "sex,year,n_at_risk,cum_events,survival\nF,0,6398,0,1.0\nF,1,5585,{},0.9828\nF,2,4805,893,0.9657\nM,0,1714,0,1.0\nM,1,1656,676,0.9686\nM,2,1567,1292,0.9395\n"
FITTED = "term,estimate,std.error,p.value\n" + "{}age,1.079,0.0011,1e-9\nsexMale,1.711,0.024,0.01\n"
SUMMARY = "<table><tr><td>Characteristic</td><td>Overall, N = {}</td></tr><tr><td>Age (years)</td><td>57.5 (12.1)</td></tr><tr><td>Smoking</td><td></td></tr><tr><td>Current</td><td>{}</td></tr><tr><td>Never</td><td>{}</td></tr></table>"
SPANISH = "Descriptivos\n              N        Media     Desv. típ.   Error típico   Lím. inf.   Lím. sup.\nNunca       22548     38,308        5,563        0,0370         38,235         38,380\nExfumador   16413     38,442        5,537        0,0432         38,357         38,526\nFumador  {:>8}     38,419        5,540        0,0579         38,305         38,532\n"
SETTINGS = "traits: [ldl, crp]\nseed: 20261\nmodel:\n  covariates: [age, sex]\n  {}\nmin_cell: 10\n"
DEVMODE = (
    b"P\0r\0i\0n\0t\0e\0r\0".ljust(64, b"\0")
    + b"\x01\x04\x00\x52\xdc\x00\x5c\x05\x13\xff"
    + b"\0" * 1400
)


def workbook(settings: bytes) -> bytes:
    """Write a sheet of a model with settings of a printer beside it."""
    rows = (("Term", "OR", "P"), ("age", 1.06, 0.01), ("sex", 1.3, 0.02), ("bmi", 1.1, 0.04))
    cells = "".join(
        f"<row>{''.join(f'<c t=`inlineStr`><is><t>{cell}</t></is></c>' for cell in row)}</row>"
        for row in rows
    ).replace("`", '"')
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="T" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>',
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        "xl/printerSettings/printerSettings1.bin": settings,
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        for name, body in files.items():
            made.writestr(name, body)
    return sink.getvalue()


POLARS = "shape: (3, 3)\n┌────────┬────────┬──────┐\n│ centre ┆ sex    ┆ n    │\n│ ---    ┆ ---    ┆ ---  │\n│ str    ┆ str    ┆ u32  │\n╞════════╪════════╪══════╡\n│ Riga   ┆ Female ┆ 1062 │\n│ Riga   ┆ Male   ┆ {:<4} │\n│ Tartu  ┆ Female ┆ 1096 │\n└────────┴────────┴──────┘\n"
QUERY = " centre |  sex   | n_people | mean_ldl \n--------+--------+----------+----------\n Riga   | Female |     1062 |     3.41\n Riga   | Male   |     {:>4} |     3.38\n Tartu  | Female |     1096 |     3.40\n(3 rows)\n"
LEVELS_R = (
    "> quantile(d$ldl, c({}.25,.5,.75{}))\n{}   25%   50%   75% {}\n{} 2.790 3.390 4.010 {}\n"
)
FIFTHS = "| Fifth | Cases / N | OR (95% CI) |\n|---|---|---|\n| 1 | 151 / 1,241 | 1.00 (ref) |\n| 2 | {} / 1,240 | 1.32 (1.05-1.66) |\n| 3 | 221 / 1,241 | 1.56 (1.25-1.95) |\n"
ODDS = "| Characteristic | OR | 95% CI | p-value |\n|---|---|---|---|\n| Age (years) | 1.04 | 1.03, 1.05 | <0.001 |\n| Sex |  |  |  |\n| Female | - | - |  |\n| Male | 1.21 | 1.06, 1.38 | 0.005 |\n"
PREDICTORS = "<table><tr><th>&nbsp;</th><th colspan='3'>LDL cholesterol</th></tr><tr><td>Predictors</td><td>Estimates</td><td>CI</td><td>p</td></tr><tr><td>(Intercept)</td><td>2.80</td><td>2.68 &ndash; 2.92</td><td>&lt;0.001</td></tr><tr><td>age</td><td>0.01</td><td>0.01 &ndash; 0.02</td><td>&lt;0.001</td></tr><tr><td>Observations</td><td colspan='3'>{}</td></tr><tr><td>R<sup>2</sup> / R<sup>2</sup> adjusted</td><td colspan='3'>0.018 / 0.017</td></tr></table>"
SKIMMED = "Name                       d\nNumber of rows             6203\nNumber of columns          18\n_______________________\nColumn type frequency:\n  character                4\n  numeric                  14\n________________________\n{}"
MAY_LEAVE = {
    "the record of a session of R": (ROUT.format(505), "t.Rout"),
    "means by site": (MEANS.format("3.398621", "131.6063"), "t.txt"),
    "coefficients at quantiles": (QUANTILES.format("tau= 0.10", "tau= 0.50", "tau= 0.90"), "t.txt"),
    "parts of the people": (PARTS.format(2065, 508, 24.6), "t.csv"),
    "restricted means of large groups": (TIMES.format(21714, 21714), "t.tsv"),
    "what nobody knows of large groups": (TIMES.format(21714, 21714).replace("rmst_years", "zeta_w"), "t.tsv"),
    "sums of events on a time grid": (CURVE.format(452), "t.csv"),
    "a model that does not say of how many": (FITTED.format(""), "t.csv"),
    "a summary with the size of the group above": (SUMMARY.format("6,203", "1,177 (19%)", "5,026 (81%)"), "t.html"),
    "decimal commas of three digits": (SPANISH.format("9151"), "t.txt"),
    "groups in a box of Polars": (POLARS.format(987), "t.txt"),
    "groups of a query": (QUERY.format(987), "t.txt"),
    "quantiles of R": (LEVELS_R.format(".05,", ",.95", "   5%", "  95%", "1.920", "4.890"), "t.txt"),
    "cases among people": (FIFTHS.format(192), "t.md"),
    "odds ratios with a reference": (ODDS, "t.md"),
    "predictors with the people below": (PREDICTORS.format(6200), "t.html"),
    "how many columns of a type": (SKIMMED.format(""), "t.txt"),
    "settings with bounds": (SETTINGS.format("at_least: 2"), "t.yaml"),
    "settings of a printer": (workbook(DEVMODE), "t.xlsx"),
    "the same, spelled in letters": (workbook(DEVMODE.hex(" ").encode()), "t.xlsx"),
}  # fmt: skip
MUST_NOT = {
    "the record of a session of R": (ROUT.format(5), "t.Rout"),
    "values of people by site": (MEANS.format("5.1", "171.2"), "t.txt"),
    "coefficients by person": (QUANTILES.format("P-0312", "P-0417", "P-0577"), "t.txt"),
    "a small part of the people": (PARTS.format(2065, 5, 0.2), "t.csv"),
    "a part that leaves few": (PARTS.format(511, 508, 99.4), "t.csv"),
    "restricted means of few people": (TIMES.format(4, 4), "t.tsv"),
    "what nobody knows of small groups": (TIMES.format(24, 24).replace("rmst_years", "zeta_w"), "t.tsv"),
    "sums of events that grow by few": (CURVE.format(4), "t.csv"),
    "a model of numbered people": (FITTED.format("".join(f"factor(id){i},1.1,0.2,0.3\n" for i in range(101, 140))), "t.csv"),
    "a count in brackets without a sign": (SUMMARY.format("25", "3 (12)", "22 (88)"), "t.html"),
    "decimal commas and few people": (SPANISH.format("7"), "t.txt"),
    "few in a box of Polars": (POLARS.format(7), "t.txt"),
    "few of a query": (QUERY.format(7), "t.txt"),
    "extremes among quantiles of R": (LEVELS_R.format("0,", ",1", "   0%", " 100%", "0.920", "9.890"), "t.txt"),
    "few cases among people": (FIFTHS.format(3), "t.md"),
    "few predicted": (PREDICTORS.format(7), "t.html"),
    "few below how many columns of a type": (SKIMMED.format("carriers                 4\nothers                 6199\n"), "t.txt"),
    "extremes among settings": (SETTINGS.format("max_age: 97"), "t.yaml"),
    "words in settings of a printer": (workbook(DEVMODE[:120] + b"Kask Mari 1961 carrier BRCA2; Tamm Jaan 1958 " * 6), "t.xlsx"),
    "numbers in settings of a printer": (workbook(DEVMODE[:300] + b"38204151923" + DEVMODE[300:900]), "t.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("what", MAY_LEAVE)
def test_results_of_studies_pass(report, what):
    text, name = MAY_LEAVE[what]

    assert report(text, name, n=None if "say" in what else 48_112).verdict.word == "pass"


@pytest.mark.parametrize("what", MUST_NOT)
def test_people_in_results_of_studies_do_not_pass(report, what):
    text, name = MUST_NOT[what]

    assert report(text, name, n=48_112).verdict.word != "pass"


def test_a_model_is_of_as_many_people_as_its_residual_degrees_of_freedom(report):
    terms = "            Estimate Std. Error t value Pr(>|t|)\n" + "".join(
        f"{stem}{i:<8}    0.112      0.021   5.300    0.001\n" for stem in ("abc", "def") for i in range(20)
    )  # fmt: skip

    many = report(
        f"{terms}\nResidual standard error: 0.9 on 6194 degrees of freedom\n", "t.txt", n=None
    )
    few = report(
        f"{terms}\nResidual standard error: 0.9 on 41 degrees of freedom\n", "t.txt", n=None
    )

    assert many.verdict < few.verdict
