"""Cohorts of codes: a folder as the store writes one, and the same calls as VCF for other tools."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading import load
from gdi_spe.store.reading.wanted import Wanted
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

TEXT = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./.", 4: "0", 5: "1", 6: ".", 7: "0/."}
Place = tuple[str, int, str, str]
_FORMATS = (
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">',
)
_FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")


def names_of(n_people: int) -> tuple[str, ...]:
    return tuple(f"P{number:04d}" for number in range(n_people))


def write_vcf(
    path: Path,
    places: Sequence[Place],
    codes: NDArray[np.uint8],
    depths: Sequence[Sequence[str]] | None = None,
) -> None:
    """Write calls (`TEXT` by code), shape ``(variants, people)``, and depths as DP:GQ."""
    lines = ["##fileformat=VCFv4.3", *_FORMATS]
    lines += [f"##contig=<ID={name}>" for name in dict.fromkeys(place[0] for place in places)]
    lines.append("\t".join([*_FIXED, *names_of(codes.shape[1])]))
    for row, (place, calls) in enumerate(zip(places, codes, strict=True)):
        chromosome, position, reference, alternate = place
        cells = [TEXT[int(code)] for code in calls]
        if depths is not None:
            cells = [f"{cell}:{depth}" for cell, depth in zip(cells, depths[row], strict=True)]
        names = "GT" if depths is None else "GT:DP:GQ"
        start = f"{chromosome}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t.\t{names}\t"
        lines.append(start + "\t".join(cells))
    path.write_text("\n".join(lines) + "\n")


def make_cohort(
    root: Path,
    places: Sequence[Place],
    codes: NDArray[np.uint8],
    sexes: Sequence[str] | None = None,
    populations: Sequence[str | None] | None = None,
    assembly: str = "GRCh38",
    depths: Sequence[Sequence[str]] | None = None,
) -> CohortFolder:
    """Make a cohort of these calls in ``root / "cohort"``, beside ``root / "calls.vcf"``."""
    n_people = codes.shape[1]
    names = names_of(n_people)
    sexes = tuple(sexes or ["unknown"] * n_people)
    write_vcf(root / "calls.vcf", places, codes, depths)
    cohort = root / "cohort"
    cohort.mkdir()
    write_table(cohort, "individuals", [
        {"individual_id": name, "dataset_id": "D", "sex": sex,
         "population": populations[index] if populations else None}
        for index, (name, sex) in enumerate(zip(names, sexes, strict=True))
    ])  # fmt: skip
    write_table(cohort, "samples", [
        {"sample_index": index, "sample_id": name, "individual_id": name, "dataset_id": "D",
         "origin": "germline"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    samples = germline.Samples(names, sexes, np.arange(n_people))
    wanted = Wanted(keep_format=() if depths is None else ("DP", "GQ"))
    load.load(cohort, [root / "calls.vcf"], samples, assembly, "D", wanted)
    write_manifest(cohort, CohortManifest(
        cohort_id="S", version=1, assembly=assembly, project=ProjectPurpose(slug="s"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=n_people,
        n_samples=n_people, n_variants=len(codes), members=members_of(cohort),
    ))  # fmt: skip
    return CohortFolder(cohort)


def plink2(folder: Path, *words: object, out: str = "theirs") -> Path:
    """Run plink2 on ``calls.vcf`` of a folder, and return the prefix of what it wrote."""
    command = ["plink2", "--vcf", "calls.vcf", *map(str, words), "--out", out]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / out


def read(path: Path) -> pd.DataFrame:
    """Read a table of plink2's."""
    return pd.read_csv(path, sep="\t")
