"""How much released numbers about variants tell of who is among the people behind them.

The formulas are numbered G1 to G10; each names its source where it is given, and was compared with
a simulation of the attack.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_NORMAL = NormalDist()
_WINDOW = 50_000


def power_at(distance: float, false_positive_rate: float) -> float:
    """Return the power of a test whose two normal distributions are so far apart."""
    return _NORMAL.cdf(distance - _NORMAL.inv_cdf(1 - false_positive_rate))


def membership_power(n_people: float, n_variants: float, false_positive_rate: float) -> float:
    """Return the power of the likelihood-ratio test for being among the people behind frequencies.

    Notes
    -----
    d' = sqrt(M / N) and power = Phi(d' - z(1 - alpha)), for M independent variants and N people
    (Sankararaman et al. 2009, Nature Genetics 41:965).
    """
    return power_at(sqrt(n_variants / n_people), false_positive_rate)


def two_arm_power(
    n_cases: float, n_controls: float, n_variants: float, false_positive_rate: float
) -> float:
    """Return the power where frequencies of cases and of controls stand side by side.

    Notes
    -----
    d' = sqrt(M (1/N1 + 1/N0)): one arm is the reference for the other.
    """
    return power_at(sqrt(n_variants * (1 / n_cases + 1 / n_controls)), false_positive_rate)


def rounded_distance(
    frequencies: NDArray[np.float64], n_people: float, step: float, n_reference: float = np.inf
) -> float:
    """Return d' for frequencies rounded to a step, against a reference of so many people.

    Notes
    -----
    d'^2 = 1/N sum a / (a + b + D^2/12) with a = pq / 2N, b = pq / 2 n_R (G3 and G4).
    """
    pq = frequencies * (1 - frequencies)
    own, reference = pq / (2 * n_people), pq / (2 * n_reference)
    kept = own > 0
    share = own[kept] / (own[kept] + reference[kept] + step**2 / 12)
    return float(sqrt(share.sum() / n_people))


def trait_distance(n_people: float, n_variants: float, deviations: float = 1.0) -> float:
    """Return d' for effects on a trait, of a person so many standard deviations from the mean.

    Notes
    -----
    d' = |y| / sigma sqrt(M / N) (Im et al. 2012, American Journal of Human Genetics 90:591).
    """
    return deviations * sqrt(n_variants / n_people)


def presence_power(
    n_people: int, n_alleles: int, false_positive_rate: float,
    a: float = 1.1, b: float = 4.0, mismatch: float = 1e-6,
) -> float:  # fmt: skip
    """Return the power of asking which carried alleles, with AF ~ Beta(a, b), are present.

    Notes
    -----
    Shringarpure and Bustamante 2015 (American Journal of Human Genetics 97:631): the number of
    answers "yes" is Bin(n, 1 - D_N) for an outsider and Bin(n, 1 - delta D_(N-1)) for a member.
    """
    from scipy.stats import binom

    def none_carries(n: int) -> float:
        return exp(lgamma(a + b) + lgamma(b + 2 * n) - lgamma(b) - lgamma(a + b + 2 * n))

    outside = binom(n_alleles, 1 - none_carries(n_people))
    inside = binom(n_alleles, 1 - mismatch * none_carries(n_people - 1))
    # The smallest number of "yes" that an outsider reaches no more often than the rate.
    least = int(outside.isf(false_positive_rate)) + 1
    return float(inside.sf(least - 1))


def strangers_without(n_people: int, n_absent: int, a: float = 1.1, b: float = 4.0) -> float:
    """Return the share of others who carry none of the alleles that no member carries.

    Notes
    -----
    With AF ~ Beta(a, b) beforehand, an allele absent among N people has AF ~ Beta(a, b + 2N), and
    somebody else is without it with probability E[(1 - f)^2] (the beacon of Shringarpure and
    Bustamante 2015, read the other way round).
    """
    left = b + 2 * n_people
    total = a + left
    return float(((left * (left + 1)) / (total * (total + 1))) ** n_absent)


def presence_costs(frequencies: NDArray[np.float64], n_people: float) -> NDArray[np.float64]:
    """Return how much each answer "present" says against whoever carries the allele (G10).

    Notes
    -----
    r_i = -ln(1 - (1 - f_i)^2N) for an allele of frequency f_i in the population: the rarer it is,
    the more its presence among N people says of somebody who carries it. When the sum over what a
    person carries reaches -ln(alpha), that all answers are "yes" rejects, at this rate of false
    positives, that they are not among them (Raisaro et al. 2017, Journal of the American Medical
    Informatics Association 24:799).
    """
    none_carries = np.exp(2 * n_people * np.log1p(-np.clip(frequencies, 0, 1 - 1e-12)))
    return np.asarray(-np.log1p(-np.clip(none_carries, 0, 1 - 1e-12)))


def answers_until_known(
    frequencies: NDArray[np.float64], n_people: float, false_positive_rate: float
) -> int | None:
    """Return how many of a person's alleles tell that they are there, the rarest first.

    None says that all of them together do not.
    """
    costs = np.sort(presence_costs(frequencies, n_people))[::-1].cumsum()
    told = np.flatnonzero(costs >= -log(false_positive_rate))
    return int(told[0]) + 1 if told.size else None


def known_presence_power(
    frequencies: NDArray[np.float64], n_people: float, false_positive_rate: float
) -> float:
    """Return for what share of members a list of present alleles of known frequency tells (G10).

    Notes
    -----
    A member carries allele i with probability 1 - (1 - f_i)^2, so the sum of what their answers say
    has the mean and variance of as many independent draws; it is taken as normal.
    """
    costs = presence_costs(frequencies, n_people)
    carries = 1 - (1 - frequencies) ** 2
    mean = float(costs @ carries)
    deviation = sqrt(float(costs**2 @ (carries * (1 - carries))))
    missing = -log(false_positive_rate) - mean
    if deviation == 0:
        return float(missing <= 0)
    return 1 - _NORMAL.cdf(missing / deviation)


def effective_variants(
    chromosome: NDArray[np.float64] | NDArray[np.int32],
    position: NDArray[np.float64],
    n_variants: int,
) -> int:
    """Return how many of the variants count as independent: windows of 50 kb that hold one.

    An attacker with a reference panel undoes linkage, so the full number stays the upper bound.
    """
    window = position.astype(np.int64) // _WINDOW
    place = chromosome.astype(np.int64) * (int(window.max(initial=0)) + 1) + window
    return min(n_variants, int(pc.count_distinct(pa.array(place)).as_py()))


@dataclass(frozen=True)
class Membership:
    """What variants tell of membership: the naive attack, and one that undoes linkage."""

    n_people: float
    n_variants: int
    n_effective: int
    naive: float
    ld_aware: float


def membership(
    n_people: float, n_variants: int, n_effective: int, false_positive_rate: float,
    arms: tuple[float, float] | None = None,
) -> Membership:  # fmt: skip
    """Return both figures; two arms side by side need no reference from outside."""
    people = 1 / (1 / arms[0] + 1 / arms[1]) if arms else n_people
    return Membership(
        n_people, n_variants, n_effective,
        membership_power(people, n_effective, false_positive_rate),
        membership_power(people, n_variants, false_positive_rate),
    )  # fmt: skip


def carriers_behind(variance: float, standard_error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many heterozygous carriers an estimate rests on: Var(y) / SE^2 (G8)."""
    return variance / np.maximum(standard_error, 1e-300) ** 2


def frequency_behind(
    variance: float, n_people: float, standard_error: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the minor allele frequency that a dropped column had: p(1-p) = Var / 2N SE^2 (G7)."""
    pq = np.clip(variance / (2 * n_people * np.maximum(standard_error, 1e-300) ** 2), 0, 0.25)
    return np.asarray((1 - np.sqrt(1 - 4 * pq)) / 2)


def are_exact_counts(frequencies: NDArray[np.float64], n_people: float, digits: int) -> bool:
    """Whether frequencies with so many decimals are whole counts of alleles (G11)."""
    return digits >= log(4 * n_people, 10) and bool(
        np.allclose(2 * n_people * frequencies, np.rint(2 * n_people * frequencies), atol=0.02)
    )
