"""Curves of survival have steps on a grid and the numbers at risk below."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace import plot
from gdi_spe.workspace.plot.drawn import drawn_on


def curves(n_groups: int = 2) -> pd.DataFrame:
    at = np.arange(0, 11, dtype=float)
    parts = [
        pd.DataFrame(
            {
                "group": f"group {g}",
                "time_years": at,
                "n_at_risk": (400 * np.exp(-at / (4 + g))).round(),
                "survival": np.exp(-at / (8 + g)),
                "lower": np.exp(-at / (8 + g)) - 0.05 * (at > 0),
                "upper": np.minimum(np.exp(-at / (8 + g)) + 0.05, 1),
            }
        )
        for g in range(n_groups)
    ]
    return pd.concat(parts, ignore_index=True)


def test_each_group_has_a_line_that_joins_the_times_of_the_grid() -> None:
    table = curves()

    axes = plot.survival(table)

    lines = [line for line in axes.lines if len(line.get_xdata()) == 11]
    assert [line.get_label() for line in lines] == ["group 0", "group 1"]
    assert {line.get_drawstyle() for line in lines} == {"default"}
    assert lines[1].get_ydata().tolist() == table["survival"].tolist()[11:]
    assert axes.get_xlabel() == "time (years)"


def test_numbers_at_risk_stand_under_their_ticks_and_touch_nothing() -> None:
    table = curves(3)

    axes = plot.survival(table, title="Death")
    axes.figure.canvas.draw()

    boxes = [Text.get_window_extent(text) for text in axes.texts]
    boxes += [axes.xaxis.label.get_window_extent()]
    boxes += [t.get_window_extent() for t in axes.get_xticklabels()]
    page = axes.figure.bbox
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(page.x0 <= b.x0 and b.x1 <= page.x1 and page.y0 <= b.y0 for b in boxes)
    words = [t.get_text() for t in axes.texts]
    assert "at risk" in words
    assert "400" in words


def test_the_comparison_of_groups_stands_in_the_legend() -> None:
    table = curves()
    table.attrs["log_rank"] = {"p_value": 0.0213}

    axes = plot.survival(table)

    assert axes.get_legend().get_title().get_text() == "log-rank p = 0.021"


@pytest.mark.parametrize(
    ("p_value", "words"), [(0.5, "0.500"), (0.0004, r"4.0$\times 10^{-4}$"), (0.0, "0")]
)
def test_p_values_are_read_as_decimals_or_powers_of_ten(p_value: float, words: str) -> None:
    from gdi_spe.workspace.plot.curves import shown_p

    assert shown_p(p_value) == words


def test_a_row_an_event_is_labelled_as_people() -> None:
    exact = curves().assign(n_events=1)

    axes = plot.survival(exact)

    assert "one mark a person: not for export" in [t.get_text() for t in axes.texts]
    assert any(each.is_of_people for each in drawn_on(axes))
    assert not any(each.is_of_people for each in drawn_on(plot.survival(curves())))


def test_an_empty_table_says_that_too_few_are_at_risk() -> None:
    axes = plot.survival(curves().iloc[:0])

    assert [t.get_text() for t in axes.texts] == ["too few individuals at risk"]


def test_too_many_groups_and_wrong_columns_are_refused() -> None:
    with pytest.raises(BadInput, match="8 groups"):
        plot.survival(curves(8))
    with pytest.raises(BadInput, match=r"no column .time_years.*time_months"):
        plot.survival(curves().rename(columns={"time_years": "time"}))
