"""How long each individual was watched, and whether it happened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.instants import DAYS_PER_YEAR, When, empty, instants_of
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Times:
    """Individuals with the time they were watched.

    ``time`` and ``entry`` are years since the origin; ``entry`` is where watching began, 0
    unless it began late. ``left_out`` counts, by reason, those about whom too little is known.
    """

    individuals: tuple[str, ...]
    time: Floats
    happened: NDArray[np.bool_]
    entry: Floats
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.individuals)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Times:
        """Return some of the individuals."""
        names = np.array(self.individuals, object)[rows]
        return Times(
            tuple(names.tolist()), self.time[rows], self.happened[rows], self.entry[rows],
            self.left_out,
        )  # fmt: skip


def times_of(
    folder: Folder,
    event: When = "death",
    origin: When = "birth",
    individuals: Collection[str] | None = None,
    entry: When | None = None,
) -> Times:
    """Find how long each individual was watched from an origin until an event.

    Parameters
    ----------
    folder
        The cohort.
    event, origin, entry
        Points in time, see `instants.instants_of`. ``entry``: when watching began, if that was
        after the origin; before it nobody could be seen to have the event.
    individuals
        Only these.

    Returns
    -------
    Those with an origin. The time ends with the event; else, censored, with death or the last
    encounter, whichever is later known. Two days are compared where both are known, else two
    ages. Left out, and counted by reason: those whose origin, event or end is at an unknown
    time, and those with the event or the end before the origin or before watching began.

    Raises
    ------
    BadInput
        If a point in time cannot be understood.
    TooFewPeople
        If nobody is left.

    Notes
    -----
    Death without the event censors: the curve is then of those who live on, and competing
    death is not accounted for.
    """
    began, met = instants_of(folder, origin), instants_of(folder, event)
    died, seen = instants_of(folder, "death"), instants_of(folder, "last encounter")
    late = empty() if entry is None else instants_of(folder, entry)
    if individuals is not None:
        began = began[began.index.isin(list(individuals))]
    has_met = began.index.isin(met.index)
    until = np.where(has_met, _years(began, met), _latest(_years(began, died), _years(began, seen)))
    start = np.zeros(len(began)) if entry is None else np.maximum(_years(began, late), 0)
    reasons = {
        "the origin is at an unknown time": began.isna().all(axis=1).to_numpy(),
        "the event is at an unknown time": has_met & np.isnan(until),
        "nothing says until when they were watched": ~has_met & np.isnan(until),
        "the event was before the origin": has_met & (until < 0),
        "they were last seen before the origin": ~has_met & (until < 0),
        "nothing says when watching began": np.isnan(start),
        "the end was before watching began": (start >= until) & (start > 0),
    }
    left_out: dict[str, int] = {}
    keep = np.ones(len(began), bool)
    for reason, rows in reasons.items():
        n = int((rows & keep).sum())
        left_out |= {reason: n} if n else {}
        keep &= ~rows
    if not keep.any():
        told = "; ".join(f"{n:,}: {reason}" for reason, n in left_out.items())
        raise TooFewPeople("nobody has an origin and an end", remedy=told)
    names = began.index.to_numpy(object)[keep]
    return Times(tuple(names.tolist()), until[keep], has_met[keep], start[keep], left_out)


def _years(began: pd.DataFrame, then: pd.DataFrame) -> Floats:
    """Return the years from one to the other, NaN where either is at an unknown time."""
    later = then.reindex(began.index)
    by_day = (later["day"] - began["day"]).to_numpy(float) / DAYS_PER_YEAR
    by_age = (later["years"] - began["years"]).to_numpy(float)
    found: Floats = np.where(np.isnan(by_day), by_age, by_day)
    return found


def _latest(one: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, np.fmax(one, other)))
