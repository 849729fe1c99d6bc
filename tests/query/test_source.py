"""Rows read from a file as they are needed are those of the whole table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.query.variants.source import InMemory, OnDisk, WhenNeeded
from gdi_spe.store.opening import FileBroken, filled_columns

N_ROWS, KEPT = 103, ("position", "gene")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of eleven row groups, the last of them short, with a column that is not kept."""
    made = tmp_path_factory.mktemp("source") / "chr1.parquet"
    table = pa.table({
        "position": pa.array(range(N_ROWS), pa.int32()),
        "gene": [None if n % 3 else f"G{n}" for n in range(N_ROWS)],
        "empty": pa.nulls(N_ROWS, pa.string()),
        "calls": pa.array([b"x"] * N_ROWS),
    })  # fmt: skip
    pq.write_table(table, made, row_group_size=10)
    return made


@pytest.fixture(scope="module")
def sources(path: Path) -> tuple[InMemory, OnDisk]:
    whole = pq.read_table(path, columns=list(KEPT)).combine_chunks()
    return InMemory(whole), OnDisk(path.parent, path.name, pq.ParquetFile(path), KEPT)


@given(st.lists(st.integers(0, N_ROWS - 1), max_size=30))
def test_taken_rows_are_the_same(sources: tuple[InMemory, OnDisk], rows: list[int]) -> None:
    asked = np.array(rows, np.int64)
    kept, read = (source.take(asked) for source in sources)

    assert read.to_pydict() == kept.to_pydict()
    assert read.schema.names == list(KEPT)


def test_parts_are_all_rows_in_order(sources: tuple[InMemory, OnDisk]) -> None:
    kept, read = sources
    parts = list(read.parts())

    assert [start for start, _ in parts] == list(range(0, N_ROWS, 10))
    assert pa.concat_tables([part for _, part in parts]).equals(kept.table)
    assert read.n_rows == kept.n_rows == N_ROWS
    assert read.columns(["gene"]).equals(kept.columns(["gene"]))


def test_a_small_file_is_read_when_its_rows_are_needed(path: Path) -> None:
    file = OnDisk(path.parent, path.name, pq.ParquetFile(path), KEPT)
    source = WhenNeeded(file)
    kept = InMemory(pq.read_table(path, columns=list(KEPT)).combine_chunks())

    assert source.n_rows == N_ROWS
    assert source.take(np.array([101, 3])).to_pydict() == kept.take(np.array([101, 3])).to_pydict()
    assert source.columns(["gene"]).equals(kept.columns(["gene"]))
    assert [(start, part.num_rows) for start, part in source.parts()] == [(0, N_ROWS)]


def test_no_more_row_groups_are_kept_than_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdi_spe.query.variants.source._MOST_GROUPS", 3)
    read = OnDisk(path.parent, path.name, pq.ParquetFile(path), KEPT)

    found = read.take(np.arange(N_ROWS))

    assert found["position"].to_pylist() == list(range(N_ROWS))
    assert len(read._groups) == 3


def test_a_file_that_is_cut_short_is_named(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "variants" / "chr1.parquet"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    read = OnDisk(copy.parents[1], "variants/chr1.parquet", pq.ParquetFile(copy), KEPT)
    copy.write_bytes(b"")

    with pytest.raises(FileBroken, match=r"variants/chr1\.parquet"):
        read.take(np.arange(N_ROWS))


def test_filled_columns_are_those_with_a_value(path: Path) -> None:
    told = filled_columns(pq.ParquetFile(path))

    assert told == {"position": True, "gene": True, "empty": False, "calls": True}
