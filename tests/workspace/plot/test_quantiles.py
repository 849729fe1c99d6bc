"""A QQ plot compares p-values with chance, and its numbers are those of the textbook."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import plot
from gdi_spe.workspace.plot.spread.quantiles import lambda_gc


def uniform(n: int, seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"p_value": np.random.default_rng(seed).random(n)})


def test_each_of_a_few_p_values_lies_over_its_expectation() -> None:
    table = pd.DataFrame({"p_value": [0.1, 0.5, 0.9, 0.01]})

    drawn = plot.data(plot.qq(table))

    assert drawn["observed"].tolist() == pytest.approx(-np.log10([0.01, 0.1, 0.5, 0.9]), abs=1e-4)
    middle = (np.arange(1, 5) - 0.5) / 4
    assert drawn["expected"].tolist() == pytest.approx(-np.log10(middle), abs=1e-4)


def test_lambda_is_the_median_statistic_over_that_of_chance() -> None:
    rng = np.random.default_rng(3)
    chi_squared = 1.2 * rng.standard_normal(20_001) ** 2

    found = lambda_gc(-np.log10(stats.chi2.sf(chi_squared, 1)))

    assert found == pytest.approx(np.median(chi_squared) / stats.chi2.median(1), rel=1e-12)


def test_lambda_stands_in_the_legend_with_the_number_of_variants() -> None:
    axes = plot.qq(uniform(5000))

    words = [t.get_text() for t in axes.get_legend().get_texts()]
    assert any(w.startswith("n = 5,000, λ = ") for w in words)


def test_the_band_holds_95_of_100_draws_of_chance_at_each_rank() -> None:
    n, draws = 200, 400
    axes = plot.qq(uniform(n))
    edges = axes.collections[0].get_paths()[0].vertices
    rng = np.random.default_rng(5)
    tenth = -np.log10(np.sort(rng.random((draws, n)), axis=1)[:, 9])

    at = edges[np.isclose(edges[:, 0], -np.log10(9.5 / n)), 1]
    inside = ((tenth >= at.min()) & (tenth <= at.max())).mean()

    assert inside == pytest.approx(0.95, abs=0.035)


def test_many_p_values_are_few_marks_and_the_smallest_are_all_there() -> None:
    table = uniform(300_000)

    drawn = plot.data(plot.qq(table))

    smallest = -np.log10(np.sort(table["p_value"])[:400])
    assert len(drawn) < 850
    assert drawn["observed"].tolist()[:400] == pytest.approx(smallest, abs=1e-4)


def test_groups_are_drawn_apart_with_their_own_lambda() -> None:
    table = pd.concat([uniform(100, 1).assign(test="wald"), uniform(300, 2).assign(test="firth")])

    axes = plot.qq(table, by="test")

    words = [t.get_text() for t in axes.get_legend().get_texts()]
    assert [w for w in words if w.startswith("firth, n = 300")]
    assert [w for w in words if w.startswith("wald, n = 100")]
    assert set(plot.data(axes)["group"]) == {"wald", "firth"}


def test_p_values_of_zero_and_missing_ones_do_not_break_it() -> None:
    table = pd.DataFrame({"p_value": [0.0, 1e-20, np.nan, 0.5, 1.0]})

    axes = plot.qq(table)

    assert len(plot.data(axes)) == 4
    assert max(np.asarray(c.get_offsets())[:, 1].max() for c in axes.collections[1:]) > 20


def test_no_p_value_at_all_is_said_on_the_picture() -> None:
    axes = plot.qq(pd.DataFrame({"p_value": [np.nan]}))

    assert [t.get_text() for t in axes.texts] == ["no p-value"]


def test_a_column_of_too_many_groups_is_refused() -> None:
    table = uniform(100).assign(rsid=[f"rs{i}" for i in range(100)])

    with pytest.raises(BadInput, match="'rsid' has 100 values"):
        plot.qq(table, by="rsid")
    with pytest.raises(BadInput, match="no column 'tset'"):
        plot.qq(table, by="tset")
