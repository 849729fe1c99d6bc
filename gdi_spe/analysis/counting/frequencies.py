"""Allele frequencies in groups of individuals."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.frames import constant, each_times, joined, key_columns, table
from gdi_spe.analysis.groups import By, groups_of
from gdi_spe.analysis.variants.choice import KEYS, Chosen, chosen
from gdi_spe.store.counts import Alleles
from gdi_spe.store.folder import Folder

COLUMNS = (
    *KEYS,
    "group",
    "allele_count",
    "allele_number",
    "allele_frequency",
    "n_individuals",
)


def allele_frequencies(
    folder: Folder,
    by: By | None = None,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    min_allele_count: int = 0,
) -> pd.DataFrame:
    """Count alleles and estimate their frequency in each group.

    Parameters
    ----------
    folder
        The cohort.
    by, region, gene, consequence, individuals, min_allele_count
        As of a cohort's `allele_frequencies`.

    Returns
    -------
    As of a cohort's `allele_frequencies`, which tells errors and sources too.

    Examples
    --------
    >>> table = allele_frequencies(cohort.folder, by="population")
    >>> bool((table["allele_count"] <= table["allele_number"]).all())
    True
    """
    groups = groups_of(folder, by, individuals)
    samples = [group.samples for group in groups]
    found = list(chosen(folder, region, gene, consequence))
    if min_allele_count > 0:
        found = [_frequent(folder, each, samples, min_allele_count) for each in found]
    n_rows = sum(each.keys.num_rows for each in found)
    alleles = Alleles.empty(len(groups), n_rows)
    at = 0
    for each in found:
        folder.fill_alleles(alleles, at, each.chromosome, each.rows, samples)
        at += each.keys.num_rows
    return table(
        {
            **key_columns(found, len(groups)),
            "group": joined([constant(group.name, n_rows) for group in groups]),
            "allele_count": alleles.count.reshape(-1),
            "allele_number": alleles.number.reshape(-1),
            "allele_frequency": alleles.frequency.reshape(-1),
            "n_individuals": each_times([group.n_individuals for group in groups], n_rows),
        }
    )


def _frequent(
    folder: Folder, found: Chosen, samples: list[NDArray[np.int64]], min_allele_count: int
) -> Chosen:
    """Leave out variants where any group has fewer copies of either allele."""
    counts = folder.counts(found.chromosome, found.rows, samples)
    count, number = counts["allele_count"], counts["allele_number"]
    return found.kept((np.minimum(count, number - count) >= min_allele_count).all(axis=0))


def proportion(part: NDArray[np.integer], whole: NDArray[np.integer]) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by."""
    out = np.full(len(whole), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
