"""P-values of dependent tests combine to one that keeps its error rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gdi_spe.analysis.burden.combined import cauchy, combined
from gdi_spe.analysis.burden.run import burden
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.cohort.opened import Cohort

from .conftest import Made
from .test_burden import trait_of

P = st.floats(1e-200, 0.999)


@given(P, st.integers(1, 9))
def test_one_p_value_however_often_said_is_itself(p: float, n: int) -> None:
    assert cauchy(np.full(n, p)) == pytest.approx(p, rel=1e-9)


@given(st.lists(P, min_size=2, max_size=9))
def test_it_is_that_of_a_mean_of_cauchy_variables(p: list[float]) -> None:
    values = np.array(p)

    found = cauchy(values)

    mean = np.mean([stats.cauchy.isf(each) for each in p])
    assert found == pytest.approx(stats.cauchy.sf(mean), rel=1e-6)
    assert values.min() <= found * len(p) * 1.001
    assert cauchy(np.append(values, np.nan)) == found


def test_it_keeps_its_error_rate_where_tests_depend() -> None:
    rng = np.random.default_rng(8)
    shared = rng.normal(size=(200_000, 1))
    p = 2 * stats.norm.sf(np.abs(0.8 * shared + 0.6 * rng.normal(size=(200_000, 4))))

    found = np.array([cauchy(row) for row in p[:60_000]])

    for level in (0.01, 0.001):
        share = (found < level).mean()
        assert share == pytest.approx(level, abs=4 * np.sqrt(level / len(found)) + 0.15 * level)


def test_a_gene_has_one_p_value_of_all_its_masks(made: Made) -> None:
    table = burden(made.folder, trait_of(made), masks=("missense", "damaging", "any"))
    cohort = Cohort(made.folder.path)

    found = cohort.combine(table, table[table["mask"] == "any"])

    for row in found.to_dict("records"):
        own = table[table["gene"] == row["gene"]]
        expected = [*own["p_value"], *own[own["mask"] == "any"]["p_value"]]
        assert row["n_tests"] == np.isfinite(expected).sum()
        assert row["p_value"] == pytest.approx(cauchy(np.array(expected)))
    assert sorted(found["gene"]) == ["AAA", "BBB", "CCC", "XXX"]


def test_genes_and_regions_do_not_mix(made: Made) -> None:
    genes = burden(made.folder, trait_of(made), masks="any")
    regions = burden(made.folder, trait_of(made), masks="any", regions={"a": "chr1"})

    with pytest.raises(BadInput, match="all of regions"):
        combined(genes, regions)
    with pytest.raises(BadInput, match="no table"):
        combined()
    with pytest.raises(BadInput, match="burden and skat"):
        combined(pd.DataFrame({"p_value": [0.5]}))
