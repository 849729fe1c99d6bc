"""How long the checks take: ``python -m benchmarks.disclosure [--acro PYTHON]``.

A file of statistics of a million variants and a typical export are checked on one core, each in a
process of its own; so are 40 new cells of a table with 960 released ones, over 100,000 people, by
the ledger, exact and with the new ones rounded. With the interpreter of an environment that has
ACRO, its cross table of a million rows with its checks is timed beside them.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

_ROWS = 1_000_000
_CELLS = 1000
_ALL = ("statistics", "export", "ledger", "rounded")
_ACRO = """
import sys, time, os
import numpy as np, pandas as pd
from acro import ACRO
os.chdir(sys.argv[1])
pick = np.random.default_rng(1)
n = 1_000_000
data = pd.DataFrame({"site": pick.integers(0, 20, n), "sex": pick.integers(0, 2, n)})
acro = ACRO()
start = time.perf_counter()
acro.crosstab(data.site, data.sex)
print("seconds", time.perf_counter() - start)
"""


def statistics(folder: Path) -> list[Path]:
    """Write a file of statistics of a million variants."""
    pick = np.random.default_rng(1)
    frequency = pick.uniform(0.05, 0.5, _ROWS)
    table = pd.DataFrame({
        "chromosome": np.sort(pick.integers(1, 23, _ROWS)),
        "position": pick.integers(1, 2 * 10**8, _ROWS),
        "variant_id": [f"rs{i}" for i in range(_ROWS)], "effect_allele": "A", "other_allele": "G",
        "effect_allele_frequency": frequency.round(4), "beta": pick.normal(0, 0.01, _ROWS).round(5),
        "standard_error": (0.01 / np.sqrt(frequency)).round(5),
        "p_value": pick.uniform(size=_ROWS).round(6), "n": 400_000,
    })  # fmt: skip
    path = folder / "statistics.tsv"
    table.to_csv(path, sep="\t", index=False)
    return [path]


def export(folder: Path) -> list[Path]:
    """Write five files of about a megabyte together."""
    pick = np.random.default_rng(2)
    (folder / "counts.csv").write_text("site,F,M\nA,193,180\nB,138,164\nC,117,115\n")
    (folder / "methods.md").write_text(
        "We fitted Cox models in 1,200 participants of five sites.\n"
    )
    (folder / "fit.py").write_text("import pandas as pd\n\nprint(pd.read_parquet('cohort').size)\n")
    (folder / "model.json").write_text('{"n": 1200, "auc": 0.81}\n')
    n = 18_000
    pd.DataFrame({
        "variant_id": [f"rs{i}" for i in range(n)],
        "allele_frequency": pick.uniform(0.1, 0.5, n).round(4),
        "p_value": pick.uniform(size=n).round(6), "beta": pick.normal(0, 0.01, n).round(5),
        "n": 400_000,
    }).to_csv(folder / "hits.tsv", sep="\t", index=False)  # fmt: skip
    return sorted(folder.iterdir())


def checked(paths: list[Path]) -> tuple[float, float, float, str]:
    """Check files once here; return seconds, those of the processor, GiB at most, the verdict."""
    from gdi_spe.disclosure.engine import check_files
    from gdi_spe.disclosure.evidence.context import CheckContext
    from gdi_spe.disclosure.presets import policy_named

    policy = policy_named("gdi-default")
    start, used = time.perf_counter(), time.process_time()
    report = check_files(paths, policy, CheckContext(n_individuals=400_000))
    took, used = time.perf_counter() - start, time.process_time() - used
    return (
        took,
        used,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        report.verdict.word,
    )


def ledger_checked(n_new: int, step: int) -> str:
    """Ask the ledger of new cells beside 1,000 in all; tell seconds, GiB at most, findings.

    What was released is put into the ledger first, and its basis kept, as releases do; then a
    request is asked with what is on disk.
    """
    from gdi_spe.node.ledger.differencing import QuerySet, disclosed_beside
    from gdi_spe.node.ledger.memory import Ledger

    pick, n = np.random.default_rng(7), 100_000
    groups = [pick.integers(0, k, n) for k in (2, 8, 12, 5, 20)]
    sets: list[QuerySet] = []
    while len(sets) < _CELLS:
        i, j = pick.choice(5, 2, replace=False)
        chosen, both = pick.random(n) < pick.uniform(0.3, 1), groups[i] * 100 + groups[j]
        for value in np.unique(both):
            mask = chosen & (both == value)
            near = step * round(int(mask.sum()) / step) if step else 0
            is_new = _CELLS - n_new <= len(sets)
            sets.append(QuerySet.of(str(len(sets)), mask, *((step, near) if is_new else ())))
    with tempfile.TemporaryDirectory() as folder:
        ledger, family = Ledger(Path(folder)), np.arange(n)
        ledger.remember("p", "released", n, sets[: _CELLS - n_new])
        start = time.process_time()
        ledger.known("p", family)
        kept = time.process_time() - start
        start, used = time.perf_counter(), time.process_time()
        known = ledger.known("p", family)
        found = disclosed_beside(known, sets[_CELLS - n_new : _CELLS], 10)
        took, used = time.perf_counter() - start, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return (
        f"{n_new} cells beside {_CELLS - n_new:,}, {n:,} people {took:6.2f} s ({used:.2f} s of one "
        f"core; the basis, once, {kept:.2f} s) {memory:5.2f} GiB  {len(found):,} findings"
    )


def _on_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Print a line for each."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--acro", help="an interpreter that has ACRO")
    asked.add_argument(
        "--one", choices=("statistics", "export", "ledger", "rounded"), help=argparse.SUPPRESS
    )
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.one:
            if options.one in ("ledger", "rounded"):
                told = ledger_checked(40, 5 if options.one == "rounded" else 0)
                print(f"{options.one:10} {told}")
                return
            paths = statistics(folder) if options.one == "statistics" else export(folder)
            took, used, memory, verdict = checked(paths)
            size = sum(path.stat().st_size for path in paths) / 1e6
            print(
                f"{options.one:10} {size:6.1f} MB {took:6.2f} s ({used:.2f} s of one core) "
                f"{memory:5.2f} GiB  {verdict}"
            )
            return
        for one in _ALL:
            # Before anything counts the cores: two threads of sums on one core wait for each other.
            subprocess.run(
                [sys.executable, "-m", "benchmarks.disclosure", "--one", one],
                check=True,
                preexec_fn=_on_one_core,
            )
        if options.acro:
            done = subprocess.run(
                [options.acro, "-c", _ACRO, name], check=True, capture_output=True, text=True
            )
            took = float(done.stdout.split("seconds")[-1])
            print(f"ACRO, cross table of 1,000,000 rows with its checks: {took:.2f} s")


if __name__ == "__main__":
    main()
