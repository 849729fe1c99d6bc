"""How well single calls were seen, by what the dataset kept of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.store.folder import Folder

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
KEYS = ("chromosome", "position", "reference", "alternate", "id", "gene", "consequence")
QUALITIES = ("GQ", "DP", "AD")


class QualitiesNotKept(Caution):
    """What would tell a true difference between calls from a mistake was not kept of them."""


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


def not_kept(folder: Folder) -> list[str]:
    """Return which of GQ, DP and AD some chromosome has not."""
    has = frozenset(QUALITIES)
    for chromosome in folder.chromosomes:
        has &= kept(folder, chromosome)
    return sorted(frozenset(QUALITIES) - has)


def warn_of_what_was_not_kept(folder: Folder) -> list[str]:
    """Return what `not_kept` does, and warn where that is anything."""
    lacking = not_kept(folder)
    if lacking:
        why = (
            f"{', '.join(lacking)} of the calls was not kept: much of what is here can be mistakes "
            "of calls. An admin keeps them with --keep-format"
        )
        caution(QualitiesNotKept(why))
    return lacking


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put rows about people together, and say that they cannot be exported."""
    filled = [part for part in parts if len(part)]
    if filled:
        table = pd.concat(filled, ignore_index=True)
    else:
        table = pd.DataFrame(columns=parts[0].columns if parts else ["individual_id"])
    table.attrs = {"exportable": False, "why": "rows about people"}
    return table
