"""Which variants a result is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.evaluate import hierarchies_of
from gdi_spe.query.genotypes import matching, require_genes
from gdi_spe.query.places import region_of
from gdi_spe.query.records import Records
from gdi_spe.store.folder import Folder

KEYS = ("chromosome", "position", "reference", "alternate", "gene")


@dataclass(frozen=True)
class Chosen:
    """The chosen variants of one chromosome: row numbers, and what names them."""

    chromosome: str
    rows: NDArray[np.int64]
    keys: pa.Table


def chosen(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = None,
) -> Iterator[Chosen]:
    """Yield the variants of each chromosome that a region, genes and consequences leave.

    Raises
    ------
    BadInput
        If the region cannot be read, the consequence is none, or the gene has no variant here.
    """
    condition = CarriesVariant(
        genes=names(gene),
        spans=() if region is None else (region_of(region, folder.assembly),),
        consequences=names(consequence),
    )
    records = Records(folder, hierarchies_of(folder))
    require_genes(records, condition.genes)
    wanted = {span.chromosome for span in condition.spans}
    for chromosome in folder.chromosomes:
        if wanted and chromosome not in wanted:
            continue
        rows = np.flatnonzero(matching(records, chromosome, condition))
        if len(rows):
            keys = folder.variants(chromosome, KEYS).take(pa.array(rows))
            yield Chosen(chromosome, rows, keys)


def names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name or several as a tuple; none where nothing is asked."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def positions(found: Chosen) -> NDArray[np.int64]:
    """Return the places of the chosen variants."""
    column: NDArray[np.int64] = pc.cast(found.keys["position"], pa.int64()).to_numpy()
    return column
