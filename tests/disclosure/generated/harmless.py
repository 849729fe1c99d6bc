"""Honest outputs that look a little like harmful ones: all should pass, none may be blocked."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
from PIL import Image

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng
from tests.disclosure.generated.small import SITES, cross


def tables() -> Items:
    for seed, form in enumerate(kit.ROWS):
        table = cross(seed)
        yield Item(
            f"fine-cross-{form}", "pass", {f"t.{form}": kit.ROWS[form](table.copy())}, n=2400
        )
        means = pd.DataFrame(
            {
                "site": SITES,
                "n": rng(seed).integers(60, 300, 6),
                "mean": rng(seed).normal(26, 1, 6).round(1),
                "sd": 4.1,
            }
        )
        yield Item(
            f"fine-means-{form}", "pass", {f"t.{form}": kit.ROWS[form](means.copy())}, n=2400
        )
    yield Item(
        "fine-indexed", "pass", {"t.csv": kit.csv(cross(3).set_index("site"), index=True)}, n=2400
    )
    yield Item("fine-numbered", "pass", {"t.csv": kit.csv(cross(3), index=True)}, n=2400)
    yield Item("fine-notebook", "pass", {"a.ipynb": kit.notebook(kit.shown(cross(4)))}, n=2400)
    totals = cross(5).assign(All=lambda t: t.F + t.M)
    totals.loc[6] = ["All", *totals[["F", "M", "All"]].sum()]
    yield Item("fine-margins", "pass", {"t.csv": kit.csv(totals)}, n=int(totals.All.max()))
    likert = pd.DataFrame(
        {
            "question": [f"Q{i}" for i in range(1, 7)],
            "never": [412, 388, 301, 290, 350, 400],
            "sometimes": [510, 522, 640, 600, 500, 480],
            "often": [278, 290, 259, 310, 350, 320],
        }
    )
    yield Item("likert", "pass", {"t.csv": kit.csv(likert)}, n=1200)
    yield Item("likert-unknown-n", "pass", {"t.csv": kit.csv(likert)})
    first = pd.DataFrame(
        {
            "characteristic": ["Female, n (%)", "Male, n (%)", "Age, mean (SD)", "BMI, mean (SD)"],
            "cases": ["320 (53.3%)", "280 (46.7%)", "54.2 (11.3)", "26.1 (4.5)"],
            "controls": ["310 (51.7%)", "290 (48.3%)", "53.9 (11.8)", "25.8 (4.3)"],
        }
    )
    for form in ("csv", "html", "md", "tex", "xlsx"):
        yield Item(f"table-one-{form}", "pass", {f"t.{form}": kit.ROWS[form](first.copy())}, n=1200)
    years = pd.DataFrame({"year": range(2012, 2022), "n_recruited": rng(6).integers(80, 200, 10)})
    yield Item("by-year", "pass", {"t.csv": kit.csv(years)}, n=2400)
    ages = pd.DataFrame(
        {
            "age_group": ["18-29", "30-39", "40-49", "50-59", "60-69", "70+"],
            "n": [120, 180, 240, 260, 210, 150],
            "prevalence": [0.10, 0.12, 0.15, 0.2, 0.25, 0.3],
        }
    )
    yield Item("age-groups", "pass", {"t.csv": kit.csv(ages)}, n=1200)
    bins = pd.DataFrame(
        {
            "bin_start": range(15, 45, 5),
            "bin_end": range(20, 50, 5),
            "count": [60, 240, 420, 300, 120, 60],
        }
    )
    yield Item("histogram", "pass", {"t.csv": kit.csv(bins)}, n=1200)
    model = pd.DataFrame(
        {
            "term": ["(Intercept)", "age", "sexM", "bmi"],
            "estimate": [1.2, 0.02, 0.3, 0.05],
            "std.error": [0.2, 0.004, 0.1, 0.01],
            "statistic": [6.0, 5.0, 3.0, 5.0],
            "p.value": [1e-9, 6e-7, 0.003, 6e-7],
        }
    )
    for form in ("csv", "tsv", "html", "json", "md"):
        yield Item(f"model-{form}", "pass", {f"t.{form}": kit.ROWS[form](model.copy())}, n=1200)
    ratios = pd.DataFrame(
        {
            "covariate": ["age", "sex", "treatment"],
            "HR": [1.02, 1.21, 0.8],
            "lower_95": [1.01, 1.08, 0.7],
            "upper_95": [1.03, 1.36, 0.91],
            "p": [0.001, 0.002, 0.0004],
            "n": 1200,
            "events": 410,
        }
    )
    yield Item("cox", "pass", {"t.csv": kit.csv(ratios)}, n=1200)
    grid = np.round(np.linspace(0, 1, 21), 3)
    roc = pd.DataFrame({"fpr": grid, "tpr": np.round(grid**0.5, 3)})
    yield Item("roc-grid", "pass", {"t.csv": kit.csv(roc)}, n=1200)
    survival = pd.DataFrame(
        {
            "year": range(0, 11),
            "n_at_risk": range(1200, 100, -100),
            "survival": np.round(np.exp(-0.05 * np.arange(11)), 3),
        }
    )
    yield Item("km-grid", "pass", {"t.csv": kit.csv(survival)}, n=1200)
    metrics = {"model": "logistic", "n": 1200, "auc": 0.81, "accuracy": 0.77, "brier": 0.16}
    yield Item("metrics", "pass", {"m.json": json.dumps(metrics).encode()}, n=1200)
    calibration = pd.DataFrame(
        {
            "decile": range(1, 11),
            "n": 120,
            "mean_predicted": np.round(np.linspace(0.05, 0.9, 10), 3),
            "observed_rate": np.round(np.linspace(0.08, 0.85, 10), 2),
        }
    )
    yield Item("calibration", "pass", {"t.csv": kit.csv(calibration)}, n=1200)
    importance = pd.DataFrame(
        {"feature": ["age", "bmi", "ldl", "sex"], "importance": [0.4, 0.3, 0.2, 0.1]}
    )
    yield Item("importance", "pass", {"t.csv": kit.csv(importance)}, n=1200)
    power = pd.DataFrame({"n_cases": [500, 1000, 2000], "power": [0.4, 0.7, 0.95]})
    yield Item("power", "pass", {"t.csv": kit.csv(power)}, n=5000)


def genetics() -> Items:
    loci = pd.DataFrame(
        {
            "trait": ["LDL", "BMI", "T2D"],
            "n_loci": [4, 7, 2],
            "n_novel": [1, 0, 1],
            "n_participants": [48_210, 50_000, 49_877],
            "h2": [0.21, 0.24, 0.18],
        }
    )
    for form in ("csv", "xlsx", "html", "md", "tex"):
        yield Item(f"loci-{form}", "pass", {f"t.{form}": kit.ROWS[form](loci.copy())}, n=50_000)
    genes = pd.DataFrame(
        {
            "gene": [f"GENE{i}" for i in range(80)],
            "lof": rng(1).integers(0, 2, 80),
            "missense": rng(2).integers(0, 2, 80),
            "synonymous": rng(3).integers(0, 2, 80),
        }
    )
    yield Item("mask-table", "pass", {"t.csv": kit.csv(genes)}, n=1200)
    yield Item("mask-parquet", "pass", {"t.parquet": kit.parquet(genes)}, n=1200)
    names = [f"rs{i}" for i in range(30)]
    annotation = pd.DataFrame(
        {
            "rsid": names,
            "chrom": 3,
            "pos": range(1000, 1030),
            "ref": "A",
            "alt": "G",
            "consequence": "missense",
            "gnomad_ac": rng(4).integers(1, 9, 30),
        }
    )
    for declared in ("public-annotation",):
        yield Item(
            f"annotation-{declared}", "pass", {"a.tsv": kit.tsv(annotation)}, declared=declared
        )
    regions = pd.DataFrame(
        {
            "chrom": ["chr1"] * 30,
            "start": range(0, 30_000, 1000),
            "end": range(500, 30_500, 1000),
            "name": [f"peak{i}" for i in range(30)],
        }
    )
    yield Item(
        "regions", "pass", {"r.bed": kit.csv(regions, sep="\t", header=False)}, declared="regions"
    )
    yield Item("regions-head", "pass", {"r.tsv": kit.tsv(regions)}, declared="regions")
    traits = ["LDL", "HDL", "BMI", "T2D", "CAD", "SBP"]
    matrix = np.round(np.clip(rng(5).normal(0, 0.3, (6, 6)), -0.9, 0.9), 3)
    matrix = np.round((matrix + matrix.T) / 2, 3)
    np.fill_diagonal(matrix, 1)
    correlations = pd.DataFrame(matrix, columns=traits, index=traits)
    for form in ("csv", "tsv", "html"):
        data = (
            kit.csv(correlations, index=True)
            if form == "csv"
            else kit.ROWS[form](correlations.reset_index(names=""))
        )
        yield Item(f"correlations-{form}", "pass", {f"rg.{form}": data}, n=50_000)
    long = pd.DataFrame(
        {
            "trait1": ["LDL", "LDL", "HDL"],
            "trait2": ["HDL", "BMI", "BMI"],
            "rg": [-0.2, 0.1, -0.4],
            "se": 0.05,
            "p": [1e-4, 0.04, 1e-9],
        }
    )
    yield Item("rg-long", "pass", {"rg.csv": kit.csv(long)}, n=50_000)
    heritability = pd.DataFrame(
        {"trait": traits, "h2": 0.2, "h2_se": 0.02, "lambda_gc": 1.08, "intercept": 1.01}
    )
    yield Item("heritability", "pass", {"h.csv": kit.csv(heritability)}, n=50_000)
    pathways = pd.DataFrame(
        {
            "pathway": [f"GO:000{1000 + i}" for i in range(12)],
            "n_genes": rng(6).integers(3, 60, 12),
            "p_value": rng(7).uniform(size=12).round(4),
            "fdr": 0.2,
        }
    )
    yield Item("pathways", "pass", {"p.csv": kit.csv(pathways)}, n=50_000)
    chromosomes = pd.DataFrame(
        {
            "chromosome": range(1, 23),
            "n_variants": rng(8).integers(10_000, 90_000, 22),
            "n_significant": rng(9).integers(0, 6, 22),
        }
    )
    yield Item("per-chromosome", "pass", {"c.csv": kit.csv(chromosomes)}, n=50_000)
    steps = pd.DataFrame(
        {
            "filter": ["start", "call rate", "HWE", "MAF"],
            "n_variants": [812_331, 790_112, 788_002, 512_332],
        }
    )
    yield Item("quality-steps", "pass", {"q.csv": kit.csv(steps)}, n=50_000)
    consequences = pd.DataFrame(
        {
            "consequence": ["missense_variant", "synonymous_variant", "stop_gained"],
            "n_variants": [8211, 5220, 7],
        }
    )
    yield Item("consequences", "pass", {"c.csv": kit.csv(consequences)}, n=2400)
    eigen = pd.DataFrame(
        {
            "PC": range(1, 11),
            "eigenvalue": np.round(10 / np.arange(1, 11), 3),
            "variance_explained": np.round(0.1 / np.arange(1, 11), 4),
        }
    )
    yield Item("eigenvalues", "pass", {"e.csv": kit.csv(eigen)}, n=2400)
    mr = pd.DataFrame(
        {
            "exposure": "LDL",
            "outcome": "CAD",
            "method": ["IVW", "Egger", "Weighted median"],
            "nsnp": 44,
            "b": [0.4, 0.38, 0.41],
            "se": 0.05,
            "pval": [1e-8, 0.002, 1e-6],
        }
    )
    yield Item("mendelian-randomisation", "pass", {"m.csv": kit.csv(mr)}, n=50_000)


def pictures() -> Items:
    pick = rng(11)
    p = pick.uniform(size=900)

    def forest(axes: object) -> None:
        axes.errorbar([1.2, 0.8, 1.05], [0, 1, 2], xerr=0.1, fmt="o")
        axes.axvline(1, ls="--")

    def lines(axes: object) -> None:
        axes.plot(range(10), np.arange(10) ** 0.5)

    def manhattan(axes: object) -> None:
        axes.scatter(np.arange(900), -np.log10(p), s=3)

    def volcano(axes: object) -> None:
        axes.scatter(pick.normal(size=900), -np.log10(p), s=3)

    def bars(axes: object) -> None:
        axes.bar(list("ABCD"), [310, 250, 190, 420])

    def density(axes: object) -> None:
        axes.plot(np.linspace(-3, 3, 60), np.exp(-(np.linspace(-3, 3, 60) ** 2)))

    for name, draw in {"forest": forest, "lines": lines, "bars": bars, "density": density}.items():
        for form in ("png", "svg", "pdf"):
            drawn, axes = kit.figure()
            draw(axes)
            axes.set_title("Effect of the exposure")
            axes.set_xlabel("odds ratio")
            yield Item(f"{name}-{form}", "pass", {f"fig.{form}": kit.saved(drawn, form)}, n=1200)
    for name, draw in {"manhattan": manhattan, "volcano": volcano, "qq": volcano}.items():
        drawn, axes = kit.figure(8, 4)
        draw(axes)
        axes.set_xlabel("chromosome" if name == "manhattan" else "effect")
        axes.set_ylabel("-log10 p")
        for form in ("svg", "png"):
            yield Item(
                f"{name}-{form}",
                "pass",
                {f"fig.{form}": kit.saved(drawn, form)},
                n=50_000,
                m=900,
                declared=name,
            )
        yield Item(
            f"{name}-svg-undeclared", "pass", {"fig.svg": kit.saved(drawn, "svg")}, n=50_000, m=900
        )
    sink = io.BytesIO()
    drawn, axes = kit.figure()
    forest(axes)
    Image.open(io.BytesIO(kit.saved(drawn))).convert("RGB").save(sink, format="JPEG", quality=95)
    yield Item("forest-jpeg", "pass", {"fig.jpg": sink.getvalue()}, n=1200)
    yield Item(
        "forest-notebook",
        "pass",
        {
            "a.ipynb": kit.notebook(
                {
                    "data": {
                        "image/png": __import__("base64").b64encode(kit.saved(drawn)).decode(),
                        "text/plain": "<Figure size 640x480 with 1 Axes>",
                    }
                }
            )
        },
        n=1200,
    )


def words() -> Items:
    script = b"import pandas as pd\n\ndf = pd.read_parquet('/data/cohort.parquet')\nprint(df.groupby('site').size())\n"
    longer = b"library(survival)\n# fit the model of the protocol\nfit <- coxph(Surv(time, event) ~ age + sex + strata(site), data = d)\nsummary(fit)\nfor (i in 1:10) {\n  d[[paste0('PC', i)]] <- scale(d[[paste0('PC', i)]])\n}\n"
    sql = b"SELECT site, count(*) AS n\nFROM individuals\nWHERE age BETWEEN 40 AND 60\nGROUP BY site\nHAVING count(*) >= 10;\n"
    shell = b"#!/bin/bash\nset -euo pipefail\nfor chr in $(seq 1 22); do\n  plink2 --pfile cohort --chr $chr --freq --out out/chr$chr\ndone\n"
    yaml = b"model: logistic\ncovariates:\n  - age\n  - sex\nfolds: 5\nseed: 42\n"
    toml = b'[analysis]\nname = "main"\nminimum = 10\ncovariates = ["age", "sex"]\n'
    log = b"INFO 2024 loading cohort GDI-EE-COHORT-001\nINFO 1200 participants after quality control\nINFO fitted 5 models in 12.3 seconds\nINFO done\n"
    methods = "# Methods\n\nWe fitted Cox models in 1,200 participants across 5 sites, adjusted for age, sex and the first 10 principal components. The hazard ratio was 1.21 (95% CI 1.08-1.36).\n"
    readme = "# Readme\n\nThis folder holds the tables of the paper.\n\n- `table1.csv`: characteristics\n- `table2.csv`: effects\n\nRun `make` to build them.\n"
    abstract = "Background: Low-density lipoprotein is a cause of heart disease. Methods: we studied 48,210 participants of the national biobank. Results: 4 loci reached genome-wide significance (P < 5e-8), among them PCSK9 and LDLR. Conclusions: the findings agree with earlier work.\n"
    tex = "\\documentclass{article}\n\\begin{document}\n\\section{Results}\nThe effect was $\\beta = 0.12$ (95\\% CI 0.05--0.19) in 1,200 participants.\n\\begin{tabular}{lrr}\nSite & n & mean \\\\\nA & 360 & 12.1 \\\\\nB & 300 & 11.8 \\\\\n\\end{tabular}\n\\end{document}\n"
    for name, data in {
        "a.py": script, "b.R": longer, "c.sql": sql, "d.sh": shell, "e.yaml": yaml, "f.toml": toml, "g.log": log, "h.md": methods.encode(),
        "i.md": readme.encode(), "j.txt": abstract.encode(), "k.tex": tex.encode(),
    }.items():  # fmt: skip
        yield Item(f"words-{name}", "pass", {name: data}, n=1200)
    regression = (
        "                            OLS Regression Results\n"
        "==============================================================================\n"
        "Dep. Variable:                    ldl   R-squared:                       0.112\n"
        "No. Observations:                1200   AIC:                             3010.\n"
        "Df Residuals:                    1196   BIC:                             3032.\n"
        "==============================================================================\n"
        "                 coef    std err          t      P>|t|      [0.025      0.975]\n"
        "------------------------------------------------------------------------------\n"
        "const          1.2050      0.102     11.813      0.000       1.005       1.405\n"
        "age           -0.0045      0.002     -2.250      0.025      -0.008      -0.001\n"
        "==============================================================================\n"
    )
    yield Item("regression-printed", "pass", {"fit.txt": regression.encode()}, n=1200)
    yield Item(
        "notebook-words",
        "pass",
        {
            "a.ipynb": kit.notebook(
                {"output_type": "stream", "name": "stdout", "text": "fitted in 1200 participants\n"}
            )
        },
        n=1200,
    )
    yield Item(
        "bundle",
        "pass",
        {"b.zip": kit.zipped(**{"t.csv": kit.csv(cross(1)), "methods.md": methods.encode()})},
        n=2400,
    )
    yield Item(
        "five-files",
        "pass",
        {
            "t.csv": kit.csv(cross(1)),
            "m.md": methods.encode(),
            "s.py": script,
            "x.json": b'{"n": 1200, "auc": 0.81}',
            "u.tsv": kit.tsv(cross(2)),
        },
        n=2400,
    )


MAKERS = (tables, genetics, pictures, words)
