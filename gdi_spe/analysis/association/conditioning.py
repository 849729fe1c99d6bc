"""Variants as covariates: what is left of an association when others are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.analysis.regression.scan import SSF_CHROMOSOMES, blocks
from gdi_spe.analysis.variants.choice import keys_of
from gdi_spe.boundary.errors import BadInput
from gdi_spe.query.places import Allele, allele_of
from gdi_spe.store import counts
from gdi_spe.store.folder import Folder


def given_variants(folder: Folder, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the alternate alleles of each individual at each variant; the mean where not called.

    Parameters
    ----------
    folder
        The cohort.
    names
        As in ``"chr7-140753336-A-T"``.

    Raises
    ------
    BadInput
        If a name cannot be read, or the cohort has no such variant (those at its place are
        named).
    """
    return {name: _dosages(folder, name) for name in names}


def _dosages(folder: Folder, name: str) -> dict[str, float]:
    allele = allele_of(name, folder.assembly)
    rows = _rows(folder, allele, name)
    (block,) = blocks(folder, {allele.chromosome: rows})
    people = np.array(folder.samples["individual_id"].to_pylist())[folder.germline]
    found = counts.dosages(block.calls)[0, folder.germline].astype(float)
    called = found >= 0
    if not called.any():
        raise BadInput(f"nobody is called at {name}", remedy="Leave it out")
    found[~called] = found[called].mean()
    return dict(zip(people.tolist(), found.tolist(), strict=True))


def _rows(folder: Folder, allele: Allele, name: str) -> NDArray[np.int64]:
    if allele.chromosome not in folder.chromosomes:
        raise BadInput(
            f"{name} is on a chromosome without variants here",
            remedy=f"Those with variants are {', '.join(folder.chromosomes)}",
        )
    keys = keys_of(folder, allele.chromosome)
    here = np.flatnonzero(keys["position"].to_numpy() == allele.position)
    at = keys.take(here)
    is_it = pc.and_(
        pc.equal(at["reference"], allele.reference), pc.equal(at["alternate"], allele.alternate)
    )
    rows: NDArray[np.int64] = here[is_it.to_numpy(zero_copy_only=False)].astype(np.int64)
    if not len(rows):
        others = [
            f"{allele.chromosome}-{allele.position}-{row['reference']}-{row['alternate']}"
            for row in at.to_pylist()
        ]
        remedy = f"At its place there are {', '.join(others)}" if others else ""
        raise BadInput(f"{name} is not among the variants of this cohort", remedy=remedy)
    return rows[:1]


def without_given(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Leave out the rows of variants that a model was given."""
    if not names:
        return table
    keep = np.ones(len(table), bool)
    for name in names:
        allele = allele_of(name)
        keep &= ~(
            (table["chromosome"] == SSF_CHROMOSOMES[allele.chromosome])
            & (table["base_pair_location"] == allele.position)
            & (table["effect_allele"] == allele.alternate)
            & (table["other_allele"] == allele.reference)
        ).to_numpy(bool)
    return table[keep].reset_index(drop=True)


def name_of(row: pd.Series) -> str:
    """Return the name of a result's variant, as `given_variants` takes it."""
    chromosomes = {number: name for name, number in SSF_CHROMOSOMES.items()}
    parts = (row["base_pair_location"], row["other_allele"], row["effect_allele"])
    return "-".join(map(str, (chromosomes[int(row["chromosome"])], *parts)))
