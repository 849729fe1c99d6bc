"""Read a cohort or a dataset version from its folder, on either side of the trust line."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from gdi_spe.boundary.errors import NotFound
from gdi_spe.store import counts as counting
from gdi_spe.store.calls import COUNTS, Calls, Ints
from gdi_spe.store.chromosomes import CHROMOSOMES, rank_of
from gdi_spe.store.columns import numbers
from gdi_spe.store.germline import stand_ins
from gdi_spe.store.held import HeldCalls
from gdi_spe.store.manifests import MANIFEST, Glance, glance, manifest_of
from gdi_spe.store.opening import FileBroken, naming, open_parquet
from gdi_spe.store.ploidy import can_be_sex_linked, expected_alleles, is_sex_linked
from gdi_spe.store.schemas import POPULATION_COLUMNS, TABLES, VARIANTS

if TYPE_CHECKING:
    from gdi_spe.boundary.manifest import CohortManifest, DatasetManifest, Member

Rows = NDArray[np.integer[Any]] | Sequence[int]


class Folder:
    """Tables and calls of one folder; files are read when first asked for."""

    assembly: str
    members: Mapping[str, Member]
    # What it is, for the headers of files that are made of it.
    told: str

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._calls: dict[str, HeldCalls] = {}

    @property
    def files(self) -> Collection[str]:
        """Names of the files that the manifest tells of."""
        return self.members

    def path_of(self, name: str) -> Path:
        """Return the file of a table (``"individuals"``, ``"variants/chr19"``)."""
        file = f"{name}.parquet"
        if file not in self.files:
            raise NotFound("table", name)
        return self.path / file

    def table(self, name: str) -> pa.Table:
        """Read one of the tables about individuals, samples or assessed regions."""
        schema = TABLES.get(name)
        if schema is not None and f"{name}.parquet" not in self.files:
            return schema.empty_table()
        path, file = self.path_of(name), f"{name}.parquet"
        opened = open_parquet(path, file, schema)
        with naming(file):
            return opened.read()

    @cached_property
    def chromosomes(self) -> tuple[str, ...]:
        """Chromosomes that have variants, in karyotypic order."""
        names = [
            name.removeprefix("variants/").removesuffix(".parquet")
            for name in self.files
            if name.startswith("variants/")
        ]
        unknown = [name for name in names if name not in CHROMOSOMES]
        if unknown:
            raise FileBroken(MANIFEST, f"variants/{unknown[0]}.parquet is of no chromosome")
        return tuple(sorted(names, key=rank_of))

    @cached_property
    def samples(self) -> pa.Table:
        """The table of samples; row i is sample i of the calls."""
        told = self.table("samples")
        is_ordered = (np.diff(numbers(told["sample_index"])) > 0).all()
        return told if is_ordered else told.sort_by("sample_index")

    @property
    def n_samples(self) -> int:
        """How many samples a variant's calls hold."""
        return int(self.samples.num_rows)

    @cached_property
    def germline(self) -> Ints:
        """Sample indexes that stand for individuals: the first germline sample of each."""
        return stand_ins(self.samples)

    @cached_property
    def sample_sexes(self) -> list[str]:
        """Sex of the individual of each sample."""
        people = self.table("individuals")
        told = zip(people["individual_id"].to_pylist(), people["sex"].to_pylist(), strict=True)
        sexes = {one: sex for one, sex in told if sex}
        return [sexes.get(one, "unknown") for one in self.samples["individual_id"].to_pylist()]

    def variants(self, chromosome: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the variants of a chromosome, sorted by position.

        Parameters
        ----------
        chromosome
            ``"chr19"``.
        columns
            Columns to read; without it all but the counts by population and ``calls``, which
            is bytes for `genotypes`, `dosages`, `counts` and `carriers`.

        Returns
        -------
        Row i is variant i: row numbers are what the functions about calls take.
        """
        left_out = ("calls", *POPULATION_COLUMNS)
        named = [n for n in VARIANTS.names if n not in left_out] if columns is None else columns
        file = self.variants_file(chromosome)
        with naming(f"variants/{chromosome}.parquet"):
            return file.read(columns=list(named))

    def populations(self, chromosome: str) -> tuple[str, ...]:
        """Return the populations of the columns of counts by population, in their order."""
        told = self.variants_file(chromosome).schema_arrow.metadata
        return tuple(json.loads(told.get(b"gdi-spe.populations", b"[]")))

    def variants_file(self, chromosome: str) -> ParquetFile:
        """Open the variants of a chromosome, of this version and these samples."""
        name = f"variants/{chromosome}"
        file = open_parquet(self.path_of(name), f"{name}.parquet", VARIANTS)
        told = file.schema_arrow.metadata.get(b"gdi-spe.samples", b"")
        if told != str(self.n_samples).encode():
            raise FileBroken(f"{name}.parquet", "it has calls of other samples")
        return file

    def batches(
        self, chromosome: str, columns: Sequence[str], at_once: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the variants of a chromosome in order, ``at_once`` at most; for whole passes."""
        file = self.variants_file(chromosome)
        with naming(f"variants/{chromosome}.parquet"):
            yield from file.iter_batches(batch_size=at_once, columns=list(columns))

    def calls(self, chromosome: str) -> Calls:
        """Return the packed calls of a chromosome; they stay in memory."""
        return self._held(chromosome).whole

    def calls_of(self, chromosome: str, rows: Rows | None) -> Calls:
        """Return the packed calls of some variants; where these are few, they alone are read."""
        if rows is None:
            return self.calls(chromosome)
        return self._held(chromosome).take(self._row_numbers(chromosome, rows))

    def _held(self, chromosome: str) -> HeldCalls:
        if chromosome not in self._calls:
            file, name = self.variants_file(chromosome), f"variants/{chromosome}.parquet"
            self._calls[chromosome] = HeldCalls(file, name, self.n_samples)
        return self._calls[chromosome]

    def genotypes(self, chromosome: str, rows: Rows | None = None) -> NDArray[np.int8]:
        """Return alleles as written, shape ``(variants, samples, 2)``.

        0 is the reference (or another alternate), 1 this alternate, -1 missing, -2 the second
        allele of a haploid call; alleles are unphased, the smaller first.
        """
        return counting.genotypes(self.calls_of(chromosome, rows))

    def dosages(self, chromosome: str, rows: Rows | None = None) -> NDArray[np.int8]:
        """Return the number of alternate alleles, shape ``(variants, samples)``.

        -1 is missing (half-missing calls too). Where an individual has one allele only (X and Y
        of males outside the pseudoautosomal regions, mitochondria) it is 0 or 1, and a call of
        two different alleles there is -1; females have -1 on Y.
        """
        chosen = self._row_numbers(chromosome, rows)
        out = np.empty((len(chosen), self.n_samples), np.int8)
        for part, expected in self._by_rule(chromosome, chosen):
            out[part] = counting.dosages(self.calls_of(chromosome, chosen[part]), expected)
        return out

    def counts(
        self,
        chromosome: str,
        rows: Rows | None = None,
        groups: Sequence[NDArray[np.integer[Any]]] | None = None,
    ) -> NDArray[np.void]:
        """Count alleles and genotypes in groups of samples.

        Parameters
        ----------
        chromosome
            ``"chr19"``.
        rows
            Variants, as row numbers of `variants`; all of them without it.
        groups
            Sample indexes of each group; without it one group, `germline`: one sample for each
            individual, since people are what is counted.

        Returns
        -------
        Structured array, shape ``(groups, variants)``, with the fields ``allele_count``,
        ``allele_number``, ``n_heterozygous``, ``n_homozygous``, ``n_hemizygous`` and
        ``n_missing`` (samples whose call is not complete, of those that can have one).
        Sex-linked places follow the rules of `dosages`; half-missing calls count in
        ``allele_count`` and ``allele_number`` with the allele they have.
        """
        wanted = [self.germline] if groups is None else groups
        if rows is None and not can_be_sex_linked(chromosome):
            return counting.count(self.calls(chromosome), wanted)
        chosen = self._row_numbers(chromosome, rows)
        parts = self._by_rule(chromosome, chosen)
        if len(parts) == 1:
            return counting.count(self.calls_of(chromosome, rows), wanted, parts[0][1])
        out = np.zeros((len(wanted), len(chosen)), COUNTS)
        for part, expected in parts:
            calls = self.calls_of(chromosome, chosen[part])
            out[:, part] = counting.count(calls, wanted, expected)
        return out

    def fill_alleles(
        self,
        into: counting.Alleles,
        at: int,
        chromosome: str,
        rows: Rows | None,
        groups: Sequence[NDArray[np.integer[Any]]],
    ) -> None:
        """Count alleles in groups of samples, into a part of larger arrays.

        The first variant becomes number ``at`` there; otherwise as `counts`.
        """
        if rows is None and not can_be_sex_linked(chromosome):
            into.fill(at, self.calls(chromosome), groups)
            return
        chosen = self._row_numbers(chromosome, rows)
        parts = self._by_rule(chromosome, chosen)
        if len(parts) == 1:
            into.fill(at, self.calls_of(chromosome, rows), groups, parts[0][1])
            return
        for part, expected in parts:
            found = counting.Alleles.empty(len(groups), len(part))
            found.fill(0, self.calls_of(chromosome, chosen[part]), groups, expected)
            for name, values in vars(found).items():
                getattr(into, name)[:, at + part] = values

    def carrying(self, chromosome: str, rows: Rows | None = None) -> NDArray[np.bool_]:
        """Say of each sample whether it carries the alternate allele of any of some variants."""
        chosen = self._row_numbers(chromosome, rows)
        found = np.zeros(self.n_samples, bool)
        for part, expected in self._by_rule(chromosome, chosen):
            calls = self.calls_of(chromosome, chosen[part])
            found[counting.carrier_pairs(calls, expected)[1]] = True
        return found

    def _row_numbers(self, chromosome: str, rows: Rows | None) -> Ints:
        n_variants = len(self._held(chromosome))
        if rows is None:
            return np.arange(n_variants)
        chosen = np.asarray(rows, np.int64).reshape(-1)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= n_variants):
            raise IndexError(f"{chromosome} has {n_variants} variants")
        return chosen

    def _by_rule(self, chromosome: str, chosen: Ints) -> list[tuple[Ints, NDArray[np.int8] | None]]:
        """Split variants into those counted as written and those where sex decides."""
        if not can_be_sex_linked(chromosome):
            return [(np.arange(len(chosen)), None)]
        positions = self._held(chromosome).positions[chosen]
        linked = is_sex_linked(self.assembly, chromosome, positions)
        parts: list[tuple[Ints, NDArray[np.int8] | None]] = []
        if not linked.all() or not len(chosen):
            parts.append((np.flatnonzero(~linked), None))
        if linked.any():
            expected = expected_alleles(chromosome, self.sample_sexes)
            parts.append((np.flatnonzero(linked), expected))
        return parts


