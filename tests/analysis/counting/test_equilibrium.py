"""Hardy-Weinberg equals plink2's and exact arithmetic, among those who are meant."""

from __future__ import annotations

import shutil
from fractions import Fraction
from math import comb, factorial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.analysis.counting.equilibrium import equilibrium_by_group, hardy_weinberg
from gdi_spe.analysis.counting.frequencies import allele_frequencies
from gdi_spe.analysis.counting.quality import variant_qc
from gdi_spe.analysis.structure.relatives import RelativesNotLookedFor
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import equilibrium as kernels
from gdi_spe.store.kernels import packed, slices
from tests.analysis.from_codes import make_cohort, names_of, plink2, read

N_PEOPLE, N_VARIANTS = 120, 14_000
needs_plink2 = pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not here")


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint8]:
    """Two populations far apart, missing calls in rare and common variants, and two siblings."""
    rng = np.random.default_rng(5)
    share = rng.beta(0.6, 0.9, (2, N_VARIANTS)).clip(0.002, 0.998)
    haplotypes = rng.random((N_VARIANTS, N_PEOPLE, 2)) < share[np.arange(N_PEOPLE) % 2].T[..., None]
    found = haplotypes.sum(axis=2).astype(np.uint8)
    found[:, 2] = np.where(rng.random(N_VARIANTS) < 0.6, found[:, 0], found[:, 2])
    found[rng.random(found.shape) < 0.02] = 3
    found[:, 5] |= (found == 0).all(axis=1)
    return found


