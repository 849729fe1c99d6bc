"""Components are drawn as cells of enough people, and a mark a person is labelled as such."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import plot
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.plot.drawn import drawn_on


def components(n: int = 900, seed: int = 0) -> tuple[pd.DataFrame, dict[str, str]]:
    rng = np.random.default_rng(seed)
    group = rng.choice(["EST", "FIN", "LVA"], n)
    middle = {"EST": (0, 0), "FIN": (5, 2), "LVA": (-3, 4)}
    places = np.array([middle[each] for each in group]) + rng.normal(0, 0.7, (n, 2))
    table = pd.DataFrame(places, columns=["PC1", "PC2"], index=[f"I{i}" for i in range(n)])
    return table, dict(zip(table.index, group, strict=True))


def test_no_mark_is_a_person_and_no_cell_of_few_people_is_drawn() -> None:
    table, _ = components()

    axes = plot.pca(table, minimum=10)

    drawn = next(iter(drawn_on(axes)))
    assert not drawn.is_of_people
    assert (drawn.table["n_individuals"] >= 10).all()
    assert drawn.table["n_individuals"].sum() >= 0.8 * len(table)
    cells = axes.collections[0].get_array()
    assert np.ma.count(np.ma.masked_invalid(cells)) == len(drawn.table)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 30), st.integers(0, 99))
def test_every_shown_number_is_at_least_the_minimum(n: int, least: int, seed: int) -> None:
    from matplotlib import pyplot as plt

    table, group = components(n, seed)

    axes = plot.pca(table, by=group, minimum=least)

    assert (plot.data(axes)["n_individuals"] >= least).all()
    assert plot.data(axes)["n_individuals"].sum() <= n
    plt.close("all")


def test_the_policy_says_how_few_are_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDI_SPE_POLICY", "gdi-default")
    table, _ = components(60)

    axes = plot.pca(table)

    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert told[0].startswith("10–")
    assert told[-1] == "blank: too few"


def test_groups_come_from_labels_a_column_or_selections(cohort: Cohort) -> None:
    table, group = components()
    ids = cohort.individuals().ids
    own = pd.DataFrame({"PC1": np.arange(12.0), "PC2": np.arange(12.0)}, index=ids)
    by_sex = {sex: cohort.individuals(sex=sex) for sex in ("female", "male")}

    by_label = plot.data(plot.pca(table, by=group, minimum=5))
    by_column = plot.data(plot.pca(table.assign(group=pd.Series(group)), by="group", minimum=5))
    by_selection = plot.data(plot.pca(own, by=by_sex, minimum=1))

    assert by_label.equals(by_column)
    assert by_selection.groupby("group")["n_individuals"].sum().to_dict() == {
        "female": 6, "male": 5
    }  # fmt: skip


def test_points_are_labelled_as_people_and_known_as_such() -> None:
    table, group = components(50)

    axes = plot.pca(table, by=group, points=True)

    assert "one mark a person: not for export" in [t.get_text() for t in axes.texts]
    assert all(each.is_of_people for each in drawn_on(axes))
    assert len(plot.data(axes)) == 50


def test_nobody_and_the_unknown_are_no_error() -> None:
    table, _ = components(30)
    table.iloc[:5] = np.nan

    some, none = plot.pca(table, minimum=1), plot.pca(table.iloc[:5], minimum=1)

    assert plot.data(some)["n_individuals"].sum() == 25
    assert [t.get_text() for t in none.texts] == ["nobody"]


def test_wrong_columns_and_too_many_groups_are_refused() -> None:
    table, _ = components(30)

    with pytest.raises(BadInput, match="no column 'PC3'"):
        plot.pca(table, x="PC3")
    with pytest.raises(BadInput, match="30 groups"):
        plot.pca(table, by={name: name for name in table.index}, minimum=1)
