"""How the library's costs grow with variants and with people, and what a GWAS holds in memory."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.contenders import ours
from benchmarks.contenders.library import cohort_of
from benchmarks.making.records import Shape
from benchmarks.tasks.bench import Bench, Shapes

TASKS = ("frequencies", "variant-qc", "linear", "logistic")
# What a power of the size may be: linear in variants, a little more in people.
MOST = {"variants": 1.1, "people": 1.2}
_MIB = 1 << 20


@dataclass(frozen=True)
class Growth:
    """One task at several sizes, everything else alike."""

    task: str
    along: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    peak_bytes: tuple[int, ...]

    @property
    def exponent(self) -> float:
        """The power of the size that fits the seconds best; what a call costs anyhow lowers it."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.seconds), 1)[0])

    @property
    def is_met(self) -> bool:
        return self.exponent <= MOST[self.along]


def shapes(most: Shapes) -> dict[str, tuple[Shape, ...]]:
    """Return three sizes along each way to grow, the largest that of a run's own files."""
    variants, people = most.genomes, most.biobank
    return {
        "variants": (
            *(
                replace(variants, name=f"{variants.name}-{n}th", n_records=variants.n_records // n)
                for n in (4, 2)
            ),
            variants,
        ),
        "people": (
            *(
                replace(people, name=f"{people.name}-{n}th", n_samples=people.n_samples // n)
                for n in (10, 3)
            ),
            people,
        ),
    }


def measure(bench: Bench) -> Iterator[Growth]:
    """Measure every task at every size, in a process of its own for each task and size."""
    for along, wanted in shapes(bench.shapes).items():
        folders = [
            cohort_of(bench.made(shape), bench.work / f"growth-{shape.name}") for shape in wanted
        ]
        sizes = tuple(
            shape.n_records if along == "variants" else shape.n_samples for shape in wanted
        )
        for task in TASKS:
            found = [_spent(task, folder, bench.rounds) for folder in folders]
            seconds, peaks = zip(*found, strict=True)
            yield Growth(task, along, sizes, seconds, peaks)


def _spent(task: str, folder: Path, rounds: int) -> tuple[float, int]:
    session = ours.warm_session()
    try:
        session.ask(do=task, folder=str(folder))
        runs = [session.run(do=task, folder=str(folder)) for _ in range(rounds)]
    finally:
        session.close()
    return statistics.median(run.wall_seconds for run in runs), max(run.peak_bytes for run in runs)


def rows(found: Sequence[Growth]) -> list[list[str]]:
    """Return the figures as a table's cells, the first row its head."""
    told = [["task", "along", "sizes", "wall s", "peak MiB", "exponent", "at most"]]
    for each in found:
        verdict = "met" if each.is_met else "NOT MET"
        told.append(
            [
                each.task,
                each.along,
                " / ".join(f"{size:,}" for size in each.sizes),
                " / ".join(f"{seconds:.3f}" for seconds in each.seconds),
                " / ".join(f"{peak / _MIB:,.0f}" for peak in each.peak_bytes),
                f"{each.exponent:.2f}",
                f"{MOST[each.along]:g}: {verdict}",
            ]
        )
    return told
