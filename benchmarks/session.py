"""Our warm process: the node's and the library's own functions, in one process that stays."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gdi_spe.analysis.frequencies import allele_frequencies
from gdi_spe.node.cohorts.materialise import materialise
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade
from gdi_spe.store.folder import DatasetFolder


def _materialise(home: str, cohort: str) -> dict[str, Any]:
    database = upgrade(Database(f"sqlite:///{home}/node.db"))
    try:
        return {"path": str(materialise(database, Path(home), cohort, datetime.now(UTC)).path)}
    finally:
        database.close()


def _frequencies(folder: str, target: str = "") -> dict[str, Any]:
    found = allele_frequencies(DatasetFolder(Path(folder)), by="population")
    if target:
        found.to_parquet(target)
    return {"n_rows": len(found)}


_ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "materialise": _materialise,
    "frequencies": _frequencies,
}


def measured(do: Callable[..., dict[str, Any]], **order: Any) -> dict[str, Any]:
    """Do something and say what it took; the peak is the process's until now."""
    begun, cpu = time.perf_counter(), _cpu_seconds()
    answer = do(**order)
    wall = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    spent = {"wall_seconds": wall, "cpu_seconds": _cpu_seconds() - cpu, "peak_bytes": peak}
    return {**answer, **spent}


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
