"""Tables of results: text shares the bytes of the store's own columns, numbers are not copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.analysis.variants.choice import KEYS, Chosen

_AT_ONCE = 1 << 16  # rows
Column = Any  # an array of numbers, or a column of text as Arrow has it


@cache
def text_type() -> pd.StringDtype:
    """Return the type that text has in pandas 3, in pandas 2 as well."""
    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2.2
        return pd.StringDtype("pyarrow_numpy")


@lru_cache(maxsize=32)
def _repeated(value: str) -> pa.LargeStringArray:
    return pa.repeat(pa.scalar(value, pa.large_string()), _AT_ONCE)


def constant(value: str, n: int) -> pa.ChunkedArray:
    """Return one word many times, in memory once."""
    word = _repeated(value)
    whole, rest = divmod(n, _AT_ONCE)
    return pa.chunked_array([word] * whole + [word.slice(0, rest)], pa.large_string())


def each_times(values: Sequence[int], n: int) -> NDArray[np.int64]:
    """Return each number n times, one after the other."""
    out = np.empty((len(values), n), np.int64)
    out[:] = np.array(values, np.int64)[:, None]
    return out.reshape(-1)


def joined(parts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Put columns one below the other without copying them."""
    chunks = [chunk for part in parts for chunk in part.chunks]
    return pa.chunked_array(chunks, pa.large_string())


def key_columns(found: Sequence[Chosen], times: int = 1) -> dict[str, Column]:
    """Return what names the chosen variants, all of them so many times over."""
    names = [constant(each.chromosome, each.keys.num_rows) for each in found]
    out: dict[str, Column] = {KEYS[0]: joined(names * times)}
    for name in KEYS[1:]:
        parts = [each.keys[name] for each in found]
        if name == "position":
            places = [np.zeros(0, np.int32), *(part.to_numpy() for part in parts)]
            out[name] = np.tile(np.concatenate(places), times)
        else:
            out[name] = joined(parts * times)
    return out


def table(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Make a table of columns that nobody else changes."""
    held = {
        name: text_type().__from_arrow__(column) if isinstance(column, pa.ChunkedArray) else column
        for name, column in columns.items()
    }
    return pd.DataFrame(held, copy=False)
