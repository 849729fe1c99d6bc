"""Small numbers in tables of people: some must be blocked, some seen by a person."""

# ruff: noqa: E501  # made exports read better with one item a line
from __future__ import annotations

import json

import numpy as np
import pandas as pd

from tests.disclosure.generated import kit
from tests.disclosure.generated.kit import Item, Items, rng

SITES = list("ABCDEF")


def cross(seed: int, low: int = 40) -> pd.DataFrame:
    body = rng(seed).integers(low, 200, (6, 2))
    return pd.DataFrame({"site": SITES, "F": body[:, 0], "M": body[:, 1]})


def few() -> Items:
    for seed, small in enumerate((1, 2, 4, 7, 9)):
        table = cross(seed)
        table.loc[seed, "F"] = small
        forms = kit.ROWS.items()
        for form, write in list(forms)[seed % 2 :: 2]:
            yield Item(f"cross-{small}-{form}", "block", {f"t.{form}": write(table.copy())}, n=2400)
        long = table.melt(
            "site",
            var_name="sex",
            value_name=("n", "count", "Freq", "n_people", "participants")[seed],
        )
        yield Item(f"long-{small}", "block", {"t.csv": kit.csv(long)}, n=2400)
        indexed = table.set_index("site").T
        yield Item(f"turned-{small}", "block", {"t.csv": kit.csv(indexed, index=True)}, n=2400)
        totals = table.assign(All=table.F + table.M)
        totals.loc[6] = ["All", *totals[["F", "M", "All"]].sum()]
        yield Item(f"margins-{small}", "block", {"t.csv": kit.csv(totals)}, n=2400)
        yield Item(
            f"notebook-{small}", "block", {"a.ipynb": kit.notebook(kit.shown(table))}, n=2400
        )
        lines = f"Cases by site: A 120, B 98, C {small}.\nOnly {small} patients had the variant.\n"
        yield Item(f"words-{small}", "review", {"t.md": lines.encode()}, n=2400)
        confusion = pd.DataFrame(
            {"": ["true 0", "true 1"], "pred 0": [700, small], "pred 1": [80, 400]}
        )
        yield Item(f"confusion-{small}", "block", {"t.csv": kit.csv(confusion)}, n=1184 + small)
        carriers = pd.DataFrame({"gene": ["RYR1", "TLR7", "BRCA2"], "n_carriers": [small, 40, 55]})
        yield Item(f"carriers-{small}", "block", {"t.csv": kit.csv(carriers)}, n=2400)
        means = pd.DataFrame(
            {
                "site": SITES,
                "n": [200, 150, small, 90, 80, 70],
                "mean_ldl": [3.1, 3.2, 3.9, 3.3, 3.0, 3.4],
            }
        )
        yield Item(f"means-{small}", "block", {"t.csv": kit.csv(means)}, n=2400)
        tree = json.dumps({"n_total": 2400, "n_cases": 1200, "n_cases_under_20": small})
        yield Item(f"json-{small}", "block", {"t.json": tree.encode()}, n=2400)
        flow = pd.DataFrame(
            {"step": ["invited", "consented", "withdrew"], "n": [2400, 2100, small]}
        )
        yield Item(f"flow-{small}", "block", {"t.csv": kit.csv(flow)}, n=2400)


