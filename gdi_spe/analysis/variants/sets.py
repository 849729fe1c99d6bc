"""Genes and regions as sets of variants, and which of each set every mask takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from gdi_spe.analysis.variants.choice import names
from gdi_spe.analysis.variants.masks import Mask
from gdi_spe.boundary.errors import BadInput
from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.evaluate import hierarchies_of
from gdi_spe.query.places import region_of
from gdi_spe.query.records import Records
from gdi_spe.query.variants.matching import NotAnnotated, require_genes, rows_of
from gdi_spe.query.variants.rows import other_genes
from gdi_spe.store.folder import Folder

_TOLD = ("gene", "gene_id", "consequence")
LEFT_OUT = "chrY"


@dataclass(frozen=True)
class Sets:
    """The sets of one chromosome: their names, and every (set, variant, consequence).

    ``members`` has the columns ``set`` (a row of ``names``), ``row`` (of the variants) and
    ``consequence``, sorted by set; a variant with several consequences in a set has as many.
    """

    chromosome: str
    names: pd.DataFrame
    members: pd.DataFrame

    def taken(self, mask: Mask) -> pd.DataFrame:
        """Return the pairs of set and variant that the mask's consequences leave, each once."""
        found = self.members
        if mask.consequences:
            found = found[found["consequence"].isin(sorted(mask.consequences))]
        return found[["set", "row"]].drop_duplicates(ignore_index=True)


def sets_of(
    folder: Folder,
    gene: str | Sequence[str] | None,
    regions: Mapping[str, str] | None,
) -> Iterator[Sets]:
    """Yield the sets of each chromosome: regions by name where given, else genes.

    A variant is in every gene that is told of it, with what it does to that gene. Y is left
    out, since half of everybody has none.

    Raises
    ------
    BadInput
        If both are given, a region cannot be read, or a gene has no variant here.
    """
    if gene is not None and regions is not None:
        raise BadInput("gene and regions at once", remedy="Ask for one of them")
    records = Records(folder, hierarchies_of(folder))
    require_genes(records, names(gene))
    made = 0
    for chromosome in folder.chromosomes:
        if chromosome == LEFT_OUT:
            continue
        told = _told(records, chromosome)
        if regions is None:
            found = _genes(chromosome, told, None if gene is None else frozenset(names(gene)))
        else:
            found = _regions(records, chromosome, told, regions)
        made += len(found.names)
        if len(found.names):
            yield found
    if not made and regions is None:
        if gene is not None:
            raise BadInput(
                f"{', '.join(names(gene))}: genes on Y are left out", remedy="Name others"
            )
        raise NotAnnotated("gene")


def _told(records: Records, chromosome: str) -> pd.DataFrame:
    """Return what each variant does to each of its genes, the further ones included."""
    table = records.variants(chromosome)
    first = table.select(_TOLD).to_pandas().assign(row=np.arange(table.num_rows))
    parents, others = other_genes(table)
    further = others.select(_TOLD).to_pandas().assign(row=parents)
    return pd.concat([first, further], ignore_index=True)


def _genes(chromosome: str, told: pd.DataFrame, wanted: frozenset[str] | None) -> Sets:
    told = told[told["gene"].notna() | told["gene_id"].notna()]
    if wanted is not None:
        told = told[told["gene"].isin(wanted) | told["gene_id"].isin(wanted)]
    keys = told["gene_id"].fillna("").astype(str) + "\t" + told["gene"].fillna("").astype(str)
    codes, unique = pd.factorize(keys)
    names = pd.DataFrame([key.split("\t") for key in unique], columns=["gene_id", "gene"])
    names["gene"] = names["gene"].where(names["gene"] != "", names["gene_id"])
    names["gene_id"] = names["gene_id"].where(names["gene_id"] != "", None)
    members = told[["row", "consequence"]].assign(set=codes)
    return Sets(chromosome, names[["gene", "gene_id"]], _sorted(members))


def _regions(
    records: Records, chromosome: str, told: pd.DataFrame, regions: Mapping[str, str]
) -> Sets:
    names: list[tuple[str, str]] = []
    parts = [told.head(0)[["row", "consequence"]].assign(set=0)]
    for name, text in regions.items():
        span = region_of(text)
        if span.chromosome != chromosome:
            continue
        inside = rows_of(records, chromosome, CarriesVariant(spans=(span,)))
        here = told[told["row"].isin(inside)][["row", "consequence"]]
        parts.append(here.assign(set=len(names)))
        names.append((name, text))
    table = pd.DataFrame(names, columns=["region", "span"])
    return Sets(chromosome, table, _sorted(pd.concat(parts, ignore_index=True)))


def _sorted(members: pd.DataFrame) -> pd.DataFrame:
    return members.sort_values(["set", "row"], kind="stable", ignore_index=True)


def require_consequences(folder: Folder, masks: Sequence[Mask]) -> None:
    """Refuse masks of consequences where no variant says one."""
    if not any(mask.consequences for mask in masks):
        return
    tables = [folder.variants(name, ["consequence"]) for name in folder.chromosomes]
    if all(pc.sum(pc.is_valid(t["consequence"])).as_py() in (0, None) for t in tables):
        raise NotAnnotated("consequence")
