"""People whom programs print: rows, records, codes, the oldest."""

# as programs print them
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
    "content",
    [
        "> df[which.max(df$ldl),]\n     sex age  ldl  bmi\n4077   F  43 12.0 31.2\n",
        "We excluded EE00412, EE00871 and EE01932 because of sex mismatch.\n",
        "covariates: [age, sex]\nexclude:\n  - EE00412\n  - EE00871\n  - EE01932\n",
    ],
)
def test_people_that_a_program_printed_block(content):
    assert judged(content).verdict is Verdict.BLOCK


def test_a_row_as_pandas_prints_it_goes_to_a_person():
    row = "sex        F\nage       54\nldl      3.4\nsite    Tartu\nName: 0, dtype: object\n"

    assert judged(">>> df.iloc[0]\n" + row).verdict >= Verdict.REVIEW


def test_the_oldest_goes_to_a_person():
    assert judged("The oldest carrier was 94 and lived in Hiiumaa.\n").verdict >= Verdict.REVIEW


@pytest.mark.parametrize(
    "content",
    [
        "We excluded 31 individuals because of sex mismatch.\n",
        "Samples were typed on GSAMD v3; studies GCST004132, GCST006061 and GCST90012 were used.\n",
        "Genes of individuals: ZNF1234 is none of ours.\n",
    ],
)
def test_words_about_people_without_their_codes_are_not_blocked(content):
    assert judged(content).verdict is not Verdict.BLOCK
