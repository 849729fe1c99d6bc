"""Quality of variants: call rate and Hardy-Weinberg equilibrium."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.choice import Chosen, chosen
from gdi_spe.analysis.frames import key_columns
from gdi_spe.analysis.frames import table as table_of
from gdi_spe.analysis.frequencies import proportion
from gdi_spe.analysis.groups import groups_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import is_sex_linked

_COUNTS = (
    "allele_count",
    "allele_number",
    "n_heterozygous",
    "n_homozygous",
    "n_hemizygous",
    "n_missing",
)


def variant_qc(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    mid_p: bool = False,
) -> pd.DataFrame:
    """Summarise the calls of each variant.

    Parameters
    ----------
    folder
        The cohort.
    region, gene
        Only variants that touch the region, of these genes.
    individuals
        Look at these individuals only, such as the unrelated of one population.
    mid_p
        Give the mid-p value of the Hardy-Weinberg test.

    Returns
    -------
    One row a variant: what names it, ``allele_count``, ``allele_number``,
    ``allele_frequency``, ``n_heterozygous``, ``n_homozygous`` (of the alternate),
    ``n_hemizygous``, ``n_missing``, ``call_rate`` (complete calls among individuals who can
    have one) and ``p_value_hwe``.

    Notes
    -----
    The test is the exact one of Wigginton, Cutler and Abecasis (2005, Am J Hum Genet 76:887),
    among those with two alleles: women alone on X outside the pseudoautosomal regions; NaN on
    Y and the mitochondria. A small value can be structure in the population as well as a bad
    assay: give the individuals of one population to tell.
    """
    everybody = groups_of(folder, None, individuals)[0].samples
    sexes = np.array(folder.sample_sexes)
    women = everybody[sexes[everybody] == "female"]
    parts = [
        _quality(folder, found, everybody, women, mid_p) for found in chosen(folder, region, gene)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _quality(
    folder: Folder,
    found: Chosen,
    everybody: NDArray[np.int64],
    women: NDArray[np.int64],
    mid_p: bool,
) -> pd.DataFrame:
    both = folder.counts(found.chromosome, found.rows, [everybody, women])
    linked = is_sex_linked(folder.assembly, found.chromosome, found.positions)
    without_y = len(women) if found.chromosome == "chrY" else 0
    n_able = np.where(linked, len(everybody) - without_y, len(everybody))
    counts = both[0]
    table = table_of(key_columns([found])).assign(**{name: counts[name] for name in _COUNTS})
    table["allele_frequency"] = proportion(counts["allele_count"], counts["allele_number"])
    table["call_rate"] = proportion(n_able - counts["n_missing"], n_able)
    table["p_value_hwe"] = np.nan
    if found.chromosome in ("chrY", "chrM") and linked.all():
        return table
    mixed = np.where(linked, both[1], counts)
    n = np.where(linked, len(women), len(everybody)) - mixed["n_missing"]
    table["p_value_hwe"] = hardy_weinberg(
        n - mixed["n_heterozygous"] - mixed["n_homozygous"],
        mixed["n_heterozygous"],
        mixed["n_homozygous"],
        mid_p=mid_p,
    )
    if found.chromosome == "chrY":
        table.loc[linked, "p_value_hwe"] = np.nan
    return table


def hardy_weinberg(
    n_reference: NDArray[np.integer],
    n_heterozygous: NDArray[np.integer],
    n_homozygous: NDArray[np.integer],
    *,
    mid_p: bool = False,
) -> NDArray[np.float64]:
    """Test Hardy-Weinberg equilibrium exactly.

    Parameters
    ----------
    n_reference, n_heterozygous, n_homozygous
        Individuals with no, one and two copies, one entry a variant.
    mid_p
        Count half of the probability of what was observed (Graffelman and Moreno 2013).

    Returns
    -------
    Two-sided p-values; 1 where one allele alone was seen, NaN where nobody was called.
    """
    counts = np.column_stack([n_reference, n_heterozygous, n_homozygous]).astype(np.int64)
    distinct, back = np.unique(counts, axis=0, return_inverse=True)
    largest = 2 * int(distinct.sum(axis=1).max(initial=0))
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])
    values = [_exact(row, log_factorial, mid_p) for row in distinct.tolist()]
    return np.array(values, float)[back.reshape(-1)] if len(counts) else np.zeros(0)


def _exact(counts: list[int], log_factorial: NDArray[np.float64], mid_p: bool) -> float:
    reference, het, hom = counts
    n = sum(counts)
    if not n:
        return float("nan")
    rare = min(2 * reference, 2 * hom) + het
    hets = np.arange(rare % 2, rare + 1, 2)
    rare_homs = (rare - hets) // 2
    common_homs = n - hets - rare_homs
    logs = (
        hets * np.log(2.0)
        - log_factorial[hets]
        - log_factorial[rare_homs]
        - log_factorial[common_homs]
    )
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    observed = chances[(het - rare % 2) // 2]
    p_value = chances[chances <= observed * (1 + 1e-9)].sum()
    return float(min(1.0, p_value - (observed / 2 if mid_p else 0.0)))
