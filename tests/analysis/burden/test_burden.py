"""Burden tests equal statsmodels on the same collapsed variable, and count people."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from gdi_spe.analysis.burden.run import burden
from gdi_spe.analysis.regression.relatives import RelativesInModel
from gdi_spe.boundary.errors import BadInput
from gdi_spe.query.variants.matching import NotAnnotated
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.recipes import recipe_of
from tests.analysis.making import Person, Site, make

from .conftest import Made

TRUNCATING = ("stop_gained", "frameshift_variant")


def trait_of(made: Made) -> dict[str, float]:
    return dict(zip(made.names, made.trait.tolist(), strict=True))


def cases_of(made: Made) -> dict[str, float]:
    return dict(zip(made.names, made.is_case.astype(float).tolist(), strict=True))


def covariates_of(made: Made) -> np.ndarray:
    return np.column_stack([np.ones(len(made.age)), made.age, made.is_male])


def row_of(table: pd.DataFrame, gene: str, mask: str) -> pd.Series:
    (found,) = table[(table["gene"] == gene) & (table["mask"] == mask)].to_dict("records")
    return pd.Series(found)


def collapsed(made: Made, rows: list[int]) -> np.ndarray:
    return (np.nan_to_num(made.dosages[rows]) > 0).any(axis=0).astype(float)


@pytest.mark.parametrize("gene", ["AAA", "BBB", "CCC", "XXX"])
def test_a_linear_burden_equals_statsmodels_on_the_same_collapsed_variable(
    made: Made, gene: str
) -> None:
    table = burden(made.folder, trait_of(made), ["age", "sex"], masks="protein_truncating")

    rows = made.taken(gene, TRUNCATING, 0.01)
    g = collapsed(made, rows)
    found = sm.OLS(made.trait, np.column_stack([covariates_of(made), g])).fit()
    ours = row_of(table, gene, "protein_truncating")
    assert ours["n_variants"] == len(rows) > 1
    assert ours["n_carriers"] == g.sum()
    np.testing.assert_allclose(ours["beta"], found.params[-1], rtol=1e-8)
    np.testing.assert_allclose(ours["standard_error"], found.bse[-1], rtol=1e-8)
    np.testing.assert_allclose(ours["p_value"], found.pvalues[-1], rtol=1e-7)


@pytest.mark.parametrize("weights", ["uniform", "beta", "madsen-browning"])
def test_a_weighted_sum_equals_statsmodels_with_missing_calls_as_means(
    made: Made, weights: str
) -> None:
    table = burden(
        made.folder, trait_of(made), ["age", "sex"], masks={"M": ("damaging",)},
        max_frequency=0.05, statistic="sum", weights=weights,
    )  # fmt: skip

    rows = made.taken("AAA", (*TRUNCATING, "missense_variant"), 0.05)
    q = made.frequency[rows]
    alleles = 2 * (made.codes[rows] != 3).sum(axis=1)
    smoothed = (q * alleles + 1) / (alleles + 2)
    weight = {
        "uniform": np.ones(len(q)),
        "beta": stats.beta.pdf(q, 1, 25),
        "madsen-browning": (smoothed * (1 - smoothed)) ** -0.5,
    }[weights]
    filled = np.where(np.isnan(made.dosages[rows]), 2 * q[:, None], made.dosages[rows])
    found = sm.OLS(made.trait, np.column_stack([covariates_of(made), weight @ filled])).fit()
    ours = row_of(table, "AAA", "M")
    np.testing.assert_allclose(ours["beta"], found.params[-1], rtol=1e-8)
    np.testing.assert_allclose(ours["standard_error"], found.bse[-1], rtol=1e-8)


def test_the_most_alleles_of_one_variant_can_be_the_number(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks="damaging", max_frequency=None,
                   statistic="max")  # fmt: skip

    rows = made.taken("BBB", (*TRUNCATING, "missense_variant"), 1)
    g = np.nan_to_num(made.dosages[rows]).max(axis=0)
    found = sm.OLS(made.trait, np.column_stack([np.ones(len(g)), g])).fit()
    assert set(g) == {0, 1, 2}
    np.testing.assert_allclose(row_of(table, "BBB", "damaging")["beta"], found.params[-1],
                               rtol=1e-8)  # fmt: skip


def test_who_misses_a_call_leaves_where_that_is_asked(made: Made) -> None:
    table = burden(made.folder, trait_of(made), ["age", "sex"], masks="protein_truncating",
                   missing="drop")  # fmt: skip

    rows = made.taken("AAA", TRUNCATING, 0.01)
    called = ~np.isnan(made.dosages[rows]).any(axis=0)
    columns = np.column_stack([covariates_of(made), collapsed(made, rows)])[called]
    found = sm.OLS(made.trait[called], columns).fit()
    ours = row_of(table, "AAA", "protein_truncating")
    assert ours["n"] == called.sum() < len(called)
    assert ours["n_missing"] == np.isnan(made.dosages[rows]).sum()
    np.testing.assert_allclose(ours["beta"], found.params[-1], rtol=1e-8)


def test_a_logistic_burden_equals_statsmodels_and_counts_both_groups(made: Made) -> None:
    table = burden(made.folder, cases_of(made), ["age", "sex"], "logistic",
                   masks="protein_truncating", max_frequency=0.05, test="wald")  # fmt: skip

    for gene in ("AAA", "BBB", "CCC"):
        g = collapsed(made, made.taken(gene, TRUNCATING, 0.05))
        columns = np.column_stack([covariates_of(made), g])
        found = sm.Logit(made.is_case, columns).fit(disp=0, method="newton", tol=1e-12)
        ours = row_of(table, gene, "protein_truncating")
        np.testing.assert_allclose(ours["beta"], found.params[-1], rtol=1e-8)
        np.testing.assert_allclose(ours["standard_error"], found.bse[-1], rtol=1e-8)
        assert ours["n_carriers_cases"] == g[made.is_case].sum()
        assert ours["n_carriers_controls"] == g[~made.is_case].sum()
    assert table.attrs["n_cases"] == made.is_case.sum()
    assert (table["n_cases"] == made.is_case.sum()).all()
    dropped = burden(made.folder, cases_of(made), ["age"], "logistic", missing="drop",
                     masks="protein_truncating", max_frequency=0.05, test="wald")  # fmt: skip
    called = ~np.isnan(made.dosages[made.taken("AAA", TRUNCATING, 0.05)]).any(axis=0)
    ours = row_of(dropped, "AAA", "protein_truncating")
    assert ours["n_cases"] == made.is_case[called].sum()
    assert ours["n_controls"] == (~made.is_case)[called].sum()


def test_few_carriers_among_cases_are_fitted_by_firth_and_said_so(made: Made) -> None:
    table = burden(made.folder, cases_of(made), ["age"], "logistic", masks=("damaging", "any"),
                   max_frequency=(0.01, 0.3))  # fmt: skip

    small = table["p_value"] < 0.05
    fewest = np.minimum(
        table["n_carriers_cases"], table.attrs["n_cases"] - table["n_carriers_cases"]
    )
    assert (table["test"] == "firth").any()
    assert (fewest[table["test"] == "firth"] < 20).all()
    assert (fewest[table["test"] == "wald"] >= 20).all()
    assert set(table["test"][~small & table["p_value"].notna()]) == {"score"}
    assert set(table["test"][table["p_value"].isna()]) <= {"none"}


def test_a_variant_counts_in_each_of_its_genes_by_what_it_does_there(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks="missense", max_frequency=None)

    in_both = [row for row, told in enumerate(made.genes) if len(told) == 2]
    assert any(made.genes[row]["AAA"] == "stop_gained" for row in in_both[:3])
    for gene in ("AAA", "CCC"):
        ours = row_of(table, gene, "missense")
        assert ours["n_variants"] == len(made.taken(gene, ("missense_variant",), 1))


def test_families_are_counted_once(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks="any", max_frequency=None)

    for gene in ("AAA", "BBB"):
        rows = [row for row, told in enumerate(made.genes) if gene in told]
        carriers = np.flatnonzero(collapsed(made, rows))
        families = {f"F{at // 10}" if at < 40 else at for at in carriers.tolist()}
        ours = row_of(table, gene, "any")
        assert ours["n_carriers"] == len(carriers)
        assert ours["n_carrier_families"] == len(families) < len(carriers)


def test_masks_are_crossed_with_bounds_and_frequencies_are_of_the_model(made: Made) -> None:
    half = {name: value for name, value in trait_of(made).items() if int(name[1:]) < 150}

    table = burden(made.folder, half, masks=("missense", "damaging"), max_frequency=(0.01, 0.1))

    part = made.dosages[:, :150]
    frequency = np.nansum(part, axis=1) / 2 / (~np.isnan(part)).sum(axis=1)
    rows = [
        row for row, told in enumerate(made.genes)
        if told.get("AAA") == "missense_variant" and 0 < frequency[row] <= 0.01
    ]  # fmt: skip
    ours = table[(table["gene"] == "AAA") & (table["mask"] == "missense")]
    assert ours["max_frequency"].tolist() == [0.01, 0.1]
    assert ours["n_variants"].iloc[0] == len(rows)
    assert ours["n"].tolist() == [150, 150]


def test_regions_stand_in_for_genes(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks="any", max_frequency=None,
                   regions={"left": "chr1:5000000-5009000", "x": "chrX"})  # fmt: skip

    assert table["region"].tolist() == ["left", "x"]
    assert table["n_variants"].iloc[0] == (np.nansum(made.dosages[:10], axis=1) > 0).sum()
    assert table["chromosome"].tolist() == [1, 23]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"masks": "protein_trunkating"}, "protein_truncating"),
        ({"gene": ["AAAA"]}, "AAA"),
        ({"weights": "beta"}, "sum"),
        ({"max_frequency": 0}, "Above 0"),
        ({"model": "cox"}, "linear or logistic"),
        ({"statistic": "mean"}, "collapse"),
        ({"gene": ["AAA"], "regions": {"a": "chr1"}}, "one of them"),
        ({"statistic": "sum", "weights": lambda q: -np.ones(len(q))}, "at least 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(
    made: Made, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        burden(made.folder, trait_of(made), **asked)  # type: ignore[arg-type]


def test_parts_of_memory_change_nothing(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from gdi_spe.analysis.burden import collapsing

    whole = burden(made.folder, trait_of(made), masks=("damaging", "any"))
    monkeypatch.setattr(collapsing, "_VARIANTS_AT_ONCE", 7)
    monkeypatch.setattr(collapsing, "_CELLS_AT_ONCE", 700)
    told: list[int] = []

    parts = burden(made.folder, trait_of(made), masks=("damaging", "any"), progress=told.append)

    pd.testing.assert_frame_equal(whole, parts, rtol=1e-12)
    assert sum(told) == len(made.codes)
    assert len(told) > 3


def test_a_selection_of_cases_is_a_trait(made: Made) -> None:
    cohort = Cohort(made.folder.path)
    men = cohort.individuals(sex="male")

    table = cohort.burden(men, masks="protein_truncating", max_frequency=0.05)

    assert table.attrs["n_cases"] == made.is_male.sum()
    assert table.attrs["model"] == "logistic"
    g = collapsed(made, made.taken("AAA", TRUNCATING, 0.05))
    ours = row_of(table, "AAA", "protein_truncating")
    assert ours["n_carriers_cases"] == g[made.is_male].sum()


def test_only_those_who_are_asked_are_in_the_model(made: Made) -> None:
    cohort = Cohort(made.folder.path)
    men = cohort.individuals(sex="male")

    table = cohort.burden(trait_of(made), individuals=men, masks="any", max_frequency=None)

    by_hand = {name: value for name, value in trait_of(made).items() if name in men.ids}
    expected = burden(made.folder, by_hand, masks="any", max_frequency=None)
    assert table.attrs["n"] == made.is_male.sum()
    np.testing.assert_allclose(table["p_value"], expected["p_value"])


def test_relatives_in_the_model_are_warned_of(made: Made, tmp_path: Path) -> None:
    people = [Person(f"P{number}") for number in range(12)]
    site = Site("chr1", 100, "A", "G", ["0/1"] * 5 + ["0/0"] * 7, {"AAA": "stop_gained"})
    pedigree = [{"individual_id": "P0", "father_id": "P1", "mother_id": None, "family_id": "F"}]
    folder = make(tmp_path, people, [site], {"pedigree": pedigree})
    trait = {person.id: float(at % 5) for at, person in enumerate(people)}

    with pytest.warns(RelativesInModel, match="1 pairs"):
        table = burden(folder, trait, masks="any", max_frequency=None)

    assert table.attrs["n_related_pairs"] == 1


def test_threads_change_nothing(made: Made, tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text(
        "import os, sys\n"
        "os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[2])])\n"
        "from gdi_spe.analysis.burden.run import burden\n"
        "from gdi_spe.analysis.skat.run import skat\n"
        "from gdi_spe.store.folder import CohortFolder\n"
        "folder = CohortFolder(sys.argv[1])\n"
        "ids = folder.samples['individual_id'].to_pylist()\n"
        "trait = {name: float(at % 7) for at, name in enumerate(ids)}\n"
        "for found in (burden(folder, trait, ['age'], masks='any', statistic='sum'),\n"
        "              skat(folder, trait, ['age'], masks='any', method='skat-o')):\n"
        "    print(found['p_value'].map('{:.12e}'.format).tolist())\n"
    )

    said = [
        subprocess.run(
            [sys.executable, str(script), str(made.folder.path), n],
            env=os.environ | {"OPENBLAS_NUM_THREADS": n},
            capture_output=True, text=True, check=True,
        ).stdout
        for n in ("1", "2")
    ]  # fmt: skip

    assert said[0] == said[1]
    assert said[0].count("e-") >= 4


def test_a_result_of_names_alone_carries_its_recipe(made: Made) -> None:
    cohort = Cohort(made.folder.path)

    named = cohort.burden("age", ["sex"], masks="any", max_frequency=None)
    tested = cohort.skat("age", ["sex"], masks="any", max_frequency=None)
    given = cohort.burden(trait_of(made), ["sex"], masks="any", max_frequency=None)

    recipe = recipe_of(named)
    assert recipe is not None
    assert recipe.function == "burden"
    assert recipe.arguments["trait"] == "age"
    assert getattr(recipe_of(tested), "function", None) == "skat"
    assert recipe_of(given) is None


def test_who_interrupts_can_go_on(made: Made) -> None:
    def interrupt(_n: int) -> None:
        raise KeyboardInterrupt

    before = burden(made.folder, trait_of(made), masks="any")
    with pytest.raises(KeyboardInterrupt):
        burden(made.folder, trait_of(made), masks="any", progress=interrupt)

    pd.testing.assert_frame_equal(burden(made.folder, trait_of(made), masks="any"), before)


def test_without_annotations_no_gene_can_be_tested(tmp_path: Path) -> None:
    people = [Person(f"P{number}") for number in range(12)]
    bare = make(tmp_path, people, [Site("chr1", 100, "A", "G", ["0/1"] * 5 + ["0/0"] * 7)])
    trait = {person.id: float(at % 5) for at, person in enumerate(people)}

    with pytest.raises(NotAnnotated, match="consequence"):
        burden(bare, trait)
    with pytest.raises(NotAnnotated, match="gene"):
        burden(bare, trait, masks="any")
    by_region = burden(bare, trait, masks="any", max_frequency=None, regions={"all": "chr1"})

    assert by_region["n_carriers"].tolist() == [5]


def test_a_result_without_rows_has_its_columns(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks="splice_donor_variant")

    assert table.empty
    assert {"gene", "mask", "n_variants", "p_value"} <= set(table.columns)
