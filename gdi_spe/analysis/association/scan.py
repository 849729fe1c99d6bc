"""Every variant against one trait, in blocks: the memory is a block's, not the cohort's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.analysis.association.model import Model
from gdi_spe.store import counts
from gdi_spe.store.calls import MISSING, Call, Calls, encode
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import expected_alleles, is_sex_linked

Floats = NDArray[np.float64]
BLOCK = 16_384
# GWAS-SSF (Hayhurst et al. 2022): its mandatory columns in its order, then ours.
SSF_CHROMOSOMES = {f"chr{n}": n for n in range(1, 23)} | {"chrX": 23, "chrY": 24, "chrM": 25}
_KEYS = ("position", "reference", "alternate", "id", "gene")


@dataclass(frozen=True)
class Block:
    """Some variants of one chromosome, with calls that any model can take."""

    chromosome: str
    keys: pa.Table
    calls: Calls


def blocks(
    folder: Folder,
    model: Model,
    rows_of: Callable[[str], NDArray[np.integer]] | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Iterator[Block]:
    """Yield the cohort's variants, sex-linked calls brought to the dosages a model takes.

    Outside the pseudoautosomal regions a man has two alternates on X where he has one, so that
    both sexes are on one scale; calls of two alleles there, and women's on Y, are missing.
    """
    for chromosome in folder.chromosomes:
        keys = folder.variants(chromosome, _KEYS)
        calls = folder.calls(chromosome)
        wanted = np.arange(len(calls)) if rows_of is None else np.asarray(rows_of(chromosome))
        for first in range(0, len(wanted), BLOCK):
            rows = wanted[first : first + BLOCK]
            part = keys.take(pa.array(rows))
            linked = is_sex_linked(folder.assembly, chromosome, part["position"].to_numpy())
            taken = calls.take(rows)
            if linked.any():
                taken = _on_one_scale(taken, linked, chromosome, folder.sample_sexes)
            yield Block(chromosome, part, taken)
            progress(len(rows))


def _on_one_scale(
    calls: Calls, linked: NDArray[np.bool_], chromosome: str, sexes: Sequence[str]
) -> Calls:
    expected = expected_alleles(chromosome, sexes)
    single = expected == 1
    values: list[bytes] = []
    for row, is_linked in enumerate(linked):
        one = calls.take(slice(row, row + 1))
        found = counts.dosages(one, expected if is_linked else None)[0]
        if is_linked:
            found = np.where(single & (found > 0), 2, found)
        found = np.where((found < 0) | (found > 2), MISSING, found)
        values.append(encode(Call.of(found.astype(np.uint8))))
    return Calls.of(values, calls.n_samples)


def named(block: Block) -> pd.DataFrame:
    """Return the columns that name variants, as GWAS-SSF has them."""
    keys = block.keys.to_pandas()
    return pd.DataFrame(
        {
            "chromosome": np.full(len(keys), SSF_CHROMOSOMES[block.chromosome], np.int64),
            "base_pair_location": keys["position"].to_numpy(np.int64),
            "effect_allele": keys["alternate"],
            "other_allele": keys["reference"],
        }
    )


def lambda_gc(chi_squared: Floats) -> float:
    """Estimate genomic inflation: the median of the statistics over that under no association.

    Returns
    -------
    NaN where no variant has a statistic. Above 1 can mean structure, relatives, or many true
    associations of a trait that many genes shape.
    """
    known = chi_squared[np.isfinite(chi_squared)]
    return float(np.median(known) / 0.4549364231195724) if len(known) else float("nan")
