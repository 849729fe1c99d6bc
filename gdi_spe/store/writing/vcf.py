"""Write the calls of a folder as VCF or BCF, one record an alternate allele."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Calls
from gdi_spe.store.chromosomes import CHROMOSOMES, length_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.schemas import ANNOTATION_COLUMNS
from gdi_spe.store.writing.aside import written_aside
from gdi_spe.store.writing.bgzf import BgzfWriter
from gdi_spe.store.writing.genotype_text import Phase, genotype_lines

_CELLS_AT_ONCE = 2_000_000
_KEPT = "info_"
_FIXED_ANEW = {"info_QUAL", "info_FILTER"}
# What INFO must not hold, and how it is written there (VCF 4.3, section 1.2).
ESCAPES = {"%": "%25", ";": "%3B", "=": "%3D", ",": "%2C", " ": "%20", "\t": "%09"}
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class VcfOptions:
    """What a VCF file says beside the calls.

    ``annotations`` writes gene, consequence and their like as INFO; ``counts`` writes AC and AN
    as the store has them; ``bare_names`` writes ``1`` and ``MT`` instead of ``chr1`` and
    ``chrM``; ``at_most_two`` writes calls of three alleles or more as missing, for programs
    that know none; ``replace`` takes the place of a file that is there.
    """

    annotations: bool = False
    counts: bool = True
    bare_names: bool = False
    at_most_two: bool = False
    replace: bool = False


def write_vcf(
    folder: Folder,
    path: Path,
    options: VcfOptions | None = None,
    progress: Progress = lambda _name, _n: None,
) -> int:
    """Write all calls as written; return how many records.

    Other alternates of a split record stand as 0, as ``bcftools norm -m-`` writes them. Where
    phase was kept, calls are phased; without it the alleles of each stand in order.

    Parameters
    ----------
    folder
        A dataset's or a cohort's.
    path
        Ends with ``.vcf``, ``.vcf.gz`` (bgzip) or ``.bcf``; the latter two get an index where
        pysam is there.
    options
        What is written beside the calls.
    progress
        Called with a chromosome and how many records have been written.

    Raises
    ------
    BadInput
        If there is such a file, or the ending is another.
    DiskFull
        If there is no room; nothing is left behind.
    """
    chosen = options or VcfOptions()
    kind = _kind(path)
    index = path.with_name(path.name + (".csi" if kind == "bcf" else ".tbi"))
    targets = [path] if kind == "vcf" else [path, index]
    with written_aside(targets, replace=chosen.replace) as aside:
        text = aside[0] if kind != "bcf" else aside[0].with_name("text.vcf.gz")
        with _opened(text, compressed=kind != "vcf") as write:
            n_records = _Writer(folder, chosen, write, progress).run()
        if kind == "bcf":
            _to_bcf(text, aside[0])
        elif kind == "gz":
            _index(aside[0])
    return n_records


def _kind(path: Path) -> str:
    for ending, kind in ((".vcf", "vcf"), (".vcf.gz", "gz"), (".bcf", "bcf")):
        if path.name.endswith(ending):
            return kind
    raise BadInput("the name must end with .vcf, .vcf.gz or .bcf", source=str(path))


@contextmanager
def _opened(path: Path, *, compressed: bool) -> Iterator[Callable[[bytes | memoryview], object]]:
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("wb", buffering=1 << 20))
        yield stack.enter_context(BgzfWriter(file)).write if compressed else file.write


def _to_bcf(text: Path, target: Path) -> None:
    """Let htslib rewrite text as BCF."""
    try:
        from pysam import bcftools
    except ImportError:
        raise BadInput("BCF needs pysam, which is not in this environment") from None
    bcftools.view("--no-version", "-Ob", "-o", str(target), str(text), catch_stdout=False)
    bcftools.index(str(target), catch_stdout=False)
    text.unlink()


def _index(path: Path) -> None:
    try:
        import pysam
    except ImportError:
        return
    pysam.tabix_index(str(path), preset="vcf", force=True)


_FORMAT = b"\tGT\t"


class _Writer:
    """Writes one file from its header to its last record."""

    def __init__(
        self,
        folder: Folder,
        options: VcfOptions,
        write: Callable[[bytes | memoryview], object],
        progress: Progress,
    ) -> None:
        self._folder, self._options, self._write = folder, options, write
        self._progress = progress
        self._schemas = {
            name: folder.variants_file(name).schema_arrow for name in folder.chromosomes
        }
        kept = {n: None for schema in self._schemas.values() for n in schema.names}
        self._kept = [name for name in kept if name.startswith(_KEPT)]
        self._annotations = ANNOTATION_COLUMNS if options.annotations else ()

    def run(self) -> int:
        """Write everything; return how many records."""
        self._write(("\n".join(self._header()) + "\n").encode())
        n_records = 0
        for chromosome in self._folder.chromosomes:
            for batch in self._batches(chromosome):
                self._write_batch(chromosome, batch)
                n_records += batch.num_rows
                self._progress(chromosome, n_records)
        return n_records

    def _name(self, chromosome: str) -> str:
        if not self._options.bare_names:
            return chromosome
        return "MT" if chromosome == "chrM" else chromosome.removeprefix("chr")

    def _header(self) -> Iterator[str]:
        yield "##fileformat=VCFv4.3"
        yield f"##source=gdi-spe {version('gdi-spe')}, {self._folder.told}"
        yield f"##reference={self._folder.assembly}"
        for name in self._filters():
            yield f'##FILTER=<ID={name},Description="Kept from the source">'
        for chromosome in CHROMOSOMES:
            name, assembly = self._name(chromosome), self._folder.assembly
            length = length_of(chromosome, assembly)
            yield f"##contig=<ID={name},length={length},assembly={assembly}>"
        yield from self._info_header()
        yield '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
        fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
        samples = self._folder.samples["sample_id"].to_pylist()
        yield "\t".join([*fixed, *samples] if samples else fixed[:-1])

    def _info_header(self) -> Iterator[str]:
        if self._options.counts:
            who = "one germline sample an individual, by the rules of sex chromosomes"
            yield f'##INFO=<ID=AC,Number=A,Type=Integer,Description="Alternate alleles: {who}">'
            yield f'##INFO=<ID=AN,Number=1,Type=Integer,Description="Called alleles: {who}">'
        for name in self._annotations:
            yield (
                f"##INFO=<ID={name.upper()},Number=1,Type=String,"
                f'Description="{name} of the allele, special characters as %XX">'
            )
        for name in self._kept:
            if name not in _FIXED_ANEW:
                told = f"ID={name.removeprefix(_KEPT)},Number=.,Type=String"
                yield f'##INFO=<{told},Description="Kept from the source, for this allele">'

    def _filters(self) -> list[str]:
        """Return the names of filters that records have."""
        names: set[str] = set()
        for chromosome, schema in self._schemas.items():
            if "info_FILTER" in schema.names:
                column = self._folder.variants(chromosome, ["info_FILTER"])["info_FILTER"]
                names |= {
                    n for text in column.unique().to_pylist() if text for n in text.split(";")
                }
        return sorted(names - {"PASS", "."})

    def _batches(self, chromosome: str) -> Iterator[pa.RecordBatch]:
        schema = self._schemas[chromosome]
        counts = ("allele_count", "allele_number") if self._options.counts else ()
        wanted = ["position", "id", "reference", "alternate", "calls", "phase"]
        names = [*wanted, *counts, *self._annotations, *self._kept]
        at_once = max(1, _CELLS_AT_ONCE // max(self._folder.n_samples, 1))
        yield from self._folder.batches(
            chromosome, [name for name in names if name in schema.names], at_once
        )

    def _write_batch(self, chromosome: str, batch: pa.RecordBatch) -> None:
        calls = Calls.from_arrow(pa.chunked_array([batch["calls"]]), self._folder.n_samples)
        phase = None
        if "phase" in batch.schema.names:
            phase = Phase(batch["phase"].to_pylist(), self._folder.n_samples)
        starts = self._starts(chromosome, batch).to_pylist()
        if not self._folder.n_samples:
            self._write(b"".join(start.removesuffix(_FORMAT) + b"\n" for start in starts))
            return
        lines = genotype_lines(calls, phase, at_most_two=self._options.at_most_two)
        for start, line in zip(starts, lines, strict=True):
            self._write(start)
            self._write(line)

    def _starts(self, chromosome: str, batch: pa.RecordBatch) -> pa.Array:
        """Return the nine fixed columns of each record, with the tab after them."""
        cells = [
            pa.scalar(self._name(chromosome)),
            pc.cast(batch["position"], pa.string()),
            pc.fill_null(batch["id"], "."),
            batch["reference"],
            batch["alternate"],
            self._kept_or_dot(batch, "info_QUAL"),
            self._kept_or_dot(batch, "info_FILTER"),
            self._info(batch),
            pa.scalar("GT\t"),
        ]
        return pc.binary_join_element_wise(*cells, "\t").cast(pa.binary())

    def _kept_or_dot(self, batch: pa.RecordBatch, name: str) -> pa.Array | pa.Scalar:
        if name not in batch.schema.names:
            return pa.scalar(".")
        return pc.fill_null(batch[name], ".")

    def _info(self, batch: pa.RecordBatch) -> pa.Array | pa.Scalar:
        """Join what is there of each record's INFO."""
        parts = []
        if self._options.counts:
            is_allele = pc.not_equal(batch["alternate"], ".")
            count = pc.if_else(is_allele, batch["allele_count"].cast(pa.string()), None)
            parts.append(_pair("AC", count))
            parts.append(_pair("AN", batch["allele_number"].cast(pa.string())))
        parts += [_pair(name.upper(), _escaped(batch[name])) for name in self._annotations]
        for name in self._kept:
            if name not in _FIXED_ANEW and name in batch.schema.names:
                parts.append(_pair(name.removeprefix(_KEPT), batch[name]))
        if not parts:
            return pa.scalar(".")
        joined = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), ";")
        return pc.if_else(pc.equal(joined, ""), ".", joined)


def _pair(name: str, values: pa.Array) -> pa.Array:
    """Write ``NAME=value;``, the name alone for a flag, nothing where there is no value."""
    pair = pc.binary_join_element_wise(pa.scalar(f"{name}="), values, ";", "")
    return pc.fill_null(pc.if_else(pc.equal(values, ""), f"{name};", pair), "")


def _escaped(values: pa.Array) -> pa.Array:
    """Write special characters as INFO may hold them."""
    for character, code in ESCAPES.items():
        values = pc.replace_substring(values, character, code)
    return values
