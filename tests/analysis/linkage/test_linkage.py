"""Linkage disequilibrium and clumps equal plink's, and what was simulated."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.analysis.linkage.clumping import clump
from gdi_spe.analysis.linkage.haplotypes import disequilibrium
from gdi_spe.analysis.linkage.pairs import linkage, linkage_matrix
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import linkage as kernels
from tests.analysis.from_codes import make_cohort

N_PEOPLE, N_VARIANTS = 200, 160
STEP = 2_000


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint8]:
    """Haplotypes that change little from one variant to the next, with missing calls."""
    rng = np.random.default_rng(2)
    haplotypes = np.empty((N_VARIANTS, N_PEOPLE * 2), np.uint8)
    haplotypes[0] = rng.random(N_PEOPLE * 2) < 0.4
    for row in range(1, N_VARIANTS):
        fresh = rng.random(N_PEOPLE * 2) < rng.uniform(0.1, 0.6)
        kept = rng.random(N_PEOPLE * 2) < (0.0 if row % 20 == 0 else 0.9)
        haplotypes[row] = np.where(kept, haplotypes[row - 1], fresh)
    found = haplotypes[:, ::2] + haplotypes[:, 1::2]
    found[rng.random(found.shape) < 0.02] = 3
    return found


@pytest.fixture(scope="module")
def folder(codes: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    places = [("chr4", 1_000_000 + STEP * row, "A", "G") for row in range(N_VARIANTS)]
    return make_cohort(tmp_path_factory.mktemp("linkage"), places, codes)


def plink(folder: CohortFolder, *words: object) -> Path:
    if shutil.which("plink1.9") is None:
        pytest.skip("plink 1.9 is not on this machine")
    root = folder.path.parent
    command = ["plink1.9", "--vcf", "calls.vcf", "--double-id", "--set-missing-var-ids", "@:#",
               *map(str, words), "--out", "old"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, cwd=root)
    return root / "old"


def test_r2_is_the_square_of_pearsons(folder: CohortFolder, codes: NDArray[np.uint8]) -> None:
    table = linkage(folder, window=100_000, min_r2=0.1)

    x = pd.DataFrame(np.where(codes == 3, np.nan, codes.astype(float)).T).corr().to_numpy()
    one, two = ((table[f"position_{n}"].to_numpy() - 1_000_000) // STEP for n in (1, 2))
    np.testing.assert_allclose(table["r"], x[one, two], atol=1e-12)
    np.testing.assert_allclose(table["r2"], x[one, two] ** 2, atol=1e-12)
    first, second = np.triu_indices(N_VARIANTS, 1)
    near = (second - first) * STEP <= 100_000
    assert len(table) == (near & (x[first, second] ** 2 >= 0.1)).sum()


def test_r2_and_its_pairs_equal_plinks(folder: CohortFolder) -> None:
    words = ("--r2", "--ld-window-kb", 50, "--ld-window", 999, "--ld-window-r2", 0.3)
    theirs = pd.read_csv(plink(folder, *words).with_suffix(".ld"), sep=r"\s+")

    ours = linkage(folder, window=50_000, min_r2=0.3)

    assert ours["position_1"].tolist() == theirs["BP_A"].tolist()
    assert ours["position_2"].tolist() == theirs["BP_B"].tolist()
    np.testing.assert_allclose(ours["r2"], theirs["R2"], rtol=2e-5)


def test_d_prime_equals_plinks(folder: CohortFolder) -> None:
    words = ("--r2", "dprime", "--ld-window-kb", 50, "--ld-window", 999, "--ld-window-r2", 0)
    theirs = pd.read_csv(plink(folder, *words).with_suffix(".ld"), sep=r"\s+")

    ours = linkage(folder, window=50_000, min_r2=0)

    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours["d_prime"].abs(), theirs["DP"].abs(), atol=2e-5)


def test_d_prime_and_r2_of_haplotypes_equal_plink2s(
    folder: CohortFolder, codes: NDArray[np.uint8]
) -> None:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    for one, two in ((0, 1), (3, 9), (18, 22), (40, 70)):
        names = [f"4:{1_000_000 + STEP * row}" for row in (one, two)]
        command = ["plink2", "--vcf", "calls.vcf", "--set-all-var-ids", "@:#", "--ld", *names]
        told = subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=folder.path.parent
        ).stdout
        right = [float(re.search(rf"{name} = ([\d.e-]+)", told)[1]) for name in (r"r\^2", "D'")]
        bits = kernels.Bits.of(folder.calls("chr4"), np.arange(N_PEOPLE))

        found = disequilibrium(kernels.tables(bits, np.array([one]), np.array([two])))

        np.testing.assert_allclose(np.abs(np.concatenate(found)), right, rtol=2e-5)


@given(st.integers(0, 2**32 - 1))
def test_known_haplotypes_give_what_the_definition_gives(seed: int) -> None:
    """Where nobody is heterozygous at both, the haplotypes are counted."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 30, (1, 3, 3))
    table[0, 1, 1] = 0
    haplotypes = np.zeros((2, 2))
    for a in range(3):
        for b in range(3):
            for x, y in ((min(a, 1), min(b, 1)), (a // 2, b // 2)):
                haplotypes[x, y] += table[0, a, b]

    r2, prime = disequilibrium(table)

    share = haplotypes / haplotypes.sum() if haplotypes.sum() else haplotypes
    p, q = share[1].sum(), share[:, 1].sum()
    if 0 < p < 1 and 0 < q < 1:
        d = share[1, 1] - p * q
        most = min(p * (1 - q), (1 - p) * q) if d >= 0 else min(p * q, (1 - p) * (1 - q))
        assert r2[0] == pytest.approx(d**2 / (p * (1 - p) * q * (1 - q)), abs=1e-9)
        assert prime[0] == pytest.approx(d / most, abs=1e-9)
    else:
        assert np.isnan(r2[0])


@given(st.integers(0, 2**32 - 1))
def test_tables_and_their_twin_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (4, 90)).astype(np.uint8)
    masks = ((codes == 0) | (codes == 2), codes == 2, codes != 3)
    bits = kernels.Bits(*(kernels._packed(mask, 2) for mask in masks), 90)
    one, two = np.indices((4, 4)).reshape(2, -1)

    found = kernels.tables(bits, one, two)

    np.testing.assert_array_equal(found, kernels._tables(bits, one, two))
    for table, a, b in zip(found, one, two, strict=True):
        for x in range(3):
            for y in range(3):
                assert table[x, y] == ((codes[a] == x) & (codes[b] == y)).sum()


def test_a_matrix_is_symmetric_and_names_its_variants(folder: CohortFolder) -> None:
    matrix = linkage_matrix(folder, region="chr4:1000000-1020000")

    assert matrix.index[0] == matrix.columns[0] == "chr4-1000000-A-G"
    assert matrix.shape == (11, 11)
    np.testing.assert_allclose(np.diag(matrix), 1)
    np.testing.assert_array_equal(matrix, matrix.T)


def results_of(codes: NDArray[np.uint8], seed: int = 0) -> pd.DataFrame:
    """P-values of a made-up trait that two variants have a part in."""
    rng = np.random.default_rng(seed)
    g = np.where(codes == 3, 1, codes).astype(float)
    trait = 0.9 * g[30] + 0.7 * g[95] + rng.normal(size=codes.shape[1])
    r = np.array([np.corrcoef(row, trait)[0, 1] for row in g])
    z = np.arctanh(r) * np.sqrt(codes.shape[1] - 3)
    p_value = np.array([float(f"{p:.6g}") for p in 2 * _tail(np.abs(z))])
    return pd.DataFrame(
        {
            "chromosome": 4,
            "base_pair_location": 1_000_000 + STEP * np.arange(len(codes)),
            "other_allele": "A",
            "effect_allele": "G",
            "p_value": p_value,
        }
    )


def _tail(z: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.stats import norm

    return np.asarray(norm.sf(z))


def test_each_planted_signal_is_a_clump(folder: CohortFolder, codes: NDArray[np.uint8]) -> None:
    clumps = clump(folder, results_of(codes), p1=1e-6, r2=0.1)

    rows = (clumps["position"].to_numpy() - 1_000_000) // STEP
    assert np.abs(rows[:, None] - np.array([30, 95])).min(axis=0).max() <= 3
    assert clumps["p_value"].is_monotonic_increasing
    assert clumps.attrs["n_not_found"] == 0


@pytest.mark.parametrize("r2", [0.2, 0.5])
def test_clumps_equal_plinks(folder: CohortFolder, codes: NDArray[np.uint8], r2: float) -> None:
    results = results_of(codes)
    listed = pd.DataFrame(
        {"SNP": "chr4:" + results["base_pair_location"].astype(str), "P": results["p_value"]}
    )
    listed.to_csv(folder.path.parent / "results.txt", sep="\t", index=False)
    words = ("--clump", "results.txt", "--clump-r2", r2)
    theirs = pd.read_csv(plink(folder, *words).with_suffix(".clumped"), sep=r"\s+")

    ours = clump(folder, results, r2=r2)

    assert ours["position"].tolist() == theirs["BP"].tolist()
    assert ours["n_variants"].tolist() == theirs["TOTAL"].tolist()
    right = [sorted(map(int, re.findall(r"4:(\d+)", each))) for each in theirs["SP2"]]
    told = [
        sorted(int(name.split("-")[1]) for name in each.split(",") if name)
        for each in ours["listed"]
    ]
    assert told == right


def test_results_of_another_cohort_are_refused_or_counted(
    folder: CohortFolder, codes: NDArray[np.uint8]
) -> None:
    results = results_of(codes)
    elsewhere = results.assign(base_pair_location=results["base_pair_location"] + 1)

    clumps = clump(folder, pd.concat([results, elsewhere]))

    assert clumps.attrs["n_not_found"] == N_VARIANTS
    with pytest.raises(BadInput, match="no variant of the results"):
        clump(folder, elsewhere)
    with pytest.raises(BadInput, match="no column p_value"):
        clump(folder, results.drop(columns="p_value"))


def test_a_matrix_of_everything_is_refused(
    folder: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdi_spe.analysis.linkage.pairs.MOST_OF_A_MATRIX", 10)

    with pytest.raises(BadInput, match="smaller region"):
        linkage_matrix(folder)


def test_pairs_are_the_same_in_parts(folder: CohortFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = linkage(folder, min_r2=0.05)
    monkeypatch.setattr("gdi_spe.analysis.linkage.pairs._AT_ONCE", 7)

    in_parts = linkage(folder, min_r2=0.05)

    pd.testing.assert_frame_equal(whole, in_parts)
