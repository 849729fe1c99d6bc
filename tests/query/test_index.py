"""Rows are found by name as by looking at each of them."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.query.index import GroupIndex, Index, distinct

NAMES = st.none() | st.sampled_from(["RYR1", "TLR7", "BRAF", "ENSG1"])
GROUPS = st.lists(st.lists(NAMES, max_size=12), max_size=5)
ASKED = st.sets(st.sampled_from(["RYR1", "TLR7", "BRAF", "ENSG1", "NONE"]))
# Arrow's own ways of making columns load pandas.
slow_at_first = settings(deadline=None)


def coded(groups: list[list[str | None]]) -> pa.ChunkedArray:
    """A column as a file gives it: each group with its own list of names."""
    pieces = [pa.array(group, pa.string()).dictionary_encode() for group in groups]
    return pa.chunked_array(pieces, pa.dictionary(pa.int32(), pa.string()))


@slow_at_first
@given(GROUPS, ASKED)
def test_rows_are_those_with_a_name_whatever_the_groups(
    groups: list[list[str | None]], asked: set[str]
) -> None:
    column = [name for group in groups for name in group]
    index = GroupIndex()
    index.add(coded(groups))

    assert index.rows_of(asked).tolist() == [r for r, name in enumerate(column) if name in asked]
    assert set(index.names) == set(column) - {None}


@slow_at_first
@given(GROUPS, GROUPS, ASKED, st.randoms(use_true_random=False))
def test_a_column_about_other_rows_is_taken_in_too(
    own: list[list[str | None]], further: list[list[str | None]], asked: set[str], random: Random
) -> None:
    of_rows = [name for group in own for name in group] or [None]
    told = [name for group in further for name in group]
    rows = np.array([random.randrange(len(of_rows)) for _ in told], np.int64)
    index = GroupIndex()
    index.add(coded(own))
    index.add(coded(further), rows)

    found = index.rows_of(asked)

    meant = {row for row, name in enumerate(of_rows) if name in asked}
    meant |= {int(row) for row, name in zip(rows, told, strict=True) if name in asked}
    assert found.tolist() == sorted(meant)


@slow_at_first
@given(GROUPS, ASKED)
def test_an_index_of_texts_finds_the_same_rows(
    groups: list[list[str | None]], asked: set[str]
) -> None:
    column = [name for group in groups for name in group]
    pieces = [pa.array(group, pa.string()) for group in groups]

    index = Index.of(pa.chunked_array(pieces, pa.string()))

    assert index.rows_of(asked).tolist() == [r for r, name in enumerate(column) if name in asked]


@given(st.lists(st.integers(0, 9)))
def test_distinct_rows_are_in_order_and_once_each(rows: list[int]) -> None:
    assert distinct(np.array(rows, np.int64)).tolist() == sorted(set(rows))
