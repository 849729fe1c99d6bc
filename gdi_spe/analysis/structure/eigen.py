"""The largest eigenvalues of relationship between people, and their vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from gdi_spe.analysis.structure.independent import Common, Ints, Standardised, standardised
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
Times = Callable[[Floats], Floats]
_SMALL = 400  # people whose matrix is decomposed whole
_LOOK = 10  # rounds between two looks at what was found
_NEAR = 1e-8  # what is left of A v - l v, as a share of the largest eigenvalue


def relationship(folder: Folder, chosen: list[Common], people: Ints) -> Floats:
    """Return the genetic relationship matrix, shape ``(people, people)``.

    Each entry is the mean, over the variants called in both people, of the product of their
    standardised genotypes (as GCTA's and plink2's).
    """
    n, n_variants = len(people), sum(len(each.rows) for each in chosen)
    matrix, both = np.zeros((n, n)), np.full((n, n), float(n_variants))
    for block in blocks(folder, chosen, people):
        matrix += linalg.blas.ssyrk(1.0, block.values.T)
        if block.missing is not None:
            lost = sparse.csr_array(block.missing.T.astype(np.float32))
            alone = np.asarray(lost.sum(axis=1)).reshape(-1)
            both -= alone[:, None] + alone[None, :] - (lost @ lost.T).toarray()
    # the product fills one triangle
    matrix += np.triu(matrix, 1).T
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.nan_to_num(matrix / both)
    return found


def blocks(folder: Folder, chosen: list[Common], people: Ints) -> Iterator[Standardised]:
    """Yield the genotypes of all chosen variants as numbers."""
    for each in chosen:
        yield from standardised(folder, each, people)


def of_matrix(matrix: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the n largest eigenvalues of a symmetric matrix and their vectors, largest first."""
    if len(matrix) > _SMALL:
        # A few vectors at a time cost what one does: it is reading the matrix that takes time.
        found = largest(lambda vectors: matrix @ vectors, len(matrix), n, width=4, n_rounds=160)
        if found.is_settled:
            return found.values, found.vectors
    last = len(matrix) - 1
    values, vectors = linalg.eigh(matrix, subset_by_index=(last - n + 1, last))
    return values[::-1], vectors[:, ::-1]


@dataclass(frozen=True)
class Found:
    """Eigenvalues, largest first, their vectors, and whether they have settled."""

    values: Floats
    vectors: Floats
    is_settled: bool


def largest(
    times: Times, size: int, n: int, *, width: int, n_rounds: int, near: float = _NEAR
) -> Found:
    """Find the n largest eigenvalues of what multiplies vectors, and their vectors.

    Block Krylov: the space of all products of ``width`` random vectors, which holds the leading
    eigenvectors far sooner than the last product does (Golub and Underwood 1977; Musco and Musco
    2015). The random vectors are the same each time.
    """
    start = np.random.default_rng(0).standard_normal((size, width))
    room = min(size, width * n_rounds)
    basis, image = np.empty((room, size)), np.empty((room, size))
    fresh, held = linalg.qr(start, mode="economic")[0], 0
    found = Found(np.zeros(0), np.zeros((size, 0)), False)
    for round_ in range(1, n_rounds + 1):
        rows = slice(held, held + fresh.shape[1])
        basis[rows], image[rows] = fresh.T, times(fresh).T
        held = rows.stop
        is_full = held == room
        if held > n and (is_full or round_ % _LOOK == 0):
            found = _ritz(basis[:held], image[:held], n, near)
            if found.is_settled:
                break
        if is_full:
            break
        fresh = image[rows].T[:, : room - held]
        for _again in range(2):
            fresh = fresh - basis[:held].T @ (basis[:held] @ fresh)
        fresh, _ = linalg.qr(fresh, mode="economic")
    return found


def _ritz(basis: Floats, image: Floats, n: int, near: float) -> Found:
    inner = basis @ image.T
    last = len(inner) - 1
    values, turn = linalg.eigh((inner + inner.T) / 2, subset_by_index=(last - n + 1, last))
    values, turn = values[::-1], turn[:, ::-1]
    vectors = basis.T @ turn
    off = np.linalg.norm(image.T @ turn - vectors * values, axis=0)
    return Found(values, vectors, bool((off <= near * abs(values[0])).all()))


def by_passes(folder: Folder, chosen: list[Common], people: Ints) -> Times:
    """Return what multiplies by the relationship matrix without holding it.

    A missing call is the mean here: how many variants each pair shares is not known.
    """
    n_variants = sum(len(each.rows) for each in chosen)

    def times(vectors: Floats) -> Floats:
        out = np.zeros_like(vectors)
        single = vectors.astype(np.float32)
        for block in blocks(folder, chosen, people):
            out += block.values.T @ (block.values @ single)
        return out / n_variants

    return times
