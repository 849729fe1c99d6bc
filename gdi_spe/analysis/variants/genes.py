"""Where the genes of a cohort's variants are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from gdi_spe.analysis.variants.choice import names
from gdi_spe.query.evaluate import hierarchies_of
from gdi_spe.query.genotypes import require_genes
from gdi_spe.query.places import Span, region_of
from gdi_spe.query.records import Records
from gdi_spe.query.variants.rows import other_genes
from gdi_spe.store.folder import Folder

COLUMNS = ("gene", "gene_id", "chromosome", "base_pair_location", "base_pair_end", "n_variants")
_TOLD = ["gene", "gene_id"]


def genes(
    folder: Folder, region: str | None = None, gene: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """List the genes that variants are annotated with, and how far these reach.

    Parameters
    ----------
    folder
        The cohort.
    region, gene
        As of a cohort's `genes`.

    Returns
    -------
    As of a cohort's `genes`, which tells errors and sources too.

    Examples
    --------
    >>> genes(cohort.folder, gene="RYR1")["chromosome"].tolist()
    ['chr19']
    """
    records = Records(folder, hierarchies_of(folder))
    span = None if region is None else region_of(region, folder.assembly)
    wanted = frozenset(names(gene))
    require_genes(records, wanted)
    parts = [
        _of_chromosome(records, chromosome, wanted)
        for chromosome in folder.chromosomes
        if span is None or span.chromosome == chromosome
    ]
    found = pd.concat([pd.DataFrame(columns=list(COLUMNS)).astype(_KINDS), *parts])
    found = found if span is None else found[_touches(found, span)]
    spans = [found[name].astype(str) for name in COLUMNS[2:5]]
    return found.assign(region=spans[0] + ":" + spans[1] + "-" + spans[2]).reset_index(drop=True)


_KINDS = {"base_pair_location": np.int64, "base_pair_end": np.int64, "n_variants": np.int64}


def _of_chromosome(records: Records, chromosome: str, wanted: frozenset[str]) -> pd.DataFrame:
    table = records.variants(chromosome)
    parents, others = other_genes(table)
    position = table["position"].to_numpy().astype(np.int64)
    told = pa.concat_tables([table.select(_TOLD), others.select(_TOLD)]).to_pandas()
    told["at"] = np.concatenate([position, position[parents]])
    told = told[told["gene"].notna() | told["gene_id"].notna()]
    if wanted:
        told = told[told["gene"].isin(wanted) | told["gene_id"].isin(wanted)]
    told["gene"] = told["gene"].where(told["gene"].notna(), told["gene_id"])
    grouped = told.groupby(_TOLD, sort=False, dropna=False)["at"]
    found = grouped.agg(["min", "max", "count"]).reset_index()
    found.columns = pd.Index([*_TOLD, *COLUMNS[3:]])
    found.insert(2, "chromosome", chromosome)
    return found.sort_values(["base_pair_location", "base_pair_end", "gene"], kind="stable")


def _touches(found: pd.DataFrame, span: Span) -> pd.Series[bool]:
    start, end = found["base_pair_location"] - 1, found["base_pair_end"]
    return (start < span.start_to) & (end >= span.end_from)
