"""What is in a cohort, at a glance: no person, and counts of people as the policy shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from gdi_spe.query.index import distinct
from gdi_spe.store import compute as pc
from gdi_spe.store.columns import numbers, text
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.opening import filled_columns
from gdi_spe.store.schemas import PERSON_TABLES, VARIANTS
from gdi_spe.workspace.showing import shown_count

if TYPE_CHECKING:
    from gdi_spe.boundary.policy import CountPolicy

Fact = tuple[str, str]
_MOST_VALUES, _MOST_DIAGNOSES, _MOST_GENES = 12, 5, 5
# Beyond so many variants their genes are not counted: a glance is quick.
_MOST_VARIANTS = 1_000_000
_ANNOTATIONS = {"gene": "genes", "consequence": "consequences", "hgvs_p": "protein changes"}


def facts(folder: CohortFolder, policy: CountPolicy, told: Iterable[str]) -> list[Fact]:
    """Return what is in a cohort, as names and texts; ``told`` is what the node says of it."""
    found = [*_origin(folder), *((("until", "; ".join(told)),) if (told := list(told)) else ())]
    return [*found, *_people(folder, policy), *_records(folder, policy), *_variants(folder)]


def _origin(folder: CohortFolder) -> Iterator[Fact]:
    manifest = folder.manifest
    yield "version", f"{manifest.version}, {manifest.assembly}"
    purposes = ", ".join(manifest.project.purposes)
    yield "project", f"{manifest.project.slug}{f', for {purposes}' if purposes else ''}"
    yield "datasets", ", ".join(f"{each.id} version {each.version}" for each in manifest.datasets)


def _people(folder: CohortFolder, policy: CountPolicy) -> Iterator[Fact]:
    people = folder.table("individuals")
    yield "individuals", shown_count(folder.manifest.n_individuals, policy)
    yield "samples", _by_value(folder.samples["origin"], policy)
    for column in ("sex", "population", "country_of_origin"):
        if people[column].null_count < len(people):
            yield column.replace("_", " "), _by_value(people[column], policy)


def _by_value(column: pa.ChunkedArray, policy: CountPolicy) -> str:
    told = pc.value_counts(column).to_pylist()
    rows = sorted(told, key=lambda row: (-row["counts"], str(row["values"])))
    # In the order of their names: an order by number would say more than the numbers shown.
    first = sorted(rows[:_MOST_VALUES], key=lambda row: (row["values"] is None, row["values"]))
    parts = [
        f"{row['values'] or 'not recorded'} {shown_count(row['counts'], policy)}" for row in first
    ]
    more = len(rows) - _MOST_VALUES
    return ", ".join([*parts, f"{more} more"] if more > 0 else parts)


def _records(folder: CohortFolder, policy: CountPolicy) -> Iterator[Fact]:
    filled = {
        name: len(pc.unique(table["individual_id"]))
        for name in PERSON_TABLES
        if name not in ("individuals", "samples") and (table := folder.table(name)).num_rows
    }
    if "diagnoses" in filled:
        yield "diagnoses", _diagnoses(folder.table("diagnoses"), policy)
    if filled:
        parts = [f"{name} of {shown_count(n, policy)}" for name, n in filled.items()]
        yield "recorded", ", ".join(parts) + " individuals"
    empty = [name for name in PERSON_TABLES if name not in ("individuals", "samples", *filled)]
    if empty:
        yield "not recorded", ", ".join(empty)
    if folder.manifest.references:
        parts = [f"{each.name} {each.version}" for each in folder.manifest.references]
        yield "references", ", ".join(parts)


def _diagnoses(table: pa.Table, policy: CountPolicy) -> str:
    """Return those that most people have; a term by its first label."""
    present = table.filter(pc.equal(table["status"], text("present")))
    terms, people = (
        present[name].combine_chunks().dictionary_encode() for name in ("term", "individual_id")
    )
    # Each person counts once for a term: a term and a person are one number.
    n_people = max(1, len(people.dictionary))
    pairs = distinct(numbers(terms.indices).astype(np.int64) * n_people + numbers(people.indices))
    counted = np.bincount(pairs // n_people, minlength=len(terms.dictionary)).tolist()
    told = zip(terms.dictionary.to_pylist(), counted, strict=True)
    rows = sorted(told, key=lambda row: (-row[1], row[0]))
    parts = [
        f"{_label(present, term) or term} ({term}) {shown_count(n, policy)}"
        for term, n in rows[:_MOST_DIAGNOSES]
    ]
    more = len(rows) - _MOST_DIAGNOSES
    return ", ".join([*parts, f"{more} more"] if more > 0 else parts)


def _label(table: pa.Table, term: str) -> str:
    labels = table.filter(pc.equal(table["term"], text(term)))["label"].to_pylist()
    return min(filter(None, labels), default="")


def _variants(folder: CohortFolder) -> Iterator[Fact]:
    manifest, chromosomes = folder.manifest, folder.chromosomes
    place = f"{len(chromosomes)} chromosomes" if len(chromosomes) > 1 else "".join(chromosomes)
    yield "variants", f"{manifest.n_variants:,}{f' on {place}' if place else ''}"
    if manifest.regions:
        n_bases = sum(region.end - region.start for region in manifest.regions)
        yield "regions", f"{len(manifest.regions)} with {n_bases:,} bases, and no others"
    if not chromosomes:
        return
    filled = _filled(folder, chromosomes)
    annotated = [name for column, name in _ANNOTATIONS.items() if filled[column]]
    if filled["gene"] and manifest.n_variants <= _MOST_VARIANTS:
        annotated[0] = _genes(folder)
    yield "annotated with", ", ".join(annotated) or "nothing"
    extra = [name for name in filled if name not in VARIANTS.names]
    kept = [name.removeprefix("format_").removeprefix("info_") for name in extra]
    yield "kept of calls", ", ".join(kept) or "genotypes alone, unphased"
    declared = folder.table("assessed").num_rows
    yield "assessed regions", f"{declared:,} declared" if declared else "none declared"


def _filled(folder: CohortFolder, chromosomes: Iterable[str]) -> Mapping[str, bool]:
    """Say of each column whether a variant has a value, from the files' statistics."""
    told = [filled_columns(folder.variants_file(chromosome)) for chromosome in chromosomes]
    return {name: any(each[name] for each in told) for name in told[0]}


def _genes(folder: CohortFolder) -> str:
    names: set[str | None] = set()
    for chromosome in folder.chromosomes:
        names |= set(pc.unique(folder.variants(chromosome, ["gene"])["gene"]).to_pylist())
    genes = sorted(name for name in names if name)
    few = f" ({', '.join(genes)})" if len(genes) <= _MOST_GENES else ""
    return f"{len(genes):,} genes{few}"
