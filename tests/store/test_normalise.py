"""Each variant has one form, that of ``bcftools norm``; a wrong REF is refused by its line."""

from __future__ import annotations

import gzip
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import canonical
from gdi_spe.store.reading.fasta import write_canonical
from gdi_spe.store.reading.normalise import Normaliser

Allele = tuple[str, int, str, str]
SHARED = Path(__file__).parents[3] / "shared/data/vcf/bio2zarr"
needs_bcftools = pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is absent")


def sequence_file(folder: Path, **chromosomes: str) -> Path:
    source, target = folder / "given.fa", folder / "sequence.fa"
    source.write_text("".join(f">{name}\n{bases}\n" for name, bases in chromosomes.items()))
    write_canonical(source, target)
    return target


def table_of(rows: list[Allele]) -> pa.Table:
    kinds = (pa.string(), pa.int32(), pa.string(), pa.string())
    names = ("chromosome", "position", "reference", "alternate")
    columns = {
        name: pa.array([row[i] for row in rows], kind)
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }
    columns["file"] = pa.array([0] * len(rows), pa.int32())
    columns["line"] = pa.array(range(10, 10 + len(rows)), pa.int64())
    return pa.table(columns)


def normalised(fasta: Path, rows: list[Allele]) -> list[Allele]:
    found, n_moved = Normaliser(fasta, ["calls.vcf"]).apply(table_of(rows))
    names = ("chromosome", "position", "reference", "alternate")
    after = list(zip(*(found[name].to_pylist() for name in names), strict=True))
    assert n_moved == sum(a != b for a, b in zip(rows, after, strict=True))
    assert found["line"].to_pylist() == list(range(10, 10 + len(rows)))
    return after


def by_bcftools(folder: Path, fasta: Path, rows: list[Allele]) -> list[Allele]:
    """What ``bcftools norm -f`` makes of each record; it is told apart by its ID."""
    contigs = "".join(f"##contig=<ID={name}>\n" for name in dict.fromkeys(r[0] for r in rows))
    lines = [f"{c}\t{p}\t{n}\t{r}\t{a}\t.\t.\t.\n" for n, (c, p, r, a) in enumerate(rows)]
    vcf = folder / "in.vcf"
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    vcf.write_text(f"##fileformat=VCFv4.2\n{contigs}{columns}{''.join(lines)}")
    out = subprocess.run(
        ["bcftools", "norm", "-f", str(fasta), str(vcf)], capture_output=True, text=True, check=True
    ).stdout
    found: dict[int, Allele] = {}
    for line in out.splitlines():
        if not line.startswith("#"):
            chromosome, position, number, reference, alternate = line.split("\t")[:5]
            found[int(number)] = (chromosome, int(position), reference, alternate)
    return [found[number] for number in range(len(rows))]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ((15, "AA", "A"), (10, "TA", "T")),
        ((20, "T", "TT"), (19, "G", "GT")),
        ((1, "ACG", "ATG"), (2, "C", "T")),
        ((1, "AC", "C"), (1, "AC", "C")),  # nothing stands before the first base
        ((1, "A", "CA"), (1, "A", "CA")),
        ((5, "N", "A"), (5, "N", "A")),
        ((6, "N", "NN"), (4, "T", "TN")),
        ((3, "G", "*"), (3, "G", "*")),
        ((3, "GT", "<DEL>"), (3, "GT", "<DEL>")),
        ((3, "G", "G]chr1:9]"), (3, "G", "G]chr1:9]")),
        ((3, "G", "."), (3, "G", ".")),
        ((0, "N", "]chr1:9]N"), (0, "N", "]chr1:9]N")),
        ((21, "N", "<DEL>"), (21, "N", "<DEL>")),
    ],
)
def test_each_variant_has_one_form(tmp_path: Path, written: Any, expected: Any) -> None:
    fasta = sequence_file(tmp_path, chr1="acgtNRACGTAAAAAAACGT")

    assert normalised(fasta, [("chr1", *written)]) == [("chr1", *expected)]


