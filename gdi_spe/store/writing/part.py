"""A part of a folder, chosen individuals and regions, as a folder of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import Region
from gdi_spe.store.folder import Folder
from gdi_spe.store.germline import samples_from
from gdi_spe.store.schemas import TABLES
from gdi_spe.store.writing.folders import members_of, write_table
from gdi_spe.store.writing.subset import write_without


class Part(Folder):
    """Some individuals and regions of a folder; every site inside stays, carried or not."""

    def __init__(self, path: Path, whole: Folder) -> None:
        super().__init__(path)
        self.assembly, self.told = whole.assembly, f"a part of {whole.told}"
        self.members = members_of(path)


def write_part(
    path: Path,
    whole: Folder,
    individuals: Collection[str] | None = None,
    regions: Sequence[Region] = (),
) -> Part:
    """Write the tables and calls of a part into an empty folder.

    Parameters
    ----------
    path
        The folder to write.
    whole
        What it is a part of.
    individuals
        Whose samples to keep, of all origins; everybody's without it.
    regions
        Stretches to keep; without any, everything.

    Raises
    ------
    BadInput
        If none of the individuals is here.
    """
    samples = whole.samples
    kept = np.arange(samples.num_rows)
    if individuals is not None:
        who = pa.array(sorted(individuals), pa.string())
        kept = np.flatnonzero(pc.is_in(samples["individual_id"], value_set=who))
    if not len(kept):
        raise BadInput("none of these individuals has a sample here")
    chosen = samples.take(pa.array(kept))
    place = chosen.schema.get_field_index("sample_index")
    numbered = chosen.set_column(place, "sample_index", pa.array(np.arange(len(kept)), pa.int32()))
    for name in TABLES:
        if name != "samples" and f"{name}.parquet" in whole.members:
            write_table(path, name, _of(whole.table(name), chosen))
    write_table(path, "samples", numbered)
    people = samples_from(numbered, whole.table("individuals"))
    write_without(path, whole, kept.astype(np.int64), people, regions)
    return Part(path, whole)


def _of(table: pa.Table, samples: pa.Table) -> pa.Table:
    """Return the rows about individuals who have one of the samples."""
    if "individual_id" not in table.column_names:
        return table
    return table.filter(pc.is_in(table["individual_id"], value_set=samples["individual_id"]))
