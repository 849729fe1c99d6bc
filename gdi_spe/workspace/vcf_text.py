"""Write a cohort as VCF text, for tools that read nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gdi_spe.store.folder import Folder

_BATCH = 1024
_ALLELES = {0: "0", 1: "1", -1: "."}
_INFO = ("gene", "consequence")


def write_vcf(folder: Folder, path: Path) -> None:
    """Write all variants with the calls of every sample, a record an alternate allele.

    A call that the store keeps only as "neither" (three alleles or more) is missing.
    """
    with path.open("w", encoding="ascii", errors="replace") as out:
        out.write("##fileformat=VCFv4.2\n")
        for chromosome in folder.chromosomes:
            out.write(f"##contig=<ID={_contig(folder, chromosome)},assembly={folder.assembly}>\n")
        for name in _INFO:
            out.write(f'##INFO=<ID={name.upper()},Number=1,Type=String,Description="{name}">\n')
        out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
        samples = folder.samples["sample_id"].to_pylist()
        head = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
        out.write("\t".join([*head, *samples]) + "\n")
        for chromosome in folder.chromosomes:
            _write_chromosome(folder, chromosome, out)


def _contig(folder: Folder, chromosome: str) -> str:
    if folder.assembly == "GRCh38":
        return chromosome
    return "MT" if chromosome == "chrM" else chromosome.removeprefix("chr")


def _write_chromosome(folder: Folder, chromosome: str, out: TextIO) -> None:
    table = folder.variants(chromosome, ["position", "id", "reference", "alternate", *_INFO])
    contig = _contig(folder, chromosome)
    for start in range(0, table.num_rows, _BATCH):
        rows = table.slice(start, _BATCH).to_pylist()
        calls = folder.genotypes(chromosome, np.arange(start, start + len(rows)))
        for row, call in zip(rows, calls, strict=True):
            out.write("\t".join([*_fields(contig, row), *_calls(call)]) + "\n")


def _fields(contig: str, row: dict[str, Any]) -> list[str]:
    told = [f"{name.upper()}={row[name]}" for name in _INFO if row[name]]
    place = [contig, str(row["position"]), row["id"] or "."]
    return [*place, row["reference"], row["alternate"], ".", ".", ";".join(told) or ".", "GT"]


def _calls(call: NDArray[np.int8]) -> Iterator[str]:
    for first, second in call.tolist():
        if second == -2:
            yield _ALLELES[first]
        else:
            yield f"{_ALLELES[first]}/{_ALLELES[second]}"
