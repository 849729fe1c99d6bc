"""Quality of samples: calls of each sort, kinds of alleles, depth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.counting.frequencies import proportion
from gdi_spe.analysis.groups import Group, groups_of, individuals_of
from gdi_spe.analysis.variants.choice import Chosen, chosen
from gdi_spe.analysis.variants.kinds import (
    DELETION,
    INSERTION,
    KINDS,
    STAR,
    TRANSITION,
    TRANSVERSION,
    kinds_of,
)
from gdi_spe.store.calls import Calls
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import samples as kernels
from gdi_spe.store.ploidy import expected_alleles, is_sex_linked

Counts = NDArray[np.int64]
_HET, _HOM, _HEMI, _LOST, _SINGLE, _ALTERNATES = range(6)
_KEPT = {"dp": "format_DP", "gq": "format_GQ"}
_AT_ONCE = 1024  # variants whose depths are read at once


def sample_qc(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
) -> pd.DataFrame:
    """Summarise the calls of each individual.

    Parameters
    ----------
    folder
        The cohort.
    region, gene, individuals
        As of a cohort's `sample_qc`.

    Returns
    -------
    As of a cohort's `sample_qc`, which tells errors and sources too.

    Examples
    --------
    >>> quality = sample_qc(cohort.folder)
    >>> bool(quality["call_rate"].between(0, 1).all())
    True
    """
    everybody = groups_of(folder, None, individuals)[0]
    found = list(chosen(folder, region, gene))
    n = folder.n_samples
    counts, able = np.zeros((2 * len(KINDS), len(kernels.FIELDS), n), np.int64), np.zeros(n, int)
    for each in found:
        for rows, calls, rule in by_rule(folder, each):
            kinds = kinds_of(folder, each.chromosome)[rows]
            share = folder.counts(each.chromosome, rows, [everybody.samples])[0]
            kinds = kinds + len(KINDS) * (share["allele_count"] == 1).astype(np.uint8)
            counts += kernels.by_sample(calls, rule, kinds, 2 * len(KINDS))[0]
            able += len(rows) * (np.ones(n, int) if rule is None else rule != 0)
    return pd.DataFrame(
        {name: values[everybody.samples] for name, values in _named(counts, able).items()}
        | _depths(folder, found, everybody),
        index=individuals_of(folder, everybody),
    )


def by_rule(
    folder: Folder, found: Chosen
) -> Iterator[tuple[NDArray[np.int64], Calls, NDArray[np.int8] | None]]:
    """Split variants into those counted as written and those where sex decides."""
    calls, rows = folder.calls(found.chromosome), found.row_numbers
    linked = is_sex_linked(folder.assembly, found.chromosome, found.positions)
    if not linked.all():
        yield rows[~linked], calls.take(rows[~linked]), None
    if linked.any():
        rule = expected_alleles(found.chromosome, folder.sample_sexes)
        yield rows[linked], calls.take(rows[linked]), rule


def _named(counts: Counts, able: Counts) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    """Name what was counted of every sample."""
    calls = counts.sum(axis=0)
    alleles = counts[:, _ALTERNATES].reshape(2, len(KINDS), -1)
    of_kind = alleles.sum(axis=0)
    n_called = able - calls[_LOST]
    het, hom, hemi = calls[_HET], calls[_HOM], calls[_HEMI]
    return {
        "call_rate": proportion(n_called, able),
        "n_called": n_called,
        "n_not_called": calls[_LOST],
        "n_hom_ref": n_called - het - hom - calls[_SINGLE],
        "n_het": het,
        "n_hom_var": hom,
        "n_hemi": hemi,
        "n_non_ref": het + hom + hemi,
        "n_singleton": alleles[1].sum(axis=0),
        "n_snp": of_kind[TRANSITION] + of_kind[TRANSVERSION],
        "n_insertion": of_kind[INSERTION],
        "n_deletion": of_kind[DELETION],
        "n_transition": of_kind[TRANSITION],
        "n_transversion": of_kind[TRANSVERSION],
        "n_star": of_kind[STAR],
        "r_ti_tv": proportion(of_kind[TRANSITION], of_kind[TRANSVERSION]),
        "r_het_hom_var": proportion(het, hom),
        "r_insertion_deletion": proportion(of_kind[INSERTION], of_kind[DELETION]),
    }


def _depths(
    folder: Folder, found: Sequence[Chosen], group: Group
) -> dict[str, NDArray[np.float64]]:
    """Return mean, deviation and range of what a dataset kept beside the calls."""
    columns = {}
    for short, name in _KEPT.items():
        have = [
            each for each in found
            if name in folder.variants_file(each.chromosome).schema_arrow.names
        ]  # fmt: skip
        if not have:
            continue
        parts = (part for each in have for part in _kept(folder, each, name))
        for word, values in _moments(parts, folder.n_samples).items():
            columns[f"{short}_{word}"] = values[group.samples]
    return columns


def _kept(folder: Folder, found: Chosen, name: str) -> Iterator[NDArray[np.float64]]:
    """Yield numbers of each call, NaN where there is none, shape ``(variants, samples)``."""
    wanted, first = found.row_numbers, 0
    for batch in folder.batches(found.chromosome, [name], _AT_ONCE):
        rows = wanted[(wanted >= first) & (wanted < first + len(batch))] - first
        first += len(batch)
        column = batch.column(0).take(rows) if len(rows) else batch.column(0).slice(0, 0)
        column = column.drop_null()
        if len(column):
            values = column.flatten().to_numpy(zero_copy_only=False).astype(float)
            yield values.reshape(len(column), folder.n_samples)


def _moments(
    parts: Iterator[NDArray[np.float64]], n_samples: int
) -> dict[str, NDArray[np.float64]]:
    """Return mean, standard deviation (of a population, as Hail's) and range of each sample."""
    n, total, squares = np.zeros((3, n_samples))
    least, most = np.full(n_samples, np.inf), np.full(n_samples, -np.inf)
    for part in parts:
        known = ~np.isnan(part)
        n += known.sum(axis=0)
        total += np.where(known, part, 0).sum(axis=0)
        squares += np.where(known, part**2, 0).sum(axis=0)
        least = np.fmin(least, np.where(known, part, np.inf).min(axis=0))
        most = np.fmax(most, np.where(known, part, -np.inf).max(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        deviation = np.sqrt(np.maximum(squares / n - mean**2, 0))
    nobody = n == 0
    return {
        "mean": mean,
        "stdev": deviation,
        "min": np.where(nobody, np.nan, least),
        "max": np.where(nobody, np.nan, most),
    }
