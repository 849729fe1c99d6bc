"""Families of two parents and three children, whose genes fell to them by chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading import load
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

N_FAMILIES, N_VARIANTS, SIZE = 200, 2_000, 5
_TEXT = np.array(["0/0", "0/1", "1/1", "./."])


@dataclass(frozen=True)
class Families:
    """The cohort, its dosages (3 is missing), and twice the kinship by the pedigree."""

    folder: CohortFolder
    codes: NDArray[np.uint8]
    relatedness: pd.DataFrame
    names: tuple[str, ...]

    def shared(self, seed: int) -> NDArray[np.float64]:
        """Return a number of each that relatives share as they share genes, of variance 1."""
        rng = np.random.default_rng(seed)
        matrix = self.relatedness.to_numpy()[:SIZE, :SIZE]
        factor = np.linalg.cholesky(matrix)
        return (rng.normal(size=(N_FAMILIES, SIZE)) @ factor.T).reshape(-1)


@pytest.fixture(scope="session")
def families(tmp_path_factory: pytest.TempPathFactory) -> Families:
    rng = np.random.default_rng(11)
    frequency = np.where(
        np.arange(N_VARIANTS) % 3 == 0,
        rng.uniform(0.004, 0.05, N_VARIANTS),
        rng.uniform(0.05, 0.5, N_VARIANTS),
    )
    codes = _dropped(rng, frequency)
    codes[rng.random(codes.shape) < 0.005] = 3
    names = tuple(f"P{number:04d}" for number in range(codes.shape[1]))
    return Families(_folder(tmp_path_factory.mktemp("mixed"), codes, names), codes,
                    _relatedness(names), names)  # fmt: skip


def _dropped(rng: np.random.Generator, frequency: NDArray[np.float64]) -> NDArray[np.uint8]:
    shape = (len(frequency), N_FAMILIES, 4)
    alleles = (rng.random(shape) < frequency[:, None, None]).astype(np.uint8)
    people = [alleles[..., :2].sum(axis=2), alleles[..., 2:].sum(axis=2)]
    for _child in range(SIZE - 2):
        of_father = rng.integers(0, 2, shape[:2])[..., None]
        of_mother = 2 + rng.integers(0, 2, shape[:2])[..., None]
        drawn = [
            np.take_along_axis(alleles, which, axis=2)[..., 0] for which in (of_father, of_mother)
        ]
        people.append(drawn[0] + drawn[1])
    return np.stack(people, axis=2).reshape(len(frequency), -1).astype(np.uint8)


def _relatedness(names: tuple[str, ...]) -> pd.DataFrame:
    one = np.full((SIZE, SIZE), 0.5)
    np.fill_diagonal(one, 1)
    one[0, 1] = one[1, 0] = 0
    return pd.DataFrame(np.kron(np.eye(N_FAMILIES), one), index=names, columns=names)


def _folder(root: Path, codes: NDArray[np.uint8], names: tuple[str, ...]) -> CohortFolder:
    vcf, folder = root / "calls.vcf", root / "cohort"
    head = ["##fileformat=VCFv4.3", "##contig=<ID=chr1,length=248956422>",
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
            "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
                       *names])]  # fmt: skip
    rows = [
        f"chr1\t{1_000_000 + row * 50_000}\t.\tA\tG\t.\t.\t.\tGT\t" + "\t".join(_TEXT[calls])
        for row, calls in enumerate(codes)
    ]
    vcf.write_text("\n".join([*head, *rows]) + "\n")
    folder.mkdir()
    write_table(folder, "individuals", [
        {"individual_id": name, "dataset_id": "D", "sex": "unknown"} for name in names
    ])  # fmt: skip
    write_table(folder, "samples", [
        {"sample_index": index, "sample_id": name, "individual_id": name, "dataset_id": "D",
         "origin": "germline"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    samples = germline.Samples(names, ("unknown",) * len(names), np.arange(len(names)))
    load.load(folder, [vcf], samples, "GRCh38", "D")
    manifest = CohortManifest(
        cohort_id="A", version=1, assembly="GRCh38", project=ProjectPurpose(slug="a"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=len(names),
        n_samples=len(names), n_variants=len(codes), members=members_of(folder),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return CohortFolder(folder)
