"""Association equals statsmodels to 1e-8 and plink2 to what it prints."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from gdi_spe.analysis.association.run import (
    NoFiniteEstimate,
    associate,
    case_control,
    quantitative,
)
from gdi_spe.analysis.regression.traits import MixedUnits, RepeatedMeasurements
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.kernels import association as kernels
from gdi_spe.workspace.cohort.opened import Cohort

from .conftest import Made

AUTOSOMAL = slice(0, 260)


def dosages_of(made: Made) -> np.ndarray:
    """As the notes say: 0, 1, 2, NaN; on X a man who carries has two (none is torn here)."""
    return np.where(made.codes == 3, np.nan, made.codes.astype(float))


def covariates_of(made: Made) -> np.ndarray:
    return np.column_stack([np.ones(len(made.age)), made.age, made.is_male])


@pytest.fixture(scope="module")
def linear(made: Made) -> pd.DataFrame:
    trait = quantitative(made.folder, "height")
    return associate(made.folder, trait, ["age", "sex"], min_allele_count=0)


@pytest.fixture(params=["compiled", "NumPy"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "NumPy":
        monkeypatch.setattr(kernels, "is_compiled", lambda _k: False)
    elif not kernels.is_compiled(3):
        pytest.skip("the kernels were not compiled")
    return str(request.param)


def cases_of(made: Made) -> dict[str, float]:
    names = np.array(made.names)
    return case_control(names[made.is_case], names[~made.is_case])


def by_variant(made: Made, fit: Callable[..., tuple[float, float]]) -> np.ndarray:
    covariates, out = covariates_of(made), np.full((len(made.codes), 2), np.nan)
    for row, dosage in enumerate(dosages_of(made)):
        called = ~np.isnan(dosage)
        if np.ptp(dosage[called]) > 0:
            out[row] = fit(np.column_stack([covariates, dosage])[called], called)
    return out


def test_linear_equals_statsmodels(made: Made, either: str) -> None:
    def fit(columns: np.ndarray, called: np.ndarray) -> tuple[float, float]:
        found = sm.OLS(made.height[called], columns).fit()
        return found.params[-1], found.bse[-1]

    trait = quantitative(made.folder, "LOINC:8302-2")
    table = associate(made.folder, trait, ["age", "sex"], min_allele_count=0)

    expected = by_variant(made, fit)
    assert np.array_equal(np.isnan(table["beta"]), np.isnan(expected[:, 0]))
    np.testing.assert_allclose(table["beta"], expected[:, 0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(table["standard_error"], expected[:, 1], rtol=1e-8)


def test_missing_calls_as_means_equal_statsmodels(made: Made) -> None:
    filled = dosages_of(made)
    means = np.nanmean(filled, axis=1)
    filled = np.where(np.isnan(filled), means[:, None], filled)
    trait = quantitative(made.folder, "height")

    table = associate(made.folder, trait, ["age", "sex"], missing="mean", min_allele_count=0)

    for row in (1, 11, 151):
        found = sm.OLS(made.height, np.column_stack([covariates_of(made), filled[row]])).fit()
        np.testing.assert_allclose(table["beta"][row], found.params[-1], rtol=1e-8)
        np.testing.assert_allclose(table["p_value"][row], found.pvalues[-1], rtol=1e-8)


def test_logistic_wald_equals_statsmodels(made: Made, either: str) -> None:
    def fit(columns: np.ndarray, called: np.ndarray) -> tuple[float, float]:
        cases = made.is_case[called]
        g = columns[:, -1]
        if min(g[cases].max(), g[~cases].max()) == 0:
            return np.nan, np.nan
        found = sm.Logit(cases, columns).fit(disp=0, method="newton", tol=1e-12)
        return found.params[-1], found.bse[-1]

    with pytest.warns(NoFiniteEstimate, match="1:5030000:A:G.*none; Firth"):
        table = associate(
            made.folder, cases_of(made), ["age", "sex"], "logistic", test="wald", min_allele_count=5
        )

    expected = by_variant(made, fit)[(table["base_pair_location"] - 5_000_000) // 1000]
    fitted = (table["test"] == "wald").to_numpy() & ~np.isnan(expected[:, 0])
    assert fitted.sum() > 150
    np.testing.assert_allclose(table["beta"][fitted], expected[fitted, 0], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(table["standard_error"][fitted], expected[fitted, 1], rtol=1e-8)


def test_the_score_test_equals_its_definition_whether_calls_are_missing_or_not(
    made: Made, either: str
) -> None:
    table = associate(
        made.folder, cases_of(made), ["age", "sex"], "logistic", test="score", min_allele_count=0
    )

    common = np.flatnonzero(np.nanmean(dosages_of(made), axis=1) > 0.2)
    assert {row % 2 for row in common} == {0, 1}
    for row in common:
        called = ~np.isnan(dosages_of(made)[row])
        columns, cases = covariates_of(made)[called], made.is_case[called]
        g = dosages_of(made)[row][called]
        mean = sm.Logit(cases, columns).fit(disp=0, tol=1e-12).predict()
        weight = mean * (1 - mean)
        inside = (columns * weight[:, None]).T
        variance = weight @ g**2 - (inside @ g) @ np.linalg.solve(inside @ columns, inside @ g)
        np.testing.assert_allclose(
            table["beta"][row], g @ (cases - mean) / variance, rtol=1e-7, atol=1e-9
        )


@pytest.fixture(scope="module")
def plink(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., pd.DataFrame]:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    root = tmp_path_factory.mktemp("plink")
    lines = ["#IID\tSEX\theight\tcase\tage"]
    for row, name in enumerate(made.names):
        sex, case = 1 if made.is_male[row] else 2, 2 if made.is_case[row] else 1
        lines.append(f"{name}\t{sex}\t{made.height[row]}\t{case}\t{made.age[row]}")
    (root / "people.tsv").write_text("\n".join(lines) + "\n")

    def run(trait: str, *words: str) -> pd.DataFrame:
        out = root / f"{trait}-{'-'.join(words)}"
        subprocess.run(
            ["plink2", "--vcf", made.vcf, "--split-par", "hg38", "--update-sex",
             root / "people.tsv", "--pheno", root / "people.tsv", "--pheno-name", trait, "--covar",
             root / "people.tsv", "--covar-name", "age", "--covar-variance-standardize", "--glm",
             "sex", "omit-ref", "hide-covar", *words, "--out", out],
            check=True, capture_output=True, cwd=root,
        )  # fmt: skip
        (found,) = root.glob(f"{out.name}.{trait}.glm*")
        return pd.read_csv(found, sep="\t", na_values=["NA"])

    return run


def test_linear_equals_plink2_to_what_it_prints(
    linear: pd.DataFrame, plink: Callable[..., pd.DataFrame]
) -> None:
    theirs = plink("height")

    both = linear.merge(theirs, left_on="base_pair_location", right_on="POS")
    both = both[both["BETA"].notna() & (both["chromosome"] < 23)]
    assert len(both) > 200
    np.testing.assert_allclose(both["beta"], both["BETA"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(both["standard_error"], both["SE"], rtol=1e-5)
    np.testing.assert_allclose(both["p_value"], both["P"], rtol=1e-4)
    assert (both["n"] == both["OBS_CT"]).all()


def test_linear_on_x_equals_plink2_where_men_count_twice(
    linear: pd.DataFrame, plink: Callable[..., pd.DataFrame]
) -> None:
    theirs = plink("height")

    both = linear.merge(theirs, left_on="base_pair_location", right_on="POS")
    both = both[both["BETA"].notna() & (both["chromosome"] == 23)]
    assert len(both) > 20
    np.testing.assert_allclose(both["beta"], both["BETA"], rtol=1e-4, atol=1e-6)


def test_logistic_equals_plink2(made: Made, plink: Callable[..., pd.DataFrame]) -> None:
    theirs = plink("case", "no-firth")

    with pytest.warns(NoFiniteEstimate):
        ours = associate(made.folder, cases_of(made), ["age", "sex"], "logistic", test="wald")
    both = ours.merge(theirs, left_on="base_pair_location", right_on="POS")
    both = both[both["OR"].notna() & (both["test"] == "wald") & (both["chromosome"] < 23)]
    both = both[both["allele_count_cases"] > 4]
    assert len(both) > 100
    # plink2 (2.00a3.5) works in single precision and prints odds ratios to six digits: the last
    # one is the same, or next to it.
    last_digit = 10.0 ** (np.floor(np.log10(both["OR"])) - 5)
    apart = (np.exp(both["beta"]) - both["OR"]).abs() / last_digit
    is_whole = both["n"] == len(made.names)
    assert is_whole.sum() > 50
    assert (apart[is_whole] <= 1).all()
    # Where calls are missing it starts anew for each variant, and rounds a little more.
    assert (apart <= 1).mean() > 0.95
    assert (apart <= 3).all()
    # Its standard errors are of the round before its last. Where calls are missing that was too
    # early to be right, by up to an eighth; statsmodels' are the same as ours there, to 1e-8.
    whole = both[is_whole]
    np.testing.assert_allclose(whole["standard_error"], whole["LOG(OR)_SE"], rtol=1e-5)


def test_firth_equals_plink2s_where_calls_are_rare(
    made: Made, plink: Callable[..., pd.DataFrame]
) -> None:
    theirs = plink("case", "firth")

    ours = associate(made.folder, cases_of(made), ["age", "sex"], "logistic", test="firth")
    both = ours.merge(theirs, left_on="base_pair_location", right_on="POS")
    both = both[both["OR"].notna() & (both["test"] == "firth") & (both["chromosome"] < 23)]
    assert (both["allele_count"] < 20).sum() > 30
    apart = np.abs(both["beta"] - np.log(both["OR"])) / both["standard_error"]
    assert apart.max() < 0.02
    assert apart.median() < 1e-4
    errors_apart = (both["standard_error"] / both["LOG(OR)_SE"] - 1).abs()
    assert errors_apart[both["n"] == len(made.names)].quantile(0.95) < 5e-3


def test_auto_looks_closer_just_where_a_score_is_small(made: Made) -> None:
    scored = associate(made.folder, cases_of(made), ["age"], "logistic", test="score")
    auto = associate(made.folder, cases_of(made), ["age"], "logistic")

    hits = scored["p_value"] < 0.05
    assert set(auto["test"][hits]) <= {"wald", "firth", "score"}
    assert (auto["test"][~hits & scored["p_value"].notna()] == "score").all()
    in_cases = np.minimum(
        auto["allele_count_cases"], 2 * auto["n_cases"] - auto["allele_count_cases"]
    )
    assert (in_cases[auto["test"] == "firth"] < 20).all()
    assert (in_cases[auto["test"] == "wald"] >= 20).all()
    assert 0.5 < auto.attrs["lambda_gc"] < 1.6


def test_p_values_too_small_for_a_number_are_told_by_their_logarithm(made: Made) -> None:
    rng = np.random.default_rng(1)
    dosage = np.nan_to_num(dosages_of(made)[60])
    strong = dosage + rng.normal(0, 1e-3, len(dosage))

    table = associate(made.folder, dict(zip(made.names, strong, strict=True)))
    perfect = associate(made.folder, dict(zip(made.names, dosage, strict=True)))

    row = table[table["base_pair_location"] == 5_060_000].iloc[0]
    t = row["beta"] / row["standard_error"]
    # Of 398 degrees of freedom, by the leading term of the tail of Student's distribution.
    leading = stats.t.logpdf(t, 398) + np.log(2 * t / 398)
    assert row["p_value"] == 0
    assert row["neg_log_10_p_value"] == pytest.approx(-leading / np.log(10), rel=1e-4)
    assert perfect["neg_log_10_p_value"].max() > row["neg_log_10_p_value"]


@pytest.mark.parametrize("words", [{}, {"test": "wald"}, {"test": "firth"}, {"test": "auto"}])
def test_threads_do_not_change_an_answer(
    made: Made, monkeypatch: pytest.MonkeyPatch, words: dict[str, str]
) -> None:
    def found() -> pd.DataFrame:
        if not words:
            return associate(made.folder, quantitative(made.folder, "height"), ["age"])
        model = "logistic"
        return associate(
            made.folder, cases_of(made), ["age"], model, min_allele_frequency=0.1, **words
        )

    monkeypatch.setattr(kernels.os, "sched_getaffinity", lambda _pid: {0})
    alone = found()
    monkeypatch.setattr(kernels.os, "sched_getaffinity", lambda _pid: set(range(16)))
    divided = kernels._divided
    monkeypatch.setattr(kernels, "_divided", lambda n, work: divided(n, work, at_least=8))

    together = found()

    pd.testing.assert_frame_equal(alone, together, check_exact=True)


@pytest.mark.parametrize(
    ("trait", "covariates", "why"),
    [
        ("weigth", [], "nothing here is called 'weigth'"),
        ("sex", [], "'sex' is a category"),
        ("height", ["population"], "population is recorded of nobody"),
        ("height", ["Height", "LOINC:8302-2"], "follows from the others"),
    ],
)
def test_a_wrong_argument_is_named(made: Made, trait: str, covariates: list[str], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        associate(made.folder, quantitative(made.folder, trait), covariates)


def test_mixed_units_and_repeated_measurements_are_refused_by_name(made: Made) -> None:
    rows = made.folder.table("measurements").to_pylist()

    class Folder(type(made.folder)):  # type: ignore[misc]
        def table(self, name: str) -> object:
            return self.changed if name == "measurements" else super().table(name)

    folder = Folder(made.folder.path)
    folder.changed = made.folder.table("measurements").from_pylist(
        [*rows[:-1], {**rows[-1], "unit": "m"}], schema=made.folder.table("measurements").schema
    )
    with pytest.raises(MixedUnits, match="several units: cm, m"):
        quantitative(folder, "height")

    folder.changed = made.folder.table("measurements").from_pylist(
        [*rows, rows[0]], schema=made.folder.table("measurements").schema
    )
    with pytest.raises(RepeatedMeasurements, match="several times"):
        quantitative(folder, "height")
    assert quantitative(folder, "height", "mean")[rows[0]["individual_id"]] == rows[0]["value"]


def test_components_are_covariates_by_name(made: Made) -> None:
    cohort = Cohort(made.folder.path)

    table = cohort.association("height", ["age", "sex", *cohort.pca(2)])

    assert table.attrs["covariates"] == ["age", "sex=female", "PC1", "PC2"] or (
        table.attrs["covariates"] == ["age", "sex=male", "PC1", "PC2"]
    )
