"""The partial likelihood of Cox's model, with its slope, its information and its own slope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ties = Literal["efron", "breslow"]
TIES: tuple[str, ...] = get_args(Ties)


@dataclass(frozen=True)
class Moments:
    """At each event of a stratum, what the covariates of those at risk are like.

    Ties by Efron give each of d tied events its own row, in which the d are at risk less and
    less; ties by Breslow give each the same.
    """

    # log of the sum of risks, shape (events,)
    log_risk: Floats
    # mean of the covariates, shape (events, covariates)
    mean: Floats
    # their second moments, shape (events, covariates, covariates)
    second: Floats

    @property
    def variance(self) -> Floats:
        """Variance of the covariates among those at risk, at each event."""
        spread: Floats = self.second - self.mean[:, :, None] * self.mean[:, None, :]
        return spread


class Stratum:
    """Individuals who share a baseline hazard, ready for any coefficients."""

    def __init__(
        self, time: Floats, happened: NDArray[np.bool_], entry: Floats, covariates: Floats,
        ties: Ties,
    ) -> None:  # fmt: skip
        self.covariates = covariates
        self.at = np.unique(time[happened])
        self.place = np.searchsorted(self.at, time[happened])
        self.is_event = happened
        n_events = np.bincount(self.place, minlength=len(self.at))
        # Of d events at one time the k-th (from 0) sees k / d of the d gone.
        self.row = np.repeat(np.arange(len(self.at)), n_events)
        order = np.arange(len(self.row)) - np.repeat(np.cumsum(n_events) - n_events, n_events)
        gone = order / np.repeat(np.maximum(n_events, 1), n_events)
        self.gone: Floats = gone if ties == "efron" else np.zeros(len(gone))
        self._risk_sets = self._sums(time, entry)
        self._deaths = sparse.csr_array(
            (np.ones(len(self.place)), (self.place, np.flatnonzero(happened))),
            shape=(len(self.at), len(time)),
        )

    def _sums(self, time: Floats, entry: Floats) -> sparse.csr_array:
        """Return what adds over those whose risk begins or ends between two events.

        Those at risk at an event entered before it and were not gone before it; summed from
        the last event to the first, each counts +1 where they go and -1 where they enter.
        """
        leaves = np.searchsorted(self.at, time, side="right") - 1
        enters = np.searchsorted(self.at, entry, side="right") - 1
        enters[entry <= 0] = -1
        rows = np.concatenate([leaves, enters])
        columns = np.tile(np.arange(len(time)), 2)
        signs = np.repeat([1.0, -1.0], len(time))
        keep = rows >= 0
        return sparse.csr_array(
            (signs[keep], (rows[keep], columns[keep])), shape=(len(self.at), len(time))
        )

    def at_risk(self, values: Floats) -> Floats:
        """Sum values over those at risk at each event, ties counted as asked."""
        sums = np.cumsum((self._risk_sets @ values)[::-1], axis=0)[::-1]
        gone = self.gone.reshape(-1, *(1,) * (values.ndim - 1))
        found: Floats = sums[self.row] - gone * (self._deaths @ values)[self.row]
        return found

    def moments(self, beta: Floats) -> tuple[Moments, Floats]:
        """Return the moments at coefficients, and each individual's linear predictor."""
        linear = self.covariates @ beta
        highest = float(linear.max(initial=0.0))
        risk = np.exp(linear - highest)
        total = self.at_risk(risk)
        mean = self.at_risk(risk[:, None] * self.covariates) / total[:, None]
        second = self._products(risk) / total[:, None, None]
        return Moments(np.log(total) + highest, mean, second), linear

    def _products(self, weight: Floats) -> Floats:
        """Sum the products of every two covariates over those at risk, by weight."""
        p = self.covariates.shape[1]
        found = np.empty((len(self.row), p, p))
        weighted = weight[:, None] * self.covariates
        for i in range(p):
            found[:, i, i:] = found[:, i:, i] = self.at_risk(
                weighted[:, i, None] * self.covariates[:, i:]
            )
        return found

    def slopes(self, beta: Floats, moments: Moments) -> Floats:
        """Return how the information changes with each coefficient: third cumulants, summed."""
        p = self.covariates.shape[1]
        linear = self.covariates @ beta
        risk = np.exp(linear - float(linear.max(initial=0.0)))
        total = self.at_risk(risk)
        mean, second = moments.mean, moments.second
        found = np.empty((p, p, p))
        for r in range(p):
            third = self._products(risk * self.covariates[:, r]) / total[:, None, None]
            cross = second[:, :, r, None] * mean[:, None, :]
            cumulant = (
                third
                - mean[:, r, None, None] * second
                - cross
                - cross.transpose(0, 2, 1)
                + 2 * mean[:, r, None, None] * mean[:, :, None] * mean[:, None, :]
            )
            found[r] = cumulant.sum(axis=0)
        return found


@dataclass(frozen=True)
class Fit:
    """Log likelihood at coefficients, with its slope and the information."""

    log_likelihood: float
    slope: Floats
    information: Floats


class Likelihood:
    """Cox's partial likelihood over strata (Cox 1972; ties by Efron 1977 or Breslow 1974)."""

    def __init__(
        self,
        time: Floats,
        happened: NDArray[np.bool_],
        covariates: Floats,
        *,
        entry: Floats | None = None,
        strata: Sequence[NDArray[np.intp]] | None = None,
        ties: Ties = "efron",
    ) -> None:
        began = np.zeros(len(time)) if entry is None else entry
        every = [np.arange(len(time))] if strata is None else strata
        self.rows = [rows for rows in every if happened[rows].any()]
        self.strata = [
            Stratum(time[r], happened[r], began[r], covariates[r], ties) for r in self.rows
        ]
        self.n_covariates = covariates.shape[1]

    def at(self, beta: Floats) -> Fit:
        """Return the likelihood at coefficients."""
        value, slope = 0.0, np.zeros(self.n_covariates)
        information = np.zeros((self.n_covariates, self.n_covariates))
        for stratum, moments, linear in self._each(beta):
            value += float(linear[stratum.is_event].sum() - moments.log_risk.sum())
            slope += stratum.covariates[stratum.is_event].sum(axis=0) - moments.mean.sum(axis=0)
            information += moments.variance.sum(axis=0)
        return Fit(value, slope, information)

    def penalised(self, beta: Floats) -> Fit:
        """Return the same with Firth's penalty: half the log determinant of the information."""
        plain = self.at(beta)
        change = np.zeros((self.n_covariates,) * 3)
        for stratum, moments, _ in self._each(beta):
            change += stratum.slopes(beta, moments)
        inverse = np.linalg.inv(plain.information)
        penalty = 0.5 * float(np.linalg.slogdet(plain.information)[1])
        slope = plain.slope + 0.5 * np.einsum("ij,rji->r", inverse, change)
        return Fit(plain.log_likelihood + penalty, slope, plain.information)

    def _each(self, beta: Floats) -> Iterator[tuple[Stratum, Moments, Floats]]:
        for stratum in self.strata:
            yield stratum, *stratum.moments(beta)
