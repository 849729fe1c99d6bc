"""Meta-analysis equals metafor and statsmodels, whichever allele or strand a study tells of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from gdi_spe.analysis.combining.meta import meta_analysis, pool
from gdi_spe.boundary.errors import BadInput

# Thirteen trials of the BCG vaccine (Colditz et al. 1994): ill and well of the vaccinated, then of
# the others; the data dat.bcg of metafor.
BCG = """4 119 11 128 6 300 29 274 3 228 11 209 62 13536 248 12619 33 5036 47 5761 180 1361 372 1079
8 2537 10 619 505 87886 499 87892 29 7470 45 7232 17 1699 65 1600 186 50448 141 27197 5 2493 3 2338
27 16886 29 17825"""
COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}


def study(rng: np.random.Generator, n: int = 40) -> pd.DataFrame:
    pairs = [("A", "G"), ("C", "A"), ("AT", "A"), ("G", "GCC"), ("T", "C")]
    alleles = [pairs[row % len(pairs)] for row in range(n)]
    return pd.DataFrame(
        {
            "chromosome": np.repeat([1, 23], n // 2),
            "base_pair_location": 1000 + np.arange(n) * 10,
            "effect_allele": [effect for effect, _ in alleles],
            "other_allele": [other for _, other in alleles],
            "beta": rng.normal(0, 0.1, n),
            "standard_error": rng.uniform(0.02, 0.2, n),
            "effect_allele_frequency": rng.uniform(0.05, 0.35, n),
            "p_value": 0.5,
            "n": rng.integers(500, 2000, n),
        }
    )


def swapped(table: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    out = table.copy()
    out.loc[rows, ["effect_allele", "other_allele"]] = table.loc[
        rows, ["other_allele", "effect_allele"]
    ].to_numpy()
    out.loc[rows, "beta"] = -table.loc[rows, "beta"]
    out.loc[rows, "effect_allele_frequency"] = 1 - table.loc[rows, "effect_allele_frequency"]
    return out


def on_the_other_strand(table: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    out = table.copy()
    for name in ("effect_allele", "other_allele"):
        single = (
            rows & (table["effect_allele"].str.len() == 1) & (table["other_allele"].str.len() == 1)
        )
        out.loc[single, name] = table.loc[single, name].map(COMPLEMENT)
    return out


def test_pooling_equals_metafor_on_the_trials_of_the_bcg_vaccine() -> None:
    a, b, c, d = np.array(BCG.split(), float).reshape(-1, 4).T
    beta = np.log((a / (a + b)) / (c / (c + d)))[:, None]
    error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))[:, None]

    fixed, random = pool(beta, error), pool(beta, error, "random")

    # rma(yi, vi, method = "EE") and method = "DL", as metafor prints them.
    assert fixed.beta[0] == pytest.approx(-0.4303, abs=5e-5)
    assert fixed.standard_error[0] == pytest.approx(0.0405, abs=5e-5)
    assert random.beta[0] == pytest.approx(-0.7141, abs=5e-5)
    assert random.standard_error[0] == pytest.approx(0.1787, abs=5e-5)
    assert random.tau_squared[0] == pytest.approx(0.3088, abs=5e-5)
    assert random.i_squared[0] == pytest.approx(0.9212, abs=5e-5)
    assert random.q[0] == pytest.approx(152.2330, abs=5e-5)


@pytest.mark.parametrize("effects", ["fixed", "random"])
def test_pooling_equals_statsmodels(effects: str) -> None:
    rng = np.random.default_rng(3)
    beta = rng.normal(0.2, 1.0, (5, 20))
    error = rng.uniform(0.05, 0.2, (5, 20))

    found = pool(beta, error, effects)  # type: ignore[arg-type]

    for column in range(20):
        theirs = combine_effects(beta[:, column], error[:, column] ** 2, method_re="dl")
        name = "fe" if effects == "fixed" else "re"
        np.testing.assert_allclose(found.beta[column], getattr(theirs, f"mean_effect_{name}"))
        np.testing.assert_allclose(
            found.standard_error[column], getattr(theirs, f"sd_eff_w_{name}")
        )
        np.testing.assert_allclose(found.q[column], theirs.q)
        np.testing.assert_allclose(found.tau_squared[column], theirs.tau2)
        np.testing.assert_allclose(found.i_squared[column], theirs.i2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_allele_the_strand_and_the_order_of_rows_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two, three = study(rng), study(rng), study(rng)
    expected = meta_analysis([one, two, three])

    changed = swapped(two, rng.random(len(two)) < 0.5)
    changed = on_the_other_strand(changed, rng.random(len(two)) < 0.5)
    found = meta_analysis([one, changed.sample(frac=1, random_state=seed), three])

    pd.testing.assert_frame_equal(found, expected)


def test_a_variant_of_some_studies_is_pooled_over_those() -> None:
    rng = np.random.default_rng(1)
    one, two = study(rng), study(rng).iloc[10:]

    both = meta_analysis([one, two])
    shared = meta_analysis([one, two], min_studies=2)

    alone = both[both["n_studies"] == 1]
    assert len(both) == 40
    assert len(shared) == 30
    assert alone["direction"].str.fullmatch(r"[+-]\?").all()
    np.testing.assert_allclose(alone["beta"], one["beta"][:10])
    np.testing.assert_allclose(alone["standard_error"], one["standard_error"][:10])
    assert alone["q"].isna().all()


def test_symbolic_alleles_that_cannot_be_told_apart_are_left_out_and_counted() -> None:
    rng = np.random.default_rng(4)
    one, two = study(rng), study(rng)
    one.loc[:1, "effect_allele"], one.loc[:1, "base_pair_location"] = "<DEL>", 1000

    found = meta_analysis([one, two])

    assert found.attrs["n_left_out_symbolic"] == 2
    assert (found["n_studies"] == 1).sum() == 2


def palindromes(frequency: list[float]) -> pd.DataFrame:
    table = study(np.random.default_rng(0), 4)
    table["effect_allele"], table["other_allele"] = "A", "T"
    table["effect_allele_frequency"], table["beta"] = frequency, 1.0
    return table


def test_palindromic_variants_go_by_frequency_and_stay_out_where_it_cannot_tell() -> None:
    one, two = palindromes([0.1, 0.2, 0.3, 0.45]), palindromes([0.15, 0.8, 0.5, 0.1])

    by_frequency = meta_analysis([one, two])
    trusted = meta_analysis([one, two], palindromic="trust")
    dropped = meta_analysis([one, two], palindromic="drop")

    assert by_frequency["direction"].tolist() == ["++", "+-", "+?", "+?"]
    assert by_frequency.attrs["n_left_out_for_strand"] == 2
    assert trusted["direction"].tolist() == ["++"] * 4
    assert dropped.empty


def test_genomic_control_widens_the_errors_of_an_inflated_study() -> None:
    rng = np.random.default_rng(5)
    one, two = study(rng), study(rng)
    one["beta"] = one["standard_error"] * rng.normal(0, 2, len(one))

    plain, controlled = meta_analysis([one, two]), meta_analysis([one, two], genomic_control=True)

    inflation = plain.attrs["lambda_gc_of_studies"]
    assert inflation[0] > 1.5
    weights = [
        1 / (each["standard_error"] ** 2 * max(1, factor))
        for each, factor in zip((one, two), inflation, strict=True)
    ]
    np.testing.assert_allclose(controlled["standard_error"], (weights[0] + weights[1]) ** -0.5)


def test_what_cannot_be_combined_is_refused_by_name() -> None:
    rng = np.random.default_rng(2)
    one, two = study(rng), study(rng)
    here, there = one.copy(), two.copy()
    here.attrs, there.attrs = {"assembly": "GRCh37"}, {"assembly": "GRCh38"}

    with pytest.raises(BadInput, match="one study is no meta-analysis"):
        meta_analysis([one])
    with pytest.raises(BadInput, match="several assemblies: GRCh37, GRCh38"):
        meta_analysis([here, there])
    with pytest.raises(BadInput, match=r"study 2: 1 variants are there twice \(1:1000:A:G\)"):
        meta_analysis([one, pd.concat([two, two[:1]])])
    with pytest.raises(BadInput, match="study 1: the columns standard_error are missing"):
        meta_analysis([one.drop(columns="standard_error"), two])
    with pytest.raises(BadInput, match="effects='mixed'"):
        meta_analysis([one, two], effects="mixed")  # type: ignore[arg-type]
