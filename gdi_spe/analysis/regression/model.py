"""A model without variants: who is in it, the trait, the covariates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]


class TooFewPeople(BadInput):
    """Not enough individuals, cases or controls for the model that was asked."""

    code = "too-few-people"


@dataclass(frozen=True)
class Model:
    """Individuals with a trait and every covariate, one germline sample each.

    ``covariates`` starts with the intercept; ``names`` names its columns.
    """

    samples: NDArray[np.int64]
    trait: Floats
    covariates: Floats
    names: tuple[str, ...]
    n_left_out: int

    @property
    def n(self) -> int:
        """Individuals in the model."""
        return len(self.samples)

    def row_of(self, n_samples: int) -> NDArray[np.int32]:
        """Return the row of each sample of the calls, -1 for those not in the model."""
        rows = np.full(n_samples, -1, np.int32)
        rows[self.samples] = np.arange(self.n)
        return rows

    def basis(self) -> Floats:
        """Return orthonormal columns that span the covariates."""
        return np.ascontiguousarray(np.linalg.qr(self.covariates)[0])

    def of_some(self, inside: NDArray[np.bool_]) -> Model:
        """Return the model of some individuals, without covariates that are one value for all."""
        columns = self.covariates[inside]
        varies = np.ptp(columns, axis=0) > 0
        varies[0] = True
        names = tuple(name for name, kept in zip(self.names, varies, strict=True) if kept)
        return Model(
            self.samples[inside], self.trait[inside], columns[:, varies], names, self.n_left_out
        )


def model_of(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Mapping[str, Mapping[str, float | str]],
    individuals: Collection[str] | None = None,
) -> Model:
    """Bring a trait and covariates together, individual by individual.

    Parameters
    ----------
    folder
        The cohort.
    trait
        The value of each individual who has one.
    covariates
        By name, the value of each individual; text is a category, and its most frequent value
        is the one that others are compared with.
    individuals
        Only these; everybody without it.

    Raises
    ------
    BadInput
        If the trait or a covariate is constant, or a covariate a sum of others.
    TooFewPeople
        If fewer individuals have everything than the model has columns.
    """
    whose = folder.samples["individual_id"].to_pylist()
    people = [whose[sample] for sample in folder.germline]
    inside = np.ones(len(people), bool)
    if individuals is not None:
        inside = np.isin(people, list(individuals))
    told = {name: [values.get(who) for who in people] for name, values in covariates.items()}
    table = pd.DataFrame({"": [trait.get(who, np.nan) for who in people], **told})
    table = table.replace([np.inf, -np.inf], np.nan)
    complete = inside & table.notna().all(axis=1).to_numpy()
    table, samples = table[complete], folder.germline[complete]
    columns, names = _columns(table.drop(columns=[""]))
    _refuse_too_few(len(table), columns.shape[1], len(covariates))
    _refuse_singular(columns, names)
    values = table[""].to_numpy(float)
    if not np.ptp(values) > 0:
        raise BadInput(
            "the trait is the same for everybody in the model",
            remedy="Look for where values are not recorded",
        )
    return Model(samples, values, columns, names, int(inside.sum()) - len(table))


def _refuse_too_few(n: int, n_columns: int, n_covariates: int) -> None:
    if n < n_columns + 3:
        raise TooFewPeople(
            f"{n} individuals have the trait and all {n_covariates} covariates",
            remedy="Leave a covariate out, or look for where values are not recorded",
        )


def _columns(table: pd.DataFrame) -> tuple[Floats, tuple[str, ...]]:
    columns, names = [np.ones(len(table))], ["intercept"]
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_numeric_dtype(values):
            columns.append(values.to_numpy(float))
            names.append(str(name))
            continue
        common = values.value_counts()
        for category in sorted(common.index, key=str):
            if category != common.index[0]:
                columns.append((values == category).to_numpy(float))
                names.append(f"{name}={category}")
    return np.column_stack(columns), tuple(names)


def _refuse_singular(columns: Floats, names: Sequence[str]) -> None:
    centred = columns[:, 1:] - columns[:, 1:].mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0))
    for name, spread in zip(names[1:], scale, strict=True):
        if not spread > 1e-12:
            raise BadInput(
                f"the covariate {name!r} is the same for everybody in the model",
                remedy="Leave it out",
            )
    corner = np.abs(np.diag(np.linalg.qr(centred / scale)[1])) if len(scale) else np.ones(0)
    for name, rest in zip(names[1:], corner, strict=True):
        if rest < 1e-7:
            raise BadInput(
                f"the covariate {name!r} follows from the others", remedy="Leave one of them out"
            )
