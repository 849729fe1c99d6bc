"""What children and their parents carry at some variants, and how well it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.analysis.inheritance.pedigree import Families
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import is_sex_linked

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
KEYS = ("chromosome", "position", "reference", "alternate", "id", "gene", "consequence")
QUALITIES = ("GQ", "DP", "AD")
_CELLS_AT_ONCE = 16_000_000


@dataclass(frozen=True)
class Block:
    """Some variants: dosages of children, fathers and mothers, ``(variants, children)``.

    -1 is a missing call or a parent who is not here. ``others_frequency`` is the alternate's
    frequency among everybody who is in none of the families.
    """

    chromosome: str
    rows: Ints
    is_linked: NDArray[np.bool_]
    child: NDArray[np.int8]
    father: NDArray[np.int8]
    mother: NDArray[np.int8]
    others_frequency: Floats


def blocks(
    folder: Folder,
    families: Families,
    rows_of: Callable[[str], Ints] | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Iterator[Block]:
    """Yield the variants of the cohort with what the families carry."""
    step = max(1, _CELLS_AT_ONCE // max(1, folder.n_samples))
    inside = np.unique(np.concatenate([families.child, families.father, families.mother]))
    others = np.setdiff1d(folder.germline, inside)
    for chromosome in folder.chromosomes:
        positions = folder.variants(chromosome, ["position"])["position"].to_numpy()
        wanted = np.arange(len(positions)) if rows_of is None else rows_of(chromosome)
        for first in range(0, len(wanted), step):
            rows = wanted[first : first + step]
            dosage = folder.dosages(chromosome, rows)
            yield Block(
                chromosome,
                rows,
                is_sex_linked(folder.assembly, chromosome, positions[rows]),
                child=_of(dosage, families.child),
                father=_of(dosage, families.father),
                mother=_of(dosage, families.mother),
                others_frequency=_frequency(folder, chromosome, rows, others),
            )
            progress(len(rows))


def _of(dosage: NDArray[np.int8], samples: Ints) -> NDArray[np.int8]:
    found = dosage[:, samples]
    found[:, samples < 0] = -1
    return found


def _frequency(folder: Folder, chromosome: str, rows: Ints, others: Ints) -> Floats:
    counts = folder.counts(chromosome, rows, [others])[0]
    out = np.zeros(len(rows))
    number = counts["allele_number"]
    np.divide(counts["allele_count"], number, out=out, where=number > 0)
    return out


def kept(folder: Folder, chromosome: str) -> frozenset[str]:
    """Return which of GQ, DP and AD were kept of the calls of a chromosome."""
    names = folder.variants_file(chromosome).schema_arrow.names
    found = {name for name in ("GQ", "DP") if f"format_{name}" in names}
    return frozenset(found | ({"AD"} if "format_AD_reference" in names else set()))


def seen(folder: Folder, chromosome: str, rows: Ints, samples: Ints) -> pd.DataFrame:
    """Return how well calls were seen: ``gq``, ``dp`` and ``allele_balance`` of each pair.

    ``rows`` and ``samples`` are pairs; NaN where it was not kept, was not told, or the sample
    is nobody (-1). The balance is the share of reads with the alternate.
    """
    has, names = kept(folder, chromosome), {"gq": "format_GQ", "dp": "format_DP"}
    out = pd.DataFrame({"gq": np.full(len(rows), np.nan), "dp": np.nan, "allele_balance": np.nan})
    for column, name in names.items():
        if column.upper() in has:
            out[column] = _cells(folder, chromosome, name, rows, samples)
    if "AD" in has:
        reference, alternate = (
            _cells(folder, chromosome, f"format_AD_{side}", rows, samples)
            for side in ("reference", "alternate")
        )
        total = reference + alternate
        with np.errstate(invalid="ignore", divide="ignore"):
            out["allele_balance"] = np.where(total > 0, alternate / total, np.nan)
    return out


def _cells(folder: Folder, chromosome: str, name: str, rows: Ints, samples: Ints) -> Floats:
    """Read single cells of a column of lists, by pairs of variant and sample."""
    out = np.full(len(rows), np.nan)
    unique, place = np.unique(rows, return_inverse=True)
    lists = folder.variants(chromosome, [name])[name].take(pa.array(unique)).combine_chunks()
    known = lists.is_valid().to_numpy(zero_copy_only=False)
    offsets = lists.offsets.to_numpy()
    values = lists.values.to_numpy(zero_copy_only=False).astype(float)
    there = np.flatnonzero(known[place] & (samples >= 0))
    out[there] = values[offsets[place[there]] + samples[there]]
    return out


def keys(folder: Folder, chromosome: str, rows: Ints) -> pd.DataFrame:
    """Return the columns that name variants."""
    return folder.variants(chromosome, KEYS).take(pa.array(rows)).to_pandas()
