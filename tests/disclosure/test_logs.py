# ruff: noqa: E501  # made exports read better with one item a line
"""What programs write of their own run passes; the same lines about people do not."""

from __future__ import annotations

import json

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

LOG = """Building DAG of jobs...
Provided cores: 4
Job stats:
job          count
---------  -------
all              1
align_1          1
align_2         22
{}            {}
total           {}

Select jobs to execute...
[Tue Mar  3 10:09:11 2026]
rule align_1:
    input: work/array.pgen
    output: work/fit.list
    jobid: 3
    wildcards: chrom=7
    threads: 4
Finished job 3.
1 of 25 steps (4%) done
"""
STATS = """# This file was produced by bcftools stats (1.16+htslib-1.16) and can be plotted using plot-vcfstats.
# SN\t[2]id\t[3]key\t[4]value
SN\t0\tnumber of samples:\t{}
SN\t0\tnumber of records:\t7
# AF, Stats by non-reference allele frequency:
# AF\t[2]id\t[3]allele frequency\t[4]number of SNPs\t[5]number of transitions\t[6]{}\t[7]not applicable
AF\t0\t0.120000\t3\t2\t1\t0
AF\t0\t0.340000\t4\t1\t3\t0
"""
TREE = """|--- pgs <= 0.51
|   |--- age <= 62.37
|   |   |--- class: 1  (samples = {}, events = 40)
|   |--- age >  62.37
|   |   |--- class: 0  (samples = 310, events = 21)
|--- pgs >  0.51
|   |--- class: 1  (samples = 290, events = 102)
"""


def verdict(data: str, name: str, n: int = 5_000) -> Verdict:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=n))
    return judge_bytes(data.encode(), judging).report.verdict


def book(model: str, state: dict[str, object], latex: str = r"$\alpha = 0.03$") -> str:
    """A notebook with a progress bar and a formula."""
    view = {"model_id": "ab12", "version_major": 2, "version_minor": 0}
    shown = {"application/vnd.jupyter.widget-view+json": view, "text/plain": "  0%|          |"}
    formula = {"text/latex": [latex], "text/plain": ["alpha = 0.03, four parameters"]}
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": data} for data in (shown, formula)
    ]
    models = {
        "ab12": {
            "model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0",
            "model_name": model, "state": state,
        }
    }  # fmt: skip
    kept = {"version_major": 2, "version_minor": 0, "state": models}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": outputs,
            "source": "for c in tqdm(range(22)): run(c)"}  # fmt: skip
    metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": kept}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def test_numbers_of_jobs_are_not_numbers_of_people() -> None:
    assert verdict(LOG.format("merge", 1, 25), "run.log") is Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        LOG.format("carriers", 1, 25),
        LOG.format("merge", 1, 31),
        LOG.format("merge", 1, 25).replace("rule align_1:", "rule other:"),
        LOG.format("merge", 1, 25).replace("Building DAG of jobs...", "Jobs of the carriers"),
    ],
)
def test_numbers_under_a_heading_of_jobs_are_of_people_where_the_log_does_not_bear_it_out(
    text: str,
) -> None:
    assert verdict(text, "run.log") is Verdict.BLOCK


def test_sections_about_variants_count_no_people() -> None:
    assert verdict(STATS.format(1100, "number of transversions"), "stats.txt") is Verdict.PASS


@pytest.mark.parametrize(
    "text", [STATS.format(1100, "number of carriers"), STATS.format(4, "number of transversions")]
)
def test_a_section_that_counts_few_people_is_blocked(text: str) -> None:
    assert verdict(text, "stats.txt") is Verdict.BLOCK


def test_a_progress_bar_and_a_formula_hide_nothing() -> None:
    text = book("FloatProgressModel", {"value": 22.0, "max": 22.0, "bar_style": "success"})

    assert verdict(text, "fit.ipynb") is Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        book("DataGridModel", {"value": "x" * 900}),
        book("HTMLModel", {"value": "7" * 900}),
        book("FloatProgressModel", {"value": list(range(300))}),
        book("FloatProgressModel", {"value": 22.0}, latex=r"\begin{tabular}{lr} gene & carriers\\ LDLR & 3\\ APOB & 4\\ PCSK9 & 40\\ \end{tabular}"),
    ],
)  # fmt: skip
def test_what_no_progress_bar_has_and_what_a_formula_tells_of_few_is_blocked(text: str) -> None:
    assert verdict(text, "fit.ipynb") is Verdict.BLOCK


def test_a_small_leaf_is_found_among_branches_that_look_like_columns() -> None:
    assert verdict(TREE.format(3), "tree.txt") is Verdict.BLOCK
    assert verdict(TREE.format(140), "tree.txt") is not Verdict.BLOCK


PEDIGREE = """The pedigree:

F7 1 0 0 1 1  A/A C/T
F7 2 0 0 2 2  A/G C/C
F7 3 1 2 1 2  A/G C/T
F7 4 1 2 2 1  A/A C/C
F7 5 1 2 2 1  A/A T/T
"""
LISTED = """. list birth sex town in 1/4, clean

         birth sex      town
1.  1942-01-14   M     Birgu
2.  1995-06-05   F    Sliema
3.  1993-05-13   M     Qormi
4.  1939-09-15   F     Qormi
"""


