"""People who stand where nobody looks: in comments, cells, drawings, attributes, shares."""

# ruff: noqa: E501  # files are written as programs write them
from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import check_files, judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

NOTE = (
    "patient 3: woman of 54, carrier of BRCA1 c.68_69del, Turku; patient 7: man of 61, Oulu, LQT2"
)
ROWS = "\n".join(f"{'FM'[i % 2]},{30 + i},2{i % 9}.1,E11" for i in range(20))


def judged(content: str, name: str, **context: object) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext.model_validate(context))
    return judge_bytes(content.encode(), judging).report


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f"<html><body><p>Mean LDL was 3.4.</p><!-- {NOTE} --></body></html>", "t.html"),
        (f'<svg xmlns="http://www.w3.org/2000/svg"><text x="-900" y="9">{ROWS}</text></svg>', "t.svg"),
        ("group,n,mean\nA,320,1.2\nB,410,1.3" + " " * 300 + "54 F BRCA1; 61 M LQT2; 33 F HD; 45 M DM1\n", "t.csv"),
        ("Family A: father (62, MI at 48), mother (60, healthy), proband (33, FH).\n", "t.txt"),
        ("<r>" + "".join(f'<p sex="F" age="{30 + i}" dx="E11"/>' for i in range(9)) + "</r>", "t.xml"),
        ("email,role\nmaija.v@example.org,participant\njuha.k@example.org,participant\n", "t.csv"),
    ],
)  # fmt: skip
def test_people_in_corners_of_files_block(content, name):
    assert judged(content, name).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<html><body><p>Mean LDL was 3.4.</p><!-- made on a Monday --></body></html>", "t.html"),
        ("age_sex,n\nF 18-39,120\nF 40-59,210\nM 18-39,98\nM 40-59,130\n", "t.csv"),
        ("Women were 54.2 (12.1) and men 56.9 (11.8) years old on average.\n", "t.txt"),
        ("We found the variant in fathers (62) and in mothers (60), of 2,000 each.\n", "t.txt"),
    ],
)
def test_groups_with_the_same_words_are_not_blocked(content, name):
    assert judged(content, name).verdict is not Verdict.BLOCK


def test_percentages_below_one_are_counts_of_few_people():
    few = judged("group,n,percent\nfemale,840,0.6\nmale,720,0.3\n", "t.csv")
    fractions = judged("group,n,percent\nfemale,840,0.6119\nmale,720,0.3069\n", "t.csv")

    assert few.verdict is Verdict.BLOCK
    assert fractions.verdict is not Verdict.BLOCK


def test_rates_of_known_people_are_counts():
    rate = "municipality,cases_per_100k,population\nUtsjoki,163.1,1226\nKemi,210.4,19900\n"

    assert judged(rate, "t.csv").verdict is Verdict.BLOCK
    assert judged(rate.replace("cases_", "standardised_"), "t.csv").verdict is not Verdict.BLOCK


def test_a_mean_of_affected_is_a_share_of_people():
    content = "group,n,mean_affected\nA,320,0.00625\nB,410,0.0122\n"

    assert judged(content, "t.csv").verdict is Verdict.BLOCK


def test_a_model_of_nearly_as_many_terms_as_people_of_the_cohort_blocks():
    model = "term,estimate,std_error,p\nIntercept,1.1,0.4,0.02\nage,0.5,0.3,0.1\nbmi,0.2,0.1,0.1\n"

    assert judged(model, "t.csv", n_individuals=12).verdict is Verdict.BLOCK
    assert judged(model, "t.csv", n_individuals=900).verdict is not Verdict.BLOCK


def drawing(body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">{body}</svg>'


DOTS = "".join(f'<circle cx="{17 * i % 390}" cy="{31 * i % 290}" r="2"/>' for i in range(40))


@pytest.mark.parametrize(
    "words",
    ["each dot is a participant", "One point per patient.", "dots: individual patients"],
)
def test_a_drawing_that_says_its_marks_are_people_blocks(words):
    assert judged(drawing(f"{DOTS}<text>{words}</text>"), "t.svg").verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "words", ["each dot is a gene", "a line for men", "each bar represents 100 participants"]
)
def test_a_drawing_that_says_its_marks_are_other_things_is_not_blocked(words):
    assert judged(drawing(f"{DOTS}<text>{words}</text>"), "t.svg").verdict is not Verdict.BLOCK


@pytest.mark.parametrize("step", ["H{x}V{y}", "L{x} {before}L{x} {y}"])
def test_a_curve_that_steps_at_the_times_of_events_blocks(step):
    line = "M0 0"
    for i in range(20):
        line += step.format(x=i * i + 9, y=4 * i + 4, before=4 * i)
    content = drawing(f'<path fill="none" d="{line}"/><text>survival</text>')

    assert judged(content, "t.svg").verdict is Verdict.BLOCK


def test_a_curve_that_steps_by_the_month_is_not_blocked():
    days = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    line = "M0 0" + "".join(f"H{day}V{4 * i + 4}" for i, day in enumerate(days[1:]))
    content = drawing(f'<path fill="none" d="{line}"/><text>recruited so far</text>')

    assert judged(content, "t.svg").verdict is not Verdict.BLOCK


def test_labels_of_one_series_are_people_and_those_of_genes_are_not():
    people = "".join(f"<text>PT-{100 + 17 * i}</text>" for i in range(12))
    genes = "".join(f"<text>ZNF{100 + 17 * i}</text>" for i in range(12))

    assert judged(drawing(people), "t.svg").verdict is Verdict.BLOCK
    assert judged(drawing(genes), "t.svg").verdict is not Verdict.BLOCK


