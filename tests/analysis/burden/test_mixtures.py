"""Tails of weighted sums of squares equal published and closed forms, in every tail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gdi_spe.analysis.skat.mixtures import quantile, tail, tails

CHANCES = (0.999999, 0.99, 0.5, 0.05, 1e-5, 1e-12, 1e-60, 1e-200)


@pytest.mark.parametrize(
    ("weights", "value", "below"),
    [
        # Davies (1980, Applied Statistics 29:323), Table 1, to the accuracy of 1e-4 there.
        ((6, 3, 1), 1, 0.0542), ((6, 3, 1), 7, 0.4936), ((6, 3, 1), 20, 0.8760),
        ((6, 6, 3, 3, 1, 1), 2, 0.0064), ((6, 6, 3, 3, 1, 1), 20, 0.6002),
        ((6, 6, 3, 3, 1, 1), 60, 0.9839),
    ],
)  # fmt: skip
def test_tails_are_those_that_davies_published(
    weights: tuple[int, ...], value: float, below: float
) -> None:
    assert 1 - tail(np.array(weights, float), value) == pytest.approx(below, abs=1e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 300])
@pytest.mark.parametrize("chance", CHANCES)
def test_equal_weights_give_a_chi_squared_tail(n: int, chance: float) -> None:
    value = stats.chi2.isf(chance, n)

    assert tail(np.full(n, 0.7), 0.7 * value) == pytest.approx(chance, rel=1e-9)


@pytest.mark.parametrize("weights", [(1, 0.5), (1, 0.01), (5, 3, 2, 1, 0.4, 0.1)])
@pytest.mark.parametrize("value", [8, 50, 200])
def test_pairs_of_weights_give_a_hypoexponential_tail(
    weights: tuple[float, ...], value: float
) -> None:
    rates = 1 / (2 * np.array(weights))
    parts = [
        np.exp(-rate * value)
        * np.prod([other / (other - rate) for other in rates if other != rate])
        for rate in rates
    ]

    assert tail(np.repeat(weights, 2).astype(float), value) == pytest.approx(sum(parts), rel=1e-8)


@pytest.mark.parametrize(("first", "second"), [(1, 50), (3, 20), (10, 100)])
@pytest.mark.parametrize("chance", [0.9, 0.3, 1e-3, 1e-8])
def test_negative_weights_give_the_tail_of_a_ratio(first: int, second: int, chance: float) -> None:
    ratio = stats.f.isf(chance, first, second)
    weights = np.r_[np.full(first, 1 / first), np.full(second, -ratio / second)]

    assert tail(weights, 0.0) == pytest.approx(chance, rel=1e-7)


@pytest.mark.parametrize("shift", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("chance", CHANCES[2:6])
def test_shifts_give_a_noncentral_tail(shift: float, chance: float) -> None:
    value = stats.ncx2.isf(chance, 5, shift)
    means = np.array([np.sqrt(shift), 0, 0, 0, 0])

    expected = stats.ncx2.sf(value, 5, shift)
    assert tail(np.ones(5), value, means) == pytest.approx(expected, rel=1e-7)
    together = tails(np.ones(5), means**2, np.array([value, value * 1.01]), np.ones(2))
    assert together[0] == pytest.approx(expected, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40),
    st.floats(1e-3, 1e2),
    st.floats(1e-4, 1e4),
)
def test_a_tail_is_a_chance_falls_with_the_value_and_knows_no_scale(
    weights: list[float], share: float, scale: float
) -> None:
    array = np.array(weights)
    value = share * array.sum()

    here, further = tail(array, value), tail(array, value * 1.5)

    assert 0 <= further <= here <= 1
    assert tail(array * scale, value * scale) == pytest.approx(here, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize("chance", [0.9, 0.3, 1e-4, 1e-20])
def test_a_quantile_is_where_the_tail_has_its_chance(chance: float) -> None:
    weights = np.array([5.0, 1, 0.3, 0.3, 0.01])

    found = quantile(weights, chance, 3.0)

    assert tail(weights, found) == pytest.approx(chance, rel=1e-6)
