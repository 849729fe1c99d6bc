# ruff: noqa: E501  # made exports read better with one item a line
"""Code in the languages of the field passes; what tells of people inside it does not."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.programs.statements import read_code

PYTHON = """#!/usr/bin/env python3
\"\"\"Plot LDL by decile of the polygenic score.\"\"\"
import numpy as np, pandas as pd
import matplotlib.pyplot as plt
from statsmodels.formula.api import logit

SEED = 20260
rng = np.random.default_rng(SEED)

def deciles(frame: pd.DataFrame, k: int = 10) -> pd.DataFrame:
    # Groups of fewer than ten people are merged with the next one.
    bins = pd.qcut(frame["prs"], k, labels=False)
    out = frame.groupby(bins)[["ldl", "bmi", "hba1c", "sbp", "dbp", "crp", "egfr", "urate"]].agg(["mean", "sem"])
    return out[out.index >= 0]

if __name__ == "__main__":
    df = pd.read_parquet("data/baseline.parquet").query("age >= 40 and age < 70 and status == 'ok'")
    fig, ax = plt.subplots(figsize=(5, 3.2), dpi=130)
    res = deciles(df)
    ax.errorbar(res.index, res["ldl"]["mean"], yerr=1.96 * res["ldl"]["sem"], fmt="o-", color="#7b3294")
    fit = logit("t2d ~ age + sex + prs + rs7903146", df).fit(disp=0)
    print(fit.summary().tables[1])
    fig.savefig("figures/ldl_by_decile.png", bbox_inches="tight")
"""
R = """library(survival)
# ---- Primary analysis ----
d <- readRDS("baseline.rds") |>
  dplyr::filter(age >= 40, !is.na(prs)) |>
  dplyr::mutate(agegrp = cut(age, c(40, 50, 60, 70), right = FALSE),
                sex = factor(sex, levels = c("Female", "Male")))
fit <- coxph(Surv(time, event) ~ prs + sex + strata(site), data = d, ties = "efron")
sf <- survfit(fit, newdata = data.frame(prs = quantile(d$prs, c(.1, .5, .9)), sex = "Female"))
ggplot(tidy(sf), aes(time, estimate, colour = strata)) +
  geom_step(linewidth = 0.4) +
  scale_colour_manual(values = c("#1b9e77", "#d95f02", "#7570b3"), name = "Percentile") +
  labs(x = "Years", y = "Event-free", title = "By genetic risk") +
  theme_minimal(base_size = 11)
for (p in c("ldl", "hdl", "tg")) {
  cat(p, round(coef(lm(reformulate("prs", p), d))[["prs"]], 3), "\\n")
}
"""
JULIA = """using DataFrames, GLM, Random
Random.seed!(20260)
function simulate(n; beta = 0.2)
    g = rand(0:2, n); y = beta .* g .+ randn(n)
    return coef(lm(@formula(y ~ g), DataFrame(g = g, y = y)))[2]
end
est = [simulate(2000) for _ in 1:500]
println("bias = ", round(mean(est) - 0.2, digits = 4))
"""
SQL = """-- people per age band and sex, small groups left out
with base as (
  select person_id, sex, floor(age / 10) * 10 as age_band
  from cohort.person where consent_status = 'active'
)
select age_band, sex, count(*) as n_people
from base
group by age_band, sex
having count(*) >= 10
order by age_band;
"""
WDL = """version 1.0
task skat {
  input {
    File null_model
    File group_file
    Int min_carriers = 10
  }
  command <<<
    step2_SPAtests.R --GMMATmodelFile ~{null_model} --groupFile ~{group_file} --minGroupMAC_in_BurdenTest 10
  >>>
  output { File results = "skat.txt" }
  runtime { docker: "wzhou88/saige:1.3.6" cpu: 4 memory: "16 GB" }
}
"""
SHELL = """#!/bin/bash
#SBATCH --job-name=gwas
#SBATCH --cpus-per-task=16
set -euo pipefail
module load plink/2.00a5
for chr in {1..22}; do
  plink2 --pfile geno/chr${chr} --maf 0.01 --geno 0.02 --hwe 1e-6 --mind 0.03 \\
    --pheno pheno/ldl.txt --covar pheno/cov.txt --glm hide-covar --out out/chr${chr}
