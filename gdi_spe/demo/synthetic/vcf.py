"""Write one dataset's genotypes as a bgzipped VCF 4.5 file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdi_spe.demo.synthetic import bgzf, consequences
from gdi_spe.demo.synthetic.genomes import ABSENT, Genomes, Sample
from gdi_spe.demo.synthetic.sites import CONTIGS, Site

_ALLELES = {-1: ".", 0: "0", 1: "1", 2: "2"}
_BASE = 5


def _code(first: NDArray[np.int8], second: NDArray[np.int8]) -> NDArray[np.int8]:
    return (first + 2) * _BASE + second + 2


def _spellings(separator: str) -> list[bytes]:
    table = [b""] * (_BASE * _BASE)
    for first, left in _ALLELES.items():
        table[(first + 2) * _BASE] = f"\t{left}".encode()
        for second, right in _ALLELES.items():
            table[(first + 2) * _BASE + second + 2] = f"\t{left}{separator}{right}".encode()
    return table


_UNPHASED, _PHASED = _spellings("/"), _spellings("|")


def write(
    path: Path, genomes: Genomes, samples: Sequence[Sample], dataset: str, *,
    writes_men_diploid: bool,
) -> None:  # fmt: skip
    """Write the file of one dataset.

    ``writes_men_diploid``: does the file write a man's single allele on chrX twice, as many
    callers do, or once, as the specification has it?
    """
    bgzf.write(path, _lines(genomes, samples, dataset, writes_men_diploid))


def _lines(
    genomes: Genomes, samples: Sequence[Sample], dataset: str, men_diploid: bool
) -> Iterator[bytes]:
    rows = np.array([sample.row for sample in samples])
    yield _header([sample.id for sample in samples]).encode()
    for number, site in enumerate(genomes.sites):
        if site.only_in not in ("", dataset):
            continue
        first, second = genomes.first[number, rows], genomes.second[number, rows]
        if men_diploid and site.chromosome == "chrX":
            second = np.where(second == ABSENT, first, second)
        if not site.is_phased:  # an unphased call has no order: smaller index first
            swap = (second != ABSENT) & (second < first)
            first, second = np.where(swap, second, first), np.where(swap, first, second)
        table = _PHASED if site.is_phased else _UNPHASED
        calls = b"".join([table[code] for code in _code(first, second).tolist()])
        yield _fixed_fields(site, first, second).encode() + calls + b"\n"


def _fixed_fields(site: Site, first: NDArray[np.int8], second: NDArray[np.int8]) -> str:
    alternates = range(1, len(site.alternates) + 1)
    number = int((first >= 0).sum() + (second >= 0).sum())
    counts = [int((first == i).sum() + (second == i).sum()) for i in alternates]
    info = [f"AN={number}"]
    if counts:
        info.insert(0, "AC=" + ",".join(map(str, counts)))
        info.append("AF=" + ",".join(f"{n / max(number, 1):.6g}" for n in counts))
    if "<DEL>" in site.alternates:
        info += [f"END={site.position + 400}", "SVTYPE=DEL", "SVLEN=400", "SVCLAIM=D"]
    if site.alternates:
        info.append("CSQ=" + consequences.info_field(site))
    quality = "12" if site.filter == "LowQual" else str(40 + site.position % 60)
    fixed = (
        site.chromosome,
        str(site.position),
        site.name,
        site.reference,
        ",".join(site.alternates) or ".",
        quality,
        site.filter,
        ";".join(info),
        "GT",
    )
    return "\t".join(fixed)


def _header(samples: Sequence[str]) -> str:
    lines = [
        "##fileformat=VCFv4.5",
        "##source=gdi-spe synthetic node; no real person's data",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FILTER=<ID=LowQual,Description="Low quality">',
        '##ALT=<ID=DEL,Description="Deletion">',
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count in this file">',
        '##INFO=<ID=AN,Number=1,Type=Integer,Description="Called alleles in this file">',
        '##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency in this file">',
        '##INFO=<ID=END,Number=1,Type=Integer,Description="Deprecated. End of the variant">',
        '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">',
        '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length of structural variant">',
        '##INFO=<ID=SVCLAIM,Number=A,Type=String,Description="Claim made by the SV call">',
        "##INFO=<ID=CSQ,Number=.,Type=String,Description="
        f'"Consequence annotations from Ensembl VEP. Format: {consequences.FORMAT}">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    ]
    lines += [
        f"##contig=<ID={name},length={length},assembly=GRCh38>" for name, length in CONTIGS.items()
    ]
    columns = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
    return "\n".join(lines) + "\n" + "\t".join((*columns, *samples)) + "\n"
