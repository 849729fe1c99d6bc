"""Whether hazard ratios change with time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from gdi_spe.analysis.survival.curves import kaplan_meier
from gdi_spe.analysis.survival.design import Design
from gdi_spe.analysis.survival.likelihood import Likelihood

Floats = NDArray[np.float64]
Transform = Literal["km", "rank", "identity", "log"]
TRANSFORMS: tuple[str, ...] = get_args(Transform)


def departures(
    likelihood: Likelihood, beta: Floats, transform: Transform, design: Design
) -> tuple[Floats, float]:
    """Return the score statistic of each term for a slope in time, and that of all together.

    Each has a chi-squared distribution where hazards are proportional, with one degree of
    freedom and with as many as there are terms.
    """
    p = likelihood.n_covariates
    scale_of = _scale_of_time(design, transform)
    slope, plain = np.zeros(p), np.zeros((p, p))
    cross, both = np.zeros((p, p)), np.zeros((p, p))
    for stratum in likelihood.strata:
        moments, _ = stratum.moments(beta)
        g = scale_of(stratum.at)[stratum.row]
        tied = scale_of(stratum.at)[stratum.place]
        slope += tied @ stratum.covariates[stratum.is_event] - g @ moments.mean
        variance = moments.variance
        plain += variance.sum(axis=0)
        cross += np.einsum("e,eij->ij", g, variance)
        both += np.einsum("e,eij->ij", g**2, variance)
    inverse = np.linalg.inv(plain)
    each = np.array(
        [slope[j] ** 2 / (both[j, j] - cross[j] @ inverse @ cross[:, j]) for j in range(p)]
    )
    whole = float(slope @ np.linalg.solve(both - cross @ inverse @ cross, slope))
    return each, whole


def _scale_of_time(design: Design, transform: Transform) -> Callable[[Floats], Floats]:
    """Return the function that takes a time of an event to the scale it is tested on."""
    curve = kaplan_meier(design.times)
    if transform == "identity":
        values = curve.time
    elif transform == "log":
        values = np.log(np.maximum(curve.time, np.finfo(float).tiny))
    elif transform == "rank":
        # Among all times, of the censored too.
        ranks = rankdata(design.times.time)
        values = ranks[np.argsort(design.times.time)][
            np.searchsorted(np.sort(design.times.time), curve.time)
        ]
    else:
        # Survival just before each event.
        values = 1 - np.concatenate([[1.0], curve.survival[:-1]])
    middle = float(np.average(values, weights=curve.n_events))

    def scaled(at: Floats) -> Floats:
        return np.asarray(values)[np.searchsorted(curve.time, at)] - middle

    return scaled
