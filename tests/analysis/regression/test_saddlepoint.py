"""Saddle-point p-values are near the exact ones where the normal curve is far off."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gdi_spe.analysis.regression import saddlepoint


def exact(n_carriers: int, n_case_carriers: int, n: int, mean: float) -> float:
    """Both tails of a score of carriers among people who are all as likely to be cases.

    Without covariates but the intercept the score is ``a X - b Y`` of two binomials: cases among
    carriers and among the others.
    """
    share = n_carriers / n
    inside = np.arange(n_carriers + 1)
    outside = np.arange(n - n_carriers + 1)
    chance = np.outer(
        stats.binom.pmf(inside, n_carriers, mean), stats.binom.pmf(outside, n - n_carriers, mean)
    )
    score = (1 - share) * (inside - n_carriers * mean)[:, None] - share * (
        outside - (n - n_carriers) * mean
    )
    observed = (1 - share) * (n_case_carriers - n_carriers * mean)
    return float(chance[np.abs(score) >= abs(observed) - 1e-12].sum())


@pytest.mark.parametrize(
    ("n_carriers", "n_case_carriers"), [(20, 3), (40, 4), (40, 5), (100, 6), (100, 8)]
)
def test_it_is_near_the_exact_value_with_one_case_in_a_hundred(
    n_carriers: int, n_case_carriers: int
) -> None:
    n, mean = 2000, 0.01
    carries = (np.arange(n) < n_carriers).astype(float)
    rest = carries - carries.mean()
    score = (1 - n_carriers / n) * (n_case_carriers - n_carriers * mean)
    variance = float(rest @ rest) * mean * (1 - mean)

    found = saddlepoint.p_value(rest, np.full(n, mean), score, variance)

    truth = exact(n_carriers, n_case_carriers, n, mean)
    normal = 2 * stats.norm.sf(abs(score) / np.sqrt(variance))
    assert abs(np.log10(found / truth)) < 0.35
    assert abs(np.log10(normal / truth)) > 2 * abs(np.log10(found / truth))


def test_it_is_the_normal_value_near_the_middle() -> None:
    rest, mean = np.array([0.5, -0.5] * 50), np.full(100, 0.5)

    found = saddlepoint.p_value(rest, mean, 1.0, float(rest @ rest) / 4)

    assert found == pytest.approx(2 * stats.norm.sf(1.0 / np.sqrt(100 * 0.25 / 4)))


def test_a_score_that_cannot_be_exceeded_has_the_chance_of_all_carriers_being_cases() -> None:
    n = 400
    carries = (np.arange(n) < 4).astype(float)
    rest, mean = carries - carries.mean(), np.full(n, 0.01)
    score = float(rest @ (carries - mean))

    found = saddlepoint.p_value(rest, mean, score, float(rest @ rest) * 0.01 * 0.99)

    assert 0 < found < 1e-6
