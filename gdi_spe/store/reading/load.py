"""VCF files into the variants of a dataset folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Calls
from gdi_spe.store.chromosomes import last_position, rank_of
from gdi_spe.store.germline import Samples, count_germline, torn_calls, with_counts
from gdi_spe.store.reading.changes import KEYS
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.genes import GeneIndex
from gdi_spe.store.reading.intake import refuse_pipe
from gdi_spe.store.reading.kept import ABOUT_PEOPLE
from gdi_spe.store.reading.normalise import Normaliser
from gdi_spe.store.reading.records import ALLELES, Records, open_records
from gdi_spe.store.reading.sorting import AlleleTwice, ChromosomeSorter, Layout
from gdi_spe.store.reading.wanted import Wanted
from gdi_spe.store.schemas import ASSESSED, VARIANTS
from gdi_spe.store.writing.folders import write_in_parts

_WAITING_BYTES = 128 << 20  # of rows of all chromosomes together


@dataclass(frozen=True)
class Progressed:
    """How far the reading has come."""

    source: str
    consumed_bytes: int
    size_bytes: int | None
    n_rows: int


Progress = Callable[[Progressed], None]


@dataclass
class LoadReport:
    """What came of the files."""

    n_variants: int = 0
    n_torn_calls: int = 0
    # Variants that were written at another place or in another way than in their file.
    n_moved: int = 0
    warnings: list[str] = field(default_factory=list)
    skipped_contigs: Counter[str] = field(default_factory=Counter)
    # Records that each filter left out; under "calls", calls made missing.
    left_out: Counter[str] = field(default_factory=Counter)


def check_keep_info(names: Sequence[str]) -> None:
    """Refuse to keep INFO that describes the people of the source file."""
    for name in names:
        if ABOUT_PEOPLE.match(name):
            raise BadInput(
                f"INFO {name} describes the people of the source file",
                remedy="It is counted anew in each cohort",
            )


def read_samples(
    paths: Sequence[Path], assembly: str, key: Crypt4ghKey | None = None
) -> tuple[str, ...]:
    """Read the headers; return the samples that all files share: none, where all are sites-only.

    Raises
    ------
    BadInput
        If a file is not VCF, has other samples than the first file, or is of another assembly.
    """
    first: tuple[str, ...] | None = None
    for path in paths:
        refuse_pipe(path)
        with open_records(path, key=key) as records:
            header = records.header
        if header.assembly not in (None, assembly):
            raise BadInput(
                f"the contigs are those of {header.assembly}, not {assembly}", source=str(path)
            )
        first = header.samples if first is None else first
        if set(header.samples) != set(first):
            raise BadInput(f"the samples are not those of {paths[0]}", source=str(path))
    if first is None:
        raise BadInput("no VCF file named")
    return first


def load(
    folder: Path,
    paths: Sequence[Path],
    samples: Samples,
    assembly: str,
    dataset_id: str,
    wanted: Wanted = ALLELES,
    progress: Progress = lambda _so_far: None,
    key: Crypt4ghKey | None = None,
    normaliser: Normaliser | None = None,
    genes: GeneIndex | None = None,
) -> LoadReport:
    """Read all files and write ``variants/*.parquet`` and ``assessed.parquet``.

    Parameters
    ----------
    folder
        A folder of its own, where nobody looks yet.
    paths
        Files that share their samples.
    samples
        Who the columns of the calls are, in their order.
    wanted
        What is kept beside alleles and calls, and the filters.
    progress
        Called now and then with how far the reading has come.
    normaliser, genes
        Left-align against a reference sequence; find genes by position.

    Raises
    ------
    BadInput
        Naming file and line.
    """
    check_keep_info(wanted.keep_info)
    loading = _Loading(folder, paths, samples, assembly, wanted, normaliser, genes)
    try:
        for number, path in enumerate(paths):
            with open_records(path, wanted, key) as records:
                loading.take(records, number, partial(_tell, progress, path.name, records))
        loading.close()
    except AlleleTwice as twice:
        raise loading.named(twice, key) from None
    write_sites(folder, dataset_id)
    return loading.report


def _tell(progress: Progress, source: str, records: Records, n_rows: int) -> None:
    progress(Progressed(source, records.consumed_bytes, records.size_bytes, n_rows))


class _Loading:
    """All files of one dataset on their way into one file a chromosome."""

    def __init__(
        self,
        folder: Path,
        paths: Sequence[Path],
        samples: Samples,
        assembly: str,
        wanted: Wanted,
        normaliser: Normaliser | None,
        genes: GeneIndex | None,
    ) -> None:
        self._folder, self._paths = folder, paths
        self._samples, self._assembly = samples, assembly
        self._normaliser, self._genes = normaliser, genes
        kept = [pa.field(f"info_{name}", pa.string()) for name in wanted.keep_info]
        self._schema = pa.schema([*VARIANTS, *kept, *wanted.format_fields])
        self._wanted = wanted
        self._sorters: dict[str, ChromosomeSorter] = {}
        self._scratch = folder / ".runs"
        self.report = LoadReport()

    def take(self, records: Records, file: int, tell: Callable[[int], None]) -> None:
        """Read one file."""
        n_rows = 0
        for chromosome, table in records.tables(self._samples.ids):
            numbers = pa.array(np.full(table.num_rows, file, np.int32))
            if chromosome == "chrM" and records.header.has_other_mitochondrion:
                raise self._other_mitochondrion(file, table)
            self._sorter(chromosome).add(table.append_column("file", numbers))
            self._bound_memory()
            n_rows += table.num_rows
            tell(n_rows)
        self.report.warnings += records.warnings.lines(str(self._paths[file]))
        self.report.skipped_contigs.update(records.skipped_contigs)
        self.report.left_out.update(records.left_out)

    def _other_mitochondrion(self, file: int, table: pa.Table) -> BadInput:
        return BadInput(
            "chrM of 16,571 bases (NC_001807) has other positions than that of GRCh37 and GRCh38",
            source=str(self._paths[file]),
            line=table["line"][0].as_py(),
            remedy="Leave chrM out, or call it against NC_012920",
        )

    def close(self) -> None:
        """Write what still waits."""
        for sorter in self._sorters.values():
            self.report.n_variants += sorter.close()
        rmtree(self._scratch, ignore_errors=True)

    def named(self, twice: AlleleTwice, key: Crypt4ghKey | None) -> BadInput:
        """Read again until both records of an allele are found: which is right is not known."""
        found: list[tuple[Path, int]] = []
        for number, path in enumerate(self._paths):
            with open_records(path, self._wanted, key) as records:
                for chromosome, table in records.tables(self._samples.ids):
                    if chromosome == twice.chromosome and len(found) < 2:
                        numbers = pa.array(np.full(table.num_rows, number, np.int32))
                        rows = self._prepared(chromosome, table.append_column("file", numbers))
                        found += [(path, n) for at in twice.keys for n in _lines_of(rows, at)]
        (first, first_line), (second, second_line) = found[:2]
        is_alike = len(twice.keys) == 1
        return BadInput(
            f"this allele has a record already ({first.name}, line {first_line})"
            + ("" if is_alike else ", written in another way"),
            source=str(second),
            line=second_line,
            remedy="" if is_alike else "Let `bcftools norm` join such records",
        )

    def _sorter(self, chromosome: str) -> ChromosomeSorter:
        if chromosome not in self._sorters:
            layout = Layout(
                self._schema,
                len(self._samples.ids),
                self._samples.population_names,
                partial(self._prepared, chromosome),
                partial(self._completed, chromosome),
            )
            target = self._folder / "variants" / f"{chromosome}.parquet"
            self._sorters[chromosome] = ChromosomeSorter(chromosome, target, self._scratch, layout)
        return self._sorters[chromosome]

    def _bound_memory(self) -> None:
        sorters = self._sorters.values()
        while sum(sorter.n_waiting_bytes for sorter in sorters) > _WAITING_BYTES:
            max(sorters, key=lambda sorter: sorter.n_waiting_bytes).settle()

    def _prepared(self, chromosome: str, rows: pa.Table) -> pa.Table:
        self._refuse_beyond(chromosome, rows)
        name = pa.repeat(pa.scalar(chromosome), rows.num_rows)
        rows = rows.add_column(0, "chromosome", name)
        if self._normaliser is not None:
            rows, n_moved = self._normaliser.apply(rows)
            self.report.n_moved += n_moved
        return rows

    def _refuse_beyond(self, chromosome: str, rows: pa.Table) -> None:
        """Refuse positions that the chromosome does not have: the assembly is another one."""
        last = last_position(chromosome, self._assembly)
        beyond = np.flatnonzero(rows["position"].to_numpy() > last)
        if len(beyond):
            row = rows.slice(int(beyond[0]), 1).to_pylist()[0]
            raise BadInput(
                f"{chromosome} of {self._assembly} has no position {row['position']}",
                source=str(self._paths[row["file"]]),
                line=row["line"],
                remedy="Name the assembly that the file has with --assembly",
            )

    def _completed(self, chromosome: str, rows: pa.Table) -> pa.Table:
        """Add genes and counts to sorted rows."""
        if self._genes is not None:
            rows = self._genes.annotate(rows)
        calls = Calls.from_arrow(rows["calls"], len(self._samples.ids))
        positions, who = rows["position"].to_numpy(), (self._samples, self._assembly)
        found = count_germline(calls, chromosome, positions, *who)
        self.report.n_torn_calls += torn_calls(calls, chromosome, positions, *who)
        rows = with_counts(rows, found)
        for column in self._schema:
            if column.name not in rows.column_names:
                rows = rows.append_column(column, pa.nulls(rows.num_rows, column.type))
        return rows.select(self._schema.names)


def _lines_of(rows: pa.Table, key: tuple[int, str, str]) -> list[int]:
    mask = pc.equal(rows[KEYS[0]], key[0])
    for name, value in zip(KEYS[1:], key[1:], strict=True):
        mask = pc.and_(mask, pc.equal(rows[name], value))
    lines: list[int] = rows.filter(mask)["line"].to_pylist()
    return lines


def write_sites(folder: Path, dataset_id: str) -> None:
    """Write every position that a record had: what the dataset is known to have assessed."""
    files = sorted((folder / "variants").glob("*.parquet"), key=lambda path: rank_of(path.stem))
    write_in_parts(
        folder / "assessed.parquet", ASSESSED, (_sites(path, dataset_id) for path in files)
    )


def _sites(path: Path, dataset_id: str) -> pa.Table:
    positions = np.unique(pq.read_table(path, columns=["position"])["position"].to_numpy())
    names = (pa.repeat(pa.scalar(text), len(positions)) for text in (dataset_id, path.stem))
    return pa.table([*names, pa.array(positions - 1), pa.array(positions)], schema=ASSESSED)
