"""People are told by a panel of other people, and who is of none of its populations is unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from gdi_spe.analysis.structure.assignment import PanelHardlySeen, assign_populations
from gdi_spe.analysis.structure.panel import POPULATIONS, WEIGHTS, Panel, make_panel
from gdi_spe.analysis.structure.pca import TooLittleToTell
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from tests.analysis.from_codes import make_cohort

N_VARIANTS, N_EACH = 1500, 60
NAMES = ("EST", "FIN", "LVA")
PLACES = [("chr3", 1_000_000 + 20_000 * row, "A", "G") for row in range(N_VARIANTS)]


@pytest.fixture(scope="module")
def shares() -> NDArray[np.float64]:
    """Allele frequencies of four populations; the last is of no panel."""
    rng = np.random.default_rng(7)
    ancestral = rng.uniform(0.15, 0.85, N_VARIANTS)
    return np.clip(ancestral + rng.normal(0, 0.09, (4, N_VARIANTS)), 0.03, 0.97)


def people(shares: NDArray[np.float64], of: list[int], seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    found = rng.binomial(2, shares[of].T).astype(np.uint8)
    found[rng.random(found.shape) < 0.02] = 3
    return found


@pytest.fixture(scope="module")
def panel(shares: NDArray[np.float64], tmp_path_factory: pytest.TempPathFactory) -> Panel:
    of = [number for number in range(3) for _ in range(N_EACH)]
    folder = make_cohort(
        tmp_path_factory.mktemp("panel"), PLACES, people(shares, of, 1),
        populations=[NAMES[number] for number in of],
    )  # fmt: skip
    with pytest.warns(match="distant relatives may be left"):
        return make_panel(folder, n_components=3)


@pytest.fixture(scope="module")
def cohort(shares: NDArray[np.float64], tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    """Ten of each population of the panel, ten of another, and ten with parents of two."""
    of = [number for number in range(4) for _ in range(10)]
    pure = people(shares, of, 2)
    mixed = people((shares[[0]] + shares[[1]]) / 2, [0] * 10, 3)
    root = tmp_path_factory.mktemp("assigned")
    return make_cohort(root, PLACES, np.concatenate([pure, mixed], axis=1))


def elsewhere(panel: Panel, which: NDArray[np.bool_]) -> Panel:
    """Put some of a panel's variants where the cohort has none."""
    weights = panel.weights.assign(position=panel.weights["position"] + which)
    return Panel(panel.assembly, weights, panel.populations, panel.centres, panel.spreads)


def test_each_is_told_by_others_of_the_same_population(panel: Panel, cohort: CohortFolder) -> None:
    table = assign_populations(cohort, panel)

    for number, name in enumerate(NAMES):
        assert table["population"].iloc[10 * number : 10 * number + 10].eq(name).mean() >= 0.9
    chances = table[[f"p_{name}" for name in NAMES]]
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    np.testing.assert_allclose(chances.max(axis=1), table["probability"])


def test_who_is_of_none_or_of_two_is_unknown(panel: Panel, cohort: CohortFolder) -> None:
    table = assign_populations(cohort, panel)

    assert table["population"].iloc[30:].eq("unknown").mean() >= 0.9
    assert table["distance"].iloc[30:40].min() > table["distance"].iloc[:30].median()


def test_few_are_far_from_their_own_centre(panel: Panel, cohort: CohortFolder) -> None:
    """Those whom the directions were not made of lie where others of their population lie."""
    table = assign_populations(cohort, panel).iloc[:30]

    # the mean of a squared distance in three dimensions is three
    assert 1.5 < (table["distance"] ** 2).mean() < 6


def test_half_of_the_variants_give_nearly_the_same_coordinates(
    panel: Panel, cohort: CohortFolder
) -> None:
    whole = assign_populations(cohort, panel)
    half = elsewhere(panel, np.arange(len(panel.weights)) % 2 > 0)

    found = assign_populations(cohort, half)

    assert found.attrs["n_variants"] == (len(panel.weights) + 1) // 2
    for name in ("PC1", "PC2"):
        assert np.corrcoef(whole[name], found[name])[0, 1] > 0.95
        assert found[name].std() == pytest.approx(whole[name].std(), rel=0.15)


def test_a_panel_comes_back_as_it_was_written(
    panel: Panel, cohort: CohortFolder, tmp_path: Path
) -> None:
    panel.save(tmp_path / "panel")

    found = Panel.load(tmp_path / "panel")

    pd.testing.assert_frame_equal(
        assign_populations(cohort, found), assign_populations(cohort, panel)
    )
    told = pq.read_table(tmp_path / "panel" / POPULATIONS)
    assert told.column_names == ["population", "centre", "covariance"], "nobody is in it"


def test_what_is_no_panel_is_refused(panel: Panel, cohort: CohortFolder, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no panel"):
        Panel.load(tmp_path)
    panel.save(tmp_path / "panel")
    weights = pq.read_table(tmp_path / "panel" / WEIGHTS)
    pq.write_table(weights.drop_columns(["frequency"]), tmp_path / "panel" / WEIGHTS)
    with pytest.raises(BadInput, match="lacks frequency"):
        Panel.load(tmp_path / "panel")
    other = Panel("GRCh37", panel.weights, panel.populations, panel.centres, panel.spreads)
    with pytest.raises(BadInput, match="GRCh37"):
        assign_populations(cohort, other)


def test_a_panel_that_is_not_seen_tells_nothing(panel: Panel, cohort: CohortFolder) -> None:
    few = elsewhere(panel, np.full(len(panel.weights), True))
    some = elsewhere(panel, np.arange(len(panel.weights)) % 3 > 0)

    with pytest.raises(TooLittleToTell, match="0 variants"):
        assign_populations(cohort, few)
    with pytest.warns(PanelHardlySeen, match="33%"):
        assign_populations(cohort, some)
