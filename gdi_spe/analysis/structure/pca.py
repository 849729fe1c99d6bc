"""Principal components of ancestry."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.structure.independent import Standardised, independent, standardised
from gdi_spe.analysis.structure.kinship import THIRD_DEGREE, kinship
from gdi_spe.analysis.structure.relatives import unrelated
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
Chosen = dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]
_EXACT_UP_TO = 6000  # people whose relationship matrix is held in memory
_EXTRA, _ROUNDS = 10, 12


class TooLittleToTell(BadInput):
    """Fewer people or variants than components."""

    code = "too-little-to-tell"


def pca(
    folder: Folder,
    n_components: int = 10,
    individuals: Collection[str] | None = None,
    *,
    min_frequency: float = 0.05,
    max_r2: float = 0.2,
    max_kinship: float | None = THIRD_DEGREE,
) -> pd.DataFrame:
    """Find the directions in which ancestry varies most.

    Parameters
    ----------
    folder
        The cohort.
    n_components
        How many.
    individuals
        Only these.
    min_frequency, max_r2
        Variants: of the rarer allele, and of two within 200,000 bases.
    max_kinship
        The components are found among individuals of whom no two are nearer; the others are
        put in their place. ``None`` leaves everybody in.

    Returns
    -------
    One row an individual (the index), columns ``PC1`` and on: what may be covariates of
    `association`. ``attrs`` has the eigenvalues, how many variants and how many individuals
    they come from. Who was put in place is drawn a little to the middle. A point is a person:
    no export.

    Raises
    ------
    TooLittleToTell
        If there are not more individuals and variants than components.

    Notes
    -----
    Eigenvectors of the genetic relationship matrix (Price et al. 2006, Nat Genet 38:904) over
    autosomal variants outside long-range linkage disequilibrium and the major
    histocompatibility complex; missing calls are the mean. Above 6,000 individuals by subspace
    iteration with the blocks of variants, without the matrix. Each component's sign is that
    of its largest entry.
    """
    everybody = groups_of(folder, None, individuals)[0].samples
    names = np.array(folder.samples["individual_id"].to_pylist())
    base = everybody
    if max_kinship is not None:
        pairs = kinship(folder, individuals, min_kinship=max_kinship, min_frequency=min_frequency)
        stay = set(unrelated(pairs, names[everybody].tolist()))
        base = np.array([sample for sample in everybody if names[sample] in stay], np.int64)
    chosen = independent(folder, base, min_frequency, max_r2)
    n_variants = sum(len(rows) for rows, _ in chosen.values())
    if min(len(base) - 1, n_variants) <= n_components:
        raise TooLittleToTell(
            f"{len(base)} unrelated individuals and {n_variants} variants for {n_components} "
            "components",
            remedy="Ask for fewer components, or lower min_frequency",
        )
    values, vectors = _eigen(folder, chosen, base, n_components, n_variants)
    scores = _placed(folder, chosen, base, everybody, values, vectors, n_variants)
    table = pd.DataFrame(
        scores,
        index=pd.Index(names[everybody], name="individual_id"),
        columns=[f"PC{number}" for number in range(1, n_components + 1)],
    )
    table.attrs = {
        "eigenvalues": values.tolist(),
        "n_variants": n_variants,
        "n_unrelated": len(base),
    }
    return table


def _blocks(folder: Folder, chosen: Chosen, people: NDArray[np.int64]) -> Iterator[Standardised]:
    for chromosome, (rows, share) in chosen.items():
        yield from standardised(folder, chromosome, rows, people, share)


def _eigen(
    folder: Folder, chosen: Chosen, people: NDArray[np.int64], n: int, n_variants: int
) -> tuple[Floats, Floats]:
    if len(people) > _EXACT_UP_TO:
        return _by_iteration(folder, chosen, people, n, n_variants)
    matrix = np.zeros((len(people), len(people)), np.float32)
    for block in _blocks(folder, chosen, people):
        matrix += block.values.T @ block.values
    matrix /= n_variants
    last = len(people) - 1
    values, vectors = linalg.eigh(matrix, subset_by_index=(last - n + 1, last), driver="evr")
    return values[::-1].astype(float), _signed(vectors[:, ::-1].astype(float))


def _by_iteration(
    folder: Folder, chosen: Chosen, people: NDArray[np.int64], n: int, n_variants: int
) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((len(people), n + _EXTRA)).astype(np.float32)
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(basis)[0]
        grown = np.zeros_like(basis)
        for block in _blocks(folder, chosen, people):
            grown += block.values.T @ (block.values @ basis)
        inner = basis.T @ grown / n_variants
        basis, last = grown, basis
    values, turn = np.linalg.eigh((inner + inner.T) / 2)
    vectors = last @ turn[:, ::-1][:, :n]
    return values[::-1][:n].astype(float), _signed(vectors.astype(float))


def _signed(vectors: Floats) -> Floats:
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    signed: Floats = vectors * signs
    return signed


def _placed(
    folder: Folder, chosen: Chosen, base: NDArray[np.int64], everybody: NDArray[np.int64],
    values: Floats, vectors: Floats, n_variants: int,
) -> Floats:  # fmt: skip
    """Return everybody's coordinates: eigenvectors of the base, and the others in their place."""
    place = {int(sample): row for row, sample in enumerate(base)}
    scores = np.zeros((len(everybody), vectors.shape[1]))
    inside = np.array([int(sample) in place for sample in everybody])
    scores[inside] = vectors[[place[int(sample)] for sample in everybody[inside]]]
    others = everybody[~inside]
    if len(others):
        both = np.concatenate([base, others])
        found = np.zeros((len(others), vectors.shape[1]))
        for block in _blocks(folder, chosen, both):
            loading = block.values[:, : len(base)] @ vectors.astype(np.float32)
            found += block.values[:, len(base) :].T @ loading
        scores[~inside] = found / (n_variants * values)
    return scores
