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
_SIXTH_DIGIT = 5e-6


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


def strangers_without_known(frequencies: NDArray[np.float64]) -> float:
    """Return the share of others who carry none of absent alleles whose frequencies are known."""
    return float(np.exp(2 * np.log1p(-np.clip(frequencies, 0, 1 - 1e-12)).sum()))


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
class Attack:
    """What somebody has who asks whether a person is among those behind released numbers.

    ``frequencies`` are told in steps of ``step`` (0: as they were counted), or not at all;
    ``n_reference`` other people's alleles are known, or the frequencies at large if it is infinite;
    with ``arms`` cases and controls can be compared with each other; effects on a trait tell of
    whoever is ``deviations`` standard deviations from its mean.
    """

    n_people: float
    frequencies: NDArray[np.float64] | None = None
    step: float = 0.0
    n_reference: float = np.inf
    arms: tuple[float, float] | None = None
    deviations: float = 0.0

    def squared(self) -> float:
        """Return d'^2 for one variant: the largest of what frequencies, arms and effects tell.

        Notes
        -----
        Two arms: d' = sqrt(M (1/N1 + 1/N0)); one is the reference for the other, whatever else is
        known (G5). Effects on a trait: d' = |y| / sigma sqrt(M / N) (G6; Im et al. 2012, American
        Journal of Human Genetics 90:591).
        """
        if self.arms is not None:
            return 1 / self.arms[0] + 1 / self.arms[1]
        return max(self._of_frequencies(), self.deviations**2) / self.n_people

    def squared_together(self) -> float:
        """Return d'^2 for one variant by frequencies and effects together: they add up."""
        if self.arms is not None:
            return self.squared()
        return (self._of_frequencies() + self.deviations**2) / self.n_people

    def _of_frequencies(self) -> float:
        """Return which share of a variant frequencies tell: all of it, or what G3 and G4 leave."""
        if self.frequencies is None:
            return 0.0
        # A frequency that was rounded to 0 may be up to half a step.
        told = np.clip(self.frequencies, self.step / 2, 1 - self.step / 2)
        told = told[(told > 0) & (told < 1)]
        if not told.size:
            return 1.0
        distance = rounded_distance(told, self.n_people, self.step, self.n_reference)
        return distance**2 * self.n_people / told.size

    def power(self, n_variants: float, false_positive_rate: float) -> float:
        """Return the power against so many independent variants."""
        return power_at(sqrt(n_variants * self.squared()), false_positive_rate)

    def power_together(self, n_variants: float, false_positive_rate: float) -> float:
        """Return the power with frequencies and effects together."""
        return power_at(sqrt(n_variants * self.squared_together()), false_positive_rate)


def furthest_deviation(n_people: float) -> float:
    """Return how many standard deviations from the mean the furthest of so many people is.

    Of a trait that is normal: half of all cohorts have nobody further out on either side.
    """
    return _NORMAL.inv_cdf((1 + 0.5 ** (1 / max(n_people, 1))) / 2)


@dataclass(frozen=True)
class Membership:
    """What variants tell of membership: the naive attack, and one that undoes linkage."""

    n_people: float
    n_variants: int
    n_effective: int
    naive: float
    ld_aware: float


def membership(
    attack: Attack, n_variants: int, n_effective: int, false_positive_rate: float
) -> Membership:
    """Return both figures."""
    return Membership(
        attack.n_people, n_variants, n_effective,
        attack.power(n_effective, false_positive_rate),
        attack.power(n_variants, false_positive_rate),
    )  # fmt: skip


def step_of(frequencies: NDArray[np.float64]) -> float:
    """Return the largest decimal step that all frequencies stand on, 0 if there is none."""
    told = frequencies[np.isfinite(frequencies)]
    for decimals in range(1, 5):
        for step in (5 * 10.0**-decimals, 2 * 10.0**-decimals, 10.0**-decimals):
            if told.size and np.abs(told / step - np.rint(told / step)).max() < 1e-6:
                return step
    return 0.0


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
    """Whether frequencies with so many decimals are whole counts of alleles (G11).

    With fewer decimals than log10(2N) more than one count is written alike, and none is told.
    """
    if digits < log(2 * n_people, 10) - 1e-9:
        return False
    count = np.rint(2 * n_people * frequencies)
    # Half of the last decimal, or of the sixth digit that a number keeps.
    last = np.maximum(0.5 * 10.0**-digits, _SIXTH_DIGIT * frequencies) + 1e-12
    return bool((np.abs(count / (2 * n_people) - frequencies) <= last).all())
