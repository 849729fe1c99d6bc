"""Genes from a GTF of Ensembl or GENCODE, plain or compressed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import assemblies_named, canonical, length_of
from gdi_spe.store.reading.genes import GENES
from gdi_spe.store.reading.intake import open_text

Progress = Callable[[int, int | None], None]
_ATTRIBUTE = re.compile(r'([A-Za-z_][\w.]*)\s+(?:"([^"]*)"|([^\s";]+))\s*(?:;|$)')
# Ensembl keeps the version apart; GENCODE writes it behind the id, and marks the copies on Y.
_WITH_VERSION = re.compile(r"(ENS[A-Z]*\d{11})(?:\.(\d+))?(?:_\d+)?(?:_PAR_Y)?")
_GENCODE_RELEASE = re.compile(r"\bversion (M?\d+)")
_ENSEMBL_FILE = re.compile(r"\.(\d+)(?:\.[a-z_]+)*\.gtf(?:\.b?gz)?$")


@dataclass
class GtfFile:
    """What a GTF says: its genes, its release, its assembly where it names one."""

    genes: pa.Table
    release: str
    assembly: str | None
    n_elsewhere: int


@dataclass
class _Read:
    """What was read so far."""

    header: list[str] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    n_elsewhere: int = 0


def read_gtf(path: Path, progress: Progress = lambda _done, _of: None) -> GtfFile:
    """Read the genes of a GTF.

    Parameters
    ----------
    path
        The file; only its ``gene`` rows on the chromosomes of the store are used.
    progress
        Called with how many bytes of the file were read, and how many it has.

    Raises
    ------
    BadInput
        If a line is not GTF, a gene cannot be read, there is none, or the header names two
        assemblies.
    """
    read = _Read()
    for number, line in _lines(path, progress):
        if line[:1] == b"#":
            read.header.append(_text(line, path, number))
        elif line.count(b"\t") != 8:
            raise BadInput("not the nine columns of GTF", source=str(path), line=number)
        elif b"\tgene\t" in line:
            _add_gene(_text(line, path, number), read, path, number)
    if not read.rows:
        why = "there are no genes on the chromosomes" if read.n_elsewhere else "there are no genes"
        remedy = "Rows of the kind gene are needed, as Ensembl and GENCODE write them"
        raise BadInput(why, source=str(path), remedy=remedy)
    table = pa.Table.from_pylist(read.rows, schema=GENES)
    found = {name for line in read.header for name in assemblies_named(line)}
    if len(found) > 1:
        raise BadInput(f"the header names {' and '.join(sorted(found))}", source=str(path))
    return GtfFile(table, _release(read.header, path), next(iter(found), None), read.n_elsewhere)


def refuse_beyond(genes: pa.Table, assembly: str, source: Path) -> None:
    """Refuse genes that end behind the end of their chromosome: they are of another assembly."""
    for gene in genes.select(["gene_id", "chromosome", "end"]).to_pylist():
        if gene["end"] > length_of(gene["chromosome"], assembly):
            raise BadInput(
                f"gene {gene['gene_id']} ends behind the end of {gene['chromosome']} of {assembly}",
                source=str(source),
            )


def _lines(path: Path, progress: Progress) -> Iterator[tuple[int, bytes]]:
    number = 0
    with open_text(path) as text:
        for chunk in text.chunks():
            for line in chunk.tobytes().splitlines():
                number += 1
                if line:
                    yield number, line
            progress(text.consumed_bytes, text.size_bytes)


def _text(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("not UTF-8 text", source=str(path), line=number) from None


def _add_gene(line: str, read: _Read, path: Path, number: int) -> None:
    columns = line.split("\t")
    if columns[2] != "gene":
        return
    chromosome = canonical(columns[0])
    if chromosome is None:
        read.n_elsewhere += 1
        return
    start, end, strand = columns[3], columns[4], columns[6]
    if not (_is_number(start) and _is_number(end) and 1 <= int(start) <= int(end)):
        raise BadInput("start and end are no stretch of bases", source=str(path), line=number)
    if strand not in ("+", "-", "."):
        raise BadInput(f"{strand[:10]!r} is no strand", source=str(path), line=number)
    told = {key: quoted or bare for key, quoted, bare in _ATTRIBUTE.findall(columns[8])}
    if not told.get("gene_id"):
        raise BadInput("a gene without gene_id", source=str(path), line=number)
    parts = _WITH_VERSION.fullmatch(told["gene_id"])
    gene_id, version = (parts[1], parts[2]) if parts else (told["gene_id"], None)
    read.rows.append(
        {
            "gene_id": gene_id,
            "version": version or told.get("gene_version"),
            "symbol": told.get("gene_name") or told.get("gene"),
            "chromosome": chromosome,
            "start": int(start) - 1,
            "end": int(end),
            "strand": strand,
            "biotype": told.get("gene_biotype") or told.get("gene_type"),
        }
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 2**31


def _release(header: list[str], path: Path) -> str:
    """GENCODE names its release in the header, Ensembl in the file's name."""
    for line in header:
        found = _GENCODE_RELEASE.search(line)
        if found:
            return found[1]
    in_name = _ENSEMBL_FILE.search(path.name)
    if in_name:
        return in_name[1]
    dates = [line.split()[-1] for line in header if line.startswith("#!genebuild-last-updated")]
    return dates[0] if dates else "unversioned"
