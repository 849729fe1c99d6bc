"""Principal components of ancestry."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.structure.eigen import blocks, by_passes, largest, of_matrix, relationship
from gdi_spe.analysis.structure.independent import Common, Ints, independent
from gdi_spe.analysis.structure.kinship import THIRD_DEGREE, kinship, least_told, n_common_variants
from gdi_spe.analysis.structure.relatives import unrelated
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
_EXACT_UP_TO = 6000  # people whose relationship matrix is held in memory
_SETTLED = 1e-5


class TooLittleToTell(BadInput):
    """Fewer people or variants than components."""

    code = "too-little-to-tell"


class NotSettled(Caution):
    """Components that are as large as the next ones, so that they could as well be others."""


def pca(
    folder: Folder,
    n_components: int = 10,
    individuals: Collection[str] | None = None,
    *,
    min_frequency: float = 0.05,
    max_r2: float = 0.2,
    max_kinship: float | None = THIRD_DEGREE,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find the directions in which ancestry varies most.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    n_components, individuals, min_frequency, max_r2, max_kinship
        As of a cohort's `pca`.

    Returns
    -------
    As of a cohort's `pca`, which tells errors and sources too.

    Examples
    --------
    >>> table = pca(cohort.folder, 2, max_kinship=None, min_frequency=0.01)
    >>> list(table.columns)
    ['PC1', 'PC2']
    """
    everybody = groups_of(folder, None, individuals)[0].samples
    names = np.array(folder.samples["individual_id"].to_pylist())
    base = everybody
    if max_kinship is not None:
        least = max(max_kinship, least_told(n_common_variants(folder)))
        pairs = kinship(folder, individuals, min_kinship=least)
        stay = set(unrelated(pairs, names[everybody].tolist()))
        base = np.array([sample for sample in everybody if names[sample] in stay], np.int64)
    chosen = independent(folder, base, min_frequency, max_r2, progress=progress)
    n_variants = sum(len(each.rows) for each in chosen)
    if min(len(base) - 1, n_variants) <= n_components:
        raise TooLittleToTell(
            f"{len(base)} unrelated individuals and {n_variants} variants for {n_components} "
            "components",
            remedy="Ask for fewer components, or lower min_frequency",
        )
    values, vectors = _eigen(folder, chosen, base, n_components)
    scores, others = _placed(folder, chosen, base, everybody, values, vectors)
    table = pd.DataFrame(
        scores,
        index=pd.Index(names[everybody], name="individual_id"),
        columns=[f"PC{number}" for number in range(1, n_components + 1)],
    )
    table.attrs = {
        "eigenvalues": values.tolist(),
        "n_variants": n_variants,
        "n_unrelated": len(base),
        "projected": names[others].tolist(),
    }
    return table


def _eigen(folder: Folder, chosen: list[Common], people: Ints, n: int) -> tuple[Floats, Floats]:
    if len(people) <= _EXACT_UP_TO:
        values, vectors = of_matrix(relationship(folder, chosen, people), n)
        return values, _signed(vectors)
    found = largest(
        by_passes(folder, chosen, people), len(people), n, width=n + 10, n_rounds=20, near=_SETTLED
    )
    if not found.is_settled:
        text = "some components are as large as the next: the last ones may turn"
        caution(NotSettled(text))
    return found.values, _signed(found.vectors)


def _signed(vectors: Floats) -> Floats:
    biggest = np.abs(vectors).argmax(axis=0)
    signed: Floats = vectors * np.sign(vectors[biggest, np.arange(vectors.shape[1])])
    return signed


def _placed(
    folder: Folder, chosen: list[Common], base: Ints, everybody: Ints, values: Floats,
    vectors: Floats,
) -> tuple[Floats, Ints]:  # fmt: skip
    """Return everybody's coordinates, eigenvectors of the base first, and who is not of it."""
    scores = np.zeros((len(everybody), vectors.shape[1]))
    inside = np.isin(everybody, base)
    scores[inside] = vectors[np.searchsorted(base, everybody[inside])]
    others = everybody[~inside]
    if len(others):
        both = np.concatenate([base, others])
        found, n_called = np.zeros((len(others), vectors.shape[1])), np.zeros(len(others))
        single = vectors.astype(np.float32)
        for block in blocks(folder, chosen, both):
            loading = block.values[:, : len(base)] @ single
            found += block.values[:, len(base) :].T @ loading
            n_called += len(block.values)
            if block.missing is not None:
                n_called -= block.missing[:, len(base) :].sum(axis=0)
        scores[~inside] = found / np.maximum(n_called, 1)[:, None] / values
    return scores, others
