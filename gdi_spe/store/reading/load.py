"""VCF files into the variants of a dataset folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.germline import Samples, count_germline, torn_calls, with_counts
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.vcf import ABOUT_PEOPLE, Variant, VcfReader, open_vcf
from gdi_spe.store.schemas import ASSESSED, COUNT_COLUMNS, POPULATION_COLUMNS, VARIANTS
from gdi_spe.store.writing.folders import write_table, write_variants

_CHUNK = 2048
_WHERE = [pa.field("file", pa.int32()), pa.field("line", pa.int64())]
Progress = Callable[[str, int], None]


@dataclass
class LoadReport:
    """What came of the files."""

    n_variants: int = 0
    n_torn_calls: int = 0
    warnings: list[str] = field(default_factory=list)
    skipped_contigs: Counter[str] = field(default_factory=Counter)


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
    """Read the headers; return the samples that all files share.

    Raises
    ------
    BadInput
        If a file is not VCF, has no samples, has others than the first file, or is of another
        assembly.
    """
    first: tuple[str, ...] = ()
    for path in paths:
        with open_vcf(path, key=key) as reader:
            header = reader.header
        if header.assembly not in (None, assembly):
            raise BadInput(
                f"the contigs are those of {header.assembly}, not {assembly}", source=str(path)
            )
        if not header.samples:
            raise BadInput("the file has no samples, only sites", source=str(path))
        first = first or header.samples
        if set(header.samples) != set(first):
            raise BadInput(f"the samples are not those of {paths[0]}", source=str(path))
    if not first:
        raise BadInput("no VCF file named")
    return first


def load(
    folder: Path,
    paths: Sequence[Path],
    samples: Samples,
    assembly: str,
    dataset_id: str,
    keep_info: Sequence[str] = (),
    progress: Progress = lambda _source, _n: None,
    key: Crypt4ghKey | None = None,
) -> LoadReport:
    """Read all files and write ``variants/*.parquet`` and ``assessed.parquet``."""
    check_keep_info(keep_info)
    spool = _Spool(samples, assembly, tuple(keep_info))
    for number, path in enumerate(paths):
        with open_vcf(path, keep_info, key) as reader:
            order = _column_order(reader, samples)
            for n_read, variant in enumerate(reader.variants(), start=1):
                spool.add(variant, order, number)
                if n_read % _CHUNK == 0:
                    progress(path.name, n_read)
        spool.report.warnings += reader.warnings.lines(reader.source)
        spool.report.skipped_contigs += reader.skipped_contigs
    spool.write(folder, paths)
    write_table(folder, "assessed", spool.sites(dataset_id))
    return spool.report


def _column_order(reader: VcfReader, samples: Samples) -> NDArray[np.int64] | None:
    """Return the file's column of each sample, or None where they stand in order."""
    if reader.header.samples == samples.ids:
        return None
    column = {name: i for i, name in enumerate(reader.header.samples)}
    return np.array([column[name] for name in samples.ids], np.int64)


class _Spool:
    """Packed variants by chromosome, until all files are read and each can be sorted."""

    def __init__(self, samples: Samples, assembly: str, keep_info: tuple[str, ...]) -> None:
        self._samples, self._assembly, self._keep = samples, assembly, keep_info
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._packed: dict[str, list[pa.Table]] = {}
        self._sites: dict[str, NDArray[np.int64]] = {}
        self.report = LoadReport()
        kept = [pa.field(f"info_{name}", pa.string()) for name in keep_info]
        self._schema = pa.schema([*VARIANTS, *kept])

    def add(self, variant: Variant, order: NDArray[np.int64] | None, file: int) -> None:
        """Take one more variant."""
        call = variant.call if order is None else reordered(variant.call, order)
        rows = self._waiting.setdefault(variant.chromosome, [])
        rows.append(
            {
                "chromosome": variant.chromosome,
                "position": variant.position,
                "id": variant.id,
                "reference": variant.reference,
                "alternate": variant.alternate,
                "allele_index": variant.allele_index,
                **variant.annotation,
                **{f"info_{name}": text for name, text in variant.info.items()},
                "calls": encode(call),
                "file": file,
                "line": variant.line,
            }
        )
        if len(rows) == _CHUNK:
            self._pack(variant.chromosome)

    def _pack(self, chromosome: str) -> None:
        rows = self._waiting.pop(chromosome)
        counted = (*COUNT_COLUMNS, "allele_frequency", *POPULATION_COLUMNS)
        plain = [f for f in self._schema if f.name not in counted]
        table = pa.Table.from_pylist(rows, schema=pa.schema([*plain, *_WHERE]))
        self._packed.setdefault(chromosome, []).append(table)

    def write(self, folder: Path, paths: Sequence[Path]) -> None:
        """Sort each chromosome and write it with its counts."""
        for chromosome in list(self._waiting):
            self._pack(chromosome)
        for chromosome in sorted(self._packed):
            table = pa.concat_tables(self._packed.pop(chromosome))
            keys = ["position", "reference", "alternate"]
            table = table.sort_by([(key, "ascending") for key in keys])
            _refuse_twice(table, keys, paths)
            self._sites[chromosome] = np.unique(table["position"].to_numpy())
            self.report.n_variants += write_variants(
                folder,
                chromosome,
                self._counted(table),
                self._schema,
                len(self._samples.ids),
                self._samples.population_names,
            )

    def _counted(self, table: pa.Table) -> Iterator[pa.Table]:
        for start in range(0, table.num_rows, _CHUNK * 4):
            part = table.slice(start, _CHUNK * 4).combine_chunks()
            calls = Calls.from_arrow(part["calls"], len(self._samples.ids))
            chromosome, positions = part["chromosome"][0].as_py(), part["position"].to_numpy()
            found = count_germline(calls, chromosome, positions, self._samples, self._assembly)
            self.report.n_torn_calls += torn_calls(
                calls, chromosome, positions, self._samples, self._assembly
            )
            yield with_counts(part, found).select(self._schema.names)

    def sites(self, dataset_id: str) -> pa.Table:
        """Return every position that a record had: what the dataset is known to have assessed."""
        tables = [ASSESSED.empty_table()]
        for chromosome, positions in self._sites.items():
            columns = {
                "dataset_id": [dataset_id] * len(positions),
                "chromosome": [chromosome] * len(positions),
                "start": positions - 1,
                "end": positions,
            }
            tables.append(pa.table(columns).cast(ASSESSED))
        return pa.concat_tables(tables)


def _refuse_twice(table: pa.Table, keys: list[str], paths: Sequence[Path]) -> None:
    """Refuse two records of one allele: which calls are right cannot be known."""
    columns = [table[key].to_numpy(zero_copy_only=False) for key in keys]
    same = np.ones(max(table.num_rows - 1, 0), bool)
    for column in columns:
        same &= column[1:] == column[:-1]
    if same.any():
        row = int(np.flatnonzero(same)[0])
        first, second = (table.slice(row + i, 1).to_pylist()[0] for i in (0, 1))
        raise BadInput(
            f"this allele has a record already ({paths[first['file']].name}, line {first['line']})",
            source=str(paths[second["file"]]),
            line=second["line"],
        )


def reordered(call: Call, order: NDArray[np.int64]) -> Call:
    """Return the calls of the samples at ``order``, in that order."""
    place = np.full(len(call.codes), -1, np.int64)
    place[order] = np.arange(len(order))
    exceptions = call.exceptions[place[call.exceptions["sample"]] >= 0].copy()
    exceptions["sample"] = place[exceptions["sample"]]
    exceptions = exceptions[np.argsort(exceptions["sample"])]
    return Call(call.codes[order], call.haploid[order], exceptions)