def implied() -> Items:
    for decimals in (1, 2, 3):
        share = pd.DataFrame(
            {"site": SITES, "percent": np.round([30.2, 28.4, 20.1, 12.0, 9.1, 0.25], decimals)}
        )
        yield Item(f"percent-{decimals}", "block", {"t.csv": kit.csv(share)}, n=1200)
        part = share.assign(percent=np.round(share.percent / 100, decimals + 2)).rename(
            columns={"percent": "proportion"}
        )
        yield Item(f"proportion-{decimals}", "block", {"t.csv": kit.csv(part)}, n=1200)
        yield Item(f"percent-n-{decimals}", "block", {"t.csv": kit.csv(share.assign(n=1200))})
    signs = pd.DataFrame({"site": SITES, "F": ["30.2%", "28.4%", "20.1%", "12.0%", "9.0%", "0.3%"]})
    yield Item("percent-signs", "block", {"t.csv": kit.csv(signs)}, n=1200)
    mixed = pd.DataFrame(
        {
            "characteristic": ["Female", "Male", "Rare disease"],
            "value": ["640 (53.3%)", "560 (46.7%)", "4 (0.3%)"],
        }
    )
    yield Item("n-percent", "block", {"t.csv": kit.csv(mixed)}, n=1200)
    yield Item("n-percent-html", "block", {"t.html": kit.page(mixed)}, n=1200)
    yield Item("n-percent-md", "block", {"t.md": kit.markdown(mixed)}, n=1200)
    yield Item("n-percent-tex", "block", {"t.tex": kit.latex(mixed)}, n=1200)
    means = pd.DataFrame({"site": ["A", "B"], "n": [600, 500], "mean_carrier": [0.005, 0.12]})
    yield Item("mean-of-flags", "block", {"t.csv": kit.csv(means)}, n=1200)
    for name, rows in {
        "two": [["A", 193, 180, 373], ["B", "<10", "<10", 11], ["All", 198, 186, 384]],
        "single": [["A", 193, 180, 373], ["B", "*", 30, 37], ["All", 200, 210, 410]],
        "empty": [["A", 193, 180, 373], ["B", "", 30, 36], ["All", 199, 210, 409]],
    }.items():  # fmt: skip
        table = pd.DataFrame(rows, columns=["site", "F", "M", "All"])
        yield Item(f"hidden-{name}", "block", {"t.csv": kit.csv(table)}, n=1200)
    pair = pd.DataFrame({"group": ["with", "without"], "n": ["<10", 1193]})
    yield Item("hidden-by-total", "block", {"t.csv": kit.csv(pair)}, n=1200)


def models() -> Items:
    for n, terms in ((11, 4), (14, 6), (40, 35)):
        table = pd.DataFrame({"term": [f"x{i}" for i in range(terms)], "coef": rng(n).normal(size=terms).round(4),
                              "std_err": 0.3, "n_obs": n, "df_resid": n - terms})  # fmt: skip
        yield Item(f"ols-{n}", "block", {"t.csv": kit.csv(table)})
        yield Item(f"ols-nodf-{n}", "block", {"t.csv": kit.csv(table.drop(columns="df_resid"))})
        yield Item(
            f"ols-json-{n}",
            "block",
            {
                "t.json": json.dumps(
                    {
                        "n": n,
                        "df_resid": n - terms,
                        "coef": dict(zip(table.term, table.coef, strict=True)),
                    }
                ).encode()
            },
        )
    summary = (
        "                            OLS Regression Results\n"
        "==============================================================================\n"
        "Dep. Variable:                    ldl   R-squared:                       0.912\n"
        "No. Observations:                  12   AIC:                             30.10\n"
        "Df Residuals:                       8   BIC:                             32.04\n"
        "Df Model:                           3\n"
        "==============================================================================\n"
        "                 coef    std err          t      P>|t|      [0.025      0.975]\n"
        "const          1.2050      1.102      1.093      0.306      -1.337       3.747\n"
        "age           -0.0045      0.012     -0.367      0.723      -0.033       0.024\n"
    )
    yield Item("ols-printed", "block", {"t.txt": summary.encode()})
    dummy = pd.DataFrame(
        {
            "term": ["const", "age", "C(person)[T.17]"],
            "coef": [1.0, 0.1, 3.2],
            "se": [0.05, 0.01, 1.4],
            "n": 4000,
        }
    )
    yield Item("dummy", "review", {"t.csv": kit.csv(dummy)}, n=4000)
    bins = pd.DataFrame(
        {
            "bin": [f"{10 * i}-{10 * i + 9}" for i in range(9)],
            "count": [4, 60, 200, 300, 280, 200, 90, 40, 2],
        }
    )
    yield Item("histogram-tails", "block", {"t.csv": kit.csv(bins)}, n=1200)
    intervals = bins.assign(bin=[f"({10 * i}.0, {10 * i + 10}.0]" for i in range(9)])
    yield Item("histogram-intervals", "block", {"t.csv": kit.csv(intervals)}, n=1200)


