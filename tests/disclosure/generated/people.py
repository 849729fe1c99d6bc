"""Rows, marks and values of single people, in every disguise."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import base64
import hashlib
import json

import numpy as np
import pandas as pd

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng


def cohort(n: int, seed: int = 0) -> pd.DataFrame:
    """People with traits."""
    pick = rng(seed)
    return pd.DataFrame({
        "age": pick.integers(18, 90, n), "sex": pick.choice(["F", "M"], n),
        "bmi": np.round(pick.normal(26, 4, n), 1), "ldl": np.round(pick.normal(3.3, 0.8, n), 2),
        "site": pick.choice(list("ABCDE"), n), "case": pick.integers(0, 2, n),
        "time": np.round(pick.exponential(5, n), 2), "event": pick.integers(0, 2, n),
    })  # fmt: skip


def pseudonyms(n: int, seed: int = 0) -> list[str]:
    return [
        f"I-{hashlib.sha256(f'{seed}-{i}'.encode()).hexdigest()[:16].upper()}" for i in range(n)
    ]


IDS = {
    "plain": lambda n: [f"EGIP{100_000_000 + i}" for i in range(n)],
    "short": lambda n: [f"P{i:04d}" for i in range(n)],
    "numbers": lambda n: [str(7_000_000 + 37 * i) for i in range(n)],
    "uuid": lambda n: [f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}" for h in _hashes(n)],
    "sha256": lambda n: [hashlib.sha256(str(i).encode()).hexdigest() for i in range(n)],
    "md5": lambda n: [hashlib.md5(str(i).encode()).hexdigest() for i in range(n)],
    "base64": lambda n: [base64.b64encode(f"EGIP{100_000_000 + i}".encode()).decode() for i in range(n)],
    "sha1": lambda n: [hashlib.sha1(str(i).encode()).hexdigest() for i in range(n)],
    "barcode": lambda n: [f"TCGA-{i % 90:02d}-{1000 + i}-01A" for i in range(n)],
    "hg": lambda n: [f"HG{i:05d}" for i in range(n)], "na": lambda n: [f"NA{18000 + i}" for i in range(n)],
}  # fmt: skip


def _hashes(n: int) -> list[str]:
    return [hashlib.sha256(f"x{i}".encode()).hexdigest() for i in range(n)]


def rows() -> Items:
    for how, make in IDS.items():
        for n in (15, 150):
            table = cohort(n, n).drop(columns=["case", "time", "event"])
            table.insert(0, "id", make(n))
            yield Item(f"rows-{how}-{n}", "block", {"t.csv": kit.csv(table)}, n=2000)
        for name, extra in {"value": [0.5 + i / 7 for i in range(40)], "group": ["a"] * 40}.items():
            table = pd.DataFrame({"sample": make(40), name: extra})
            yield Item(f"ids-{how}-{name}", "block", {"t.tsv": kit.tsv(table)}, n=2000)
    for seed, n in enumerate((12, 40, 500, 3000)):
        table = cohort(n, seed)
        for form in list(kit.ROWS)[seed::2]:
            yield Item(f"traits-{n}-{form}", "block", {f"t.{form}": kit.ROWS[form](table)}, n=n)
        plain = table.rename(columns={c: f"x{i}" for i, c in enumerate(table)})
        yield Item(f"unnamed-{n}", "block", {"t.csv": kit.csv(plain)}, n=n)
        shuffled = table[sorted(table.columns, reverse=True)].rename(columns=str.upper)
        yield Item(f"upper-{n}", "block", {"t.csv": kit.csv(shuffled)}, n=5000)
    french = cohort(60).rename(
        columns={
            "age": "age_at_recruitment",
            "sex": "Gender",
            "site": "Centre",
            "bmi": "BMI (kg/m2)",
            "ldl": "LDL mmol/L",
        }
    )
    yield Item("traits-other-names", "block", {"t.csv": kit.csv(french)}, n=2000)
    lab = pd.DataFrame(
        {
            "hba1c": rng(1).normal(40, 5, 80).round(1),
            "creatinine": rng(2).normal(80, 9, 80).round(1),
            "egfr": rng(3).normal(80, 9, 80).round(0),
        }
    )
    yield Item("lab-values", "block", {"t.csv": kit.csv(lab)}, n=2000)
    dated = pd.DataFrame(
        {
            "visit_date": [f"2021-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(30)],
            "postcode": [f"{10000 + 7 * i}" for i in range(30)],
            "n": 1,
        }
    )
    yield Item("dates-places", "block", {"t.csv": kit.csv(dated)}, n=2000)
    days = dated.assign(n=[1 + i % 3 for i in range(30)])
    yield Item("days-few", "block", {"t.csv": kit.csv(days)}, n=2000)
    phenopackets = [
        {
            "id": f"P{i}",
            "subject": {"id": f"P{i}", "sex": "FEMALE"},
            "phenotypicFeatures": [{"type": {"id": "HP:0001250"}}],
        }
        for i in range(15)
    ]
    yield Item("phenopackets", "block", {"t.json": json.dumps(phenopackets).encode()}, n=2000)
    yield Item("phenopacket", "block", {"t.json": json.dumps(phenopackets[0]).encode()}, n=2000)


def values() -> Items:
    n = 400
    pick = rng(5)
    for name in ("PC1 PC2", "pc1,pc2,pc3", "UMAP1 UMAP2", "residual", "resid", "martingale", "PRS", "score",
                 "predicted", "dim1 dim2", "leverage", "probability", "fitted y", "polygenic_score", "cooks_distance",
                 "SCORE1_AVG", "ancestry_EUR ancestry_AFR", "Q1 Q2 Q3", "X Y", "tsne_1 tsne_2", "z_score", "grs", "liability", "dosage"):  # fmt: skip
        names = name.replace(",", " ").split()
        table = pd.DataFrame({c: np.round(pick.normal(size=n), 5) for c in names})
        yield Item(f"values-{names[0]}", "block", {"t.csv": kit.csv(table)}, n=n)
        if names[0] not in ("Q1", "X", "score", "z_score", "dosage"):
            yield Item(
                f"values-{names[0]}-some", "block", {"t.tsv": kit.tsv(table.head(60))}, n=2000
            )
    scores = pd.DataFrame(
        {
            "#FID": [f"F{i}" for i in range(n)],
            "IID": [f"S{i}" for i in range(n)],
            "ALLELE_CT": 40,
            "SCORE1_AVG": pick.normal(size=n),
        }
    )
    yield Item("sscore", "block", {"t.sscore": kit.tsv(scores)}, n=n)
    vectors = pd.DataFrame(
        {"FID": 0, "IID": [f"S{i}" for i in range(n)]}
        | {f"PC{i}": pick.normal(size=n) for i in range(1, 5)}
    )
    yield Item("eigenvec", "block", {"t.eigenvec": kit.spaces(vectors)}, n=n)
    yield Item(
        "eigenvec-nohead", "block", {"t.eigenvec": kit.csv(vectors, sep=" ", header=False)}, n=n
    )
    pairs = pd.DataFrame(
        {
            "ID1": [f"S{i}" for i in range(30)],
            "ID2": [f"S{i + 1}" for i in range(30)],
            "Kinship": pick.uniform(0, 0.3, 30).round(4),
        }
    )
    yield Item("king", "block", {"t.kin0": kit.tsv(pairs)}, n=n)
    genome = pairs.rename(columns={"ID1": "IID1", "ID2": "IID2", "Kinship": "PI_HAT"}).assign(
        Z0=0.1, Z1=0.5
    )
    yield Item("genome", "block", {"t.genome": kit.spaces(genome)}, n=n)
    square = np.round(np.corrcoef(pick.normal(size=(60, 20))), 4)
    yield Item(
        "grm",
        "block",
        {"t.csv": kit.csv(pd.DataFrame(square, columns=[f"S{i}" for i in range(60)]))},
        n=60,
    )
    indexed = pd.DataFrame(
        square, columns=[f"S{i}" for i in range(60)], index=[f"S{i}" for i in range(60)]
    )
    yield Item("grm-indexed", "block", {"t.csv": kit.csv(indexed, index=True)}, n=60)
    yield Item("grm-npy", "block", {"t.npy": kit.npy(square)}, n=60)
    yield Item("pcs-npy", "block", {"t.npy": kit.npy(pick.normal(size=(n, 10)))}, n=n)
    yield Item(
        "json-list",
        "block",
        {"t.json": json.dumps({"bmi": pick.normal(26, 4, n).round(1).tolist()}).encode()},
        n=n,
    )


def curves() -> Items:
    n = 300
    pick = rng(6)
    time = np.sort(np.round(pick.exponential(5, n), 2))
    risk = np.arange(n, 0, -1)
    event = pick.integers(0, 2, n)
    survival = np.cumprod(1 - event / risk)
    table = pd.DataFrame(
        {"time": time, "n_risk": risk, "n_event": event, "survival": survival.round(4)}
    )
    yield Item("km-exact", "block", {"t.csv": kit.csv(table)}, n=n)
    yield Item("km-two-columns", "block", {"t.csv": kit.csv(table[["time", "survival"]])}, n=n)
    yield Item(
        "km-lifelines",
        "block",
        {
            "t.csv": kit.csv(
                table[["time", "survival"]].rename(
                    columns={"time": "timeline", "survival": "KM_estimate"}
                )
            )
        },
        n=n,
    )
    yield Item("km-json", "block", {"t.json": kit.columns(table)}, n=n)
    tpr = np.cumsum(event) / event.sum()
    fpr = np.cumsum(1 - event) / (1 - event).sum()
    roc = pd.DataFrame({"fpr": fpr, "tpr": tpr, "threshold": np.linspace(1, 0, n)})
    for form in ("csv", "parquet", "json", "cols.json"):
        yield Item(f"roc-exact-{form}", "block", {f"t.{form}": kit.ROWS[form](roc)}, n=n)
    yield Item(
        "pr-exact",
        "block",
        {"t.csv": kit.csv(pd.DataFrame({"recall": tpr, "precision": 1 - fpr / 2}))},
        n=n,
    )
    ecdf = pd.DataFrame(
        {"bmi": np.sort(pick.normal(26, 4, n)).round(2), "ecdf": np.arange(1, n + 1) / n}
    )
    yield Item("ecdf-exact", "block", {"t.csv": kit.csv(ecdf)}, n=n)
    risk_table = table.iloc[::20].assign(n_risk=[5] * 15)
    yield Item("km-small-risk", "block", {"t.csv": kit.csv(risk_table)}, n=n)


def drawings() -> Items:
    for n in (60, 300, 1200):
        pick = rng(n)
        drawn, axes = kit.figure()
        axes.scatter(pick.normal(size=n), pick.normal(size=n), s=8)
        axes.set_title("PCA of the participants")
        axes.set_xlabel("PC1")
        yield Item(f"scatter-svg-{n}", "block", {"fig.svg": kit.saved(drawn, "svg")}, n=n)
        yield Item(f"scatter-png-{n}", "review", {"fig.png": kit.saved(drawn)}, n=n)
        lines = "".join(
            f'<circle cx="{i % 90}" cy="{i // 90}" r="1"><title>P{i}: {20 + i % 60}</title></circle>'
            for i in range(n)
        )
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">{lines}</svg>'
        yield Item(f"titled-svg-{n}", "block", {"fig.svg": svg.encode()}, n=2000)
    plotly = {
        "data": [
            {
                "type": "scatter",
                "x": rng(1).normal(size=300).tolist(),
                "y": rng(2).normal(size=300).tolist(),
            }
        ],
        "layout": {},
    }
    html = f"<html><body><div id='p'></div><script>Plotly.newPlot('p', {json.dumps(plotly)})</script></body></html>"
    yield Item("plotly-html", "block", {"fig.html": html.encode()}, n=300)
    yield Item("plotly-json", "block", {"fig.json": json.dumps(plotly).encode()}, n=300)
    table = cohort(30)
    for how, out in {
        "html": kit.shown(table.head(10)), "text": {"data": {"text/plain": table.to_string()}},
        "plotly": {"data": {"application/vnd.plotly.v1+json": plotly}},
        "widget": {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "x" * 900}}},
    }.items():  # fmt: skip
        yield Item(f"notebook-{how}", "block", {"a.ipynb": kit.notebook(out)}, n=2000)
    stream = {"output_type": "stream", "name": "stdout", "text": table.to_string()}
    yield Item("notebook-stream", "block", {"a.ipynb": kit.notebook(stream)}, n=2000)
    code = "people = " + repr(table.values.tolist())
    yield Item("notebook-source", "block", {"a.ipynb": kit.notebook(source=code)}, n=2000)
    yield Item(
        "script-data",
        "block",
        {
            "a.py": f"import numpy as np\nx = np.array({rng(1).normal(size=400).round(3).tolist()})\n".encode()
        },
        n=400,
    )


def words() -> Items:
    for i, line in enumerate([
        "DEBUG row 17: EGIP123456789 age=44 bmi=31.2 case=1", "WARN sample P000123 failed QC (call rate 0.91)",
        "dropping participant 4711234: missing phenotype", "carrier HG00096 has genotype 0/1 at chr1:55516888",
        "outlier: id=NA18501 bmi=61.3 age=88", "patient 12345678 withdrew consent on 2021-03-04",
    ]):  # fmt: skip
        text = f"INFO loaded 1200 participants\n{line}\nINFO done\n"
        yield Item(f"log-{i}", "block", {"run.log": text.encode()}, n=1200)
        yield Item(
            f"log-notebook-{i}",
            "block",
            {"a.ipynb": kit.notebook({"output_type": "stream", "name": "stdout", "text": text})},
            n=1200,
        )
    known = pseudonyms(50)
    for how, spell in {
        "plain": lambda s: s, "lower": str.lower, "reversed": lambda s: s[::-1], "sha256": lambda s: hashlib.sha256(s.encode()).hexdigest(),
        "md5": lambda s: hashlib.md5(s.encode()).hexdigest(), "base64": lambda s: base64.b64encode(s.encode()).decode(),
        "hex": lambda s: s.encode().hex(), "spaced": lambda s: s.replace("-", ""), "short": lambda s: hashlib.sha256(s.encode()).hexdigest()[:12],
        "base32": lambda s: base64.b32encode(s.encode()).decode(), "sha1": lambda s: hashlib.sha1(s.encode()).hexdigest(),
    }.items():  # fmt: skip
        table = pd.DataFrame(
            {"group": [spell(s) for s in known[:12]], "n_individuals": range(40, 52)}
        )
        yield Item(
            f"pseudonyms-{how}",
            "block",
            {"t.csv": kit.csv(table)},
            n=2000,
            identifiers=tuple(known),
        )
        text = f"The analysis was repeated without {spell(known[3])} and gave the same result.\n"
        yield Item(
            f"pseudonym-text-{how}",
            "block",
            {"t.md": text.encode()},
            n=2000,
            identifiers=tuple(known),
        )
    models = {
        "knn": {"model": "knn", "k": 5, "X": cohort(60)[["age", "bmi", "ldl"]].to_numpy().tolist(), "y": [0, 1] * 30},
        "svm": {"kernel": "rbf", "support_vectors": rng(1).normal(size=(80, 6)).tolist(), "dual_coef": rng(2).normal(size=80).tolist()},
        "gp": {"type": "GaussianProcess", "X_train": rng(1).normal(size=(50, 3)).tolist()},
    }  # fmt: skip
    for name, model in models.items():
        yield Item(f"model-{name}", "block", {"model.json": json.dumps(model).encode()}, n=60)


MAKERS = (rows, values, curves, drawings, words)
