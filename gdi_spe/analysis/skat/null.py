"""The model without variants, as variance-component tests need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from gdi_spe.analysis.burden.fitting import null_of
from gdi_spe.analysis.burden.people import People

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Null:
    """Residuals of everybody, the variance of each, and the covariates.

    A linear model's residuals are divided by their standard deviation (n - k degrees of
    freedom), so that scores have the variance that `covariance` says in both models.
    """

    residual: Floats
    variance: Floats
    columns: Floats

    @staticmethod
    def of(people: People) -> Null:
        """Fit the trait on the covariates alone."""
        columns, trait = people.model.covariates, people.model.trait
        if people.kind == "logistic":
            mean = 1 / (1 + np.exp(-columns @ null_of(columns, people.cases)))
            return Null(people.cases - mean, mean * (1 - mean), columns)
        basis = people.model.basis()
        residual = trait - basis @ (basis.T @ trait)
        freedom = len(trait) - columns.shape[1]
        return Null(residual / np.sqrt(residual @ residual / freedom), np.ones(len(trait)), columns)

    @property
    def freedom(self) -> int:
        """Individuals less covariates."""
        return len(self.residual) - int(self.columns.shape[1])

    def scores(self, carried: sparse.csc_array) -> Floats:
        """Return the score of each variant, from dosages of shape ``(individuals, variants)``."""
        return np.asarray(carried.T @ self.residual)

    def covariance(self, carried: sparse.csc_array) -> Floats:
        """Return the covariance of the scores where nothing is associated."""
        weighted = sparse.diags_array(self.variance) @ carried
        inside = (carried.T @ weighted).toarray()
        crossed = np.asarray(weighted.T @ self.columns)
        own = self.columns.T @ (self.columns * self.variance[:, None])
        explained = crossed @ linalg.solve(own, crossed.T, assume_a="pos")
        found: Floats = inside - explained
        return (found + found.T) / 2
