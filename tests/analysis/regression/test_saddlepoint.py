"""Saddle-point p-values are near the exact ones where the normal curve is far off."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from numpy.typing import NDArray
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


def adjusted(
    seed: int, n: int, n_carriers: int, odds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Carriers without what a covariate explains of them, and the chance of each to be a case."""
    rng = np.random.default_rng(seed)
    told = rng.normal(size=n)
    mean = 1 / (1 + np.exp(-(np.log(odds) + 0.8 * told)))
    carries = np.zeros(n)
    carries[rng.choice(n, n_carriers, replace=False)] = 1
    columns = np.column_stack([np.ones(n), told])
    weighted = columns * (mean * (1 - mean))[:, None]
    return carries - columns @ np.linalg.solve(columns.T @ weighted, weighted.T @ carries), mean


@pytest.mark.parametrize(
    ("seed", "n", "n_carriers", "odds"),
    [(1, 18, 5, 0.3), (2, 18, 6, 0.15), (3, 20, 8, 0.25), (4, 20, 4, 0.1), (5, 18, 9, 0.5)],
)
def test_it_is_near_the_chance_over_all_ways_to_be_cases(
    seed: int, n: int, n_carriers: int, odds: float
) -> None:
    rest, mean = adjusted(seed, n, n_carriers, odds)
    variance = float(rest**2 @ (mean * (1 - mean)))
    are_cases = (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(bool)
    chance = np.exp(are_cases @ np.log(mean) + ~are_cases @ np.log1p(-mean))
    distances = np.array([2.2, 2.6, 3.0, 3.5, 4.0]) * np.sqrt(variance)
    beyond = np.abs(are_cases @ rest - rest @ mean)[:, None] >= distances

    found = [saddlepoint.p_value(rest, mean, distance, variance) for distance in distances]

    # Twenty people: the exact chances go in steps, which no smooth curve follows more closely.
    off = np.abs(np.log10(found / (chance @ beyond)))
    assert chance.sum() == pytest.approx(1, abs=1e-12)
    assert off.max() < 0.2
    assert off.mean() < 0.11


@pytest.mark.parametrize(
    ("seed", "n", "n_carriers", "odds", "deviations"),
    [
        (1, 60, 6, 0.3, 2.5),
        (2, 200, 12, 0.05, 4.0),
        (3, 300, 20, 0.02, 9.0),
        (4, 300, 3, 0.01, 6.0),
        (5, 300, 150, 1.0, 8.0),
        (6, 300, 40, 0.01, 25.0),
    ],
)
def test_it_equals_the_formula_worked_out_to_fifty_digits(
    seed: int, n: int, n_carriers: int, odds: float, deviations: float
) -> None:
    rest, mean = adjusted(seed, n, n_carriers, odds)
    variance = float(rest**2 @ (mean * (1 - mean)))
    distance = deviations * float(np.sqrt(variance))

    found = saddlepoint.p_value(rest, mean, distance, variance)

    with localcontext() as context:
        context.prec = 50
        exact_mean = [Decimal(each) for each in mean]
        sides = [[Decimal(sign * each) for each in rest] for sign in (1.0, -1.0)]
        truth = sum(tail(side, exact_mean, Decimal(distance)) for side in sides)
    assert found == pytest.approx(float(truth), rel=1e-9, abs=0)


def tail(genotype: list[Decimal], mean: list[Decimal], distance: Decimal) -> Decimal:
    """Equations 3 to 5 of Dey et al. (2017), the saddle point found by Newton's steps."""
    pairs = list(zip(genotype, mean, strict=True))
    centre = sum(g * m for g, m in pairs)
    if sum(g for g in genotype if g > 0) - centre <= distance:
        return Decimal(0)
    low, high = Decimal(0), Decimal(1)
    while slopes(pairs, high)[1] - centre < distance:
        high *= 2
    for _ in range(12):
        middle = (low + high) / 2
        is_before = slopes(pairs, middle)[1] - centre < distance
        low, high = (middle, high) if is_before else (low, middle)
    t = (low + high) / 2
    for _ in range(9):
        _, first, second = slopes(pairs, t)
        t -= (first - centre - distance) / second
    cumulant, first, second = slopes(pairs, t)
    assert abs(first - centre - distance) < Decimal("1e-40")
    w = (2 * (t * (distance + centre) - cumulant)).sqrt()
    v = t * second.sqrt()
    return normal_tail(w + (v / w).ln() / w)


def slopes(pairs: list[tuple[Decimal, Decimal]], t: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """The cumulant generating function of the sum over cases, and its two derivatives."""
    value, first, second = Decimal(0), Decimal(0), Decimal(0)
    for g, m in pairs:
        grown = m * (g * t).exp()
        whole = 1 - m + grown
        value += whole.ln()
        first += g * grown / whole
        second += g * g * (1 - m) * grown / (whole * whole)
    return value, first, second


def normal_tail(z: Decimal) -> Decimal:
    """Laplace's continued fraction of the normal curve's upper tail (z well above 1)."""
    fraction = z
    for term in range(600, 0, -1):
        fraction = z + Decimal(term) / fraction
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582")
    return (-z * z / 2).exp() / ((2 * pi).sqrt() * fraction)
