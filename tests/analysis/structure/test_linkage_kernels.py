"""Correlations from bits equal NumPy's, and what is pruned is what is said to be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.kernels import linkage
from gdi_spe.store.kernels.linkage import Bits, correlations, numbers, pruned


def packed(codes: NDArray[np.uint8]) -> Calls:
    return Calls.of([encode(Call.of(row)) for row in codes], codes.shape[1])


@st.composite
def some_codes(draw: st.DrawFn) -> NDArray[np.uint8]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 12)), draw(st.integers(1, 150)))
    found = rng.binomial(2, rng.random((shape[0], 1)), shape).astype(np.uint8)
    missing = rng.random(shape) < rng.choice([0, 0, 0.1, 0.9], (shape[0], 1))
    return np.where(missing, 3, found).astype(np.uint8)


@given(some_codes(), st.integers(0, 2**32 - 1))
def test_a_correlation_is_numpys_among_those_known_in_both(
    codes: NDArray[np.uint8], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    people = np.sort(rng.permutation(codes.shape[1])[: rng.integers(1, codes.shape[1] + 1)])
    first, second = np.indices((len(codes), len(codes))).reshape(2, -1)

    found = correlations(Bits.of(packed(codes), people), first, second)

    x = np.where(codes == 3, np.nan, codes.astype(float))[:, people]
    for one, two, r in zip(first, second, found, strict=True):
        both = ~np.isnan(x[one]) & ~np.isnan(x[two])
        a, b = x[one][both], x[two][both]
        if both.any() and a.std() > 0 and b.std() > 0:
            assert r == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-12)
        else:
            assert np.isnan(r)


@given(some_codes(), st.integers(0, 400), st.floats(0, 1), st.integers(0, 3))
def test_the_kernels_and_their_twins_agree(
    codes: NDArray[np.uint8], window: int, max_r2: float, n_fixed: int
) -> None:
    people = np.arange(codes.shape[1])
    bits = Bits.of(packed(codes), people)
    positions = np.arange(len(codes), dtype=np.int64) ** 2 * 3
    of_code = np.random.default_rng(1).random((len(codes), 4)).astype(np.float32)

    kept = pruned(bits, positions, window, max_r2, min(n_fixed, len(codes)))

    by_twin = linkage._pruned(bits, positions, window, max_r2, min(n_fixed, len(codes)))
    np.testing.assert_array_equal(kept, by_twin)
    np.testing.assert_array_equal(
        numbers(packed(codes), people, of_code),
        np.take_along_axis(of_code, codes.astype(np.intp), axis=1),
    )


@given(some_codes(), st.floats(0.01, 0.99))
def test_no_two_that_stay_go_together_and_none_leaves_without_one_that_does(
    codes: NDArray[np.uint8], max_r2: float
) -> None:
    bits = Bits.of(packed(codes), np.arange(codes.shape[1]))
    positions = np.arange(len(codes), dtype=np.int64)

    kept = np.flatnonzero(pruned(bits, positions, len(codes), max_r2))

    for row in range(len(codes)):
        earlier = kept[kept < row]
        r = correlations(bits, earlier, np.full(len(earlier), row))
        assert (r**2 > max_r2 + 1e-9).any() == (row not in kept)
