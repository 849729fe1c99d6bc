"""Whether groups differ in how soon something happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.curves import at_risk, kaplan_meier
from gdi_spe.analysis.survival.times import Times

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogRank:
    """Events of each group beside those expected if the groups did not differ."""

    observed: Floats
    expected: Floats
    chi_squared: float
    degrees_of_freedom: int
    p_value: float


def log_rank(
    groups: Mapping[str, Times],
    strata: Sequence[Mapping[str, Times]] | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Compare the groups.

    Parameters
    ----------
    groups
        Two or more.
    strata
        The same groups within each stratum; sums are taken over strata.
    rho
        Each event counts S^rho (Harrington and Fleming 1982): 0 is the log-rank test, 1 Peto
        and Peto's, in which early events count more.

    Raises
    ------
    TooFewPeople
        If there are fewer than two groups, or nothing happened.
    """
    names = list(groups)
    if len(names) < 2:
        raise _cannot_be_compared(len(names), 0)
    observed, expected = np.zeros(len(names)), np.zeros(len(names))
    variance = np.zeros((len(names), len(names)))
    for part in strata or (groups,):
        o, e, v = _of_stratum([part[name] for name in names if name in part], rho)
        here = np.array([name in part for name in names])
        observed[here] += o
        expected[here] += e
        variance[np.ix_(here, here)] += v
    if not observed.sum():
        raise _cannot_be_compared(len(names), 0)
    rows = np.flatnonzero(expected > 0)[:-1]
    apart = (observed - expected)[rows]
    statistic = float(apart @ np.linalg.pinv(variance[np.ix_(rows, rows)]) @ apart)
    return LogRank(observed, expected, statistic, len(rows), float(chi2.sf(statistic, len(rows))))


def _cannot_be_compared(n_groups: int, n_events: int) -> TooFewPeople:
    return TooFewPeople(
        f"{n_groups} groups with {n_events} events cannot be compared",
        remedy="Give two groups or more, and an event that some individuals met",
    )


def _of_stratum(groups: Sequence[Times], rho: float) -> tuple[Floats, Floats, Floats]:
    whole = _merged(groups)
    curve = kaplan_meier(whole)
    weight = np.concatenate([[1.0], curve.survival[:-1]])[: len(curve.time)] ** rho
    n, d = curve.n_at_risk.astype(float), curve.n_events.astype(float)
    here = np.array([at_risk(each, curve.time) for each in groups], float)
    share = here / np.maximum(n, 1)
    met = np.array([_events(each, curve.time) for each in groups], float)
    spread = weight**2 * d * np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 0)
    variance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    return (met * weight).sum(axis=1), (share * d * weight).sum(axis=1), variance


def _events(times: Times, at: Floats) -> NDArray[np.int64]:
    places = np.searchsorted(at, times.time[times.happened])
    return np.bincount(places, minlength=len(at)).astype(np.int64)


def _merged(groups: Sequence[Times]) -> Times:
    return Times(
        tuple(name for each in groups for name in each.individuals),
        np.concatenate([each.time for each in groups]),
        np.concatenate([each.happened for each in groups]),
        np.concatenate([each.entry for each in groups]),
    )


def as_table(groups: Mapping[str, Times], found: LogRank) -> pd.DataFrame:
    """Return the comparison, a row a group."""
    table = pd.DataFrame(
        {
            "group": list(groups),
            "n_individuals": [len(each) for each in groups.values()],
            "n_events": [int(each.happened.sum()) for each in groups.values()],
            "n_expected": found.expected,
        }
    )
    table.attrs = {
        "chi_squared": found.chi_squared,
        "degrees_of_freedom": found.degrees_of_freedom,
        "p_value": found.p_value,
    }
    return table
