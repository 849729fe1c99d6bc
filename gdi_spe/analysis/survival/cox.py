"""Proportional hazards: how covariates hasten or delay what happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.design import Design, design_of
from gdi_spe.analysis.survival.likelihood import TIES, Fit, Likelihood, Ties
from gdi_spe.analysis.survival.proportional import TRANSFORMS, Transform, departures
from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput, shown

Floats = NDArray[np.float64]
_ROUNDS, _HALVINGS = 60, 30
_STEP, _GAIN = 1e-9, 1e-12
# A coefficient still moves by this where the likelihood has stopped to grow: it has no end.
_ENDLESS = 1e-3
_EVENTS_A_TERM = 10


class NotConverged(BadInput):
    """A model found no estimate."""

    code = "not-converged"


class MonotoneLikelihood(BadInput):
    """A covariate parts those whom the event met from the others, so its estimate has no end."""

    code = "monotone-likelihood"


@dataclass(frozen=True)
class Estimate:
    """Coefficients on the scale of the design, and what they are worth."""

    beta: Floats
    fit: Fit
    null: Fit

    @property
    def covariance(self) -> Floats:
        """Covariance of the coefficients: the inverse of the information."""
        inverse: Floats = np.asarray(np.linalg.inv(self.fit.information), np.float64)
        return inverse


def cox(
    times: Times,
    covariates: Mapping[str, Mapping[str, float | str]],
    *,
    strata: Mapping[str, str] | None = None,
    ties: Ties = "efron",
    firth: bool = False,
    level: float = 0.95,
    proportional: Transform | None = "km",
) -> pd.DataFrame:
    """Fit Cox's proportional hazards model.

    Parameters
    ----------
    times
        Who was watched how long.
    level
        Of the confidence limits.
    covariates, strata, ties, firth, proportional
        As of a cohort's `cox`.

    Returns
    -------
    As of a cohort's `cox`, which tells errors and sources too.

    Examples
    --------
    >>> from gdi_spe.analysis.survival.times import times_of
    >>> times = times_of(cohort.folder, event={"diagnosis": "any"})
    >>> from gdi_spe.analysis.regression.traits import values_of
    >>> cox(times, {"sex": values_of(cohort.folder, "sex")})["term"].tolist()
    ['sex=female']
    """
    if ties not in TIES or proportional not in (None, *TRANSFORMS):
        raise BadInput(
            f"ties={shown(ties)}, proportional={shown(proportional)}",
            remedy=f"{', '.join(TIES)}; {', '.join(TRANSFORMS)} or None",
        )
    design = design_of(times, covariates, strata)
    _refuse_few_events(design)
    likelihood = _likelihood(design, ties)
    found = _fitted(likelihood, design.names, firth=firth)
    table = _table(design, likelihood, found, level, firth=firth)
    table.attrs = _told(design, found, ties, firth=firth)
    if proportional is not None:
        each, whole = departures(likelihood, found.beta, proportional, design)
        table["p_value_proportional"] = chi2.sf(each, 1)
        table.attrs["p_value_proportional"] = float(chi2.sf(whole, len(each)))
        table.attrs["chi_squared_proportional"] = whole
    return table


def _refuse_few_events(design: Design) -> None:
    n_events, n_terms = int(design.times.happened.sum()), len(design.names)
    if n_events <= n_terms:
        raise TooFewPeople(
            f"{n_events} of {len(design.times)} individuals had the event, and the model has "
            f"{n_terms} term{'s' * (n_terms != 1)}",
            remedy=f"About {_EVENTS_A_TERM} events a term are needed; leave covariates out",
        )


def _likelihood(design: Design, ties: Ties, terms: Sequence[int] | None = None) -> Likelihood:
    columns = design.scaled if terms is None else design.scaled[:, list(terms)]
    return Likelihood(
        design.times.time, design.times.happened, columns, entry=design.times.entry,
        strata=design.strata, ties=ties,
    )  # fmt: skip


def _fitted(likelihood: Likelihood, names: Sequence[str], *, firth: bool) -> Estimate:
    """Find the coefficients at which the likelihood is greatest, by Newton's steps."""
    at: Callable[[Floats], Fit] = likelihood.penalised if firth else likelihood.at
    beta: Floats = np.zeros(likelihood.n_covariates)
    null = fit = at(beta)
    for _ in range(_ROUNDS):
        step = _step(fit, names)
        beta, fit, gain, step = _climbed(at, beta, fit, step)
        if np.abs(step).max() < _STEP:
            return Estimate(beta, fit, null)
        if gain < _GAIN * (1 + abs(fit.log_likelihood)):
            endless = [name for name, d in zip(names, np.abs(step), strict=True) if d > _ENDLESS]
            if endless:
                raise _monotone(endless)
    if np.abs(step).max() < _ENDLESS:
        return Estimate(beta, fit, null)
    raise NotConverged(
        f"the model of {', '.join(names)} found no estimate in {_ROUNDS} rounds",
        remedy="Leave covariates out, or use firth=True",
    )


