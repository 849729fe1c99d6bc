"""SKAT equals its definition worked out with dense matrices, and SKAT-O a simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from gdi_spe.analysis.skat.kernels import GRID, Spectrum, skat_o, statistic
from gdi_spe.analysis.skat.mixtures import quantile, tail
from gdi_spe.analysis.skat.run import skat
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.cohort.opened import Cohort

from .conftest import Made

DAMAGING = ("stop_gained", "frameshift_variant", "missense_variant")


def trait_of(made: Made) -> dict[str, float]:
    return dict(zip(made.names, made.trait.tolist(), strict=True))


def cases_of(made: Made) -> dict[str, float]:
    return dict(zip(made.names, made.is_case.astype(float).tolist(), strict=True))


def weighted_of(made: Made, gene: str, bound: float) -> np.ndarray:
    """Dosages with means for missing, times their weights, shape (people, variants)."""
    rows = made.taken(gene, DAMAGING, bound)
    frequency = made.frequency[rows]
    weight = stats.beta.pdf(np.minimum(frequency, 1 - frequency), 1, 25)
    dosage = made.dosages[rows]
    filled = np.where(np.isnan(dosage), np.nanmean(dosage, axis=1)[:, None], dosage)
    return (filled * weight[:, None]).T


def by_definition(
    weighted: np.ndarray, residual: np.ndarray, variance: np.ndarray, columns: np.ndarray
) -> tuple[float, np.ndarray]:
    """The statistic, and the weights of its mixture: dense matrices, as in the paper."""
    inside = columns.T * variance
    projection = np.diag(variance) - inside.T @ np.linalg.solve(inside @ columns, inside)
    covariance = weighted.T @ projection @ weighted
    return float(((weighted.T @ residual) ** 2).sum()), np.linalg.eigvalsh(covariance)


@pytest.mark.parametrize("gene", ["AAA", "BBB", "CCC", "XXX"])
@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_skat_equals_its_definition(made: Made, gene: str, model: str) -> None:
    columns = np.column_stack([np.ones(len(made.age)), made.age, made.is_male])
    weighted = weighted_of(made, gene, 0.05)
    if model == "linear":
        found = sm.OLS(made.trait, columns).fit()
        residual = found.resid / np.sqrt(found.mse_resid)
        variance = np.ones(len(residual))
    else:
        mean = sm.Logit(made.is_case, columns).fit(disp=0, tol=1e-12).predict()
        residual, variance = made.is_case - mean, mean * (1 - mean)
    q, weights = by_definition(weighted, residual, variance, columns)
    trait = trait_of(made) if model == "linear" else cases_of(made)

    table = skat(made.folder, trait, ["age", "sex"], model, masks="damaging", max_frequency=0.05)

    (ours,) = table[table["gene"] == gene].to_dict("records")
    assert ours["n_variants"] == weighted.shape[1]
    assert ours["q_statistic"] == pytest.approx(q / 2, rel=1e-7)
    assert ours["p_value"] == pytest.approx(tail(np.clip(weights, 0, None), q), rel=1e-6)


def test_for_one_variant_skat_is_the_score_test_and_so_is_skat_o(made: Made) -> None:
    table = skat(made.folder, trait_of(made), masks="any", max_frequency=None,
                 regions={"one": "chr1:5003000-5003000"})  # fmt: skip
    optimal = skat(made.folder, trait_of(made), masks="any", max_frequency=None,
                   regions={"one": "chr1:5003000-5003000"}, method="skat-o")  # fmt: skip

    dosage = made.dosages[3]
    g = np.where(np.isnan(dosage), np.nanmean(dosage), dosage)
    r = np.corrcoef(g, made.trait)[0, 1]
    expected = stats.chi2.sf((len(g) - 1) * r**2, 1)
    assert table["p_value"].iloc[0] == pytest.approx(expected, rel=1e-8)
    assert optimal["p_value"].iloc[0] == pytest.approx(expected, rel=1e-6)


def test_few_people_are_exact_where_that_is_asked(made: Made) -> None:
    few = {name: value for name, value in trait_of(made).items() if int(name[1:]) < 12}
    row = int(np.nanvar(made.dosages[:90, :12], axis=1).argmax())
    place = 5_000_000 + 1000 * row

    table = skat(made.folder, few, masks="any", max_frequency=None,
                 regions={"one": f"chr1:{place}-{place}"}, small_sample=True)  # fmt: skip

    # One variant: the t-test of a regression.
    dosage = made.dosages[row, :12]
    g = np.where(np.isnan(dosage), np.nanmean(dosage), dosage)
    expected = sm.OLS(made.trait[:12], sm.add_constant(g)).fit().pvalues[-1]
    assert table["p_value"].iloc[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("n_variants", [2, 7, 40])
def test_skat_o_equals_a_simulation_of_its_definition(n_variants: int) -> None:
    rng = np.random.default_rng(n_variants)
    loose = rng.normal(size=(3 * n_variants, n_variants)) * rng.uniform(0.2, 3, n_variants)
    covariance = loose.T @ loose + 2.0
    spectrum = Spectrum.of(covariance)
    factor = np.linalg.cholesky(covariance)
    scores = 1.5 * factor @ rng.normal(size=n_variants)

    found = skat_o(scores, spectrum)

    drawn = rng.normal(size=(300_000, n_variants)) @ factor.T
    squares, sums = (drawn**2).sum(axis=1), drawn.sum(axis=1) ** 2
    is_above = np.zeros(len(drawn), bool)
    for rho in GRID:
        bound = quantile(spectrum.mixed(rho), found.p_of_rho.min(), statistic(scores, rho))
        is_above |= (1 - rho) * squares + rho * sums > bound
    error = 4 * np.sqrt(found.p_value * (1 - found.p_value) / len(drawn))
    assert found.p_value == pytest.approx(is_above.mean(), abs=error)
    assert found.p_of_rho.min() <= found.p_value <= len(GRID) * found.p_of_rho.min()


def test_a_grid_of_one_share_is_that_test(made: Made) -> None:
    plain = skat(made.folder, trait_of(made), masks="damaging", max_frequency=0.05)
    alone = skat(made.folder, trait_of(made), masks="damaging", max_frequency=0.05,
                 method="skat-o", rho=(0.0,))  # fmt: skip
    burden = skat(made.folder, trait_of(made), masks="damaging", max_frequency=0.05,
                  method="skat-o", rho=(1.0,))  # fmt: skip

    np.testing.assert_allclose(alone["p_value"], plain["p_value"], rtol=1e-9)
    sums = weighted_of(made, "AAA", 0.05).sum(axis=1)
    r = np.corrcoef(sums, made.trait)[0, 1]
    expected = stats.chi2.sf((len(sums) - 1) * r**2, 1)
    assert burden["p_value"].iloc[0] == pytest.approx(expected, rel=1e-7)


def test_under_no_association_p_values_are_uniform(made: Made) -> None:
    rng = np.random.default_rng(17)
    p = []
    for _ in range(25):
        noise = dict(zip(made.names, rng.normal(size=len(made.names)).tolist(), strict=True))
        table = skat(made.folder, noise, masks="any", max_frequency=0.3, method="skat-o")
        p += table["p_value"].tolist()

    assert stats.kstest(p, "uniform").pvalue > 1e-3
    assert min(p) > 1e-4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"method": "burden"}, "skat-o"),
        ({"rho": (0.5, 2.0)}, "from 0 to 1"),
        ({"rho": ()}, "from 0 to 1"),
        ({"small_sample": True, "method": "skat-o"}, "linear"),
    ],
)
def test_what_cannot_be_asked_is_refused(made: Made, asked: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        skat(made.folder, trait_of(made), **asked)  # type: ignore[arg-type]


def test_too_many_variants_are_told_and_not_tested(made: Made) -> None:
    table = skat(made.folder, trait_of(made), masks="any", max_frequency=None, max_variants=5)

    assert table["p_value"].isna().all()
    assert set(table["test"]) == {"none"}
    assert table.attrs["n_without_estimate"] == len(table) == 4


def test_a_cohort_is_asked_in_the_same_words(made: Made) -> None:
    cohort = Cohort(made.folder.path)
    men = cohort.individuals(sex="male")

    table = cohort.skat(men, ["age"], masks="any", max_frequency=None)

    expected = {name: float(male) for name, male in zip(made.names, made.is_male, strict=True)}
    direct = skat(made.folder, expected, ["age"], "logistic", masks="any", max_frequency=None)
    pd.testing.assert_frame_equal(table, direct)


def test_skat_o_is_found_for_sets_of_every_shape() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        n_variants = int(rng.choice([2, 3, 5, 10]))
        loose = rng.normal(size=(3 * n_variants, n_variants)) * rng.gamma(0.7, 2, n_variants)
        covariance = loose.T @ loose + rng.choice([0, 1, 20])
        factor = np.linalg.cholesky(covariance + 1e-12 * np.eye(n_variants))
        scores = factor @ rng.normal(size=n_variants) * rng.choice([0.3, 1, 2, 4])

        found = skat_o(scores, Spectrum.of(covariance))

        smallest = found.p_of_rho.min()
        assert smallest <= found.p_value <= min(1, len(GRID) * smallest) * (1 + 1e-6)