done
"""
STATA = """use "baseline.dta", clear
keep if age >= 40
gen bmi2 = weight / (height/100)^2
tabulate smoking hypertension, chi2
regress sbp age male bmi
estimates store m1
"""
NEXTFLOW = """nextflow.enable.dsl = 2
params.pgen   = null
process STEP1 {
    label 'big'
    container 'ghcr.io/rgcgithub/regenie/regenie:v3.4.1.gz'
    input:
      tuple path(bed), path(bim), path(fam)
      path pheno
    output:
      path 'fit_pred.list'
    script:
    \"\"\"
    regenie --step 1 --bed ${bed.baseName} --phenoFile $pheno --bsize 1000 --lowmem --out fit
    \"\"\"
}
workflow {
    STEP1(Channel.fromFilePairs(params.pgen, size: 3), file(params.pheno))
}
"""
DOCKER = """FROM mambaorg/micromamba:1.5.8
COPY environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml && micromamba clean -ay
ENV PATH=/opt/conda/bin:$PATH
"""
WRITTEN = {
    "plot.py": PYTHON, "cox.R": R, "simulate.jl": JULIA, "counts.sql": SQL, "burden.wdl": WDL,
    "gwas.sh": SHELL, "analysis.do": STATA, "main.nf": NEXTFLOW, "Dockerfile": DOCKER,
}  # fmt: skip
PEOPLE = "12,F,1961,31.2\n14,M,1948,27.9\n19,F,1977,22.4\n23,M,1990,25.0\n31,F,1955,29.8\n44,F,1969,24.1\n"
HIDDEN = {
    "people in a comment": R + "".join(f"# {row.replace(',', ' ')}\n" for row in PEOPLE.split()),
    "people in a long string": PYTHON + f'ROWS = """id,sex,birth_year,bmi\n{PEOPLE}"""\n',
    "people between statements": SHELL + PEOPLE.replace(",", "\t"),
    "people column by column": PYTHON
    + "x = pd.DataFrame({'iid': [12, 14, 19], 'sex': ['F', 'M', 'F'], 'bmi': [31.2, 27.9, 22.4]})\n",
    "one person's facts": R + 'newdata <- data.frame(age = 54, sex = "F", bmi = 31.2)\n',
    "somebody in a comment": PYTHON + "    # the patient aged 43 was homozygous for p.Arg176Trp\n",
    "a person picked out": PYTHON + "    df = df[df.participant_id != 48213]\n",
    "rows of values": PYTHON
    + "rows = [\n    (12, 1961, 'F', 31.2),\n    (14, 1948, 'M', 27.9),\n    (19, 1977, 'F', 22.4),\n]\n",
    "rows of values in R": R
    + "d <- tribble(\n  ~nr, ~y, ~s, ~b,\n  12, 1961, 'F', 31.2,\n  14, 1948, 'M', 27.9,\n  19, 1977, 'F', 22.4\n)\n",
    "statements of one form": PYTHON
    + "".join(f"add({i}, {1950 + i * 7}, 'F', {20 + i}.5)\n" for i in (1, 3, 4, 2, 6, 5)),
    "genotypes beside alleles": "".join(
        f'| 19:{38433000 + 71 * i} | ["A","G"] | 0/{i % 2} | 1/{i % 3 % 2} |\n' for i in range(25)
    ),
    "genotypes in columns": "".join(
        f'fn(19:{38433000 + 71 * i})\t["A","G"]\t0/{i % 2}\t1/1\n' for i in range(25)
    ),
    "values in no order": PYTHON
    + "v = [3.1, 4.2, 2.9, 3.8, 5.1, 2.2, 3.3, 4.4, 2.7, 3.9, 4.8, 3.0]\n",
    "a long list": PYTHON + f"x = {[round((i * 7919 % 97) / 9.7, 3) for i in range(60)]}\n",
    "few carriers": PYTHON + "n_carriers = 3\n",
    "few people by name": PYTHON + "counts = {'Tartu': 512, 'Saaremaa': 3}\n",
    "a code that is a payload": PYTHON + f"x = '{'aG9sZGluZyBzb21lYm9keXMgZ2Vub21lIGhlcmU' * 3}'\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_code_passes(report, name: str) -> None:
    found = report(WRITTEN[name], name, n=48_112)

    assert found.verdict is Verdict.PASS, [finding.why for finding in found.findings]
    assert read_code(WRITTEN[name]) is not None


@pytest.mark.parametrize("case", HIDDEN)
def test_what_tells_of_people_in_code_does_not_pass(report, case: str) -> None:
    found = report(HIDDEN[case], "analysis.txt", n=48_112)

    assert found.verdict is not Verdict.PASS


def test_a_sentence_may_name_a_common_variant(report) -> None:
    words = "The lead variant rs7903146 in TCF7L2 had an odds ratio of 1.37 per allele, as reported before.\n"

    assert report(words, "notes.md", n=48_112).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "words",
    [
        "The variants are rs7903146, rs429358, rs7412, rs11591147 and rs1801282 here.\n",
        "The carrier of rs11591147 was seen again, and what rs7412 does is not known to us.\n",
        "What was found is that rs7903146 is heterozygous here, and this is told in many words.\n",
    ],
)
def test_many_variants_and_those_somebody_has_are_read(report, words: str) -> None:
    assert report(words, "notes.md", n=48_112).verdict is not Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        "Anna was seen in Tartu (2019), and again (2021).\nShe is 43.\n",
        "Struct(n_called=3, call_rate=0.99)\n",
        "            coef exp(coef) se(coef)     z        p\nprs      0.31      1.36     0.04  7.21 5.4e-13\nage      0.05      1.05     0.01  9.10  < 2e-16\n",
        "id: 12\nage: 43\nsex: F\n",
        "age = 43\nsex = F\nbmi = 31.2\n",
    ],
)
def test_sentences_values_and_printed_results_are_no_code(text: str) -> None:
    assert read_code(text) is None