@pytest.mark.parametrize(
    "content",
    [
        "Seven patients carried the variant. Two of them died before 40.\n",
        "Of 4,120 participants, three women carried the variant.\n",
        "Among carriers (n = 4) mean LDL was 7.9 mmol/L.\n",
        "Turku 44 women, 31 men. Kemi 2 women, 5 men.\n",
        "One individual was homozygous for the deletion.\n",
    ],
)
def test_sentences_about_few_people_block(content):
    assert judged(content, "t.txt").verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "content",
    [
        "Three individuals were excluded because of low quality.\n",
        "Variants of fewer than ten carriers were left out; at least 5 patients had to carry one.\n",
        "Patients with type 2 diabetes had higher LDL; APOE 4 carriers had lower HDL.\n",
        "Among carriers (n = 412) mean LDL was 7.9 mmol/L in 4,120 people.\n",
        "Two genes carried most of the signal.\n",
    ],
)
def test_sentences_that_count_other_things_or_many_are_not_blocked(content):
    assert judged(content, "t.txt").verdict is not Verdict.BLOCK


def test_numbers_of_people_in_words_and_fractions_are_counts():
    words = "gene,n_carriers\nBRCA1,14\nBRCA2,21\nPALB2,four\n"
    fractions = "gene,found\nBRCA1,14/4120\nPALB2,4/4120\n"
    enough = "gene,found\nBRCA1,14/4120\nPALB2,40/4120\n"

    assert judged(words, "t.csv").verdict is Verdict.BLOCK
    assert judged(fractions, "t.csv").verdict is Verdict.BLOCK
    assert judged(enough, "t.csv").verdict is not Verdict.BLOCK


def test_residual_degrees_of_freedom_below_a_table_are_read():
    model = "term,estimate,std_error,p\nIntercept,1.1,0.4,0.02\nage,0.5,0.3,0.1\n"

    few = judged(f"{model}# n = 14, df_resid = 6\n", "t.csv")
    many = judged(f"{model}# n = 1400, df_resid = 1398\n", "t.csv", n_individuals=1400)

    assert few.verdict is Verdict.BLOCK
    assert many.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "number",
    ["131052-308T", "37605030299 and 44051401359", "RSSMRA85T10A562S", "811218-9876, 811228-9874"],
)
def test_numbers_of_states_are_people(number):
    assert judged(f"See {number}.\n", "t.txt").verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "number", ["chr1:12345678A>G", "100000-2000", "12345678901", "g.12345678A>G", "2024-01-05"]
)
def test_places_ranges_and_other_long_numbers_are_no_numbers_of_states(number):
    report = judged(f"See {number}.\n", "t.txt")

    assert "PII118" not in {finding.rule for finding in report.findings}


def test_phenotypes_of_carriers_beside_variants_block():
    told = "variant,carrier_phenotype\nMYH7 c.1208G>A,HCM; ICD at 34\nLMNA c.937-1G>A,AV block at 41\n"  # fmt: skip
    counted = "variant,trait,n_carriers\nrs1,HCM,40\nrs2,DCM,31\n"

    assert judged(told, "t.csv").verdict is Verdict.BLOCK
    assert judged(counted, "t.csv").verdict is not Verdict.BLOCK


def test_a_group_without_a_few_people_tells_of_those():
    nested = "filter,n\nall,4120\nage<99,4119\nage<99 & bmi<50,4117\n"
    strata = "age,n,mean\n<50,210,3.1\n>=50,214,3.4\n"
    apart = "filter,n\nall,4120\nage<60,2119\nage<60 & bmi<30,1117\n"

    assert judged(nested, "t.csv").verdict is Verdict.BLOCK
    assert judged(strata, "t.csv").verdict is not Verdict.BLOCK
    assert judged(apart, "t.csv").verdict is not Verdict.BLOCK


def test_a_group_without_one_person_in_another_file_of_a_request_blocks(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("group,n,mean_ldl\nall,412,3.412\n")
    second.write_text("group,n,mean_ldl\nwithout the outlier,411,3.401\n")

    report = check_files([first, second], policy_named("gdi-default"), CheckContext())

    assert report.verdict is Verdict.BLOCK


def test_quantiles_are_of_people_where_there_are_as_many():
    steps = "ecdf,ldl\n" + "".join(f"{i / 60:.5f},{1 + i * i / 900:.2f}\n" for i in range(1, 61))
    percent = "quantile,ldl\n" + "".join(f"{i / 100:.2f},{1 + i / 40:.2f}\n" for i in range(1, 100))

    assert judged(steps, "t.csv").verdict is Verdict.BLOCK
    assert judged(percent, "t.csv", n_individuals=60).verdict is Verdict.BLOCK
    assert judged(percent, "t.csv", n_individuals=40_000).verdict is not Verdict.BLOCK


def test_columns_of_data_in_code_block_and_lists_of_names_do_not():
    ages, sexes = ", ".join(str(30 + i) for i in range(12)), ", ".join(['"F"', '"M"'] * 6)
    names = ", ".join(f'"PC{i}"' for i in range(1, 13))

    data = judged(f"d <- data.frame(age = c({ages}), sex = c({sexes}))\n", "t.R")
    covariates = judged(f"covariates <- c({names})\nfit(covariates)\n", "t.R")

    assert data.verdict is Verdict.BLOCK
    assert covariates.verdict is not Verdict.BLOCK


def test_dots_of_a_drawing_in_latex_are_values():
    dots = "".join(f"\\fill ({i / 7:.2f},{i * i / 90:.2f}) circle (1pt);\n" for i in range(40))

    assert judged(f"\\begin{{tikzpicture}}\n{dots}\\end{{tikzpicture}}\n", "t.tex").verdict is (
        Verdict.BLOCK
    )
