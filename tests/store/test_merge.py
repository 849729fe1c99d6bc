"""The kernel that puts cohorts together does what its NumPy twin does, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.store import calls as format_of
from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.kernels import merge as compiled
from gdi_spe.store.kernels import numpy_merge
from gdi_spe.store.kernels.library import library
from gdi_spe.store.kernels.merge import ABSENT, OWN, STAND_IN, People, Piece
from tests.store.strategies import variants
from tests.store.test_kernels import KINDS, instructions

pytestmark = pytest.mark.skipif(library() is None, reason="there are no compiled kernels here")


@st.composite
def pieces(draw: st.DrawFn) -> tuple[list[Piece], int, int]:
    """Draw people of up to three datasets, in any order, and what each knows of some rows."""
    values = draw(st.lists(variants(max_size=4), min_size=1, max_size=3))
    sizes = [draw(st.integers(0, calls.n_samples)) for calls in values]
    places = draw(st.permutations(range(sum(sizes))))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, found = draw(st.integers(0, 6)), []
    for calls, size in zip(values, sizes, strict=True):
        mine, places = np.array(places[:size], np.int64), places[size:]
        columns = random.permutation(calls.n_samples)[:size].astype(np.int64)
        kinds = random.integers(OWN if len(calls) else 2, ABSENT + 1, n_rows).astype(np.uint8)
        rows = random.integers(0, max(len(calls), 1), n_rows)
        people = People(columns, mine, calls.n_samples, sum(sizes))
        found.append(Piece(calls, people, rows, kinds))
    return found, n_rows, sum(sizes)


def together(parts: Iterator[compiled.Merged]) -> list[tuple[int, bytes, int]]:
    return [
        (int(row), value, int(first))
        for part in parts
        for row, value, first in zip(
            part.rows, part.calls.to_arrow().to_pylist(), part.first, strict=True
        )
    ]


@settings(deadline=None, max_examples=300)
@given(pieces(), st.booleans())
@pytest.mark.parametrize("kind", KINDS)
def test_a_cohort_is_put_together_as_numpy_does_it(
    kind: str, drawn: tuple[list[Piece], int, int], keep_all: bool
) -> None:
    with instructions(kind):
        found = together(compiled.merge(*drawn, keep_all=keep_all))

    assert found == together(numpy_merge.merge(*drawn, keep_all=keep_all))
    made = Calls.of([value for _, value, _ in found], drawn[2])
    assert format_of._first_broken(made) is None


def test_exceptions_of_many_people_are_put_in_order() -> None:
    n = 1000
    codes = np.full(n, 3, np.uint8)
    odd = np.zeros(n, format_of.EXCEPTION)
    odd["sample"], odd["ploidy"], odd["n_alternate"] = np.arange(n), 3, np.arange(n) % 4
    calls = Calls.of([encode(Call(codes, np.zeros(n, bool), odd))], n)
    places = np.random.default_rng(3).permutation(n)
    row = np.zeros(1, np.int64)
    piece = Piece(calls, People(np.arange(n), places, n, n), row, np.array([OWN], np.uint8))

    merged = next(iter(compiled.merge([piece], 1, n, keep_all=False)))

    _, moved = merged.calls.exceptions
    assert moved["sample"].tolist() == list(range(n))
    assert moved["n_alternate"][places].tolist() == odd["n_alternate"].tolist()


def test_what_does_not_belong_together_never_reaches_the_kernel() -> None:
    calls = Calls.of([encode(Call.of(np.zeros(5, np.uint8)))], 5)
    people = People(np.arange(5), np.arange(5), 5, 5)
    own = np.array([OWN], np.uint8)

    with pytest.raises(IndexError):
        Piece(calls, people, np.array([1]), own)
    with pytest.raises(IndexError):
        People(np.arange(6), np.arange(6), 5, 6)
    with pytest.raises(IndexError):
        People(np.arange(5), np.arange(5), 5, 4)
    with pytest.raises(ValueError, match="belong together"):
        Piece(calls, People(np.arange(4), np.arange(4), 4, 4), np.array([0]), own)
    piece = Piece(calls, people, np.array([0]), np.array([STAND_IN], np.uint8))
    with pytest.raises(ValueError, match="other rows"):
        next(compiled.merge([piece], 2, 5, keep_all=True))
