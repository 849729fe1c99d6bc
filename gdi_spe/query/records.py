"""The tables of a folder as the evaluator reads them: once each, and kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from gdi_spe.query.index import Index
from gdi_spe.query.order.times import Stretch, birth_of
from gdi_spe.query.outcome import Ids
from gdi_spe.query.variants.regions import Regions
from gdi_spe.query.variants.rows import VariantRows
from gdi_spe.query.variants.source import OnDisk, Source, WhenNeeded
from gdi_spe.store import compute as pc
from gdi_spe.store.columns import column_of, text, texts
from gdi_spe.store.folder import DatasetFolder, Folder
from gdi_spe.store.opening import filled_columns
from gdi_spe.terms import hpo
from gdi_spe.terms.curies import looks_like_curie, spelled
from gdi_spe.terms.likeness import N_DRAWS, SEED, Likeness, compare, meaning_of
from gdi_spe.terms.naming import Recorded, term_named
from gdi_spe.terms.references import Hierarchies

ANNOTATIONS = (
    "position",
    "reference",
    "alternate",
    "gene",
    "gene_id",
    "consequence",
    "hgvs_c",
    "hgvs_p",
    "other_genes",
    "allele_frequency",
)


# A chromosome of more variants than this is read where a question needs it.
_IN_MEMORY = 1_000_000


class Records:
    """A folder's tables, read when first asked for."""

    def __init__(
        self, folder: Folder, hierarchies: Hierarchies, in_memory: int = _IN_MEMORY
    ) -> None:
        self.folder = folder
        self._in_memory = in_memory
        self.hierarchies = hierarchies
        self._tables: dict[str, pa.Table] = {}
        self._indexes: dict[tuple[str, str], Index] = {}
        self._variants: dict[str, VariantRows] = {}
        self._files: dict[str, ParquetFile] = {}
        self._filled: dict[str, dict[str, bool]] = {}
        self._likeness: dict[tuple[tuple[str, ...], int, int], list[Likeness]] = {}

    def table(self, name: str) -> pa.Table:
        """Return a table about individuals."""
        if name not in self._tables:
            self._tables[name] = self.folder.table(name)
        return self._tables[name]

    def rows_with(self, name: str, column: str, values: Iterable[str]) -> pa.Table:
        """Return the rows of a table whose column has one of some values."""
        table = self.table(name)
        if (name, column) not in self._indexes:
            self._indexes[name, column] = Index.of(table[column])
        return table.take(column_of(self._indexes[name, column].rows_of(values)))

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """Chromosomes that have variants."""
        return self.folder.chromosomes

    def variants(self, chromosome: str) -> pa.Table:
        """Return the annotations of a chromosome's variants, all of them in memory."""
        return self.variant_rows(chromosome).source.columns(ANNOTATIONS)

    def variant_rows(self, chromosome: str) -> VariantRows:
        """Return the same with what finds rows by gene and place, and reads those alone."""
        if chromosome not in self._variants:
            file = OnDisk(self.folder.path, f"variants/{chromosome}.parquet",
                          self._file(chromosome), ANNOTATIONS)  # fmt: skip
            is_small = file.n_rows <= self._in_memory
            source: Source = WhenNeeded(file) if is_small else file
            self._variants[chromosome] = VariantRows(source)
        return self._variants[chromosome]

    def is_filled(self, chromosome: str, column: str) -> bool:
        """Say whether a variant of a chromosome has a value in a column, as its file tells."""
        if chromosome not in self._filled:
            self._filled[chromosome] = filled_columns(self._file(chromosome))
        return self._filled[chromosome][column]

    def _file(self, chromosome: str) -> ParquetFile:
        if chromosome not in self._files:
            self._files[chromosome] = self.folder.variants_file(chromosome)
        return self._files[chromosome]

    @cached_property
    def everyone(self) -> frozenset[str]:
        """All individuals."""
        return frozenset(self.table("individuals")["individual_id"].to_pylist())

    @cached_property
    def people(self) -> NDArray[np.object_]:
        """All individuals, in the order of their table."""
        return np.array(self.table("individuals")["individual_id"].to_pylist(), object)

    @cached_property
    def sample_people(self) -> NDArray[np.int64]:
        """The individual of each sample, in the order of the calls: a place in `people`."""
        place = {name: number for number, name in enumerate(self.people.tolist())}
        whose = self.folder.samples["individual_id"].to_pylist()
        return np.array([place.get(name, -1) for name in whose], np.int64)

    def people_of(self, samples: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say of each individual whether one of some samples is theirs."""
        is_theirs = np.zeros(len(self.people) + 1, bool)
        is_theirs[self.sample_people[samples]] = True
        return is_theirs[:-1]

    def named(self, chosen: NDArray[np.bool_]) -> Ids:
        """Return the identifiers of some individuals."""
        return frozenset(self.people[chosen].tolist())

    @cached_property
    def sample_origins(self) -> NDArray[np.str_]:
        """Germline or tumour, for each sample."""
        return np.array(self.folder.samples["origin"].to_pylist(), dtype=np.str_)

    @cached_property
    def declared(self) -> dict[str, dict[str, Regions]]:
        """The regions that each dataset declared to have assessed, by chromosome.

        A dataset version without declared regions has its sites in that table: they are none.
        """
        if isinstance(self.folder, DatasetFolder) and not self.folder.manifest.declares_regions:
            return {}
        table = self.table("assessed")
        found: dict[str, dict[str, Regions]] = {}
        for name, chromosome in _pairs(table):
            here = pc.and_(pc.equal(table["dataset_id"], text(name)),
                           pc.equal(table["chromosome"], text(chromosome)))  # fmt: skip
            found.setdefault(name, {})[chromosome] = Regions.of(table.filter(here))
        return found

    @cached_property
    def births(self) -> dict[str, Stretch]:
        """The days that each individual can have been born on, where any is known."""
        rows = self.table("individuals")
        told = zip(rows["individual_id"].to_pylist(), rows["birth_date"].to_pylist(), strict=True)
        found = {one: birth_of(text) for one, text in told if text}
        return {one: birth for one, birth in found.items() if birth is not None}

    def term_named(self, text: str, table: str = "", column: str = "term") -> str:
        """Return the term of an identifier, or of a label that the ontologies or a table have."""
        if looks_like_curie(spelled(text)) or not table:
            return term_named(text, self.hierarchies, Recorded())
        rows = self.folder.samples if table == "samples" else self.table(table)
        terms = rows[column].to_pylist()
        labels = rows["label"].to_pylist() if "label" in rows.column_names else [None] * len(terms)
        return term_named(text, self.hierarchies, Recorded.of(terms, labels))

    def kinds(self, terms: Iterable[str], with_kinds: bool) -> frozenset[str]:
        """Return the terms that a question about these terms is answered by."""
        if not with_kinds:
            return frozenset(terms)
        return frozenset().union(*(self.hierarchies.expand(term) for term in terms))

    def wider(self, term: str) -> frozenset[str]:
        """Return a term, what it is a kind of, and what means the same: they exclude it too."""
        found: set[str] = set()
        todo = {term}
        while todo:
            each = todo.pop()
            found.add(each)
            above = self.hierarchies.equivalents(each)
            if self.hierarchies.has(each):
                above |= self.hierarchies.get(each.partition(":")[0]).ancestors(each)
            todo |= above - found
        return frozenset(found)

    def likeness(
        self, asked: tuple[str, ...], n_draws: int = N_DRAWS, seed: int = SEED
    ) -> list[Likeness]:
        """Compare everybody with a set of HPO features, most alike first."""
        key = (asked, n_draws, seed)
        if key not in self._likeness:
            self._likeness[key] = compare(
                asked,
                self.features("present"),
                self.features("excluded"),
                meaning_of(hpo.PREFIX, self.hierarchies),
                n_draws=n_draws,
                seed=seed,
            )
        return self._likeness[key]

    def features(self, status: str) -> dict[str, list[str]]:
        """Return each individual's phenotypic features of a status."""
        table = self.table("phenotypic_features")
        rows = table.filter(pc.equal(table["status"], text(status)))
        found: dict[str, list[str]] = {}
        pairs = zip(rows["individual_id"].to_pylist(), rows["term"].to_pylist(), strict=True)
        for individual, term in pairs:
            found.setdefault(individual, []).append(term)
        return found


def people(rows: pa.Table) -> frozenset[str]:
    """Return the individuals that some rows are about."""
    return frozenset(rows["individual_id"].to_pylist())


def among(column: pa.ChunkedArray, values: Iterable[str]) -> pa.ChunkedArray:
    """Say which entries are one of these values; an empty entry is not."""
    return pc.is_in(column, value_set=texts(sorted(values)))


def _pairs(regions: pa.Table) -> list[tuple[str, str]]:
    """Return each dataset and chromosome that has regions."""
    columns = (regions[name].to_pylist() for name in ("dataset_id", "chromosome"))
    return list(dict.fromkeys(zip(*columns, strict=True)))
