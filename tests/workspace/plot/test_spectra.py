"""A frequency spectrum counts variants by the frequency of their rarer allele."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gdi_spe.workspace import plot


def test_each_variant_that_varies_is_counted_once_in_its_group() -> None:
    table = pd.DataFrame(
        {"group": ["a"] * 5 + ["b"] * 2, "allele_frequency": [0.1, 0.9, 0.5, 0, 1, np.nan, 0.2]}
    )

    drawn = plot.data(plot.frequency_spectrum(table))

    assert drawn.groupby("group")["n_variants"].sum().to_dict() == {"a": 3, "b": 1}
    tenth = drawn[(drawn["from_frequency"] < 0.1) & (drawn["to_frequency"] > 0.1)]
    assert tenth.set_index("group")["n_variants"].to_dict() == {"a": 2, "b": 0}


def test_groups_of_one_spectrum_have_their_own_lines() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"group": np.repeat([f"g{i}" for i in range(9)], 50), "allele_frequency": rng.random(450)}
    )

    axes = plot.frequency_spectrum(table, as_shares=True)

    styles = {(line.get_color(), line.get_linestyle()) for line in axes.lines}
    assert len(styles) == 9
    assert axes.get_ylabel() == "share of variants"


def test_nothing_that_varies_is_said_on_the_picture() -> None:
    axes = plot.frequency_spectrum(pd.DataFrame({"allele_frequency": [0.0, 1.0, np.nan]}))

    assert [t.get_text() for t in axes.texts] == ["no variant"]
