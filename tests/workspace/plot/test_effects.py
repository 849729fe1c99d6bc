"""Estimates are drawn where they are, with limits, and written beside so that they are read."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import plot


def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": ["age", "sex=male", "nobody"],
            "beta": [0.1, -0.5, np.nan],
            "standard_error": [0.05, 0.2, np.nan],
            "p_value": [0.04, 0.0000012, np.nan],
        }
    )


def words(axes: object) -> list[str]:
    return [text.get_text() for text in axes.texts]  # type: ignore[attr-defined]


def test_limits_are_those_of_the_standard_error() -> None:
    drawn = plot.data(plot.forest(estimates()))

    assert drawn["ci_lower"].tolist()[:2] == pytest.approx([0.1 - 0.098, -0.5 - 0.392], abs=1e-4)
    assert drawn["ci_upper"].tolist()[:2] == pytest.approx([0.1 + 0.098, -0.5 + 0.392], abs=1e-4)


def test_a_logistic_table_is_drawn_as_odds_ratios_on_a_log_scale() -> None:
    table = estimates()
    table.attrs["model"] = "logistic"

    axes = plot.forest(table)

    assert axes.get_xlabel() == "odds ratio"
    assert axes.get_xscale() == "log"
    assert plot.data(axes)["estimate"][1] == pytest.approx(np.exp(-0.5))
    assert plot.forest(table, as_ratio=False).get_xlabel() == "effect (β)"


def test_ratios_with_their_own_limits_are_drawn_as_they_are() -> None:
    table = pd.DataFrame(
        {"gene": ["A", "B"], "hazard_ratio": [1.2, 0.8], "ci_lower": [1.1, 0.5],
         "ci_upper": [1.3, 1.4], "is_summary": [False, True]}
    )  # fmt: skip

    axes = plot.forest(table)

    assert axes.get_xlabel() == "hazard ratio"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["A", "B"]
    assert words(axes) == ["95 % limits", "1.20 (1.10 to 1.30)", "0.80 (0.50 to 1.40)"]


def test_numbers_stand_beside_their_rows_and_touch_nothing() -> None:
    axes = plot.forest(estimates(), title="Height")
    axes.figure.canvas.draw()

    boxes = [Text.get_window_extent(text) for text in axes.texts if text.get_text()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(b.x1 <= axes.figure.bbox.x1 for b in boxes)
    assert "no estimate" in words(axes)
    assert r"1.2$\times 10^{-6}$" in words(axes)


@pytest.mark.parametrize("spread", [0.01, 0.3, 3.0, 30.0])
def test_a_log_scale_has_a_few_ticks_that_do_not_touch(spread: float) -> None:
    table = pd.DataFrame({"term": ["a", "b"], "beta": [-spread, spread], "standard_error": 0.01})

    axes = plot.forest(table, as_ratio=True)
    axes.figure.canvas.draw()

    low, high = axes.get_xlim()
    shown = [t for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
    boxes = [Text.get_window_extent(t) for t in shown]
    assert 1 <= len(boxes) <= 9
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_too_many_rows_no_rows_and_wrong_columns() -> None:
    table = estimates()

    with pytest.raises(BadInput, match="61 rows"):
        plot.forest(pd.concat([table] * 21).iloc[:61])
    with pytest.raises(BadInput, match="no column 'label'"):
        plot.forest(table.drop(columns="term"))
    with pytest.raises(BadInput, match="no column 'standard_error'"):
        plot.forest(table.drop(columns="standard_error"))
    assert words(plot.forest(table.iloc[:0])) == ["no estimate"]


def traits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trait": [f"trait {i}" for i in range(40)],
            "organ": ["bone", "blood"] * 20,
            "p_value": [1e-9, 0.0, *np.linspace(0.01, 1, 37), np.nan],
            "beta": [1.0, -1.0] * 20,
        }
    )


def test_traits_stand_by_group_and_the_strongest_are_named() -> None:
    axes = plot.phewas(traits(), group="organ")

    assert [t.get_text() for t in axes.get_xticklabels()] == ["blood", "bone"]
    assert set(words(axes)) == {"trait 0", "trait 1"}
    assert len(plot.data(axes)) == 39


def test_the_line_of_many_traits_is_divided_by_their_number() -> None:
    axes = plot.phewas(traits())

    line = axes.lines[0].get_ydata()[0]
    assert line == pytest.approx(-np.log10(0.05 / 39))


def test_traits_in_too_many_groups_are_refused() -> None:
    table = traits().assign(organ=[f"o{i}" for i in range(40)])

    with pytest.raises(BadInput, match="39 groups of traits"):
        plot.phewas(table, group="organ")
