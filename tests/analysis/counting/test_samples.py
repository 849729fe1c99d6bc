"""Quality of samples equals plink2's counts and a count by definition, in Hail's words."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.analysis.counting.inbreeding import heterozygosity, sex_check
from gdi_spe.analysis.counting.samples import sample_qc
from gdi_spe.analysis.variants import kinds
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import EXCEPTION, Call, Calls, encode
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import samples as kernels
from gdi_spe.store.ploidy import PSEUDOAUTOSOMAL
from tests.analysis.from_codes import make_cohort, plink2, read

N_PEOPLE, N_VARIANTS = 90, 900
needs_plink2 = pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not here")
ALLELES = [("A", "G"), ("A", "C"), ("C", "T"), ("G", "GA"), ("GTT", "G"), ("AC", "GT")]


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint8]:
    rng = np.random.default_rng(8)
    share = rng.beta(0.3, 0.8, N_VARIANTS).clip(0.004, 0.99)
    found = rng.binomial(2, share[:, None], (N_VARIANTS, N_PEOPLE)).astype(np.uint8)
    found[rng.random(found.shape) < 0.03] = 3
    found[:, 7] |= ((found == 0) | (found == 3)).all(axis=1)
    return found


@pytest.fixture(scope="module")
def cohort(codes: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    places = [
        (f"chr{1 + row % 3}", 1000 + 50 * row, *ALLELES[row % len(ALLELES)])
        for row in range(N_VARIANTS)
    ]
    order = sorted(range(N_VARIANTS), key=lambda row: places[row][:2])
    root = tmp_path_factory.mktemp("samples")
    return make_cohort(root, [places[row] for row in order], codes[order])


@needs_plink2
def test_calls_and_alleles_equal_plink2s(cohort: CohortFolder) -> None:
    theirs = read(plink2(cohort.path.parent, "--sample-counts").with_suffix(".scount"))

    ours = sample_qc(cohort)

    assert ours["n_hom_ref"].tolist() == theirs["HOM_REF_CT"].tolist()
    assert ours["n_not_called"].tolist() == theirs["MISSING_INCL_FEMALE_Y_CT"].tolist()
    assert ours["n_singleton"].tolist() == theirs["DIPLOID_SINGLETON_CT"].tolist()
    # plink2 counts calls with a transition, and the changes of more bases apart
    assert (theirs["DIPLOID_TRANSITION_CT"] <= ours["n_transition"].to_numpy()).all()
    het = theirs["HET_SNP_CT"]
    assert (ours["n_het"].to_numpy() > het).all()


def test_every_number_is_what_its_name_says(cohort: CohortFolder, codes: NDArray[np.uint8]) -> None:
    table = sample_qc(cohort)

    kind = np.arange(N_VARIANTS) % len(ALLELES)
    alleles = np.where(codes == 3, 0, codes).astype(int)
    right = pd.DataFrame(
        {
            "n_called": (codes != 3).sum(axis=0),
            "n_het": (codes == 1).sum(axis=0),
            "n_hom_var": (codes == 2).sum(axis=0),
            "n_transition": alleles[np.isin(kind, [0, 2])].sum(axis=0),
            "n_transversion": alleles[kind == 1].sum(axis=0),
            "n_insertion": alleles[kind == 3].sum(axis=0),
            "n_deletion": alleles[kind == 4].sum(axis=0),
            "n_singleton": alleles[alleles.sum(axis=1) == 1].sum(axis=0),
        },
        index=table.index,
    )
    pd.testing.assert_frame_equal(table[right.columns], right)
    np.testing.assert_allclose(table["r_ti_tv"], right["n_transition"] / right["n_transversion"])
    np.testing.assert_allclose(table["r_het_hom_var"], right["n_het"] / right["n_hom_var"])
    assert (table["n_snp"] == table["n_transition"] + table["n_transversion"]).all()
    assert (table["n_non_ref"] == table["n_het"] + table["n_hom_var"]).all()
    assert (table["n_hom_ref"] == table["n_called"] - table["n_non_ref"]).all()


def test_men_have_one_allele_on_x_and_women_no_y(folder: CohortFolder) -> None:
    table = sample_qc(folder, region="chrX")

    assert table.loc["P02", ["n_called", "n_hom_var", "n_hemi"]].tolist() == [1, 1, 0]
    assert table.loc["P07", ["n_called", "n_hom_var", "n_hemi"]].tolist() == [1, 0, 1]
    assert table.loc["P08", ["n_called", "n_hom_var", "n_hemi"]].tolist() == [1, 0, 1]
    # two different alleles in a man: not called
    assert table.loc["P09", ["n_called", "n_not_called"]].tolist() == [0, 1]
    assert table.loc["P10", ["n_called", "n_hom_ref", "n_non_ref"]].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("reference", "alternate", "kind"),
    [
        ("A", "G", "transition"), ("T", "C", "transition"), ("A", "T", "transversion"),
        ("G", "C", "transversion"), ("AAC", "AGC", "transition"), ("AC", "GT", "other"),
        ("A", "AT", "insertion"), ("ACT", "A", "deletion"), ("ACT", "AT", "deletion"),
        ("AC", "GTT", "other"), ("A", "*", "star"), ("A", "<DEL>", "other"), ("A", "N", "other"),
    ],
)  # fmt: skip
def test_kinds_are_hails(reference: str, alternate: str, kind: str) -> None:
    assert kinds.KINDS[kinds.kind_of(reference, alternate)] == kind


@st.composite
def packed_calls(draw: st.DrawFn) -> Calls:
    n = draw(st.integers(1, 70))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = []
    for _ in range(draw(st.integers(1, 8))):
        found = rng.choice(4, n, p=rng.dirichlet([3, 1, 0.5, 0.4])).astype(np.uint8)
        haploid = (rng.random(n) < 0.2) & (found != 2) & bool(rng.integers(2))
        odd = np.flatnonzero((found == 3) & ~haploid & (rng.random(n) < 0.5))
        exceptions = np.zeros(len(odd), EXCEPTION)
        exceptions["sample"], exceptions["ploidy"] = odd, rng.integers(2, 4, len(odd))
        for each in exceptions:
            each["n_missing"] = rng.integers(0, 2)
            each["n_alternate"] = rng.integers(0, each["ploidy"] - each["n_missing"] + 1)
        values.append(encode(Call(found, haploid, exceptions)))
    return Calls.of(values, n)


@given(packed_calls(), st.integers(0, 2**32 - 1))
def test_the_kernel_and_its_twin_agree(calls: Calls, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule = rng.integers(0, 3, calls.n_samples).astype(np.int8) if seed % 3 else None
    kind = rng.integers(0, 3, len(calls)).astype(np.uint8)
    weights = rng.random(len(calls))

    counts, lost = kernels.by_sample(calls, rule, kind, 3, weights)

    right, missing = kernels._by_numpy(calls, rule, kind, 3, weights)
    np.testing.assert_array_equal(counts, right)
    np.testing.assert_allclose(lost, missing)


def test_the_number_of_threads_changes_nothing(
    cohort: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "_AT_ONCE", 37)
    tables = []

    for n in (1, 2, 5):
        monkeypatch.setattr(kernels, "n_threads", lambda n=n: n)
        tables.append((sample_qc(cohort), heterozygosity(cohort)))

    for quality, inbreeding in tables[1:]:
        pd.testing.assert_frame_equal(quality, tables[0][0], check_exact=True)
        pd.testing.assert_frame_equal(inbreeding, tables[0][1], check_exact=True)


@needs_plink2
def test_heterozygosity_equals_plink2s(cohort: CohortFolder) -> None:
    theirs = read(plink2(cohort.path.parent, "--het").with_suffix(".het"))

    ours = heterozygosity(cohort, strata=None)

    assert ours["observed_homs"].tolist() == theirs["O(HOM)"].tolist()
    assert ours["n_called"].tolist() == theirs["OBS_CT"].tolist()
    np.testing.assert_allclose(ours["expected_homs"], theirs["E(HOM)"], rtol=1e-5)
    np.testing.assert_allclose(ours["f_stat"], theirs["F"], atol=2e-6)


N_WOMEN, N_MEN, N_X = 40, 40, 300


def of_sexes(tmp_path: Path, assembly: str) -> CohortFolder:
    """Women and men on X and Y, with the ends of X in the pseudoautosomal region."""
    rng = np.random.default_rng(4)
    last = PSEUDOAUTOSOMAL[assembly, "chrX"][0][1]
    inside = [("chrX", 100_000 + 100 * row, "A", "G") for row in range(40)]
    x = [("chrX", last + 1 + 1000 * row, "A", "G") for row in range(N_X)]
    y = [("chrY", 5_000_000 + 1000 * row, "A", "G") for row in range(30)]
    n = N_WOMEN + N_MEN
    share = rng.uniform(0.1, 0.9, N_X)[:, None]
    of_x = rng.binomial(2, share, (N_X, n))
    of_x[:, N_WOMEN:] = 4 + (rng.random((N_X, N_MEN)) < share)  # written with one allele
    of_x[:, -5:] = np.where(of_x[:, -5:] == 5, 2, 0)  # or with two that are the same
    of_x[rng.random(of_x.shape) < 0.02] = 3
    of_y = np.full((30, n), 3)
    of_y[:, N_WOMEN:] = 4 + rng.integers(0, 2, (30, N_MEN))
    codes = np.concatenate([rng.binomial(2, 0.4, (40, n)), of_x, of_y]).astype(np.uint8)
    sexes = ["female"] * N_WOMEN + ["male"] * N_MEN
    sexes[3], sexes[N_WOMEN + 6], sexes[10] = "male", "female", "unknown"
    return make_cohort(tmp_path, [*inside, *x, *y], codes, sexes, assembly=assembly)


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38"])
def test_swapped_sexes_are_listed_first(tmp_path: Path, assembly: str) -> None:
    folder = of_sexes(tmp_path, assembly)

    table = sex_check(folder)

    assert table.index[:2].tolist() == ["P0003", f"P{N_WOMEN + 6:04d}"]
    assert table["status"].tolist() == ["mismatch"] * 2 + ["not told"] + ["ok"] * (len(table) - 3)
    women = table[table["inferred_sex"] == "female"]
    assert len(women) == N_WOMEN
    assert women["f_stat"].abs().max() < 0.2
    assert (table[table["inferred_sex"] == "male"]["f_stat"] == 1).all()
    assert (women["y_call_rate"] == 0).all()
    assert (table[table["inferred_sex"] == "male"]["y_call_rate"] == 1).all()


def test_what_x_tells_is_what_the_definition_gives(tmp_path: Path) -> None:
    folder = of_sexes(tmp_path, "GRCh38")
    genotypes = folder.genotypes("chrX").astype(int)[40:]

    table = sex_check(folder).sort_index()

    missing = genotypes[..., 0] == -1
    single = genotypes[..., 1] == -2
    n_alleles = np.where(missing, 0, np.where(single, 1, 2))
    copies = np.where(missing, 0, genotypes[..., 0] + np.where(single, 0, genotypes[..., 1]))
    share = (copies.sum(axis=1) / n_alleles.sum(axis=1))[:, None]
    expected = np.where(missing, 0, 1 - 2 * share * (1 - share)).sum(axis=0)
    observed = (~missing & ~((copies == 1) & ~single)).sum(axis=0)
    n_called = (~missing).sum(axis=0)
    np.testing.assert_allclose(table["f_stat"], (observed - expected) / (n_called - expected))


def test_few_variants_of_x_tell_no_sex(folder: CohortFolder) -> None:
    table = sex_check(folder)

    assert set(table["inferred_sex"]) == {"unknown"}
    assert set(table["status"]) == {"not told"}


def test_thresholds_out_of_order_are_refused(folder: CohortFolder) -> None:
    with pytest.raises(BadInput, match="female_threshold"):
        sex_check(folder, female_threshold=0.9)


def test_depths_that_were_kept_are_summarised(tmp_path: Path) -> None:
    folder = make_cohort(
        tmp_path,
        [("chr1", 100, "A", "G"), ("chr1", 200, "C", "T"), ("chr2", 50, "G", "T")],
        np.array([[0, 1], [1, 3], [2, 1]], np.uint8),
        depths=[["10:30", "20:99"], ["12:40", ".:."], ["17:50", "30:9"]],
    )

    table = sample_qc(folder)

    assert table["dp_mean"].tolist() == [13.0, 25.0]
    np.testing.assert_allclose(table["dp_stdev"], [np.std([10, 12, 17]), np.std([20, 30])])
    assert table[["dp_min", "dp_max"]].to_numpy().tolist() == [[10, 17], [20, 30]]
    assert table["gq_mean"].tolist() == [40.0, 54.0]
    later = sample_qc(folder, region="chr1:150-300")
    assert later["dp_mean"].tolist()[0] == 12.0
    assert np.isnan(later["dp_mean"].tolist()[1])
