"""Whatever is given to a picture, what goes wrong is told in words."""

from __future__ import annotations

import inspect
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import gdi_spe as spe
from gdi_spe.boundary.errors import BadInput, SpeError

WRONG = {
    "None": None,
    "a word": "nonsense",
    "no text": "",
    "an empty list": [],
    "a number": -5,
    "no number": float("nan"),
    "an object": object(),
    "a list of numbers": [1, 2],
    "objects by name": {"a": object()},
    "an empty table": pd.DataFrame(),
    "a column": pd.Series([1.0]),
}
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


def told(name: str, arguments: dict[str, Any]) -> str:
    """Return what a picture raised that is no error of this library; nothing where all is well."""
    try:
        getattr(spe.plot, name)(**arguments)
    except SpeError:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        plt.close("all")
    return ""


@pytest.mark.parametrize("name", NAMES)
def test_no_wrong_kind_of_argument_breaks_a_picture_deep_inside(name: str) -> None:
    words = inspect.signature(getattr(spe.plot, name)).parameters.values()
    given = {each.name: results() for each in words if each.name in DRAWN}

    broken = {
        f"{each.name} is {what}": why
        for each in words
        for what, value in WRONG.items()
        if each.name not in DRAWN and (why := told(name, {**given, each.name: value}))
    }

    assert broken == {}


def test_what_is_no_axes_is_told_of() -> None:
    with pytest.raises(BadInput, match="a Figure is no axes"):
        spe.plot.qq(results(), plt.figure())
    plt.close("all")


def test_an_argument_that_a_picture_does_not_take_is_told_with_near_names() -> None:
    with pytest.raises(BadInput, match="Near it: threshold"):
        spe.plot.manhattan(results(), treshold=1e-6)
