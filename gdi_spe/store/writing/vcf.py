"""Write the calls of a folder as VCF, one record an alternate allele."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gdi_spe.store import counts
from gdi_spe.store.calls import Calls
from gdi_spe.store.chromosomes import LENGTHS
from gdi_spe.store.folder import Folder

_CHUNK = 1024
# (first, second) allele as `counts.genotypes` gives them -> how it is written.
_WRITTEN = {
    (a, b): f"{_a}/{_b}" if _b else _a
    for (a, _a), (b, _b) in itertools.product(
        ((0, "0"), (1, "1"), (-1, ".")), ((0, "0"), (1, "1"), (-1, "."), (-2, ""))
    )
}


def write_vcf(folder: Folder, path: Path) -> int:
    """Write all calls as written (unphased); return how many records.

    Other alternates of a split record stand as 0, as ``bcftools norm -m-`` writes them.
    """
    n_records = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        _write_header(folder, file)
        for chromosome in folder.chromosomes:
            for line in _records(folder, chromosome):
                file.write(line)
                n_records += 1
    return n_records


def _write_header(folder: Folder, file: IO[str]) -> None:
    file.write("##fileformat=VCFv4.3\n")
    for chromosome in folder.chromosomes:
        length = LENGTHS[folder.assembly].get(chromosome)
        file.write(f"##contig=<ID={chromosome}{f',length={length}' if length else ''}>\n")
    file.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
    names = "\t".join(folder.samples["sample_id"].to_pylist())
    file.write(f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n")


def _records(folder: Folder, chromosome: str) -> Iterator[str]:
    columns = ["position", "id", "reference", "alternate"]
    table = folder.variants(chromosome, columns)
    for start in range(0, table.num_rows, _CHUNK):
        calls = folder.calls(chromosome).take(slice(start, start + _CHUNK))
        called = _texts(calls)
        for row, texts in zip(table.slice(start, _CHUNK).to_pylist(), called, strict=True):
            fixed = (chromosome, str(row["position"]), row["id"] or ".", row["reference"])
            rest = (row["alternate"], ".", ".", ".", "GT")
            yield "\t".join((*fixed, *rest, *texts)) + "\n"


def _texts(calls: Calls) -> Iterator[list[str]]:
    pairs = counts.genotypes(calls)
    variant, exceptions = calls.exceptions
    for i in range(len(calls)):
        texts = [_WRITTEN[first, second] for first, second in pairs[i].tolist()]
        for sample, ploidy, n_alternate, n_missing, _ in exceptions[variant == i].tolist():
            n_other = ploidy - n_alternate - n_missing
            alleles = ["0"] * n_other + ["1"] * n_alternate + ["."] * n_missing
            texts[sample] = "/".join(alleles)
        yield texts
