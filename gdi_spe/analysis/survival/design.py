"""Individuals with times and covariates, as columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.regression.model import TooFewPeople
from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput

Floats = NDArray[np.float64]
_SINGULAR = 1e-7


@dataclass(frozen=True)
class Design:
    """Who has everything, their covariates with mean 0 and spread 1, and their strata."""

    times: Times
    names: tuple[str, ...]
    scaled: Floats
    # What a column was divided by.
    scale: Floats
    strata: list[NDArray[np.intp]] | None
    n_left_out: int


def design_of(
    times: Times,
    covariates: Mapping[str, Mapping[str, float | str]],
    strata: Mapping[str, str] | None = None,
) -> Design:
    """Bring times, covariates and strata together, individual by individual.

    Raises
    ------
    TooFewPeople
        If nobody has everything.
    BadInput
        If there is no covariate, or one is constant or follows from others.
    """
    if not covariates:
        raise BadInput("a model needs a covariate", remedy='Such as ["sex"], or survival() instead')
    columns = {str(name): pd.Series(dict(values)) for name, values in covariates.items()}
    people = list(times.individuals)
    table = pd.DataFrame({name: values.reindex(people) for name, values in columns.items()})
    labels = None if strata is None else pd.Series(dict(strata)).reindex(people)
    table = table.replace([np.inf, -np.inf], np.nan)
    keep = table.notna().all(axis=1).to_numpy()
    if labels is not None:
        keep = keep & labels.notna().to_numpy()
    if not keep.any():
        raise TooFewPeople(
            f"none of {len(times):,} individuals has {', '.join(covariates)}",
            remedy="Leave a covariate out, or look for where values are not recorded",
        )
    names, values = _columns(table[keep])
    scale = _scale(names, values)
    parts = None
    if labels is not None:
        codes = pd.factorize(labels[keep])[0]
        parts = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
    return Design(
        times.take(keep), names, (values - values.mean(axis=0)) / scale, scale, parts,
        int((~keep).sum()),
    )  # fmt: skip


def _columns(table: pd.DataFrame) -> tuple[tuple[str, ...], Floats]:
    names: list[str] = []
    columns: list[Floats] = []
    for name in table.columns:
        values = table[name].infer_objects()
        if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
            names.append(name)
            columns.append(values.to_numpy(float))
            continue
        usual, *others = values.value_counts().index
        for category in sorted(others, key=str) or [usual]:
            names.append(f"{name}={category}")
            columns.append((values == category).to_numpy(float))
    return tuple(names), np.column_stack(columns)


def _scale(names: tuple[str, ...], values: Floats) -> Floats:
    """Return each column's spread; refuse columns without one of their own."""
    centred = values - values.mean(axis=0)
    scale: Floats = np.sqrt((centred**2).mean(axis=0))
    for name, spread, size in zip(names, scale, np.abs(values).max(axis=0), strict=True):
        if not spread > 1e-12 * max(size, 1.0):
            raise BadInput(
                f"the covariate {name!r} is the same for everybody in the model",
                remedy="Leave it out",
            )
    corner = np.abs(np.diag(np.linalg.qr(centred / scale / np.sqrt(len(values)), mode="r")))
    for name, rest in zip(names, corner, strict=False):
        if rest < _SINGULAR:
            raise BadInput(
                f"the covariate {name!r} follows from the others", remedy="Leave one of them out"
            )
    return scale
