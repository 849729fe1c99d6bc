"""Principal components equal a double-precision decomposition, and plink2's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.analysis.structure import eigen
from gdi_spe.analysis.structure import pca as module
from gdi_spe.analysis.structure.eigen import largest
from gdi_spe.analysis.structure.independent import LONG_RANGE, in_long_range, independent
from gdi_spe.analysis.structure.pca import TooLittleToTell, pca
from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.chromosomes import LENGTHS
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
    """Eigenvalues and vectors of the mean over the variants that both of a pair have called."""
    g = np.where(codes == 3, np.nan, codes.astype(float))
    share = np.nanmean(g, axis=1, keepdims=True) / 2
    z = np.nan_to_num((g - 2 * share) / np.sqrt(2 * share * (1 - share)))
    called = (codes != 3).astype(float)
    values, vectors = np.linalg.eigh(z.T @ z / (called.T @ called))
    return values[::-1][:n], vectors[:, ::-1][:, :n]


def angle(one: NDArray, two: NDArray) -> float:
    """Return the largest principal angle between two spaces, in radians."""
    a, b = np.linalg.qr(one)[0], np.linalg.qr(two)[0]
    return float(np.arccos(min(1.0, np.linalg.svd(a.T @ b)[1].min())))


def kept_rows(folder: CohortFolder) -> dict[str, NDArray]:
    chosen = independent(folder, np.arange(N_PEOPLE), 0.05, 0.2)
    return {each.chromosome: each.rows for each in chosen}


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
    assert angle(table.to_numpy(), vectors) < 1e-5
    np.testing.assert_allclose(table.attrs["eigenvalues"], values, rtol=1e-6)
    assert list(table.columns) == ["PC1", "PC2"]


def test_iteration_without_the_matrix_finds_the_same(
    folder: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = pca(folder, 2, max_kinship=None)
    monkeypatch.setattr(module, "_EXACT_UP_TO", 10)

    iterated = pca(folder, 2, max_kinship=None)

    # a missing call is the mean there, and left out of the pair here
    assert angle(iterated.to_numpy(), exact.to_numpy()) < 0.02
    np.testing.assert_allclose(iterated.attrs["eigenvalues"], exact.attrs["eigenvalues"], rtol=0.03)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6), width=st.integers(1, 12))
@settings(max_examples=30)
def test_what_settles_are_eigenvectors(seed: int, n: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(20, 60))
    values = np.sort(rng.uniform(0, 1, size))[::-1] + np.linspace(4, 0, size)
    turn = np.linalg.qr(rng.standard_normal((size, size)))[0]
    matrix = turn * values @ turn.T

    found = largest(lambda vectors: matrix @ vectors, size, n, width=width, n_rounds=80)

    assert found.is_settled
    np.testing.assert_allclose(found.values, values[:n], rtol=1e-7)
    assert angle(found.vectors, turn[:, :n]) < 1e-4


def test_a_large_matrix_and_a_small_one_are_decomposed_alike(
    folder: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pca(folder, 6, max_kinship=None)
    monkeypatch.setattr(eigen, "_SMALL", 10)

    found = pca(folder, 6, max_kinship=None)

    np.testing.assert_allclose(found.attrs["eigenvalues"], whole.attrs["eigenvalues"], rtol=1e-9)
    np.testing.assert_allclose(found, whole, atol=1e-6)


def test_the_number_of_threads_changes_nothing(folder: CohortFolder, tmp_path: Path) -> None:
    code = """
import sys
from gdi_spe.analysis.structure.kinship import kinship
from gdi_spe.analysis.structure.pca import pca
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import packed, slices
slices.n_threads = packed.n_threads = lambda: int(sys.argv[2])
folder = CohortFolder(sys.argv[1])
pca(folder, 3).to_pickle(sys.argv[3])
kinship(folder, min_kinship=-1).to_pickle(sys.argv[4])
"""
    found = []
    for n in ("1", "3"):
        files = [tmp_path / f"{name}-{n}" for name in ("components", "pairs")]
        command = [sys.executable, "-c", code, folder.path, n, *files]
        subprocess.run(command, check=True, env={**os.environ, "OPENBLAS_NUM_THREADS": n})
        found.append([pd.read_pickle(file) for file in files])

    (components, pairs), (others, same) = found
    np.testing.assert_allclose(components, others, atol=1e-7)
    pd.testing.assert_frame_equal(pairs, same, check_exact=True)


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_each_assembly_has_its_own_long_stretches(assembly: str) -> None:
    inside = {
        "GRCh37": [50_400_000, 34_900_000, 32_500_000],
        "GRCh38": [51_100_000, 35_050_000, 35_000_000],
    }
    chromosomes = ("chr5", "chr6", "chr20")

    for chromosome, position in zip(chromosomes, inside[assembly], strict=True):
        assert in_long_range(assembly, chromosome, np.array([position])).all()
    lengths = LENGTHS[assembly]
    for name, first, last in LONG_RANGE[assembly]:
        assert 0 < first < last < lengths[name] / 1e6
    # the same 24 stretches, at about the same places
    for one, other in zip(LONG_RANGE["GRCh37"], LONG_RANGE["GRCh38"], strict=True):
        assert one[0] == other[0]
        assert abs(one[1] - other[1]) <= 2
        assert abs(one[2] - other[2]) <= 2


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

    values = np.loadtxt(tmp_path / "a.eigenval")
    np.testing.assert_allclose(ours.attrs["eigenvalues"], values, rtol=2e-5)
    for name in theirs:
        assert abs(np.corrcoef(ours[name], theirs.loc[ours.index, name])[0, 1]) > 0.9999


def test_more_components_than_there_can_be_are_refused(folder: CohortFolder) -> None:
    with pytest.raises(TooLittleToTell, match="for 200 components"):
        pca(folder, 200)
