"""Time the store beside the tools a user would pick instead, interleaved in one run.

Prints the median of each program's wall seconds and its ratio to ours. A peer that is not on
this machine is named and left out. Nothing here is a test: speed is shown, never asserted.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.analysis.frequencies import allele_frequencies
from gdi_spe.demo.synthetic.generate import generate
from gdi_spe.store.folder import CohortFolder

DATASET, COHORT = "GDI-XX-DATASET-001", "GDI-XX-COHORT-001"


@dataclass(frozen=True)
class Contender:
    """One way to do a task; ``program`` is what must be on the machine."""

    name: str
    run: Callable[[], object]
    program: str = ""

    @property
    def is_here(self) -> bool:
        return not self.program or shutil.which(self.program) is not None


def race(task: str, contenders: list[Contender], rounds: int) -> None:
    """Run every contender in turn, several times over, and print the medians."""
    print(f"\n{task}")
    here = [one for one in contenders if one.is_here]
    seconds: dict[str, list[float]] = {one.name: [] for one in here}
    for _ in range(rounds):
        for one in here:
            begun = time.perf_counter()
            one.run()
            seconds[one.name].append(time.perf_counter() - begun)
    ours = statistics.median(seconds[contenders[0].name])
    for one in contenders:
        if one in here:
            median = statistics.median(seconds[one.name])
            print(f"  {one.name:<44} {median:9.3f} s  {median / ours:7.2f} x ours")
        else:
            print(f"  {one.name:<44} not here ({one.program})")


def command(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def gdi_spe(home: Path, *words: object) -> None:
    command(sys.executable, "-m", "gdi_spe.node.cli.main", "--home", home, *words)


def ingest_race(work: Path, vcf: Path, rounds: int) -> None:
    def ours() -> None:
        home = work / "ingested"
        shutil.rmtree(home, ignore_errors=True)
        words = ("--vcf", vcf, "--assembly", "GRCh38", "--consent-waived", "synthetic data")
        gdi_spe(home, "dataset", "ingest", DATASET, *words)

    race(
        "ingest one dataset's VCF, as whole processes (1,600 samples, 3,300 records)",
        [
            Contender("gdi-spe dataset ingest", ours),
            Contender(
                "bcftools view -Ob", lambda: command("bcftools", "view", "-Ob", "-o",
                                                     work / "out.bcf", vcf), "bcftools"),
            Contender(
                "plink2 --make-pgen", lambda: command(
                    "plink2", "--vcf", vcf, "--allow-extra-chr", "--make-pgen", "--split-par",
                    "hg38", "--update-sex", _sexes(work, vcf), "--out", work / "out"), "plink2"),
        ],
        rounds,
    )  # fmt: skip


def _sexes(work: Path, vcf: Path) -> Path:
    """Tell plink2 nobody's sex; it asks when there is a chromosome X."""
    listed = subprocess.run(["bcftools", "query", "-l", vcf], capture_output=True, text=True,
                            check=True).stdout.split()  # fmt: skip
    path = work / "sexes.txt"
    path.write_text("#IID SEX\n" + "".join(f"{name} NA\n" for name in listed))
    return path


def frequency_race(work: Path, folder: Path, vcf: Path, rounds: int) -> None:
    cohort = CohortFolder(folder)
    groups = work / "populations.txt"
    with (vcf.parent / "tables" / "individuals.tsv").open() as source:
        rows = csv.DictReader(source, delimiter="\t")
        lines = [f"{row['individual_id']}\t{row['population']}\n" for row in rows]
    groups.write_text("".join(lines))
    race(
        "allele frequencies by population (ours in a warm session, on a whole cohort)",
        [
            Contender("cohort.allele_frequencies(by='population')",
                      lambda: allele_frequencies(cohort, by="population")),
            Contender("bcftools +fill-tags -S",
                      lambda: command("bcftools", "+fill-tags", vcf, "-Ob", "-o", work / "t.bcf",
                                      "--", "-S", groups, "-t", "AF,AC,AN"), "bcftools"),
        ],
        rounds,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        generate(work / "synthetic")
        vcf = work / "synthetic" / DATASET / "variants.vcf.gz"
        ingest_race(work, vcf, rounds)
        home = work / "ingested"
        gdi_spe(home, "cohort", "define", COHORT, "--dataset", DATASET)
        gdi_spe(home, "cohort", "materialise", COHORT)
        versions = [path.parent for path in (home / "cohorts").glob("*/*/manifest.json")]
        frequency_race(work, versions[0], vcf, rounds)


if __name__ == "__main__":
    main()
