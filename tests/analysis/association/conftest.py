"""A made-up cohort of 400 people, as a folder of the store and as a VCF of the same calls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading import load
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

N_PEOPLE, N_VARIANTS = 400, 300
_FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
_TEXT = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./."}


@dataclass(frozen=True)
class Made:
    """The folder, its VCF, the dosages (3 is missing), and what was measured of everybody."""

    folder: CohortFolder
    vcf: Path
    codes: NDArray[np.uint8]
    age: NDArray[np.float64]
    height: NDArray[np.float64]
    is_case: NDArray[np.bool_]
    is_male: NDArray[np.bool_]
    names: tuple[str, ...]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    rng = np.random.default_rng(7)
    frequency = rng.beta(0.4, 1.6, N_VARIANTS)
    codes = rng.binomial(2, frequency[:, None], (N_VARIANTS, N_PEOPLE)).astype(np.uint8)
    gaps = rng.random(codes.shape) < 0.03
    gaps[::2] = False
    codes[gaps] = 3
    is_male = rng.random(N_PEOPLE) < 0.5
    codes[-40:, is_male] = np.where(codes[-40:, is_male] == 1, 2, codes[-40:, is_male])
    age = rng.normal(50, 12, N_PEOPLE).round(2)
    effect = 0.4 * (codes[10] % 3) + 0.02 * (age - 50)
    height = (170 + 6 * effect + rng.normal(0, 5, N_PEOPLE)).round(3)
    is_case = rng.random(N_PEOPLE) < 1 / (1 + np.exp(1.2 - effect))
    root = tmp_path_factory.mktemp("association")
    names = tuple(f"P{number:03d}" for number in range(N_PEOPLE))
    vcf = root / "calls.vcf"
    _write_vcf(vcf, codes, names)
    folder = _write_folder(root / "cohort", vcf, names, age, height, is_male)
    return Made(folder, vcf, codes, age, height, is_case, is_male, names)


def _write_vcf(path: Path, codes: NDArray[np.uint8], names: tuple[str, ...]) -> None:
    lines = ["##fileformat=VCFv4.3", "##contig=<ID=chr1,length=248956422>"]
    lines += ["##contig=<ID=chrX,length=156040895>"]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
    lines.append(
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"])
        + "\t"
        + "\t".join(names)
    )
    for row, calls in enumerate(codes):
        chromosome = "chrX" if row >= N_VARIANTS - 40 else "chr1"
        texts = "\t".join(_TEXT[int(code)] for code in calls)
        lines.append(f"{chromosome}\t{5_000_000 + row * 1000}\tv{row}\tA\tG\t.\t.\t.\tGT\t{texts}")
    path.write_text("\n".join(lines) + "\n")


def _write_folder(
    folder: Path, vcf: Path, names: tuple[str, ...], age: NDArray[np.float64],
    height: NDArray[np.float64], is_male: NDArray[np.bool_],
) -> CohortFolder:  # fmt: skip
    folder.mkdir()
    sexes = tuple("male" if male else "female" for male in is_male)
    write_table(folder, "individuals", [
        {"individual_id": name, "dataset_id": "D", "sex": sex, "age_years": float(years)}
        for name, sex, years in zip(names, sexes, age, strict=True)
    ])  # fmt: skip
    write_table(folder, "samples", [
        {"sample_index": index, "sample_id": name, "individual_id": name, "dataset_id": "D",
         "origin": "germline"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    write_table(folder, "measurements", [
        {"individual_id": name, "term": "LOINC:8302-2", "label": "Height", "value": float(value),
         "unit": "cm"}
        for name, value in zip(names, height, strict=True)
    ])  # fmt: skip
    samples = germline.Samples(names, sexes, np.arange(len(names)))
    load.load(folder, [vcf], samples, "GRCh38", "D")
    manifest = CohortManifest(
        cohort_id="A", version=1, assembly="GRCh38", project=ProjectPurpose(slug="a"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=len(names),
        n_samples=len(names), n_variants=len(names), members=members_of(folder),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return CohortFolder(folder)
