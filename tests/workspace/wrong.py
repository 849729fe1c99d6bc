"""What nobody means to give to a function, and how it must be told."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gdi_spe.boundary.errors import BadInput, SpeError


def wrong_values(other: Any) -> dict[str, Any]:
    """Return values of every kind, a selection of another cohort too."""
    return {
        "None": None,
        "a word": "nope",
        "no text": "",
        "bytes": b"x",
        "a path": Path("nope"),
        "an empty list": [],
        "a list of numbers": [1, 2],
        "a list of words": ["nope", "x"],
        "a small number": 3,
        "a negative number": -1,
        "a large number": 10**9,
        "a share": 1.5,
        "no number": float("nan"),
        "no end": float("inf"),
        "a flag": True,
        "an object": object(),
        "a class": int,
        "objects by name": {"a": object()},
        "numbers by name": {"a": 1},
        "nothing by name": {},
        "an empty table": pd.DataFrame(),
        "a table": pd.DataFrame({"a": [1.5, 2.0]}),
        "a column": pd.Series([1.0, 2.0]),
        "an array": np.arange(4.0),
        "a matrix": np.zeros((2, 2)),
        "others": other.individuals(sex="female"),
        "others by name": {"a": other.individuals(sex="female")},
    }


def said_badly(
    function: Callable[..., Any], given: tuple[object, ...], named: dict[str, Any]
) -> str:
    """Return what a call raised that a researcher cannot act on; nothing where all is well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(*given, **named)
        except BadInput as error:
            if not error.remedy:
                return f"no remedy: {error}"
            return f"an address: {error}" if " object at 0x" in str(error) else ""
        except SpeError:
            return ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return ""
