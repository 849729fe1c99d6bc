"""Few people whom code counts: arguments of tests, bars, labels, answers of a notebook."""

from __future__ import annotations

import json

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging


def judged_bytes(content: str, name: str) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=4120))
    return judge_bytes(content.encode(), judging).report


def judged(line: str) -> FileReport:
    code = (
        "library(survival)\nlibrary(dplyr)\n\n"
        f"{line}\n\n"
        'd <- read.csv("cohort.csv")\n'
        "fit <- coxph(Surv(time, event) ~ age, data = d)\nsummary(fit)\n"
    )
    return judged_bytes(code, "prep.R")


LINES = [
    "binom.test({}, 412)",
    "prop.test(c({}, 140), c(412, 3708))",
    "m <- matrix(c({}, 409, 114, 3694), nrow = 2)",
    "sizes <- c(412, 844, {})",
    "n_carriers = c(412, {})",
    "barplot(c({}, 4117))",
    'mtext("n = {}")',
]


@pytest.mark.parametrize("line", LINES)
def test_few_people_in_code_block_and_many_do_not(line):
    assert judged(line.format(3)).verdict is Verdict.BLOCK
    assert judged(line.format(61)).verdict is not Verdict.BLOCK


def test_cases_that_calls_are_given_block():
    calls = "\n".join(f'add_case({age}, "F", "ALS")' for age in (54, 61, 38))

    assert judged(calls).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "line",
    ["n_folds <- c(5, 50)", "breaks <- c(1, 10, 100)", "param <- list(depth = 6, nrounds = 200)"],
)
def test_settings_are_not_blocked(line):
    assert judged(line).verdict is not Verdict.BLOCK


@pytest.mark.parametrize("name", ["n_als <- 3\nn_controls <- 4117", "x <- c(Kemi = 412, Oulu = 3)"])
def test_numbers_that_may_count_few_go_to_a_person(name):
    assert judged(name).verdict >= Verdict.REVIEW


def notebook(source: str, answer: str) -> str:
    output = {"output_type": "execute_result", "execution_count": 1, "metadata": {},
              "data": {"text/plain": answer}}  # fmt: skip
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1,
            "source": source, "outputs": [output]}  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


def test_an_answer_of_a_notebook_that_counts_few_blocks():
    few = judged_bytes(notebook("df[df.ldl > 10].shape", "(3, 14)"), "t.ipynb")
    many = judged_bytes(notebook("df[df.ldl > 10].shape", "(310, 14)"), "t.ipynb")

    assert few.verdict is Verdict.BLOCK
    assert many.verdict is not Verdict.BLOCK


def test_a_printed_table_in_a_frame_is_no_code():
    calls = ("0/0", "0/1", "1/1")
    rows = "".join(
        f'| 19:384{71 * i:05d} | ["A","G"] |'
        + "|".join(f" {calls[(i * i + j * j + i * j) % 3]} " for j in range(8))
        + "|\n"
        for i in range(30)
    )
    frame = "+---" * 10 + "+\n"
    head = "| locus | alleles |" + "|".join(f" 'S{j}'.GT " for j in range(8)) + "|\n"

    report = judged_bytes(frame + head + frame + rows + frame, "show.txt")

    assert report.verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("words", "few", "many"),
    [
        ("OR = 4.2 (95% CI 1.1-9.3), p = 0.01, {} of 412 cases and 114 of 3708 controls\n", 3, 31),
        ("The odds ratio of the variant was 4.2; {}/412 vs 114/3708; p = 0.01\n", 3, 31),
    ],
)
def test_few_of_many_in_words_block(words, few, many):
    assert judged_bytes(words.format(few), "t.txt").verdict is Verdict.BLOCK
    assert judged_bytes(words.format(many), "t.txt").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "words",
    [
        "Step 3 of 112 of the pipeline of the second release is done.\n",
        "We replicated 3 of 112 loci that others have found for cholesterol.\n",
    ],
)
def test_steps_and_loci_of_many_pass(words):
    assert judged_bytes(words, "t.txt").verdict is Verdict.PASS


def drawing(style: str) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
    axes = '<path d="M40 260H380M40 20V260" stroke="#000"/><text x="90" y="290">n = 4120</text>'
    return f"{head}<style>{style}</style>{axes}</svg>"


def test_a_style_of_a_drawing_that_carries_numbers_blocks():
    widths = "".join(f".p{i}{{stroke-width:{1 + i * 37 % 60 / 9:.2f}}}" for i in range(60))
    names = "".join(f".age{19 + i * 37 % 70}x{i}{{fill:#47a}}" for i in range(40))
    plain = "".join(f".cls-{i}{{fill:#4{i}a}}" for i in range(9))

    assert judged_bytes(drawing(widths), "f.svg").verdict is Verdict.BLOCK
    assert judged_bytes(drawing(names), "f.svg").verdict is Verdict.BLOCK
    assert judged_bytes(drawing(plain), "f.svg").verdict is not Verdict.BLOCK
