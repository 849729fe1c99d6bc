"""How alike the individuals of a model are, all pairs of them: a matrix in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.regression.model import Model, TooFewPeople
from gdi_spe.analysis.structure.independent import AUTOSOMES
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
MOST_PEOPLE = 8_000
_COMMON, _MOST_VARIANTS, _LEAST_VARIANTS, _BLOCK = 0.05, 16_384, 500, 1_024


class TooManyPeople(TooFewPeople):
    """More individuals than a model of all pairs takes."""

    code = "too-many-people"


def relatedness_of(folder: Folder, model: Model, given: pd.DataFrame | None = None) -> Floats:
    """Return the genetic relationship of each pair of individuals of a model.

    Parameters
    ----------
    folder, model
        The cohort, and who is in the model.
    given
        Relationships to take instead, a row and a column an individual (twice the kinship).

    Returns
    -------
    Shape ``(individuals, individuals)``: about 1 on the diagonal, 0.5 for first-degree
    relatives, 0 for strangers. Of up to 16,384 autosomal variants with a frequency of 0.05 or
    more, evenly taken; a missing call is the mean (Yang et al. 2010, Nat Genet 42:565).

    Raises
    ------
    TooManyPeople
        If the matrix of so many individuals would not fit.
    BadInput
        If there are too few common variants, or the given table lacks individuals.
    """
    if model.n > MOST_PEOPLE:
        raise TooManyPeople(
            f"{model.n} individuals are in the model; a mixed model takes {MOST_PEOPLE}",
            remedy="Leave relatives out and use another model, or restrict individuals=",
        )
    if given is not None:
        return _of_table(folder, model, given)
    common = _common(folder, model.samples)
    n_variants = sum(len(rows) for rows, _ in common.values())
    if n_variants < _LEAST_VARIANTS:
        raise BadInput(
            f"{n_variants} common autosomal variants do not tell who is related",
            remedy="Give relationships as a table: relatedness=",
        )
    matrix = np.zeros((model.n, model.n), np.float32)
    for chromosome, (rows, share) in common.items():
        for first in range(0, len(rows), _BLOCK):
            part = slice(first, first + _BLOCK)
            codes = folder.calls(chromosome).take(rows[part]).codes()[:, model.samples]
            values = _standardised(codes, share[part])
            matrix += values.T @ values
    return matrix.astype(float) / n_variants


def _common(
    folder: Folder, samples: NDArray[np.int64]
) -> dict[str, tuple[NDArray[np.intp], Floats]]:
    found: dict[str, tuple[NDArray[np.intp], Floats]] = {}
    for chromosome in folder.chromosomes:
        if chromosome in AUTOSOMES:
            counts = folder.counts(chromosome, groups=[samples])[0]
            share = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
            found[chromosome] = (np.flatnonzero(np.minimum(share, 1 - share) >= _COMMON), share)
    step = -(-sum(len(rows) for rows, _ in found.values()) // _MOST_VARIANTS) or 1
    return {name: (rows[::step], share[rows[::step]]) for name, (rows, share) in found.items()}


def _standardised(codes: NDArray[np.uint8], share: Floats) -> NDArray[np.float32]:
    levels = (np.arange(4) - 2 * share[:, None]) / np.sqrt(2 * share * (1 - share))[:, None]
    levels[:, 3] = 0
    return np.take_along_axis(levels.astype(np.float32), codes.astype(np.intp), axis=1)


def _of_table(folder: Folder, model: Model, given: pd.DataFrame) -> Floats:
    names = np.array(folder.samples["individual_id"].to_pylist())[model.samples]
    lacking = [name for name in names if name not in given.index or name not in given.columns]
    if lacking:
        raise BadInput(
            f"relatedness lacks {len(lacking)} individuals of the model",
            remedy="Give a row and a column for each individual",
        )
    matrix: Floats = given.loc[names, names].to_numpy(float)
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, atol=1e-6):
        raise BadInput(
            "relatedness is not a symmetric table of numbers",
            remedy="Twice the kinship of each pair, and 1 for each individual with themselves",
        )
    return matrix
