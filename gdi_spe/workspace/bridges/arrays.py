"""Calls as arrays and tables in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.analysis.variants.choice import Chosen, chosen, names
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.workspace.bridges.parts import require_room

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ("chromosome", "position", "reference", "alternate", "id", "gene", "consequence")
_REMEDY = "Name a region or gene, take fewer individuals, or write files with to_pgen"


@dataclass(frozen=True)
class Genotypes:
    """Calls with what names their rows and columns.

    Attributes
    ----------
    call_genotype
        Alleles, shape ``(variants, samples, 2)``: 0 the reference (or another alternate), 1 this
        alternate, -1 missing, -2 where a haploid call has no second allele. ``None`` where
        dosages were asked for.
    call_dosage
        Alternate alleles of each call, shape ``(variants, samples)``, -1 missing; 0 or 1 where
        an individual has one allele. ``None`` where alleles were asked for.
    variants
        One row a variant: ``chromosome``, ``position`` (1-based), ``reference``, ``alternate``,
        ``id``, ``gene``, ``consequence``.
    samples
        One row a sample: ``sample_id``, ``individual_id``, ``origin``.
    """

    call_genotype: NDArray[np.int8] | None
    call_dosage: NDArray[np.int8] | None
    variants: pd.DataFrame
    samples: pd.DataFrame

    def __repr__(self) -> str:
        which = "call_dosage" if self.call_genotype is None else "call_genotype"
        return (
            f"<Genotypes {which}: {len(self.variants):,} variants, {len(self.samples):,} samples>"
        )


def genotypes(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    dosages: bool = False,
    free_bytes: int | None = None,
) -> Genotypes:
    """Return the calls of chosen variants and individuals as an array.

    Raises
    ------
    TooLarge
        If it would take more than half of the memory that is free, before it is made.
    """
    found = list(chosen(folder, region, gene))
    columns = _columns(folder, individuals)
    n_variants = sum(each.keys.num_rows for each in found)
    wide = 1 if dosages else 2
    what = f"{n_variants:,} variants of {len(columns):,} samples"
    widest = max((each.keys.num_rows for each in found), default=0)
    wanted = (n_variants * len(columns) + widest * folder.n_samples) * wide
    require_room(wanted, what, _REMEDY, free_bytes)
    shape = (n_variants, len(columns)) if dosages else (n_variants, len(columns), 2)
    out, start = np.empty(shape, np.int8), 0
    for each in found:
        read = folder.dosages if dosages else folder.genotypes
        out[start : start + each.keys.num_rows] = read(each.chromosome, each.row_numbers)[
            :, columns
        ]
        start += each.keys.num_rows
    samples = folder.samples.select(["sample_id", "individual_id", "origin"])
    told = samples.take(pa.array(columns)).to_pandas()
    return Genotypes(
        None if dosages else out, out if dosages else None, _variants(folder, found), told
    )


def _columns(folder: Folder, individuals: Collection[str] | None) -> NDArray[np.int64]:
    """Return sample indexes of the individuals; everybody's without any."""
    if individuals is None:
        return np.arange(folder.n_samples)
    who = pa.array(sorted(individuals), pa.string())
    kept = pc.is_in(folder.samples["individual_id"], value_set=who)
    return np.flatnonzero(kept.to_numpy(zero_copy_only=False))


def _variants(folder: Folder, found: Sequence[Chosen]) -> pd.DataFrame:
    tables = [
        folder.variants(each.chromosome, _KEYS).take(pa.array(each.row_numbers)) for each in found
    ]
    if not tables:
        first = folder.variants(folder.chromosomes[0], _KEYS) if folder.chromosomes else None
        return first.slice(0, 0).to_pandas() if first is not None else pa.table({}).to_pandas()
    return pa.concat_tables(tables).to_pandas()


def people_table(folder: Folder, individuals: Collection[str] | None = None) -> pd.DataFrame:
    """Return what is known of individuals, one row each, by their pseudonym."""
    table = folder.table("individuals")
    if individuals is not None:
        who = pa.array(sorted(individuals), pa.string())
        table = table.filter(pc.is_in(table["individual_id"], value_set=who))
    return table.to_pandas().set_index("individual_id")


def dosage_table(
    folder: Folder,
    region: str | None,
    gene: str | Sequence[str] | None,
    individuals: Collection[str] | None,
    free_bytes: int | None = None,
) -> pd.DataFrame:
    """Return dosages, one row an individual (its germline sample), one column a variant.

    Raises
    ------
    BadInput
        If neither a region nor a gene says which variants.
    TooLarge
        If it would take more than half of the memory that is free, before it is made.
    """
    import pandas as pd

    if region is None and not names(gene):
        raise BadInput("a table has a column a variant", remedy="Name a region or a gene")
    stands = folder.samples.take(pa.array(folder.germline))["individual_id"].to_pylist()
    chosen_ones = None if individuals is None else frozenset(individuals)
    kept = [n for n, who in enumerate(stands) if chosen_ones is None or who in chosen_ones]
    found = list(chosen(folder, region, gene))
    n_variants = sum(each.keys.num_rows for each in found)
    what = f"{n_variants:,} variants of {len(kept):,} individuals"
    require_room(4 * n_variants * (len(kept) + folder.n_samples), what, _REMEDY, free_bytes)
    columns, values = [], [np.zeros((0, len(kept)), np.float32)]
    for each in found:
        dosage = folder.dosages(each.chromosome, each.row_numbers)[:, folder.germline[kept]]
        values.append(np.where(dosage < 0, np.nan, dosage).astype(np.float32))
        keys = (each.keys[name].to_pylist() for name in ("position", "reference", "alternate"))
        columns += ["-".join([each.chromosome, *map(str, key)]) for key in zip(*keys, strict=True)]
    index = pd.Index([stands[n] for n in kept], name="individual_id")
    return pd.DataFrame(np.concatenate(values).T, index=index, columns=columns)
