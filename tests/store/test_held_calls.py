"""Calls of few variants are read by themselves, and are those of the whole file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.held import HeldCalls
from gdi_spe.store.opening import FileBroken

N_VARIANTS, N_SAMPLES, A_GROUP = 203, 70, 10
ROWS = st.lists(st.integers(0, N_VARIANTS - 1), max_size=30)


def drawn_calls() -> list[Call]:
    rng = np.random.default_rng(3)
    shares = ([0.97, 0.01, 0.01, 0.01], [0.4, 0.3, 0.2, 0.1])
    return [
        Call.of(rng.choice(4, N_SAMPLES, p=shares[row % 2]).astype(np.uint8))
        for row in range(N_VARIANTS)
    ]


CALLS = drawn_calls()
VALUES = [encode(call) for call in CALLS]


def written(path: Path, values: list[bytes]) -> Path:
    table = pa.table({
        "position": pa.array(range(1, len(values) + 1), pa.int32()),
        "calls": pa.array(values, pa.binary()),
    })  # fmt: skip
    pq.write_table(table, path, row_group_size=A_GROUP)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("held") / "chr1.parquet", VALUES)


def held(path: Path) -> HeldCalls:
    return HeldCalls(pq.ParquetFile(path), "variants/chr1.parquet", N_SAMPLES)


def codes_of(rows: list[int]) -> list[list[int]]:
    return [CALLS[row].codes.tolist() for row in rows]


@given(ROWS, ROWS)
def test_taken_calls_are_those_that_were_written(
    path: Path, first: list[int], second: list[int]
) -> None:
    calls = held(path)

    for rows in (first, second, first):
        taken = calls.take(np.array(rows, np.int64))

        assert taken.codes().tolist() == codes_of(rows)
        assert taken.to_arrow().to_pylist() == [VALUES[row] for row in rows]


def test_few_variants_are_read_by_themselves(path: Path) -> None:
    calls = held(path)

    near = calls.take(np.arange(8, 13))

    assert near.codes().tolist() == codes_of(list(range(8, 13)))
    assert sorted(calls._groups) == [0, 1]
    assert "whole" not in vars(calls)


def test_many_variants_are_read_with_all_others_and_kept_once(path: Path) -> None:
    calls = held(path)
    calls.take(np.array([0]))

    spread = calls.take(np.arange(0, N_VARIANTS, 7))

    assert spread.codes().tolist() == codes_of(list(range(0, N_VARIANTS, 7)))
    assert "whole" in vars(calls)
    assert calls._groups == {}


def test_questions_about_one_place_after_the_other_come_to_the_whole(path: Path) -> None:
    calls = held(path)

    for row in range(0, N_VARIANTS, A_GROUP):
        assert calls.take(np.array([row])).codes().tolist() == codes_of([row])

    assert "whole" in vars(calls)


def test_lengths_and_positions_need_no_calls(path: Path) -> None:
    calls = held(path)

    assert len(calls) == N_VARIANTS
    assert calls.positions.tolist() == list(range(1, N_VARIANTS + 1))
    assert calls._groups == {}


def test_a_broken_value_is_named_as_where_all_are_read(tmp_path: Path) -> None:
    values = list(VALUES)
    values[37] = values[37][:-8] + b"\xff" * 8
    path = written(tmp_path / "chr1.parquet", values)

    with pytest.raises(FileBroken, match="value 37 "):
        _ = held(path).whole
    with pytest.raises(FileBroken, match="value 37 "):
        held(path).take(np.array([35]))


def test_joined_calls_are_one_after_the_other() -> None:
    parts = [Calls.of(VALUES[:3], N_SAMPLES), Calls.of(VALUES[3:9], N_SAMPLES).take(slice(1, 4))]

    joined = Calls.joined(parts, N_SAMPLES)

    assert joined.codes().tolist() == codes_of([0, 1, 2, 4, 5, 6])
    assert len(Calls.joined([], N_SAMPLES)) == 0
