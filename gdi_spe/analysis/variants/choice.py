"""Which variants a result is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.evaluate import hierarchies_of
from gdi_spe.query.genotypes import matching, require_genes
from gdi_spe.query.places import region_of
from gdi_spe.query.records import Records
from gdi_spe.store.folder import Folder

KEYS = ("chromosome", "position", "reference", "alternate", "gene")
_READ = ("position", "reference", "alternate", "gene")


class NothingChosen(Caution):
    """No variant of the cohort is what is asked for, so that a result is empty."""


class _Warm:
    """What names the variants of a folder: read once, as long as the folder is held."""

    def __init__(self) -> None:
        self.keys: dict[str, pa.Table] = {}
        self.records: Records | None = None


_WARM: WeakKeyDictionary[Folder, _Warm] = WeakKeyDictionary()


@dataclass(frozen=True)
class Chosen:
    """The chosen variants of one chromosome, and what names them.

    ``rows`` are row numbers; ``None`` stands for all.
    """

    chromosome: str
    rows: NDArray[np.int64] | None
    # position, reference, alternate and gene, in the order of the rows
    keys: pa.Table

    @property
    def positions(self) -> NDArray[np.int64]:
        """Places of the variants."""
        column: NDArray[np.int64] = self.keys["position"].to_numpy().astype(np.int64)
        return column

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Row numbers, where all are meant too."""
        return np.arange(self.keys.num_rows) if self.rows is None else self.rows

    def kept(self, mask: NDArray[np.bool_]) -> Chosen:
        """Leave out some."""
        if mask.all():
            return self
        return Chosen(self.chromosome, self.row_numbers[mask], self.keys.filter(pa.array(mask)))


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
    if condition == CarriesVariant():
        for chromosome in folder.chromosomes:
            yield Chosen(chromosome, None, keys_of(folder, chromosome))
        return
    records = _records(folder)
    require_genes(records, condition.genes)
    wanted = {span.chromosome for span in condition.spans}
    is_empty = True
    for chromosome in folder.chromosomes:
        if wanted and chromosome not in wanted:
            continue
        rows = np.flatnonzero(matching(records, chromosome, condition))
        if len(rows):
            is_empty = False
            yield Chosen(chromosome, rows, keys_of(folder, chromosome).take(pa.array(rows)))
    if is_empty:
        caution(NothingChosen(_why_nothing(folder, region, gene, consequence)))


def _why_nothing(folder: Folder, *asked: object) -> str:
    told = ", ".join(shown(each) for each in asked if each is not None)
    return f"no variant here is of {told}. Places are those of {folder.assembly}, counted from 1"


def keys_of(folder: Folder, chromosome: str) -> pa.Table:
    """Return position, alleles and gene of all variants of a chromosome; they stay in memory."""
    warm = _WARM.setdefault(folder, _Warm()).keys
    if chromosome not in warm:
        table = folder.variants(chromosome, _READ)
        texts = pa.schema([pa.field(name, _type(name)) for name in _READ])
        warm[chromosome] = table.cast(texts).combine_chunks()
    return warm[chromosome]


def _type(name: str) -> pa.DataType:
    # As pandas holds text, so that its columns share these bytes.
    return pa.int32() if name == "position" else pa.large_string()


def _records(folder: Folder) -> Records:
    warm = _WARM.setdefault(folder, _Warm())
    if warm.records is None:
        warm.records = Records(folder, hierarchies_of(folder))
    return warm.records


def names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name or several as a tuple; none where nothing is asked."""
    if value is None:
        return ()
    found = (value,) if isinstance(value, str) else tuple(value)
    if not found:
        raise BadInput("an empty list names nothing", remedy="Leave the argument out for all")
    return found
