"""Weighted sums of alternate alleles: sparse variants by their carriers, common ones by blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.analysis.variants.carried import alleles_of, carried
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ABSENT, ONE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Alternates:
    """Each individual's sum over some variants, and whose call is missing at which of them.

    ``missing`` has the shape ``(individuals, variants)``.
    """

    total: Floats
    missing: sparse.csc_array


def alternates(
    folder: Folder, chromosome: str, rows: Ints, coefficient: Floats, samples: Ints, one_counts: int
) -> Alternates:
    """Sum coefficients times alternate alleles.

    Parameters
    ----------
    folder, chromosome, rows
        The variants, as row numbers.
    coefficient
        Of each variant.
    samples
        The samples of the individuals.
    one_counts
        What the alternate counts where an individual has one allele only.
    """
    dense = np.flatnonzero(folder.calls(chromosome).take(rows).is_dense)
    listed = np.setdiff1d(np.arange(len(rows)), dense)
    row_of = np.full(folder.n_samples, -1, np.int32)
    row_of[samples] = np.arange(len(samples))
    held = carried(folder, chromosome, rows[listed], row_of, len(samples), one_counts=one_counts)
    total = held.dosage @ coefficient[listed]
    gaps = held.missing.tocoo()
    people, variants = [gaps.row.astype(np.int64)], [listed[gaps.col]]
    for some, dosage in _blocks(folder, chromosome, rows, dense, samples, one_counts):
        lost = np.nonzero(dosage < 0)
        dosage[lost] = 0
        total += coefficient[some] @ dosage
        people.append(lost[1])
        variants.append(some[lost[0]])
    where = np.concatenate(people), np.concatenate(variants)
    shape = (len(samples), len(rows))
    ones = np.ones(len(where[0]))
    return Alternates(total, sparse.coo_array((ones, where), shape=shape).tocsc())


def _blocks(
    folder: Folder, chromosome: str, rows: Ints, places: Ints, samples: Ints, one_counts: int
) -> Iterator[tuple[Ints, Floats]]:
    """Yield places among the rows and their dosages, -1 where missing."""
    position = folder.variants(chromosome, ["position"])["position"].to_numpy()
    step = max(1, _CELLS_AT_ONCE // max(1, folder.n_samples))
    for first in range(0, len(places), step):
        some = places[first : first + step]
        dosage = folder.dosages(chromosome, rows[some])[:, samples].astype(float)
        linked, rule = alleles_of(folder, chromosome, position[rows[some]], samples)
        if linked.any():
            there = dosage[linked]
            there = np.where((rule == ONE) & (there > 0), one_counts, there)
            dosage[linked] = np.where(rule == ABSENT, 0, there)
        yield some, dosage
