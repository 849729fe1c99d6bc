"""A mixed model keeps its error rate among relatives and few cases, where others do not."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from gdi_spe.analysis.association.run import associate
from gdi_spe.analysis.mixed import relatedness as relating
from gdi_spe.analysis.mixed.numbers import fit_numbers
from gdi_spe.analysis.mixed.relatedness import TooManyPeople, relatedness_of
from gdi_spe.analysis.regression.model import model_of
from gdi_spe.analysis.regression.relatives import RelativesInModel
from gdi_spe.boundary.errors import BadInput

from .conftest import N_FAMILIES, SIZE, Families


def of_people(families: Families, values: np.ndarray) -> dict[str, float]:
    return dict(zip(families.names, values.tolist(), strict=True))


def numbers(families: Families, seed: int) -> np.ndarray:
    own = np.random.default_rng(seed).normal(size=len(families.names))
    return np.sqrt(0.7) * families.shared(seed) + np.sqrt(0.3) * own


def one_in_a_hundred(families: Families, seed: int) -> dict[str, float]:
    own = np.random.default_rng(seed).normal(size=len(families.names))
    liability = np.sqrt(0.8) * families.shared(seed + 50) + np.sqrt(0.2) * own
    return of_people(families, (liability > np.quantile(liability, 0.99)).astype(float))


def test_variances_of_families_equal_statsmodels(families: Families) -> None:
    rng = np.random.default_rng(2)
    family = np.repeat(np.arange(N_FAMILIES), SIZE)
    age = rng.normal(50, 10, len(family))
    trait = 0.05 * age + rng.normal(0, 1.3, N_FAMILIES)[family] + rng.normal(size=len(family))
    model = model_of(families.folder, of_people(families, trait), {"age": of_people(families, age)})

    found = fit_numbers(model, np.kron(np.eye(N_FAMILIES), np.ones((SIZE, SIZE))))

    theirs = sm.MixedLM(trait, model.covariates, groups=family).fit(reml=True)
    assert found.genetic_variance == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-4)
    assert found.residual_variance == pytest.approx(theirs.scale, rel=1e-4)


def test_estimates_equal_generalised_least_squares_of_statsmodels(families: Families) -> None:
    trait = numbers(families, 3)

    table = associate(
        families.folder, of_people(families, trait), model="mixed", relatedness=families.relatedness
    )

    told = table.attrs
    covariance = told["genetic_variance"] * families.relatedness.to_numpy()
    covariance += told["residual_variance"] * np.eye(len(trait))
    hits = table[table["p_value"] < 0.05].head(12)
    assert len(hits) == 12
    for row in hits.itertuples():
        codes = families.codes[(row.base_pair_location - 1_000_000) // 50_000].astype(float)
        g = np.where(codes == 3, codes[codes != 3].mean(), codes)
        fit = sm.GLS(trait, np.column_stack([np.ones(len(g)), g]), sigma=covariance).fit()
        error = np.sqrt(fit.normalized_cov_params[1, 1])
        np.testing.assert_allclose(row.beta, fit.params[1], rtol=1e-6)
        np.testing.assert_allclose(row.standard_error, error, rtol=1e-6)


def test_a_number_that_relatives_share_does_not_inflate(families: Families) -> None:
    trait = of_people(families, numbers(families, 1))

    plain = associate(families.folder, trait)
    mixed = associate(families.folder, trait, model="mixed", relatedness=families.relatedness)
    by_calls = associate(families.folder, trait, model="mixed")

    assert plain.attrs["lambda_gc"] > 1.25
    assert (plain["p_value"] < 0.05).mean() > 0.075
    assert 0.9 < mixed.attrs["lambda_gc"] < 1.1
    assert 0.035 < (mixed["p_value"] < 0.05).mean() < 0.065
    # Relationships of 1,300 variants have an error of 0.03 each.
    assert by_calls.attrs["lambda_gc"] < 1.2


def test_one_related_case_in_a_hundred_does_not_inflate(families: Families) -> None:
    plain, mixed = [], []
    for seed in (1, 2, 4):
        trait = one_in_a_hundred(families, seed)
        scored = associate(families.folder, trait, model="logistic", test="score",
                           min_allele_count=5)  # fmt: skip
        found = associate(families.folder, trait, model="mixed", min_allele_count=5,
                          relatedness=families.relatedness)  # fmt: skip
        assert (found.attrs["n_cases"], found.attrs["n_controls"]) == (10, 990)
        assert set(found["test"]) == {"score", "saddle-point"}
        plain.append(scored["p_value"])
        mixed.append(found["p_value"])

    of_plain, of_mixed = pd.concat(plain), pd.concat(mixed)
    assert (of_plain < 0.001).mean() > 0.005
    assert of_plain.min() < 1e-8
    assert (of_mixed < 0.001).mean() < 0.0015
    assert 0.005 < (of_mixed < 0.01).mean() < 0.0125
    assert of_mixed.min() > 1e-5


def test_a_variant_that_makes_cases_is_found(families: Families) -> None:
    row = 100
    codes = np.where(families.codes[row] == 3, 0, families.codes[row]).astype(float)
    liability = numbers(families, 8) + 1.0 * codes
    trait = of_people(families, (liability > np.quantile(liability, 0.9)).astype(float))

    table = associate(families.folder, trait, model="mixed", relatedness=families.relatedness)

    best = table.loc[table["p_value"].idxmin()]
    assert best["base_pair_location"] == 1_000_000 + row * 50_000
    assert best["p_value"] < 1e-8
    assert best["beta"] > 0.5
    assert best["test"] == "saddle-point"


def test_relationships_by_the_calls_are_those_of_the_pedigree(families: Families) -> None:
    model = model_of(families.folder, of_people(families, numbers(families, 1)), {})

    found = relatedness_of(families.folder, model)

    expected = families.relatedness.to_numpy()
    for value in (0, 0.5):
        pairs = found[(expected == value) & ~np.eye(len(found), dtype=bool)]
        assert pairs.mean() == pytest.approx(value, abs=0.02)
        assert pairs.std() < 0.07


def test_relatives_are_no_caution_where_the_model_takes_them(
    families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdi_spe.analysis.regression import relatives

    pair = frozenset(families.names[:2])
    monkeypatch.setattr(relatives, "related_pairs", lambda _folder: frozenset({pair}))
    trait = of_people(families, numbers(families, 1))

    with warnings.catch_warnings():
        warnings.simplefilter("error", RelativesInModel)
        table = associate(families.folder, trait, model="mixed", relatedness=families.relatedness)

    assert table.attrs["n_related_pairs"] == 1


def test_what_no_mixed_model_can_be_made_of_is_named(
    families: Families, monkeypatch: pytest.MonkeyPatch
) -> None:
    trait = of_people(families, numbers(families, 1))
    lopsided = families.relatedness.copy()
    lopsided.iloc[0, 1] = 0.7

    with pytest.raises(BadInput, match="lacks 10 individuals"):
        associate(families.folder, trait, model="mixed",
                  relatedness=families.relatedness.iloc[10:])  # fmt: skip
    with pytest.raises(BadInput, match="not a symmetric table"):
        associate(families.folder, trait, model="mixed", relatedness=lopsided)
    monkeypatch.setattr(relating, "MOST_PEOPLE", 999)
    with pytest.raises(TooManyPeople, match="1000 individuals are in the model"):
        associate(families.folder, trait, model="mixed")
