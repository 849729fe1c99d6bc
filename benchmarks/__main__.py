"""Time the store and the library beside what a user would pick instead, interleaved in one run.

Prints, for each program, the median wall seconds, CPU seconds and peak memory, the ratio of its
wall seconds to ours, and whether the bar is met. What a program answered is compared with what
the made-up files hold before its time is printed. A peer that is not on this machine is named and
left out. Nothing here is a test: speed is shown, never asserted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks import growth, machine, page, report
from benchmarks.contenders import peers
from benchmarks.measuring import REPOSITORY
from benchmarks.tasks import TASKS
from benchmarks.tasks.bench import FULL, QUICK, Bench
from benchmarks.tasks.store import sizes

CACHE = REPOSITORY / ".cache" / "bench"


def main() -> None:
    options = _options()
    CACHE.mkdir(parents=True, exist_ok=True)
    told = machine.described() | peers.versions()
    report.head(told, options.rounds, options.quick)
    races, sized, grown = [], [], []
    # Beside the data, on a disk: a folder in memory would have nothing to wait for.
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=".work-") as folder:
        shapes = QUICK if options.quick else FULL
        bench = Bench(shapes, CACHE, Path(folder), options.rounds)
        with bench.closing:
            for name in options.only or TASKS:
                if name in TASKS:
                    races.append(TASKS[name](bench))
                    report.show(races[-1])
            if not options.only or "size" in options.only:
                sized = sizes(bench)
                report.show_sizes(sized)
            if not options.only or "growth" in options.only:
                grown = list(growth.measure(bench))
                report.show_growth(grown)
    report.summary(races, sized, grown)
    if options.page:
        page.write(options.page, told, options.rounds, races, sized, grown)
    if options.json:
        told_all = report.as_json(told, races, sized, grown)
        options.json.write_text(json.dumps(told_all, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="repetitions (3)")
    parser.add_argument("--quick", action="store_true", help="smaller files, about two minutes")
    names = [*TASKS, "size", "growth"]
    parser.add_argument("--only", action="append", choices=names, help="one task; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run's figures")
    parser.add_argument("--page", type=Path, metavar="FILE", help="put the figures on a page")
    return parser.parse_args()


if __name__ == "__main__":
    main()
