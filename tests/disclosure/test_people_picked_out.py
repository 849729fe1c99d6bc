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
