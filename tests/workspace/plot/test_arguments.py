"""Whatever is given to a picture, what goes wrong is told in words."""

from __future__ import annotations

import inspect

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import gdi_spe as spe
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.cohort.opened import Cohort
from tests.workspace.wrong import said_badly, wrong_values

NAMES = [name for name in spe.plot.__all__ if callable(getattr(spe.plot, name))]
# What is drawn: told apart from tables in the tests of each picture.
DRAWN = {"results", "table", "frequencies", "components", "above", "below", "picture"}


def results() -> pd.DataFrame:
    n = 40
    return pd.DataFrame({
        "chromosome": 1, "base_pair_location": np.arange(1, n + 1) * 1000,
        "effect_allele": "A", "other_allele": "G", "p_value": np.linspace(0.001, 1, n),
        "beta": 0.1, "standard_error": 0.05, "gene": "MADE", "trait": "made",
        "allele_frequency": np.linspace(0.01, 0.5, n), "allele_count": 4, "allele_number": 80,
        "PC1": np.linspace(-1, 1, n), "PC2": np.linspace(1, -1, n), "population": "all",
    })  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_argument_of_a_picture_is_told_with_a_remedy(name: str, cohort: Cohort) -> None:
    words = inspect.signature(getattr(spe.plot, name)).parameters.values()
    given = {each.name: results() for each in words if each.name in DRAWN}

    broken = {
        f"{each.name} is {what}": why
        for each in words
        for what, value in wrong_values(cohort).items()
        if (why := said_badly(getattr(spe.plot, name), (), {**given, each.name: value}))
    }
    plt.close("all")

    assert broken == {}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("data", "survival")])
@pytest.mark.parametrize("nothing", ["no row", "no number"])
def test_of_nothing_a_picture_is_empty_axes(name: str, nothing: str) -> None:
    empty = results().head(0) if nothing == "no row" else results().assign(p_value=np.nan)
    words = inspect.signature(getattr(spe.plot, name)).parameters

    axes = getattr(spe.plot, name)(**{word: empty for word in words if word in DRAWN})

    assert axes.get_xlabel() or axes.get_ylabel()
    plt.close("all")


def test_what_is_no_axes_is_told_of() -> None:
    with pytest.raises(BadInput, match="a Figure is no axes"):
        spe.plot.qq(results(), plt.figure())
    plt.close("all")


def test_an_argument_that_a_picture_does_not_take_is_told_with_near_names() -> None:
    with pytest.raises(BadInput, match="Near it: threshold"):
        spe.plot.manhattan(results(), treshold=1e-6)
