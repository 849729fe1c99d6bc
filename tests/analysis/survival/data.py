"""Times that are published, and made ones, for the tests of survival."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd

from gdi_spe.analysis.survival.times import Times

# Weeks of remission in acute leukaemia, 6-mercaptopurine against placebo (Freireich et al. 1963,
# Blood 21:699, table 1 as in Cox 1972, J R Stat Soc B 34:187); + is censored.
_TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
_PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def freireich() -> pd.DataFrame:
    parts = []
    for treated, text in ((1, _TREATED), (0, _PLACEBO)):
        words = text.split()
        parts.append(
            pd.DataFrame(
                {
                    "time": [float(word.rstrip("+")) for word in words],
                    "event": [not word.endswith("+") for word in words],
                    "treated": float(treated),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def made(n: int = 300, seed: int = 0, ties: int | None = 12) -> pd.DataFrame:
    """Times that depend on covariates, some tied, some censored, some entered late."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.normal(60, 10, n),
            "carrier": (rng.random(n) < 0.3).astype(float),
            "dose": rng.integers(0, 3, n).astype(float),
            "site": rng.choice(["a", "b", "c"], n),
        }
    )
    hazard = np.exp(0.03 * (table["age"] - 60) + 0.6 * table["carrier"] - 0.2 * table["dose"])
    time, lost = rng.exponential(5 / hazard), rng.exponential(8, n)
    table["time"], table["event"] = np.minimum(time, lost), time <= lost
    if ties is not None:
        table["time"] = np.ceil(table["time"] * ties) / ties
    table["entry"] = np.where(rng.random(n) < 0.5, 0, table["time"] * rng.random(n) * 0.9)
    return table


def times_of(table: pd.DataFrame, *, late: bool = False) -> Times:
    return Times(
        tuple(f"I{row}" for row in range(len(table))),
        table["time"].to_numpy(float),
        table["event"].to_numpy(bool),
        table["entry"].to_numpy(float) if late else np.zeros(len(table)),
    )


def has_r() -> bool:
    """Whether R with its package survival is here."""
    if shutil.which("Rscript") is None:
        return False
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", "library(survival)"], capture_output=True, check=False
    )
    return done.returncode == 0


def ask_r(code: str, folder: Path, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Run R code that leaves a data frame called ``out``; ``d`` is the table."""
    into, back = folder / "in.csv", folder / "out.csv"
    if table is not None:
        table.to_csv(into, index=False, float_format="%.17g")
    script = f"library(survival); options(digits=17)\n{code}\nwrite.csv(out, '{back}', row.names=F)"
    read = f"d <- read.csv('{into}')\n" if table is not None else ""
    subprocess.run(
        ["Rscript", "--vanilla", "-e", read + script], check=True, capture_output=True, timeout=120
    )
    return pd.read_csv(back)
