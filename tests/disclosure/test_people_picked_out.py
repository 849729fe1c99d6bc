"""People whom code compares with, whom an error names, and who are called by their names."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging


def judged(content: str, name: str = "t.txt") -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=5000))
    return judge_bytes(content.encode(), judging).report


@pytest.mark.parametrize(
    "line",
    [
        "drop if id==412",
        "drop if inlist(id, 412, 87)",
        "d <- d[d$id != 412, ]",
        "d <- subset(d, !(patient %in% c(412, 871)))",
        'df = df[~df["participant_id"].isin([412, 871, 1932])]',
        "df = df.filter(pl.col('iid').is_in(['A12', 'B77']))",
        "if pid in (88, 93, 107) then age = .;",
        "if usubjid='01-701' then delete;",
        "SELECT avg(ldl) FROM cohort WHERE person_id <> 412",
        "KeyError: 'EE00412'",
        "ValueError: invalid literal for int() with base 10: '54y, F, Kemi'",
        "ages <- c(54, 61, 38, 22, 47, 70)",
        'df = pd.DataFrame({"age": [54, 61, 38, 22, 47, 70]})',
    ],
)
def test_people_whom_code_or_an_error_picks_out_block(line):
    code = f"use the cohort and fit the model of cholesterol\n{line}\nsummarise the model\n"

    assert judged(code).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "line",
    [
        "genes = genes[genes.gene_id == 'ENSG00000130164']",
        "train = data[data['sample'] == 'EUR']",
        "merged = left.merge(right, on='id', how='inner', validate='one_to_one')",
        "keep the rows where case == 1 and control == 0",
        "KeyError: 'smoking_status'",
        "age_breaks = [18, 30, 45, 60, 75]",
        "studies = studies[studies.study_id == 'GCST004132']",
        "Participants aged 18-75 years, male and female, were invited.",
    ],
)
def test_code_that_compares_with_no_person_is_not_blocked(line):
    code = f"use the cohort and fit the model of cholesterol\n{line}\nsummarise the model\n"

    assert judged(code).verdict is not Verdict.BLOCK


def test_rows_that_are_taken_out_by_number_go_to_a_person():
    code = "Read the table of the cohort, then\ndf = df.drop(index=[17])\nand fit the model.\n"

    assert judged(code).verdict >= Verdict.REVIEW


@pytest.mark.parametrize(
    "words",
    [
        "Maria Korhonen and Juha Virtanen carried the variant; Liisa Mäkinen did not.\n",
        "The outlier in the plot of cholesterol is Anna-Liisa Öhman from Kemi.\n",
        "The index case, Krzysztof Łukaszewicz, was excluded from the analysis.\n",
    ],
)
def test_names_of_people_beside_what_is_known_of_them_block(words):
    assert judged(words).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "words",
    [
        "This report on 4,120 participants was written by Maria Korhonen for the committee.\n",
        "We thank Anna Berg for the analyses of patients in the two largest hospitals.\n",
        "The patients came from the Robert Koch Institute and the Simon Fraser University.\n",
        "Patients were followed in Sofia and Florence, and others came from Victoria.\n",
    ],
)
def test_names_of_who_did_the_work_and_of_places_pass(words):
    assert judged(words).verdict is Verdict.PASS


def test_a_column_of_peoples_names_blocks_under_any_heading():
    rows = "Korhonen Maria,0.01\nVirtanen Juha,0.2\nMäkinen Liisa,0.4\nLaine Pekka,0.3\n"

    assert judged("pathway,p\n" + rows, "t.csv").verdict is Verdict.BLOCK


def test_a_column_of_pathways_with_tests_passes():
    rows = "Wnt signalling,0.01\nLipid transport,0.2\nMartin syndrome genes,0.4\n"

    assert judged("pathway,p\n" + rows, "t.csv").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "content",
    [
        '{"n": 4120, "example": {"sex": "F", "birth_year": 1957, "diagnosis": "G35"}}',
        '{"n": 4120, "last_row": {"gender": "male", "age_at_diagnosis": 61, "smoker": true}}',
        '{"n": 4120, "first": {"sex": "F", "age": 54, "ldl": 4.1}}',
    ],
)
def test_an_object_of_one_person_blocks(content):
    assert judged(content, "t.json").verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "content",
    [
        '{"stratum": {"sex": "female", "age_group": "40-59"}, "n": 812, "mean_ldl": 3.4}',
        '{"filter": {"sex": "F", "age": 50}, "n": 812}',
        '{"n": 4120, "dtypes": {"sex": "object", "age": "int64", "ldl": "float64"}}',
    ],
)
def test_an_object_of_a_stratum_a_filter_or_types_is_not_blocked(content):
    assert judged(content, "t.json").verdict is not Verdict.BLOCK


def page(style: str) -> str:
    return (
        f"<html><head><style>{style}</style></head><body>"
        "<p>The mean cholesterol was 3.3 mmol/L in 4,120 participants.</p></body></html>"
    )


def test_variables_of_a_style_that_carry_numbers_block():
    values = "".join(f"--v{i}:{(37 * i % 101) / 17:.1f};" for i in range(40))

    assert judged(page(f":root{{{values}}}"), "t.html").verdict is Verdict.BLOCK


def test_variables_of_a_theme_pass():
    theme = ":root{--gap:1.5rem;--line-height:1.5;--weight:400;--gray-100:#f8f9fa;--gray-200:#eee}"

    assert judged(page(theme), "t.html").verdict is Verdict.PASS


_TRAITS = ("BMI", "T2D", "CAD", "RA", "SCZ", "MDD", "Asthma", "IBD")


def pairs(likeness: dict[int, float]) -> str:
    rows = [(a, b) for i, a in enumerate(_TRAITS) for b in _TRAITS[:i]]
    told = (f"{a},{b},{likeness.get(i, 0.003 * (i % 5)):.4f}" for i, (a, b) in enumerate(rows))
    return "trait1,trait2,rg\n" + "\n".join(told) + "\n"


def test_likeness_in_the_steps_of_kinship_blocks_under_names_of_traits():
    content = pairs({1: 0.4981, 4: 0.2512, 9: 0.2478, 15: 0.1249, 20: 0.5013})

    assert judged(content, "rg.csv").verdict is Verdict.BLOCK


def test_likeness_of_traits_passes():
    content = pairs({i: 0.08 + 0.61 * (i * 7 % 28) / 28 for i in range(28)})

    assert judged(content, "rg.csv").verdict is Verdict.PASS


def test_codes_of_one_spelling_block_as_markers_and_genes_do_not():
    codes = [f"{'ABCDEFGH'[i % 8]}{10 + 7 * i % 90}{'KLMN'[i % 4]}" for i in range(30)]
    genes = ["APOE", "LDLR", "PCSK9", "APOB", "SORT1", "ABCG8", "HMGCR", "NPC1L1", "LPA", "CETP"]
    results = ["{},{:.3f},{:.3f}".format("{}", i / 7 - 2, (i % 9 + 1) / 10) for i in range(30)]

    coded = "\n".join(line.format(code) for line, code in zip(results, codes, strict=True))
    named = "\n".join(line.format(gene) for line, gene in zip(results, genes, strict=False))

    assert judged(f"marker,z,p\n{coded}\n", "z.csv").verdict is Verdict.BLOCK
    assert judged(f"gene,z,p\n{named}\n", "z.csv").verdict is Verdict.PASS


def test_a_code_or_somebody_within_a_term_goes_to_a_person():
    terms = "hpo,label,p\nHP:0001250,Seizure,0.01\nHP:0000707,Abnormality ({}),0.03\n"

    assert judged(terms.format("EE00412"), "t.csv").verdict >= Verdict.REVIEW
    assert judged(terms.format("woman with two sons"), "t.csv").verdict >= Verdict.REVIEW
    assert judged(terms.format("nervous system"), "t.csv").verdict is Verdict.PASS


def test_numbered_models_pass_only_where_their_fit_is_close():
    apart = "".join(f"m{i},{1 + (i * 37 % 60) / 15:.3f}\n" for i in range(60))
    close = "".join(f"m{i},{0.71 + (i * 37 % 60) / 6000:.3f}\n" for i in range(30))

    assert judged("model,rmse\n" + apart, "t.csv").verdict >= Verdict.REVIEW
    assert judged("model,rmse\n" + close, "t.csv").verdict is Verdict.PASS


def test_few_in_common_go_to_a_person_and_many_pass():
    assert judged("set_a,set_b,overlap\nT2D,CAD,210\nT2D,ALS,2\n", "t.csv").verdict >= (
        Verdict.REVIEW
    )
    assert judged("set_a,set_b,overlap\nT2D,CAD,210\nT2D,RA,62\n", "t.csv").verdict is Verdict.PASS
