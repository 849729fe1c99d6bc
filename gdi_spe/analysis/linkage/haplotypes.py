"""Haplotype frequencies of two variants from genotypes without phase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_ROUNDS, _NEAR = 1000, 1e-12


def disequilibrium(tables: Ints) -> tuple[Floats, Floats]:
    """Estimate how two variants go together by maximum likelihood.

    Parameters
    ----------
    tables
        People by their copies of the two alternate alleles, shape ``(pairs, 3, 3)``.

    Returns
    -------
    Squared correlation of the alleles on haplotypes, and D' in [-1, 1], its sign that of D: 1
    where one of the four haplotypes is not there. NaN where one variant does not vary.

    Notes
    -----
    Whoever is heterozygous at both variants has one of two pairs of haplotypes; how likely each
    is follows from the frequencies, and these from it (Excoffier and Slatkin 1995), under
    Hardy-Weinberg equilibrium. As plink2's ``--ld``.
    """
    counts = tables.astype(float)
    n = counts.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        p = (counts[:, 1].sum(axis=1) + 2 * counts[:, 2].sum(axis=1)) / (2 * n)
        q = (counts[:, :, 1].sum(axis=1) + 2 * counts[:, :, 2].sum(axis=1)) / (2 * n)
        # haplotypes with both alternates that are certain
        sure = 2 * counts[:, 2, 2] + counts[:, 2, 1] + counts[:, 1, 2]
        x = _settled(sure, counts[:, 1, 1], n, p, q)
        d = x - p * q
        variance = p * (1 - p) * q * (1 - q)
        varies = variance > 0
        r2 = np.where(varies, d**2 / variance, np.nan)
        most = np.where(
            d >= 0,
            np.minimum(p * (1 - q), (1 - p) * q),
            np.minimum(p * q, (1 - p) * (1 - q)),
        )
        prime = np.where(varies, np.where(most > 0, d / most, 0.0), np.nan)
    return r2, np.clip(prime, -1, 1)


def _settled(sure: Floats, double: Floats, n: Floats, p: Floats, q: Floats) -> Floats:
    """Return the frequency of the haplotype with both alternates."""
    x = p * q
    for _ in range(_ROUNDS):
        together = x * (1 - p - q + x)
        apart = (p - x) * (q - x)
        share = np.where(together + apart > 0, together / (together + apart), 0.5)
        found = (sure + double * share) / (2 * n)
        moved = np.abs(found - x)
        x = found
        if not (moved > _NEAR).any():
            break
    return x
