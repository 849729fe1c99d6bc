"""The share that an event has met, where another event can come first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.curves import Grid, Read, kaplan_meier, on_grid
from gdi_spe.analysis.survival.instants import When
from gdi_spe.analysis.survival.times import Times, times_of
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Causes:
    """Individuals with the time until either event, and which it was.

    ``times.happened`` is whether either event came; ``is_first`` whether it was the one of
    interest.
    """

    times: Times
    is_first: NDArray[np.bool_]

    def of(self, part: Times) -> NDArray[np.bool_]:
        """Say of some of the individuals whether they met the event of interest."""
        known = dict(zip(self.times.individuals, self.is_first.tolist(), strict=True))
        return np.array([known[name] for name in part.individuals], bool)


def causes_of(
    folder: Folder,
    event: When,
    competing: When = "death",
    origin: When = "birth",
    individuals: Collection[str] | None = None,
    entry: When | None = None,
) -> Causes:
    """Find until which event each individual was watched, the earlier of two.

    Parameters
    ----------
    folder, event, origin, individuals, entry
        As for `times.times_of`.
    competing
        The event after which the other cannot come, or is of no interest.

    Raises
    ------
    BadInput
        If a point in time cannot be understood.
    TooFewPeople
        If nobody is left.
    """
    one = times_of(folder, event, origin, individuals, entry)
    other = times_of(folder, competing, origin, individuals, entry)
    both = sorted(set(one.individuals) & set(other.individuals))
    if not both:
        raise TooFewPeople(
            "nobody has a time for both events", remedy="Ask for each by survival() to see whom"
        )
    a, b = (_ordered(times, both) for times in (one, other))
    is_first = a.happened & (~b.happened | (a.time <= b.time))
    met = is_first | b.happened
    time = np.where(is_first, a.time, np.where(b.happened, b.time, np.minimum(a.time, b.time)))
    left_out = {**one.left_out}
    if len(one) > len(both):
        left_out["the competing event is at an unknown time"] = len(one) - len(both)
    merged = replace(a, time=time, happened=met, left_out=left_out)
    return Causes(merged, is_first)


def _ordered(times: Times, names: list[str]) -> Times:
    place = {name: row for row, name in enumerate(times.individuals)}
    return times.take(np.array([place[name] for name in names], np.intp))


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence after each time at which something happened."""

    time: Floats
    incidence: Floats
    variance: Floats


def cumulative_incidence(times: Times, is_first: NDArray[np.bool_]) -> Incidence:
    """Estimate the share that the event has met by each time (Aalen and Johansen 1978).

    Notes
    -----
    One less Kaplan and Meier's estimate of one event alone is the share in a world without
    the other; this is the share in this world. The variance is the delta method's (Marubini
    and Valsecchi 1995, Analysing Survival Data, ch. 10), as in statsmodels.
    """
    curve = kaplan_meier(times)
    n, d = curve.n_at_risk.astype(float), curve.n_events.astype(float)
    first = np.bincount(
        np.searchsorted(curve.time, times.time[times.happened & is_first]),
        minlength=len(curve.time),
    )
    before = np.concatenate([[1.0], curve.survival[:-1]])[: len(n)] / n
    incidence = np.cumsum(before * first)
    # After the last of those at risk nothing can change, so that term has no part.
    with np.errstate(divide="ignore"):
        left = np.where(n > d, d / (n * np.maximum(n - d, 1)), 0.0)
    met = before * first / n
    variance = (
        incidence**2 * np.cumsum(left)
        - 2 * incidence * np.cumsum(incidence * left)
        + np.cumsum(incidence**2 * left)
        + np.cumsum(before**2 * (n - first) * first / n)
        - 2 * incidence * np.cumsum(met)
        + 2 * np.cumsum(incidence * met)
    )
    return Incidence(curve.time, incidence, np.maximum(variance, 0))


def reader(causes: Causes, level: float = 0.95) -> Read:
    """Return what reads cumulative incidence off at chosen times, with limits.

    Limits are on the scale of log(−log F), and stay within 0 and 1; NaN where nobody or
    everybody has met the event.
    """
    z = norm.ppf(0.5 + level / 2)

    def read(times: Times, at: Floats) -> dict[str, Floats]:
        found = cumulative_incidence(times, causes.of(times))
        step = np.searchsorted(found.time, at, side="right")
        share = np.concatenate([[0.0], found.incidence])[step]
        spread = np.sqrt(np.concatenate([[0.0], found.variance])[step])
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(share)
            width = z * spread / (share * log)
            lower, upper = (np.exp(-np.exp(np.log(-log) + sign * width)) for sign in (-1, 1))
        ends = [np.fmin(lower, upper), np.fmax(lower, upper)]
        for limit in ends:
            limit[share == 0] = 0.0
        return {"cumulative_incidence": share, "lower": ends[0], "upper": ends[1]}

    return read


def table_of(groups: Mapping[str, Times], causes: Causes, grid: Grid, minimum: int) -> pd.DataFrame:
    """Return cumulative incidence of each group on the grid, where so many are at risk."""
    return on_grid(groups, grid, minimum, reader(causes))
