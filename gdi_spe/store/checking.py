"""Read a folder of the store from end to end: is it what the format says, and does it add up?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.store import germline
from gdi_spe.store.calls import Calls
from gdi_spe.store.folder import CohortFolder, DatasetFolder
from gdi_spe.store.germline import Samples
from gdi_spe.store.schemas import COUNT_COLUMNS, PERSON_TABLES, POPULATION_COLUMNS, TABLES, VARIANTS

_KEY = ["position", "reference", "alternate"]
_COUNTED = [*COUNT_COLUMNS, "allele_frequency", *POPULATION_COLUMNS]


def faults(folder: CohortFolder | DatasetFolder) -> Iterator[str]:
    """Yield what is wrong with a folder, naming the file; nothing where all is well.

    Compared are columns and types, who the rows are about, order and uniqueness of variants, every
    packed call, and every count with one made anew from the calls.
    """
    yield from _tables(folder)
    yield from _samples(folder)
    samples = germline.samples_from(folder.samples, folder.table("individuals"))
    n_variants = 0
    for chromosome in folder.chromosomes:
        file = f"variants/{chromosome}.parquet"
        kept = folder.variants_file(chromosome).schema_arrow
        odd = [f.name for f in VARIANTS if f.name not in kept.names or kept.field(f.name) != f]
        if odd:
            yield f"{file}: column {odd[0]} is missing or of another type"
            continue
        n_variants += folder.variants_file(chromosome).metadata.num_rows
        yield from (f"{file}: {why}" for why in _variants(folder, chromosome, samples))
    told = folder.manifest.n_variants
    if n_variants != told:
        yield f"manifest.json: says {told} variants, and there are {n_variants}"


def _tables(folder: CohortFolder | DatasetFolder) -> Iterator[str]:
    for name, schema in TABLES.items():
        file = f"{name}.parquet"
        if file not in folder.members:
            continue
        table = folder.table(name)
        if not table.schema.equals(schema, check_metadata=False):
            yield f"{file}: has other columns than the format says"
        elif name in PERSON_TABLES:
            people = folder.table("individuals")["individual_id"]
            if pc.any(pc.invert(pc.is_in(table["individual_id"], value_set=people))).as_py():
                yield f"{file}: tells of somebody who is not in individuals.parquet"


def _samples(folder: CohortFolder | DatasetFolder) -> Iterator[str]:
    people, samples = folder.table("individuals"), folder.samples
    for file, column in (
        ("individuals", people["individual_id"]),
        ("samples", samples["sample_id"]),
    ):
        if pc.count_distinct(column).as_py() != len(column):
            yield f"{file}.parquet: an identifier is there twice"
    if samples["sample_index"].to_pylist() != list(range(samples.num_rows)):
        yield "samples.parquet: the samples are not numbered from 0 on"
    told = (folder.manifest.n_individuals, folder.manifest.n_samples)
    if told != (people.num_rows, samples.num_rows):
        yield "manifest.json: has other numbers of individuals and samples than the tables"


def _variants(
    folder: CohortFolder | DatasetFolder, chromosome: str, samples: Samples
) -> Iterator[str]:
    last: tuple[object, ...] | None = None
    columns = ["chromosome", *_KEY, *_COUNTED, "calls"]
    for batch in folder.variants_file(chromosome).iter_batches(columns=columns):
        table = pa.Table.from_batches([batch])
        if set(table["chromosome"].to_pylist()) - {chromosome}:
            yield "has variants of another chromosome"
            return
        keys = list(zip(*(table[name].to_pylist() for name in _KEY), strict=True))
        before = keys if last is None else [last, *keys]
        if any(one >= other for one, other in pairwise(before)):
            yield "the variants are not in order, or one is there twice"
            return
        last = keys[-1] if keys else last
        if odd := _miscounted(folder, chromosome, table, samples):
            yield f"{odd} is not what the calls say"
            return


def _miscounted(
    folder: CohortFolder | DatasetFolder, chromosome: str, table: pa.Table, samples: Samples
) -> str | None:
    """Return the first column of counts that differs from one made anew."""
    calls = Calls.from_arrow(table["calls"], len(samples.ids))
    positions = table["position"].to_numpy()
    found = germline.count_germline(calls, chromosome, positions, samples, folder.assembly)
    anew = germline.with_counts(table.select(_KEY), found)
    for name in _COUNTED:
        kept = table[name].cast(anew[name].type)
        if name == "allele_frequency":
            one, other = (c.to_numpy(zero_copy_only=False) for c in (kept, anew[name]))
            if not np.array_equal(one, other, equal_nan=True):
                return name
        elif not kept.equals(anew[name]):
            return name
    return None
