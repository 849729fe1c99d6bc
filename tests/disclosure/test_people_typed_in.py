"""People, genotypes and small counts that are typed into code."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging


def judged(line: str, name: str = "prep.py") -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=4120))
    code = (
        "import numpy as np\nimport pandas as pd\nfrom pathlib import Path\n\n"
        f"{line}\n\n"
        'df = pd.read_parquet(Path("cohort") / "individuals.parquet")\n'
        'print(df.groupby("site").size())\n'
    )
    return judge_bytes(code.encode(), judging).report


@pytest.mark.parametrize(
    "line",
    [
        "outliers = [412, 871, 1932]",
        "exclude = {412, 871, 1932}",
        'withdrawn = ["EE00412", "EE00871"]',
        'SAMPLES = ["S001", "S017", "S023", "S088"]',
        "drop <- c(412, 871, 1932)",
        "for id in 412 871 93; do echo $id; done",
        'echo "412 412" > remove.txt',
        'sed -i "/EE00412/d" keep.txt',
        'gt = {"rs429358": "CT", "rs7412": "CC"}',
        'hla <- list(A = c("02:01", "03:01"), B = c("07:02", "27:05"))',
        "assert (df.als == 1).sum() == 3",
        "expect_equal(nrow(filter(d, als == 1)), 3)",
        'plt.annotate("54 F Salla", xy=(54, 13.2))',
        'if row["village"] == "Salla" and row["age"] == 54 and row["sex"] == "F":',
    ],
)
def test_people_who_are_typed_into_code_block(line):
    assert judged(line).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "line",
    [
        "outliers = np.abs(df.ldl - df.ldl.mean()) > 6 * df.ldl.std()",
        "exclude_chromosomes = [10, 11, 12]",
        "keep = [2019, 2020, 2021]",
        'remove_columns = ["height", "weight"]',
        'samples = ["train", "test"]',
        "for chr in 20 21 22; do echo $chr; done",
        'lead = {"rs429358": "APOE", "rs7412": "APOE"}',
        "assert (df.als == 1).sum() == 310",
        "assert len(files) == 3",
        'plt.title("Women aged 54 to 60")',
        "df = df[(df.sex == 'F') & (df.age >= 54)]",
    ],
)
def test_code_that_names_no_people_is_not_blocked(line):
    assert judged(line).verdict is not Verdict.BLOCK


def test_numbers_in_quotation_marks_go_to_a_person():
    assert judged('ages = "54,61,38,22,47,70,33".split(",")').verdict >= Verdict.REVIEW
