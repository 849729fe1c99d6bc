"""VCF text at the speed of memory: whole blocks of calls as byte matrices, into bgzip."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from benchmarks.making import cells, records
from benchmarks.making.records import CONTIGS, Alleles, Block, People, Shape
from benchmarks.making.truth import Tally

Bytes = NDArray[np.uint8]

_FIELDS = {
    "GT": '<ID=GT,Number=1,Type=String,Description="Genotype">',
    "AD": '<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    "DP": '<ID=DP,Number=1,Type=Integer,Description="Reads">',
    "GQ": '<ID=GQ,Number=1,Type=Integer,Description="Quality of the genotype">',
    "PL": '<ID=PL,Number=G,Type=Integer,Description="Likelihoods, Phred-scaled">',
}


def write_vcf(path: Path, shape: Shape, people: People, tally: Tally) -> int:
    """Write a whole file, counting it; return how many bytes its text has."""
    with path.open("wb") as file:
        bgzip = subprocess.Popen(["bgzip", "-@2", "-c"], stdin=subprocess.PIPE, stdout=file)
        assert bgzip.stdin is not None
        with bgzip.stdin as text:
            n_bytes = text.write(_header(shape, people))
            for block in records.blocks(shape):
                n_bytes += _write_block(text, block, shape, tally)
        if bgzip.wait() != 0:
            raise RuntimeError("bgzip failed")
    return n_bytes


def _header(shape: Shape, found: People) -> bytes:
    lines = ["##fileformat=VCFv4.3", '##FILTER=<ID=PASS,Description="All filters passed">']
    lines += [f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()]
    lines += [
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="Alleles counted">',
        '##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">',
    ]
    lines += [f"##FORMAT={_FIELDS[name]}" for name in shape.fields.split(":")]
    fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines.append("\t".join([*fixed, *found.names]))
    return ("\n".join(lines) + "\n").encode()


def _write_block(text: IO[bytes], block: Block, shape: Shape, tally: Tally) -> int:
    counts, numbers = tally.add(block)
    if shape.fields == "GT":
        matrix = _genotypes(block.alleles)
        calls: list[Bytes] = list(matrix)
    else:
        calls = cells.lines(block, shape.seed)
    n_bytes = 0
    for i, call in enumerate(calls):
        alternates = ",".join(block.alternates[i])
        info = f"AC={','.join(map(str, counts[i]))};AN={numbers[i]}"
        fixed = f"{block.chromosome}\t{block.position[i]}\t.\t{block.reference[i]}\t{alternates}"
        n_bytes += text.write(f"{fixed}\t.\tPASS\t{info}\t{shape.fields}\t".encode())
        n_bytes += text.write(call.data)
    return n_bytes


def _genotypes(alleles: Alleles) -> Bytes:
    """Write phased calls; every one takes four bytes, its tab included."""
    n_records, n_alleles = alleles.shape
    matrix = np.empty((n_records, 2 * n_alleles), np.uint8)
    written = np.where(alleles == records.MISSING, ord("."), alleles + ord("0")).astype(np.uint8)
    matrix[:, 0::4] = written[:, 0::2]
    matrix[:, 1::4] = ord("|")
    matrix[:, 2::4] = written[:, 1::2]
    matrix[:, 3::4] = ord("\t")
    matrix[:, -1] = ord("\n")
    return matrix
