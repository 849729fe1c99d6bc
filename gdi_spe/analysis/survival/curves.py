"""Kaplan and Meier's estimate of survival, told at chosen times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput, shown

Floats = NDArray[np.float64]
# A grid has about so many steps; each is one of these long.
_MOST_STEPS = 20
# With more a grid is all but exact.
_MOST_ASKED = 100
_IN_DAYS = (1, 2, 5, 10, 15, 30)
_IN_MONTHS = (1, 2, 3, 6)
_IN_YEARS = (1, 2, 5, 10)
_UNITS = {"days": 365.25, "months": 12.0, "years": 1.0}


@dataclass(frozen=True)
class Curve:
    """Survival after each time at which something happened; exact, so a step can be a person."""

    time: Floats
    n_at_risk: NDArray[np.int64]
    n_events: NDArray[np.int64]
    survival: Floats
    # Greenwood's sum: the variance of log survival.
    variance: Floats


def kaplan_meier(times: Times) -> Curve:
    """Estimate survival.

    Returns
    -------
    The share that the event has not met by each time, if censoring tells nothing about it
    (Kaplan and Meier 1958). Ties of events and censoring: censored are at risk. Who entered
    late counts as at risk only after.
    """
    at = np.unique(times.time[times.happened])
    n_events = np.bincount(
        np.searchsorted(at, times.time[times.happened]), minlength=len(at)
    ).astype(np.int64)
    n_at_risk = at_risk(times, at)
    survival = np.cumprod(1 - n_events / np.maximum(n_at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(n_events / (n_at_risk * (n_at_risk - n_events)))
    return Curve(at, n_at_risk, n_events, np.asarray(survival, np.float64), greenwood)


def at_risk(times: Times, at: Floats) -> NDArray[np.int64]:
    """Count who is watched just before each time: in, and neither met by the event nor lost."""
    ended = np.searchsorted(np.sort(times.time), at, side="left")
    late = times.entry > 0
    entered = len(times) - late.sum() + np.searchsorted(np.sort(times.entry[late]), at, side="left")
    found: NDArray[np.int64] = (entered - ended).astype(np.int64)
    return found


def read_off(curve: Curve, at: Floats, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Return survival at chosen times, with the lower and upper limits.

    Limits are Greenwood's on the scale of log(−log S), so that they stay within 0 and 1; NaN
    where survival is 0.
    """
    step = np.searchsorted(curve.time, at, side="right")
    survival = np.concatenate([[1.0], curve.survival])[step]
    variance = np.concatenate([[0.0], curve.variance])[step]
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(survival)
        width = norm.ppf(0.5 + level / 2) * np.sqrt(variance) / log
        lower, upper = (np.exp(-np.exp(np.log(-log) + sign * width)) for sign in (-1, 1))
    whole = survival == 1
    return survival, np.where(whole, 1.0, lower), np.where(whole, 1.0, upper)


@dataclass(frozen=True)
class Grid:
    """Evenly spaced times in a unit."""

    unit: str
    step: float

    @property
    def per_year(self) -> float:
        """How many of the unit a year has."""
        return _UNITS[self.unit]

    def until(self, last_years: float) -> Floats:
        """Return the times of the grid up to a time, in the unit."""
        n = int(np.floor(last_years * self.per_year / self.step + 1e-9))
        return np.round(np.arange(n + 1) * self.step, 9)


def chosen_grid(last_years: float) -> Grid:
    """Choose a step that people use, so that about ten to twenty reach the end."""
    for unit, steps in (("days", _IN_DAYS), ("months", _IN_MONTHS), ("years", _IN_YEARS)):
        for step in steps:
            if last_years * _UNITS[unit] <= _MOST_STEPS * step:
                return Grid(unit, step)
    return Grid("years", float(np.ceil(last_years / _MOST_STEPS / 10) * 10))


def grid_of(asked: Any, last_years: float) -> Grid:
    """Return the grid that was asked for: a step in years, or the usual one.

    Raises
    ------
    BadInput
        If the step is none, or there would be more than a hundred.
    """
    if asked is None:
        return chosen_grid(last_years)
    if (
        isinstance(asked, bool)
        or not isinstance(asked, int | float | np.integer)
        or not 0 < asked < np.inf
    ):
        raise BadInput(f"grid={shown(asked)}", remedy='A step in years, such as 0.5, or "exact"')
    if last_years / asked > _MOST_ASKED:
        raise BadInput(
            f"grid={shown(asked)} has more than {_MOST_ASKED} steps",
            remedy='Ask for longer ones, or for "exact", which is no export',
        )
    return Grid("years", float(asked))


def last_time(times: Times, minimum: int) -> float:
    """Return the latest time at which so many are still at risk; NaN if there never are."""
    order = np.unique(np.concatenate([[0.0], times.time, times.entry]))
    enough = order[at_risk(times, order) >= minimum]
    return float(enough.max()) if len(enough) else float("nan")


def table_of(groups: Mapping[str, Times], grid: Grid, minimum: int) -> pd.DataFrame:
    """Return survival of each group on the grid, where so many are at risk."""
    return on_grid(groups, grid, minimum, _survival)


def _survival(times: Times, at: Floats) -> dict[str, Floats]:
    survival, lower, upper = read_off(kaplan_meier(times), at)
    return {"survival": survival, "lower": lower, "upper": upper}


# What is estimated of some individuals at chosen times, in years: columns of a table.
Read = Callable[[Times, Floats], Mapping[str, Floats]]


def on_grid(groups: Mapping[str, Times], grid: Grid, minimum: int, read: Read) -> pd.DataFrame:
    """Return an estimate for each group on the grid, where so many are at risk."""
    tables = []
    for name, times in groups.items():
        last = last_time(times, minimum)
        at = grid.until(0.0 if np.isnan(last) else last)
        n = at_risk(times, at / grid.per_year)
        columns = {"group": name, f"time_{grid.unit}": at, "n_at_risk": n}
        table = pd.DataFrame({**columns, **read(times, at / grid.per_year)})
        tables.append(table[n >= minimum])
    return pd.concat(tables, ignore_index=True)


def exact_table(groups: Mapping[str, Times]) -> pd.DataFrame:
    """Return survival of each group at each event: steps of single people."""
    tables = []
    for name, times in groups.items():
        curve = kaplan_meier(times)
        survival, lower, upper = read_off(curve, curve.time)
        tables.append(
            pd.DataFrame(
                {"group": name, "time_years": curve.time, "n_at_risk": curve.n_at_risk,
                 "n_events": curve.n_events, "survival": survival, "lower": lower, "upper": upper}
            )
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)