def _monotone(names: Sequence[str]) -> MonotoneLikelihood:
    return MonotoneLikelihood(
        f"the hazard ratio of {', '.join(names)} has no end: everybody with the event, or nobody, "
        "has it",
        remedy="Use firth=True, or leave it out",
    )


def _step(fit: Fit, names: Sequence[str]) -> Floats:
    try:
        step: Floats = np.asarray(np.linalg.solve(fit.information, fit.slope), np.float64)
    except np.linalg.LinAlgError:
        flat = [n for n, v in zip(names, np.diag(fit.information), strict=True) if not v > 1e-12]
        raise _monotone(flat or list(names)) from None
    return step


def _climbed(
    at: Callable[[Floats], Fit], beta: Floats, fit: Fit, step: Floats
) -> tuple[Floats, Fit, float, Floats]:
    """Go a step, or the longest part of it that does not lower the likelihood."""
    step = step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
    for _ in range(_HALVINGS):
        ahead = at(beta + step)
        gain = ahead.log_likelihood - fit.log_likelihood
        if np.isfinite(gain) and gain >= -_GAIN * (1 + abs(fit.log_likelihood)):
            return beta + step, ahead, gain, step
        step = step / 2
    return beta, fit, 0.0, np.zeros_like(step)


def _table(
    design: Design, likelihood: Likelihood, found: Estimate, level: float, *, firth: bool
) -> pd.DataFrame:
    beta = found.beta / design.scale
    error = np.sqrt(np.diag(found.covariance)) / design.scale
    z, reach = beta / error, norm.ppf(0.5 + level / 2) * error
    p_value = 2 * norm.sf(np.abs(z))
    if firth:
        p_value = chi2.sf(_ratios(design, likelihood, found), 1)
    return pd.DataFrame(
        {
            "term": design.names,
            "beta": beta,
            "standard_error": error,
            "hazard_ratio": np.exp(beta),
            "ci_lower": np.exp(beta - reach),
            "ci_upper": np.exp(beta + reach),
            "z": z,
            "p_value": p_value,
        }
    )


def _ratios(design: Design, likelihood: Likelihood, found: Estimate) -> Floats:
    """Return twice the penalised log likelihood that each term adds to the others.

    The penalty is the whole model's: the term's coefficient is held at 0, the others fitted.
    """
    out = np.zeros(len(design.names))
    for term in range(len(out)):
        others = [i for i in range(len(out)) if i != term]
        out[term] = 2 * (found.fit.log_likelihood - _profiled(likelihood, others, design.names))
    return np.maximum(out, 0)


def _profiled(likelihood: Likelihood, free: Sequence[int], names: Sequence[str]) -> float:
    """Return the greatest penalised likelihood when the coefficients not free are 0."""
    rows = np.ix_(free, free)

    def at(some: Floats) -> Fit:
        beta = np.zeros(likelihood.n_covariates)
        beta[list(free)] = some
        fit = likelihood.penalised(beta)
        return Fit(fit.log_likelihood, fit.slope[list(free)], fit.information[rows])

    beta = np.zeros(len(free))
    fit = at(beta)
    for _ in range(_ROUNDS if free else 0):
        beta, fit, _, step = _climbed(at, beta, fit, _step(fit, [names[i] for i in free]))
        if np.abs(step).max() < _STEP:
            break
    return fit.log_likelihood


def _told(design: Design, found: Estimate, ties: Ties, *, firth: bool) -> dict[str, object]:
    ratio = max(2 * (found.fit.log_likelihood - found.null.log_likelihood), 0.0)
    return {
        "model": "cox",
        "n": len(design.times),
        "n_events": int(design.times.happened.sum()),
        "n_left_out": design.n_left_out + sum(design.times.left_out.values()),
        "left_out": design.times.left_out,
        "log_likelihood": found.fit.log_likelihood,
        "log_likelihood_null": found.null.log_likelihood,
        "chi_squared": ratio,
        "p_value": float(chi2.sf(ratio, len(design.names))),
        "ties": ties,
        "n_strata": 1 if design.strata is None else len(design.strata),
        "firth": firth,
    }