@pytest.mark.parametrize(
    ("allele", "why"),
    [
        (("chr1", 5, "C", "A"), "REF 'C', but sequence.fa has 'N' at chr1:5"),
        (("chr1", 7, "N", "G"), "REF 'N', but sequence.fa has 'A'"),
        (("chr1", 1, "CC", "<DEL>"), "REF 'CC', but sequence.fa has 'AC'"),
        (("chr1", 19, "GTA", "G"), "lies outside the chromosome, which has 20 bases"),
        (("chr1", 21, "A", "G"), "lies outside"),
        (("chr1", 0, "A", "G"), "lies outside"),
        (("chr2", 1, "A", "G"), "sequence.fa has no chr2"),
    ],
)
def test_a_reference_allele_that_the_sequence_does_not_have_is_refused(
    tmp_path: Path, allele: Allele, why: str
) -> None:
    fasta = sequence_file(tmp_path, chr1="ACGTNRACGTAAAAAAACGT")
    good: Allele = ("chr1", 1, "A", "C")

    with pytest.raises(BadInput, match=r"calls\.vcf, line 11: ") as error:
        normalised(fasta, [good, allele, ("chr1", 2, "T", "C")])

    assert why in str(error.value)


def test_a_batch_without_indels_is_given_back_as_it_was(tmp_path: Path) -> None:
    fasta = sequence_file(tmp_path, chr1="ACGT" * 50_000)
    table = table_of([("chr1", 1 + 4 * n, "A", "G") for n in range(0, 50_000, 7)])

    found, n_moved = Normaliser(fasta).apply(table)

    assert found is table
    assert n_moved == 0


@needs_bcftools
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from([8, 60, 400]))
def test_the_form_is_that_of_bcftools(tmp_path: Path, seed: int, unit: int, n_bases: int) -> None:
    rng = random.Random(seed)  # repeats of few bases are what shifts
    bases = ""
    while len(bases) < n_bases:
        repeat = "".join(rng.choices("ACGTN", (5, 5, 5, 5, 1), k=rng.randint(1, unit)))
        bases += repeat * rng.randint(1, 12)
    fasta = sequence_file(tmp_path, chr1=bases, chrM=bases[: max(len(bases) // 4, 1)])
    rows = [r for r in (_random_allele(rng, bases) for _ in range(60)) if r[2] != r[3]]

    found = normalised(fasta, rows) if rows else []

    assert found == (by_bcftools(tmp_path, fasta, rows) if rows else [])


def _random_allele(rng: random.Random, bases: str) -> Allele:
    chromosome = rng.choice(["chr1", "chr1", "chrM"])
    bases = bases if chromosome == "chr1" else bases[: max(len(bases) // 4, 1)]
    start = rng.randrange(len(bases))
    reference = bases[start : start + rng.randint(1, 6)]
    n_more = rng.randint(1, 5)
    alternate = rng.choice(
        [
            reference + bases[start + len(reference) :][:n_more],
            bases[max(start - n_more, 0) : start] + reference,
            reference[: rng.randint(1, len(reference))],
            reference[-1:],
            "".join(rng.choices("ACGT", k=n_more)),
        ]
    )
    return chromosome, start + 1, reference, alternate


@needs_bcftools
@pytest.mark.parametrize("name", ["1kg_2020_chrM.vcf.gz", "chr22.vcf.gz", "sample.vcf.gz"])
def test_real_indels_get_the_form_of_bcftools(tmp_path: Path, name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip("../shared/data is absent")
    rows = list(_real_alleles(path))
    fasta = sequence_file(tmp_path, **_sequences_of(rows))

    found = normalised(fasta, rows)

    assert found == by_bcftools(tmp_path, fasta, rows)
    assert found != rows


def _real_alleles(path: Path) -> Iterator[Allele]:
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        if line.startswith("#"):
            continue
        chromosome, position, _, reference, alternates = line.split("\t", 5)[:5]
        known = canonical(chromosome)
        for alternate in alternates.split(","):
            if known is not None and position != "0":
                yield known, int(position), reference, alternate


def _sequences_of(rows: list[Allele]) -> dict[str, str]:
    """Sequences that have every REF at its place, and repeats of A in between."""
    found: dict[str, bytearray] = {}
    for chromosome, position, reference, _ in rows:
        bases = found.setdefault(chromosome, bytearray())
        bases.extend(b"A" * (position + len(reference) - len(bases)))
        bases[position - 1 : position - 1 + len(reference)] = reference.encode()
    return {name: bases.decode() for name, bases in found.items()}
