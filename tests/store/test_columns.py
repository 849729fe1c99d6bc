"""Columns cross between Arrow and NumPy as Arrow's own ways take them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.store.columns import column_of, flags, measures, numbers, text, texts

# Arrow's own ways, which these are compared with, load pandas.
SLOW_AT_FIRST = settings(deadline=None)
WHOLE = (pa.int16(), pa.int32(), pa.int64())
WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8))


@st.composite
def column(draw: st.DrawFn, kinds: tuple[pa.DataType, ...], values: Any) -> pa.ChunkedArray:
    """A column in some pieces, each of which may begin within its memory and have gaps."""
    kind = draw(st.sampled_from(kinds))
    pieces = []
    for each in draw(st.lists(st.lists(st.none() | values, max_size=40), max_size=4)):
        first = draw(st.integers(0, len(each)))
        pieces.append(pa.array(each, kind).slice(first, draw(st.integers(0, len(each)))))
    return pa.chunked_array(pieces, kind)


@SLOW_AT_FIRST
@given(column(WHOLE, st.integers(-(2**15), 2**15 - 1)))
def test_numbers_are_those_that_arrow_gives(given_column: pa.ChunkedArray) -> None:
    told = pc.fill_null(given_column, pa.scalar(-1, given_column.type)).to_numpy()

    found = numbers(given_column, empty=-1)

    assert found.tolist() == told.tolist()
    assert found.dtype == told.dtype


@SLOW_AT_FIRST
@given(column((pa.float64(),), st.floats(allow_nan=False)))
def test_an_empty_measure_is_nan(given_column: pa.ChunkedArray) -> None:
    told = [np.nan if value is None else value for value in given_column.to_pylist()]

    found = measures(given_column)

    np.testing.assert_array_equal(found, np.array(told, float))


@SLOW_AT_FIRST
@given(column((pa.bool_(),), st.booleans()))
def test_an_empty_truth_value_is_false(given_column: pa.ChunkedArray) -> None:
    told = [bool(value) for value in given_column.to_pylist()]

    assert flags(given_column).tolist() == told
    assert [bool(each) for piece in given_column.chunks for each in flags(piece)] == told


@SLOW_AT_FIRST
@given(st.lists(st.integers(-(2**31), 2**31 - 1)), st.sampled_from(["int32", "int64", "float64"]))
def test_numbers_become_the_column_that_arrow_makes(values: list[int], kind: str) -> None:
    made = column_of(np.array(values, kind))

    made.validate(full=True)
    assert made.equals(pa.array(np.array(values, kind)))


@SLOW_AT_FIRST
@given(st.lists(st.booleans()))
def test_truth_values_become_the_column_that_arrow_makes(values: list[bool]) -> None:
    made = column_of(np.array(values, bool))

    made.validate(full=True)
    assert made.equals(pa.array(values, pa.bool_()))


@SLOW_AT_FIRST
@given(WORDS)
def test_texts_become_the_column_that_arrow_makes(values: list[str]) -> None:
    made = texts(values)

    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


@pytest.mark.parametrize("value", ["", "ptosis", "Köhler"])
def test_a_text_is_found_in_a_column(value: str) -> None:
    found = pc.equal(pa.array(["ptosis", "", "Köhler"]), text(value))

    assert found.to_pylist().count(True) == 1


def test_no_crossing_loads_pandas() -> None:
    code = (
        "import sys, numpy as np, pyarrow.compute as pc\n"
        "from gdi_spe.store.columns import *\n"
        "made = column_of(np.arange(3))\n"
        "numbers(made), measures(made), flags(pc.equal(texts(['a']), text('a')))\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
