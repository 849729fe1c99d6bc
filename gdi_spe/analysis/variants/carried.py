"""The alternate alleles of a model's individuals as sparse matrices: rare variants cost little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.store.calls import MISSING, Calls, Ints, mask_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ABSENT, ONE, expected_alleles, is_sex_linked

_CELLS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Carried:
    """Dosages of some variants, shape ``(individuals, variants)``, and where a call is missing.

    Outside the pseudoautosomal regions of X a man who has the alternate counts 2, so that both
    sexes are on one scale; so does everybody on the mitochondria. Two different alleles where
    there is one are missing, and so are half-missing calls and those of more than two alleles.
    """

    dosage: sparse.csc_array
    missing: sparse.csc_array

    def means(self) -> NDArray[np.float64]:
        """Return the mean dosage of each variant among those called; 0 where nobody was."""
        called = self.dosage.shape[0] - np.asarray(self.missing.sum(axis=0))
        mean: NDArray[np.float64] = np.asarray(self.dosage.sum(axis=0)) / np.maximum(called, 1)
        return mean


def carried(
    folder: Folder,
    chromosome: str,
    rows: Ints,
    row_of: NDArray[np.int32],
    n_rows: int,
    *,
    one_counts: int = 2,
) -> Carried:
    """Return what some individuals carry of some variants.

    Parameters
    ----------
    folder, chromosome, rows
        The variants, as row numbers.
    row_of, n_rows
        The place of each sample among the individuals, -1 for samples that are not, and how
        many individuals there are.
    one_counts
        What the alternate counts where there is one allele only: 2 brings both sexes to one
        scale, 1 counts alleles.
    """
    calls = folder.calls_of(chromosome, rows)
    positions = folder.variants(chromosome, ["position"])["position"].to_numpy()[rows]
    linked = is_sex_linked(folder.assembly, chromosome, positions)
    variant, sample, code = _entries(calls, row_of)
    if linked.any():
        rule = expected_alleles(chromosome, folder.sample_sexes)
        code = _by_rule(calls, linked[variant], rule[sample], one_counts, variant, sample, code)
    inside = (row_of[sample] >= 0) & (code > 0)
    variant, person, code = variant[inside], row_of[sample[inside]], code[inside]
    gap = code == MISSING
    shape = (n_rows, len(rows))
    return Carried(
        _matrix(code[~gap].astype(float), person[~gap], variant[~gap], shape),
        _matrix(np.ones(int(gap.sum())), person[gap], variant[gap], shape),
    )


def _matrix(
    values: NDArray[np.float64], rows: NDArray[np.int32], columns: Ints, shape: tuple[int, int]
) -> sparse.csc_array:
    return sparse.coo_array((values, (rows, columns)), shape=shape).tocsc()


def _entries(calls: Calls, row_of: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    """Return variant, sample and code of every call that is not reference only."""
    parts = [calls.entries]
    dense = np.flatnonzero(calls.is_dense)
    step = max(1, _CELLS_AT_ONCE // max(1, calls.n_samples))
    for first in range(0, len(dense), step):
        some = dense[first : first + step]
        codes = calls.take(some).codes()
        codes[:, row_of < 0] = 0
        variant, sample = np.nonzero(codes)
        parts.append((some[variant], sample, codes[variant, sample]))
    variant, sample, code = (np.concatenate(column) for column in zip(*parts, strict=True))
    return variant, sample, code


def _by_rule(
    calls: Calls, linked: NDArray[np.bool_], rule: NDArray[np.int8], one_counts: int,
    variant: Ints, sample: Ints, code: NDArray[np.uint8],
) -> NDArray[np.uint8]:  # fmt: skip
    """Bring calls where sex decides to 0 or ``one_counts``, and take out what cannot be."""
    haploid = mask_of(calls.haploid_words(), calls.n_samples)[variant, sample]
    single = linked & (rule == ONE)
    has_it = single & ((code == 2) | ((code == 1) & haploid))
    out = np.where(single & (code == 1) & ~haploid, MISSING, code)
    out = np.where(has_it, one_counts, out)
    return np.where(linked & (rule == ABSENT), 0, out).astype(np.uint8)


def alleles_of(
    folder: Folder, chromosome: str, positions: NDArray[np.integer], samples: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """Return at which positions sex decides, and how many alleles each sample has there."""
    linked = is_sex_linked(folder.assembly, chromosome, positions)
    return linked, expected_alleles(chromosome, folder.sample_sexes)[samples]


def families_of(folder: Folder, individuals: Sequence[str]) -> sparse.csr_array:
    """Return who is of which family, shape ``(families, individuals)``.

    Whoever the pedigree does not name is a family of one.
    """
    table = folder.table("pedigree").select(["individual_id", "family_id"]).to_pylist()
    family = {row["individual_id"]: row["family_id"] for row in table if row["family_id"]}
    keys = [("family", family[who]) if who in family else ("person", who) for who in individuals]
    number = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    rows = np.array([number[key] for key in keys], np.int64)
    ones = np.ones(len(rows))
    shape = (len(number), len(rows))
    return sparse.coo_array((ones, (rows, np.arange(len(rows)))), shape=shape).tocsr()
