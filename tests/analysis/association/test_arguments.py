"""What a researcher may ask of an association, and what is said where it cannot be."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from gdi_spe.analysis.association import run
from gdi_spe.analysis.association.run import Kind, associate, case_control, quantitative
from gdi_spe.analysis.regression import relatives, scan
from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.regression.relatives import RelativesInModel
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import association as kernels
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.recipes import recipe_of

from .conftest import Made


def cases_of(made: Made) -> dict[str, float]:
    names = np.array(made.names)
    return case_control(names[made.is_case], names[~made.is_case])


@pytest.fixture(params=["compiled", "NumPy"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "NumPy":
        monkeypatch.setattr(kernels, "is_compiled", lambda _k: False)
    elif not kernels.is_compiled(3):
        pytest.skip("the kernels were not compiled")


def test_a_region_and_a_bound_of_frequency_leave_the_same_numbers_for_fewer_variants(
    made: Made,
) -> None:
    trait = quantitative(made.folder, "height")
    whole = associate(made.folder, trait, ["age"])

    part = associate(
        made.folder, trait, ["age"], region="chr1:5050001-5100000", min_allele_frequency=0.05
    )

    minor = np.minimum(whole["effect_allele_frequency"], 1 - whole["effect_allele_frequency"])
    inside = (whole["chromosome"] == 1) & whole["base_pair_location"].between(5050001, 5100000)
    expected = whole[inside & (minor >= 0.05)].reset_index(drop=True)
    assert 5 < len(part) < inside.sum()
    pd.testing.assert_frame_equal(part, expected, check_exact=True)


def test_blocks_do_not_change_an_answer_and_tell_of_progress(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = associate(made.folder, cases_of(made), ["age"], "logistic")
    monkeypatch.setattr(scan, "block_size", lambda _n: 37)
    monkeypatch.setattr(scan, "KEPT_BYTES", 0)
    done: list[int] = []

    part = associate(made.folder, cases_of(made), ["age"], "logistic", progress=done.append)

    pd.testing.assert_frame_equal(part, whole, check_exact=True)
    assert sum(done) == len(made.codes)
    assert max(done) <= 37


def test_of_a_large_cohort_the_calls_of_one_block_are_in_memory_at_a_time(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "block_size", lambda _n: 37)
    monkeypatch.setattr(scan, "KEPT_BYTES", 0)
    seen: list[weakref.ref[object]] = []
    most = 0
    scan_linear = kernels.linear

    def watched(calls: Calls, *words: object, **named: object) -> object:
        nonlocal most
        gc.collect()
        most = max(most, sum(each() is not None for each in seen) + 1)
        seen.append(weakref.ref(calls))
        return scan_linear(calls, *words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(kernels, "linear", watched)
    folder = CohortFolder(made.folder.path)
    table = associate(folder, quantitative(folder, "height"), min_allele_count=0)

    assert len(table) == len(made.codes)
    assert len(seen) >= len(made.codes) // 37
    assert most <= 2
    monkeypatch.setattr(type(folder), "calls", lambda *_: pytest.fail("all calls were read"))
    associate(CohortFolder(made.folder.path), quantitative(folder, "height"))


def test_an_interrupted_association_leaves_the_cohort_usable(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "block_size", lambda _n: 37)
    trait = quantitative(made.folder, "height")
    expected = associate(made.folder, trait, ["age"])

    def interrupt(_n: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        associate(made.folder, trait, ["age"], progress=interrupt)

    again = associate(made.folder, trait, ["age"])
    pd.testing.assert_frame_equal(again, expected, check_exact=True)


def test_individuals_restrict_the_model(made: Made) -> None:
    cohort = Cohort(made.folder.path)
    women = cohort.individuals(sex="female")

    table = cohort.association("height", ["age"], individuals=women)

    assert table.attrs["n"] == (~made.is_male).sum()
    row = table[table["base_pair_location"] == 5_010_000].iloc[0]
    g = np.where(made.codes[10] == 3, np.nan, made.codes[10].astype(float))
    called = ~np.isnan(g) & ~made.is_male
    columns = np.column_stack([np.ones(len(g)), made.age, g])[called]
    found = sm.OLS(made.height[called], columns).fit()
    np.testing.assert_allclose(row["beta"], found.params[-1], rtol=1e-8)
    np.testing.assert_allclose(row["p_value"], found.pvalues[-1], rtol=1e-8)


@pytest.mark.parametrize("test", ["wald", "score"])
def test_logistic_with_missing_calls_as_means_equals_statsmodels(
    made: Made, test: str, either: None
) -> None:
    table = associate(
        made.folder, cases_of(made), ["age", "sex"], "logistic", test=test, missing="mean",
        min_allele_frequency=0.1,
    )  # fmt: skip

    for row in table.iloc[1:60:8].itertuples():
        codes = made.codes[(row.base_pair_location - 5_000_000) // 1000].astype(float)
        g = np.where(codes == 3, codes[codes != 3].mean(), codes)
        covariates = np.column_stack([np.ones(len(g)), made.age, made.is_male])
        if test == "wald":
            found = sm.Logit(made.is_case, np.column_stack([covariates, g])).fit(disp=0, tol=1e-12)
            expected, error = found.params[-1], found.bse[-1]
        else:
            mean = sm.Logit(made.is_case, covariates).fit(disp=0, tol=1e-12).predict()
            inside = (covariates * (mean * (1 - mean))[:, None]).T
            explained = (inside @ g) @ np.linalg.solve(inside @ covariates, inside @ g)
            variance = (mean * (1 - mean)) @ g**2 - explained
            expected, error = g @ (made.is_case - mean) / variance, variance**-0.5
        np.testing.assert_allclose(row.beta, expected, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(row.standard_error, error, rtol=1e-8)


def test_relatives_in_the_model_are_counted_and_warned_of(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = frozenset({frozenset(made.names[:2]), frozenset((made.names[5], made.names[9]))})
    monkeypatch.setattr(relatives, "related_pairs", lambda _folder: pairs)
    trait = quantitative(made.folder, "height")

    with pytest.warns(RelativesInModel, match=r"2 pairs of relatives.*Leave relatives out"):
        table = associate(made.folder, trait)
    without = associate(made.folder, trait, individuals=set(made.names) - {"P000", "P005"})

    assert table.attrs["n_related_pairs"] == 2
    assert without.attrs["n_related_pairs"] == 0


def test_parents_children_and_siblings_of_a_pedigree_are_relatives(made: Made) -> None:
    class Folder(type(made.folder)):  # type: ignore[misc]
        def table(self, name: str) -> object:
            found = super().table(name)
            if name != "pedigree":
                return found
            rows = [
                {"individual_id": "P003", "father_id": "P001", "mother_id": "P002"},
                {"individual_id": "P004", "father_id": "P001", "mother_id": None},
            ]
            return found.from_pylist(rows, schema=found.schema)

    pairs = relatives.related_pairs(Folder(made.folder.path))

    told = {"-".join(sorted(pair)) for pair in pairs}
    assert told == {"P001-P003", "P002-P003", "P001-P004", "P003-P004"}


@pytest.mark.parametrize(
    ("words", "error", "why"),
    [
        ({"model": "poisson"}, BadInput, "model='poisson'"),
        ({"missing": "zero"}, BadInput, "missing='zero'"),
        ({"model": "logistic"}, BadInput, "the trait has other values"),
        ({"covariates": "age"}, BadInput, r"\['age'\]"),
        ({"covariates": ["agee"]}, BadInput, "Near names: age"),
        ({"individuals": ["P001", "P002"]}, TooFewPeople, "2 individuals have the trait"),
        ({"region": "19:1-2-3"}, BadInput, "19:1-2-3"),
        ({"gene": "NOGENE"}, BadInput, "NOGENE"),
    ],
)
def test_what_cannot_be_asked_is_named(
    made: Made, words: dict[str, object], error: type[BadInput], why: str
) -> None:
    with pytest.raises(error, match=why):
        associate(made.folder, quantitative(made.folder, "height"), **words)  # type: ignore[arg-type]


def test_a_recipe_tells_names_alone_and_never_values_of_people(made: Made) -> None:
    cohort = Cohort(made.folder.path)

    plain = cohort.association("height", ["age"], region="chr1", missing="mean")
    of_values = cohort.association(dict.fromkeys(made.names[:200], 1.0) | {"P000": 2.0}, ["age"])
    of_some = cohort.association("height", ["age"], individuals=made.names[:100])

    recipe = recipe_of(plain)
    assert recipe is not None
    assert recipe.function == "association"
    assert recipe.arguments["trait"] == "height"
    assert recipe.arguments["missing"] == "mean"
    assert recipe_of(of_values) is None
    assert recipe_of(of_some) is None


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_variants_of_y_are_tested_in_men_without_sex(
    made: Made, monkeypatch: pytest.MonkeyPatch, model: Kind
) -> None:
    codes = made.codes[10:40].copy()
    codes[:, ~made.is_male] = 3
    calls = Calls.of([encode(Call.of(each)) for each in codes], len(made.names))
    keys = scan._warm_keys(made.folder, "chr1").slice(10, 30)
    monkeypatch.setattr(run, "blocks", lambda *_: [scan.Block("chrY", keys, calls)])
    folder = CohortFolder(made.folder.path)
    folder.__dict__["chromosomes"] = (*made.folder.chromosomes, "chrY")
    trait = quantitative(folder, "height") if model == "linear" else cases_of(made)

    table = associate(folder, trait, ["age", "sex"], model, test="wald", min_allele_frequency=0.1)

    assert len(table) > 5
    for row in table.itertuples():
        g = made.codes[(row.base_pair_location - 5_000_000) // 1000].astype(float)
        inside = made.is_male & (g != 3)
        columns = np.column_stack([np.ones(len(g)), made.age, g])[inside]
        outcome = made.height if model == "linear" else made.is_case
        fit = sm.OLS(outcome[inside], columns).fit() if model == "linear" else sm.Logit(
            outcome[inside], columns
        ).fit(disp=0, tol=1e-12)  # fmt: skip
        np.testing.assert_allclose(row.beta, fit.params[-1], rtol=1e-7, atol=1e-9)
        assert row.n == inside.sum()


def test_too_few_cases_are_an_error_that_counts_them(made: Made) -> None:
    trait = case_control(made.names[:2], made.names[2:])

    with pytest.raises(TooFewPeople, match="2 cases and 398 controls"):
        associate(made.folder, trait, model="logistic")


def test_a_trait_that_is_the_same_for_everybody_is_refused(made: Made) -> None:
    with pytest.raises(BadInput, match="the trait is the same"):
        associate(made.folder, dict.fromkeys(made.names, 3.0))
