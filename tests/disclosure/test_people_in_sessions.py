"""People in logs and sessions: files called after them, answers that count few of them."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging


def judged(content: str, name: str = "t.txt") -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=4120))
    return judge_bytes(content.encode(), judging).report


LOG = (
    "PLINK v2.00a3\n(C) 2005-2022 Shaun Purcell\nLogging to qc.log.\nOptions in effect:\n"
    "  --pfile data\n  --geno 0.02\n\nStart time: Tue Mar  3 10:00:01 2026\n{}\n"
    "End time: Tue Mar  3 10:04:11 2026\n"
)


@pytest.mark.parametrize(
    "lines",
    [
        "Reading EE00871.vcf.gz\nReading EE01932.vcf.gz\nReading EE02001.vcf.gz",
        "Warning: 412_412 has an odd sex.\nWarning: 871_871 has an odd sex.",
    ],
)
def test_files_and_codes_of_single_people_in_a_log_block(lines):
    assert judged(LOG.format(lines)).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "lines",
    [
        "Reading chr20.vcf.gz\nReading chr21.vcf.gz\nReading chr22.vcf.gz",
        "Reading batch_101.vcf.gz\nReading batch_102.vcf.gz",
        "91 variants removed due to missing genotype data.\n4120 people remaining.",
    ],
)
def test_files_of_chromosomes_and_batches_in_a_log_pass(lines):
    assert judged(LOG.format(lines)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("> nrow(subset(d, als == 1))", "[1] {}"),
        (". count if ldl > 10", "  {}"),
        (">>> len(df[df.ldl > 10])", "{}"),
        (">>> (df.als == 1).sum()", "{}"),
    ],
)
def test_an_answer_that_counts_few_people_blocks_and_one_of_many_does_not(asked, answer):
    session = f"{asked}\n{answer}\n"

    assert judged(session.format(3)).verdict is Verdict.BLOCK
    assert judged(session.format(310)).verdict is not Verdict.BLOCK


def test_an_answer_that_counts_things_is_not_blocked():
    assert judged("> sum(res$padj < 0.05)\n[1] 7\n").verdict is not Verdict.BLOCK


@pytest.mark.parametrize(
    "content",
    [
        "graph TD\nA[Recruited 4120] --> B[ALS 3]\nA --> C[Controls 4117]\n",
        "> d[which.max(d$ldl), 'age']\n[1] 54\n",
        "BEGIN:VEVENT\nDTSTART:20240312T090000\nSUMMARY:EE00412 visit\nEND:VEVENT\n",
    ],
)
def test_few_in_a_chart_the_furthest_out_and_a_lone_code_go_to_a_person(content):
    assert judged(content).verdict >= Verdict.REVIEW


def test_people_by_age_and_sex_in_entries_block():
    entries = 'msgid "a"\nmsgstr "54 F ALS Salla"\nmsgid "b"\nmsgstr "61 M LQT2 Kemi"\n'

    assert judged(entries).verdict is Verdict.BLOCK