@pytest.fixture(scope="module")
def cohort(codes: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    places = [("chr3", 10_000 + 5_000 * row, "A", "G") for row in range(N_VARIANTS)]
    populations = ["EST", "FIN"] * (N_PEOPLE // 2)
    root = tmp_path_factory.mktemp("equilibrium")
    return make_cohort(root, places, codes, populations=populations)


def levene(reference: int, het: int, hom: int) -> dict[int, Fraction]:
    """The chance of each number of heterozygotes, from factorials alone."""
    n, copies = reference + het + hom, het + 2 * hom
    return {
        hets: Fraction(
            2**hets * factorial(n),
            factorial((copies - hets) // 2) * factorial(hets)
            * factorial(n - hets - (copies - hets) // 2),
        ) / comb(2 * n, copies)
        for hets in range(copies % 2, min(copies, 2 * n - copies) + 1, 2)
    }  # fmt: skip


@given(*(st.integers(0, 60) for _ in range(3)), st.booleans())
def test_p_values_equal_exact_arithmetic(reference: int, het: int, hom: int, mid_p: bool) -> None:
    assume(reference + het + hom > 0)
    chances = levene(reference, het, hom)
    tied = sum(chance for chance in chances.values() if chance == chances[het])
    half = Fraction(1, 2) if mid_p else Fraction(0)

    two_sided, excess = kernels.exact(*(np.array([n]) for n in (reference, het, hom)), mid_p)

    assert sum(chances.values()) == 1
    right = sum(chance for chance in chances.values() if chance <= chances[het]) - half * tied
    assert two_sided[0] == pytest.approx(float(right), rel=1e-9, abs=1e-300)
    right = sum(chance for hets, chance in chances.items() if hets >= het) - half * chances[het]
    assert excess[0] == pytest.approx(float(right), rel=1e-9, abs=1e-300)


def test_hardy_weinberg_equals_the_published_example() -> None:
    """Wigginton et al. 2005, table 1: 100 people, 21 copies, 13 heterozygotes: P = 0.010293."""
    found = hardy_weinberg(np.array([83]), np.array([13]), np.array([4]))

    assert found[0] == pytest.approx(0.010293, abs=1e-6)


def test_hardy_weinberg_of_nobody_is_nan_and_of_one_allele_is_one() -> None:
    zero = np.array([0, 10, 0])

    found = hardy_weinberg(zero, np.array([0, 0, 0]), np.array([0, 0, 7]))

    assert np.isnan(found[0])
    assert found[1:].tolist() == [1.0, 1.0]


def test_very_small_p_values_keep_their_digits() -> None:
    counts = [np.array([n]) for n in (500, 0, 500)]
    right = sum(chance for hets, chance in levene(500, 0, 500).items() if hets == 0)

    found = hardy_weinberg(*counts)

    assert 0 < found[0] < 1e-290
    assert found[0] == pytest.approx(float(right), rel=1e-9)


@given(seed=st.integers(0, 2**32 - 1), n_groups=st.integers(0, 4), mid_p=st.booleans())
def test_the_kernel_and_its_twin_combine_groups_alike(
    seed: int, n_groups: int, mid_p: bool
) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 40, n_groups).astype(np.int32)
    counts = np.zeros((n_groups, 50, 6), np.int32)
    for group, size in enumerate(sizes):
        parts = rng.multinomial(size, rng.dirichlet([1, 0.5, 0.3, 0.2, 0.1]), 50)
        het, hom, hemi, lost = parts.T[1:]
        counts[group] = np.column_stack(
            [het + 2 * hom + hemi, 2 * (size - lost) - hemi, het, hom, hemi, lost]
        )

    compiled = kernels.combined(counts, sizes, mid_p)

    for ours, twin in zip(compiled, kernels._combined_by_numpy(counts, sizes, mid_p), strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-9)


@needs_plink2
@pytest.mark.parametrize("mid_p", [False, True])
def test_everybody_in_one_test_equals_plink2(cohort: CohortFolder, mid_p: bool) -> None:
    root = cohort.path.parent
    theirs = read(plink2(root, "--hardy", *(["midp"] if mid_p else [])).with_suffix(".hardy"))

    ours = variant_qc(cohort, strata=None, unrelated=False, mid_p=mid_p)

    assert len(ours) == len(theirs)
    np.testing.assert_allclose(
        ours["p_value_hwe"], theirs["MIDP" if mid_p else "P"], rtol=2e-5, atol=1e-300
    )
    np.testing.assert_array_equal(ours["n_het"], theirs["HET_A1_CT"])
    np.testing.assert_allclose(
        ours["n_het"] / ours["n_called"], theirs["O(HET_A1)"], rtol=1e-5
    )  # fmt: skip


@needs_plink2
def test_counts_and_missingness_equal_plink2(cohort: CohortFolder) -> None:
    prefix = plink2(cohort.path.parent, "--missing", "--freq", "counts", "--geno-counts")

    ours = variant_qc(cohort)

    counts, missing = read(prefix.with_suffix(".acount")), read(prefix.with_suffix(".vmiss"))
    genotypes = read(prefix.with_suffix(".gcount"))
    assert ours["allele_count"].tolist() == counts["ALT_CTS"].tolist()
    assert ours["allele_number"].tolist() == counts["OBS_CT"].tolist()
    assert ours["n_not_called"].tolist() == missing["MISSING_CT"].tolist()
    assert ours["n_hom_ref"].tolist() == genotypes["HOM_REF_CT"].tolist()
    assert ours["n_het"].tolist() == genotypes["HET_REF_ALT_CTS"].tolist()
    assert ours["n_hom_var"].tolist() == genotypes["TWO_ALT_GENO_CTS"].tolist()
    np.testing.assert_allclose(ours["call_rate"], 1 - missing["F_MISS"], rtol=1e-5)


@needs_plink2
def test_each_population_equals_plink2_on_that_population(cohort: CohortFolder) -> None:
    root = cohort.path.parent
    table = equilibrium_by_group(cohort, unrelated=False)

    for start, name in enumerate(("EST", "FIN")):
        (root / "keep").write_text("\n".join(names_of(N_PEOPLE)[start::2]) + "\n")
        theirs = read(plink2(root, "--keep", "keep", "--hardy").with_suffix(".hardy"))
        ours = table[table["group"] == name]
        np.testing.assert_allclose(ours["p_value_hwe"], theirs["P"], rtol=2e-5, atol=1e-300)


def test_by_default_relatives_leave_and_each_population_is_tested_by_itself(
    cohort: CohortFolder,
) -> None:
    whole = variant_qc(cohort)
    by_group = equilibrium_by_group(cohort)

    assert whole.attrs["hardy_weinberg"]["n_individuals"] == {"EST": 59, "FIN": 60}
    p_values = by_group["p_value_hwe"].to_numpy().reshape(2, -1)
    copies = (by_group["n_het"] + 2 * by_group["n_hom_var"]).to_numpy().reshape(2, -1)
    alleles = 2 * by_group[["n_hom_ref", "n_het", "n_hom_var"]].sum(axis=1)
    has_both = (copies > 0) & (copies < alleles.to_numpy().reshape(2, -1))
    least = np.where(has_both, p_values, 2).min(axis=0)
    right = np.where(has_both.any(axis=0), np.minimum(1, least * has_both.sum(axis=0)), 1)
    np.testing.assert_allclose(whole["p_value_hwe"], right)
    assert whole["p_value_hwe"].lt(1e-4).mean() < 0.01, "two populations are not an error"
    mixed = variant_qc(cohort, strata=None)
    assert mixed["p_value_hwe"].lt(1e-4).mean() > 0.1, "but a mixture looks like one"


def test_controls_alone_are_tested(cohort: CohortFolder) -> None:
    controls = names_of(N_PEOPLE)[1::4]

    table = variant_qc(cohort, controls=controls)

    assert table.attrs["hardy_weinberg"]["n_individuals"] == {"FIN": 30}
    alone = variant_qc(cohort, individuals=controls)
    np.testing.assert_array_equal(table["p_value_hwe"], alone["p_value_hwe"])
    assert (table["allele_number"] > alone["allele_number"]).all()


def test_where_relatives_cannot_be_told_it_is_said(folder: CohortFolder) -> None:
    with pytest.warns(RelativesNotLookedFor, match="common variants are too few"):
        table = variant_qc(folder)

    # whose population is not recorded is not tested
    assert table.attrs["hardy_weinberg"]["n_individuals"] == {"EST": 5, "FIN": 5}


def test_women_alone_are_tested_on_x(folder: CohortFolder) -> None:
    table = variant_qc(folder, strata=None, unrelated=False).set_index(["chromosome", "position"])

    row = table.loc[("chrX", 12885361)]
    assert row["n_hemi"] == 2
    expected = hardy_weinberg(np.array([4]), np.array([1]), np.array([1]))[0]
    assert row["p_value_hwe"] == pytest.approx(expected)
    assert row["het_freq_hwe"] == pytest.approx(3 * 9 / 11 / 6)


def test_the_number_of_threads_changes_nothing(
    cohort: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_WORTH_A_THREAD", 64)
    monkeypatch.setattr(kernels, "_WORTH_A_THREAD", 64)
    tables = []

    for n in (1, 2, 5):
        for module in (packed, slices):
            monkeypatch.setattr(module, "n_threads", lambda n=n: n)
        tables.append((variant_qc(cohort), allele_frequencies(cohort, by="population")))

    for quality, frequencies in tables[1:]:
        pd.testing.assert_frame_equal(quality, tables[0][0], check_exact=True)
        pd.testing.assert_frame_equal(frequencies, tables[0][1], check_exact=True)


# 2.75 megabases lie in the pseudoautosomal region of GRCh38's X, and behind that of GRCh37's.
SEX_PLACES = [
    ("chrX", 1_000_000, "A", "G"), ("chrX", 2_750_000, "A", "G"), ("chrX", 50_000_000, "A", "G"),
    ("chrY", 1_000_000, "A", "G"), ("chrY", 5_000_000, "A", "G"), ("chrM", 750, "A", "G"),
]  # fmt: skip


@pytest.mark.parametrize(("assembly", "n_at_edge"), [("GRCh37", 6), ("GRCh38", 10)])
def test_who_has_two_alleles_follows_the_assembly(
    tmp_path: Path, assembly: str, n_at_edge: int
) -> None:
    sexes = ["female"] * 6 + ["male"] * 4
    women, men = [0, 1, 1, 2, 0, 1], [0, 2, 0, 2]
    codes = np.array([
        [*women, 1, 1, 0, 2],  # both ends of X: everybody has two
        women + ([1, 1, 0, 2] if assembly == "GRCh38" else men),
        women + men,  # men have one, written twice
        [*women, 1, 1, 0, 2],
        [3] * 6 + [4, 5, 5, 6],  # Y: women have none; one man is not called
        [4, 5, 4, 4, 5, 4, 4, 4, 5, 4],
    ], np.uint8)  # fmt: skip
    folder = make_cohort(tmp_path, SEX_PLACES, codes, sexes, assembly=assembly)

    table = variant_qc(folder, strata=None, unrelated=False)
    by_group = equilibrium_by_group(folder, None, unrelated=False)

    n_tested = by_group[["n_hom_ref", "n_het", "n_hom_var"]].sum(axis=1)
    assert n_tested.tolist() == [10, n_at_edge, 6, 10, 0, 0]
    told = [True, True, True, True, False, False]
    assert table["p_value_hwe"].notna().tolist() == told
    assert table["het_freq_hwe"].notna().tolist() == told
    assert table["n_hemi"].tolist() == [0, 0 if n_at_edge == 10 else 2, 2, 0, 2, 3]
    assert table["n_not_called"].tolist() == [0, 0, 0, 0, 1, 0]
    np.testing.assert_allclose(table["call_rate"], [1, 1, 1, 1, 3 / 4, 1])
    assert table["allele_number"].tolist() == [20, 20 if n_at_edge == 10 else 16, 16, 20, 3, 10]