def test_a_family_is_blocked_however_few_they_are() -> None:
    assert verdict(PEDIGREE, "family.md") is Verdict.BLOCK


def test_rows_that_name_no_parents_among_them_are_no_family() -> None:
    text = PEDIGREE.replace(" 1 2 ", " 8 9 ")

    assert verdict(text, "family.md") is not Verdict.PASS


def test_people_listed_with_sex_and_birthday_are_blocked() -> None:
    assert verdict(LISTED, "session.log") is Verdict.BLOCK


@pytest.mark.parametrize(("n", "is_blocked"), [(1, True), (9, True), (12, False)])
def test_groups_side_by_side_are_counted(n: int, is_blocked: bool) -> None:
    text = f"Kidney function by variant (none: n = 1,899; carriers of the variant: n = {n})\n"

    assert (verdict(text, "words.txt") is Verdict.BLOCK) == is_blocked


def test_numbers_of_loci_side_by_side_are_of_no_people() -> None:
    text = "What was found (known loci: n = 41; novel loci: n = 3)\n"

    assert verdict(text, "words.txt") is not Verdict.BLOCK


STATA = """      name:  <unnamed>
  log type:  text

. regress urate age

. log close
"""
SCRIPT = """# Association of carrier status with survival
fit <- coxph(Surv(time, event) ~ carrier + age, data = d)
out <- data.frame(group = {}, year = {}, at_risk = {}, s = {})
write.csv(out, 'export/life_table.csv')
"""
CONFIG = """project: urate
qc:
  geno: 0.02
  maf: 0.01
regenie:
  lowmem: true
  firth: true
  approx: true
  pThresh: 0.05
covariates:
- age
- sex
- batch
- array
- smoking
- education
phenotypes:
  urate: quantitative
  gout: binary
  stones: binary
  kidney: binary
{}:
"""
METRICS = {"n_test": 13240, "metrics": {"auroc": 0.781, "auroc_ci": [0.769, 0.793], "auprc": 0.312,
           "calibration_slope": 1.02}}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (STATA, "logit.log"),
        (SCRIPT.format("grid$strata", "grid$time", "grid$n.risk", "round(grid$surv, 3)"), "cox.R"),
        (CONFIG.format("chromosomes") + "".join(f"- {i}\n" for i in range(1, 23)), "config.yaml"),
        (json.dumps(METRICS), "metrics.json"),
    ],
)  # fmt: skip
def test_what_programs_are_set_to_and_say_of_models_passes(text: str, name: str) -> None:
    assert verdict(text, name, 33_100) is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (STATA.replace("<unnamed>", "<b>Mari</b>"), "logit.log"),
        (SCRIPT.format("2", "1961", "1", "0.98"), "cox.R"),
        (CONFIG.format("ages") + "".join(f"- {i}\n" for i in range(1, 23)), "config.yaml"),
        (CONFIG.format("chromosomes") + "".join(f"- {18 + i * 37 % 61}\n" for i in range(22)), "config.yaml"),
        (json.dumps(METRICS | {"metrics": {"age": 54.1, "auroc": 0.78}}), "metrics.json"),
    ],
)  # fmt: skip
def test_values_where_settings_and_scores_stand_are_read_or_blocked(text: str, name: str) -> None:
    assert verdict(text, name, 33_100) is not Verdict.PASS


PAGE = """<html><body><h1>Dementia by allele</h1>{}
<p>We followed the people of the cohort for many years, and compared them by the alleles that they carry.</p>
</body></html>
"""


def test_the_day_of_a_page_is_of_nobody() -> None:
    text = PAGE.format("<p class='date'>2026-03-02</p>")

    assert verdict(text, "page.html") is Verdict.PASS


@pytest.mark.parametrize(
    "more",
    [
        "<p>2026-03-02</p>",
        "<p class='date'>1961-03-02</p>",
        "<p class='date'>2026-03-02</p><p class='date'>2026-03-04</p>",
        "<p class='date'>admitted on 2026-03-02</p>",
        "<p>One</p><p>Two</p><p class='date'>2026-03-02</p>",
    ],
)
def test_other_days_of_a_page_are_read(more: str) -> None:
    assert verdict(PAGE.format(more), "page.html") is Verdict.REVIEW


@pytest.mark.parametrize("quote", ["", '"'])
def test_counts_within_a_value_of_settings_are_looked_at(report, quote) -> None:
    def told(few: int) -> str:
        value = f"burden {{'EUR': {few}, 'AFR': 4120}}"
        return f"[results]\nthreshold = 0.05\nname = {quote}{value}{quote}\nmaf = 0.01\n"

    assert report(told(3), "run.toml", n=50_000).verdict.word == "block"
    assert report(told(6120), "run.toml", n=50_000).verdict.word == "pass"
