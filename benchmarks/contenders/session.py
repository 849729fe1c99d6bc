"""Our warm process: the node's and the library's own functions, in one process that stays."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.making.phenotypes import DISEASE
from gdi_spe.node.cohorts.materialise import materialise
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade
from gdi_spe.workspace.cohort.opened import Cohort

COVARIATES = ("age", "sex", "weight", "glucose")
LEAST_FREQUENCY = 0.01


def _materialise(home: str, cohort: str) -> dict[str, Any]:
    database = upgrade(Database(f"sqlite:///{home}/node.db"))
    try:
        return {"path": str(materialise(database, Path(home), cohort, datetime.now(UTC)).path)}
    finally:
        database.close()


@cache
def _open(folder: str) -> Cohort:
    return Cohort(folder)


def _told(table: pd.DataFrame, target: str) -> dict[str, Any]:
    if target:
        table.to_parquet(target)
    return {"n_rows": len(table)}


def _individuals(folder: str, gene: str, phenotype: str) -> dict[str, Any]:
    cohort = _open(folder)
    return {"n": (cohort.individuals(gene=gene) & cohort.individuals(phenotype=phenotype)).count()}


def _frequencies(folder: str, target: str = "") -> dict[str, Any]:
    return _told(_open(folder).allele_frequencies(by="population"), target)


def _variant_qc(folder: str, target: str = "") -> dict[str, Any]:
    # Everybody in one test, as the others do it.
    return _told(_open(folder).variant_qc(strata=None, unrelated=False), target)


def _linear(folder: str, target: str = "") -> dict[str, Any]:
    return _told(_open(folder).association("height", COVARIATES), target)


def _logistic(folder: str, target: str = "") -> dict[str, Any]:
    cohort = _open(folder)
    sick = cohort.individuals(diagnosis=DISEASE, descendants=False)
    least = math.ceil(LEAST_FREQUENCY * 2 * cohort.folder.n_samples)
    found = cohort.association(sick, COVARIATES, test="wald", min_allele_count=least)
    return _told(found, target)


def _pca(folder: str, target: str = "") -> dict[str, Any]:
    found = _open(folder).pca(10)
    return _told(found, target) | {"n_variants": int(found.attrs["n_variants"])}


def _kinship(folder: str, target: str = "") -> dict[str, Any]:
    return _told(_open(folder).kinship(), target)


_ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "materialise": _materialise,
    "individuals": _individuals,
    "frequencies": _frequencies,
    "variant-qc": _variant_qc,
    "linear": _linear,
    "logistic": _logistic,
    "pca": _pca,
    "kinship": _kinship,
}


def measured(do: Callable[..., dict[str, Any]], **order: Any) -> dict[str, Any]:
    """Do something and say what it took; the peak is the process's until now."""
    begun, cpu = time.perf_counter(), _cpu_seconds()
    answer = do(**order)
    wall = time.perf_counter() - begun
    spent = {"wall_seconds": wall, "cpu_seconds": _cpu_seconds() - cpu, "peak_bytes": _peak_bytes()}
    return {**answer, **spent}


def _peak_bytes() -> int:
    """Return the peak of this program alone: that of `getrusage` begins with its parent's."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) * 1024


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        do = _ORDERS[order.pop("do")]
        print(json.dumps({"answer": measured(do, **order)}), flush=True)


if __name__ == "__main__":
    main()