def extremes() -> Items:
    described = pd.DataFrame(
        {"age": rng(1).normal(50, 10, 900), "bmi": rng(2).normal(26, 4, 900)}
    ).describe()
    for form in ("csv", "tsv", "html", "md", "json"):
        data = (
            kit.csv(described, index=True)
            if form == "csv"
            else kit.ROWS[form](described.round(3).reset_index())
        )
        yield Item(f"describe-{form}", "review", {f"t.{form}": data}, n=900)
    yield Item(
        "describe-notebook", "review", {"a.ipynb": kit.notebook(kit.shown(described))}, n=900
    )
    for name in ("max", "min", "maximum", "range", "oldest"):
        table = pd.DataFrame(
            {"site": SITES, "n": 120, "mean": 50.2, name: np.round(rng(3).normal(85, 3, 6), 1)}
        )
        yield Item(f"extreme-{name}", "review", {"t.csv": kit.csv(table)}, n=900)
    pivot = pd.DataFrame(
        {"type": ["G", "R"], "2010": [81250.5, 71200.75], "2011": [64011.25, 91822.0]}
    )
    yield Item("acro-max", "review", {"t.csv": kit.csv(pivot)}, n=2000)
    dominance = pd.DataFrame(
        {
            "site": SITES,
            "n": 100,
            "sum_cost": 1000.0,
            "largest_share": [0.1, 0.2, 0.97, 0.1, 0.2, 0.1],
        }
    )
    yield Item("dominance", "review", {"t.csv": kit.csv(dominance)}, n=900)
    nk = pd.DataFrame({"site": SITES, "n": 100, "total_cost": 1000.0, "top1": 600.0, "top2": 350.0})
    yield Item("dominance-two", "review", {"t.csv": kit.csv(nk)}, n=900)
    unknown = pd.DataFrame({"group": SITES, "value": rng(5).normal(size=6).round(3)})
    yield Item("unknown-values", "review", {"t.csv": kit.csv(unknown)}, n=900)
    masked = pd.DataFrame({"gene": ["RYR1", "TLR7", "APOB"], "n_carriers": ["<10", "40", "55"]})
    yield Item("masked-carriers", "review", {"t.csv": kit.csv(masked)}, n=2400)


def twice() -> Items:
    for seed, step in enumerate((1, 2, 5)):
        table = cross(seed + 20)
        other = table.copy()
        other.loc[seed, "M"] -= step
        for form in ("csv", "parquet", "xlsx"):
            files = {f"new.{form}": kit.ROWS[form](other.copy())}
            yield Item(
                f"difference-{step}-{form}",
                "block",
                files,
                n=2400,
                prior={"old.csv": kit.csv(table)},
            )
        shuffled = other.sample(frac=1, random_state=1)[["M", "site", "F"]][["site", "M", "F"]]
        yield Item(
            f"difference-shuffled-{step}",
            "block",
            {"new.csv": kit.csv(shuffled)},
            n=2400,
            prior={"old.csv": kit.csv(table)},
        )
        melted = other.melt("site", var_name="sex", value_name="n")
        yield Item(
            f"difference-melted-{step}",
            "block",
            {"new.csv": kit.csv(melted)},
            n=2400,
            prior={"old.csv": kit.csv(table)},
        )
        by_site = pd.DataFrame({"site": SITES, "n": other.F + other.M})
        yield Item(
            f"difference-totals-{step}",
            "block",
            {"new.csv": kit.csv(by_site)},
            n=2400,
            prior={"old.csv": kit.csv(table)},
        )
    table = cross(40)
    yield Item(
        "same-again", "pass", {"new.csv": kit.csv(table)}, n=2400, prior={"old.csv": kit.csv(table)}
    )
    files = {
        "a.csv": kit.csv(table),
        "b.csv": kit.csv(table.assign(F=table.F - [1, 0, 0, 0, 0, 0])),
    }
    yield Item("difference-in-one-request", "block", files, n=2400)
    means = pd.DataFrame(
        {"site": SITES, "n": 150, "mean_ldl": np.round(rng(1).normal(3.3, 0.2, 6), 4)}
    )
    minus = means.assign(n=[149, *[150] * 5])
    minus.loc[0, "mean_ldl"] += 0.0131
    yield Item(
        "difference-means",
        "block",
        {"new.csv": kit.csv(minus)},
        n=2400,
        prior={"old.csv": kit.csv(means)},
    )


MAKERS = (few, implied, models, extremes, twice)
