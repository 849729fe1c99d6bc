"""Principal components equal a double-precision decomposition, and plink2's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gdi_spe.analysis.structure import pca as module
from gdi_spe.analysis.structure.independent import independent
from gdi_spe.analysis.structure.pca import TooLittleToTell, pca
from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading import load
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

N_PEOPLE, N_VARIANTS = 150, 2400
_FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint8]:
    """Three populations; every fourth variant is a copy of the one before, with a few changes."""
    rng = np.random.default_rng(11)
    ancestral = rng.uniform(0.15, 0.85, N_VARIANTS)
    drift = rng.normal(0, [[0.14], [0.10], [0.05]], (3, N_VARIANTS))
    share = np.clip(ancestral + drift, 0.02, 0.98)
    found = rng.binomial(2, share[np.arange(N_PEOPLE) % 3].T).astype(np.uint8)
    found[3::4] = found[2::4]
    found[:, -1] = np.where(rng.random(N_VARIANTS) < 0.97, found[:, -4], found[:, -1])
    found[rng.random(found.shape) < 0.01] = 3
    return found


@pytest.fixture(scope="module")
def folder(codes: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    root = tmp_path_factory.mktemp("structure")
    names = tuple(f"P{number:03d}" for number in range(N_PEOPLE))
    text = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./."}
    lines = ["##fileformat=VCFv4.3", "##contig=<ID=chr2>", "##contig=<ID=chr6>"]
    lines.append("\t".join([*_FIXED, *names]))
    for row, calls in enumerate(codes):
        # The last 400 lie in the major histocompatibility complex.
        chromosome, position = ("chr2", 1_000 + row * 5_000)
        if row >= N_VARIANTS - 400:
            chromosome, position = ("chr6", 30_000_000 + row)
        start = f"{chromosome}\t{position}\t.\tA\tG\t.\t.\t.\tGT\t"
        lines.append(start + "\t".join(text[int(code)] for code in calls))
    (root / "calls.vcf").write_text("\n".join(lines) + "\n")
    cohort = root / "cohort"
    cohort.mkdir()
    people = [{"individual_id": name, "dataset_id": "D", "sex": "unknown"} for name in names]
    write_table(cohort, "individuals", people)
    write_table(cohort, "samples", [
        {"sample_index": index, "sample_id": name, "individual_id": name, "dataset_id": "D",
         "origin": "germline"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    samples = germline.Samples(names, ("unknown",) * len(names), np.arange(len(names)))
    load.load(cohort, [root / "calls.vcf"], samples, "GRCh38", "D")
    write_manifest(cohort, CohortManifest(
        cohort_id="S", version=1, assembly="GRCh38", project=ProjectPurpose(slug="s"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=len(names),
        n_samples=len(names), n_variants=len(codes), members=members_of(cohort),
    ))  # fmt: skip
    return CohortFolder(cohort)


def in_double_precision(codes: NDArray[np.uint8], n: int) -> tuple[NDArray, NDArray]:
    g = np.where(codes == 3, np.nan, codes.astype(float))
    share = np.nanmean(g, axis=1, keepdims=True) / 2
    z = np.nan_to_num((g - 2 * share) / np.sqrt(2 * share * (1 - share)))
    _, singular, right = np.linalg.svd(z, full_matrices=False)
    return singular[:n] ** 2 / len(z), right[:n].T


def angle(one: NDArray, two: NDArray) -> float:
    """Return the largest principal angle between two spaces, in radians."""
    a, b = np.linalg.qr(one)[0], np.linalg.qr(two)[0]
    return float(np.arccos(min(1.0, np.linalg.svd(a.T @ b)[1].min())))


def kept_rows(folder: CohortFolder) -> dict[str, NDArray]:
    chosen = independent(folder, np.arange(N_PEOPLE), 0.05, 0.2)
    return {name: rows for name, (rows, _) in chosen.items()}


def test_copies_and_the_histocompatibility_complex_are_left_out(
    folder: CohortFolder, codes: NDArray[np.uint8]
) -> None:
    kept = kept_rows(folder)

    assert len(kept["chr6"]) == 0
    pairs = set(kept["chr2"].tolist())
    assert not any({row, row + 1} <= pairs for row in range(2, N_VARIANTS - 401, 4))
    g = np.where(codes == 3, np.nan, codes.astype(float))[kept["chr2"]]
    r2 = pd.DataFrame(g.T).corr().to_numpy() ** 2
    near = np.abs(kept["chr2"][:, None] - kept["chr2"][None, :]) <= 40
    assert r2[near & ~np.eye(len(r2), dtype=bool)].max() < 0.25


def test_components_span_what_double_precision_spans(
    folder: CohortFolder, codes: NDArray[np.uint8]
) -> None:
    table = pca(folder, 2, max_kinship=None)

    values, vectors = in_double_precision(codes[kept_rows(folder)["chr2"]], 2)
    assert angle(table.to_numpy(), vectors) < 1e-4
    np.testing.assert_allclose(table.attrs["eigenvalues"], values, rtol=1e-5)
    assert list(table.columns) == ["PC1", "PC2"]


def test_iteration_without_the_matrix_finds_the_same(
    folder: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = pca(folder, 2, max_kinship=None)
    monkeypatch.setattr(module, "_EXACT_UP_TO", 10)

    iterated = pca(folder, 2, max_kinship=None)

    np.testing.assert_allclose(iterated, exact, atol=1e-3)
    np.testing.assert_allclose(iterated.attrs["eigenvalues"], exact.attrs["eigenvalues"], rtol=1e-4)


def test_a_relative_is_put_in_place_by_those_who_are_not(folder: CohortFolder) -> None:
    table = pca(folder, 2)

    assert table.attrs["n_unrelated"] < N_PEOPLE
    assert len(table) == N_PEOPLE
    population = np.arange(N_PEOPLE) % 3
    centres = np.array([table[population == p].mean() for p in range(3)])
    nearest = ((table.to_numpy()[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == population).all()


def test_components_equal_plink2s(
    folder: CohortFolder, codes: NDArray[np.uint8], tmp_path: Path
) -> None:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    rows = kept_rows(folder)["chr2"]
    positions = folder.variants("chr2", ["position"])["position"].to_numpy()[rows]
    listed = "\n".join(f"2\t{at}\t{at}\t{at}" for at in positions)
    (tmp_path / "kept").write_text(listed + "\n")
    vcf = folder.path.parent / "calls.vcf"
    command = ["plink2", "--vcf", vcf, "--extract", "bed1", "kept", "--bad-freqs", "--pca", "2",
               "--out", "a"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    theirs = pd.read_csv(tmp_path / "a.eigenvec", sep="\t", index_col=0)[["PC1", "PC2"]]

    ours = pca(folder, 2, max_kinship=None)

    for name in theirs:
        assert abs(np.corrcoef(ours[name], theirs.loc[ours.index, name])[0, 1]) > 0.9999


def test_more_components_than_there_can_be_are_refused(folder: CohortFolder) -> None:
    with pytest.raises(TooLittleToTell, match="for 200 components"):
        pca(folder, 200)