class CohortFolder(Folder):
    """A materialised cohort; its manifest is looked at whole before anything is read."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._begin()

    def _begin(self) -> None:
        self.cohort_id, self.assembly = str(self.manifest.cohort_id), self.manifest.assembly

    @cached_property
    def manifest(self) -> CohortManifest:
        """What the node wrote of the cohort."""
        # The models take as long to load as a first answer does: they come when they are used.
        from gdi_spe.boundary.manifest import CohortManifest

        return manifest_of(self.path, CohortManifest)

    @cached_property
    def members(self) -> Mapping[str, Member]:  # type: ignore[override]  # read when asked for
        """What the manifest says of each file."""
        return self.manifest.members

    @cached_property
    def told(self) -> str:  # type: ignore[override]  # read when asked for
        """What it is, for the headers of files that are made of it."""
        return f"cohort {self.cohort_id} version {self.manifest.version}"


class MountedFolder(CohortFolder):
    """A cohort as a workspace mounts it: the node looked at its manifest when it wrote it.

    A question takes of the manifest what it needs; the whole is looked at when it is asked for.
    """

    def _begin(self) -> None:
        found = glance(self.path)
        if found is None:
            super()._begin()  # says what is wrong, if anything is
            found = Glance(self.cohort_id, self.assembly, frozenset(self.members))
        self.cohort_id, self.assembly, self._files = found.cohort_id, found.assembly, found.files

    @property
    def files(self) -> Collection[str]:
        """Names of the files that the manifest tells of."""
        return self._files


class DatasetFolder(Folder):
    """A dataset version, with the identifiers it came with; only the node has it."""

    def __init__(self, path: str | Path) -> None:
        from gdi_spe.boundary.manifest import DatasetManifest

        super().__init__(path)
        self.manifest: DatasetManifest = manifest_of(self.path, DatasetManifest)
        self.assembly, self.members = self.manifest.assembly, self.manifest.members
        self.told = f"dataset {self.manifest.dataset_id} version {self.manifest.version}"
